"""The mappings of an organization: kept, found by their names, listed and removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from douane.model.builtin_mappings import BUILT_IN
from douane.model.mapping_document import MappingDocument, read_document
from douane.model.refusing import refusal

from .queries import queries

SQL = queries("mappings")
MAPPINGS_MAX = 1000

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class StoredMapping:
    """A mapping of an organization: its definition in JSON values, and who changed it when.

    A built-in one was changed by nobody.
    """

    name: str
    definition: dict[str, Any]
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def is_built_in(self) -> bool:
        """Whether it is one that every organization has."""
        return self.changed_at is None

    @property
    def document(self) -> MappingDocument:
        """The mapping itself. Refuses `bad-mapping` for one that is understood no more."""
        return read_document(self.definition)


def put_mapping(
    conn: Connection, organization_id: int, document: MappingDocument, changed_by: str
) -> StoredMapping:
    """Keep a mapping, in place of one of the same name. Refuses `too-many-mappings`."""
    kept = _write(conn, "put_mapping", organization_id, document, changed_by)
    assert kept is not None, "a mapping that is put is kept"
    return kept


def add_mapping(
    conn: Connection, organization_id: int, document: MappingDocument, changed_by: str
) -> StoredMapping:
    """Keep a new mapping. Refuses `too-many-mappings`, and `mapping-taken` when there is one of its name."""
    kept = _write(conn, "add_mapping", organization_id, document, changed_by)
    if kept is None:
        raise refusal("mapping-taken", document.name)
    return kept


def get_mapping(conn: Connection, organization_id: int, name: str) -> StoredMapping:
    """The mapping of this name, whatever its case: the organization's, or a built-in one.

    Refuses `unknown-mapping`.
    """
    found = _found(conn, organization_id, name)
    if found is None:
        raise refusal("unknown-mapping", repr(name[:100]))
    return found


def find_mapping(conn: Connection, organization_id: int, name: str) -> MappingDocument | None:
    """The document of the mapping that `get_mapping` gives; None when there is none.

    Refuses `bad-mapping` for one that is understood no more.
    """
    found = _found(conn, organization_id, name)
    return None if found is None else found.document


def list_mappings(conn: Connection, organization_id: int) -> list[StoredMapping]:
    """The organization's mappings by name, and the built-in ones that it has none of its own in place of."""
    with conn.cursor(row_factory=class_row(StoredMapping)) as cursor:
        own = cursor.execute(SQL["list_mappings"], {"organization_id": organization_id}).fetchall()
    names = {each.name.lower() for each in own}
    built_in = [each for name, each in _built_in().items() if name not in names]
    return sorted([*own, *built_in], key=lambda each: each.name.lower())


def remove_mapping(conn: Connection, organization_id: int, name: str) -> str:
    """Remove a mapping of the organization; gives its name. Refuses `unknown-mapping`.

    Runs that were asked for with it keep it.
    """
    values = {"organization_id": organization_id, "name": _storable(name)}
    row = conn.execute(SQL["remove_mapping"], values).fetchone()
    if row is None:
        raise refusal("unknown-mapping", f"{name[:100]!r} that could be removed")
    return str(row[0])


def _write(
    conn: Connection, statement: str, organization_id: int, document: MappingDocument, changed_by: str
) -> StoredMapping | None:
    values = {
        "organization_id": organization_id,
        "name": document.name,
        "definition": Jsonb(document.as_json()),
        "changed_by": changed_by,
    }
    conn.execute(SQL["lock_mappings"], values)
    row = conn.execute(SQL["count_others"], values).fetchone()
    if row is not None and row[0] >= MAPPINGS_MAX:
        raise refusal("too-many-mappings", f"{MAPPINGS_MAX:,}")
    with conn.cursor(row_factory=class_row(StoredMapping)) as cursor:
        return cursor.execute(SQL[statement], values).fetchone()


def _found(conn: Connection, organization_id: int, name: str) -> StoredMapping | None:
    with conn.cursor(row_factory=class_row(StoredMapping)) as cursor:
        values = {"organization_id": organization_id, "name": _storable(name)}
        found = cursor.execute(SQL["find_mapping"], values).fetchone()
    return found or _built_in().get(name.lower())


def _built_in() -> dict[str, StoredMapping]:
    return {each.name.lower(): StoredMapping(each.name, each.as_json()) for each in BUILT_IN}


def _storable(name: str) -> str:
    """A name as PostgreSQL can be asked for it; one that it cannot hold is nobody's."""
    return name.replace("\0", "").encode(errors="replace").decode()
