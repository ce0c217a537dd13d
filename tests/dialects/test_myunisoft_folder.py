"""The partners' calls about folders, fiscal years and reference lists, through the real app."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.myunisoft.access import ACCESS
from douane.model.establishments import Establishment
from douane.store.database import Database
from douane.store.establishments import add_establishment
from douane.store.fiscal_years import close_year
from douane.store.organizations import Company, add_company, get_company

Headers = dict[str, str]


class Office:
    """ACME's default folder and its folder C2, a token of the first, and one of the firm."""

    def __init__(self, web: TestClient[Any], database: Database) -> None:
        self.web, self.database = web, database
        with database.connection() as conn:
            self.folder = self._headers(ACCESS.grant(conn, Wanted("ACME")).keys)
            self.firm = self._headers(ACCESS.grant(conn, Wanted("ACME", opens_all=True)).keys)
            self.company: Company = get_company(conn, "ACME")
            self.other = add_company(conn, "ACME", "C2", "Boulangerie Été", "732829320")

    @staticmethod
    def _headers(keys: Any) -> Headers:
        return {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}

    def get(self, path: str, headers: Headers | None = None) -> Any:
        return self.web.get(f"/api/v1{path}", headers=headers or self.folder)

    def years(self, method: str, body: Any) -> Any:
        return self.web.request(method, "/api/v1/society/exercice", headers=self.folder, json=body)

    def year(self, start: str, end: str) -> int:
        """A new fiscal year's id."""
        reply = self.years("POST", {"exercice": [{"start_date": start, "end_date": end}]})
        assert reply.status_code == 200, reply.text
        return int(reply.json()[0]["exercice_id"])

    def is_refused(self, reply: Any, code: str) -> None:
        assert (reply.json()["error"]["code"], reply.status_code) == (code, 400)


@pytest.fixture
def office(unmetered_web: TestClient[Any], database: Database) -> Office:
    return Office(unmetered_web, database)


def test_fiscal_years_are_created_listed_and_changed(office: Office) -> None:
    year_id = office.year("2020-01-01", "2020-12-31")
    office.year("2021-01-01", "2022-06-30")
    listed = office.get("/society/exercice").json()
    assert [(each["start_date"], each["duration"]) for each in listed] == [("20210101", 18), ("20200101", 12)]
    assert listed[1] == {
        "exercice_id": year_id,
        "start_date": "20200101",
        "end_date": "20201231",
        "label": "N-1",
        "result": 0,
        "ca": 0,
        "closed": False,
        "duration": 12,
        "closed_at": None,
        "closed_by": None,
        "review_model": None,
        "lettering_method_id": 1,
    }
    change = {"exercice_id": year_id, "start_date": "2020-02-01", "end_date": "2020-12-31"}
    assert office.years("PUT", {"exercice": [change]}).json() == [
        {
            "exercice_id": year_id,
            "start_date": "20200201",
            "end_date": "20201231",
            "label": "N-1",
            "duration": 11,
            "closed": False,
            "ca": 0,
            "used_software": "",
        }
    ]


def test_result_and_turnover_are_exact(office: Office) -> None:
    year_id = office.year("2020-01-01", "2020-12-31")
    with office.database.connection() as conn:
        owner = (office.company.organization_id, office.company.id)
        conn.execute(
            "with account as (insert into ledger_accounts (organization_id, company_id, number, name)"
            " values (%s, %s, '707000', 'Ventes') returning id),"
            " entry as (insert into entries"
            " (organization_id, company_id, fiscal_year_id, journal_id, entered_on)"
            " values (%s, %s, %s, 1, '2020-05-05') returning id)"
            " insert into entry_lines (organization_id, company_id, entry_id, number, account_id, entered_on,"
            " debit, credit) select %s, %s, entry.id, 1, account.id, '2020-05-05', 0, 12345678901234.57"
            " from account, entry",
            (*owner, *owner, year_id, *owner),
        )
    text = office.get("/society/exercice").text
    assert '"result":12345678901234.57,"ca":12345678901234.57' in text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "GBL10"),
        ({"exercice": []}, "GBL10"),
        ({"exercice": [5]}, "GBL10"),
        ({"exercice": [{"start_date": "2030-01-01"}]}, "GBL3"),
        ({"exercice": [{"start_date": "2030-01-01", "end_date": "31/12/2030"}]}, "GBL2"),
        ({"exercice": [{"start_date": "2030-01-01", "end_date": "2029-12-31"}]}, "EXERCICE13"),
        ({"exercice": [{"start_date": "2020-12-31", "end_date": "2021-12-30"}]}, "EXERCICE3"),
        ({"exercice": [{"start_date": "0001-01-01", "end_date": "9999-12-31"}]}, "EXERCICE3"),
    ],
)
def test_a_fiscal_year_that_cannot_be_is_refused(office: Office, body: Any, code: str) -> None:
    office.year("2020-01-01", "2020-12-31")
    office.is_refused(office.years("POST", body), code)
    assert len(office.get("/society/exercice").json()) == 1


