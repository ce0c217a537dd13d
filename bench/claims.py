"""What every script of the bench shares: its options, its scratch folder, and the claims it ends with."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Claim:
    """One row of the table: a claim, what was seen and what is allowed; `is_met` is None if not judged."""

    claim: str
    figure: str
    limit: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        """What the last cell of the row says."""
        if self.is_met is None:
            return "not judged" if self.limit else ""
        return "met" if self.is_met else "NOT MET"


def at_most(claim: str, figure: float, limit: float, unit: str) -> Claim:
    """A claim that holds when the figure does not exceed the limit."""
    return Claim(claim, f"{figure:,.3g} {unit}", f"<= {limit:g} {unit}", figure <= limit)


def at_least(claim: str, figure: float, limit: float, unit: str) -> Claim:
    """A claim that holds when the figure reaches the limit."""
    return Claim(claim, f"{figure:,.3g} {unit}", f">= {limit:g} {unit}", figure >= limit)


def options(about: str | None, *, lines: int = 1_000_000, rounds: int = 3) -> argparse.ArgumentParser:
    """The options that all scripts take; a script may add its own, and judge by one of them."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=lines, help="lines of a file (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=rounds, help="how often (default %(default)s)")
    parser.add_argument("--scratch", type=Path, help="where to make the scratch folder (default: TMPDIR)")
    parser.set_defaults(judged=("lines", lines))
    parser.add_argument("--json", type=Path, help="also write the claims to this file")
    return parser


@contextmanager
def scratch(chosen: argparse.Namespace) -> Iterator[Path]:
    """A folder that is gone afterwards, also when we are told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="douane-bench-", dir=chosen.scratch))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def say(text: str) -> None:
    """A line of progress."""
    print(text, flush=True)


def pairs(name: str, seconds: Sequence[float], floors: Sequence[float]) -> float:
    """Tell each time beside the floor that was taken with it; gives the median of the ratios."""
    ratios = [each / floor for each, floor in zip(seconds, floors, strict=True)]
    for number, (each, floor, ratio) in enumerate(zip(seconds, floors, ratios, strict=True), 1):
        say(f"  pair {number}: {name} {each:6.2f} s, floor {floor:6.2f} s, ratio {ratio:.3f}")
    return statistics.median(ratios)


def finish(chosen: argparse.Namespace, claims: Sequence[Claim]) -> None:
    """Print the claims as a table; write them down where `--json` says. Small sizes are not judged."""
    measure, least = chosen.judged
    if getattr(chosen, measure) < least:
        claims = [replace(each, is_met=None) for each in claims]
    print_table(claims)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps([asdict(each) for each in claims]), encoding="utf-8")


def print_table(claims: Sequence[Claim]) -> None:
    """The claims, aligned."""
    rows = [("claim", "figure", "limit", "")]
    rows += [(each.claim, each.figure, each.limit, each.verdict) for each in claims]
    first, second, third = (max(len(row[place]) for row in rows) for place in range(3))
    print()
    for row in rows:
        print(f"{row[0]:<{first}}  {row[1]:>{second}}  {row[2]:>{third}}  {row[3]}".rstrip())
    sys.stdout.flush()
