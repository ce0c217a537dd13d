"""What is sealed opens with its key alone, and the key is made once and kept to its owner."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.errors import Failure, Refusal
from douane.settings import Settings, from_environment
from douane.store.sealing import KEY_FILE, Sealer

ADDRESS = "https://example.com/é?sig=secret"
ONE, TWO = "1" * 32, "2" * 40


def test_what_is_sealed_opens_again_and_shows_nothing(tmp_path: Path) -> None:
    sealer = Sealer.of(Settings(tmp_path))
    sealed = sealer.seal(ADDRESS)
    assert b"secret" not in sealed
    assert sealer.seal(ADDRESS) != sealed
    assert Sealer.of(Settings(tmp_path)).unseal(sealed) == ADDRESS


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    sealed: list[bytes] = []

    def seal() -> None:
        sealed.append(Sealer.of(Settings(folder)).seal(ADDRESS))

    threads = [threading.Thread(target=seal) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [Sealer.of(Settings(folder)).unseal(each) for each in sealed] == [ADDRESS] * 8
    (kept,) = folder.iterdir()
    assert kept.name == KEY_FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_another_key_opens_nothing_and_says_so(tmp_path: Path) -> None:
    sealed = Sealer.of(Settings(tmp_path, secret_key=ONE)).seal(ADDRESS)
    with pytest.raises(Failure) as caught:
        Sealer.of(Settings(tmp_path, secret_key=TWO)).unseal(sealed)
    assert caught.value.transient
    assert "DOUANE_SECRET_KEY" in caught.value.message
    for broken in (b"", b"nothing", sealed[:-1], sealed[:20] + b"x" + sealed[21:]):
        with pytest.raises(Failure):
            Sealer.of(Settings(tmp_path, secret_key=ONE)).unseal(broken)


def test_a_key_can_be_changed(tmp_path: Path) -> None:
    sealed = Sealer.of(Settings(tmp_path, secret_key=ONE)).seal(ADDRESS)
    both = Sealer.of(Settings(tmp_path, secret_key=f" {TWO}, {ONE},"))
    assert both.unseal(sealed) == ADDRESS
    again = both.seal(ADDRESS)
    assert Sealer.of(Settings(tmp_path, secret_key=TWO)).unseal(again) == ADDRESS
    assert not (tmp_path / KEY_FILE).exists()


def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        Sealer.of(Settings(tmp_path, secret_key=f"{ONE},changeme"))
    assert caught.value.code == "bad-setting"
    assert "changeme" not in caught.value.message


@pytest.mark.parametrize("name", ["serve", "work"])
def test_what_needs_a_key_does_not_start_with_one_that_is_none(
    command: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setenv("DOUANE_SECRET_KEY", "changeme")
    code, out, err = command(name, "--data", str(tmp_path))
    assert (code != 0, out) == (True, "")
    assert "DOUANE_SECRET_KEY" in err
    assert "changeme" not in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("left", [b"", b"\xff\xfe", b"cut"])
def test_a_key_file_without_a_key_is_not_replaced(tmp_path: Path, left: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(left)
    with pytest.raises(Failure, match="holds no key"):
        Sealer.of(Settings(tmp_path))
    assert (tmp_path / KEY_FILE).read_bytes() == left


def test_no_repr_has_the_key() -> None:
    settings = from_environment(environ={"DOUANE_SECRET_KEY": ONE})
    assert settings.secret_key == ONE
    assert ONE not in repr(settings)
    assert ONE not in repr(vars(Sealer.of(settings)))
