"""Objects that stand as they were last sent are not read, and nothing is different for it but the time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from douane.errors import Refusal
from douane.model.builtin_mappings import DJUST
from douane.pipeline.accounts import numbering
from douane.pipeline.accounts.flatten import Flattening
from douane.pipeline.accounts.texts import RECORD, KnownTexts, Meaning
from douane.store.database import Database

from .conftest import SendAccounts, Stored, account, address

Counts = dict[str, int]


def seen(receipt: dict[str, Any]) -> Counts:
    return {name: count for name, count in receipt["counts"].items() if count and name != "received"}


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many objects each look at the known texts found."""
    found: list[int] = []
    find = KnownTexts.find

    def noted(self: KnownTexts, prints: Any) -> Any:
        is_known, recognized = find(self, prints)
        found.append(int(is_known.sum()))
        return is_known, recognized

    monkeypatch.setattr(KnownTexts, "find", noted)
    return found


def test_what_is_sent_again_is_not_read(send_accounts: SendAccounts, unread: list[int]) -> None:
    sent = [account(f"A{n}", address(f"X{n}"), address(f"Y{n}", is_shipping="false")) for n in range(7)]
    send_accounts(sent)
    again = send_accounts(sent)
    assert sum(unread) == 7
    assert seen(again) == {"unchanged": 7}
    tables = again["tables"]
    assert (tables["addresses"]["received"], tables["addresses"]["unchanged"]) == (14, 14)
    assert (tables["address_links"]["received"], tables["address_links"]["unchanged"]) == (14, 14)


def test_what_another_dialect_wrote_is_read(
    send_accounts: SendAccounts, database: Database, unread: list[int]
) -> None:
    sent = [account("A1", address()), account("A2", address("X2"))]
    send_accounts(sent)
    with database.connection() as conn:
        conn.execute("update customers set name = 'Other', fingerprint = 7 where external_id = 'A1'")
    assert seen(send_accounts(sent)) == {"updated": 1, "unchanged": 1}
    assert sum(unread) == 1


def test_the_same_name_in_another_text_has_both_read(send_accounts: SendAccounts) -> None:
    """The later object counts, though the first one stands as it was sent."""
    send_accounts([account("A1", address())])
    told = send_accounts(
        [account("A1", address()), account("A2", address("X2")), account("A1", name="New Ltd")]
    )
    assert seen(told) == {"added": 1, "updated": 2}


def test_the_same_text_twice_is_unchanged_twice(send_accounts: SendAccounts) -> None:
    sent = [account("A1", address()), account("A2", address("X2"))]
    send_accounts(sent)
    assert seen(send_accounts([*sent, sent[0]])) == {"unchanged": 3}


def test_an_address_that_another_account_changes_is_compared(send_accounts: SendAccounts) -> None:
    """A1 is not read at first, but says of X1 what it was before A2 changed it."""
    first = [account("A1", address("X1")), account("A2", address("X1"))]
    send_accounts(first)
    told = send_accounts([first[0], account("A2", address("X1", city="Lyon"))])
    assert seen(told) == {"rejected": 1, "unchanged": 1}
    assert [each["code"] for each in told["faults"]] == ["address-told-otherwise"]


@pytest.mark.parametrize("knows_texts", [True, False], ids=["by text", "by fingerprint"])
def test_what_is_not_read_is_counted_as_if_it_were(send_accounts: SendAccounts, knows_texts: bool) -> None:
    """An address that stands twice, one that is taken off, and one of an account that is deleted."""
    send_accounts([account(name, address("X1"), address("X2"), address("X3")) for name in ("A1", "A2")])
    sent = [
        account("A1", address("X1"), address("X1"), address("X2", is_unlinked="true")),
        account("A2", address("X3"), is_deleted="true"),
    ]
    first, again = send_accounts(sent), send_accounts(sent, knows_texts=knows_texts)
    assert seen(again) == {"unchanged": 2}
    for table in ("addresses", "address_links"):
        assert again["tables"][table]["received"] == first["tables"][table]["received"]
        assert again["tables"][table]["unchanged"] == first["tables"][table]["received"]


