"""The guard as an attacker sees it: every way to write, resolve or wrap an address that is not public."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from douane.errors import Refusal, SourceFailure
from douane.fetch.address import follow, read_address, shown_address
from douane.fetch.guard import ADDRESSES_MAX, RANGES, Guard
from douane.fetch.resolving import resolve_host
from douane.model.networks import AllowedNetwork

PUBLIC = [
    "93.184.216.34",
    "8.8.8.8",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
]
PUBLIC += ["2606:4700:4700::1111", "2a00:1450:4007:80c::200e", "2620:fe::fe", "2003::1"]

CLOSED = [
    ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("10.0.0.1", "private"),
    ("10.255.255.255", "private"),
    ("100.64.0.1", "a carrier's own"),
    ("100.127.255.255", "a carrier's own"),
    ("100.100.100.200", "a cloud's metadata"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("168.63.129.16", "a cloud's metadata"),
    ("169.254.0.1", "link-local"),
    ("169.254.169.254", "a cloud's metadata"),
    ("169.254.170.2", "a cloud's metadata"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.8", "reserved"),
    ("192.0.0.192", "a cloud's metadata"),
    ("192.0.2.1", "for documentation"),
    ("192.88.99.1", "IPv4 wrapped into IPv6"),
    ("192.168.1.1", "private"),
    ("198.18.0.1", "for measurements"),
    ("198.19.255.255", "for measurements"),
    ("198.51.100.1", "for documentation"),
    ("203.0.113.1", "for documentation"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::2", "IPv4 wrapped into IPv6"),
    ("::127.0.0.1", "IPv4 wrapped into IPv6"),
    ("::ffff:127.0.0.1", "IPv4 wrapped into IPv6"),
    ("::ffff:8.8.8.8", "IPv4 wrapped into IPv6"),
    ("::ffff:0:10.0.0.1", "IPv4 wrapped into IPv6"),
    ("64:ff9b::127.0.0.1", "IPv4 wrapped into IPv6"),
    ("64:ff9b::8.8.8.8", "IPv4 wrapped into IPv6"),
    ("64:ff9b:1::1", "IPv4 wrapped into IPv6"),
    ("100::1", "reserved"),
    ("2001::1", "IPv4 wrapped into IPv6"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "IPv4 wrapped into IPv6"),
    ("2001:2::1", "for measurements"),
    ("2001:10::1", "reserved"),
    ("2001:db8::1", "for documentation"),
    ("2002:7f00:1::1", "IPv4 wrapped into IPv6"),
    ("2002:808:808::1", "IPv4 wrapped into IPv6"),
    ("3fff::1", "for documentation"),
    ("4000::1", "reserved"),
    ("5f00::1", "reserved"),
    ("fc00::1", "private"),
    ("fd12:3456::1", "private"),
    ("fd00:ec2::254", "a cloud's metadata"),
    ("fd20:ce::254", "a cloud's metadata"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
]

SPELLINGS = [
    "http://2130706433/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0X7F000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.0.0.1.1/",
    "https://127.0.0.256/",
    "https://127.0.0.01/",
    "https://127.0.0.1./",
    "https://169.254.169.254./",
    "https://0x/",
    "https://host.0x1/",
    "https://host.123/",
    "https://①②⑦.⓪.⓪.①/",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://[::1%25eth0]/",
    "https://[::1%eth0]/",
    "https://[fe80::1%25lo]/",
    "https://[::ffff:7f00:1%]/",
    "https://[127.0.0.1]/",
    "https://[v1.x]/",
    "https://[::1/",
    "https://::1/",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://@example.com/",
    "https://:@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com:443@127.0.0.1/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com%40127.0.0.1/",
    "https://127.0.0.1\\.example.com/",
    "https://exa%6dple.com/",
    "https://example.com%00.evil.com/",
    "https://exam ple.com/",
    "https://example.com\n.evil.com/",
    "https://example\t.com/",
    "https://exa\r\nHost:x/",
    "https://example.com\x00/",
    "https://a..b/",
    "https://.example.com/",
    "https://example.com../",
    "https://./",
    "https:///path",
    "https://?query",
    "https:example.com",
    "https:/example.com",
    "//example.com/",
    "/path",
    "example.com",
    "",
    " ",
    "https://-a.com/",
    "https://a_.-b/",
    f"https://{'a' * 64}.com/",
    f"https://{'a.' * 127}com/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:99999999999/",
    "https://example.com:-1/",
    "https://example.com:8x/",
    "https://example.com:80:80/",
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://127.0.0.1:6379/_INFO",
    "data:text/plain,x",
    "jar:https://example.com!/x",
    "unix:///run/postgresql",
    "javascript:alert(1)",
    "https+unix://x/",
    "https://example.com/" + "a" * 9000,
]


def says(*addresses: str) -> Callable[[str], list[str]]:
    """A resolver that gives these addresses for every name."""
    return lambda _: list(addresses)


def opened(network: str, *, http: bool = False) -> AllowedNetwork:
    return AllowedNetwork(ip_network(network), http)


def found(guard: Guard, url: str) -> list[str]:
    return [str(each) for each in guard.addresses(read_address(url))]


def refused(function: Callable[..., object], *args: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        function(*args)
    assert caught.value.code == "source-forbidden"
    return caught.value


# --- addresses as they are resolved


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open(address: str) -> None:
    assert found(Guard(resolve=says(address)), "https://example.com/") == [address]
    assert Guard().why_closed(ip_address(address)) == ""


@pytest.mark.parametrize(("address", "kind"), CLOSED)
def test_every_other_address_closes_its_host_and_itself(address: str, kind: str) -> None:
    assert Guard().why_closed(ip_address(address)) == kind
    guard = Guard(resolve=says(address))
    assert kind in refused(found, guard, "https://example.com/").message
    host = f"[{address}]" if ":" in address else address
    if "%" not in address:
        assert kind in refused(found, guard, f"https://{host}/").message


@pytest.mark.parametrize("bad", ["10.0.0.1", "::1", "169.254.169.254", "64:ff9b::10.0.0.1"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_address_among_good_ones_closes_the_host(bad: str, place: int) -> None:
    mixed = ["93.184.216.34", "2606:4700::1"]
    mixed.insert(place, bad)
    refused(found, Guard(resolve=says(*mixed)), "https://example.com/")


def test_a_host_with_very_many_addresses_is_refused() -> None:
    few, many = ([f"93.184.216.{number}" for number in range(count)] for count in (ADDRESSES_MAX, 33))
    assert len(found(Guard(resolve=says(*few)), "https://example.com/")) == ADDRESSES_MAX
    refused(found, Guard(resolve=says(*many)), "https://example.com/")


def test_a_host_that_is_not_found_may_be_found_later() -> None:
    def fails(_: str) -> list[str]:
        raise OSError("the resolver's own words")

    for resolve in (fails, says()):
        with pytest.raises(SourceFailure) as caught:
            found(Guard(resolve=resolve), "https://example.com/?sig=secret")
        assert caught.value.transient
        assert "example.com" in caught.value.message
        assert "own words" not in caught.value.message
        assert "secret" not in caught.value.message


def test_who_asks_is_not_told_what_a_name_resolves_to_but_the_operator_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        message = refused(found, Guard(resolve=says("10.9.8.7")), "https://db.internal/").message
    assert "10.9.8.7" not in message
    assert "10.9.8.7" in caplog.text


def test_the_system_s_resolver_is_asked_for_real() -> None:
    assert {"127.0.0.1", "::1"} & set(resolve_host("localhost"))
    assert "loopback" in refused(found, Guard(), "https://localhost/").message
    assert "loopback" in refused(found, Guard(), "https://LOCALHOST./").message
    with pytest.raises(socket.gaierror):
        resolve_host("no-such-host.invalid")


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_is_open_is_global(address: IPv4Address | IPv6Address) -> None:
    if not Guard().why_closed(address):
        assert address.is_global
        assert not address.is_multicast
        assert not (isinstance(address, IPv6Address) and (address.ipv4_mapped or address.sixtofour))


@given(st.sampled_from(RANGES), st.integers(min_value=0))
def test_no_address_of_a_range_is_open(forbidden: tuple[object, str], number: int) -> None:
    network = ip_network(str(forbidden[0]))
    assert Guard().why_closed(network[number % network.num_addresses])


# --- addresses as they are written


@pytest.mark.parametrize("url", SPELLINGS)
def test_odd_spellings_are_refused_before_anything_is_resolved(url: str) -> None:
    def never(host: str) -> list[str]:
        raise AssertionError(f"{host} was resolved")

    refused(found, Guard([opened("0.0.0.0/0", http=True)], never), url)


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://EXAMPLE.com", "example.com", "/"),
        ("https://example.com./a", "example.com", "/a"),
        ("  https://example.com/a  ", "example.com", "/a"),
        ("https://bücher.example/é?ü=ö#x", "xn--bcher-kva.example", "/%C3%A9?%C3%BC=%C3%B6"),
        ("https://example.com/a%2Fb?sig=a%2Bb%3D&x=1,2;3", "example.com", "/a%2Fb?sig=a%2Bb%3D&x=1,2;3"),
        ("https://example.com/?", "example.com", "/?"),
        ("https://example.com/a/../b/./c", "example.com", "/b/c"),
        ("https://example.com//a@b?c@d", "example.com", "//a@b?c@d"),
        ("https://example.com/a b", "example.com", "/a%20b"),
        ("https://my_files.example.com:8443/", "my_files.example.com", "/"),
        ("https://[2606:4700:0:0::1111]/", "2606:4700::1111", "/"),
        ("https://93.184.216.34/", "93.184.216.34", "/"),
    ],
)
def test_addresses_are_read(url: str, host: str, target: str) -> None:
    address = read_address(url)
    assert (address.host, address.target) == (host, target)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a.csv?sig=secret#part", "https://example.com/a.csv?..."),
        ("https://example.com:443/a.csv", "https://example.com/a.csv"),
        ("https://example.com:8443/a.csv", "https://example.com:8443/a.csv"),
        ("http://[2606:4700::1]:81/", "http://[2606:4700::1]:81/"),
        ("https://user:secret@example.com/", "an address that cannot be read"),
        (f"https://example.com/{'a' * 200}?secret", f"https://example.com/{'a' * 130}..."),
    ],
)
def test_what_is_shown_of_an_address_opens_nothing(url: str, shown: str) -> None:
    assert shown_address(url) == shown


def test_an_address_keeps_its_secret_to_itself() -> None:
    assert "secret" not in repr(read_address("https://example.com/a?sig=secret"))


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "https://example.com/b"),
        ("b?x", "https://example.com/folder/b?x"),
        ("//other.example/b", "https://other.example/b"),
        ("https://other.example/b#part", "https://other.example/b"),
        ("http://example.com/b", "http://example.com/b"),
        ("?again", "https://example.com/folder/a?again"),
    ],
)
def test_a_redirect_is_followed_from_where_it_stands(location: str, target: str) -> None:
    assert follow(read_address("https://example.com/folder/a?sig=1"), location).text == target


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "https://user@example.com/",
        "//0x7f.1/",
        "https://[::1%25lo]/",
        "ftp:x",
        "https://\n/",
    ],
)
def test_a_redirect_is_read_as_strictly(location: str) -> None:
    refused(follow, read_address("https://example.com/"), location)


# --- what is allowed


@pytest.mark.parametrize(
    ("network", "address", "is_open"),
    [
        ("10.1.2.0/24", "10.1.2.3", True),
        ("10.1.2.0/24", "10.1.3.3", False),
        ("10.0.0.0/8", "10.200.0.1", True),
        ("10.0.0.0/8", "127.0.0.1", False),
        ("127.0.0.1/32", "127.0.0.1", True),
        ("127.0.0.1/32", "127.0.0.2", False),
        ("100.64.0.0/10", "100.64.0.1", True),
        ("100.64.0.0/10", "100.100.100.200", False),
        ("169.254.0.0/16", "169.254.1.1", True),
        ("169.254.0.0/16", "169.254.169.254", False),
        ("169.254.169.254/32", "169.254.169.254", True),
        ("168.63.128.0/20", "168.63.129.16", False),
        ("fd00::/8", "fd12::1", True),
        ("fd00::/8", "fd00:ec2::254", False),
        ("fd00:ec2::254/128", "fd00:ec2::254", True),
        ("::1/128", "::1", True),
        ("0.0.0.0/0", "10.0.0.1", False),
        ("0.0.0.0/0", "127.0.0.1", False),
        ("::/0", "::1", False),
        ("::/0", "fd12::1", False),
        ("8.0.0.0/5", "10.0.0.1", False),
        ("10.0.0.0/8", "::ffff:10.0.0.1", False),
        ("10.0.0.0/8", "64:ff9b::10.0.0.1", False),
        ("10.0.0.0/8", "2002:a00:1::1", False),
        ("64:ff9b::/96", "64:ff9b::8.8.8.8", True),
        ("64:ff9b::/96", "64:ff9b::10.0.0.1", False),
        ("64:ff9b::/96", "64:ff9b::169.254.169.254", False),
    ],
)
def test_an_allowed_network_opens_what_is_its_own(network: str, address: str, is_open: bool) -> None:
    assert (Guard([opened(network)]).why_closed(ip_address(address)) == "") is is_open


def test_both_halves_of_a_wrapped_address_can_be_allowed() -> None:
    guard = Guard([opened("64:ff9b::/96"), opened("10.0.0.0/8")])
    assert guard.why_closed(ip_address("64:ff9b::10.0.0.1")) == ""


@pytest.mark.parametrize(
    ("allowed", "addresses", "is_open"),
    [
        ([], ["93.184.216.34"], False),
        ([opened("10.0.0.0/8")], ["10.0.0.1"], False),
        ([opened("10.0.0.0/8", http=True)], ["10.0.0.1"], True),
        ([opened("10.0.0.0/8", http=True)], ["10.0.0.1", "10.0.0.2"], True),
        ([opened("10.0.0.0/8", http=True)], ["10.0.0.1", "93.184.216.34"], False),
        ([opened("10.0.0.0/8", http=True), opened("fd00::/8")], ["10.0.0.1", "fd00::1"], False),
        ([opened("93.184.216.34/32", http=True)], ["93.184.216.34"], True),
        ([opened("0.0.0.0/0", http=True)], ["93.184.216.34"], True),
        ([opened("0.0.0.0/0", http=True)], ["10.0.0.1"], False),
    ],
)
def test_http_is_only_for_networks_that_are_allowed_with_it(
    allowed: list[AllowedNetwork], addresses: list[str], is_open: bool
) -> None:
    guard = Guard(allowed, says(*addresses))
    if is_open:
        assert found(guard, "http://example.com/") == addresses
    else:
        refused(found, guard, "http://example.com/")
