"""What is read out of an answer: how long to wait, and what the file is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from douane.fetch.answers import pause_of
from douane.fetch.digests import Digests
from douane.fetch.naming import NAME_CHARACTERS_MAX, name_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1000000000", 1e9),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("9" * 30, None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999999999", None),
    ],
)
def test_a_pause_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert pause_of(text) == seconds


def test_a_date_to_come_is_waited_for() -> None:
    later = datetime.now(UTC) + timedelta(hours=5)
    for text in (format_datetime(later, usegmt=True), f"{later:%a, %d %b %Y %H:%M:%S} -0000"):
        seconds = pause_of(text)
        assert seconds is not None
        assert 4 * 3600 < seconds <= 5 * 3600


@given(st.text(max_size=60))
def test_no_pause_is_a_surprise(text: str) -> None:
    seconds = pause_of(text)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("disposition", "paths", "name"),
    [
        ("", ["/out/842008161FEC20201231.txt"], "842008161FEC20201231.txt"),
        ("", ["/out/%C3%A9critures%20d%C3%A9c.csv"], "écritures déc.csv"),
        ("", ["/download", "/blobs/a/file.csv"], "file.csv"),
        ("", ["/export.csv", "/blobs/0a1b2c.bin"], "export.csv"),
        ("", ["/download", "/blobs/0a1b2c"], "download"),
        ("", ["/", "/"], "download"),
        ("", ["/a/..", "/"], "download"),
        ("", ["/a%2F..%2Fpasswd"], "passwd"),
        ("", ["/..%5C..%5Cboot.ini"], "boot.ini"),
        ("attachment", ["/a.csv"], "a.csv"),
        ('attachment; filename="FEC 2024.txt"', ["/a.csv"], "FEC 2024.txt"),
        ("attachment; filename=FEC.txt", ["/a.csv"], "FEC.txt"),
        ("inline; filename*=UTF-8''%C3%A9t%C3%A9.txt", ["/a.csv"], "été.txt"),
        ("attachment; filename=\"x.txt\"; filename*=UTF-8''%C3%A9.txt", ["/a.csv"], "é.txt"),
        ('attachment; filename="../../etc/passwd"', ["/a.csv"], "passwd"),
        ('attachment; filename="C:\\\\temp\\\\a.txt"', ["/a.csv"], "a.txt"),
        ('attachment; filename=".."', ["/a.csv"], "a.csv"),
        ('attachment; filename=""', ["/a.csv"], "a.csv"),
        ('attachment; filename="a\x00b\x1b[31m.txt"', ["/a.csv"], "ab[31m.txt"),
        ('attachment; filename="txt.\u202eexe"', ["/a.csv"], "txt.exe"),
        ("attachment; filename*=klingon''%41.txt", ["/a.csv"], "A.txt"),
        ("attachment; filename*=undefined''a.txt", ["/a.csv"], "a.csv"),
        ("attachment; filename*=idna''a.txt", ["/a.csv"], "a.csv"),
        ("attachment; filename*=\x00''a.txt", ["/a.csv"], "a.csv"),
        ("attachment; filename*=a; filename*0*=b", ["/a.csv"], "a.csv"),
        (f"attachment; filename*{'9' * 5000}=a.txt", ["/a.csv"], "a.csv"),
        (f'attachment; filename="{"a" * 300}.txt"', ["/"], f"{'a' * 196}.txt"),
        (f'attachment; filename="a.{"x" * 300}"', ["/"], f"a.{'x' * 198}"),
    ],
)
def test_a_file_has_a_harmless_name(disposition: str, paths: list[str], name: str) -> None:
    assert name_of(disposition, *paths) == name


@given(st.text("filename*=0123;'\"% utf-8idna\\", max_size=60))
def test_no_disposition_is_a_surprise(disposition: str) -> None:
    assert name_of(f"attachment; {disposition}", "/a.csv")


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_name_leads_elsewhere(disposition: str, path: str) -> None:
    for told in (disposition, f'attachment; filename="{disposition}"', f"a; filename*=UTF-8''{disposition}"):
        name = name_of(told, path)
        assert 0 < len(name) <= NAME_CHARACTERS_MAX
        assert name.isprintable()
        assert PurePosixPath(name).name == name
        assert PureWindowsPath(name).name.endswith(name.rpartition(":")[2])


@given(st.text(max_size=200))
def test_no_digest_is_a_surprise(text: str) -> None:
    digests = Digests({"digest": text, "content-digest": text, "content-md5": text})
    digests.update(b"bytes")
    assert isinstance(digests.mismatch(), str)
