"""Addresses of files: read strictly, so that what is checked is what is asked, and shown without secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import httpx

from douane.errors import Refusal
from douane.model.refusing import refusal

PORTS = {"http": 80, "https": 443}
ADDRESS_CHARACTERS_MAX = 8192
SHOWN_CHARACTERS_MAX = 150
HOST_CHARACTERS_MAX = 253
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_BEHIND_HOST = re.compile(r"[/?#]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True)
class Address:
    """Where a file is. `host` is ASCII in lower case without brackets, `text` the whole address.

    The whole address may open what it names: it is in no repr, and belongs in no message and no log.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str | None = field(repr=False)
    text: str = field(repr=False)

    @property
    def target(self) -> str:
        """What is asked of the host: path and query."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def authority(self) -> str:
        """Host and port as they are written, the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """What of the address everybody may see, cut to 150 characters; `?...` stands for a query."""
        shown = f"{self.scheme}://{self.authority}{self.path}"
        if len(shown) > SHOWN_CHARACTERS_MAX:
            return f"{shown[:SHOWN_CHARACTERS_MAX]}..."
        return shown if self.query is None else f"{shown}?..."


def read_address(text: str) -> Address:
    """The address that `text` names, without its fragment.

    Refuses `source-forbidden` when it is no plain http or https address of a host: another scheme,
    a user or password in it, a host written as a number in an unusual way, with a zone or not as DNS
    writes names.
    """
    if len(text) > ADDRESS_CHARACTERS_MAX:
        raise _forbidden(f"the address has more than {ADDRESS_CHARACTERS_MAX:,} characters")
    try:
        url = httpx.URL(text.strip(" "))
    except (httpx.InvalidURL, UnicodeError):
        raise _forbidden("the address cannot be read") from None
    # Looked for as it is written: an empty user, as in https://@host, is gone once it has been read.
    if "@" in _BEHIND_HOST.split(text.partition("://")[2], maxsplit=1)[0]:
        raise _forbidden("the address holds a user or a password")
    return _checked(url)


def follow(address: Address, location: str) -> Address:
    """The address that a redirect from `address` to `location` leads to. Refuses as `read_address` does."""
    try:
        return read_address(str(httpx.URL(address.text).join(location)))
    except (httpx.InvalidURL, UnicodeError):
        raise _forbidden("the address that it redirects to cannot be read") from None


def shown_address(url: str) -> str:
    """What of an address everybody may see: scheme, host, port and path; `?...` stands for a query."""
    try:
        return read_address(url).shown
    except Refusal:
        return "an address that cannot be read"


def _checked(url: httpx.URL) -> Address:
    if url.scheme not in PORTS:
        raise _forbidden(f"{url.scheme[:20] or 'no scheme'} was seen, where https was expected")
    host = _host(url.raw_host.decode("ascii"))
    port = PORTS[url.scheme] if url.port is None else url.port
    if not 0 < port < 1 << 16:
        raise _forbidden(f"{port} is no port")
    path, separator, query = url.raw_path.decode("ascii").partition("?")
    whole = str(url.copy_with(fragment=None))
    return Address(url.scheme, host, port, path or "/", query if separator else None, whole)


def _host(host: str) -> str:
    """The host as it is resolved; refuses what resolvers and libraries are known to read differently."""
    if ":" in host:
        return _ipv6(host)
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(host) > HOST_CHARACTERS_MAX or not all(map(_LABEL.fullmatch, labels)):
        raise _forbidden("the address has no host, or one that DNS cannot have")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except AddressValueError:
            raise _forbidden("the host is a number that is not written as four decimal ones") from None
    return host


def _ipv6(host: str) -> str:
    try:
        address = IPv6Address(host)
    except AddressValueError:
        raise _forbidden("the host is no IPv6 address") from None
    if address.scope_id is not None:
        raise _forbidden("the host has a zone")
    return str(address)


def _forbidden(reason: str) -> Refusal:
    return refusal("source-forbidden", reason)
