"""What flows into the merge of accounts: two tables of text for each piece of a list of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from douane.model.addresses import ADDRESS_FEED
from douane.model.custom_fields import CUSTOM_PREFIX
from douane.model.customers import ACCOUNT_FEED
from douane.pipeline.batch import LINE

from .texts import LoadTexts, Recognized

PLACE = "place"
"""The column that carries the place of an address in its object, from 1; 1 where the object is flat."""

FINGERPRINT, CHECK = "fingerprint", "sent_check"
"""The two halves of the hash of the text that an object was sent as."""


@dataclass(frozen=True)
class AccountBatch:
    """Some consecutive objects of a list, each an account with its addresses.

    `accounts` has a row for each object: LINE (UInt32, the number of the object in the whole list, from 1,
    rising), FINGERPRINT and CHECK (Int64), and String columns named by fields of
    `model.customers.ACCOUNT_FEED`. `addresses` has a row for
    each address of these objects: LINE of its object, PLACE (UInt32), and String columns named by fields of
    `model.addresses.ADDRESS_FEED`; in the order of the objects. An object of the flat form is one row of
    each, a row of `addresses` only where `beside.says_something`. Custom fields are String
    columns named CUSTOM_PREFIX and the field's external id, in both.

    A cell is null where the object has no such key; it is empty (or blank) text where the key is there with
    nothing in it, which JSON's null is too. Truths are the text true or false, in any case. Several values
    of one cell are joined by `||`. Columns that no object of the batch has may be left out; columns that are
    no such fields must not be there. The last batch may be empty.

    `faults` (FAULT_SCHEMA) tells what reading and mapping found: of objects that are no account, which are in
    neither table, and of objects that are, which are then rejected. `recognized` are those that were not
    read, as their accounts stand as they were last sent. `received` counts all objects of the batch.
    """

    accounts: pl.DataFrame
    addresses: pl.DataFrame
    faults: pl.DataFrame
    received: int
    recognized: Recognized = field(default_factory=Recognized)

    @property
    def unreadable(self) -> int:
        """How many objects are no accounts."""
        return self.received - self.accounts.height - len(self.recognized.ids)


ReadAccounts = Callable[["LoadTexts | None"], Iterator[AccountBatch]]
"""Gives the batches of one list from its start, without reading the texts that are known.

It may be called again, and then gives the same.
"""


@dataclass(frozen=True)
class AccountLabels:
    """What the sender calls the fields: labels by field, custom fields with their prefix; else the field."""

    account: Mapping[str, str] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)

    def of_account(self, name: str) -> str:
        """The label of a field of accounts."""
        return self.account.get(name, name.removeprefix(CUSTOM_PREFIX))

    def of_address(self, name: str) -> str:
        """The label of a field of addresses."""
        return self.address.get(name, name.removeprefix(CUSTOM_PREFIX))


def no_accounts() -> pl.DataFrame:
    """An empty table of accounts."""
    feed = dict.fromkeys((each.name for each in ACCOUNT_FEED), pl.String)
    return pl.DataFrame(schema={LINE: pl.UInt32, FINGERPRINT: pl.Int64, CHECK: pl.Int64, **feed})


def no_addresses() -> pl.DataFrame:
    """An empty table of addresses."""
    feed = dict.fromkeys((each.name for each in ADDRESS_FEED), pl.String)
    return pl.DataFrame(schema={LINE: pl.UInt32, PLACE: pl.UInt32, **feed})
