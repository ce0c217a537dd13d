"""Decode: charsets, byte order marks, gzip, and what is refused."""

from __future__ import annotations

import codecs
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from douane.errors import Refusal
from douane.formats.outside import OUTSIDE
from douane.pipeline.decode import decode
from douane.settings import MEBIBYTE, Limits

LIMITS = Limits()
TEXT = "code;name\n1;Crédit Agricole €\n2;日本 😀\n"


def decoded(
    path: Path, data: bytes, encoding: str = "UTF-8", compression: str = "", size: int = MEBIBYTE
) -> str:
    upload = path / "upload"
    upload.write_bytes(data)
    return b"".join(decode(upload, encoding, compression, LIMITS, size)).decode()


def refused(path: Path, data: bytes, encoding: str = "UTF-8", compression: str = "") -> Refusal:
    with pytest.raises(Refusal) as caught:
        decoded(path, data, encoding, compression)
    return caught.value


@pytest.mark.parametrize("size", [1, 2, 3, 7, MEBIBYTE])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("UTF-8", TEXT),
        ("utf_8_sig", TEXT),
        ("UTF-16", TEXT),
        ("UTF-16LE", TEXT),
        ("utf-32-be", TEXT),
        ("UTF-7", TEXT),
        ("gb18030", TEXT),
        ("ISO-8859-1", "a;b\n1;é\n"),
        ("windows-1252", "a;b\n1;€\n"),
        ("Shift_JIS", "a;b\n1;表\n"),
        ("ISO-2022-JP", "a;b\n1;日本\n"),
        ("cp037", "a;b\r\n1;2\n"),
    ],
)
def test_every_charset_at_every_cut(tmp_path: Path, encoding: str, text: str, size: int) -> None:
    assert decoded(tmp_path, text.encode(encoding), encoding, size=size) == text


@pytest.mark.parametrize("size", [1, 3, MEBIBYTE])
@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_wins_and_goes(tmp_path: Path, mark: bytes, charset: str, size: int) -> None:
    assert decoded(tmp_path, mark + TEXT.encode(charset), "ISO-8859-1", size=size) == TEXT


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_utf_16_and_32_without_a_mark(tmp_path: Path, charset: str) -> None:
    assert decoded(tmp_path, TEXT.encode(charset), charset[:6]) == TEXT


@pytest.mark.parametrize("size", [1, 2, 5, MEBIBYTE])
@pytest.mark.parametrize(
    ("encoding", "data", "text"),
    [
        ("UTF-8", b"a\xe9b;\xc3\xa9\n", f"a{OUTSIDE}b;é\n"),
        ("UTF-8", b"x\xe2\x82", f"x{OUTSIDE}"),
        ("UTF-8", b"x\xed\xa0\x80y", f"x{OUTSIDE * 3}y"),
        ("UTF-8", b"\x80\xf5\xc0\xafz", f"{OUTSIDE * 4}z"),
        ("ascii", b"a\xe9b\n", f"a{OUTSIDE}b\n"),
        ("windows-1252", b"a\x81b\n", f"a{OUTSIDE}b\n"),
        ("UTF-16-LE", b"a\0\0\xd8b\0", f"a{OUTSIDE}b"),
        ("UTF-7", b"a+2AA-b", f"a{OUTSIDE}b"),
        ("UTF-8", OUTSIDE.encode() + b"a", f"{OUTSIDE}a"),
    ],
)
def test_what_is_outside_the_charset_is_marked(
    tmp_path: Path, encoding: str, data: bytes, text: str, size: int
) -> None:
    assert decoded(tmp_path, data, encoding, size=size) == text


@pytest.mark.parametrize(
    "encoding",
    [
        "klingon",
        "base64",
        "rot13",
        "zlib",
        "idna",
        "punycode",
        "undefined",
        "aliases",
        "a\0b",
        "../utf_8",
        "é" * 999,
    ],
)
def test_what_is_no_charset(tmp_path: Path, encoding: str) -> None:
    assert refused(tmp_path, b"a;b\n", encoding).code == "unknown-charset"


def test_names_are_refused_before_the_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="klingon is not a charset we know"):
        decode(tmp_path / "nowhere", "klingon", "", LIMITS)
    with pytest.raises(Refusal, match="Content-Encoding br is not supported"):
        decode(tmp_path / "nowhere", "", "br", LIMITS)


def test_unknown_charsets_are_not_remembered(tmp_path: Path) -> None:
    import encodings

    before = len(encodings._cache)  # type: ignore[attr-defined]
    for number in range(10):
        refused(tmp_path, b"a", f"charset-{number}")
    assert len(encodings._cache) == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [1, 1000, MEBIBYTE])
@pytest.mark.parametrize("compression", ["gzip", "X-GZIP", "", "identity"])
def test_gzip_of_one_or_more_members(tmp_path: Path, compression: str, size: int) -> None:
    data = gzip.compress(b"a;b\n") + gzip.compress(b"") + gzip.compress(b"1;2\n" * 5000) + b"\0" * 20000
    assert decoded(tmp_path, data, compression=compression, size=size) == "a;b\n" + "1;2\n" * 5000


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a;b\n", "something follows"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-1], "ends early"),
        (gzip.compress(TEXT.encode(), mtime=0)[:20], "ends early"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-5] + b"12345", "damaged"),
        (gzip.compress(TEXT.encode(), mtime=0) + b"garbage", "something follows"),
        (gzip.compress(TEXT.encode(), mtime=0) + gzip.compress(b"1;2\n" * 99, mtime=0)[:15], "ends early"),
    ],
)
def test_broken_gzip(tmp_path: Path, data: bytes, said: str) -> None:
    refusal = refused(tmp_path, data, compression="gzip")
    assert refusal.code == "broken-archive"
    assert said in refusal.message


def test_a_gzip_bomb_is_bounded(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(gzip.compress(bytes(70 * MEBIBYTE), 9))
    blocks = decode(upload, "ascii", "gzip", LIMITS)
    taken: list[int] = []
    with pytest.raises(Refusal, match=str(64 * MEBIBYTE)) as caught:
        taken.extend(map(len, blocks))
    assert caught.value.code == "upload-too-large"
    assert 0 < sum(taken) <= 64 * MEBIBYTE


def test_plain_text_is_bounded(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(b"a;b\n" * 100)
    with pytest.raises(Refusal, match="100 bytes"):
        list(decode(upload, "", "", replace(LIMITS, decoded_bytes_max=100)))


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n", gzip.compress(b"\n", mtime=0)]
)
def test_nothing_but_blanks(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path, data).code == "empty-upload"


def test_blanks_of_any_script_are_blanks(tmp_path: Path) -> None:
    assert refused(tmp_path, "\u00a0\u3000\n".encode()).code == "empty-upload"


def test_old_mac_line_ends(tmp_path: Path) -> None:
    assert decoded(tmp_path, b"a;b\r1;2\r") == "a;b\n1;2\n"
    assert decoded(tmp_path, b"a;b\r\n1;2\r") == "a;b\r\n1;2\r"
