"""The documents that entries of importJson name, found among the deposits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from douane.dialects.call import Asked
from douane.pipeline.run import DOCUMENT_BYTES_MAX
from douane.store.deposits import Deposit, find_deposit
from douane.store.organizations import Company

from .messages import told

FILES_MAX = 1000
JOINT = "*"
"""Stands between the names of documents in a list of them."""


@dataclass(frozen=True)
class Document:
    """A deposit that an entry names, and what its content is called in the books."""

    deposit_id: str
    name: str


def find_documents(asked: Asked, company: Company, uris: Mapping[str, int]) -> dict[str, Document]:
    """The company's deposits by the URIs that entries name, each with the line that names it first.

    Two of one name are told apart by their ids. Refuses no-document, large-document, too-many-documents.
    """
    if len(uris) > FILES_MAX:
        raise told("too-many-documents", FILES_MAX)
    found = {uri: _deposit(asked, company, uri, line) for uri, line in uris.items()}
    names = Counter(name for _, name in {(each.id, each.name) for each in found.values()})
    return {uri: Document(str(each.id), _called(each, names)) for uri, each in found.items()}


def _deposit(asked: Asked, company: Company, uri: str, line: int) -> Deposit:
    found = find_deposit(asked.conn, company.organization_id, uri, company.id)
    if found is None or (found.place is None and found.deposited_at is None):
        raise told("no-document", uri, line)
    if (found.bytes or 0) > DOCUMENT_BYTES_MAX:
        raise told("large-document", uri, DOCUMENT_BYTES_MAX, line)
    return found


def _called(deposit: Deposit, names: Counter[str]) -> str:
    name = deposit.name.replace(JOINT, "_")
    return name if names[deposit.name] == 1 else f"{deposit.id} {name}"
