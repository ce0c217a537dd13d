"""Merges lists of accounts, as JSON would have them, into a real database, and reads back what is stored."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from psycopg.rows import dict_row

from douane.model.addresses import ADDRESS_FEED
from douane.model.builtin_mappings import DJUST
from douane.model.custom_fields import CUSTOM_PREFIX
from douane.model.customers import ACCOUNT_FEED
from douane.pipeline.accounts.merge import AccountMerge
from douane.pipeline.accounts.records import CHECK, FINGERPRINT, PLACE, AccountBatch
from douane.pipeline.accounts.texts import LoadTexts, Meaning, Recognized
from douane.pipeline.accounts.wishes import AccountWishes
from douane.pipeline.batch import LINE, no_faults
from douane.pipeline.report import kept_receipt, receipt_of
from douane.settings import Settings
from douane.store.account_merging import AccountMerging
from douane.store.custom_fields import list_custom_fields
from douane.store.customer_tags import list_customer_tags
from douane.store.database import Database
from douane.store.merging import Merging
from douane.store.organizations import Company
from douane.store.runs import Run, finish_run, start_run

SendAccounts = Callable[..., dict[str, Any]]
Stored = Callable[..., Any]

MEANING = Meaning.of(DJUST, ())
ACCOUNT_NAMES = {each.name for each in ACCOUNT_FEED}
ADDRESS_NAMES = {each.name for each in ADDRESS_FEED}


def account(name: str = "A1", /, *addresses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An account that says all that a new one must, with these addresses."""
    whole = {"external_id": name, "name": f"{name} Ltd", "trading_name": name, "legal_id": f"BRN{name}"}
    return {**whole, **fields, "addresses": list(addresses)}


def brief(name: str, /, *addresses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An account of which only the external id and these fields are sent."""
    return {"external_id": name, **fields, "addresses": list(addresses)}


def address(name: str = "X1", /, **fields: Any) -> dict[str, Any]:
    """An address that says all that one must."""
    whole = {
        "external_id": name,
        "full_name": f"At {name}",
        "country": "France",
        "city": "Paris",
        "postal_code": "75001",
        "street": f"1 rue {name}",
    }
    return {**whole, **fields}


def batches_of(
    accounts: list[dict[str, Any]], size: int, load_texts: LoadTexts | None = None, read_first: int = 0
) -> Iterator[AccountBatch]:
    """The accounts as the reader of a format would give them, `size` at a time, without those it knows.

    Of the first `read_first` it knows none.
    """
    texts = None
    for start in range(0, max(len(accounts), 1), size):
        if load_texts and start >= read_first:
            texts, load_texts = load_texts(), None
        sent = list(enumerate(accounts[start : start + size], start + 1))
        prints = MEANING.prints(pl.Series([json.dumps(each).encode() for _, each in sent], dtype=pl.Binary))
        is_known, recognized = texts.find(prints) if texts else (np.zeros(len(sent), np.bool_), Recognized())
        some = [each for each, known in zip(sent, is_known, strict=True) if not known]
        own = [{LINE: line} | _texts(each) for line, each in some]
        theirs = [
            {LINE: line, PLACE: place} | _texts(one)
            for line, each in some
            for place, one in enumerate(each.get("addresses", []), 1)
        ]
        high, low = (each[~is_known].view(np.int64) for each in (prints.high, prints.low))
        rows = _frame(own, (LINE,)).with_columns(pl.Series(FINGERPRINT, high), pl.Series(CHECK, low))
        yield AccountBatch(rows, _frame(theirs, (LINE, PLACE)), no_faults(), len(sent), recognized)


def flat(accounts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same accounts, an object for each of their addresses."""
    return [
        {**each, "addresses": [one] if one else []}
        for each in accounts
        for one in (each.get("addresses") or [None])
    ]


def _texts(record: dict[str, Any]) -> dict[str, str | None]:
    return {name: value for name, value in record.items() if name != "addresses"}


def _frame(rows: list[dict[str, Any]], numbers: tuple[str, ...]) -> pl.DataFrame:
    names = dict.fromkeys(name for each in rows for name in each)
    known = ACCOUNT_NAMES | ADDRESS_NAMES | set(numbers)
    assert all(each in known or each.startswith(CUSTOM_PREFIX) for each in names), names
    schema: dict[str, Any] = dict.fromkeys(numbers, pl.UInt32)
    schema |= {name: pl.String for name in names if name not in numbers}
    return pl.DataFrame(rows, schema=schema)


@pytest.fixture
def send_accounts(
    database: Database, settings: Settings, company: Company, make_run: Callable[..., Run]
) -> SendAccounts:
    """`send_accounts(accounts)` merges a list and gives the receipt; `size` is how many stand in a batch."""

    def send(
        accounts: list[dict[str, Any]],
        *,
        company: Company = company,
        dialect: str = "djust",
        size: int = 3,
        settings: Settings = settings,
        makes_tags: bool = False,
        knows_texts: bool = True,
        read_first: int = 0,
    ) -> dict[str, Any]:
        run = make_run(company, dialect, "accounts", "")
        with database.connection() as conn:
            start_run(conn, run.id)
            wishes = AccountWishes(
                tags=frozenset(
                    each.external_id for each in list_customer_tags(conn, company.organization_id)
                ),
                custom_fields=tuple(list_custom_fields(conn, company.organization_id)),
                makes_tags=makes_tags,
            )
        with database.connection() as conn, tempfile.TemporaryDirectory(dir=settings.data) as folder:
            merging = AccountMerging(conn, database, company.organization_id, company.id, run.id)
            merge = AccountMerge(merging, wishes, settings, Path(folder), size)
            merge.write(lambda texts: batches_of(accounts, size, texts if knows_texts else None, read_first))
            faults = merge.outcome.faults.pieces()
            Merging(conn, None, company.organization_id, company.id, run.id).copy_faults(faults)  # type: ignore[arg-type]
            ended = finish_run(conn, run.id, kept_receipt(merge.tables, merge.notes, {}))
        with database.connection() as conn:
            return receipt_of(conn, replace(ended, receipt=ended.receipt | {"stages": {}}))

    return send


CUSTOMERS = """
    select external_id, code, name, trading_name, legal_id, vat_number, website, account_manager_name, tags,
        is_deleted, is_inactive, custom, origins, run_id, id
    from customers
    where company_id = %s
    order by external_id, code
"""
ADDRESSES = """
    select external_id, full_name, country, city, postal_code, street, label, additional_street, phone, custom
    from addresses
    where company_id = %s
    order by external_id
"""
LINKS = """
    select coalesce(c.external_id, c.code) as account, a.external_id as address, l.is_shipping, l.is_billing
    from address_links as l
    join customers as c on c.company_id = l.company_id and c.id = l.customer_id
    join addresses as a on a.company_id = l.company_id and a.id = l.address_id
    where l.company_id = %s
    order by account, address
"""


@pytest.fixture
def stored_accounts(database: Database, company: Company) -> Stored:
    """`stored_accounts(of=company)` gives the customers, the addresses, and the links as pairs with flags."""

    def stored(of: Company = company) -> tuple[list[dict[str, Any]], ...]:
        with database.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return tuple(cursor.execute(sql, [of.id]).fetchall() for sql in (CUSTOMERS, ADDRESSES, LINKS))

    return stored
