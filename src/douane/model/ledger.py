"""The stored tables of the ledger: what each row is, and its columns, for readers and for tests."""

from __future__ import annotations

from dataclasses import dataclass

from .entry_lines import ENTRY_LINES
from .kinds import sql_type


@dataclass(frozen=True)
class Stored:
    """A column as it is stored: its SQL type, and whether it may be empty."""

    name: str
    type: str
    about: str
    may_be_empty: bool = False


@dataclass(frozen=True)
class StoredTable:
    """A table as it is stored; its rows are those of a company, or of an organization alone."""

    name: str
    about: str
    columns: tuple[Stored, ...]
    is_of_company: bool = True

    @property
    def all_columns(self) -> tuple[Stored, ...]:
        """The columns with those that say whose row it is, in front."""
        return (*(OWNER if self.is_of_company else OWNER[:1]), *self.columns)


OWNER = (
    Stored("organization_id", "integer", "Whose row it is: the organization"),
    Stored("company_id", "integer", "Whose row it is: the company"),
)


def _may(name: str, type_: str, about: str) -> Stored:
    """A column that may be empty."""
    return Stored(name, type_, about, may_be_empty=True)


def _fed(name: str, *, may_be_empty: bool = True) -> Stored:
    """A column that files fill as it is."""
    field = ENTRY_LINES.by_name[name]
    return Stored(name, sql_type(field.kind), field.about, may_be_empty)


ENTRIES = StoredTable(
    "entries",
    "A balanced posting in a journal.",
    (
        Stored("id", "bigint", "Number of the entry, ours"),
        _may("key", "uuid", "XXH3 hash of journal, number and day; empty for one that a call posted"),
        _may(
            "fingerprint",
            "bigint",
            "Sum of the hashes of its lines as they were last sent, altered where something of ours is in it",
        ),
        _may("run_id", "bigint", "The run that last wrote it, empty when a call did"),
        _may("line", "integer", "Where it starts in that run's file"),
        Stored("fiscal_year_id", "integer", "The fiscal year that its day lies in"),
        Stored("journal_id", "integer", "Its journal"),
        _may("number", "text", "Its number in the journal, as sent"),
        Stored("entered_on", "date", "Its day"),
        Stored("is_pending", "boolean", "It waits to be made final"),
        _may("external_id", "text", "The sender's own key for it; no two entries of a company have the same"),
        _may("extra", "jsonb", "What the sender said of it besides"),
        _may("establishment_id", "integer", "The establishment it belongs to"),
    ),
)

LINES = StoredTable(
    "entry_lines",
    "A line of an entry. One of debit and credit is 0, but for lines that a file gives otherwise.",
    (
        Stored("entry_id", "bigint", "Its entry"),
        Stored("number", "integer", "Its place in the entry, from 1"),
        _may("line", "integer", "Its line in the file of the entry's run"),
        Stored("account_id", "bigint", "Its ledger account"),
        _may("auxiliary_id", "bigint", "The auxiliary account beside it"),
        Stored("entered_on", "date", "Day of the entry"),
        _fed("label"),
        _fed("debit", may_be_empty=False),
        _fed("credit", may_be_empty=False),
        *map(_fed, ("piece", "piece_on", "reference", "lettering", "lettered_on", "validated_on", "due_on")),
        *map(_fed, ("currency", "currency_amount", "payment_means", "attachments")),
        _may("extra", "jsonb", "Cells of columns that no field takes, label to text"),
    ),
)

LEDGER_ACCOUNTS = StoredTable(
    "ledger_accounts",
    "A line of the chart of accounts. General and auxiliary accounts have numbers of their own.",
    (
        Stored("id", "bigint", "Number of the account, ours"),
        Stored("number", "text", "Its number, completed as the company has it"),
        Stored("is_auxiliary", "boolean", "Entry lines carry it beside a general account"),
        Stored("name", "text", "What it is called"),
        _may("customer_code", "text", "Code of the customer it stands for, whether or not there is one"),
        Stored("is_intracommunity", "boolean", "Its purchases or sales are within the European Union"),
        Stored("is_reverse_charged", "boolean", "The buyer owes the VAT"),
        Stored("is_exempt", "boolean", "It is exempt from VAT"),
        Stored("is_service", "boolean", "It is about services"),
        Stored("is_fee_declared", "boolean", "Fees on it are declared"),
        Stored("is_closed", "boolean", "Nothing can be posted on it"),
        Stored("is_blocked", "boolean", "It is blocked"),
        _may("vat_parameter_id", "integer", "How it is taxed, one of vat_parameters"),
        _may("counterpart_id", "bigint", "The account that usually stands on the other side"),
        _may("comment", "text", "Comment"),
        _may("details", "jsonb", "What is known of the third party, and of the account besides: see below"),
        _may("run_id", "bigint", "The run that made it, empty when a call did"),
    ),
)

