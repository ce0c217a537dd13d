"""Accounts are sent to a connector: the published payloads, and what may be wrong with them."""

from __future__ import annotations

import gzip
import json
import random
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from douane.dialects.access import Wanted
from douane.dialects.djust.access import ACCESS
from douane.errors import Refusal
from douane.model.builtin_mappings import DJUST
from douane.model.custom_fields import CustomField
from douane.model.customer_tags import CustomerTag
from douane.model.mapping_document import read_document
from douane.pipeline.accounts import numbering
from douane.store.connector_runs import list_history
from douane.store.connectors import get_connector
from douane.store.credentials import grant, revoke
from douane.store.custom_fields import put_custom_field
from douane.store.customer_tags import put_customer_tag, remove_customer_tag
from douane.store.database import Database
from douane.store.mappings import get_mapping, put_mapping
from douane.store.organizations import Company, ensure_company

PAYLOADS = Path(__file__).parent / "djust"
Web = TestClient[Any]
Json = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """Somebody who sends accounts to the company MAIN of ACME."""

    web: Web
    database: Database
    company: Company
    token: str
    connector: str

    def post(self, body: Any, headers: dict[str, str] | None = None, **query: str) -> Any:
        """The reply to accounts; `body` is JSON unless it is bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        known = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        path = f"/v1/connectors/{self.connector}/runs"
        return self.web.post(path, content=content, params=query, headers=known)

    def receipt(self, body: Any, **query: str) -> Json:
        """The receipt of accounts that are taken."""
        reply = self.post(body, None, **query)
        assert reply.status_code == 200, reply.text
        receipt: Json = reply.json()
        assert receipt["state"] == "succeeded"
        return receipt

    def counts(self, body: Any, **query: str) -> tuple[int, ...]:
        """How many accounts were received, added, updated, unchanged and rejected."""
        counts = self.receipt(body, **query)["counts"]
        return tuple(counts[name] for name in ("received", "added", "updated", "unchanged", "rejected"))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database.connection() as conn:
            return list(conn.execute(query.encode()))


@pytest.fixture
def sender(web: Web, database: Database) -> Sender:
    with database.connection() as conn:
        company = ensure_company(conn, "ACME", "MAIN")
        keys = ACCESS.grant(conn, Wanted("ACME", "MAIN")).keys
    return Sender(web, database, company, keys["token"], keys["connector"])


def payload(name: str) -> bytes:
    """A published payload, with its own odd blanks."""
    return (PAYLOADS / f"{name}.json").read_bytes()


def account(name: str = "A1", *addresses: Json, **fields: Any) -> Json:
    """An account that says all that a new one must."""
    told = {"accountExternalId": name, "accountName": name, "companyRegistrationName": f"{name} Ltd"}
    return {**told, "businessRegistrationNumber": f"BRN{name}", **fields, "address": list(addresses)}


def address(name: str = "X1", **fields: Any) -> Json:
    """An address that says all that one must."""
    return {
        "addressExternalId": name,
        "addressFullName": f"At {name}",
        "addressCountry": "France",
        "addressCity": "Paris",
        "addressZipCode": "75001",
        "addressStreetName": f"1 rue {name}",
        **fields,
    }


def test_the_published_payload_with_a_list_of_addresses(sender: Sender) -> None:
    receipt = sender.receipt(payload("nested"))
    assert receipt["counts"] == {
        "received": 2,
        "added": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "cleared": 0,
    }
    tables = receipt["tables"]
    assert {name: each["added"] for name, each in tables.items()} == {
        "customers": 2,
        "addresses": 3,
        "address_links": 4,
    }
    assert sender.rows(
        "select external_id, code, name, trading_name, legal_id, account_manager_name, website, tags,"
        " is_deleted from customers order by id"
    ) == [
        (
            "0987654321",
            "0987654321",
            "Smith & Co. LLC",
            "Smith",
            "BRN987654321",
            "Smith",
            "string",
            ["string"],
            False,
        ),
        (
            "09876543561",
            "09876543561",
            "Bertrand & Co. LLC",
            "John",
            "GRU987654321",
            "Smith",
            "string",
            ["string"],
            False,
        ),
    ]
    assert sender.rows(
        "select c.external_id, a.external_id, a.country, l.is_shipping, l.is_billing from address_links l"
        " join customers c on c.id = l.customer_id join addresses a on a.id = l.address_id"
        " order by c.external_id, a.external_id"
    ) == [
        ("0987654321", "ADDR54321", "Canada", True, True),
        ("0987654321", "ADDR98765", "USA", True, False),
        ("09876543561", "ADDR98765", "USA", True, True),
        ("09876543561", "ADDR9999", "USA", True, True),
    ]
    assert sender.counts(payload("nested")) == (2, 0, 0, 2, 0)


def test_the_published_payload_with_flat_objects(sender: Sender) -> None:
    receipt = sender.receipt(payload("flat"))
    assert {name: each["added"] for name, each in receipt["tables"].items()} == {
        "customers": 2,
        "addresses": 2,
        "address_links": 2,
    }
    assert sender.rows(
        "select a.external_id, full_name, city, postal_code, street, is_shipping, is_billing"
        " from addresses a join address_links l on l.address_id = a.id order by a.external_id"
    ) == [
        ("ADDR54321", "Jane Smith", "Toronto", "M5H 2N2", "456 Queen St W", True, True),
        ("ADDR9999", "John Doe", "NY", "M5H 2N2", "54 Queen St W", True, False),
    ]
    assert sender.counts(payload("flat")) == (2, 0, 0, 2, 0)


def test_other_names_of_the_list(sender: Sender) -> None:
    for number, name in enumerate(("address", "addresses", "shippingAddress")):
        told = account(f"A{number}")
        del told["address"]
        told[name] = [address(f"X{number}", shippingAddress=False)]
        assert sender.counts([told]) == (1, 1, 0, 0, 0)
    assert sender.rows("select count(*), bool_or(is_shipping) from address_links") == [(3, False)]


def test_the_shortest_payloads(sender: Sender) -> None:
    sender.receipt(payload("nested"))
    assert sender.counts([{"accountExternalId": "0987654321", "inactive": True}]) == (1, 0, 1, 0, 0)
    assert sender.counts([{"accountExternalId": "0987654321", "deleted": "true"}]) == (1, 0, 1, 0, 0)
    told = sender.receipt([{"accountExternalId": "0987654321", "accountName": "Again"}])["faults"]
    assert [(each["code"], each["wire_code"]) for each in told] == [("account-deleted", "F-E-033")]


def test_a_fault_has_the_published_code_and_names_the_address(sender: Sender) -> None:
    bad = address("X2", addressPhoneNumber="+33 1 23 45 67 89", addressCity=" ")
    good, wrong = account("A1", address("X1")), account("A2", address("X1"), bad, deleted="perhaps")
    receipt = sender.receipt([good, wrong, 7, account("A3", address("X3"))])
    assert receipt["counts"]["added"] == 2
    assert {(each["line"], each["field"], each["code"], each["wire_code"]) for each in receipt["faults"]} == {
        (2, "deleted", "not-a-flag", "F-E-009"),
        (2, "addressPhoneNumber (X2)", "text-too-long", "F-E-010"),
        (2, "addressCity (X2)", "missing-value", "F-E-001"),
        (3, None, "not-a-json-row", None),
    }
    told = {each["code"]: each["wire_message"] for each in receipt["faults"]}
    assert told["text-too-long"] == (
        "Size limit exceeded for field addressPhoneNumber (X2), must be lower than 15 characters"
    )
    page = sender.web.get(
        f"/v1/runs/{receipt['run']}/faults", headers={"Authorization": f"Bearer {sender.token}"}
    ).json()["faults"]
    assert {each["wire_code"] for each in page} == {"F-E-009", "F-E-010", "F-E-001", None}
    assert "detail" not in page[0]


def test_tags_are_made_until_somebody_defines_them(sender: Sender, database: Database) -> None:
    listed = "select external_id, is_defined from customer_tags order by external_id"
    previewed = sender.receipt(payload("nested"), dry_run="true")
    assert (previewed["tags_made"], previewed["tags_made_names"]) == (1, "string")
    assert sender.rows(listed) == []
    made = sender.receipt(payload("nested"))
    assert (made["tags_made"], made["tags_made_names"]) == (1, "string")
    # What an import made is nobody's definition, and what no stored customer has is not made.
    bad = account("A2", address("X2"), customerTagExternalId="typo", companyRegistrationName="")
    more = sender.receipt([account("A1", address(), customerTagExternalId="gold"), bad])
    assert (more["counts"]["added"], more["tags_made_names"]) == (1, "gold")
    assert sender.rows(listed) == [("gold", False), ("string", False)]
    with database.connection() as conn:
        put_customer_tag(conn, sender.company.organization_id, CustomerTag("gold", "Gold"))
    assert sender.rows(listed) == [("gold", True), ("string", False)]
    again = sender.receipt([account("A3", address("X3"), customerTagExternalId="gold||tin")])
    assert [(each["code"], each["wire_code"]) for each in again["faults"]] == [("unknown-tag", "F-E-002")]
    assert "tags_made" not in again
    assert sender.counts(payload("nested")) == (2, 0, 0, 2, 0)


def test_an_account_with_a_removed_tag_is_read_again(sender: Sender, database: Database) -> None:
    with database.connection() as conn:
        put_customer_tag(conn, sender.company.organization_id, CustomerTag("gold", "Gold"))
        put_customer_tag(conn, sender.company.organization_id, CustomerTag("tin", "Tin"))
    sent = [account("A1", address(), customerTagExternalId="gold||tin")]
    assert sender.counts(sent) == (1, 1, 0, 0, 0)
    with database.connection() as conn:
        remove_customer_tag(conn, sender.company.organization_id, "gold")
    assert [each["wire_code"] for each in sender.receipt(sent)["faults"]] == ["F-E-002"]


def test_tags_are_checked_where_the_mapping_says_so(sender: Sender, database: Database) -> None:
    with database.connection() as conn:
        own = get_mapping(conn, sender.company.organization_id, "DJUST").definition
        put_mapping(
            conn,
            sender.company.organization_id,
            read_document({**own, "accounts": {"unknown_tags": "reject"}}),
            "a test",
        )
        put_customer_tag(conn, sender.company.organization_id, CustomerTag("vip", "VIP"))
    told = sender.receipt([account("A1", address(), customerTagExternalId="vip||gold")])["faults"]
    assert [(each["code"], each["wire_code"]) for each in told] == [("unknown-tag", "F-E-002")]
    assert sender.counts([account("A1", address(), customerTagExternalId=["vip"])]) == (1, 1, 0, 0, 0)
    assert sender.rows("select tags from customers") == [(["vip"],)]


def messages(receipt: Json) -> list[str]:
    return [each["message"] for each in receipt["faults"]]


def test_what_is_told_of_an_address_is_what_differs(sender: Sender, database: Database) -> None:
    with database.connection() as conn:
        dock = CustomField("address", "dock", "Dock", "text")
        put_custom_field(conn, sender.company.organization_id, dock)
    sender.receipt([account("A1", address("X1", addressLabel="HQ", dock="D1"))])
    moved = address("X1", addressCity="Lyon", addressPhoneNumber="12", dock="D2")
    belongs = "The address X1 belongs to another account and says something else there: "
    assert messages(sender.receipt([account("A2", moved)])) == [
        f"{belongs}addressCity is Lyon, not Paris; addressPhoneNumber is 12, not empty; dock is D2, not D1"
    ]
    receipt = sender.receipt(
        [
            account("A1", address("X1", addressCity="Nice")),
            account("A2", address("X1", addressCity="Paris")),
            account("A3", address("X3"), address("X3", addressCity="Brest", billingAddress=False)),
        ]
    )
    assert messages(receipt) == [
        f"{belongs}addressCity is Paris, not Nice",
        "The address X3 has other values on line 3: addressCity is Brest, not Paris;"
        " billingAddress is false, not empty",
    ]
    sender.receipt([account("A2", address("X1", addressCity="Nice", dock="D1"))])
    both = [account("A1", address("X1", addressCity="Nantes")), account("A2", address("X1", dock="D3"))]
    assert messages(sender.receipt(both)) == [
        "The address X1 has other values on line 1: addressCity is Paris, not Nantes"
    ]


@pytest.mark.parametrize("name", ["the 100%", "%s", "%(run_id)s", "a {city} \\", '"'])
def test_what_differs_is_told_by_any_name(name: str, sender: Sender, database: Database) -> None:
    columns = [
        each if each["field"] != "address.city" else {**each, "path": f"$['{name}']"}
        for each in DJUST.as_json()["columns"]
    ]
    with database.connection() as conn:
        own = read_document({**DJUST.as_json(), "columns": columns})
        put_mapping(conn, sender.company.organization_id, own, "a test")
    paris, lyon = (address("X1", **{name: city}) for city in ("Paris", "Lyon"))
    off = address("X2", **{name: "Nice"}), address("X2", **{name: "Brest"})
    told = messages(sender.receipt([account("A1", paris), account("A2", lyon), account("A3", *off)]))
    assert "is Lyon, not Paris" in told[0]
    assert "is Brest, not Nice" in told[1]


def test_what_another_tenant_has_is_never_told(sender: Sender, database: Database) -> None:
    with database.connection() as conn:
        tokens = [ACCESS.grant(conn, Wanted(*each)).keys["token"] for each in (("ACME", "B"), ("RIVAL", "C"))]
    sender.receipt([account("A1", address("X1", addressCity="Secret"))])
    for token in tokens:
        header = {"Authorization": f"Bearer {token}"}
        body = [account("A1", address("X1")), account("A2", address("X1", addressCity="Lyon"))]
        reply = sender.post(body, header)
        assert "Secret" not in reply.text
        assert messages(reply.json()) == [
            "The address X1 belongs to another account and says something else there:"
            " addressCity is Lyon, not Paris"
        ]
        off = [{"accountExternalId": "A1", "address": [{"addressExternalId": "X9", "unlinkAddress": True}]}]
        assert [each["code"] for each in sender.post(off, header).json()["faults"]] == ["address-not-linked"]
    assert sender.rows("select count(distinct company_id), count(*) from addresses") == [(3, 3)]


def test_an_account_that_is_rejected_for_another_line_has_the_code_of_that(sender: Sender) -> None:
    good, bad = account("A1", address("X1")), account("A1", address("X2"), inactive="perhaps")
    receipt = sender.receipt([good, bad])
    told = [(each["line"], each["code"], each["wire_code"]) for each in receipt["faults"]]
    assert told == [(1, "account-rejected", "F-E-009"), (2, "not-a-flag", "F-E-009")]
    assert messages(receipt)[0] == (
        "An account is stored whole or not at all, and this one is rejected for line 2 (not-a-flag)"
    )
    apart = [good, account("A2", address("X3")), {**good, "address": [address("X1", addressCity="Nice")]}]
    told = [(each["line"], each["wire_code"]) for each in sender.receipt(apart)["faults"]]
    assert told == [(1, "F-E-003"), (3, "F-E-003")]


def test_custom_fields_go_by_their_external_ids(sender: Sender, database: Database) -> None:
    with database.connection() as conn:
        for custom in (
            CustomField("account", "score", "Score", "number"),
            CustomField("account", "sectors", "Sectors", "list", choices=("food", "steel")),
            CustomField("address", "dock", "Dock", "text", is_required=True),
        ):
            put_custom_field(conn, sender.company.organization_id, custom)
    sent = account("A1", address("X1", dock="D4"), score=1.50, sectors=["food", "steel"])
    assert sender.counts([sent]) == (1, 1, 0, 0, 0)
    read = "select c.custom, a.custom from customers c, addresses a"
    assert sender.rows(read) == [({"score": 1.5, "sectors": ["food", "steel"]}, {"dock": "D4"})]
    assert sender.counts([{"accountExternalId": "A1", "score": None}]) == (1, 0, 1, 0, 0)
    assert sender.rows(read) == [({"sectors": ["food", "steel"]}, {"dock": "D4"})]
    told = sender.receipt([account("A2", address("X2"))])["faults"]
    assert [(each["field"], each["code"], each["wire_code"]) for each in told] == [
        ("dock (X2)", "missing-value", "F-E-001")
    ]


def test_flat_objects_of_one_account_add_addresses(sender: Sender) -> None:
    base = account("A1")
    del base["address"]
    sent = [{**base, **address("X1")}, {**base, **address("X2")}]
    assert sender.counts(sent) == (2, 2, 0, 0, 0)
    assert sender.rows("select count(*) from address_links") == [(2,)]


@pytest.mark.parametrize("empty", ["", " ", None])
def test_flat_objects_may_have_all_names_without_an_address(empty: Any, sender: Sender) -> None:
    base = account("A1")
    del base["address"]
    usual = {"unlinkAddress": "false", "shippingAddress": "TRUE", "billingAddress": True}
    sender.receipt([{**base, **address("X1")}])
    told = {**base, **dict.fromkeys(address(), empty), "accountWebsite": "w"}
    assert sender.counts([{**told, **usual}]) == (1, 0, 1, 0, 0)
    # What is said without saying of which address is not passed over.
    for name, odd in (("unlinkAddress", "true"), ("shippingAddress", "no"), ("addressCity", "Lyon")):
        assert {each[1] for each in faults(sender.receipt([{**told, **usual, name: odd}]))} == {
            "missing-value"
        }
    assert sender.rows("select count(*) from address_links") == [(1,)]


def test_a_preview_stores_nothing(sender: Sender) -> None:
    assert sender.counts(payload("nested"), dry_run="true") == (2, 2, 0, 0, 0)
    assert sender.rows("select count(*) from customers") == [(0,)]


def test_it_may_come_packed_and_once(sender: Sender) -> None:
    headers = {"Content-Encoding": "gzip", "Idempotency-Key": "k1"}
    first = sender.post(gzip.compress(payload("flat")), headers)
    again = sender.post(gzip.compress(payload("flat"), mtime=0), headers)
    assert first.json()["counts"]["added"] == 2
    assert again.json()["error"]["code"] == "idempotency-key-reused"
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty-upload"),
        (b" \n", "empty-upload"),
        (b"{}", "no-json-list"),
        (b'{"accounts": [{}]}', "no-json-list"),
        (b"null", "not-json"),
        (b'[{"accountExternalId": "A1"}', "not-json"),
        (b'[{"accountExternalId": "A1"}, {"accountExternalId": }]', "not-json"),
        (b"<html></html>", "not-json"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(sender: Sender, body: bytes, code: str) -> None:
    reply = sender.post(body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, code)
    assert reply.headers["Douane-Run"] == str(reply.json()["run"])
    assert sender.rows("select count(*) from customers") == [(0,)]


def test_an_empty_list_is_fine(sender: Sender) -> None:
    assert sender.counts(b"[]") == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Bearer x.y", "Basic eDp5", "Bearer " + "x" * 2000]
)
def test_a_wrong_token_opens_nothing(sender: Sender, authorization: str) -> None:
    reply = sender.post(payload("flat"), {"Authorization": authorization})
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "access-denied")
    assert "token" in reply.json()["error"]["message"]
    assert "password" not in reply.text
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="Douane"'
    assert sender.rows("select count(*) from runs") == [(0,)]


def test_a_token_is_as_good_as_its_last_character(sender: Sender, database: Database) -> None:
    login = sender.token.rpartition(".")[0]
    changed = sender.token[:-1] + ("A" if sender.token[-1] != "A" else "B")
    assert sender.post(b"[]", {"Authorization": f"Bearer {changed}"}).status_code == 401
    assert sender.post(b"[]", {"Authorization": f"bearer  {sender.token}  "}).status_code == 200
    with database.connection() as conn:
        revoke(conn, login)
        other = ACCESS.grant(conn, Wanted("ACME", "MAIN")).keys["token"]
    assert sender.post(b"[]", {"Authorization": f"Bearer {other}"}).status_code == 200


def test_a_connector_is_that_of_the_company(sender: Sender, database: Database) -> None:
    with database.connection() as conn:
        other = ACCESS.grant(conn, Wanted("ACME", "OTHER")).keys
        again = ACCESS.grant(conn, Wanted("ACME", "MAIN")).keys
    assert again["connector"] == other["connector"] == sender.connector == "accounts"
    sender.receipt(payload("nested"))
    header = {"Authorization": f"Bearer {other['token']}"}
    assert sender.post(payload("nested"), header).json()["counts"]["added"] == 2
    reply = sender.web.post("/v1/connectors/none/runs", content=b"[]", headers=header)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "unknown-connector")


def test_the_connector_remembers_what_was_sent(sender: Sender, database: Database) -> None:
    run = sender.receipt(payload("nested"))["run"]
    refused = sender.post(b"{").json()["run"]
    with database.connection() as conn:
        stored = get_connector(conn, (sender.company.organization_id, sender.company.id), "ACCOUNTS")
        told = [(each.run_id, each.cause, each.outcome) for each in list_history(conn, stored)]
    assert told == [(refused, "sent", "refused"), (run, "sent", "succeeded")]


def test_a_token_is_never_for_all_companies(database: Database) -> None:
    with database.connection() as conn, pytest.raises(Refusal, match="opens one company"):
        ACCESS.grant(conn, Wanted("ACME", opens_all=True))


def test_the_token_opens_the_runs_of_its_company(sender: Sender, stranger: tuple[str, str]) -> None:
    run = sender.receipt(payload("flat"))["run"]
    header = {"Authorization": f"Bearer {sender.token}"}
    assert sender.web.get(f"/v1/runs/{run}", headers=header).json()["counts"]["added"] == 2
    assert sender.web.get(f"/v1/runs/{run}", auth=stranger).status_code == 404
    unknown = sender.web.get("/v1/runs", auth=("x", "y")).json()["error"]
    assert unknown["message"] == "The login or the password is wrong."
    wrong = sender.web.get("/v1/runs", headers={"Authorization": "Bearer x.y"})
    assert (wrong.status_code, wrong.json()["error"]["message"]) == (401, "The token is wrong.")


def faults(receipt: Json) -> list[tuple[int, str, str | None]]:
    return [(each["line"], each["code"], each["wire_code"]) for each in receipt["faults"]]


def any_letters(count: int) -> str:
    """Letters that no compression makes short."""
    return "".join(random.Random(5).choices(string.ascii_letters, k=count))


def test_an_external_id_of_an_address_or_a_tag_has_a_bound(sender: Sender) -> None:
    long = any_letters(9000)
    body = [
        account("A1", address(long)),
        account("A2", address("X2"), customerTagExternalId=f"gold||{long}"),
        account("A3", address("X3"), customerTagExternalId="gold"),
    ]
    receipt = sender.receipt(body)
    assert faults(receipt) == [(1, "text-too-long", "F-E-010"), (2, "text-too-long", "F-E-010")]
    assert receipt["counts"]["added"] == 1
    assert sender.rows("select external_id from customer_tags") == [("gold",)]


@pytest.mark.parametrize("half", [r"\ud83d", r"\uDE00\uD83D", r"\ud83d\u0041"])
def test_half_a_character_costs_its_account_alone(half: str, sender: Sender) -> None:
    whole = account("A1", address("X1"), accountName="\N{GRINNING FACE} \\ud83d")
    text = json.dumps([whole, account("A2", address("X2"), accountName="HALF"), account("A3", address("X3"))])
    receipt = sender.receipt(text.replace("HALF", half).encode())
    assert faults(receipt) == [(2, "bytes-outside-charset", None)]
    assert receipt["counts"]["added"] == 2
    named = sender.rows("select trading_name from customers where external_id = 'A1'")
    assert named == [("\N{GRINNING FACE} \\ud83d",)]


def test_what_stands_for_a_list_of_addresses_is_not_lost(sender: Sender) -> None:
    assert sender.counts([account(name, address(f"X{name}")) for name in ("A1", "A2", "A3")]) == (
        3,
        3,
        0,
        0,
        0,
    )
    brief = {"accountExternalId": "A1", "address": "1 rue de la Paix"}
    nothing = [{"accountExternalId": name, "address": empty} for name, empty in (("A2", ""), ("A3", None))]
    receipt = sender.receipt([brief, *nothing])
    assert faults(receipt) == [(1, "not-a-json-row", None)]
    assert "address is a text, not a list" in receipt["faults"][0]["message"]
    assert receipt["counts"]["unchanged"] == 2


def test_one_object_has_no_end_of_addresses(sender: Sender) -> None:
    many = b'[{"accountExternalId": "A1", "address": [' + b",".join([b"{}"] * 60_000) + b"]}"
    receipt = sender.receipt(many + b"," + json.dumps(account("A2", address("X2"))).encode() + b"]")
    assert faults(receipt) == [(1, "not-a-json-row", None)]
    assert receipt["counts"]["added"] == 1


def test_a_field_remembers_which_dialect_set_it_last_whoever_writes(sender: Sender) -> None:
    sender.receipt([account("A1", address("X1"), accountManagerName="Bob")])
    with sender.database.connection() as conn:
        granted = grant(conn, "mydso", "ACME", "MAIN")
    auth = granted.login, granted.password
    clients = b"client_code;client_business_name;client_comments\nA1;Other Ltd;late\n"
    assert sender.web.post("/api/clients", content=clients, auth=auth).json()["success"] == "true"
    query = (
        "select name, origins -> 'name', origins -> 'account_manager_name',"
        " origins -> 'comments' from customers"
    )
    assert sender.rows(query) == [("Other Ltd", None, "djust", None)]
    sender.receipt([{"accountExternalId": "A1", "companyRegistrationName": "A1 Ltd"}])
    assert sender.rows(query) == [("A1 Ltd", None, None, "mydso")]


@pytest.mark.parametrize("list_is_long", [0, 5000], ids=["by text", "by fingerprint"])
def test_an_account_is_read_again_when_its_external_id_is_given_to_another_customer(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, list_is_long: int
) -> None:
    monkeypatch.setattr(numbering, "LIST_IS_LONG", list_is_long)
    sent = [account("A1", address("X1")), account("A2", address("X2"))]
    sender.receipt(sent)
    with sender.database.connection() as conn:
        granted = grant(conn, "mydso", "ACME", "MAIN")
    auth = granted.login, granted.password
    for key in ("", "A1"):
        clients = f"client_code;client_business_name;client_unique_key\nC9;Nine;{key}\n".encode()
        assert sender.web.post("/api/clients", content=clients, auth=auth).json()["success"] == "true"
    assert sender.rows("select count(*) from customers where external_id = 'A1'") == [(2,)]
    assert faults(sender.receipt(sent)) == [(1, "ambiguous-match", "F-E-003")]
