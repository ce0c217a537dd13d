"""Mappings as people write them: what is kept of them, and all that is told when they cannot be meant so."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from douane.errors import Refusal
from douane.model.builtin_mappings import BUILT_IN, IMPORTPERSO
from douane.model.kinds import Kind
from douane.model.mapped_tables import MAPPED_TABLES
from douane.model.mapping_document import MappingDocument, read_document
from douane.pipeline.mapped_values import wrong_values

SALES = """
name = "SALES"
table = "entry_lines"
extras = "ignore"

[layout]
delimiter = "\\t"
quote = ""
skip_lines = 2
encoding = "ISO-8859-15"
decimal_sign = ","
date_format = "dd/mm/yyyy"

[[columns]]
label = ["Date", "Jour"]
field = "entered_on"

[[columns]]
label = "Compte"
field = "account_number"
prefixes = { "4110" = "411", "411000" = "4119" }

[[columns]]
label = "Sens"
field = "side"
values = { "V" = "C", "A" = "D" }
other_values = "reject"

[[columns]]
label = "Montant"
field = "amount"
required = true
default = "0,00"

[constants]
journal_code = "VE"

[entries]
makes_accounts = "all"
"""

FIXED = {
    "name": "OLD",
    "table": "customers",
    "layout": {"kind": "fixed"},
    "columns": [{"field": "code", "start": 1, "width": 8}, {"field": "name", "start": 5, "width": 40}],
}


def sales(**changes: Any) -> dict[str, Any]:
    return tomllib.loads(SALES) | changes


def wrong(sent: Any) -> str:
    """What is told of a mapping that is refused."""
    with pytest.raises(Refusal) as caught:
        read_document(sent, wrong_values)
    assert caught.value.code == "bad-mapping"
    return caught.value.message


def fixed(**keys: Any) -> dict[str, Any]:
    """A mapping of customers of fixed width with one column, and one more as given."""
    return {**FIXED, "columns": [{"field": "code", "start": 1, "width": 8}, keys]}


def column(**keys: Any) -> dict[str, Any]:
    """A mapping of customers with one column, and one more as given."""
    return {"name": "X", "table": "customers", "columns": [{"label": "Code", "field": "code"}, keys]}


def test_what_a_person_writes_is_what_the_pipeline_gets() -> None:
    document = read_document(sales(), wrong_values)
    mapping = document.mapping
    assert mapping.table.name == "entry_lines"
    assert (mapping.is_personal, mapping.keeps_extras) == (True, False)
    assert mapping.constants == {"journal_code": "VE"}
    assert mapping.alternatives == (("amount",),)
    date, account, side, amount = mapping.columns
    assert (date.label, date.aliases, date.is_required, date.date_format) == (
        "Date",
        ("Jour",),
        True,
        "dd/mm/yyyy",
    )
    assert (account.is_required, account.prefixes) == (True, {"4110": "411", "411000": "4119"})
    assert (side.is_closed, side.values, side.choices["C"]) == (True, {"V": "C", "A": "D"}, "credit")
    assert (amount.is_required, amount.default, amount.date_format) == (True, "0,00", "")
    assert document.declarations.decimal_sign == ","
    assert document.layout.delimiter == "\t"
    assert document.entries.makes_accounts == "all"


@pytest.mark.parametrize("document", [*BUILT_IN, read_document(sales()), read_document(FIXED)])
def test_it_is_written_as_it_is_read(document: MappingDocument) -> None:
    assert read_document(document.as_json(), wrong_values) == document


def test_columns_of_fixed_width_go_by_their_characters() -> None:
    document = read_document(FIXED)
    assert [each.label for each in document.columns] == ["characters 1-8", "characters 5-44"]
    assert [each.is_required for each in document.mapping.columns] == [True, False]


def test_every_field_of_entries_of_the_usual_export_has_the_names_of_one_column() -> None:
    known = MAPPED_TABLES["entry_lines"].by_name
    assert {each.field for each in IMPORTPERSO.columns} <= known.keys()
    assert any(known[each.field].kind is Kind.AMOUNT for each in IMPORTPERSO.columns)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = wrong(
        {
            "name": "a/b",
            "table": "customers",
            "layout": {"delimiter": ";;", "color": "red"},
            "columns": [
                {"label": "Nom", "field": "nam"},
                {"label": "NOM ", "field": "email", "default": 0},
                {"field": "phone"},
                "siret",
            ],
            "constants": {"vat": "FR1"},
            "entries": {"makes_years": True},
        }
    )
    for problem in (
        "name is 'a/b'",
        "'color' is no key",
        "delimiter is ';;'; expected one sign",
        "column 1 (Nom): customers has no field 'nam'; name is meant, perhaps",
        "column 2 (NOM ): label is that of column 1 (Nom)",
        "default is 0; expected a text of 1 to 200 characters, in quotes",
        "column 3: label or position is missing",
        "column 4 is 'siret'; expected a table",
        "constants: customers has no field 'vat'",
        "the fields of customers are code, name, trading_name",
        "nothing names a row: expected code, or external_id",
        "entries are for mappings to entry_lines",
    ):
        assert problem in told


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (None, "it is null; expected a table"),
        ([], "it is a list"),
        ({}, "name is missing; table is missing; columns is missing"),
        (sales(table="invoices"), 'table is \'invoices\'; expected "entry_lines" or "accounts"'),
        (sales(name="x" * 65), "expected a name of 1 to 64 characters"),
        (sales(name=" x"), "expected a name of 1 to 64 characters"),
        (sales(name="a\x1b[2J"), "expected a name of 1 to 64 characters"),
        (sales(columns=[]), "columns is a list; expected a list of 1 to 1,000 columns"),
        (sales(columns=[{}] * 1001), "expected a list of 1 to 1,000 columns"),
        (sales(extras="some"), 'extras is \'some\'; expected "keep" or "ignore"'),
        (sales(constants={"label": "two\nlines", "journal_code": "VE"}), "constants: 'label' is 'two"),
        (sales(constants={}), "nothing fills journal_code, and every row needs it"),
        (sales(constants={"journal_code": "VE", "amount": "1"}), "amount is filled 2 times"),
        (sales(constants={"journal_code": "VE", "due_on": "soon"}), "due_on: 'soon' is not a date"),
        (sales(constants={"journal_code": "V" * 201}), "constants: 'journal_code' is"),
        (sales(layout={"decimal_sign": ";"}), 'decimal_sign is \';\'; expected "," or "."'),
        (sales(layout={"delimiter": '"'}), "delimiter and quote are both"),
        (sales(layout={"delimiter": "é"}), "delimiter is 'é'"),
        (sales(layout={"delimiter": "\n"}), "delimiter is"),
        (sales(layout={"delimiter": "\x1f"}), "delimiter is"),
        (sales(layout={"delimiter": ["a"]}), "delimiter is a list"),
        (sales(layout={"date_format": "month first"}), "expected a format such as dd/mm/yyyy"),
        (sales(layout={"encoding": "klingon"}), "encoding is 'klingon'; expected a charset"),
        (sales(layout={"skip_lines": True}), "expected a whole number from 0 to 1,000"),
        (sales(layout={"skip_lines": 10**30}), "skip_lines is a number; expected"),
        (sales(layout={"header": "no"}), "header is 'no'; expected true or false"),
        (sales(layout={"header": False}), "position is missing; a file without a header has no labels"),
        (sales(layout={"kind": "fixed", "quote": "'"}), "has no delimiter and no quote"),
        (sales(layout={"kind": "fixed"}), "start and width are missing"),
        (sales(layout={"kind": "xlsx"}), 'kind is \'xlsx\'; expected "delimited" or "fixed"'),
        (sales(entries={"makes_accounts": "some"}), 'expected "none" or "named" or "all"'),
        (column(label="Nom", field="name", position=2), "label and position are both given"),
        (column(position=2, field="name"), "some are named by label and some by position"),
        (column(label="Nom", start=1, width=3, field="name"), "start and width are for files of fixed width"),
        (column(label="", field="name"), "label is ''"),
        (column(label=["Nom", "NOM"], field="name"), "label is a list; expected"),
        (column(label="CODÉ", field="name"), "label is that of column 1 (Code)"),
        (column(label="Nom", field="code"), "code is filled 2 times"),
        (column(label="Nom"), "column 2 (Nom): field is missing"),
        (column(label="Nom", field="name", date_format="ddmmyy"), "date_format is for dates"),
        (column(label="Nom", field="name", other_values="reject"), "but there are no values"),
        (column(label="Nom", field="name", values={"a": "1", "A ": "2"}), "differ in more than their case"),
        (column(label="Nom", field="name", values={" ": "x"}), "default is for empty cells"),
        (column(label="Nom", field="name", values={"a": 1}), "texts to texts, all in quotes"),
        (column(label="Nom", field="name", prefixes={"": "x"}), "words that are not empty"),
        (column(label="Bloqué", field="is_blocked", default="maybe"), "default: 'maybe' is neither 0 nor 1"),
        (column(label="Bloqué", field="is_blocked", values={"x": "nope"}), "values: 'nope' is neither"),
        (
            column(label="Bloqué", field="is_blocked", values={"x": "1"}, other_values="reject", default="y"),
            "default: 'y' is not one of x",
        ),
        (column(label="Le", field="blocked_on", date_format="ddmmyy", default="2026-01-02"), "is not a date"),
        (column(label="Siret", field="siret", default="12345678900010"), "fails the SIRET check"),
        (fixed(start=1, width=8, field="name"), "column 2: label is that of column 1; expected another"),
        (fixed(start=9, width=1, field="name", label="Characters 1-8"), "label is that of column 1"),
        (column(label="Nom", field="name", default=" "), "and not of blanks alone"),
        (sales(constants={"journal_code": "\u00a0"}), "and not of blanks alone"),
        (sales(entries={"balances_on": "471 000"}), "expected the number of an account"),
        (sales(entries={"waiting_third_party": " "}), "expected the number of an account"),
    ],
)
def test_what_is_wrong_is_told(sent: Any, problem: str) -> None:
    assert problem in wrong(sent)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (["debit"], "nothing fills the amounts"),
        (["side"], "nothing fills the amounts"),
        (["debit", "amount"], "one of debit and credit is filled without the other"),
        (["debit", "credit", "side"], "side is filled without an amount"),
        ([], "nothing fills the amounts"),
    ],
)
def test_amounts_have_a_side(fields: list[str], problem: str) -> None:
    columns = [{"label": name, "field": name} for name in ("journal_code", "entered_on", "account_number")]
    assert problem in wrong(sales(columns=[*columns, *({"label": each, "field": each} for each in fields)]))


@pytest.mark.parametrize(
    ("table", "fields", "problem"),
    [
        ("customers", ["external_id"], ""),
        ("customers", ["name"], "expected code, or external_id"),
        ("contacts", ["customer", "last_name"], ""),
        ("contacts", ["last_name"], "nothing names a row"),
        ("contacts", ["external_id"], "nothing fills customer"),
        ("open_items", ["external_id", "customer"], "expected customer and issued_on and number and type"),
        ("open_items", ["customer", "type", "number", "issued_on"], ""),
        ("assignments", ["customer", "employee_number"], ""),
    ],
)
def test_a_row_has_a_name(table: str, fields: list[str], problem: str) -> None:
    sent = {"name": "X", "table": table, "columns": [{"label": each, "field": each} for each in fields]}
    if problem:
        assert problem in wrong(sent)
    else:
        required = {each.field for each in read_document(sent).mapping.columns if each.is_required}
        assert required == set(fields)


def test_a_thousand_mistakes_are_told_in_part() -> None:
    told = wrong(column(label="Nom", field="name") | {"columns": [{"field": "x" * 5000}] * 1000})
    assert len(told) < 20_000
    assert told.endswith(" more.")


def test_a_nest_of_tables_is_told_as_one() -> None:
    nest: Any = "end"
    for _ in range(500):
        nest = {"in": [nest]}
    assert "default is a table; expected" in wrong(column(label="Nom", field="name", default=nest))
