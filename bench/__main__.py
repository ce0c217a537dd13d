"""`make bench`: every script, one after the other, and one table of all claims at the end."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from claims import Claim, print_table  # noqa: E402

QUICK_LINES = ("--lines", "50000", "--rounds", "1")
SCRIPTS: dict[str, tuple[str, ...]] = {
    "items": QUICK_LINES,
    "again": QUICK_LINES,
    "changed": QUICK_LINES,
    "memory": QUICK_LINES,
    "entries": QUICK_LINES,
    "entries_memory": QUICK_LINES,
    "loop_entries": QUICK_LINES,
    "pulled_accounts": ("--lines", "10000", "--rounds", "1"),
    "queue_of_imports": ("--lines", "800", "--imports", "20"),
    "accounts": ("--seconds", "2", "--rounds", "1"),
    "senders": ("--rounds", "2"),
    "beside_dlt": (*QUICK_LINES, "--row-lines", "5000"),
}
"""The scripts in their order, each with what makes it quick."""


def main() -> int:
    """Run the scripts; gives 0 when each ran and every claim was met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scripts", nargs="*", help="which ones (default: all)", metavar=" ".join(SCRIPTS))
    parser.add_argument(
        "--quick", action="store_true", help="small files, to see that it runs; they are not judged"
    )
    parser.add_argument("--scratch", help="where to make the scratch folders (default: TMPDIR)")
    chosen = parser.parse_args()
    if unknown := set(chosen.scripts) - set(SCRIPTS):
        parser.error(f"no script is called {', '.join(sorted(unknown))}")
    began = time.monotonic()
    claims: list[Claim] = []
    for name in chosen.scripts or SCRIPTS:
        print(f"\n== {name}", flush=True)
        words = [*(SCRIPTS[name] if chosen.quick else ())]
        words += ["--scratch", chosen.scratch] if chosen.scratch else []
        claims += _ran(name, words)
    print(f"\n== all, after {(time.monotonic() - began) / 60:.0f} minutes")
    print_table(claims)
    return int(any(each.is_met is False for each in claims))


def _ran(name: str, words: list[str]) -> list[Claim]:
    """The claims of a script; one that is not met stands for a script that broke."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "claims.json")
        done = subprocess.run(
            [sys.executable, str(HERE / f"{name}.py"), *words, "--json", str(told)], check=False
        )
        if done.returncode or not told.exists():
            return [Claim(f"bench/{name}.py", "broke", "", False)]
        return [Claim(**each) for each in json.loads(told.read_text(encoding="utf-8"))]


if __name__ == "__main__":
    sys.exit(main())
