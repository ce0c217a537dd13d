"""`douane export`: what is stored, as a file for others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from douane.errors import Refusal

from .companies import OneCompany, OneOrganization, find_company
from .options import Data, Json, connected
from .output import show_json
from .years import find_year

if TYPE_CHECKING:
    from douane.model.fiscal_years import FiscalYear
    from douane.store.organizations import Company

SEPARATORS = {"tab": "\t", "pipe": "|"}

Year = Annotated[
    str,
    typer.Option(
        metavar="YEAR",
        help="The fiscal year, by the year it closes in or by its days: 2025-07-01..2026-06-30.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", dir_okay=False, help="The file to write.", show_default="the name of the law, here"
    ),
]
Separator = Annotated[Literal["tab", "pipe"], typer.Option(help="What stands between the columns.")]
Encoding = Annotated[Literal["utf-8", "iso8859-15"], typer.Option(help="The charset of the file.")]


def fec(
    *,
    company: OneCompany,
    year: Year,
    organization: OneOrganization = None,
    output: Output = None,
    separator: Separator = "tab",
    encoding: Encoding = "utf-8",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write the FEC of a fiscal year, in a form that douane check --strict finds no error in.

    The lines are in the order of their entries' days, journals and numbers. Entries that are not final are
    left out. An entry without a number gets the next one of its journal. A line without a label has the name
    of its account. The file is called as the law wants it, for which the company must have a SIREN.

    Example: douane export fec --company ACME --year 2026
    """
    from douane.formats.fec_write import Form
    from douane.store.exporting import entry_lines_of_year
    from douane.store.fiscal_years import list_years

    from .fec_file import write_file

    with connected(data) as conn:
        owner = find_company(conn, company, organization)
        of = (owner.organization_id, owner.id)
        wanted = find_year(list_years(conn, *of), year)
        target = output or _legal_file(owner, wanted)
        pages = entry_lines_of_year(conn, *of, wanted.id)
        written = write_file(pages, target, Form(SEPARATORS[separator], encoding))
    told: dict[str, Any] = {
        "file": str(target),
        "year": {"starts_on": str(wanted.starts_on), "ends_on": str(wanted.ends_on)},
        "lines": written.lines,
        "bytes": written.size,
        "debit": str(written.debit),
        "credit": str(written.credit),
    }
    if as_json:
        show_json(told)
    else:
        print(f"Wrote {written.lines:,} lines of {wanted.starts_on} to {wanted.ends_on} to {target}.")
        print(f"Debit {written.debit:.2f}, credit {written.credit:.2f}.")


def _legal_file(company: Company, year: FiscalYear) -> Path:
    from douane.formats.fec_name import legal_name

    if company.siren is None:
        message = f"Company {company.code} has no SIREN, which the name of a FEC starts with."
        hint = f"douane company change {company.organization} {company.code} --siren ..., or add --output."
        raise Refusal("unknown-option", message, hint)
    return Path(legal_name(company.siren, year.ends_on))
