"""Unzip: which archives are opened, what comes out of them, and how much of it may."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from douane.errors import Refusal
from douane.pipeline import unzip
from douane.pipeline.unzip import Archive, Document, open_archive
from douane.settings import MEBIBYTE, Limits

LIMITS = Limits()
TRA = (".tra",)
DIRECTORY = b"PK\1\2"


def zipped(path: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path / "upload.zip", "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path / "upload.zip"


def opened(path: Path, limits: Limits = LIMITS) -> Archive:
    return open_archive(path, limits, TRA)


def read(path: Path, limits: Limits = LIMITS) -> bytes:
    with opened(path, limits) as archive:
        return b"".join(archive.blocks(1000))


def refused(path: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(Refusal) as caught:
        read(path, limits)
    assert caught.value.hint
    return caught.value.code


def altered(path: Path, start: bytes, at: int, new: bytes) -> Path:
    """The archive with other bytes at a place behind each `start`."""
    data = bytearray(path.read_bytes())
    place = data.find(start)
    while place >= 0:
        data[place + at : place + at + len(new)] = new
        place = data.find(start, place + 1)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("block_bytes", [1, 1000, 10 * MEBIBYTE])
def test_the_data_and_the_documents_come_out(tmp_path: Path, method: int, block_bytes: int) -> None:
    content = random.Random(1).randbytes(3000)
    path = zipped(tmp_path, ("a.pdf", b"A"), ("Entries.TRA", content), ("é b.pdf", b"BB"), method=method)
    with opened(path) as archive:
        assert archive.data_name == "Entries.TRA"
        assert archive.documents == (Document("a.pdf", 1), Document("é b.pdf", 2))
        for _ in range(2):
            blocks = list(archive.blocks(block_bytes))
            assert b"".join(blocks) == content
            assert all(0 < len(block) <= block_bytes for block in blocks)
        assert archive.read_document("é b.pdf") == b"BB"


def test_only_files_at_the_root_count(tmp_path: Path) -> None:
    path = zipped(
        tmp_path,
        ("x.tra", b"data"),
        ("folder/", b""),
        ("folder/y.tra", b""),
        ("../z.tra", b""),
        ("/abs.tra", b""),
        ("w\\v.tra", b""),
        ("__MACOSX/._x.tra", b""),
        ("._x.tra", b""),
        (".DS_Store", b""),
        ("Thumbs.db", b""),
        ("inner.zip", b"PK"),
    )
    with opened(path) as archive:
        assert (archive.data_name, [each.name for each in archive.documents]) == ("x.tra", ["inner.zip"])


def test_nothing_is_written_anywhere(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("x.tra", b"data"), ("../evil.pdf", b"evil"), ("a.pdf", b"A"))
    with opened(path) as archive:
        list(archive.blocks(10))
        archive.read_document("a.pdf")
    assert list(tmp_path.iterdir()) == [path]
    assert not (tmp_path.parent / "evil.pdf").exists()


@pytest.mark.parametrize("charset", ["cp437", "utf-8"])
def test_names_without_a_charset(tmp_path: Path, charset: str) -> None:
    name = "é.tra".encode(charset)
    path = zipped(tmp_path, ("x" * len(name), b"data"))
    path.write_bytes(path.read_bytes().replace(b"x" * len(name), name))
    with opened(path) as archive:
        assert archive.data_name == "é.tra"
        assert b"".join(archive.blocks(10)) == b"data"


def test_one_data_file_is_expected(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path, ("a.tra", b""), ("B.TRA", b""))) == "several-data-files"
    assert refused(zipped(tmp_path, ("a.txt", b""), ("f/b.tra", b""))) == "no-data-file"
    assert refused(zipped(tmp_path)) == "no-data-file"


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", b"PK\5\6" + bytes(17), b"\x1f\x8b" + bytes(100)])
def test_what_is_no_zip(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    assert refused(tmp_path / "x") == "broken-archive"


def test_every_cut_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("x.tra", b"data" * 100), ("a.pdf", b"A"))
    data = path.read_bytes()
    for size in range(len(data)):
        path.write_bytes(data[:size])
        assert refused(path) == "broken-archive"


def test_no_damage_is_worse_than_a_refusal(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("x.tra", random.Random(1).randbytes(300)), ("a.pdf", b"A"))
    data = path.read_bytes()
    chance = random.Random(2)
    for _ in range(1500):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
        path.write_bytes(damaged)
        with suppress(Refusal):
            read(path)


def test_wrong_checksums_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("x.tra", b"data"), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"data", b"dada"))
    assert refused(path) == "broken-archive"


def test_encrypted_files_are_refused(tmp_path: Path) -> None:
    assert refused(altered(zipped(tmp_path, ("x.tra", b"data")), DIRECTORY, 8, b"\1")) == "broken-archive"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_compress_are_refused(tmp_path: Path, method: int) -> None:
    assert refused(zipped(tmp_path, ("x.tra", b"data"), method=method)) == "broken-archive"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_stands_for_one_file(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path, ("x.tra", b"1"), ("a", b""), ("a", b""))) == "broken-archive"


@pytest.mark.parametrize("name", ["a\nb", "a\x1fb", "x" * 300, "a\u202eb"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    assert refused(zipped(tmp_path, ("x.tra", b"1"), (name, b""))) == "broken-archive"


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [("x.tra", b"1"), *((str(number), b"") for number in range(50))]
    assert read(zipped(tmp_path, *members)) == b"1"
    monkeypatch.setattr(unzip, "MEMBERS_MAX", 50)
    assert refused(tmp_path / "upload.zip") == "broken-archive"


def test_a_directory_is_not_read_when_it_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path, ("x.tra", b"1"), *((f"{number:200}", b"") for number in range(500)))
    assert read(path) == b"1"
    monkeypatch.setattr(unzip, "DIRECTORY_BYTES_MAX", 100_000)
    with pytest.raises(Refusal, match="directory"):
        opened(path)


def test_a_file_may_be_larger_than_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = random.Random(1).randbytes(300_000)
    path = zipped(tmp_path, ("x.tra", content))
    monkeypatch.setattr(unzip, "DIRECTORY_BYTES_MAX", 100_000)
    with opened(path) as archive:
        assert b"".join(archive.blocks(MEBIBYTE)) == content


def test_files_that_share_bytes_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("x.tra", bytes(10_000)), ("a", bytes(10_000)))
    data = path.read_bytes()
    second = data.find(DIRECTORY, data.find(DIRECTORY) + 1)
    path.write_bytes(data[: second + 42] + struct.pack("<I", 20) + data[second + 46 :])
    with pytest.raises(Refusal, match="overlap"):
        opened(path)


def test_a_bomb_stops_at_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unzip, "ALWAYS_ALLOWED_BYTES", 10_000)
    path = zipped(tmp_path, ("x.tra", bytes(5_000_000)))
    bound = LIMITS.decoded_ratio_max * path.stat().st_size
    with opened(path) as archive:
        blocks = archive.blocks(10_000)
        given = sum(len(next(blocks)) for _ in range(bound // 10_000))
        assert bound - 10_000 < given <= bound
        with pytest.raises(Refusal) as caught:
            next(blocks)
    assert caught.value.code == "archive-too-large"


def test_a_small_archive_may_grow(tmp_path: Path) -> None:
    assert len(read(zipped(tmp_path, ("x.tra", bytes(5_000_000))))) == 5_000_000


def test_what_the_directory_says_of_sizes_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unzip, "ALWAYS_ALLOWED_BYTES", 10_000)
    path = altered(zipped(tmp_path, ("x.tra", bytes(5_000_000))), DIRECTORY, 24, struct.pack("<I", 10))
    assert refused(path) == "broken-archive"
    path = altered(zipped(tmp_path, ("x.tra", bytes(5_000_000))), DIRECTORY, 24, struct.pack("<I", 1 << 31))
    assert refused(path) == "archive-too-large"


def test_the_limits_hold(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("x.tra", bytes(10_001)), ("a", bytes(5000)), ("b", bytes(5001)))
    assert refused(path, replace(LIMITS, decoded_bytes_max=10_000)) == "archive-too-large"
    limits = replace(LIMITS, call_bytes_max=5000, decoded_bytes_max=15_001)
    with opened(path, limits) as archive:
        assert sum(map(len, archive.blocks(100))) == 10_001
        assert sum(map(len, archive.blocks(100))) == 10_001
        assert len(archive.read_document("a")) == 5000
        with pytest.raises(Refusal):
            archive.read_document("b")
    limits = replace(LIMITS, decoded_bytes_max=15_000)
    with opened(path, limits) as archive:
        assert sum(map(len, archive.blocks(100))) == 10_001
        with pytest.raises(Refusal):
            archive.read_document("a")


def test_an_archive_may_stand_behind_other_bytes(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("x.tra", b"data"))
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert read(path) == b"data"


def test_archives_of_the_64_bit_kind(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, archive.open("x.tra", "w", force_zip64=True) as member:
        member.write(b"data")
    (tmp_path / "x").write_bytes(target.getvalue())
    assert read(tmp_path / "x") == b"data"
