"""The published codes of faults, F-E, and their texts, for ours; those without a published one have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from douane.pipeline.accounts.details import cause_in


@dataclass(frozen=True)
class WireCode:
    """A published code. Its template may name {field}, {value}, {detail} and {kind}."""

    code: str
    template: str
    kind: str = ""


def _format(kind: str) -> WireCode:
    return WireCode("F-E-012", "Field {field} does not respect expected format {kind}", kind)


_TAKEN = WireCode("F-E-003", "Unique reference {field} already exists in Djust system")
_UNKNOWN_ACCOUNT = WireCode("F-E-033", "Account or address not found in DJUST: {value}")

WIRE_CODES: Mapping[str, WireCode] = {
    "missing-value": WireCode("F-E-001", "Required field(s) {field} is/are missing or blank"),
    "unknown-tag": WireCode(
        "F-E-002",
        "At least one {field} does not exist in Djust system : {value} with type EXTERNAL_ID",
    ),
    "taken-identity": _TAKEN,
    "duplicate-key": _TAKEN,
    "ambiguous-match": _TAKEN,
    "other-external-id": _TAKEN,
    "address-changed-and-linked": _TAKEN,
    "address-told-otherwise": _TAKEN,
    "unknown-custom-field": WireCode(
        "F-E-002",
        "At least one {field} does not exist in Djust system : {field} with type EXTERNAL_ID",
    ),
    "unknown-choice": WireCode(
        "F-E-008", "Unexpected value {value} for field {field}, must be one of {detail}"
    ),
    "not-a-flag": WireCode("F-E-009", "Field {field} must be a boolean: true or false"),
    "text-too-long": WireCode(
        "F-E-010", "Size limit exceeded for field {field}, must be lower than {detail} characters"
    ),
    "not-an-amount": _format("NUMBER"),
    "ambiguous-amount": _format("NUMBER"),
    "too-many-decimals": _format("NUMBER"),
    "amount-too-large": _format("NUMBER"),
    "not-a-date": _format("DATE"),
    "ambiguous-date": _format("DATE"),
    "not-an-email": _format("EMAIL"),
    "not-a-web-address": _format("URL"),
    "unknown-account": _UNKNOWN_ACCOUNT,
    "account-deleted": _UNKNOWN_ACCOUNT,
    "address-not-linked": _UNKNOWN_ACCOUNT,
}
"""Our code -> the published one."""

REJECTED = "account-rejected"


def with_wire_code(fault: Mapping[str, Any]) -> dict[str, Any]:
    """A fault as a receipt tells it, with `wire_code` and `wire_message`; null where nothing is published."""
    if fault["code"] == REJECTED:
        return _with_cause(fault)
    wire = WIRE_CODES.get(fault["code"])
    if wire is None:
        return {**fault, "wire_code": None, "wire_message": None}
    shown = {name: fault[name] or "" for name in ("field", "value")}
    message = wire.template.format(**shown, kind=wire.kind, detail=fault.get("detail") or "")
    return {**fault, "wire_code": wire.code, "wire_message": message}


def _with_cause(fault: Mapping[str, Any]) -> dict[str, Any]:
    """A fault that another line of the account is the cause of: the published code is that of the cause."""
    wire = WIRE_CODES.get(cause_in(fault.get("detail") or ""))
    line = (fault.get("detail") or "").partition(" ")[0]
    message = None if wire is None else f"It is that of line {line}"
    return {**fault, "wire_code": None if wire is None else wire.code, "wire_message": message}
