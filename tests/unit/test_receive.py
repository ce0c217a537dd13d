"""Receive: what arrives is on disk byte for byte, counted and digested, or nothing is."""

import hashlib
from pathlib import Path

import pytest

from douane.errors import Refusal
from douane.pipeline.receive import Spool


def files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


def test_keeps_the_bytes_as_sent(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "uploads", bytes_max=100)
    for chunk in (b"a;b\n", b"", b"1;\xff\n"):
        spool.write(chunk)
    upload = spool.finish("items.csv")
    sent = b"a;b\n1;\xff\n"
    assert upload.path.read_bytes() == sent
    assert (upload.name, upload.size) == ("items.csv", len(sent))
    assert upload.digest == hashlib.sha256(sent).hexdigest()


def test_discard_after_finish_keeps_the_upload(tmp_path: Path) -> None:
    spool = Spool(tmp_path, bytes_max=100)
    spool.write(b"a")
    upload = spool.finish("items.csv")
    spool.discard()
    assert files(tmp_path) == [upload.path]


def test_discard_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path, bytes_max=100)
    spool.write(b"a")
    spool.discard()
    spool.discard()
    assert files(tmp_path) == []
    assert (spool.size, spool.digest) == (1, hashlib.sha256(b"a").hexdigest())


def test_refuses_an_empty_upload_and_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path, bytes_max=100)
    with pytest.raises(Refusal) as refused:
        spool.finish("items.csv")
    assert refused.value.code == "empty-upload"
    assert files(tmp_path) == []


def test_takes_what_just_fits_and_refuses_one_byte_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path, bytes_max=3)
    spool.write(b"abc")
    with pytest.raises(Refusal) as refused:
        spool.write(b"d")
    assert refused.value.code == "upload-too-large"
    assert "3 bytes" in refused.value.message
    assert spool.finish("items.csv").path.read_bytes() == b"abc"


def test_refuses_what_is_announced_too_large_before_it_comes(tmp_path: Path) -> None:
    spool = Spool(tmp_path, bytes_max=3)
    spool.expect(3)
    with pytest.raises(Refusal):
        spool.expect(4)
    spool.discard()


def test_uploads_do_not_share_a_file(tmp_path: Path) -> None:
    spools = [Spool(tmp_path, bytes_max=10) for _ in range(3)]
    for number, spool in enumerate(spools):
        spool.write(str(number).encode())
    paths = {spool.finish("items.csv").path for spool in spools}
    assert {path.read_bytes() for path in paths} == {b"0", b"1", b"2"}
