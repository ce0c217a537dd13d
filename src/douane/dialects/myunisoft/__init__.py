"""MyUnisoft: the partners' API of an accounting system (access, errors, replies, calls, doors)."""

from datetime import UTC, datetime

from douane.dialects.call import Notice
from douane.dialects.dialect import Circumstances, Dialect, Metering
from douane.dialects.door import Reply
from douane.errors import Failure
from douane.model.refusing import refusal

from . import replies
from .access import ACCESS, NAME
from .account_calls import CALLS as ACCOUNT_CALLS
from .doors import DOORS
from .entry_calls import CALLS as ENTRY_CALLS
from .errors import refused
from .folder_calls import CALLS as FOLDER_CALLS

_WHEN = Circumstances(
    "POST",
    "/api/v1/account",
    datetime(2026, 1, 15, 2, 0, tzinfo=UTC),
    "req-8f6e2a44-5d0c-4d0e-9a55-0d3f3b0a7c11",
)

MYUNISOFT = Dialect(
    name=NAME,
    title="MyUnisoft",
    access=ACCESS,
    replies=replies,
    doors=DOORS,
    calls=(*ACCOUNT_CALLS, *FOLDER_CALLS, *ENTRY_CALLS),
    notices=(Notice("/api/partners/health", "Whether the API is there.", Reply(200, {"status": "ok"})),),
    examples={
        "No token": replies.refused(refused("ERR-INVALID-AUTH-HEADER"), _WHEN),
        "A firm's token without society-id": replies.refused(refused("GBL10", "society-id"), _WHEN),
        "A folder of somebody else": replies.refused(refused("ERR-FOLDER-NOT-FOUND", "7"), _WHEN),
        "Too many requests": replies.refused(
            refusal("too-many-requests", "20 requests in 10 seconds"), _WHEN
        ),
        "Under maintenance": replies.failed(Failure("The server is busy.", transient=True), _WHEN),
    },
    home="/api/v1",
    request_id_header="request-id",
    metering=Metering("X-Rate-Limit-Remaining", "X-Rate-Limit-Reset", "X-Rate-Limit-Total"),
)
