"""Credentials and the organizations and companies they open."""

import hashlib
import threading

import pytest

from douane.errors import Refusal
from douane.store import credentials, organizations
from douane.store.database import Database

DECLARATIONS = {"decimal_sign": ",", "maps": {"item_type": {"NF": "FAC"}}}


def test_a_grant_makes_organization_and_default_company_on_first_use(database: Database) -> None:
    with database.connection() as connection:
        granted = credentials.grant(connection, "mydso", "ACME", None, DECLARATIONS)
        caller = credentials.authenticate(connection, "mydso", granted.login, granted.password)
    assert caller is not None
    assert (caller.organization, caller.company) == ("ACME", "ACME")
    assert caller.declarations == DECLARATIONS


def test_a_named_first_company_is_the_default_one(database: Database) -> None:
    with database.connection() as connection:
        credentials.grant(connection, "mydso", "ACME", "NORTH")
        again = credentials.grant(connection, "mydso", "ACME")
        other = credentials.grant(connection, "mydso", "ACME", "SOUTH")
        listed = organizations.list_companies(connection, "ACME")
    assert (again.company, other.company) == ("NORTH", "SOUTH")
    assert [(each.code, each.is_default) for each in listed] == [("NORTH", True), ("SOUTH", False)]


def test_two_first_grants_at_once_make_one_default_company(database: Database) -> None:
    def grant(company: str) -> None:
        with database.connection() as connection:
            credentials.grant(connection, "mydso", "ACME", company)

    threads = [threading.Thread(target=grant, args=(f"C{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.connection() as connection:
        listed = organizations.list_companies(connection, "ACME")
    assert len(listed) == 8
    assert sum(each.is_default for each in listed) == 1


@pytest.mark.parametrize("password", ["", "wrong", "héé", "\0", "\udcff"])
def test_a_wrong_password_opens_nothing(database: Database, password: str) -> None:
    with database.connection() as connection:
        granted = credentials.grant(connection, "mydso", "ACME")
        assert credentials.authenticate(connection, "mydso", granted.login, password) is None


@pytest.mark.parametrize("login", ["", "nobody", "no\0body", "\udcff"])
def test_an_unknown_login_opens_nothing(database: Database, login: str) -> None:
    with database.connection() as connection:
        assert credentials.authenticate(connection, "mydso", login, "x") is None


def test_a_credential_opens_its_dialect_only(database: Database) -> None:
    with database.connection() as connection:
        granted = credentials.grant(connection, "mydso", "ACME")
        assert credentials.authenticate(connection, "loop", granted.login, granted.password) is None


def test_a_revoked_credential_opens_nothing_and_stays_listed(database: Database) -> None:
    with database.connection() as connection:
        granted = credentials.grant(connection, "mydso", "ACME")
        credentials.revoke(connection, granted.login)
        assert credentials.authenticate(connection, "mydso", granted.login, granted.password) is None
        assert credentials.list_credentials(connection)[0].revoked_at is not None


def test_revoking_an_unknown_login_is_refused(database: Database) -> None:
    with database.connection() as connection, pytest.raises(Refusal, match="no login nobody"):
        credentials.revoke(connection, "nobody")


def test_only_a_hash_of_256_random_bits_is_kept(database: Database) -> None:
    with database.connection() as connection:
        granted = credentials.grant(connection, "mydso", "ACME")
        row = connection.execute("select secret_hash, credentials::text from credentials").fetchone()
    assert row is not None
    assert row[0] == hashlib.sha256(granted.password.encode()).digest()
    assert granted.password not in row[1]
    assert len(granted.password) >= 43


def test_a_use_is_noted(database: Database) -> None:
    with database.connection() as connection:
        granted = credentials.grant(connection, "mydso", "ACME")
        assert credentials.list_credentials(connection)[0].last_used_at is None
        credentials.authenticate(connection, "mydso", granted.login, granted.password)
        assert credentials.list_credentials(connection)[0].last_used_at is not None


@pytest.mark.parametrize("code", ["", " A", "A\n", "A\tB", "x" * 65, "a\0"])
def test_a_code_that_cannot_be_read_aloud_is_refused(database: Database, code: str) -> None:
    with database.connection() as connection, pytest.raises(Refusal, match="is not a code"):
        credentials.grant(connection, "mydso", code)


def test_the_same_code_twice_is_refused(database: Database) -> None:
    with database.connection() as connection:
        organizations.add_organization(connection, "ACME", "Acme SA", "732 829 320")
        organizations.add_company(connection, "ACME", "NORTH")
        assert organizations.get_organization(connection, "ACME").siren == "732829320"
        with pytest.raises(Refusal, match="organization ACME already"):
            organizations.add_organization(connection, "ACME")
        with pytest.raises(Refusal, match="company NORTH already"):
            organizations.add_company(connection, "ACME", "NORTH")


def test_what_is_not_there_is_refused_by_name(database: Database) -> None:
    with database.connection() as connection:
        with pytest.raises(Refusal, match="no organization NONE"):
            organizations.add_company(connection, "NONE", "X")
        organizations.add_organization(connection, "ACME")
        with pytest.raises(Refusal, match="no company yet"):
            organizations.get_company(connection, "ACME")
        with pytest.raises(Refusal, match="no company X"):
            organizations.get_company(connection, "ACME", "X")


@pytest.mark.parametrize("siren", ["732829321", "12", "73282932A"])
def test_a_wrong_siren_is_refused(siren: str) -> None:
    with pytest.raises(Refusal, match="is not a SIREN"):
        organizations.checked_siren(siren)