JOURNALS = StoredTable(
    "journals",
    "Where entries of one kind are kept.",
    (
        Stored("id", "integer", "Number of the journal, ours"),
        Stored("code", "text", "Its code"),
        Stored("name", "text", "What it is called"),
        Stored("type", "text", "Its type, one of the list below"),
        _may("counterpart_account_id", "bigint", "The ledger account of the other side, where it is fixed"),
        Stored("is_closed", "boolean", "Nothing can be posted in it"),
        _may("run_id", "bigint", "The run that made it, empty when no run did"),
    ),
)

FISCAL_YEARS = StoredTable(
    "fiscal_years",
    "A fiscal year; a day lies in one at most.",
    (
        Stored("id", "integer", "Number of the year, ours"),
        Stored("starts_on", "date", "First day"),
        Stored("ends_on", "date", "Last day"),
        Stored("is_closed", "boolean", "Nothing can be posted in it any more"),
        _may("closed_at", "timestamp with time zone", "When it was closed"),
        _may("closed_by", "text", "Who closed it"),
    ),
)

ESTABLISHMENTS = StoredTable(
    "establishments",
    "A place where a company works; one is the main one.",
    (
        Stored("id", "integer", "Number of the establishment, ours"),
        Stored("code", "text", "Its code"),
        Stored("name", "text", "What it is called"),
        _may("siret", "text", "Its SIRET"),
        Stored("is_main", "boolean", "It is the main one"),
        _may("address_street", "text", "Street"),
        _may("address_postal_code", "text", "Postal code"),
        _may("address_city", "text", "City"),
        _may("address_country", "text", "Country"),
    ),
)

WAYS = StoredTable(
    "ways",
    "A kind of street in an address, such as an avenue.",
    (
        Stored("id", "integer", "The number that senders give it"),
        Stored("name", "text", "What it is called"),
    ),
    is_of_company=False,
)

PAYMENT_DEADLINES = StoredTable(
    "payment_deadlines",
    "When an invoice is due.",
    (
        Stored("id", "integer", "The number that senders give it"),
        Stored("name", "text", "What it is called"),
        Stored("days", "integer", "Days after that of the invoice"),
        Stored("is_end_of_month", "boolean", "Then the end of that month"),
        _may("day_of_month", "integer", "Then this day of a month"),
    ),
    is_of_company=False,
)

PAYMENT_TYPES = StoredTable(
    "payment_types",
    "A means of payment.",
    (
        Stored("id", "integer", "Number of the means, ours"),
        Stored("code", "text", "Its code"),
        Stored("name", "text", "What it is called"),
    ),
)

VAT_PARAMETERS = StoredTable(
    "vat_parameters",
    "How a line is taxed.",
    (
        Stored("id", "integer", "Number of the parameter, ours"),
        Stored("code", "text", "Its code"),
        Stored("rate", "numeric(5,2)", "Percentage"),
        _may("type_id", "integer", "What is taxed: 1 goods and services, 2 fixed assets, 4 nothing, others"),
        _may("exigibility_id", "integer", "When it is owed: 1 once invoiced, 2 once paid, 3 either"),
        _may("deductible_account", "text", "Number of the account of VAT to get back"),
        _may("collected_account", "text", "Number of the account of VAT to pay"),
        Stored("is_blocked", "boolean", "It is blocked"),
    ),
)

ATTACHMENTS = StoredTable(
    "attachments",
    "A document, of an entry, of one of its lines, or of a run whose lines name it.",
    (
        Stored("id", "bigint", "Number of the document, ours"),
        _may("run_id", "bigint", "The run it came with"),
        _may("entry_id", "bigint", "Its entry"),
        _may("line_number", "integer", "The entry's line it is of"),
        Stored("name", "text", "Name of the file"),
        _may("media_type", "text", "Its MIME type"),
        Stored("content", "bytea", "Its content"),
    ),
)

LEDGER_TABLES: dict[str, StoredTable] = {
    each.name: each
    for each in (
        ENTRIES,
        LINES,
        LEDGER_ACCOUNTS,
        JOURNALS,
        FISCAL_YEARS,
        ESTABLISHMENTS,
        WAYS,
        PAYMENT_DEADLINES,
        PAYMENT_TYPES,
        VAT_PARAMETERS,
        ATTACHMENTS,
    )
}
