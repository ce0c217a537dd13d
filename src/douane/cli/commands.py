"""The table of commands: the words that call one, and the function behind them, in the order of the help."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    check,
    company,
    credentials,
    doctor,
    establishment,
    explain,
    export,
    grant,
    importing,
    journal,
    organization,
    reference,
    revoke,
    run,
    runs,
    serve,
    work,
    year,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "serve": serve.serve,
    "work": work.work,
    "import": importing.import_file,
    "explain": explain.explain,
    "check": check.check,
    "export fec": export.fec,
    "runs": runs.runs,
    "run": run.run,
    "grant": grant.grant,
    "revoke": revoke.revoke,
    "credentials": credentials.credentials,
    "organization add": organization.add,
    "organization list": organization.list_all,
    "company add": company.add,
    "company list": company.list_all,
    "company change": company.change,
    "establishment add": establishment.add,
    "establishment list": establishment.list_all,
    "establishment remove": establishment.remove,
    "year add": year.add,
    "year list": year.list_all,
    "year close": year.close,
    "year open": year.reopen,
    "year remove": year.remove,
    "journal add": journal.add,
    "journal list": journal.list_all,
    "journal change": journal.change,
    "journal remove": journal.remove,
    "reference list": reference.list_all,
    "reference set": reference.put,
    "reference remove": reference.remove,
    "doctor": doctor.doctor,
}

GROUPS = {
    "export": "What is stored, as a file for others.",
    "organization": "The firms and groups that send: add one, list them.",
    "company": "The legal entities of an organization: add one, list them, change one.",
    "establishment": "The places where a company works: add one, list them, remove one.",
    "year": "The fiscal years of a company: add one, list them, close, open or remove one.",
    "journal": "The journals of a company: add one, list them, change or remove one.",
    "reference": "The lists that accounts refer to: show one, set or remove a row.",
}
