"""Who gets into Cegid Loop: both keys, one folder or all of a domain, and what a stranger is told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from douane.dialects.access import Wanted
from douane.dialects.loop.access import ACCESS
from douane.dialects.loop.calls import CALLS
from douane.errors import Refusal
from douane.store.credentials import revoke
from douane.store.database import Database
from douane.store.organizations import ensure_company

from .conftest import Loop

URL = "https://a.example/a.txt"
MISSING_SUBSCRIPTION = (
    "Access denied due to missing subscription key. Send it in the header Ocp-Apim-Subscription-Key."
)
MISSING_KEY = "Access denied due to missing API key. Send the header x-apikey as key:secret."
INVALID = "Access denied due to invalid API key or subscription key. douane grant loop makes new ones."


def denied(reply: Any, message: str) -> None:
    """The reply is that of the gateway before Loop."""
    assert (reply.status_code, reply.json()) == (401, {"statusCode": 401, "message": message})
    assert reply.headers["www-authenticate"].startswith("AzureApiManagementKey ")


def key_of(loop: Loop, organization: str, company: str | None = None, *, firm: bool = False) -> Loop:
    """The same sender with another credential."""
    with loop.database.connection() as conn:
        keys = ACCESS.grant(conn, Wanted(organization, company, firm)).keys
    return replace(loop, keys=dict(keys))


def test_nobody_gets_in_without_both_keys(loop: Loop) -> None:
    sent = loop.headers
    subscription = {"Ocp-Apim-Subscription-Key": sent["Ocp-Apim-Subscription-Key"]}
    for call in CALLS:
        ask = partial(loop.web.request, call.method, call.path)
        assert ask(headers=sent).status_code == 200
        denied(ask(), MISSING_SUBSCRIPTION)
        denied(ask(headers={"x-apikey": sent["x-apikey"]}), MISSING_SUBSCRIPTION)
        denied(ask(headers={**sent, "Ocp-Apim-Subscription-Key": " "}), MISSING_SUBSCRIPTION)
        denied(ask(headers={**sent, "x-apikey": ""}), MISSING_KEY)
        denied(ask(headers=subscription), MISSING_KEY)


def test_what_is_no_key_and_secret(loop: Loop) -> None:
    key, secret = loop.keys["key"], loop.keys["secret"]
    for sent in (key, f"{key}:", f":{secret}", ":", " : ", f"{key} {secret}"):
        denied(
            loop.web.post("/importFEC", headers={**loop.headers, "x-apikey": sent}),
            MISSING_KEY,
        )


def test_a_wrong_key_is_not_told_apart_from_another(loop: Loop) -> None:
    key, secret, subscription = loop.keys.values()
    for sent in (
        {"x-apikey": f"{key}:{secret}x"},
        {"x-apikey": f"{key}x:{secret}"},
        {"x-apikey": f"{secret}:{key}"},
        {"x-apikey": f"{key}:{subscription}"},
        {"Ocp-Apim-Subscription-Key": secret},
        {"Ocp-Apim-Subscription-Key": f"{subscription}x"},
        {"x-apikey": "é:é".encode()},
        {"x-apikey": f"{key}:{'x' * 5000}"},
    ):
        denied(loop.web.post("/importFEC", headers={**loop.headers, **sent}), INVALID)


def test_the_keys_of_two_senders_do_not_mix(loop: Loop) -> None:
    other = key_of(loop, "ACME", "CEGID003")
    mixed = {**loop.headers, "Ocp-Apim-Subscription-Key": other.keys["subscription_key"]}
    denied(loop.web.post("/importFEC", headers=mixed), INVALID)


def test_headers_in_any_case_and_with_blanks(loop: Loop) -> None:
    key, secret, subscription = loop.keys.values()
    for headers in (
        {"X-APIKEY": f"{key}:{secret}", "OCP-APIM-SUBSCRIPTION-KEY": subscription},
        {"X-ApiKey": f"  {key} : {secret} ", "ocp-apim-subscription-key": f" {subscription} "},
    ):
        assert loop.web.post("/importFEC", headers=headers).status_code == 200


def test_a_key_sent_twice_is_none(loop: Loop) -> None:
    headers = [*loop.headers.items(), ("x-apikey", "a:b")]
    assert loop.web.post("/importFEC", headers=headers).status_code == 401


def test_a_revoked_key_opens_nothing(loop: Loop, database: Database) -> None:
    with database.connection() as conn:
        revoke(conn, loop.keys["key"])
    denied(loop.post("importFEC", {}), INVALID)


def test_the_keys_of_other_dialects_open_nothing(loop: Loop, auth: tuple[str, str]) -> None:
    headers = {**loop.headers, "x-apikey": ":".join(auth)}
    denied(loop.web.post("/importFEC", headers=headers), INVALID)
    assert loop.web.post("/importFEC", auth=auth).status_code == 401


# --- folders


def asked(loop: Loop, code: str) -> Any:
    return loop.post("importFEC", {"codeIbs": code, "URL": URL})


def test_a_key_knows_its_own_folder_alone(loop: Loop, database: Database) -> None:
    with database.connection() as conn:
        ensure_company(conn, "ACME", "CEGID004")
        ensure_company(conn, "GLOBEX", "CEGID005")
    loop.run(asked(loop, "CEGID003"))
    for code in ("CEGID004", "CEGID005", "CEGID006"):
        assert loop.told(asked(loop, code)) == f"Le dossier {code} n'existe pas sur le domaine."


def test_a_firms_key_knows_the_folders_of_its_own_domain(loop: Loop, database: Database) -> None:
    firm = key_of(loop, "ACME", firm=True)
    with database.connection() as conn:
        other = ensure_company(conn, "ACME", "CEGID004")
        ensure_company(conn, "GLOBEX", "CEGID005")
    assert firm.run(asked(firm, "CEGID003")).company_id == loop.company.id
    assert firm.run(asked(firm, "CEGID004")).company_id == other.id
    assert firm.told(asked(firm, "CEGID005")) == "Le dossier CEGID005 n'existe pas sur le domaine."


def test_the_same_code_of_two_domains(loop: Loop) -> None:
    other = key_of(loop, "GLOBEX", "CEGID003")
    reply = asked(other, "CEGID003")
    assert reply.json().keys() == {"accountingImportRequestId"}
    request_id = reply.json()["accountingImportRequestId"]
    assert other.status(request_id)["status"] == 1
    unknown = f"La demande d'import {request_id} n'existe pas sur le domaine."
    assert loop.told(loop.get("getImportStatus", accountingImportRequestId=request_id)) == unknown


def test_the_siret_of_another_folder_is_none(loop: Loop) -> None:
    other = key_of(loop, "GLOBEX", "CEGID003")
    sent = {"codeIbs": "CEGID003", "URL": URL, "SIRET": loop.establishment.siret}
    assert "n'est pas reconnu pour le dossier CEGID003" in other.told(other.post("importFEC", sent))


def test_the_deposit_of_another_folder_is_none(loop: Loop) -> None:
    for stranger in (key_of(loop, "GLOBEX", "CEGID003"), key_of(loop, "ACME", "CEGID003")):
        uri = stranger.get("getFileUrlDeposit", filename="a.txt").json()["uri"]
        reply = loop.post("importFEC", {"codeIbs": "CEGID003", "URI": uri})
        if stranger.keys["key"].startswith("globex"):
            assert loop.told(reply) == f"Le fichier {uri} n'existe pas dans l'espace de dépôt."
        else:
            loop.run(reply)


# --- runs and credentials


def test_the_runs_are_open_to_the_key_of_their_company(loop: Loop) -> None:
    run = loop.run(asked(loop, "CEGID003"))
    told = loop.web.get(f"/v1/runs/{run.id}", headers=loop.headers).json()
    assert (told["run"], told["dialect"], told["state"]) == (run.id, "loop", "waiting")
    reply = loop.web.get("/v1/runs", headers=key_of(loop, "ACME", firm=True).headers)
    assert reply.status_code == 401
    assert "Use the key of one company" in reply.text


def test_a_credential_is_shown_with_what_to_know(database: Database) -> None:
    with database.connection() as conn:
        handed = ACCESS.grant(conn, Wanted("ACME", "CEGID003"))
        firm = ACCESS.grant(conn, Wanted("ACME", None, True))
    assert list(handed.keys) == ["key", "secret", "subscription_key"]
    assert all(value.isascii() and ":" not in value for value in handed.keys.values())
    assert len(set(handed.keys.values()) | set(firm.keys.values())) == 6
    assert handed.about[0] == "It opens loop for company CEGID003 of ACME."
    assert "The codeIbs of a company is its code: CEGID003." in handed.about
    assert any("douane establishment add" in sentence for sentence in handed.about)
    assert firm.about[0] == "It opens loop for every company of ACME."


def test_a_credential_is_of_one_company_or_of_all(database: Database) -> None:
    with database.connection() as conn, pytest.raises(Refusal, match="not CEGID003 alone"):
        ACCESS.grant(conn, Wanted("ACME", "CEGID003", True))
