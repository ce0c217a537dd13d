"""The calls importPerso, importFEC and importTRA: what names a file is checked, the file is fetched later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from douane.dialects.call import Asked
from douane.dialects.door import Reply
from douane.dialects.native.mapped import MAPPING
from douane.errors import Refusal
from douane.model.mapping_document import MappingDocument
from douane.store.deposits import Deposit, find_deposit
from douane.store.mappings import find_mapping
from douane.store.organizations import Company
from douane.store.sealing import Sealer
from douane.store.sources import NewSource, create_source

from .bodies import Fields, fields_of
from .folders import establishment_of, folder_of
from .messages import refused
from .requests import NewRequest, left_to_a_worker, record

PERSO, FEC, TRA = "importPerso", "importFEC", "importTRA"
KEPT = {"uri": "URI", "siret": "SIRET", "modele": "MODELE"}
"""What a run tells of its body; a URL may open what it names, and is kept sealed with the source."""


def answer_import(door: str) -> Callable[[Asked], Reply]:
    """What answers one of the three calls: the id of the request that was recorded.

    The checks come in the order of the published messages, then those of ours.
    """

    def answer(asked: Asked) -> Reply:
        fields = fields_of(asked.body)
        company = _folder(asked, fields)
        establishment = establishment_of(asked, company, fields.get("siret", ""))
        model = _model(asked, fields) if door == PERSO else None
        deposit = _deposit(asked, company, fields)
        new = NewRequest(
            door=door,
            company=company,
            establishment=establishment,
            upload_name=deposit.name if deposit else door,
            options={KEPT[name]: text for name, text in fields.items() if name in KEPT},
            declarations={MAPPING: model.as_json()} if model else {},
        )
        run = record(asked, new)
        create_source(asked.conn, run.organization_id, run.id, _source(asked, fields, deposit))
        return left_to_a_worker(asked, run)

    return answer


def _folder(asked: Asked, fields: Fields) -> Company:
    if "codeibs" not in fields:
        raise refused("no-folder")
    if "uri" not in fields and "url" not in fields:
        raise refused("no-file")
    if "uri" in fields and "url" in fields:
        raise refused("two-files")
    return folder_of(asked, fields["codeibs"])


def _model(asked: Asked, fields: Fields) -> MappingDocument:
    """The model that is named. Refuses `no-model`, `unknown-model` and `bad-model`."""
    name = fields.get("modele")
    if name is None:
        raise refused("no-model")
    try:
        found = find_mapping(asked.conn, asked.caller.organization_id, name)
    except Refusal:
        raise refused("bad-model", name) from None
    if found is None:
        raise refused("unknown-model", name)
    if not found.model.has_entries:
        raise refused("bad-model", name)
    return found


def _deposit(asked: Asked, company: Company, fields: Fields) -> Deposit | None:
    """The deposit that the URI names, filled or not. Refuses `unknown-uri`."""
    if "uri" not in fields:
        return None
    found = find_deposit(asked.conn, company.organization_id, fields["uri"], company.id)
    if found is None:
        raise refused("unknown-uri", fields["uri"])
    return found


def _source(asked: Asked, fields: Fields, deposit: Deposit | None) -> NewSource:
    until = datetime.now(UTC) + timedelta(hours=asked.settings.fetch_hours_max)
    if deposit is not None:
        return NewSource("deposit", deposit.uri, until, deposit_id=deposit.id)
    url = fields["url"]
    sealed = Sealer.of(asked.settings).seal(url)
    return NewSource("url", asked.gateway.shown_address(url), until, address=sealed)
