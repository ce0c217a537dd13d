"""Networks that an organization may have files fetched from although they are not public."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network


@dataclass(frozen=True)
class AllowedNetwork:
    """A network that is open to an organization; `allows_http` says whether without encryption as well."""

    network: IPv4Network | IPv6Network
    allows_http: bool
