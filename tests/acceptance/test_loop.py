"""Imports of Cegid Loop from the first request to the last status, every part a process of its own."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .conftest import until

MakeSender = Callable[..., Any]
LINES = "select count(*) from entry_lines"


def outcomes(told: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in told["attempts"]]


def codes(told: dict[str, Any]) -> list[str]:
    return [each["code"] for each in told["errors"]]


def counts(received: int, **more: int) -> dict[str, int]:
    """The counts of a status; what is not told is nothing."""
    return {"received": received, "added": 0, "updated": 0, "unchanged": 0, "rejected": 0, **more}


def test_a_fec_is_deposited_imported_and_found_unchanged_when_it_comes_again(
    douane: Any, make_sender: MakeSender, files: Any
) -> None:
    server = douane.serve()
    sender = make_sender().at(server)
    uri = sender.deposit(files.example.name, files.example.read_bytes())
    told = sender.end(sender.ask("importFEC", URI=uri, URL=""))
    assert (told["status"], told["counts"], outcomes(told)) == (3, counts(150, added=150), ["fetched"])
    assert (douane.ask(LINES), douane.ask("select count(*) from entries")) == (150, 57)
    again = sender.end(sender.ask("importFEC", URI=uri))
    assert (again["status"], again["counts"]) == (3, counts(150, unchanged=150))
    assert (douane.ask(LINES), again["run"]) == (150, told["run"] + 1)


def test_a_source_that_fails_twice_is_asked_three_times_and_every_attempt_is_told(
    douane: Any, make_sender: MakeSender, source: Any, files: Any
) -> None:
    down, cut = source.answer(status=500), source.answer(body=files.perso, is_cut=True)
    url = source.gives("/ventes.csv", down, cut, source.answer(body=files.perso)) + "?sig=secret"
    server = douane.serve()
    sender = make_sender().at(server)
    told = sender.end(sender.ask("importPerso", url=url, MODELE="IMPORTPERSO"))
    assert (told["status"], told["counts"]) == (3, counts(2, added=2))
    assert outcomes(told) == ["failed", "failed", "fetched"]
    first, second, third = told["attempts"]
    assert "500" in first["message"]
    assert f"broke off after {len(files.perso) // 2} of {len(files.perso)} bytes" in second["message"]
    assert (third["message"], third["bytes"]) == (None, len(files.perso))
    assert (source.asked["/ventes.csv"], douane.ask(LINES)) == (3, 2)
    receipt = json.loads(douane("run", str(told["run"]), "--json"))
    assert receipt["source"]["address"] == url.replace("sig=secret", "...")
    assert [each["message"] for each in receipt["source"]["attempts"]] == [
        each["message"] for each in told["attempts"]
    ]
    assert "secret" not in json.dumps([told, receipt])


def test_a_tra_a_file_by_a_model_and_entries_as_json(
    douane: Any, make_sender: MakeSender, files: Any
) -> None:
    server = douane.serve()
    sender = make_sender().at(server)
    entries = [
        {"date": "2026-01-31", "journal": "OD", "compte": "411000", "debit": {"amount": 99.9}},
        {"date": "2026-01-31", "journal": "OD", "compte": "706000", "credit": {"amount": 99.9}},
    ]
    period = {"from": "2026-01-01T00:00:00.000Z", "to": "2026-12-31T00:00:00.000Z"}
    asked = [
        sender.ask("importTRA", URI=sender.deposit("ecritures.tra", files.tra)),
        sender.ask("importPerso", URI=sender.deposit("ventes.csv", files.perso), modele="importperso"),
        sender.ask("importJson", data={"contexte": period, "ecritures": entries}),
    ]
    told = [sender.end(each) for each in asked]
    assert [(each["status"], each["counts"]) for each in told] == [(3, counts(2, added=2))] * 3
    stored = "select sum(debit)::text from entry_lines"
    assert (douane.ask(LINES), float(douane.ask(stored))) == (6, 339.9)


def test_what_cannot_be_imported_says_why_and_stores_nothing(
    douane: Any, make_sender: MakeSender, source: Any, files: Any
) -> None:
    answer = source.answer
    server = douane.serve()
    sender = make_sender().at(server)
    out_of_balance = files.fec(3).replace(b"0,00|120,00", b"0,00|119,00", 1)
    cut = answer(body=files.fec(2), headers={"ETag": '"1"'}, is_cut=True)
    changed = (cut, answer(body=files.fec(1), headers={"ETag": '"2"'}))
    paths = {
        "/odd.txt": (answer(body=out_of_balance),),
        "/gone.txt": (answer(status=404),),
        "/denied.txt": (answer(status=403),),
        "/changed.txt": changed,
        "/page.txt": (answer(body=b"<html>Sign in</html>"),),
    }
    asked = {path: sender.ask("importFEC", URL=source.gives(path, *paths[path])) for path in paths}
    told = {path: sender.end(asked[path]) for path in paths}
    assert {each["status"] for each in told.values()} == {4}
    assert codes(told["/odd.txt"]) == ["entry-unbalanced"] * 2
    assert [each["line"] for each in told["/odd.txt"]["errors"]] == [2, 3]
    assert (codes(told["/gone.txt"]), outcomes(told["/gone.txt"])) == (["source-gone"], ["refused"])
    assert (codes(told["/denied.txt"]), outcomes(told["/denied.txt"])) == (["source-denied"], ["refused"])
    assert codes(told["/changed.txt"]) == ["source-changed"]
    assert outcomes(told["/changed.txt"]) == ["failed", "refused"]
    assert codes(told["/page.txt"]) == ["no-header"]
    assert source.asked == {path: len(paths[path]) for path in paths}
    assert douane.ask(LINES) == 0


def test_a_file_that_always_comes_cut_is_given_up(
    douane: Any, make_sender: MakeSender, source: Any, files: Any
) -> None:
    url = source.gives("/cut.txt", source.answer(body=files.fec(10), is_cut=True))
    server = douane.serve(DOUANE_FETCH_HOURS_MAX="0.0005")
    sender = make_sender().at(server)
    told = sender.end(sender.ask("importFEC", URL=url))
    assert (told["status"], codes(told)) == (4, ["failed"])
    assert told["errors"][0]["message"].startswith(f"Given up after {len(told['attempts'])} attempts")
    assert set(outcomes(told)) == {"failed"}
    assert (len(told["attempts"]), douane.ask(LINES)) == (source.asked["/cut.txt"], 0)
    assert len(told["attempts"]) > 1


def test_nobody_makes_us_call_what_stands_beside_us(
    douane: Any, make_sender: MakeSender, source: Any
) -> None:
    server = douane.serve()
    sender = make_sender().at(server)
    with socket.create_server(("127.0.0.2", 0)) as beside:
        beside.setblocking(False)
        forbidden = f"http://127.0.0.2:{beside.getsockname()[1]}/"
        elsewhere = source.gives("/away.txt", source.answer(status=302, headers={"Location": forbidden}))
        addresses = ["http://169.254.169.254/latest/meta-data", forbidden, elsewhere]
        told = [sender.end(sender.ask("importFEC", URL=address)) for address in addresses]
        assert [(each["status"], codes(each)) for each in told] == [(4, ["source-forbidden"])] * 3
        assert [outcomes(each) for each in told] == [["refused"]] * 3
        try:
            beside.accept()
        except BlockingIOError:
            return
    raise AssertionError("somebody connected")


def test_a_model_of_ones_own_and_the_queue_as_an_operator_sees_it(
    douane: Any, make_sender: MakeSender, source: Any, tmp_path: Path
) -> None:
    model = tmp_path / "sales.toml"
    model.write_text(
        'name = "SALES"\ntable = "entry_lines"\nlayout = { header = false, delimiter = "|" }\n'
        'constants = { journal_code = "VE" }\n'
        'columns = [{ position = 1, field = "entered_on", date_format = "ddmmyy" }, '
        '{ position = 2, field = "account_number", prefixes = { "C" = "411" } }, '
        '{ position = 3, field = "amount" }]\n'
    )
    server = douane.serve()
    sender = make_sender().at(server)
    douane("mapping", "add", str(model), "--organization", "ACME")
    held = threading.Event()
    url = source.gives("/sales.csv", source.answer(body=b"150126|CDUPONT|120\n150126|706|-120\n", held=held))
    request = sender.ask("importPerso", URL=url, MODELE="sales")
    until(lambda: source.asked["/sales.csv"])
    (job,) = json.loads(douane("jobs", "--json"))
    run = sender.status(request)["run"]
    assert {name: job[name] for name in ("run", "company", "kind", "state")} == {
        "run": run,
        "company": "ACME CEGID003",
        "kind": "fetch",
        "state": "running",
    }
    held.set()
    told = sender.end(request)
    assert (told["status"], told["counts"]) == (3, counts(2, added=2)), told
    until(lambda: json.loads(douane("jobs", "--json")) == [])
    account = "select string_agg(number, ' ' order by number) from ledger_accounts"
    assert douane.ask(account) == "411DUPONT 706"


def test_two_workers_do_twenty_imports_of_four_companies_each_once(
    douane: Any, make_sender: MakeSender, make_company: Callable[..., Any], source: Any, files: Any
) -> None:
    server = douane.serve("--workers", "0")
    sender = make_sender(company=None).at(server)
    companies = [make_company("ACME", f"CEGID00{number}").code for number in range(4)]
    asked = []
    for number in range(20):
        url = source.gives(f"/{number}.txt", source.answer(body=files.fec(100, first=100 * number)))
        asked.append(sender.ask("importFEC", codeIbs=companies[number % 4], URL=url))
    workers = [douane.work(), douane.work()]
    told = [sender.end(request) for request in asked]
    assert [(each["status"], each["counts"]) for each in told] == [(3, counts(200, added=200))] * 20
    assert {tuple(outcomes(each)) for each in told} == {("fetched",)}
    assert set(source.asked.values()) == {1}
    by_company = "select array_agg(lines) from (select count(*) lines from entry_lines group by company_id)"
    assert douane.ask(by_company) == [1000] * len(companies)
    assert [worker.process.poll() for worker in workers] == [None, None]
