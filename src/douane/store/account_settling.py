"""The statements that settle accounts: staged, judged by what is stored and by each other, written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row
from psycopg.sql import SQL as Text
from psycopg.sql import Composed, Identifier
from psycopg.sql import Literal as Value

from douane.model.addresses import ADDRESS_FIELDS
from douane.model.customers import ACCOUNT_FEED

from .account_merging import CUSTOM, AccountMerging, named
from .queries import queries
from .statistics import analyze_stale

SQL = queries("account_settling")

FEED = tuple(each.name for each in ACCOUNT_FEED)
OF_ADDRESSES = tuple(each.name for each in ADDRESS_FIELDS)
TOLD = (*OF_ADDRESSES[1:], CUSTOM)
"""What an address says of itself."""

SENT_ADDRESSES, SENT_LINKS = "sent_addresses", "sent_links"
SENT = ("fingerprint", "sent_check", SENT_ADDRESSES, SENT_LINKS)
"""What is kept of what an account was last sent as."""

STAGED_ACCOUNTS = ("id", "line", "key", "alias", *SENT, "code", *FEED, CUSTOM, "rows", "is_new")
STAGED_ADDRESSES = (
    "owner",
    "line",
    "place",
    "fingerprint",
    *OF_ADDRESSES,
    CUSTOM,
    "is_unlinked",
    "is_shipping",
    "is_billing",
)
SHOWN_CHARACTERS = 60
"""As much of a value is told where addresses differ."""

ROUNDS_MAX = 30
"""After so many rounds an address may not depend on another account of the list any more."""

LINK_VERBS = {"removed": "remove", "added": "put", "updated": "change"}


@dataclass(frozen=True)
class Wrong:
    """An address that its account may not be stored with; `other_line` is where it stands otherwise.

    `differences` tells what is sent of it, and what should be.
    """

    owner: int
    line: int
    external_id: str | None
    code: str
    other_line: int | None
    differences: str | None


@dataclass(frozen=True)
class Settled:
    """What became of the staged accounts, in rows of the list, of their addresses and links.

    `forgotten` are the ids of the customers whose fingerprint was erased, as an address of theirs changed
    through another account.
    """

    wrongs: list[Wrong]
    accounts: dict[str, int]
    addresses: dict[str, int]
    links: dict[str, int]
    forgotten: list[int]


@dataclass(frozen=True)
class AccountSettling:
    """Settles the accounts of one run that wait, in its transaction."""

    _merging: AccountMerging

    def settle(
        self, accounts: Iterable[bytes], addresses: Iterable[bytes], label_of: Callable[[str], str]
    ) -> Settled:
        """Judge accounts with their addresses (CSV of STAGED_ACCOUNTS and STAGED_ADDRESSES), and write them.

        An account one of whose addresses is wrong is not stored. Before-images are kept. `label_of` gives
        what the sender calls a field of addresses.
        """
        analyze_stale(self._merging.conn, ("customers", "addresses", "address_links"))
        self._stage(accounts, addresses)
        wrongs = self._judge(label_of)
        return self._write(wrongs)

    def _stage(self, accounts: Iterable[bytes], addresses: Iterable[bytes]) -> None:
        self._do("create_staged_accounts", sent=named(SENT), fields=named(FEED))
        self._do("create_staged_addresses", fields=named(OF_ADDRESSES, "a"))
        self._merging.copy("staged_accounts", STAGED_ACCOUNTS, accounts)
        self._merging.copy("staged_addresses", STAGED_ADDRESSES, addresses)
        for statement in (
            "complete_staged",
            "number_new",
            "analyze_staged",
            "create_mentions",
            "analyze_mentions",
            "create_wrongs",
        ):
            self._do(statement)

    def _judge(self, label_of: Callable[[str], str]) -> list[Wrong]:
        """Find wrong addresses and reject their accounts, as long as that makes others wrong."""
        self._do("tell_not_linked")
        is_first, rounds = True, 1
        while True:
            self._tell_wrongs(label_of, is_first=is_first, is_last=rounds == ROUNDS_MAX)
            if not self._count("reject_wrong"):
                break
            is_first, rounds = False, rounds + 1
        found = self._merging.conn.execute(SQL["list_wrongs"]).fetchall()
        return [Wrong(*row) for row in found]

    def _tell_wrongs(self, label_of: Callable[[str], str], *, is_first: bool, is_last: bool) -> None:
        statement = Text(SQL["tell_wrongs"]).format(
            live=Text(SQL["live_mentions"]),
            firsts=_joined("first_told", TOLD),
            conflicts=_joined("is_conflict", TOLD, " or "),
            differences=_joined("is_difference", TOLD, " or "),
            lines=Text(", ").join(Identifier("t", f"{name}_line") for name in TOLD),
            tellings=_joined("telling", TOLD, label_of=label_of),
        )
        rounds = {"is_first_round": is_first, "is_last_round": is_last}
        self._merging.conn.execute(statement, self._merging.scope | rounds)

    def _write(self, wrongs: list[Wrong]) -> Settled:
        self._do("create_accepted", live=Text(SQL["live_mentions"]))
        self._do("analyze_accepted")
        self._do("create_changed")
        self._do("put_addresses", fields=named(OF_ADDRESSES))
        self._do("index_accepted")
        self._change_addresses()
        self._do("note_owners_of_addresses")
        self._do("analyze_changed")
        self._do("put_customers", sent=named(SENT), fields=named(FEED), values=_values_of_new())
        self._change_customers()
        links = {name: self._count(f"{verb}_links") for name, verb in LINK_VERBS.items()}
        forgotten = self._forget_fingerprints()
        addresses = self._counts("count_addresses")
        links |= {"rejected": addresses.pop("links_rejected")}
        links |= {"unchanged": addresses.pop("links") - links["added"] - links["updated"]}
        return Settled(wrongs, self._counts("count_accounts"), addresses, links, forgotten)

    def _change_addresses(self) -> None:
        wanted = [Text("coalesce({}, {})").format(Identifier("s", n), Identifier("t", n)) for n in TOLD[:-1]]
        self._do("create_wanted", firsts=_joined("first_value", OF_ADDRESSES[1:]))
        self._do("analyze_wanted")
        self._change("change_addresses", TOLD, wanted)

    def _change_customers(self) -> None:
        wanted = [Text("coalesce({}, {})").format(*_kept(name)) for name in FEED]
        parts = {"sent": named(SENT, "s"), "stored": named(SENT, "t"), "assigned": _assigned(SENT)}
        self._change("change_customers", (*FEED, CUSTOM), wanted, **parts)

    def _change(
        self, statement: str, names: Sequence[str], wanted: list[Composed], **parts: Composed
    ) -> None:
        """Update what differs; the last of `names` is CUSTOM."""
        wanted = [*wanted, Text(SQL["merged_custom"]).format()]
        assignments = (
            Text("{} = {}").format(Identifier(name), value) for name, value in zip(names, wanted, strict=True)
        )
        self._do(
            statement,
            current=named(names, "t"),
            wanted=Text(", ").join(wanted),
            assignments=Text(", ").join(assignments),
            **parts,
        )

    def _forget_fingerprints(self) -> list[int]:
        """Have accounts read again that say of an address what it was before others changed it."""
        self._do("create_touched")
        self._do("analyze_touched")
        self._do("spare_agreeing", agrees=_joined("agrees", TOLD, " and "))
        self._do("analyze_touched")
        row = self._merging.conn.execute(SQL["forget_fingerprints"], self._merging.scope).fetchone()
        return [] if row is None or row[0] is None else list(row[0])

    def _do(self, statement: str, **parts: Any) -> None:
        self._merging.conn.execute(
            Text(SQL[statement]).format(**parts), self._merging.scope if "%(" in SQL[statement] else None
        )

    def _count(self, statement: str) -> int:
        row = self._merging.conn.execute(SQL[statement], self._merging.scope).fetchone()
        assert row is not None
        return int(row[0])

    def _counts(self, statement: str) -> dict[str, int]:
        with self._merging.conn.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(SQL[statement], self._merging.scope).fetchone()
        assert row is not None
        return {name: int(count) for name, count in row.items()}


def _assigned(names: Iterable[str]) -> Composed:
    """Sets each of the columns to what is staged."""
    return Text(", ").join(Text("{} = {}").format(Identifier(each), Identifier("s", each)) for each in names)


def _joined(
    template: str, names: Iterable[str], by: str = ", ", label_of: Callable[[str], str] = str
) -> Composed:
    """The template once for each of the names; CUSTOM may have one of its own."""
    parts = []
    for name in names:
        own = f"{template}_of_custom"
        text = Text(SQL[own if name == CUSTOM and own in SQL else template])
        parts.append(
            text.format(
                field=Identifier(name),
                field_line=Identifier(f"{name}_line"),
                # Behind a statement stand its values, so that a lone % would be the place of one.
                label=Value(label_of(name).replace("%", "%%")),
                shown=Value(SHOWN_CHARACTERS),
            )
        )
    return Text(by).join(parts)


def _kept(name: str) -> tuple[Identifier, Identifier]:
    """What an update takes first and next: an external id stays as it is."""
    sent, stored = Identifier("s", name), Identifier("t", name)
    return (stored, sent) if name == "external_id" else (sent, stored)


def _values_of_new() -> Composed:
    """The fields of new customers, those that have one with their default where nothing was sent."""
    defaults = {each.name: each.default for each in ACCOUNT_FEED if each.default}
    return Text(", ").join(
        Text("coalesce({}, {})").format(Identifier(name), Value(defaults[name] == "true"))
        if name in defaults
        else Identifier(name)
        for name in FEED
    )
