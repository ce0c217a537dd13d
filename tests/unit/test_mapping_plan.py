"""What a mapping makes of a file: labels found, defaults and constants filled in, cells rewritten."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from douane.errors import Refusal
from douane.model.customers import CUSTOMERS
from douane.model.entry_lines import ENTRY_LINES
from douane.model.mapping import Column, Declarations, Mapping
from douane.pipeline.batch import FINGERPRINT, LINE, Batch, no_faults
from douane.pipeline.entries.fingerprints import LineFingerprinting
from douane.pipeline.map import Plan, map_labels
from douane.pipeline.recognize import Fingerprinting
from douane.pipeline.rewriting import rewritten
from douane.pipeline.validate import Checked, Validator


def mapping(*columns: Column, **more: Any) -> Mapping:
    return Mapping("x", CUSTOMERS, columns, is_personal=True, **more)


def batch(**cells: list[str | None]) -> Batch:
    rows = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    lines = pl.Series(LINE, range(2, rows.height + 2), dtype=pl.UInt32)
    return Batch(rows.insert_column(0, lines), no_faults(), rows.height)


def checked(of: Mapping, given: Batch) -> Checked:
    plan = map_labels(tuple(given.rows.columns[1:]), of)
    return Validator(plan, Declarations()).check(plan.applied(given), is_final=True)


def told(faults: pl.DataFrame) -> list[tuple[Any, ...]]:
    return faults.select("line", "field", "value", "code", "detail").rows()


def found(labels: list[str], *columns: Column, **more: Any) -> Dictionary[str, str]:
    plan = map_labels(tuple(labels), mapping(*columns, **more))
    return {each.field: each.label for each in plan.columns}


@pytest.mark.parametrize("label", ["n° de pièce", "Nº de pièce", "№ DE PIECE", "N DE PIECE", "n_de-piece"])
def test_a_label_is_found_whatever_its_case_accents_and_signs(label: str) -> None:
    assert found([label], Column("N° de pièce", "name")) == {"name": label}


def test_the_label_that_is_spelled_alike_goes_first() -> None:
    columns = Column("Débit", "name"), Column("x", "code")
    assert found(["debit", "débit", "x"], *columns) == {"name": "débit", "code": "x"}


def test_a_dialects_labels_are_found_as_they_are() -> None:
    plan = map_labels(("Name", "code"), replace(mapping(Column("name", "name")), is_personal=False))
    assert (plan.columns, plan.extras) == ((), ("Name", "code"))


def test_the_first_of_several_labels_counts() -> None:
    column = Column("Nom", "name", aliases=("Raison sociale", "Libellé"))
    assert found(["libellé", "raison sociale"], column) == {"name": "raison sociale"}


def test_a_position_counts_from_one() -> None:
    columns = Column("column 2", "name", position=2), Column("column 3", "code", position=3)
    assert found(["a", "b"], *columns) == {"name": "b"}
    with pytest.raises(Refusal) as caught:
        found(["a", "b"], *columns, Column("column 4", "phone", position=4, is_required=True))
    assert caught.value.message == "The header lacks column 4; it has a, b."


def test_a_file_carries_one_of_the_alternatives() -> None:
    alternatives = (("debit", "credit"), ("amount",))
    columns = Column("Débit", "debit"), Column("Crédit", "credit"), Column("Montant", "amount")
    of = Mapping("x", ENTRY_LINES, columns, is_personal=True, alternatives=alternatives)
    assert len(map_labels(("montant",), of).columns) == 1
    with pytest.raises(Refusal) as caught:
        map_labels(("débit", "solde"), of)
    assert caught.value.message == "The header lacks Débit and Crédit or Montant; it has débit, solde."


def test_other_labels_are_extras_unless_they_are_not_kept() -> None:
    columns = (Column("Code", "code"),)
    assert map_labels(("code", "zone"), mapping(*columns)).extras == ("zone",)
    assert map_labels(("code", "zone"), mapping(*columns, keeps_extras=False)).extras == ()


def test_a_plan_with_nothing_to_fill_in_leaves_a_batch_alone() -> None:
    given = batch(code=["A"])
    assert map_labels(("code",), mapping(Column("Code", "code"))).applied(given) is given


def test_constants_and_defaults_stand_in_every_row() -> None:
    of = mapping(
        Column("Code", "code", is_required=True),
        Column("Ville", "address_city", default="Lyon"),
        Column("Pays", "address_country", default="FR"),
        constants={"is_blocked": "1"},
    )
    done = checked(of, batch(code=["A", "B", "C"], ville=["Nice", "  ", None]))
    assert done.accepted.drop(LINE).to_dicts() == [
        {"code": code, "address_city": city, "address_country": "FR", "is_blocked": True}
        for code, city in (("A", "Nice"), ("B", "Lyon"), ("C", "Lyon"))
    ]


def test_no_label_of_a_sender_is_taken_for_a_constant() -> None:
    labels = ("is_blocked", "is_blocked ", "code", "pays")
    of = mapping(
        Column("Code", "code"),
        Column("column 9", "address_country", position=9, default="FR"),
        constants={"is_blocked": "1"},
    )
    plan = map_labels(labels, of)
    assert plan.added == {"column 9": "FR", "is_blocked  ": "1"}
    assert plan.extras == ("is_blocked", "is_blocked ", "pays")
    assert not set(plan.added) & set(labels)


def test_words_are_replaced_whatever_their_case_and_prefixes_by_the_longest() -> None:
    column = Column("c", "name", values={"vte": "VE"}, prefixes={"41": "X", "411": "Y", "4110": ""})
    cells = pl.Series(["VTE", " vte ", "411", "41100", "4199", "512", "", None])
    assert rewritten(cells, column).to_list() == ["VE", "VE", "Y", "0", "X99", "512", None, None]


def test_cells_that_nothing_replaces_are_the_same() -> None:
    cells = pl.Series([" a "])
    assert rewritten(cells, Column("c", "name")) is cells


def test_a_closed_column_tells_of_other_words_as_they_were_sent() -> None:
    column = Column("Zone", "name", is_required=True, values={"N": "North", "-": ""}, is_closed=True)
    done = checked(mapping(column), batch(zone=["n", "S ", "-", None]))
    assert done.accepted["name"].to_list() == ["North"]
    assert sorted(told(done.faults)) == [
        (3, "zone", "S ", "unknown-choice", "N, -"),
        (4, "zone", "-", "missing-value", None),
        (5, "zone", None, "missing-value", None),
    ]


def test_a_fault_names_the_value_as_it_was_sent() -> None:
    column = Column("Mail", "email", values={"aucun": "", "x": "nobody"})
    done = checked(mapping(column), batch(mail=["Aucun", "X", "a@b.fr"]))
    assert told(done.faults) == [(3, "mail", "X", "not-an-email", None)]
    assert done.accepted["email"].to_list() == [None, "a@b.fr"]


def test_a_date_is_read_by_its_format() -> None:
    column = Column("Le", "blocked_on", date_format="ddmmyy")
    done = checked(mapping(column), batch(le=["030426", "2026-04-03", None]))
    assert [str(each) for each in done.accepted["blocked_on"]] == ["2026-04-03", "None"]
    ((_, label, value, code, _),) = told(done.faults)
    assert (label, value, code) == ("le", "2026-04-03", "not-a-date")


def test_a_word_of_a_choice_is_one_of_the_fields() -> None:
    column = Column("S", "side", choices={"D": "debit", "C": "credit"}, values={"V": "c"})
    plan = map_labels(("s",), Mapping("x", ENTRY_LINES, (column,), is_personal=True))
    done = Validator(plan, Declarations()).check(plan.applied(batch(s=["v", "d", "x"])))
    assert done.accepted["side"].to_list() == ["credit", "debit"]
    assert told(done.faults) == [(4, "s", "x", "unknown-choice", "D, C")]


BASE = mapping(Column("Code", "code"), Column("Nom", "name"))
OTHERS = {
    "another field": mapping(Column("Code", "code"), Column("Nom", "trading_name")),
    "words": mapping(Column("Code", "code"), Column("Nom", "name", values={"a": "b"})),
    "closed words": mapping(Column("Code", "code"), Column("Nom", "name", values={"a": "b"}, is_closed=True)),
    "prefixes": mapping(Column("Code", "code"), Column("Nom", "name", prefixes={"a": "b"})),
    "a default": mapping(Column("Code", "code"), Column("Nom", "name", default="b")),
    "required": mapping(Column("Code", "code"), Column("Nom", "name", is_required=True)),
    "a format": mapping(Column("Code", "code"), Column("Nom", "blocked_on", date_format="ddmmyy")),
    "a constant": replace(BASE, constants={"phone": "1"}),
    "another constant": replace(BASE, constants={"phone": "2"}),
    "no such column": mapping(Column("Code", "code")),
    "as a dialect has it": replace(BASE, is_personal=False, columns=(Column("code", "code"),)),
}


def fingerprints(of: Mapping, given: Batch, *, by_line: bool) -> tuple[int, ...]:
    plan = map_labels(tuple(given.rows.columns[1:]), of)
    rows = plan.applied(given).rows
    if by_line:
        adding: Any = LineFingerprinting(plan.labels, Declarations(), meanings=plan.meanings)
    else:
        adding = Fingerprinting(plan.labels, Declarations(), plan.meanings)
    return tuple(adding.add(rows)[FINGERPRINT].to_list())


@pytest.mark.parametrize("by_line", [False, True])
def test_whatever_changes_the_meaning_of_a_row_changes_its_fingerprint(by_line: bool) -> None:
    given = batch(code=["A"], nom=[None]), batch(code=["A"], nom=["a"])
    empty, filled = (
        {name: fingerprints(of, each, by_line=by_line) for name, of in OTHERS.items()} for each in given
    )
    assert filled["a default"] == fingerprints(BASE, given[1], by_line=by_line)
    assert len(set(filled.values())) == len(filled)
    base = fingerprints(BASE, given[0], by_line=by_line)
    assert empty["a default"] != base != empty["a constant"] != empty["another constant"]


@pytest.mark.parametrize("by_line", [False, True])
def test_the_name_and_the_order_of_a_mapping_mean_nothing(by_line: bool) -> None:
    given = batch(code=["A"], nom=["a"])
    same = replace(BASE, name="other", columns=BASE.columns[::-1])
    assert fingerprints(same, given, by_line=by_line) == fingerprints(BASE, given, by_line=by_line)


def test_a_dialects_columns_mean_what_they_are() -> None:
    plan = map_labels(("code",), Mapping("x", CUSTOMERS, (Column("code", "code", choices={"a": "b"}),)))
    assert plan.meanings == {}
    assert isinstance(plan, Plan)
