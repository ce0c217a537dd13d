"""Faults of a row, by the stage that finds them, and warnings about a row that is imported."""

from __future__ import annotations

from .code import Code

ROW_FAULTS = (
    # parse: the line is not a row
    Code(
        "column-count",
        "Wrong number of values",
        "Column count doesn't match ({detail})",
        "Give the line as many values as the header has labels; quote values that hold the separator.",
    ),
    Code(
        "bad-quoting",
        "Quotes do not pair up",
        "The quotes of this line do not pair up near {value}",
        'Double every quote inside a quoted value: "Wong, ""Kit"" Leung".',
    ),
    Code(
        "bytes-outside-charset",
        "Bytes outside the charset",
        "The line holds bytes that are not {detail}",
        "Send the file in the charset that `encoding` names.",
    ),
    Code(
        "nul-character",
        "NUL character",
        "The line holds a NUL character",
        "Remove the NUL characters; text cannot hold them.",
    ),
    Code(
        "unit-separator",
        "Unit separator",
        "The line holds the control character U+001F near {value}",
        "Remove the control characters; they are no text.",
    ),
    Code(
        "line-too-long",
        "Line too long",
        "The line is longer than {detail} bytes",
        "Look for a quote that is never closed, or split the line.",
    ),
    # validate: a value is not what its field takes
    Code(
        "missing-value",
        "Required value missing",
        "{field} is empty but required",
        "Give the value, or leave the line out.",
    ),
    Code("text-too-long", "Text too long", "{field} is longer than {detail} characters", "Shorten the text."),
    Code(
        "not-an-amount",
        "Not an amount",
        "{value} is not an amount",
        "Write digits with at most one decimal sign: 1200, 1 200,00 or 1200.50.",
    ),
    Code(
        "too-many-decimals",
        "More than six decimals",
        "{value} has more than 6 decimals",
        "Round the amount to 6 decimals before sending.",
    ),
    Code(
        "amount-too-large",
        "Amount too large",
        "{value} has more than 14 digits before the decimal sign",
        "Check the amount.",
    ),
    Code(
        "ambiguous-amount",
        "Amount that could mean two things",
        "{value} could be a decimal or a thousands separator",
        "Write two decimals (1200,00) or declare the decimal sign on the credential.",
    ),
    Code(
        "not-a-date",
        "Not a date",
        "{value} is not a date{detail}",
        "Write dates as YYYY-MM-DD, or in the format that the mapping names.",
    ),
    Code(
        "ambiguous-date",
        "Date that could mean two days",
        "{value} could be day/month or month/day",
        "Write dates as YYYY-MM-DD or declare the date order on the credential.",
    ),
    Code("not-a-flag", "Not a flag", "{value} is neither 0 nor 1", "Write 0 or 1."),
    Code(
        "unknown-choice",
        "Value outside the list",
        "{value} is not one of {detail}",
        "Use one of the listed values.",
    ),
    Code(
        "unknown-item-type",
        "Unknown item type",
        "{value} is not one of {detail}",
        "Use a listed type, or map your ERP's types with a value map: "
        "douane grant mydso ... --map item_type:NF=FAC.",
    ),
    Code(
        "not-an-email",
        "Not an e-mail address",
        "{value} is not an e-mail address",
        "Write one address such as name@example.com.",
    ),
    Code(
        "unknown-currency",
        "Unknown currency",
        "{value} is not an ISO 4217 currency code",
        "Write a three-letter code such as EUR.",
    ),
    Code(
        "unknown-country-code",
        "Unknown country code",
        "{value} is not an ISO 3166 country code",
        "Write a two-letter code such as FR, or the country's name.",
    ),
    Code("siret-format", "Not a SIRET", "{value} is not 14 digits", "Write the 14 digits of the SIRET."),
    Code(
        "siret-checksum",
        "SIRET with a wrong check digit",
        "{value} fails the SIRET check",
        "Look for swapped or missing digits.",
    ),
    # merge: the row does not fit what is stored
    Code(
        "unknown-customer",
        "Unknown customer",
        "Customer {value} is not known",
        "Import the customer first, then send this line again.",
    ),
    Code(
        "duplicate-key",
        "Key taken twice in the file",
        "The same key stands on line {detail} with other values",
        "Keep one of the two lines, or give each a unique identifier.",
    ),
    Code(
        "ambiguous-match",
        "Several stored rows match",
        "{detail} stored rows answer to this line",
        "Give the unique identifier.",
    ),
    Code(
        "taken-identity",
        "Identifier of another row",
        "{value} belongs to another row, line {detail}",
        "Give each row an identifier of its own.",
    ),
)

ROW_WARNINGS = (
    Code(
        "vat-format",
        "Doubtful VAT number",
        "{value} is not a valid VAT number",
        "Check the number; the row was imported.",
    ),
    Code(
        "unknown-country",
        "Unknown country",
        "{value} is not a country we know",
        "Write the two-letter ISO code; the row was imported.",
    ),
)
