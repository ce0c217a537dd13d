"""The guard: which addresses a file may be fetched from, decided for every address that a host resolves to.

Ranges are those of the IANA special-purpose registries (RFC 6890) and where clouds keep their metadata.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from douane.errors import Refusal, SourceFailure
from douane.model.networks import AllowedNetwork
from douane.model.refusing import refusal

from .address import Address
from .resolving import resolve_host

log = logging.getLogger(__name__)

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network
Resolve = Callable[[str], Sequence[str]]

ADDRESSES_MAX = 32
"""How many addresses a host may have; who names more wants something else than to be found."""

FORBIDDEN: dict[str, tuple[str, ...]] = {
    "unspecified": ("0.0.0.0/8", "::/128"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "site-local": ("fec0::/10",),
    "a carrier's own": ("100.64.0.0/10",),
    "a cloud's metadata": (
        "169.254.169.254/32",  # AWS, Azure, GCP, OpenStack and others
        "169.254.170.2/32",  # AWS, credentials of containers
        "169.254.170.23/32",  # AWS, credentials of pods
        "169.254.42.42/32",  # Scaleway
        "169.254.0.23/32",  # Tencent
        "168.63.129.16/32",  # Azure's wire server, in a public range
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "fd00:ec2::254/128",  # AWS
        "fd00:ec2::23/128",  # AWS, credentials of pods
        "fd20:ce::254/128",  # GCP
        "fd00:42::42/128",  # Scaleway
        "fd00:c1::a9fe:a9fe/128",  # Oracle
        "fe80::a9fe:a9fe/128",  # OpenStack
    ),
    "IPv4 wrapped into IPv6": (
        "::/96",  # compatible
        "::ffff:0:0/96",  # mapped
        "::ffff:0:0:0/96",  # translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of a network's own
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "192.88.99.0/24",  # relays to 6to4
    ),
    "for documentation": (
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001:db8::/32",
        "3fff::/20",
    ),
    "for measurements": ("198.18.0.0/15", "2001:2::/48"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    # All of IPv6 outside 2000::/3 is no address of a host that everybody can reach.
    "reserved": (
        "192.0.0.0/24",
        "240.0.0.0/4",
        "::/3",
        "2001::/23",
        "4000::/2",
        "8000::/1",
    ),
}
"""What is closed unless it is allowed, by what is said of it."""

RANGES: tuple[tuple[IPNetwork, str], ...] = tuple(
    sorted(
        ((ip_network(text), kind) for kind, texts in FORBIDDEN.items() for text in texts),
        key=lambda each: each[0].prefixlen,
        reverse=True,
    )
)
"""The same as networks, the narrowest first: it tells best why an address is closed."""

NAT64 = IPv6Network("64:ff9b::/96")


class Guard:
    """Decides where a file may be fetched from, for an organization with these allowed networks.

    An address in a forbidden range is open when an allowed network within that range holds it: to
    allow 10.0.0.0/8 opens nothing of 127.0.0.0/8, and to allow 169.254.0.0/16 does not open the
    metadata address in it. `resolve` gives the addresses of a host, or raises OSError.
    """

    def __init__(self, allowed: Sequence[AllowedNetwork] = (), resolve: Resolve = resolve_host) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve

    def addresses(self, address: Address) -> tuple[IPAddress, ...]:
        """The addresses to connect to, in order of preference, every one of them open.

        Refuses `source-forbidden` when a single one is closed, or when it is http and one is not in a
        network that is allowed with http. Raises SourceFailure when the host has none.
        """
        found = tuple(self._found(address.host))
        for each in found:
            if reason := self.why_closed(each):
                raise self._closed(address, each, reason)
        if address.scheme == "http" and not all(map(self._is_open_for_http, found)):
            raise refusal("source-forbidden", f"http was seen for {address.host}, where https was expected")
        return found

    def why_closed(self, address: IPAddress) -> str:
        """What kind of address it is that is closed, such as `private`; empty when it is open."""
        for network, kind in RANGES:
            if address in network and not self._is_opened(address, network):
                return kind
        if address in NAT64:
            return self.why_closed(IPv4Address(int(address) & 0xFFFF_FFFF))
        return ""

    def _found(self, host: str) -> Iterator[IPAddress]:
        try:
            texts = [host] if _is_number(host) else self._resolve(host)
        except OSError as error:
            log.info("%s cannot be resolved: %s", host, error)
            raise SourceFailure(f"The host {host} cannot be found: DNS gives no address.") from error
        if not texts:
            raise SourceFailure(f"The host {host} cannot be found: DNS gives no address.")
        if len(texts) > ADDRESSES_MAX:
            raise refusal("source-forbidden", f"{host} has more than {ADDRESSES_MAX} addresses")
        return map(ip_address, texts)

    def _closed(self, address: Address, seen: IPAddress, reason: str) -> Refusal:
        """The refusal. Who wrote a name is not told what it resolves to: the log is, for the operator."""
        log.warning("Nothing is fetched from %s: its address %s is %s.", address.host, seen, reason)
        return refusal("source-forbidden", f"the address of {address.host} is {reason}")

    def _is_opened(self, address: IPAddress, forbidden: IPNetwork) -> bool:
        return any(address in each.network and _is_within(each.network, forbidden) for each in self._allowed)

    def _is_open_for_http(self, address: IPAddress) -> bool:
        return any(address in each.network for each in self._allowed if each.allows_http)


def _is_within(network: IPNetwork, other: IPNetwork) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
