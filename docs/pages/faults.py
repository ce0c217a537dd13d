"""The page of every code: faults, warnings, refusals, and what a sender sees of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from douane.dialects.dialect import Circumstances
from douane.dialects.mydso.replies import refused as refused_by_mydso
from douane.dialects.myunisoft.replies import refused as refused_by_myunisoft
from douane.dialects.native.replies import STATUSES
from douane.errors import Refusal
from douane.model.catalogue import FAULTS, REFUSALS, WARNINGS, Code

from .markdown import code, table, titled

ABOUT = """\
A code is never renamed and never used again for something else, so a program may decide by it. In a message
`{value}` is what was seen, `{field}` the sender's label and `{detail}` what the code says more."""

FAULTS_ABOUT = """\
One row breaks one rule. The row is rejected, the others go on; every fault of a line is told at once, in the
receipt and, on the doors of MY DSO MANAGER, in `exception_lines`. A line of an entry is rejected with its
entry, and a file that a partner sends to MyUnisoft's doors is turned away as a whole. The codes from
`decimal-point` to `column-separator` are told by `douane check --strict` alone."""

WARNINGS_ABOUT = "A value is doubtful. The row was imported with it; the receipt keeps the warning."

REFUSALS_ABOUT = """\
The whole request is turned away and nothing of it is stored. The last three columns are what the reply
carries. On the doors of MY DSO MANAGER: `error_code` with its HTTP status (200 becomes 400 when
`DOUANE_ANSWER_ERRORS_WITH_200` is 0). At the addresses of MyUnisoft: the wire code with its status; for
everything else that can be wrong there, the vendor has [codes of its own](../dialects/myunisoft.md#errors).
Under `/v1`: the status; the code itself is in the body. A command ends with 1 and tells sentence and hint."""

SOMETIME = Circumstances("POST", "/", datetime(2026, 1, 1, tzinfo=UTC), "")


def page() -> str:
    """The text of the page."""
    return titled(
        "Faults, warnings and refusals",
        ABOUT,
        f"## Faults\n\n{FAULTS_ABOUT}",
        _told(FAULTS),
        f"## Warnings\n\n{WARNINGS_ABOUT}",
        _told(WARNINGS),
        f"## Refusals\n\n{REFUSALS_ABOUT}",
        _refusals(),
    )


def _told(codes: Mapping[str, Code]) -> str:
    head = ("code", "what it is", "message", "what to do")
    return table(head, ((code(each.code), each.title, each.template, each.hint) for each in codes.values()))


def _refusals() -> str:
    head = ("code", "what it is", "message", "what to do", "MY DSO MANAGER", "MyUnisoft", "/v1")
    return table(head, _refusal_rows())


def _refusal_rows() -> Iterator[tuple[str, ...]]:
    for each in REFUSALS.values():
        refusal = Refusal(each.code, each.template)
        mydso = refused_by_mydso(refusal, SOMETIME)
        myunisoft = refused_by_myunisoft(refusal, SOMETIME)
        yield (
            code(each.code),
            each.title,
            each.template,
            each.hint,
            f"{code(mydso.body['error_code'])} {mydso.status}",
            f"{code(myunisoft.body['error']['code'])} {myunisoft.status}",
            str(STATUSES.get(each.code, 400)),
        )
