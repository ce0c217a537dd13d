"""Every fault, warning and refusal code, each once: what it is called, what it says and what to do.

Codes are kebab nouns, never renamed or reused. A template may name {value}, {field} and {detail}.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One way to go wrong. `template` makes the message of one occurrence; `hint` says what to do."""

    code: str
    title: str
    template: str
    hint: str


def _by_code(*codes: Code) -> dict[str, Code]:
    return {each.code: each for each in codes}


FAULTS = _by_code(
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
    Code("not-a-date", "Not a date", "{value} is not a date", "Write dates as YYYY-MM-DD."),
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
    # merge: the line's entry cannot be stored
    Code(
        "entry-unbalanced",
        "Entry out of balance",
        "The entry's debit exceeds its credit by {detail}",
        "Send all lines of the entry, with equal totals of debit and credit.",
    ),
    Code(
        "entry-rejected",
        "Another line of the entry is rejected",
        "An entry is stored whole or not at all, and another line of this one is rejected",
        "Correct the other line, then send the entry again.",
    ),
    Code(
        "no-fiscal-year",
        "No such fiscal year",
        "{value} lies in no fiscal year of the company",
        "Add the fiscal year, or correct the date.",
    ),
    Code(
        "other-fiscal-year",
        "Outside the fiscal year",
        "{value} lies outside the fiscal year that the file is sent for",
        "Correct the date, or send the file for its own fiscal year.",
    ),
    Code(
        "fiscal-year-closed",
        "Fiscal year closed",
        "{value} lies in a fiscal year that is closed",
        "Correct the date, or have the fiscal year opened again.",
    ),
    Code(
        "unknown-journal",
        "Unknown journal",
        "There is no journal {value}",
        "Add the journal, or give its name in the file.",
    ),
    Code("journal-closed", "Journal closed", "The journal {value} is closed", "Use another journal."),
    Code(
        "unknown-ledger-account",
        "Unknown ledger account",
        "There is no ledger account {value}",
        "Add the account, or give its name in the file.",
    ),
    Code(
        "ledger-account-closed",
        "Ledger account closed",
        "The ledger account {value} is closed",
        "Use another account.",
    ),
    Code(
        "not-an-account-number",
        "Not an account number",
        "{value} is not an account number",
        "Write a digit from 1 to 9, then letters and digits, 20 characters at most.",
    ),
    Code(
        "two-sided-line",
        "Debit and credit on one line",
        "The line has a debit and a credit of {value}",
        "Give one of the two; write two lines for both.",
    ),
    Code(
        "ambiguous-entry",
        "Several stored entries match",
        "Several stored entries have this journal, number and day",
        "Give the entry a number of its own.",
    ),
    # what only the tax administration's check of a FEC says
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
    Code(
        "not-an-entry-line",
        "Not an entry line of a TRA",
        "The line is no entry line: {detail}",
        "Look for a character too many or too few before that position; every position counts.",
    ),
)

