"""Why a file of entries is turned away: the wire code for its weightiest fault, by door."""

from __future__ import annotations

from typing import Any

from douane.errors import Refusal

from .errors import refused

MALFORMED = "IMPORT18"
MOST = 0.5

COMMON = {
    "unknown-journal": "JOURNAL3",
    "journal-closed": "JOURNAL21",
    "unknown-ledger-account": "COMPTE2",
    "not-an-account-number": "COMPTE30",
    "ledger-account-closed": "COMPTE32",
    "two-sided-line": "IMPORT23",
    "entry-unbalanced": "IMPORT13",
    "fiscal-year-closed": "ECR9",
    "no-fiscal-year": "ECR10",
    "several-fiscal-years": "EXERCICE2",
    "not-an-amount": "ECR2",
    "too-many-decimals": "ECR2",
    "amount-too-large": "ECR2",
    "ambiguous-amount": "ECR2",
    "not-a-date": "GBL2",
    "ambiguous-date": "GBL2",
    "text-too-long": "GBL5",
}
BY_DOOR = {
    "fec": {
        "entry-unbalanced": "FEC8",
        "no-fiscal-year": "FEC6",
        "other-fiscal-year": "FEC6",
        "fiscal-year-closed": "FEC12",
    },
    "tra": {"no-fiscal-year": "IMPORT29"},
    "csv": {},
}
MOSTLY = {"FEC6": "FEC9"}
"""Codes that are others when most lines of the file have the fault."""
OF_FIELDS = {"EcritureDate": "FEC2", "PieceDate": "FEC3"}
"""Codes of dates, and of what is missing, by the label."""


def refusal_of(door: str, fault: dict[str, Any], share: float) -> Refusal:
    """The refusal for a file whose weightiest fault is `fault`, which `share` of its lines have."""
    kebab, value = fault["code"], fault["value"] or ""
    code = BY_DOOR[door].get(kebab) or COMMON.get(kebab, MALFORMED)
    if code in {"GBL2", MALFORMED}:
        code = OF_FIELDS.get(fault["field"] or "", code)
    if share > MOST:
        code = MOSTLY.get(code, code)
    made = refused(code, fault["field"], fault["detail"]) if code == "GBL5" else refused(code, value)
    return Refusal(code, made.message, f"Line {fault['line']}: {fault['message']}. {fault['hint']}")
