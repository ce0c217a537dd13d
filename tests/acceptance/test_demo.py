"""`make demo` as a user runs it: it ends well, shows every receipt and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"
PATIENCE_SECONDS = 120


@pytest.fixture
def temporary() -> Iterator[Path]:
    """The folder that the demo takes for the system's temporary one; open to the user of the database."""
    with tempfile.TemporaryDirectory(prefix="dd-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def start(temporary: Path) -> subprocess.Popen[str]:
    # Another gateway's settings must not lead the demo there.
    elsewhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "DOUANE_DATA": "/nowhere"}
    return subprocess.Popen(
        [sys.executable, str(DEMO)],
        env={**os.environ, **elsewhere, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def processes_of(temporary: Path) -> list[str]:
    """The command lines of the processes that name the folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(temporary) in line:
            found.append(line)
    return found


def assert_nothing_is_left(temporary: Path) -> None:
    assert list(temporary.iterdir()) == []
    assert processes_of(temporary) == []


def test_the_demo_shows_its_receipts_and_leaves_nothing(temporary: Path) -> None:
    demo = start(temporary)
    out, err = demo.communicate(timeout=PATIENCE_SECONDS)
    assert (demo.returncode, err) == (0, "")
    assert "\x1b" not in out
    rows = re.findall(r"^(customers|contacts|assignments|open_items) +([\d ]+)$", out, re.MULTILINE)
    counts = [[int(each) for each in numbers.split()] for _, numbers in rows]
    assert [table for table, _ in rows] == [
        "customers",
        "contacts",
        "assignments",
        "open_items",
        "open_items",
        "customers",
    ]
    for received, added, updated, unchanged, rejected, _ in counts:
        assert received == added + updated + unchanged + rejected
        assert rejected
    assert counts[-2:] == [[161, 18, 3, 138, 2, 17], [3, 2, 0, 0, 1, 0]]
    assert '"douane_reason": "addressPhoneNumber (ADDR70001) is longer than 15 characters (F-E-010: ' in out
    assert_a_ledger_is_kept(out)
    assert_nothing_is_left(temporary)


def assert_a_ledger_is_kept(out: str) -> None:
    """A partner's account is made once, and the entries of a year come out as they went in."""
    answers = re.findall(r'^200 (\{"account_id.*)$', out, re.MULTILINE)
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert re.search(r"^entry_lines +150 +150 +0 +0 +0 +0$", out, re.MULTILINE)
    assert re.search(r"^entries +57 +57 +0 +0 +0 +0$", out, re.MULTILINE)
    assert "Wrote 150 lines of 2025-01-01 to 2025-12-31 to exported.txt." in out
    assert "It passes the tax administration's check." in out


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_that_is_stopped_leaves_nothing_either(temporary: Path, how: int) -> None:
    demo = start(temporary)
    assert demo.stdout is not None
    while "POST" not in (line := demo.stdout.readline()):
        assert line or demo.poll() is None, demo.communicate()[1]
    demo.send_signal(how)
    demo.communicate(timeout=PATIENCE_SECONDS)
    assert demo.returncode != 0
    end = time.monotonic() + PATIENCE_SECONDS
    while processes_of(temporary) and time.monotonic() < end:
        time.sleep(0.05)
    assert_nothing_is_left(temporary)
