"""The connectors of companies: kept with their secrets sealed, found by their names, listed and removed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from douane.model.connector import Connector
from douane.model.connector_document import Described, as_json, read_connector
from douane.model.cron import next_due
from douane.model.refusing import refusal

from .queries import queries
from .sealing import Sealer

SQL = queries("connectors")
CONNECTORS_MAX = 1000
DEFAULT_NAME = "accounts"
DEFAULT_MAPPING = "DJUST"
BY_GRANT = "douane grant"

Connection = psycopg.Connection[Any]
Owner = tuple[int, int]
"""The ids of an organization and of one of its companies."""


@dataclass(frozen=True)
class StoredConnector:
    """A connector of a company: its definition in JSON values without any secret, and its secrets, sealed.

    `due_at` is when its schedule is due next.
    """

    organization_id: int
    company_id: int
    id: int
    name: str
    definition: dict[str, Any]
    secret_names: list[str]
    secrets: bytes | None = field(repr=False)
    due_at: datetime | None
    created_at: datetime
    changed_at: datetime
    changed_by: str

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return self.organization_id, self.company_id

    @property
    def mapping(self) -> str:
        """The name of the mapping that its records are read by."""
        return str(self.definition.get("mapping") or DEFAULT_MAPPING)

    @property
    def connector(self) -> Connector:
        """The connector itself. Refuses `bad-connector` for one that is understood no more."""
        return read_connector(self.definition, self.secret_names).connector

    def unsealed(self, sealer: Sealer) -> dict[str, str]:
        """Its secrets by name. Raises a transient Failure when they were sealed with another key."""
        found: dict[str, str] = json.loads(sealer.unseal(self.secrets)) if self.secrets else {}
        return found


def put_connector(
    conn: Connection, owner: Owner, sent: Any, sealer: Sealer, changed_by: str
) -> StoredConnector:
    """Keep a connector as it was sent, in place of one of the same name; secrets not sent stay as they are.

    Secrets are only kept for the hosts that they were sent for. Refuses `bad-connector`, telling all that is
    wrong with it, and `too-many-connectors`.
    """
    _lock(conn, owner)
    name = sent.get("name") if isinstance(sent, dict) else None
    kept = find_connector(conn, owner, name) if isinstance(name, str) else None
    described = read_connector(sent, kept.secret_names if kept else ())
    if kept is None:
        return _insert(conn, owner, described, sealer, changed_by)
    secrets = _secrets(described, kept, sealer)
    is_same = described.connector.schedule == kept.definition.get("schedule", "")
    values = _values(conn, owner, described.connector, secrets, sealer, changed_by)
    values |= {"id": kept.id} | ({"due_at": kept.due_at} if is_same else {})
    return _written(conn, "update_connector", values)


def add_connector(
    conn: Connection, owner: Owner, sent: Any, sealer: Sealer, changed_by: str
) -> StoredConnector:
    """Keep a new connector as it was sent.

    Refuses `bad-connector`, `too-many-connectors`, and `connector-taken` when there is one of its name.
    """
    described = read_connector(sent)
    _lock(conn, owner)
    if find_connector(conn, owner, described.connector.name) is not None:
        raise refusal("connector-taken", described.connector.name)
    return _insert(conn, owner, described, sealer, changed_by)


def ensure_connector(conn: Connection, owner: Owner) -> StoredConnector:
    """The company's first connector; one that accounts can be sent to is made when it has none."""
    _lock(conn, owner)
    found = _found(conn, "first_connector", {"organization_id": owner[0], "company_id": owner[1]})
    if found is not None:
        return found
    usual = Described(Connector(DEFAULT_NAME, base_url="", mapping=DEFAULT_MAPPING), {})
    return _insert(conn, owner, usual, None, BY_GRANT)


def get_connector(conn: Connection, owner: Owner, name: str) -> StoredConnector:
    """The connector of this name, whatever its case. Refuses `unknown-connector`."""
    return _there(find_connector(conn, owner, name), name)


def lock_connector(conn: Connection, owner: Owner, name: str) -> StoredConnector:
    """The connector of this name, which nobody else asks for anything until this transaction ends.

    Refuses `unknown-connector`.
    """
    return _there(_found(conn, "lock_connector", _named(owner, name)), name)


def find_connector(conn: Connection, owner: Owner, name: str) -> StoredConnector | None:
    """The company's connector of this name, whatever its case; None when there is none."""
    return _found(conn, "find_connector", _named(owner, name))


