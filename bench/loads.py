"""The loads that the claim about accounts compares: wrk on the gateway's door, pgbench on its database."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gateway import Broken, Gateway
from psycopg.conninfo import conninfo_to_dict

from douane.store.programs import find_programs

CONNECTIONS = 32
THREADS = 2
REQUESTS = Path(__file__).with_name("accounts.lua")
PG_NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "dbname": "PGDATABASE",
    "options": "PGOPTIONS",
}


@dataclass(frozen=True)
class Load:
    """What one load reached: answers in a second, and the seconds that half and 99 of 100 of them took."""

    per_second: float
    median: float
    p99: float


def find_wrk() -> str:
    """The program; raises Broken, with how to get it, where it is missing."""
    found = shutil.which("wrk")
    if found is None:
        raise Broken("wrk is not installed: apt-get install wrk (Debian, Ubuntu) or brew install wrk (macOS)")
    return found


def load_by_http(gateway: Gateway, headers: dict[str, str], series: str, kept: int, seconds: int) -> Load:
    """POST /account on 32 connections: new numbers of a series, or the first `kept` of each thread again."""
    given = [headers["X-Third-Party-Secret"], headers["Authorization"], series, str(kept)]
    words = [f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(REQUESTS)]
    said = _said([find_wrk(), *words, f"{gateway.address}/api/v1/account", "--", *given])
    result = json.loads(said.rpartition("\nresult ")[2])
    if result["failed"] or not result["requests"]:
        raise Broken(f"wrk did not get an account for each of its requests:\n{said}")
    return Load(result["requests"] / result["seconds"], result["p50"], result["p99"])


def load_by_pgbench(gateway: Gateway, script: Path, seconds: int) -> float:
    """Transactions in a second of a pgbench script on as many connections to the same database."""
    program = find_programs(gateway.data).folder / "pgbench"
    words = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", str(THREADS), "-T", str(seconds)]
    said = _said([str(program), *words, "-f", str(script)], _pg_environment(gateway.url))
    failed = re.search(r"number of failed transactions: (\d+)", said)
    reached = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
    if reached is None or (failed and failed[1] != "0"):
        raise Broken(f"pgbench did not go through:\n{said}")
    return float(reached[1])


def _pg_environment(url: str) -> dict[str, str]:
    parts = conninfo_to_dict(url)
    return {name: str(parts[key]) for key, name in PG_NAMES.items() if parts.get(key)}


def _said(words: list[str], more: dict[str, str] | None = None) -> str:
    done = subprocess.run(words, env=os.environ | (more or {}), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"{words[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
