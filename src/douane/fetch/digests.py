"""Digests that a source tells with its file: checked while the bytes come, so that damage is noticed.

RFC 9530 (Content-Digest, Repr-Digest), RFC 3230 (Digest) and RFC 1864 (Content-MD5). As the whole file is
fetched in the coding it comes in, all of them are of the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

ALGORITHMS = {"sha-512": "sha512", "sha-256": "sha256", "md5": "md5"}
_TOLD = re.compile(r"(?:^|,)\s*([A-Za-z0-9-]+)\s*=\s*:?([A-Za-z0-9+/_-]+={0,2}):?\s*(?=[,;]|$)")


class Digests:
    """The digests that the headers of an answer tell; those that cannot be read are passed over."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._told = list(dict.fromkeys(_told(headers)))
        self._running = {name: _started(name) for name, _ in self._told}

    def __bool__(self) -> bool:
        return bool(self._told)

    def update(self, chunk: bytes) -> None:
        """Take the next bytes of the file into account."""
        for each in self._running.values():
            each.update(chunk)

    def mismatch(self) -> str:
        """The name of the digest that the bytes do not have, such as `sha-256`; empty when all agree."""
        for name, digest in self._told:
            if self._running[name].digest() != digest:
                return name
        return ""


def _told(headers: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    md5 = headers.get("content-md5", "")
    told = [("md5", md5)] if md5 else []
    for header in ("content-digest", "repr-digest", "digest"):
        told += _TOLD.findall(headers.get(header, ""))
    for name, text in told:
        digest = _decoded(text)
        if name.lower() in ALGORITHMS and len(digest) == _started(name.lower()).digest_size:
            yield name.lower(), digest


def _started(name: str) -> Any:
    return hashlib.new(ALGORITHMS[name], usedforsecurity=False)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
