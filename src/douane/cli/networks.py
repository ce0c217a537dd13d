"""`douane organization allow`: the networks that files may be fetched from although they are not public."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Data, Json, connected
from .output import show_json, show_rows
from .visible import visible

COLUMNS = ("network", "allows_http")

Code = Annotated[str, typer.Argument(help="The code of the organization.", show_default=False)]
Network = Annotated[
    str, typer.Argument(help="A network such as 10.1.2.0/24, or one address.", show_default=False)
]
Http = Annotated[bool, typer.Option("--http", help="Without encryption as well.")]


def allow(code: Code, network: Network, http: Http = False, data: Data = None, as_json: Json = False) -> None:
    """Let files of an organization be fetched from a network that is not public.

    Example: douane organization allow ACME 10.1.2.0/24 --http
    """
    from douane.store.networks import allow_network
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        allowed = allow_network(conn, get_organization(conn, code).id, network, allows_http=http)
    if as_json:
        show_json({"network": str(allowed.network), "allows_http": allowed.allows_http})
    else:
        ways = "https and http" if allowed.allows_http else "https"
        print(f"{visible(code)} may have files fetched from {allowed.network} by {ways}.")


def disallow(code: Code, network: Network, data: Data = None, as_json: Json = False) -> None:
    """Close a network to an organization again.

    Example: douane organization disallow ACME 10.1.2.0/24
    """
    from douane.store.networks import disallow_network
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        closed = disallow_network(conn, get_organization(conn, code).id, network)
    if as_json:
        show_json({"network": str(closed)})
    else:
        print(f"{visible(code)} has no files fetched from {closed} any more.")


def allowed(code: Code, data: Data = None, as_json: Json = False) -> None:
    """List the networks that are open to an organization beside the public ones.

    Example: douane organization allowed ACME
    """
    from douane.store.networks import list_networks
    from douane.store.organizations import get_organization

    with connected(data) as conn:
        found = list_networks(conn, get_organization(conn, code).id)
    rows = [{"network": str(each.network), "allows_http": each.allows_http} for each in found]
    show_rows(rows, COLUMNS, as_json=as_json, nothing="Only public addresses are open, by https.")
