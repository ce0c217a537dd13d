"""The page of every code: faults, warnings, refusals, and what a sender sees of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from douane.dialects.mydso.replies import refused
from douane.dialects.native.replies import STATUSES
from douane.errors import Refusal
from douane.model.catalogue import FAULTS, REFUSALS, WARNINGS, Code

from .markdown import code, table, titled

ABOUT = """\
A code is never renamed and never used again for something else, so a program may decide by it. In a message
`{value}` is what was seen, `{field}` the sender's label and `{detail}` what the code says more."""

FAULTS_ABOUT = """\
One row breaks one rule. The row is rejected, the others go on; every fault of a line is told at once, in the
receipt and, on the doors of MY DSO MANAGER, in `exception_lines`."""

WARNINGS_ABOUT = "A value is doubtful. The row was imported with it; the receipt keeps the warning."

REFUSALS_ABOUT = """\
The whole request is turned away and nothing of it is stored. The last two columns are what the reply carries:
`error_code` with its HTTP status on the doors of MY DSO MANAGER (200 becomes 400 when
`DOUANE_ANSWER_ERRORS_WITH_200` is 0), and the status under `/v1`, where the code itself is in the body."""


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
    head = ("code", "what it is", "message", "what to do", "MY DSO MANAGER", "/v1")
    return table(head, _refusal_rows())


def _refusal_rows() -> Iterator[tuple[str, ...]]:
    for each in REFUSALS.values():
        reply = refused(Refusal(each.code, each.template), errors_with_200=True)
        wire = f"{code(reply.body['error_code'])} {reply.status}"
        native = str(STATUSES.get(each.code, 400))
        yield code(each.code), each.title, each.template, each.hint, wire, native