WARNINGS = _by_code(
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

REFUSALS = _by_code(
    Code(
        "access-denied",
        "Access denied",
        "The login or the password is wrong.",
        "Check the credential; douane grant makes a new one.",
    ),
    Code("empty-upload", "Empty file", "The file is empty.", "Send a header line and at least one row."),
    Code("no-header", "No header", "The file has no header line.", "Start the file with a line of labels."),
    Code(
        "missing-label",
        "Label missing in the header",
        "The header has no label in column {detail}.",
        "Name every column.",
    ),
    Code(
        "repeated-label",
        "Label repeated in the header",
        "The header names {detail} more than once.",
        "Name every column once.",
    ),
    Code(
        "required-label", "Required column missing", "The header lacks {detail}.", "Add the required columns."
    ),
    Code("too-many-columns", "Too many columns", "The header has {detail} columns.", "Send fewer columns."),
    Code(
        "long-label",
        "Label too long",
        "The header has a label that is too long: {detail}.",
        "Name columns with at most 100 characters.",
    ),
    Code(
        "unknown-charset",
        "Unknown charset",
        "{detail} is not a charset we know.",
        "Use a name such as UTF-8 or ISO-8859-1.",
    ),
    Code("unknown-option", "Bad option", "{detail}", "See the reference of the door."),
    Code(
        "broken-archive",
        "Broken compression",
        "The compressed body cannot be read: {detail}.",
        "Compress the file again.",
    ),
    Code(
        "unknown-compression",
        "Unknown compression",
        "Content-Encoding {detail} is not supported.",
        "Send the file as it is or with gzip.",
    ),
    Code("upload-too-large", "File too large", "The file is larger than {detail} bytes.", "Split the file."),
    Code(
        "upload-cut",
        "Upload cut short",
        "The sender hung up before the whole file had arrived.",
        "Send it again.",
    ),
    Code(
        "idempotency-key-reused",
        "Idempotency key used for another request",
        "This Idempotency-Key was used with another file or other options.",
        "Use a new key for each file.",
    ),
    Code(
        "idempotency-key-in-use",
        "Idempotency key in use",
        "The first request with this Idempotency-Key is still running.",
        "Wait for it, then ask again.",
    ),
    Code("unknown-run", "Unknown run", "There is no run {detail}.", "douane runs lists them."),
    Code("nothing-held", "Nothing to release", "Run {detail} holds no clear.", "See the run's receipt."),
    Code(
        "release-stale",
        "Later import in between",
        "Run {detail} is not the newest import of its table.",
        "Release the newest run, or send the file again.",
    ),
    Code(
        "upload-gone",
        "File no longer kept",
        "The file of run {detail} is no longer kept.",
        "Raise DOUANE_UPLOAD_DAYS_KEPT to keep files longer.",
    ),
    Code(
        "archive-too-large",
        "Archive too large",
        "What the archive holds is larger than {detail} bytes.",
        "Send fewer or smaller documents, or split the file.",
    ),
    Code(
        "other-siren",
        "SIREN of another company",
        "The name of the file has the SIREN {detail}.",
        "Send the file to its own company, or correct its name.",
    ),
    Code("bad-setting", "Bad setting", "{detail}", "See douane doctor."),
    Code("old-database", "Database too old", "{detail}", "Use PostgreSQL 18 or newer."),
    Code("bad-request", "Unreadable request", "The request cannot be read: {detail}.", "Correct it."),
    Code(
        "request-too-large",
        "Request too large",
        "The body is larger than {detail} bytes.",
        "Send less at a time.",
    ),
    Code("unknown-address", "Nothing there", "There is nothing at {detail}.", "/schema lists the addresses."),
    Code(
        "unknown-method",
        "Method not possible",
        "{detail} is not possible at this address.",
        "/schema lists the methods of each address.",
    ),
    Code(
        "too-many-requests",
        "Too many requests",
        "The credential made more than {detail}.",
        "Wait as long as Retry-After says, then go on.",
    ),
    Code(
        "too-many-at-once",
        "Too many requests at once",
        "More than {detail} requests of this address are under way for the company.",
        "Wait for one of them to be answered.",
    ),
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
    Code(
        "outside-charset",
        "Character outside the charset",
        "The file cannot be written: {detail}.",
        "Write it in UTF-8.",
    ),
    Code(
        "several-data-files",
        "Several data files in the archive",
        "The archive holds more than one data file: {detail}.",
        "Send each in an archive of its own.",
    ),
    Code(
        "no-data-file",
        "No data file in the archive",
        "The archive holds no file with a name in {detail}.",
        "Put the file at the root of the archive, not in a folder.",
    ),
    Code(
        "unwritable-value",
        "Value that the format cannot hold",
        "The file cannot be written: {detail}.",
        "Shorten or correct the value.",
    ),
    Code(
        "no-rejected-lines",
        "Lines not given back",
        "The lines of a file for {detail} are not given back one by one.",
        "Ask for the faults of the run instead; each has its line.",
    ),
)
