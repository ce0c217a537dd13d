"""A request for an import: recorded with its job in one transaction, and answered by its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from douane.dialects.call import Asked
from douane.dialects.door import DRY_RUN, Reply
from douane.model.establishments import Establishment
from douane.store.organizations import Company
from douane.store.runs import NewRun, Run, create_run, has_waiting_runs

from .access import NAME
from .messages import refused

ID = "accountingImportRequestId"
ESTABLISHMENT = "establishment"
"""The option of a run that holds the id of the establishment that its entries belong to."""


@dataclass(frozen=True)
class NewRequest:
    """An import as a checked body asks for it. `size` and `digest` are of an upload that is here already."""

    door: str
    company: Company
    establishment: Establishment | None
    upload_name: str
    options: Mapping[str, str] = field(default_factory=dict)
    declarations: Mapping[str, Any] = field(default_factory=dict)
    size: int = 0
    digest: str = ""


def record(asked: Asked, new: NewRequest) -> Run:
    """The run of a request; its job is still to be deferred. Refuses `too-many-imports`, `unknown-option`."""
    caller, company = asked.caller, new.company
    waiting_max = asked.settings.waiting_runs_max
    if has_waiting_runs(asked.conn, caller.organization_id, waiting_max):
        raise refused("too-many-imports", waiting_max)
    query = {name.lower(): value for name, value in asked.query.items()}
    establishment = {ESTABLISHMENT: str(new.establishment.id)} if new.establishment else {}
    run = NewRun(
        organization_id=caller.organization_id,
        company_id=company.id,
        credential_id=caller.credential_id,
        dialect=NAME,
        door=new.door,
        options={**new.options, **establishment},
        declarations={**caller.declarations, **new.declarations},
        is_dry_run=DRY_RUN.read(query.get(DRY_RUN.name)) == "true",
        is_async=True,
        upload_name=new.upload_name,
        upload_bytes=new.size,
        upload_digest=new.digest,
        requested_by=caller.login,
        request_id=uuid4(),
    )
    return create_run(asked.conn, run)


def left_to_a_worker(asked: Asked, run: Run) -> Reply:
    """The answer to a request whose run has all it needs."""
    asked.gateway.defer(asked.conn, run.id)
    return Reply(200, {ID: str(run.request_id)})
