"""The networks that are open to an organization, in the store and at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from douane.errors import Refusal
from douane.model.networks import AllowedNetwork
from douane.store.database import Database
from douane.store.networks import allow_network, disallow_network, list_networks
from douane.store.organizations import Company, ensure_company

Douane = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.1.2.0/24", "10.1.2.0/24"),
        (" 10.1.2.3 ", "10.1.2.3/32"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("fd12:3456::/48", "fd12:3456::/48"),
        ("::1", "::1/128"),
    ],
)
def test_a_network_is_kept_as_it_is_meant(
    database: Database, company: Company, text: str, network: str
) -> None:
    with database.connection() as conn:
        made = allow_network(conn, company.organization_id, text)
        assert made == AllowedNetwork(ip_network(network), allows_http=False)
        assert list_networks(conn, company.organization_id) == [made]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected a network"),
        ("10.1.2.0/33", "expected a network"),
        ("10.1.2", "expected a network"),
        ("010.1.2.3", "expected a network"),
        ("erp.example", "expected a network"),
        ("10.1.2.3/24", "write 10.1.2.0/24"),
        ("fd12::1/64", "write fd12::/64"),
        ("::ffff:10.0.0.1", "holds another address"),
        ("::ffff:10.0.0.0/104", "holds another address"),
        ("fe80::1%eth0", "holds another address"),
        ("x" * 1000, "expected a network"),
    ],
)
def test_what_is_no_network_is_told(database: Database, company: Company, text: str, told: str) -> None:
    with database.connection() as conn:
        for function in (allow_network, disallow_network):
            with pytest.raises(Refusal) as caught:
                function(conn, company.organization_id, text)
            assert caught.value.code == "bad-record"
            assert told in caught.value.message


def test_to_allow_again_replaces_what_was_said(database: Database, company: Company) -> None:
    with database.connection() as conn:
        for http in (False, True, False):
            allow_network(conn, company.organization_id, "10.0.0.0/8", allows_http=http)
            (kept,) = list_networks(conn, company.organization_id)
            assert kept.allows_http is http


def test_a_network_is_open_to_its_organization_alone(database: Database, company: Company) -> None:
    with database.connection() as conn:
        other = ensure_company(conn, "OTHER", None)
        allow_network(conn, company.organization_id, "10.0.0.0/8")
        assert list_networks(conn, other.organization_id) == []
        with pytest.raises(Refusal) as caught:
            disallow_network(conn, other.organization_id, "10.0.0.0/8")
        assert caught.value.code == "unknown-record"
        disallow_network(conn, company.organization_id, "10.0.0.0/8")
        assert list_networks(conn, company.organization_id) == []


def test_the_command_line_allows_lists_and_takes_back(douane: Douane) -> None:
    assert douane("organization", "add", "ACME")[0] == 0
    assert "Only public addresses" in douane("organization", "allowed", "ACME")[1]
    code, out, _ = douane("organization", "allow", "ACME", "10.1.2.0/24", "--http")
    assert (code, out) == (0, "ACME may have files fetched from 10.1.2.0/24 by https and http.\n")
    told = json.loads(douane("organization", "allow", "ACME", "fd12::/16", "--json")[1])
    assert told == {"network": "fd12::/16", "allows_http": False}
    assert json.loads(douane("organization", "allowed", "ACME", "--json")[1]) == [
        {"network": "10.1.2.0/24", "allows_http": True},
        {"network": "fd12::/16", "allows_http": False},
    ]
    told = douane("organization", "disallow", "ACME", "fd12::/16", "--json")[1]
    assert json.loads(told) == {"network": "fd12::/16"}
    code, out, _ = douane("organization", "disallow", "ACME", "10.1.2.0/24")
    assert (code, out) == (0, "ACME has no files fetched from 10.1.2.0/24 any more.\n")
    code, _, err = douane("organization", "disallow", "ACME", "10.1.2.0/24")
    assert (code, "no allowed network 10.1.2.0/24" in err) == (1, True)
    code, _, err = douane("organization", "allow", "ACME", "10.1.2.3/24")
    assert (code, "write 10.1.2.0/24" in err) == (1, True)
    assert douane("organization", "allow", "NOBODY", "10.1.2.0/24")[0] == 1
