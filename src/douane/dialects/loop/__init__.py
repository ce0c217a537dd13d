"""Cegid Loop: the public API of an accounting system for imports of entries (access, calls, replies)."""

from datetime import UTC, datetime

from douane.dialects.dialect import Circumstances, Dialect
from douane.dialects.door import Reply
from douane.errors import Failure
from douane.model.refusing import refusal

from . import replies
from .access import ACCESS, NAME
from .calls import CALLS, HOME
from .messages import refused
from .requests import ID

_WHEN = Circumstances(
    "POST",
    "/loop-api-publiques/importPerso",
    datetime(2026, 1, 15, 2, 0, tzinfo=UTC),
    "req-ca85671e-6f98-4c2e-b075-c5cd9fea57ed",
)

LOOP = Dialect(
    name=NAME,
    title="Cegid Loop",
    access=ACCESS,
    replies=replies,
    calls=CALLS,
    examples={
        "The import is recorded": Reply(200, {ID: "ca85671e-6f98-4c2e-b075-c5cd9fea57ed"}),
        "No codeIbs": replies.refused(refused("no-folder"), _WHEN),
        "A folder that is not there": replies.refused(refused("unknown-folder", "CEGID003"), _WHEN),
        "A wrong key": replies.refused(refusal("access-denied"), _WHEN),
        "Busy": replies.failed(Failure("The server is busy.", transient=True), _WHEN),
    },
    home=HOME,
)
