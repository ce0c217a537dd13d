"""The networks that are open to an organization beyond the public ones: allowed, listed and taken back."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import psycopg
from psycopg.rows import class_row

from douane.model.networks import AllowedNetwork
from douane.model.refusing import refusal

from .queries import queries

SQL = queries("networks")

Connection = psycopg.Connection[Any]
Network = IPv4Network | IPv6Network

MAPPED = IPv6Network("::ffff:0:0/96")


def allow_network(
    conn: Connection, organization_id: int, network: str, *, allows_http: bool = False
) -> AllowedNetwork:
    """Open `network`, such as 10.1.2.0/24 or one address, to an organization.

    What was said of it before is replaced. Refuses `bad-record` for a text that is no network.
    """
    allowed = AllowedNetwork(_network(network), allows_http)
    values = {"network": allowed.network, "allows_http": allows_http}
    conn.execute(SQL["allow_network"], {"organization_id": organization_id, **values})
    return allowed


def disallow_network(conn: Connection, organization_id: int, network: str) -> Network:
    """Close a network again, and give it. Refuses `bad-record` and `unknown-record` when not open."""
    closed = _network(network)
    values = {"organization_id": organization_id, "network": closed}
    if conn.execute(SQL["disallow_network"], values).fetchone() is None:
        raise refusal("unknown-record", f"allowed network {closed}")
    return closed


def list_networks(conn: Connection, organization_id: int) -> list[AllowedNetwork]:
    """What is open to an organization, IPv4 first, by address."""
    with conn.cursor(row_factory=class_row(AllowedNetwork)) as cursor:
        return cursor.execute(SQL["list_networks"], {"organization_id": organization_id}).fetchall()


def _network(text: str) -> Network:
    """The network that `text` names; refuses `bad-record`, telling what is wrong with it."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError as error:
        expected = "expected a network such as 10.1.2.0/24 or an address such as 10.1.2.3"
        raise refusal("bad-record", f"{text[:60]!r} was seen; {expected}.") from error
    if isinstance(network, IPv6Network) and (
        network.subnet_of(MAPPED) or network.network_address.scope_id is not None
    ):
        raise refusal("bad-record", f"{text[:60]!r} holds another address; write that one alone.")
    if not _is_whole(text, network):
        raise refusal("bad-record", f"{text[:60]!r} is an address inside {network}; write {network}.")
    return network


def _is_whole(text: str, network: Network) -> bool:
    """Whether the address written before the slash is the first one of the network."""
    written = ip_network(text.strip().partition("/")[0])
    return written.network_address == network.network_address
