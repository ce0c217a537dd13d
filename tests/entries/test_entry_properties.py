"""Properties of the merge of entries: whole or not at all, twice is once, in whatever order the lines are."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, groupby
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef"
    "|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
numbers = count(1)
RELAXED = examples(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

days = st.sampled_from(["20240115", "20240116"])
accounts = st.sampled_from(["411000", "512000", "706000"])
amounts = st.integers(0, 3)
entries = st.fixed_dictionaries(
    {
        "journal": st.sampled_from(["AC", "VE"]),
        "day": days,
        "debits": st.lists(st.tuples(accounts, amounts), min_size=1, max_size=3),
        "error": st.sampled_from([0, 0, 0, 1]),
    }
)
books = st.dictionaries(st.integers(1, 6), entries, max_size=5)


def lines_of(number: int, entry: dict[str, Any]) -> list[str]:
    """The lines of an entry, balanced unless it has an error."""
    head = f"{entry['journal']}|Journal|{number}|{entry['day']}"
    debits = [f"{head}|{account}|Compte|||||L|{amount},00|0|||||" for account, amount in entry["debits"]]
    total = sum(amount for _, amount in entry["debits"]) + entry["error"]
    return [*debits, f"{head}|401000|Compte|||||L|0|{total},00|||||"]


def text_of(lines: list[str]) -> str:
    return "\n".join((HEADER, *lines, ""))


def all_lines(wanted: dict[int, dict[str, Any]]) -> list[str]:
    return [line for number, entry in wanted.items() for line in lines_of(number, entry)]


def stored(entry_lines: Any, company: Any) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    """Account, debit and credit of each stored entry's lines, by what names the entry."""
    found = sorted(entry_lines(company), key=lambda each: (each["entry_id"], each["place"]))
    return {
        (lines[0]["journal"], lines[0]["entry"], f"{lines[0]['entered_on']:%Y%m%d}"): sorted(
            (each["account"], int(each["debit"]), int(each["credit"])) for each in lines
        )
        for lines in (list(group) for _, group in groupby(found, key=lambda each: each["entry_id"]))
    }


def expected(wanted: dict[int, dict[str, Any]]) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    return {
        (entry["journal"], str(number), entry["day"]): sorted(
            [
                *((account, amount, 0) for account, amount in entry["debits"]),
                ("401000", 0, sum(amount for _, amount in entry["debits"])),
            ]
        )
        for number, entry in wanted.items()
        if not entry["error"]
    }


def add_up(receipt: dict[str, Any]) -> bool:
    return all(
        each["received"] == each["added"] + each["updated"] + each["unchanged"] + each["rejected"]
        for each in receipt["tables"].values()
    )


def by_day(settings: Any) -> Any:
    """Few lines gathered at once, so that small files take the way of large ones."""
    return replace(settings, gathered_rows_max=3)


@RELAXED
@given(wanted=books, shuffled=st.randoms(use_true_random=False))
def test_sound_entries_are_stored_whole_and_others_not_at_all(
    wanted, shuffled, send_entries, entry_lines, make_company, settings
):
    company = make_company(f"WHOLE{next(numbers)}")
    lines = all_lines(wanted)
    shuffled.shuffle(lines)
    if not lines:
        return
    # MyUnisoft's doors group in this one way; by all ways, a file of errors may balance by another.
    receipt = send_entries(text_of(lines), company=company, settings=by_day(settings))
    assert add_up(receipt)
    if receipt["grouping"] == "journal, number, day":
        assert stored(entry_lines, company) == expected(wanted)
        bad = sum(len(lines_of(number, each)) for number, each in wanted.items() if each["error"])
        assert receipt["counts"]["rejected"] == receipt["faults_total"] == bad


@RELAXED
@given(first=books, second=books, shuffled=st.randoms(use_true_random=False))
def test_twice_is_once_in_any_order(
    first, second, shuffled, send_entries, entry_lines, make_company, settings
):
    company = make_company(f"TWICE{next(numbers)}")
    sound = [{n: each for n, each in books.items() if not each["error"]} for books in (first, second)]
    for wanted in filter(None, sound):
        assert add_up(send_entries(text_of(all_lines(wanted)), company=company))
    once = stored(entry_lines, company)
    assert once == expected({**sound[0]}) | expected(sound[1])
    lines = all_lines(sound[1])
    shuffled.shuffle(lines)
    if lines:
        again = send_entries(text_of(lines), company=company, settings=by_day(settings))
        assert again["counts"]["unchanged"] == again["counts"]["received"] == len(lines)
        assert stored(entry_lines, company) == once
