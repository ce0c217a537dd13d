"""Refusals of a single record: a fiscal year, a journal, an establishment, a row of a list."""

from __future__ import annotations

from .code import Code

RECORD_REFUSALS = (
    Code(
        "unknown-record", "No such record", "There is no {detail}.", "The list command shows what there is."
    ),
    Code("code-taken", "Code taken", "There is {detail} already.", "Choose another code."),
    Code("record-in-use", "Record in use", "It is in use: {detail}.", "Leave it, or close it instead."),
    Code("bad-record", "Impossible value", "{detail}", "Correct the value."),
    Code(
        "year-overlap",
        "Fiscal years overlap",
        "Days of it belong to the fiscal year {detail}.",
        "Give it days that no other fiscal year has.",
    ),
    Code("year-closed", "Closed fiscal year", "The fiscal year {detail} is closed.", "Use an open one."),
)
