"""Claim: POST /account on 32 connections reaches at least half of what pgbench does with the same statement.

pgbench runs the statement that makes an account, prepared, on as many connections, with no gateway before it.
wrk asks the gateway for new accounts, and then for ones that are there, which must be faster still. Neither
the rate nor the calls at once are limited. The loads are taken in turn, 10 s each; the median of the ratios
counts. wrk is not a Python package: it is found on the path.
"""

from __future__ import annotations

import re
import statistics
from pathlib import Path

from claims import Claim, at_least, finish, options, say, scratch
from gateway import Gateway, served
from loads import find_wrk, load_by_http, load_by_pgbench
from tables import Connection, rest, scalar

from douane.store.queries import queries

LIMIT = 0.5
READING_LIMIT = 1.0
SECONDS = 10
WARM_UP_SECONDS = 2
STATEMENT = "get_or_create"
UNLIMITED = {"DOUANE_RATE_REQUESTS_MAX": "0", "DOUANE_CALLS_AT_ONCE_MAX": "0"}


def main() -> None:
    """Take the loads, tell the claims."""
    parser = options(__doc__)
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help="how long each load is (default %(default)s)"
    )
    parser.set_defaults(judged=("seconds", SECONDS))
    chosen = parser.parse_args()
    find_wrk()
    with scratch(chosen) as folder, served(folder / "data", **UNLIMITED) as gateway:
        rounds = _rounds(gateway, folder, chosen.rounds, chosen.seconds)
    floors, new, known = ([each[place] for each in rounds] for place in range(3))
    ratio = statistics.median(made / floor for made, floor in zip(new, floors, strict=True))
    reading = statistics.median(read / made for read, made in zip(known, new, strict=True))
    finish(
        chosen,
        [
            at_least("new accounts by HTTP on 32 connections, beside pgbench", ratio, LIMIT, "x"),
            at_least("accounts that are there, beside new ones", reading, READING_LIMIT, "x"),
            Claim("  new accounts by HTTP", f"{statistics.median(new):,.0f} /s"),
            Claim("  accounts that are there, by HTTP", f"{statistics.median(known):,.0f} /s"),
            Claim("  pgbench with the same statement", f"{statistics.median(floors):,.0f} /s"),
        ],
    )


def _rounds(gateway: Gateway, folder: Path, rounds: int, seconds: int) -> list[tuple[float, float, float]]:
    """For each round what pgbench reached, and the gateway with new accounts and with known ones."""
    headers = gateway.grant_token("BENCH")
    with gateway.database() as database:
        script = _script(folder, database)
        load_by_pgbench(gateway, script, WARM_UP_SECONDS)
        load_by_http(gateway, headers, "W", 0, WARM_UP_SECONDS)
        taken = []
        for number in range(rounds):
            say(f"round {number + 1}")
            taken.append(_round(gateway, database, headers, script, seconds))
    return taken


def _round(
    gateway: Gateway, database: Connection, headers: dict[str, str], script: Path, seconds: int
) -> tuple[float, float, float]:
    _empty(database)
    floor = load_by_pgbench(gateway, script, seconds)
    say(f"  {'pgbench, the same statement':<40} {floor:8,.0f} /s")
    _empty(database)
    new = load_by_http(gateway, headers, "N", 0, seconds)
    say(f"  {'new accounts by HTTP':<40} {new.per_second:8,.0f} /s   {_latency(new.median, new.p99)}")
    rest(database)
    known = load_by_http(gateway, headers, "N", _kept(database), seconds)
    say(
        f"  {'accounts that are there':<40} {known.per_second:8,.0f} /s   {_latency(known.median, known.p99)}"
    )
    return floor, new.per_second, known.per_second


def _empty(database: Connection) -> None:
    database.execute("truncate ledger_accounts")
    rest(database)


def _kept(database: Connection) -> int:
    """How many accounts each thread of wrk has made at least."""
    counts = "select count(*) as made from ledger_accounts group by split_part(number, 'N', 2)"
    return int(scalar(database, f"select min(made) from ({counts}) as threads"))


def _script(folder: Path, database: Connection) -> Path:
    """The statement for pgbench, for one new account of the same company."""
    organization, company = database.execute("select organization_id, id from companies").fetchone() or (0, 0)
    values = {
        "organization_id": f"array[{organization}]",
        "company_id": f"array[{company}]",
        "number": "array['411P' || :number::text]",
        "is_third_party": "array[true]",
        "name": "array['Account 411P' || :number::text]",
        "customer_code": "array['P' || :number::text]",
        "further": "array[null]",
    }
    statement = re.sub(r"%\((\w+)\)s", lambda found: values[found[1]], queries("accounts")[STATEMENT])
    path = folder / "accounts.pgbench"
    path.write_text(f"\\set number random(1, 1000000000)\n{statement.rstrip(';')};\n", encoding="utf-8")
    return path


def _latency(median: float, p99: float) -> str:
    return f"(half within {median * 1000:.1f} ms, 99 of 100 within {p99 * 1000:.1f} ms)"


if __name__ == "__main__":
    main()