def test_of_several_fiscal_years_all_are_made_or_none(office: Office) -> None:
    twice = {"start_date": "2024-01-01", "end_date": "2024-12-31"}
    office.is_refused(office.years("POST", {"exercice": [twice, twice]}), "EXERCICE3")
    assert office.get("/society/exercice").json() == []


def test_a_gap_between_fiscal_years_is_accepted(office: Office) -> None:
    office.year("2020-01-01", "2020-12-31")
    office.year("2023-01-01", "2023-12-31")


def test_closed_and_unknown_fiscal_years_cannot_be_changed(office: Office) -> None:
    year_id = office.year("2020-01-01", "2020-12-31")
    with office.database.connection() as conn:
        close_year(conn, office.company.organization_id, office.company.id, year_id, "somebody")
    days = {"start_date": "2020-01-01", "end_date": "2020-06-30"}
    for given, code in (
        (year_id, "EXERCICE14"),
        (999_999, "EXERCICE10"),
        (None, "GBL8"),
        ("x", "EXERCICE10"),
    ):
        office.is_refused(office.years("PUT", {"exercice": [days | {"exercice_id": given}]}), code)
    told = office.get("/society/exercice").json()[0]
    assert (told["closed"], told["closed_by"]) == (True, "somebody")
    assert told["closed_at"]


def test_of_two_equal_fiscal_years_at_once_one_is_made(office: Office) -> None:
    body = {"exercice": [{"start_date": "2020-01-01", "end_date": "2020-12-31"}]}
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(office.years("POST", body).status_code))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 400, 400, 400]


def test_a_folder_s_token_sees_its_folder(office: Office) -> None:
    with office.database.connection() as conn:
        owner = (office.company.organization_id, office.company.id)
        main = Establishment("SIEGE", "Siège", "73282932000074", address_city="Paris")
        add_establishment(conn, *owner, main)
        add_establishment(conn, *owner, Establishment("USINE", "Usine"))
    told = office.get("/society").json()
    assert (told["society_id"], told["name"], told["folder_reference"]) == (office.company.id, "ACME", "ACME")
    assert (told["siret"], told["city"]) == ("73282932000074", {"label": "Paris", "value": "Paris"})
    assert [each["name"] for each in told["secondary_establishments"]] == ["Usine"]


def test_a_firm_s_token_sees_all_folders(office: Office) -> None:
    told = office.get("/society", office.firm).json()
    assert (told["row_numbers"], told["pages_number"]) == (2, None)
    assert [each["name"] for each in told["society_array"]] == ["ACME", "Boulangerie Été"]
    assert told["society_array"][1]["society_id"] == office.other.id

    def names(query: str) -> list[str]:
        return [each["name"] for each in office.get(f"/society?{query}", office.firm).json()["society_array"]]

    assert names("q=été") == ["Boulangerie Été"]
    assert names('sort={"column":"name","direction":"desc"}') == ["Boulangerie Été", "ACME"]
    assert names('sort={"column":"ape","direction":"desc"}') == ["ACME", "Boulangerie Été"]
    assert office.get("/society?siret=732 829 320", office.firm).json()["society_id"] == office.other.id
    office.is_refused(office.get("/society?siret=999999999", office.firm), "SOCIETE16")
    for sort in ("name", "[1]", '{"column":5}', "[" * 5000):
        office.is_refused(office.get(f"/society?sort={sort}", office.firm), "GBL37")


