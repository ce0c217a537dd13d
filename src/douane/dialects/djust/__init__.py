"""DJUST: accounts with their addresses as JSON, pulled through connectors or pushed to them."""

from datetime import UTC, datetime

from douane.dialects.dialect import Circumstances, Dialect
from douane.errors import Failure
from douane.model.refusing import refusal

from . import replies
from .access import ACCESS, NAME, WRONG_TOKEN
from .door import DOORS
from .fault_codes import with_wire_code

_WHEN = Circumstances(
    "POST", "/v1/connectors/accounts/runs", datetime(2026, 1, 15, 2, 0, tzinfo=UTC), "req-example"
)

DJUST = Dialect(
    name=NAME,
    title="DJUST",
    access=ACCESS,
    replies=replies,
    doors=DOORS,
    with_wire_code=with_wire_code,
    examples={
        "No such connector": replies.refused(refusal("unknown-connector", "'accounts'"), _WHEN),
        "A wrong token": replies.refused(WRONG_TOKEN, _WHEN),
        "No list of accounts": replies.refused(refusal("no-json-list", "$: an object was seen there"), _WHEN),
        "Too many imports at once": replies.failed(Failure("The server is busy.", transient=True), _WHEN),
    },
)
