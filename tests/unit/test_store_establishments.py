"""The establishments of a company: one of them is the main one."""

from dataclasses import replace
from typing import Any

import pytest

from douane.errors import Refusal
from douane.model.establishments import Establishment
from douane.store.companies import list_company_cards
from douane.store.database import Database
from douane.store.establishments import (
    add_establishment,
    change_establishment,
    list_establishments,
    remove_establishment,
)
from douane.store.organizations import Company, add_company

SIRET = "73282932000074"


def owner(company: Company) -> tuple[int, int]:
    return company.organization_id, company.id


def refused(function: Any, *args: Any) -> str:
    with pytest.raises(Refusal) as caught:
        function(*args)
    return caught.value.code


def test_the_first_is_the_main_one_until_another_says_so(database: Database, company: Company) -> None:
    with database.connection() as conn:
        first = add_establishment(conn, *owner(company), Establishment("SIEGE", "Siège", "732 829 320 00074"))
        assert (first.is_main, first.siret) == (True, SIRET)
        second = add_establishment(conn, *owner(company), Establishment("USINE", "Usine"))
        assert not second.is_main
        change_establishment(conn, *owner(company), replace(second, is_main=True, address_city="Lyon"))
        listed = list_establishments(conn, *owner(company))
        assert [(each.code, each.is_main) for each in listed] == [("USINE", True), ("SIEGE", False)]
        (card,) = list_company_cards(conn, *owner(company))
        assert card.address_city == "Lyon"


def test_what_cannot_be_is_refused(database: Database, company: Company) -> None:
    with database.connection() as conn:
        add_establishment(conn, *owner(company), Establishment("SIEGE", "Siège"))
        again = Establishment("SIEGE", "Encore")
        assert refused(add_establishment, conn, *owner(company), again) == "code-taken"
        for bad in (
            Establishment("", "x"),
            Establishment("A", "x\0"),
            Establishment("A", "x" * 201),
            Establishment("A", "x", "123"),
        ):
            assert refused(add_establishment, conn, *owner(company), bad) == "bad-record"
        unknown = Establishment("A", "x", id=99999)
        assert refused(change_establishment, conn, *owner(company), unknown) == "unknown-record"
        assert refused(remove_establishment, conn, *owner(company), 99999) == "unknown-record"


def test_a_siret_is_the_company_s(database: Database, company: Company) -> None:
    with database.connection() as conn:
        other = add_company(conn, company.organization, "SIREN", siren="303265045")
        foreign = Establishment("A", "x", SIRET)
        assert refused(add_establishment, conn, *owner(other), foreign) == "bad-record"


def test_an_establishment_can_be_removed(database: Database, company: Company) -> None:
    with database.connection() as conn:
        added = add_establishment(conn, *owner(company), Establishment("SIEGE", "Siège"))
        remove_establishment(conn, *owner(company), added.id)
        assert list_establishments(conn, *owner(company)) == []
