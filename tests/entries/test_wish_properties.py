"""Properties of what a sender may wish: each establishment by itself, balanced entries, twice is once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, groupby
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from douane.pipeline.entries.grouping import Grouping

HEAD_OFFICE, WORKS = "73282932000074", "73282932000017"
numbers = count(1)
RELAXED = examples(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

lines = st.lists(
    st.fixed_dictionaries(
        {
            "journal_code": st.sampled_from(["AC", "VE"]),
            "journal_name": st.just("Journal"),
            "entry_number": st.sampled_from(["1", "2"]),
            "entered_on": st.sampled_from(["2024-01-15", "2024-01-16"]),
            "account_number": st.sampled_from(["411000", "706000"]),
            "account_name": st.just("Compte"),
            "auxiliary_number": st.sampled_from(["", "DUPONT"]),
            "siret": st.sampled_from(["", HEAD_OFFICE, WORKS]),
            "is_draft": st.sampled_from(["", "0", "1"]),
            "debit": st.sampled_from(["0", "1.00", "1.00", "2.50", "1.000,00"]),
            "credit": st.sampled_from(["0", "0", "3.50"]),
        }
    ),
    min_size=1,
    max_size=12,
)
WISHES: dict[str, Any] = {
    "balances_on": "471000",
    "waiting_third_party": "ATTENTE",
    "groupings": (Grouping.JOURNAL_NUMBER_DAY,),
}


def entries_of(stored: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Each stored entry as what names it and its lines, whatever their order and that of the entries."""
    by_entry = sorted(stored, key=lambda each: each["entry_id"])
    return sorted(_entry_of(list(found)) for _, found in groupby(by_entry, key=lambda each: each["entry_id"]))


def _entry_of(found: list[dict[str, Any]]) -> tuple[Any, ...]:
    first = found[0]
    names = (first["siret"], first["journal"], first["entry"], first["entered_on"], first["is_pending"])
    amounts = ((each["account"], each["auxiliary"] or "", each["debit"], each["credit"]) for each in found)
    return (*names, tuple(sorted(amounts)))


def add_up(receipt: dict[str, Any]) -> bool:
    return all(
        each["received"] == each["added"] + each["updated"] + each["unchanged"] + each["rejected"]
        for each in receipt["tables"].values()
    )


def by_establishment(sent: list[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    for siret in ("", HEAD_OFFICE, WORKS):
        of_one = [each for each in sent if each["siret"] == siret]
        if of_one:
            yield of_one


@RELAXED
@given(sent=lines, updates_known=st.booleans())
def test_every_stored_entry_balances_and_twice_is_once(
    sent, updates_known, send_lines, stored_lines, make_company, add_sirets, settings
):
    company = make_company(f"BALANCED{next(numbers)}")
    add_sirets(company)
    wishes = {**WISHES, "company": company, "updates_known": updates_known}
    few = replace(settings, gathered_rows_max=3)
    receipt = send_lines(sent, settings=few, **wishes)
    assert add_up(receipt)
    assert receipt["counts"]["received"] == len(sent)
    stored = stored_lines(company)
    assert receipt["counts"]["added"] == sum(each["line"] is not None for each in stored)
    assert receipt.get("balanced", 0) == sum(each["line"] is None for each in stored)
    assert all(sum(debit - credit for _, _, debit, credit in entry[-1]) == 0 for entry in entries_of(stored))
    again = send_lines(sent, settings=few, **wishes)
    assert again["counts"]["unchanged"] + again["counts"]["rejected"] == len(sent)
    assert stored_lines(company) == stored


@RELAXED
@given(sent=lines)
def test_establishments_together_are_each_by_itself(sent, send_lines, stored_lines, make_company, add_sirets):
    together, alone = (make_company(f"{name}{next(numbers)}") for name in ("TOGETHER", "ALONE"))
    # The amounts of a file settle each other, so a part of it might be read otherwise.
    plain = [{**each, "debit": each["debit"].replace("1.000,00", "1000.00")} for each in sent]
    sirets = add_sirets(together)
    wishes = {**WISHES, "establishments": sirets, "establishment_id": sirets[HEAD_OFFICE]}
    for each in plain:
        each["siret"] = each["siret"] or HEAD_OFFICE
    assert add_up(send_lines(plain, company=together, **wishes))
    sirets = add_sirets(alone)
    wishes = {**WISHES, "establishments": sirets}
    for of_one in by_establishment(plain):
        assert add_up(send_lines(of_one, company=alone, **wishes))
    assert entries_of(stored_lines(together)) == entries_of(stored_lines(alone))


@RELAXED
@given(first=lines, second=lines)
def test_what_names_no_establishment_never_makes_two_entries_one(
    first, second, send_lines, stored_lines, make_company, add_sirets
):
    company = make_company(f"LOOSE{next(numbers)}")
    wishes = {**WISHES, "company": company, "establishments": add_sirets(company)}
    for sent in (first, second):
        assert add_up(send_lines(sent, **wishes))
        stored = entries_of(stored_lines(company))
        names = [entry[:4] for entry in stored]
        assert len(names) == len(set(names))
        assert all(sum(debit - credit for *_, debit, credit in entry[-1]) == 0 for entry in stored)
