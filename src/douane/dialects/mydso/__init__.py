"""MY DSO MANAGER: four CSV files over POST (doors, columns, replies)."""

from datetime import UTC, datetime

from douane.dialects.basic import basic_access
from douane.dialects.dialect import Answered, Circumstances, Dialect
from douane.errors import Failure, Refusal

from . import replies
from .doors import DOORS

_LINE_3 = (3, "Column count doesn't match (defined=8, found=10)")
_WHEN = Circumstances("POST", "/api/items", datetime(2026, 1, 15, 2, 0, tzinfo=UTC), "req-example")

MYDSO = Dialect(
    name="mydso",
    title="MY DSO MANAGER",
    access=basic_access("mydso"),
    doors=DOORS,
    replies=replies,
    examples={
        "Imported, with a line left out": replies.succeeded(
            Answered(17, {"open_items": {"added": 5, "updated": 2}}, 1, [_LINE_3])
        ),
        "Kept, to be imported (apiPutFiles)": replies.accepted(17),
        "Access denied": replies.refused(
            Refusal("access-denied", "The login or the password is wrong."), _WHEN
        ),
        "A header that cannot be used": replies.refused(
            Refusal("required-label", "The header lacks item_date_due.", "Add the required columns."), _WHEN
        ),
        "Too many imports at once": replies.failed(Failure("The server is busy.", transient=True), _WHEN),
    },
)
