"""Watches the memory of a gateway's processes, without those of PostgreSQL, which an operator sizes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SECONDS_BETWEEN = 0.05
DATABASE = "postgres"
KIBIBYTE = 1 << 10


@dataclass
class Peak:
    """Bytes at the highest of `samples`: proportional (a page shared by n counts 1/n), and resident."""

    proportional: int = 0
    resident: int = 0
    samples: int = 0
    _done: threading.Event = field(default_factory=threading.Event, repr=False)

    def note(self, proportional: int, resident: int) -> None:
        """Take a sample."""
        self.proportional = max(self.proportional, proportional)
        self.resident = max(self.resident, resident)
        self.samples += 1

    def told(self) -> str:
        """The peak in words."""
        resident, proportional = self.resident / 1e6, self.proportional / 1e6
        return f"in {self.samples} samples resident {resident:.0f} MB, proportional {proportional:.0f} MB"


@contextmanager
def watched(root: int) -> Iterator[Peak]:
    """Sample the process `root` and all it has started, every 50 ms, until the block ends."""
    peak = Peak()
    thread = threading.Thread(target=_watch, args=(root, peak), daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        peak._done.set()
        thread.join()


def high_water(root: int) -> int:
    """Bytes that were resident at most, as the system kept it for each process: no sample misses it."""
    return KIBIBYTE * sum(_fields(f"/proc/{each}/status").get("VmHWM", 0) for each in family(root))


def family(root: int) -> list[int]:
    """The process `root` and its descendants, but PostgreSQL."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            head, _, tail = (folder / "stat").read_text(encoding="utf-8").rpartition(") ")
        except OSError:
            continue
        number = int(folder.name)
        names[number] = head.partition("(")[2]
        children.setdefault(int(tail.split()[1]), []).append(number)
    found, waiting = [], [root]
    while waiting:
        each = waiting.pop()
        if names.get(each, DATABASE) != DATABASE:
            found.append(each)
            waiting += children.get(each, [])
    return found


def _watch(root: int, peak: Peak) -> None:
    while not peak._done.wait(SECONDS_BETWEEN):
        samples = [_fields(f"/proc/{each}/smaps_rollup") for each in family(root)]
        proportional = sum(each.get("Pss", 0) for each in samples)
        resident = sum(each.get("Rss", 0) for each in samples)
        peak.note(proportional * KIBIBYTE, resident * KIBIBYTE)


def _fields(file: str) -> dict[str, int]:
    """The `Name: 123 kB` lines of a file of the system; none when the process is gone."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    words = (line.split() for line in lines if line.endswith(" kB"))
    return {each[0].rstrip(":"): int(each[1]) for each in words}
