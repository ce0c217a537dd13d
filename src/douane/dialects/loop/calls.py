"""The addresses of the dialect, each at both places where Loop's clients look for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from douane.dialects.call import Asked, Call
from douane.dialects.door import Reply

from .bodies import BODY_BYTES_MAX
from .deposit_call import answer_deposit
from .file_imports import FEC, PERSO, TRA, answer_import
from .import_json.call import answer_import_json
from .import_json.labels import DOOR as JSON
from .status import answer_status

HOME = "/loop-api-publiques"
MOUNTED = (HOME, "")
"""The published base, and that of clients which use a host of its own."""

ANSWERS: tuple[tuple[str, str, str, Callable[[Asked], Reply]], ...] = (
    ("POST", PERSO, "Import entries from a file by a model.", answer_import(PERSO)),
    ("POST", FEC, "Import entries from a FEC.", answer_import(FEC)),
    ("POST", TRA, "Import entries from a TRA.", answer_import(TRA)),
    ("POST", JSON, "Import the entries in the body.", answer_import_json),
    ("GET", "getFileUrlDeposit", "Where a file is put before it is imported.", answer_deposit),
    ("GET", "getImportStatus", "How far an import is.", answer_status),
    ("GET", "getstatus", "The same.", answer_status),
)
"""Method, name, what it does, what answers it."""


def _calls() -> Iterator[Call]:
    for base in MOUNTED:
        for method, name, about, answer in ANSWERS:
            most = None if answer is answer_import_json else BODY_BYTES_MAX
            path = f"{base}/{name}"
            yield Call(method, path, about, answer, needs_company=False, body_bytes_max=most)


CALLS = tuple(_calls())
