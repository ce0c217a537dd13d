"""Mappings that are proposed from a sample: what is found, what is told of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from douane.errors import Refusal
from douane.model.json_paths import read_path
from douane.model.mapping_document import read_document
from douane.model.proposal import propose
from douane.pipeline.mapped_values import wrong_values

PAYLOADS = Path(__file__).parents[1] / "dialects" / "djust"
SAMPLE = {
    "meta": {"pages": [{"n": 1}]},
    "data": {
        "customers": [
            {
                "id": 1,
                "displayName": "",
                "legal": {"companyName": "X SA", "siren": "123", "vatNumber": "FR1"},
                "tags": ["a", "b"],
                "is odd": {"it's": 'a "thing"'},
                "favouriteColour": "red",
                "deliveryAddresses": [
                    {"id": "a", "recipient": "R", "street": "1 rue", "zipCode": "75001", "city": "Paris"},
                    {"id": "b", "countryCode": "FR", "isDelivery": True},
                ],
                "billing": {"street": "x", "town": "y", "country": "z"},
            },
            {"id": 2, "displayName": "Second", "accountManagrName": "Smith"},
        ]
    },
}


def columns(sample: Any, **more: Any) -> dict[str, str]:
    proposal = propose(sample, "P", **more)
    read_document(proposal.definition, wrong_values)
    return {each.field: each.path for each in proposal.columns}


@pytest.mark.parametrize(("name", "lists"), [("nested", ["$.address"]), ("flat", None)])
def test_the_published_payloads_are_mapped_whole(name: str, lists: list[str] | None) -> None:
    sample = json.loads((PAYLOADS / f"{name}.json").read_text())
    proposal = propose(sample, "P")
    assert (proposal.missing, proposal.unmapped) == ((), ())
    assert proposal.definition["layout"].get("lists") == lists
    assert not any(each.is_guess for each in proposal.columns)
    found = columns(sample)
    assert len(found) == 19
    assert found["external_id"] == "$.accountExternalId"
    assert found["address.street"] == "$.addressStreetName"


def test_other_names_and_places() -> None:
    assert columns(SAMPLE) == {
        "external_id": "$.id",
        "name": "$.legal.companyName",
        "trading_name": "$.displayName",
        "legal_id": "$.legal.siren",
        "vat_number": "$.legal.vatNumber",
        "account_manager_name": "$.accountManagrName",
        "tags": "$.tags",
        "address.external_id": "$.id",
        "address.full_name": "$.recipient",
        "address.country": "$.country",
        "address.city": "$.city",
        "address.postal_code": "$.zipCode",
        "address.street": "$.street",
        "address.is_shipping": "$.isDelivery",
    }


def test_what_to_look_at_is_told() -> None:
    told = propose(SAMPLE, "P").as_json
    assert told["mapping"]["layout"] == {
        "kind": "json",
        "records": "$.data.customers",
        "lists": ["$.deliveryAddresses", "$.billing"],
    }
    assert told["guesses"] == ["account_manager_name"]
    assert told["examples"]["trading_name"] == "Second"
    assert told["examples"]["tags"] == "a||b"
    assert {"path": "$.favouriteColour", "example": "red"} in told["unmapped"]
    assert {"path": "$['is odd'][\"it's\"]", "example": 'a "thing"'} in told["unmapped"]
    assert told["objects"] == 2


def test_what_new_accounts_need_is_told() -> None:
    proposal = propose([{"accountName": "A"}], "P")
    assert proposal.missing[0] == "external_id"
    assert [(each.field, each.is_guess) for each in proposal.columns] == [
        ("trading_name", False),
        ("name", True),
    ]
    assert "address.city" in proposal.missing
    assert "trading_name" not in proposal.missing


def test_the_records_may_be_named() -> None:
    assert propose(SAMPLE, "P", read_path("$.meta.pages")).objects == 1
    for sample, path in ((SAMPLE, "$.data"), (SAMPLE, "$.none"), ([1, 2], "$")):
        with pytest.raises(Refusal, match="no list of objects"):
            propose(sample, "P", read_path(path))
    with pytest.raises(Refusal, match="no list of objects"):
        propose({"a": [1], "b": {"c": "d"}}, "P")


def test_odd_samples_are_no_trouble() -> None:
    deep: Any = {"id": "1"}
    for _ in range(300):
        deep = {"a'\"b": deep, "city": None}
    wide = [{f"name {number}": number for number in range(5000)}, None, 7]
    assert propose([deep], "P").definition["table"] == "accounts"
    assert propose(wide, "P").objects == 3


def test_a_stranger_s_payload_gives_a_mapping_to_review() -> None:
    address = {"id": "D-1", "contact": "Jean", "line1": "2 rue X", "postcode": "69001", "town": "Lyon"}
    sample = {
        "count": 1,
        "results": [
            {
                "id": 771,
                "legalName": "Boulangerie Moreau SAS",
                "displayName": "Chez Moreau",
                "siret": "73282932000074",
                "billing": {**address, "countryCode": "FR"},
                "delivery_addresses": [{**address, "countryCode": "FR"}],
                "status": "active",
            }
        ],
    }
    proposal = propose(sample, "STRANGER")
    assert proposal.definition["layout"]["records"] == "$.results"
    assert proposal.definition["layout"]["lists"] == ["$.billing", "$.delivery_addresses"]
    assert proposal.missing == ()
    assert proposal.as_json["guesses"] == ["legal_id"]
    assert [path for path, _ in proposal.unmapped] == ["$.status"]
