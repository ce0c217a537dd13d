"""The folder that a body names, a company of the caller's organization, and the establishment in it."""

from __future__ import annotations

from douane.dialects.call import Asked
from douane.model.establishments import Establishment
from douane.model.identifiers import compact_number, is_siret
from douane.store.establishments import list_establishments
from douane.store.organizations import Company, find_company

from .messages import refused


def folder_of(asked: Asked, code: str) -> Company:
    """The company with this code that the caller may see. Refuses `unknown-folder`."""
    caller = asked.caller
    company = find_company(asked.conn, caller.organization_id, code)
    if company is None or not (caller.opens_all or company.id == caller.company_id):
        raise refused("unknown-folder", code)
    return company


def establishment_of(asked: Asked, company: Company, siret: str) -> Establishment | None:
    """The establishment of this SIRET; without one the main one, None when the company has none.

    Refuses `bad-siret` and `unknown-siret`.
    """
    number = compact_number(siret)
    if siret and not is_siret(number):
        raise refused("bad-siret")
    found = list_establishments(asked.conn, company.organization_id, company.id)
    if not siret:
        return found[0] if found and found[0].is_main else None
    for each in found:
        if each.siret == number:
            return each
    raise refused("unknown-siret", siret, company.code)
