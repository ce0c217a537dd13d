"""`douane revoke`: closes a credential for good."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Data, Json, connected
from .output import show_json

Login = Annotated[str, typer.Argument(help="The login, as douane credentials lists it.", show_default=False)]


def revoke(login: Login, data: Data = None, as_json: Json = False) -> None:
    """Close a credential; what it imported stays.

    Example: douane revoke acme-1a2b3c4d
    """
    from douane.store import credentials

    with connected(data) as connection:
        credentials.revoke(connection, login)
    if as_json:
        show_json({"login": login, "is_revoked": True})
    else:
        print(f"{login} opens nothing any more.")