def test_an_address_taken_off_before_is_no_fault_of_an_account_that_is_read_again(
    send_accounts: SendAccounts,
) -> None:
    send_accounts([account("A1", address("X1"), address("X2")), account("A2", address("X1"))])
    off = account("A1", address("X1"), address("X2", is_unlinked="true"))
    send_accounts([off])
    told = send_accounts([off, account("A2", address("X1", city="Lyon"))])
    assert [(each["line"], each["code"]) for each in told["faults"]] == [(2, "address-told-otherwise")]
    assert seen(told) == {"unchanged": 1, "rejected": 1}


def test_objects_that_say_otherwise_in_another_order_are_read(
    send_accounts: SendAccounts, stored_accounts: Stored
) -> None:
    sent = [account("A1", address(), website=each) for each in ("https://u", "https://v")]
    send_accounts(sent)
    assert seen(send_accounts(sent)) == {"unchanged": 2}
    assert seen(send_accounts(sent[::-1])) == {"updated": 2}
    assert stored_accounts()[0][0]["website"] == "https://u"


def test_an_account_with_a_warning_is_read_each_time(send_accounts: SendAccounts) -> None:
    sent = [account("A1", address(), vat_number="no number"), account("A2", address("X2"))]
    first, again = send_accounts(sent), send_accounts(sent)
    assert first["warnings_total"] == again["warnings_total"] == 1
    assert seen(again) == {"unchanged": 2}
    assert again["tables"]["address_links"]["unchanged"] == 2
    assert seen(send_accounts(sent[:1])) == {"unchanged": 1}


def test_an_account_with_a_warning_is_compared_when_its_address_changes(send_accounts: SendAccounts) -> None:
    first = [account("A1", address("X1"), vat_number="no number"), account("A2", address("X1"))]
    send_accounts(first)
    told = send_accounts([first[0], account("A2", address("X1", city="Lyon"))])
    assert seen(told) == {"rejected": 1, "unchanged": 1}
    assert told["warnings_total"] == 1


@pytest.mark.parametrize("has_lines", [False, True], ids=["list", "lines"])
def test_objects_keep_their_numbers_when_others_are_not_read(
    monkeypatch: pytest.MonkeyPatch, has_lines: bool
) -> None:
    monkeypatch.setattr(numbering, "LIST_IS_LONG", 0)
    objects = [{"accountExternalId": f"A{n}"} for n in range(1, 9)]
    objects[5] = ["odd"]  # type: ignore[call-overload]
    texts = [json.dumps(each).encode() for each in objects]
    flattening = Flattening(DJUST, has_lines=has_lines)
    known = known_as([texts[1], texts[2], texts[6]])
    text = b"\n\n".join(texts) + b"\n" if has_lines else b"[" + b",".join(texts) + b"]"
    (batch,) = flattening.batches(_blocks(text), lambda: known)
    assert batch.accounts["line"].to_list() == [1, 4, 5, 8]
    assert batch.accounts["external_id"].to_list() == ["A1", "A4", "A5", "A8"]
    assert batch.faults["line"].to_list() == [6]
    assert (batch.received, batch.unreadable, batch.recognized.addresses) == (8, 1, 6)
    assert batch.recognized.ids.tolist() == [100, 101, 102]


@pytest.mark.parametrize(
    "text",
    [
        b'{"accountExternalId":\n"A1"} {"accountExternalId": "A2"}\n',
        b'{"accountExternalId": "A1"} {"accountExternalId": "A2"}\n',
        b'{"accountExternalId": "A1"}\n\xc2\xa0\n{"accountExternalId": "A2"}\n',
    ],
    ids=["an object on two lines", "two objects on one", "a line of a blank that JSON does not know"],
)
def test_lines_that_are_no_objects_are_no_json(text: bytes) -> None:
    with pytest.raises(Refusal) as told:
        list(Flattening(DJUST, has_lines=True).batches(_blocks(text)))
    assert told.value.code == "not-json"


def known_as(texts: list[bytes]) -> KnownTexts:
    """These texts as those of the customers from 100 on, with two addresses and one link each."""
    prints = Meaning.of(DJUST, ()).prints(pl.Series(texts, dtype=pl.Binary))
    rows = [
        (int(high), int(low), 100 + number, 2, 1)
        for number, (high, low) in enumerate(
            zip(prints.high.view(np.int64), prints.low.view(np.int64), strict=True)
        )
    ]
    return KnownTexts([np.array(rows, RECORD).tobytes()], without=np.empty(0, np.int64))


def _blocks(text: bytes) -> Iterator[bytes]:
    yield text
