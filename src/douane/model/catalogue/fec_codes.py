"""What only the tax administration's check of a FEC says."""

from __future__ import annotations

from .code import Code

FEC_FAULTS = (
    Code(
        "decimal-point",
        "Point as decimal sign",
        "{value} has a point; a FEC has a comma for the decimal sign",
        "Write 1200,50.",
    ),
    Code(
        "thousands-separator",
        "Thousands separator",
        "{value} has signs between thousands",
        "Write the digits without anything between them: 1200,50.",
    ),
    Code(
        "not-a-fec-amount",
        "Not an amount of a FEC",
        "{value} is not an amount",
        "Write digits with a comma for the decimal sign: 1200,50.",
    ),
    Code(
        "not-a-fec-date",
        "Not a date of a FEC",
        "{value} is not a date",
        "Write dates as year, month and day in eight digits: 20241231.",
    ),
    Code("blank-line", "Blank line", "The line is blank", "Remove the line."),
    Code(
        "missing-column",
        "Column missing in the header",
        "The header has no column {field}",
        "Name all 18 columns of the law, those without values too.",
    ),
    Code(
        "column-separator",
        "Separator that a FEC may not have",
        "The columns are separated by {value}",
        "Put a tab or | between the columns.",
    ),
)

FEC_WARNINGS = (
    Code(
        "account-number-start",
        "Account number without a class",
        "{value} does not start with three digits",
        "Use the numbers of the general chart of accounts.",
    ),
    Code(
        "both-sides",
        "Debit beside credit",
        "The line has a debit, {value}, and a credit",
        "Write two lines.",
    ),
    Code(
        "neither-side",
        "Neither debit nor credit",
        "The line has neither a debit nor a credit",
        "Leave the line out, or give its amount.",
    ),
    Code(
        "unlikely-year",
        "Unlikely year",
        "{value} is not in the years 1900 to 2099",
        "Check the date.",
    ),
    Code(
        "expected-value",
        "Expected value missing",
        "{field} is empty",
        "Give the value if there is one.",
    ),
)
