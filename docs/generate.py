"""Writes the reference pages and the sample files from the code, or tells which of them are stale.

python docs/generate.py            write them
python docs/generate.py --check    exit with 1 and name those that differ from the code
"""

from __future__ import annotations

import sys
from pathlib import Path

from pages import PAGES

REFERENCE = Path(__file__).parent / "reference"


def main() -> int:
    """The exit code: 1 when `--check` finds a stale page, else 0."""
    wanted = {name: make() for name, make in PAGES.items()}
    if "--check" not in sys.argv[1:]:
        write(wanted)
        return 0
    stale = stale_pages(wanted)
    for name in stale:
        print(f"docs/reference/{name} is stale: run python docs/generate.py")
    return 1 if stale else 0


def stale_pages(wanted: dict[str, str]) -> list[str]:
    """The pages that differ from the code, are missing, or have nothing to do in the reference any more."""
    there = {each.relative_to(REFERENCE).as_posix() for each in REFERENCE.rglob("*") if each.is_file()}
    differ = {name for name in there & wanted.keys() if read(name) != wanted[name]}
    return sorted(differ | (there ^ wanted.keys()))


def read(name: str) -> str:
    """A page as it is in the repository."""
    return (REFERENCE / name).read_text(encoding="utf-8")


def write(wanted: dict[str, str]) -> None:
    """Make the reference hold these pages and no others."""
    for name in stale_pages(wanted):
        path = REFERENCE / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], encoding="utf-8", newline="\n")
        print(f"wrote docs/reference/{name}")


if __name__ == "__main__":
    sys.exit(main())
