"""Sealing: what opens something elsewhere, such as a signed address, is encrypted before it is stored."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from douane.errors import Failure, Refusal
from douane.settings import Settings

KEY_FILE = "secret.key"
KEY_CHARACTERS_MIN = 32


class Sealer:
    """Seals and unseals texts. The first key seals; all of them unseal, so that a key can be changed."""

    def __init__(self, *keys: str) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    @classmethod
    def of(cls, settings: Settings) -> Sealer:
        """The sealer of DOUANE_SECRET_KEY, or of the key file in the data folder, made on first use.

        Refuses as `keys_of` does.
        """
        keys = keys_of(settings)
        return cls(*keys) if keys else cls(_kept_key(settings.data / KEY_FILE))

    def seal(self, text: str) -> bytes:
        """`text`, readable and changeable by nobody without the key."""
        return self._fernet.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """The text that was sealed. Raises a transient Failure when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise Failure(
                "What was stored is sealed with another key than this process has. "
                "Give every process the same DOUANE_SECRET_KEY, the former keys behind it.",
                transient=True,
            ) from None


def keys_of(settings: Settings) -> list[str]:
    """The keys in DOUANE_SECRET_KEY, the one that seals first. Refuses `bad-setting` for a short one."""
    keys = [key.strip() for key in settings.secret_key.split(",") if key.strip()]
    if any(len(key) < KEY_CHARACTERS_MIN for key in keys):
        raise Refusal(
            "bad-setting",
            f"DOUANE_SECRET_KEY holds a key of fewer than {KEY_CHARACTERS_MIN} characters.",
            "Make one with: openssl rand -base64 32",
        )
    return keys


def _derived(key: str) -> bytes:
    """The 32 bytes that Fernet takes, from a key of any length; keys are random, so one hash is enough."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"douane sealing\0" + key.encode()).digest())


def _kept_key(path: Path) -> str:
    """The key in the file at `path`, which is made when it is not there."""
    with suppress(FileNotFoundError):
        return _read(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)  # readable by its owner only
    made = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(Fernet.generate_key().decode())
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all, and never in the place of another process's key.
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()
    return _read(path)


def _read(path: Path) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        key = ""
    if len(key) < KEY_CHARACTERS_MIN:
        raise Failure(f"{path} holds no key. Put the former one back, or remove it to have another made.")
    return key
