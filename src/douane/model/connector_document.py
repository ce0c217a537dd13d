"""Connectors as people write them, in TOML or JSON: read, with their secrets apart, and written without."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from douane.errors import Refusal

from .catalogue import REFUSALS
from .connector import NONE, OFFSET, Authentication, Call, Connector, Pages, PullLimits, Until
from .connector_form import (
    AUTHENTICATION_KEYS,
    CALL_KEYS,
    CALLS_MAX,
    CONNECTOR_KEYS,
    LIMIT_KEYS,
    PAGES_KEYS,
    PLAIN_KEYS,
    UNTIL_KEYS,
)
from .connector_rules import problems_of
from .mapping_form import read_keys, shown, written

DOCUMENT_BYTES_MAX = 256 * 1024
"""How long a connector may be as it is sent."""

PROBLEMS_TOLD = 50
RECEIVING = {"name", "mapping"}
"""The keys of a connector without a source: records are only sent to it."""


@dataclass(frozen=True)
class Described:
    """A connector as it was described, and the secrets that came with it, by name."""

    connector: Connector
    secrets: Mapping[str, str] = field(repr=False)


def read_connector(sent: Any, known: Collection[str] = ()) -> Described:
    """The connector in an object of JSON or TOML values, whose table `secrets` holds the secrets alone.

    `known` are the names of secrets that are kept already and need not be sent again. Refuses
    `bad-connector`, telling all that is wrong with it at once, and nothing of a secret.
    """
    problems: list[str] = []
    top = read_keys(sent, CONNECTOR_KEYS, "", problems)
    if isinstance(sent, dict):
        needed = ("name",) if sent.keys() <= RECEIVING else ("name", "base_url")
        problems += [f"{name} is missing" for name in needed if name not in sent]
    secrets = top.pop("secrets", {})
    connector = _connector(top, problems)
    problems += problems_of(connector, secrets, known)
    if problems:
        raise _refusal(problems)
    return Described(connector, secrets)


def as_json(connector: Connector) -> dict[str, Any]:
    """The connector in JSON values without any secret, which `read_connector` reads back to an equal one."""
    pages = connector.pages
    parts = {
        "headers": dict(connector.headers),
        "before": [_call_as_json(each) for each in connector.before],
        "authentication": written(connector.authentication, AUTHENTICATION_KEYS, Authentication()),
        "pages": written(pages, PAGES_KEYS, replace(_usual_pages(pages.kind), kind=NONE)),
        "limits": written(connector.limits, LIMIT_KEYS, PullLimits()),
    }
    told = written(connector, PLAIN_KEYS, Connector("", "")) | _call_as_json(connector.call)
    return told | {name: part for name, part in parts.items() if part}


def _connector(top: dict[str, Any], problems: list[str]) -> Connector:
    """The connector, as far as it can be read."""
    authentication = read_keys(
        top.pop("authentication", {}), AUTHENTICATION_KEYS, "authentication: ", problems
    )
    pages = read_keys(top.pop("pages", {}), PAGES_KEYS, "pages: ", problems)
    limits = read_keys(top.pop("limits", {}), LIMIT_KEYS, "limits: ", problems)
    before = _calls(top.pop("before", []), problems)
    own = {key.attribute for key in CALL_KEYS.values()} - {"headers"}
    call = _call({name: top.pop(name) for name in own & top.keys()}, "", problems)
    return Connector(
        **{"name": "", "base_url": "", **top},
        call=call,
        before=before,
        authentication=Authentication(**authentication),
        pages=Pages(**(vars(_usual_pages(pages.get("kind", ""))) | pages)),
        limits=PullLimits(**limits),
    )


def _usual_pages(kind: str) -> Pages:
    """How pages are turned unless it is said otherwise: they count from 1, records from 0."""
    return Pages(kind=OFFSET, first=0) if kind == OFFSET else Pages()


def _calls(sent: Any, problems: list[str]) -> tuple[Call, ...]:
    if not isinstance(sent, list) or len(sent) > CALLS_MAX:
        problems.append(f"before is {shown(sent)}; expected a list of at most {CALLS_MAX} calls")
        return ()
    places = [(f"before, call {number}: ", each) for number, each in enumerate(sent, 1)]
    return tuple(
        _call(read_keys(each, CALL_KEYS, where, problems), where, problems) for where, each in places
    )


def _call(kept: dict[str, Any], where: str, problems: list[str]) -> Call:
    if "until" in kept:
        kept["until"] = Until(**read_keys(kept["until"], UNTIL_KEYS, f"{where}until: ", problems))
    return Call(**kept)


def _call_as_json(call: Call) -> dict[str, Any]:
    until = {} if call.until is None else {"until": written(call.until, UNTIL_KEYS, Until())}
    plain = {name: key for name, key in CALL_KEYS.items() if name != "until"}
    return written(call, plain, Call()) | until


def _refusal(problems: list[str]) -> Refusal:
    told = "; ".join(problems[:PROBLEMS_TOLD])
    more = f"; and {len(problems) - PROBLEMS_TOLD:,} more" if len(problems) > PROBLEMS_TOLD else ""
    entry = REFUSALS["bad-connector"]
    return Refusal("bad-connector", entry.template.format(detail=f"{told}{more}"), entry.hint)
