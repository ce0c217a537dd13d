"""The table of commands: the words that call one, and the function behind them, in the order of the help."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    company,
    credentials,
    doctor,
    explain,
    grant,
    importing,
    organization,
    revoke,
    run,
    runs,
    serve,
    work,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "serve": serve.serve,
    "work": work.work,
    "import": importing.import_file,
    "explain": explain.explain,
    "runs": runs.runs,
    "run": run.run,
    "grant": grant.grant,
    "revoke": revoke.revoke,
    "credentials": credentials.credentials,
    "organization add": organization.add,
    "organization list": organization.list_all,
    "company add": company.add,
    "company list": company.list_all,
    "doctor": doctor.doctor,
}

GROUPS = {
    "organization": "The firms and groups that send: add one, list them.",
    "company": "The legal entities of an organization: add one, list them.",
}
