"""What importJson says at once: the published sentences, in their order, and ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from douane.dialects.loop.import_json.messages import JSON_MESSAGES

CONTEXT = {"from": "2026-01-01T00:00:00.000Z", "to": "2026-12-31T00:00:00.000Z"}
LINE: dict[str, Any] = {"date": "2026-01-31", "journal": "OD", "compte": "471", "debit": {"amount": 0}}
SIRET = "07955542100027"
FOREIGN_SIRET = "73282932000074"
LUHN = "il doit comporter 14 chiffres et respecter l'algorithme de Luhn"


def body(*entries: Any, **more: Any) -> dict[str, Any]:
    """A body with these entries; `more` replaces what stands in `data`."""
    data = {"contexte": CONTEXT, "options": {}, "ecritures": list(entries or (LINE, LINE))}
    return {"codeIbs": "CEGID003", "data": data | more}


def of_line(second: dict[str, Any]) -> dict[str, Any]:
    return body(LINE, LINE | second)


CASES: list[tuple[Any, str]] = [
    (b"", JSON_MESSAGES["no-payload"]),
    (b" \n", JSON_MESSAGES["no-payload"]),
    (body() | {"codeIbs": " "}, "Le codeIbs n'est pas spécifié."),
    ({"data": {}}, "Le codeIbs n'est pas spécifié."),
    (body() | {"codeIbs": "CEGID004"}, "Le dossier CEGID004 n'existe pas sur le domaine."),
    ({"codeIbs": "CEGID003"}, JSON_MESSAGES["no-data"]),
    ({"codeIbs": "CEGID003", "data": None}, JSON_MESSAGES["no-data"]),
    (body(contexte=None), JSON_MESSAGES["no-context"]),
    (body(contexte=None, options={"multiPeriode": False}), JSON_MESSAGES["no-context"]),
    (body(ecritures=None), JSON_MESSAGES["no-entries"]),
    (body(ecritures={}), JSON_MESSAGES["no-entries"]),
    (body(ecritures=[]), JSON_MESSAGES["no-entries"]),
    (body(ecritures=LINE), JSON_MESSAGES["no-array"]),
    (body(ecritures="[]"), JSON_MESSAGES["no-array"]),
    (body(ecritures=7), JSON_MESSAGES["no-array"]),
    (body(ecritures=[LINE]), JSON_MESSAGES["too-few-lines"]),
    (body(contexte={"from": "01/01/2026", "to": "2026-12-31"}), JSON_MESSAGES["context-dates"]),
    (body(contexte={"from": "2026-01-01"}), JSON_MESSAGES["context-dates"]),
    (body(contexte=["2026-01-01", "2026-12-31"]), JSON_MESSAGES["context-dates"]),
    (body(contexte={"from": "2026-02-30", "to": "2026-12-31"}), JSON_MESSAGES["context-dates"]),
    (body(contexte={"from": "2026-12-31", "to": "2026-01-01"}), JSON_MESSAGES["context-order"]),
    (of_line({"dateJustif": "31.1.2026"}), JSON_MESSAGES["piece-date"].format(2)),
    (of_line({"debCutOff": "2026-01-01"}), JSON_MESSAGES["cut-off-alone"].format(2)),
    (of_line({"debCutOff": "x", "finCutOff": "2026-01-01"}), JSON_MESSAGES["cut-off-start"].format(2)),
    (of_line({"debCutOff": "2026-01-01", "finCutOff": 1}), JSON_MESSAGES["cut-off-end"].format(2)),
    (body() | {"SIRET": "1234"}, f"Le numéro SIRET est invalide : {LUHN}"),
    (of_line({"SIRET": "1234"}), f"Le numéro SIRET est invalide sur l'écriture numéro 2 : {LUHN}"),
    (of_line({"SIRET": FOREIGN_SIRET}) | {"SIRET": SIRET}, JSON_MESSAGES["several-sirens"]),
    (body(LINE | {"SIRET": SIRET}, LINE | {"SIRET": FOREIGN_SIRET}), JSON_MESSAGES["several-sirens"]),
    (
        of_line({"SIRET": "07955542100035"}),
        "L'établissement correspondant au SIRET 07955542100035 n'est pas reconnu pour le dossier CEGID003",
    ),
    (
        body() | {"SIRET": "07955542100035"},
        "L'établissement correspondant au SIRET 07955542100035 n'est pas reconnu pour le dossier CEGID003",
    ),
]


@pytest.mark.parametrize(("sent", "message"), CASES)
def test_the_published_refusals_come_at_once(sent: Any, message: str, loop: Any) -> None:
    assert loop.told(loop.post("importJson", sent)) == message


def test_the_first_in_the_published_order_is_told(loop: Any) -> None:
    wrong = {"SIRET": "1", "debCutOff": "x", "dateJustif": "x"}
    sent = body(LINE | {"SIRET": "1"}, LINE | {"debCutOff": "x"}, LINE | wrong)
    assert loop.told(loop.post("importJson", sent)) == JSON_MESSAGES["piece-date"].format(3)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (7, "Les options doivent être fournies dans un objet."),
        ({"newFolio": "true"}, "L'option newFolio doit être true ou false."),
        ({"separatorDecimal": ";"}, "L'option separatorDecimal doit être une virgule ou un point."),
        (
            {"formatDate": "dd/mm"},
            "L'option formatDate doit être un format de date, par exemple DD/MM/YYYY.",
        ),
        ({"defaultCompte": "A1"}, "L'option defaultCompte doit être un numéro de compte."),
        ({"defaultJournalId": []}, "L'option defaultJournalId doit être un code journal."),
    ],
)
def test_options_that_are_none_are_told(options: Any, told: str, loop: Any) -> None:
    assert loop.told(loop.post("importJson", body(options=options))) == told


@pytest.mark.parametrize("rules", [[], {"411": ""}, {"": "4"}, {"411": 4.5}, {"4 1": "4"}])
def test_rules_of_accounts_replace_beginnings(rules: Any, loop: Any) -> None:
    told = loop.told(loop.post("importJson", body(options={"comptesRules": rules})))
    assert told.startswith("L'option comptesRules ")


def test_all_options_that_are_none_are_told_together(loop: Any) -> None:
    options = {"newFolio": 1, "sortLines": "no", "balanceAuto": None, "defaultCompte": "", "unknown": 7}
    told = loop.told(loop.post("importJson", body(options=options)))
    assert told == "L'option sortLines doit être true ou false. L'option newFolio doit être true ou false."


@pytest.mark.parametrize(
    "sent",
    [
        b"{",
        b"[]",
        b"7",
        b'"{}"',
        b"NaN",
        b'{"codeIbs": NaN}',
        b'{"codeIbs": "CEGID003", "data": []}',
        b'{"codeIbs": "CEGID003", "data": {"ecritures": [{"libelle": "\\ud83d"}]}}',
        b'{"codeIbs": "CEGID003", "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"codeIbs": "CEGID003", "data": {"a":' * 5_000,
        b"{" + b",".join(b'"%d":0' % number for number in range(2_000)) + b"}",
        json.dumps(body()).encode("utf-16"),
    ],
)
def test_a_body_that_is_no_json_object_is_told(sent: bytes, loop: Any) -> None:
    told = loop.told(loop.post("importJson", sent))
    assert told.startswith(JSON_MESSAGES["not-json"].split(" : ")[0])


def test_keys_may_be_written_in_any_case(loop: Any) -> None:
    sent = body()
    data = {name.upper(): value for name, value in sent["data"].items()}
    data["CONTEXTE"] = {"FROM": CONTEXT["from"], "To": CONTEXT["to"]}
    data["ECRITURES"] = [{name.upper(): value for name, value in LINE.items()}] * 2
    run = loop.run(loop.post("importJson", {"CODEIBS": "CEGID003", "Data": data, "siret": SIRET}))
    assert run.declarations["importJson"]["period"] == ["2026-01-01", "2026-12-31"]


def test_a_mark_of_the_byte_order_is_no_part_of_the_body(loop: Any) -> None:
    loop.run(loop.post("importJson", b"\xef\xbb\xbf" + json.dumps(body()).encode()))


def test_too_many_entries_are_not_read(loop: Any) -> None:
    entries = b"{}," * 1_000_001
    sent = b'{"codeIbs":"CEGID003","data":{"options":{"multiPeriode":true},"ecritures":[' + entries + b"{}]}}"
    assert loop.told(loop.post("importJson", sent)) == JSON_MESSAGES["too-many-lines"].format(1_000_000)


def test_a_refused_body_leaves_no_run(loop: Any) -> None:
    loop.post("importJson", body(ecritures=[LINE]))
    with loop.database.connection() as conn:
        assert conn.execute("select count(*) from runs").fetchone() == (0,)
