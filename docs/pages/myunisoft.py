"""The page of MyUnisoft's addresses, and of every wire error there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from douane.dialects.myunisoft import MYUNISOFT
from douane.dialects.myunisoft.account_columns import (
    BANK_ACCOUNT,
    COLUMNS,
    COMPLEMENTARY_DETAILS,
    CONTACT,
    DETAILS,
    HEAD,
)
from douane.dialects.myunisoft.account_fields import (
    Reader,
    WireField,
    read_date,
    read_flag,
    read_id,
    read_line,
    read_measure,
    read_number,
    read_text,
)
from douane.dialects.myunisoft.diaries import TYPES
from douane.dialects.myunisoft.errors import ERRORS

from .markdown import code, table, titled

ABOUT = """\
What the code serves, made from it. What each address takes and answers is told in
[the dialect's page](../dialects/myunisoft.md). The case of a path's letters does not matter."""

ACCOUNT_ABOUT = """\
What a request about an account may hold, and the column of
[`ledger_accounts`](tables.md#ledger_accounts), or the name in its `details`, where it is kept. Other keys are
accepted and passed over. `null` and `""` count as not sent, everywhere."""

ERRORS_ABOUT = """\
Every error there is, by its HTTP status. `%1` and `%2` stand for what was seen. The French sentences are the
published ones, those of `ERR-*` are ours, since none is published. Many are never told yet;
[those that are](../dialects/myunisoft.md#errors) stand in the dialect's page."""


KINDS: dict[Reader, str] = {
    read_text: "text",
    read_number: "text",
    read_id: "whole number, also as text",
    read_flag: "true or false",
    read_measure: "number",
    read_date: "date, YYYY-MM-DD",
    read_line: "text of one line",
}


def page() -> str:
    """The text of the page."""
    return titled("Addresses of MyUnisoft", ABOUT, *_addresses(), *_account(), *_diaries(), *_errors())


def _addresses() -> Iterator[str]:
    rows = [(f"`GET {each.path}`", f"{each.about} No credential.") for each in MYUNISOFT.notices]
    rows += [(f"`{each.method} {each.path}`", each.about) for each in MYUNISOFT.calls]
    rows += [(f"`POST {each.path}`", f"{each.about} A file.") for each in MYUNISOFT.doors]
    yield "## Addresses"
    yield table(("address", "what it does"), sorted(rows, key=_path))


def _path(row: tuple[str, str]) -> str:
    return row[0].strip("`").split()[1]


def _account() -> Iterator[str]:
    yield "## Fields of an account"
    yield ACCOUNT_ABOUT
    own = [*HEAD.values(), *COLUMNS.values(), *DETAILS.values()]
    yield _fields(own)
    yield "In `complementary_info`:"
    yield _fields(COMPLEMENTARY_DETAILS.values())
    yield "In each of `iban_list`:"
    yield _fields(BANK_ACCOUNT.values())
    yield "In each of `contact_list`:"
    yield _fields(CONTACT.values())


def _fields(fields: Iterable[WireField]) -> str:
    rows = ((code(each.name), code(each.field), _kind(each)) for each in fields)
    return table(("field", "kept as", "a"), rows)


def _kind(field: WireField) -> str:
    return KINDS.get(field.read, "list")


def _diaries() -> Iterator[str]:
    yield "## Types of journal"
    rows = ((str(each.id), code(each.code), each.name, code(name)) for name, each in TYPES.items())
    yield table(("`diary_type_id`", "code", "name", "our type"), rows)


def _errors() -> Iterator[str]:
    yield "## Errors"
    yield ERRORS_ABOUT
    rows = ((code(name), said, str(status)) for name, (said, status) in ERRORS.items())
    yield table(("code", "message", "HTTP"), rows)