def test_a_folder_is_found_by_its_code_or_name(office: Office) -> None:
    found = {"name": "Boulangerie Été", "siret": "732829320", "society_id": office.other.id}
    assert office.get("/society/search?reference=C2", office.firm).json() == found
    assert office.get("/society/search?q=boul", office.firm).json() == [found]
    office.is_refused(office.get("/society/search?reference=C3", office.firm), "SOCIETE16")
    office.is_refused(office.get("/society/search", office.firm), "GBL10")
    office.is_refused(office.get("/society/search?reference=C2"), "SOCIETE16")


def test_the_lengths_of_account_numbers_are_told(office: Office) -> None:
    told = office.get("/society/accountingParameters").json()
    assert (told["max_car_general_account"], told["max_car_third_p_account"]) == (6, 10)
    assert told["auto_complete_account"] is True
    with office.database.connection() as conn:
        conn.execute("update companies set third_party_account_length = 12, completes_accounts = false")
    told = office.get("/society/accountingParameters").json()
    assert (told["max_car_third_p_account"], told["auto_complete_account"]) == (12, False)


def test_means_of_payment_are_those_of_the_folder(office: Office) -> None:
    listed = office.get("/payment_type").json()
    assert [(each["code"], each["name"]) for each in listed] == [
        ("CB", "Carte bleue"),
        ("CHQ", "Chèque"),
        ("ESP", "Espèce"),
        ("LCR", "Lettre de change"),
        ("PRLV", "Prélèvement"),
        ("VIRT", "Virement"),
    ]
    firm = office.firm | {"society-id": str(office.other.id)}
    others = office.get("/payment_type", firm).json()
    assert not {each["payment_type_id"] for each in listed} & {each["payment_type_id"] for each in others}


def test_vat_parameters_name_the_accounts_that_there_are(office: Office) -> None:
    with office.database.connection() as conn:
        row = conn.execute(
            "insert into ledger_accounts (organization_id, company_id, number, name)"
            " values (%s, %s, '445660', 'TVA déductible') returning id",
            (office.company.organization_id, office.company.id),
        ).fetchone()
    assert row is not None
    reply = office.get("/vat_param")
    listed = reply.json()
    assert len(listed) == 19
    assert listed[0] == {
        "vat_param_id": listed[0]["vat_param_id"],
        "code": "01",
        "account_ded": {"account_id": row[0], "account_number": "445660", "label": "TVA déductible"},
        "account_coll": None,
        "vat": {"id": 4, "rate": 20},
        "vat_type": {"id": 1, "label": "Bien et service", "code": "BIEN"},
        "vat_exigility": {"id": 1, "label": "Débit (facturation)", "code": "DEB"},
        "blocked": False,
    }
    rates = {(each["vat"]["id"], each["vat"]["rate"]) for each in listed}
    assert rates == {(1, 2.1), (2, 5.5), (3, 10), (4, 20), (5, 8.5), (6, 0), (7, 0.9), (8, 1.05), (9, 1.75)}
    assert '"rate":5.5}' in reply.text


def test_currencies_and_bank_accounts_have_their_shape(office: Office) -> None:
    told = office.get("/currencies").json()
    assert told["base"] == {"code_iso": "EUR", "label": "Euro"}
    assert told["array_rates"] == []
    assert office.get("/rib").json() == []


def test_a_token_tells_what_it_opens(office: Office) -> None:
    routes = office.get("/key/info").json()
    assert all(route.keys() == {"path", "method"} for route in routes)
    told = office.get("/key/info?mode=extended").json()
    assert told["routes"] == routes
    assert told["target"]["type"] == "api"
    assert told["target"]["societyId"] == office.company.id
    assert (told["version"], told["isActivated"]) == ({"current": 1, "latest": 1, "beta": False}, True)
    firm = office.get("/key/info?mode=extended", office.firm).json()["target"]
    assert (firm["type"], firm["schemaId"]) == ("firm", office.company.organization_id)


def test_a_path_may_be_in_either_case(office: Office) -> None:
    assert office.get("/Payment_Type").json() == office.get("/payment_type").json()
