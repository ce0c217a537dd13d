"""The statements by which a run writes accounts: what there is, COPY of what is new, other changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL as Text
from psycopg.sql import Composed, Identifier
from psycopg.sql import Literal as Value

from douane.model.addresses import ADDRESS_FIELDS
from douane.model.customers import ACCOUNT_FEED, CUSTOMERS

from .database import Database
from .queries import queries
from .statistics import analyze_stale

SQL = queries("account_merging")

Connection = psycopg.Connection[Any]
Numbered = Literal["customers", "addresses"]

CUSTOM = "custom"
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
ROUNDS_MAX = 30
"""After so many rounds an address may not depend on another account of the list any more."""


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
class AccountMerging:
    """The statements of one run on accounts. Writing happens in the caller's transaction on `conn`.

    What is read while `conn` is busy goes over connections of `database`: the lock that the run holds keeps
    it still.
    """

    conn: Connection
    database: Database
    organization_id: int
    company_id: int
    run_id: int

    @property
    def scope(self) -> dict[str, Any]:
        """Whose rows the statements are about."""
        return {
            "organization_id": self.organization_id,
            "company_id": self.company_id,
            "run_id": self.run_id,
        }

    @property
    def _tenant(self) -> dict[str, Value]:
        return {"organization_id": Value(self.organization_id), "company_id": Value(self.company_id)}

    def lock(self) -> None:
        """Wait for other imports of this company's customers and addresses."""
        for name in ("customers", "addresses"):
            self.conn.execute(SQL["lock_table"], {"name": f"{name}:{self.company_id}"})

    def count(self, table: Numbered, enough: int) -> int:
        """How many rows the company has in the table, `enough` at most."""
        statement = Text(SQL["count_rows"]).format(table=Identifier(table))
        with self.database.connection() as aside:
            row = aside.execute(statement, self.scope | {"enough": enough}).fetchone()
        assert row is not None
        return int(row[0])

    def known_accounts(self, keys: Sequence[str] | None = None) -> Iterator[bytes]:
        """The company's customers, or those with one of these keys (hex digits) as key or alias.

        Runs of `pipeline.known.RECORD`, in which an account is open unless it is deleted.
        """
        part = Text(SQL["all_rows" if keys is None else "rows_of_keys"])
        statement = Text(SQL["known_accounts"]).format(part=part)
        values = self.scope if keys is None else self.scope | {"keys": list(keys)}
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            yield b""
            for row in cursor.stream(statement, values):
                yield row[0]

    def known_texts(self) -> Iterator[bytes]:
        """Runs of `pipeline.accounts.texts.RECORD`, of the customers that are known by a text."""
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            for row in cursor.stream(SQL["known_texts"], self.scope):
                yield row[0]

    def known_addresses(self) -> bytes:
        """The company's addresses: external id, fingerprint or 0, and id, as CSV without header."""
        statement = Text(SQL["known_addresses"]).format(**self._tenant)
        with self.database.connection() as aside, aside.cursor().copy(statement) as copy:
            return b"".join(bytes(piece) for piece in copy)

    def external_ids(self, ids: list[int]) -> dict[int, str]:
        """The external ids of these customers, of those that have one."""
        with self.database.connection() as aside:
            found = aside.execute(SQL["external_ids"], self.scope | {"ids": ids}).fetchall()
        return {number: name for number, name in found if name is not None}

    def reserve_ids(self, table: Numbered, count: int) -> Sequence[int]:
        """So many ids that nobody else gets, rising; those that are not used are lost."""
        with self.database.connection() as aside, aside.cursor(binary=True) as cursor:
            row = cursor.execute(SQL["reserve_ids"], {"table_name": table, "count": count}).fetchone()
        assert row is not None
        first, scattered = row
        return sorted(scattered) if scattered else range(first, first + count)

    def copy(self, table: str, columns: Sequence[str], pieces: Iterable[bytes]) -> None:
        """COPY rows of the company, CSV of organization, company and `columns`, into the table."""
        names = ("organization_id", "company_id", *columns)
        statement = Text(SQL["copy_rows"]).format(table=Identifier(table), columns=_names(names))
        with self.conn.cursor().copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)

    def settle(
        self, accounts: Iterable[bytes], addresses: Iterable[bytes], label_of: Callable[[str], str]
    ) -> Settled:
        """Judge accounts with their addresses (CSV of STAGED_ACCOUNTS and STAGED_ADDRESSES), and write them.

        An account one of whose addresses is wrong is not stored. Before-images are kept. `label_of` gives
        what the sender calls a field of addresses.
        """
        analyze_stale(self.conn, ("customers", "addresses", "address_links"))
        self._stage(accounts, addresses)
        wrongs = self._judge(label_of)
        return self._write(wrongs)

    def keep_origins(self) -> None:
        """Remember which dialect set the fields of updated customers that this run's did not set."""
        keep_origins(self.conn, self.scope)

    def _stage(self, accounts: Iterable[bytes], addresses: Iterable[bytes]) -> None:
        self._do("create_staged_accounts", sent=_names(SENT), fields=_names(FEED))
        self._do("create_staged_addresses", fields=_names(OF_ADDRESSES, "a"))
        self.copy("staged_accounts", STAGED_ACCOUNTS, accounts)
        self.copy("staged_addresses", STAGED_ADDRESSES, addresses)
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
        found = self.conn.execute(SQL["list_wrongs"]).fetchall()
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
        self.conn.execute(statement, self.scope | rounds)

    def _write(self, wrongs: list[Wrong]) -> Settled:
        self._do("create_accepted", live=Text(SQL["live_mentions"]))
        self._do("analyze_accepted")
        self._do("create_changed")
        self._do("put_addresses", fields=_names(OF_ADDRESSES))
        self._do("index_accepted")
        self._change_addresses()
        self._do("note_owners_of_addresses")
        self._do("analyze_changed")
        self._do("put_customers", sent=_names(SENT), fields=_names(FEED), values=_values_of_new())
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
        parts = {"sent": _names(SENT, "s"), "stored": _names(SENT, "t"), "assigned": _assigned(SENT)}
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
            current=_names(names, "t"),
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
        row = self.conn.execute(SQL["forget_fingerprints"], self.scope).fetchone()
        return [] if row is None or row[0] is None else list(row[0])

    def _do(self, statement: str, **parts: Any) -> None:
        self.conn.execute(
            Text(SQL[statement]).format(**parts), self.scope if "%(" in SQL[statement] else None
        )

    def _count(self, statement: str) -> int:
        row = self.conn.execute(SQL[statement], self.scope).fetchone()
        assert row is not None
        return int(row[0])

    def _counts(self, statement: str) -> dict[str, int]:
        with self.conn.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(SQL[statement], self.scope).fetchone()
        assert row is not None
        return {name: int(count) for name, count in row.items()}


LINK_VERBS = {"removed": "remove", "added": "put", "updated": "change"}


def keep_origins(conn: Connection, scope: dict[str, Any]) -> None:
    """Remember which dialect set the fields of updated customers that the run's own did not set.

    Nearly free where no other dialect ever wrote in the company.
    """
    row = conn.execute(SQL["has_other_dialects"], scope).fetchone()
    if row is not None and row[0]:
        fields = [*(each.name for each in CUSTOMERS.fields), "tags", CUSTOM, "extra"]
        conn.execute(SQL["keep_origins"], scope | {"fields": fields})


def _names(names: Iterable[str], table: str = "") -> Composed:
    return Text(", ").join(Identifier(*((table,) if table else ()), name) for name in names)


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