def find_connector_of_run(conn: Connection, run_id: int) -> StoredConnector | None:
    """The connector that a run is of; None when it is of none, or of one that was removed."""
    return _found(conn, "find_connector_of_run", {"run_id": run_id})


def list_connectors(conn: Connection, owner: Owner) -> list[StoredConnector]:
    """The connectors of a company, by name."""
    values = {"organization_id": owner[0], "company_id": owner[1]}
    with conn.cursor(row_factory=class_row(StoredConnector)) as cursor:
        return cursor.execute(SQL["list_connectors"], values).fetchall()


def remove_connector(conn: Connection, owner: Owner, name: str) -> str:
    """Remove a connector with its secrets and its history; gives its name. Refuses `unknown-connector`.

    Its runs stay; one that still has to fetch something fails.
    """
    row = conn.execute(SQL["remove_connector"], _named(owner, name)).fetchone()
    if row is None:
        raise refusal("unknown-connector", repr(name[:100]))
    return str(row[0])


def lock_due(conn: Connection) -> StoredConnector | None:
    """The connector that has been due for longest, which is nobody else's until this transaction ends."""
    return _found(conn, "lock_due", {})


def set_due(conn: Connection, stored: StoredConnector, due_at: datetime | None) -> None:
    """Say when a connector is due next."""
    values = {"organization_id": stored.organization_id, "company_id": stored.company_id, "id": stored.id}
    conn.execute(SQL["set_due"], {**values, "due_at": due_at})


def moment(conn: Connection) -> datetime:
    """The moment at which the transaction began, by the clock of the database, which all workers share."""
    row = conn.execute(SQL["moment"]).fetchone()
    assert row is not None, "there is always a moment"
    found: datetime = row[0]
    return found


def _lock(conn: Connection, owner: Owner) -> None:
    conn.execute(SQL["lock_organization"], {"organization_id": owner[0]})


def _insert(
    conn: Connection, owner: Owner, described: Described, sealer: Sealer | None, changed_by: str
) -> StoredConnector:
    row = conn.execute(SQL["count_connectors"], {"organization_id": owner[0]}).fetchone()
    if row is not None and row[0] >= CONNECTORS_MAX:
        raise refusal("too-many-connectors", f"{CONNECTORS_MAX:,}")
    values = _values(conn, owner, described.connector, described.secrets, sealer, changed_by)
    return _written(conn, "insert_connector", values)


def _secrets(described: Described, kept: StoredConnector, sealer: Sealer) -> dict[str, str]:
    """The secrets that were sent, and those that are kept and still needed.

    Whoever may change a connector could otherwise have its secrets sent to a host of their own.
    """
    connector = described.connector
    usable = connector.secret_names | connector.authentication.optional_secrets
    names = (usable & set(kept.secret_names)) - described.secrets.keys()
    if not names:
        return dict(described.secrets)
    if not connector.hosts <= kept.connector.hosts:
        detail = "it leads to another host than before; send its secrets again"
        raise refusal("bad-connector", f"{detail}: {', '.join(sorted(names))}")
    stored = kept.unsealed(sealer)
    return {**{name: stored[name] for name in names}, **described.secrets}


def _values(
    conn: Connection,
    owner: Owner,
    connector: Connector,
    secrets: Mapping[str, str],
    sealer: Sealer | None,
    changed_by: str,
) -> dict[str, Any]:
    return {
        "organization_id": owner[0],
        "company_id": owner[1],
        "name": connector.name,
        "definition": Jsonb(as_json(connector)),
        "secret_names": sorted(secrets),
        "secrets": sealer.seal(json.dumps(dict(secrets))) if secrets and sealer else None,
        "due_at": next_due(connector.schedule, moment(conn)) if connector.schedule else None,
        "changed_by": changed_by,
    }


def _named(owner: Owner, name: str) -> dict[str, Any]:
    # A name that PostgreSQL cannot hold is nobody's.
    storable = name.replace("\0", "").encode(errors="replace").decode()
    return {"organization_id": owner[0], "company_id": owner[1], "name": storable}


def _there(found: StoredConnector | None, name: str) -> StoredConnector:
    if found is None:
        raise refusal("unknown-connector", repr(name[:100]))
    return found


def _found(conn: Connection, statement: str, values: dict[str, Any]) -> StoredConnector | None:
    with conn.cursor(row_factory=class_row(StoredConnector)) as cursor:
        return cursor.execute(SQL[statement], values).fetchone()


def _written(conn: Connection, statement: str, values: dict[str, Any]) -> StoredConnector:
    written = _found(conn, statement, values)
    assert written is not None, "a connector that is put is kept"
    return written
