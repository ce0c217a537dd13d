"""`douane credentials`: lists them, without their secrets."""

from __future__ import annotations

from dataclasses import asdict

from .options import Data, Json, connected
from .output import show_rows

COLUMNS = ("login", "dialect", "organization", "company", "created_at", "last_used_at", "revoked_at")


def credentials(data: Data = None, as_json: Json = False) -> None:
    """List the credentials, revoked ones too.

    Example: douane credentials
    """
    from douane.store.credentials import list_credentials

    with connected(data) as connection:
        rows = [asdict(each) for each in list_credentials(connection)]
    columns = (*COLUMNS, "declarations") if as_json else COLUMNS
    nothing = "There is no credential yet: douane grant makes one."
    show_rows(rows, columns, as_json=as_json, nothing=nothing)
