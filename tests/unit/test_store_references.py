"""The reference lists: seeded once for each company, then its own to change."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from douane.errors import Refusal
from douane.model.journals import DEFAULT_JOURNALS
from douane.model.references import (
    PAYMENT_DEADLINES,
    VAT_PARAMETERS,
    WAYS,
    PaymentDeadline,
    PaymentType,
    VatParameter,
    Way,
)
from douane.store.database import Database
from douane.store.journals import list_journals
from douane.store.organizations import Company
from douane.store.references import ensure_references, list_references, put_reference, remove_reference


def owner(company: Company) -> tuple[int, int]:
    return company.organization_id, company.id


def test_a_new_company_has_every_list(database: Database, company: Company) -> None:
    with database.connection() as conn:
        assert list_references(conn, Way, *owner(company)) == list(WAYS)
        assert list_references(conn, PaymentDeadline, *owner(company)) == list(PAYMENT_DEADLINES)
        types = [each.code for each in list_references(conn, PaymentType, *owner(company))]
        parameters = list_references(conn, VatParameter, *owner(company))
    assert types == ["CB", "CHQ", "ESP", "LCR", "PRLV", "VIRT"]
    assert [replace(each, id=0) for each in parameters] == list(VAT_PARAMETERS)


def test_the_published_ways_are_45(database: Database, company: Company) -> None:
    assert [way.id for way in WAYS] == [number for number in range(1, 48) if number not in {20, 24}]
    assert {way.id: way.name for way in WAYS}[9] == "Rue"
    assert {way.id: way.name for way in WAYS}[19] == ""


def test_filling_again_changes_nothing(database: Database, company: Company) -> None:
    with database.connection() as conn:
        put_reference(conn, *owner(company), PaymentType("CB", "Carte"))
        remove_reference(conn, *owner(company), Way, 47)
        before = everything(conn, company)
        ensure_references(conn, *owner(company))
        assert everything(conn, company) == before


def test_a_company_of_an_earlier_release_gets_its_lists(
    database: Database, company: Company, make_company: Any
) -> None:
    with database.connection() as conn:
        for table in ("ways", "payment_deadlines", "payment_types", "vat_parameters", "journals"):
            conn.execute(f"delete from {table}")
    make_company(company.organization, company.code)
    with database.connection() as conn:
        assert len(list_references(conn, Way, *owner(company))) == len(WAYS)
        assert len(list_journals(conn, *owner(company))) == len(DEFAULT_JOURNALS)


def test_companies_of_one_organization_share_ways_only(
    database: Database, company: Company, make_company: Any
) -> None:
    other = make_company(company.organization, "OTHER")
    with database.connection() as conn:
        put_reference(conn, *owner(company), Way(48, "Sentier"))
        put_reference(conn, *owner(company), PaymentType("WEB", "En ligne"))
        assert Way(48, "Sentier") in list_references(conn, Way, *owner(other))
        assert "WEB" not in {each.code for each in list_references(conn, PaymentType, *owner(other))}


def test_a_row_is_added_changed_and_removed(database: Database, company: Company) -> None:
    with database.connection() as conn:
        added = put_reference(conn, *owner(company), VatParameter("30", Decimal("20.00"), 1, 1))
        changed = put_reference(conn, *owner(company), replace(added, rate=Decimal("19.60"), is_blocked=True))
        assert changed.id == added.id
        assert changed in list_references(conn, VatParameter, *owner(company))
        remove_reference(conn, *owner(company), VatParameter, added.id)
        assert changed not in list_references(conn, VatParameter, *owner(company))


def test_a_vat_parameter_of_an_account_stays(database: Database, company: Company) -> None:
    with database.connection() as conn:
        first = list_references(conn, VatParameter, *owner(company))[0]
        conn.execute(
            "insert into ledger_accounts (organization_id, company_id, number, name, vat_parameter_id)"
            " values (%s, %s, '607000', 'Achats', %s)",
            (*owner(company), first.id),
        )
        with pytest.raises(Refusal, match="ledger account"):
            remove_reference(conn, *owner(company), VatParameter, first.id)


def test_what_is_not_there_cannot_be_removed(database: Database, company: Company, make_company: Any) -> None:
    other = make_company(company.organization, "OTHER")
    with database.connection() as conn:
        foreign = list_references(conn, PaymentType, *owner(other))[0]
        for kind, number in ((Way, 999), (PaymentType, foreign.id)):
            with pytest.raises(Refusal) as caught:
                remove_reference(conn, *owner(company), kind, number)
            assert caught.value.code == "unknown-record"


@pytest.mark.parametrize(
    "row",
    [
        Way(-1, "Rue"),
        Way(2**31, "Rue"),
        Way(50, "a\0b"),
        Way(50, "x" * 201),
        PaymentType(" ", "Blank"),
        PaymentType("A\nB", "Two lines"),
        VatParameter("31", Decimal("NaN")),
        VatParameter("31", Decimal(-1)),
        VatParameter("31", Decimal(1000)),
        PaymentDeadline(4, "never", -1),
    ],
)
def test_an_impossible_row_is_refused(
    database: Database, company: Company, row: Way | PaymentType | VatParameter | PaymentDeadline
) -> None:
    with database.connection() as conn, pytest.raises(Refusal) as caught:
        put_reference(conn, *owner(company), row)
    assert caught.value.code == "bad-record"


def everything(conn: Any, company: Company) -> list[Any]:
    kinds: list[Any] = [Way, PaymentDeadline, PaymentType, VatParameter]
    return [list_references(conn, kind, *owner(company)) for kind in kinds] + list_journals(
        conn, *owner(company)
    )
