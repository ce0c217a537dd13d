"""The call importJson: the body is looked at as published and kept, its entries are imported later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.model.establishments import Establishment
from douane.model.identifiers import compact_number
from douane.store import uploads
from douane.store.establishments import list_establishments
from douane.store.organizations import Company

from ..bodies import Fields, fields_of
from ..folders import establishment_of, folder_of
from ..messages import refused
from ..requests import NewRequest, left_to_a_worker, record
from .body import Sent, read_body
from .checks import Glance, glanced
from .context import period_of
from .documents import FILES_MAX, Document, find_documents
from .labels import DOOR
from .messages import told
from .objects import ENTRIES_MAX, count_objects
from .options import Options, read_options

LINES_MIN = 2
SIREN_DIGITS = 9


@dataclass(frozen=True)
class _Checked:
    """What a body says besides its entries, found to be in order."""

    company: Company
    establishment: Establishment | None
    options: Any
    period: tuple[date, date] | None
    documents: Mapping[str, Document]

    @property
    def as_json(self) -> dict[str, Any]:
        """The part of it that `intake` asks for."""
        return {
            "options": self.options,
            "period": None if self.period is None else [each.isoformat() for each in self.period],
            "documents": {uri: asdict(each) for uri, each in self.documents.items()},
        }


def answer_import_json(asked: Asked) -> Reply:
    """The id of the request that was recorded.

    Refuses in the published order: the folder, the options and the context, the entries, what a glance at
    their lines shows, their establishments, their documents.
    """
    checked = _checked(asked)
    new = NewRequest(
        door=DOOR,
        company=checked.company,
        establishment=checked.establishment,
        upload_name=f"{DOOR}.json",
        declarations={DOOR: checked.as_json},
        size=len(asked.body),
        digest=sha256(asked.body).hexdigest(),
    )
    run = record(asked, new)
    uploads.keep_bytes(asked.conn, run.id, asked.body)
    return left_to_a_worker(asked, run)


def _checked(asked: Asked) -> _Checked:
    sent = _sent(asked.body)
    fields = _fields(sent)
    if "codeibs" not in fields:
        raise refused("no-folder")
    company = folder_of(asked, fields["codeibs"])
    if not sent.data:
        raise told("no-data")
    options = _options(sent)
    if "contexte" not in sent.data and not options.has_several_periods:
        raise told("no-context")
    entries = _entries(sent)
    period = period_of(sent, options)
    seen = glanced(entries, options.date_format, FILES_MAX, asked.settings.limits)
    seen.check()
    siret = fields.get("siret", "")
    establishment = establishment_of(asked, company, siret)
    _check_sirets(asked, company, siret, seen)
    documents = find_documents(asked, company, seen.uris)
    return _Checked(company, establishment, sent.small("options"), period, documents)


def _sent(body: bytes) -> Sent:
    """The parts of the body. Refuses no-payload, not-json."""
    if not body.strip():
        raise told("no-payload")
    try:
        return read_body(body)
    except RecursionError:
        raise told("not-json", "il est trop imbriqué") from None
    except ValueError as error:
        raise told("not-json", error) from None


def _fields(sent: Sent) -> Fields:
    """The texts beside `data`, under the rules of the other imports."""
    parts = (
        b'"%s":%s' % (name.encode(), bytes(sent.top[name.lower()]))
        for name in ("codeIbs", "SIRET")
        if name.lower() in sent.top
    )
    return fields_of(b"{" + b",".join(parts) + b"}")


def _options(sent: Sent) -> Options:
    """Refuses bad-options, telling of all of them."""
    try:
        return read_options(sent.small("options"))
    except ValueError as error:
        raise told("bad-options", error) from None


def _entries(sent: Sent) -> memoryview:
    """The list of entries as text. Refuses no-entries, no-array, too-few-lines, too-many-lines."""
    entries = sent.entries
    is_list_or_object = entries is not None and entries[0] in b"[{"
    count = count_objects(entries) if entries is not None and is_list_or_object else 0
    if entries is None or (is_list_or_object and count == 0):
        raise told("no-entries")
    if entries[0] != ord("["):
        raise told("no-array")
    if count < LINES_MIN:
        raise told("too-few-lines")
    if count > ENTRIES_MAX:
        raise told("too-many-lines", ENTRIES_MAX)
    return entries


def _check_sirets(asked: Asked, company: Company, siret: str, seen: Glance) -> None:
    """Refuse several-sirens, and unknown-siret for a line's establishment that the company does not have."""
    named = [compact_number(siret)] if siret else []
    if len({each[:SIREN_DIGITS] for each in [*named, *seen.sirets]}) > 1:
        raise told("several-sirens")
    if not seen.sirets:
        return
    known = {each.siret for each in list_establishments(asked.conn, company.organization_id, company.id)}
    for each in seen.sirets:
        if each not in known:
            raise refused("unknown-siret", each, company.code)
