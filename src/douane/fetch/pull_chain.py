"""The calls that are made before the records are asked for, and what they keep for the next ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from douane.formats.json_outside import REST_BYTES_MAX, BadJson, decoded
from douane.model.connector import Call
from douane.model.json_paths import read_path, value_at
from douane.model.refusing import refusal

from .pull_bodies import whole_body
from .pull_readiness import as_text, awaited, check_status, check_value
from .pull_requests import Requests
from .pull_source import Source
from .pull_turns import Turn

ANSWERS = range(200, 300)


def prepared(source: Source, folder: Path) -> Requests:
    """The requests of the source once all calls before the last one are made, with what these have kept."""
    requests = Requests(source.connector, source.secrets)
    for call in source.connector.before:
        kept = awaited(source, call, partial(_made, source, requests, call, folder))
        requests = Requests(source.connector, {**requests.values, **kept})
    return requests


def _made(source: Source, requests: Requests, call: Call, folder: Path) -> Mapping[str, str]:
    """What one call keeps of its answer. Raises NotReady and SourceFailure; refuses."""
    with source.answered(requests.request(call, Turn()), requests) as (answer, address):
        check_status(answer.status, answer.headers, address.shown, call.until, ANSWERS)
        if not call.keep and (call.until is None or not call.until.path):
            return {}
        with whole_body(answer, address.shown, REST_BYTES_MAX, folder) as file:
            value = _value(file.read(), address.shown)
    check_value(call.until, value)
    return {name: _kept(value, path, name, address.shown) for name, path in call.keep.items()}


def _value(text: bytes, shown: str) -> Any:
    try:
        return decoded(text)
    except BadJson as error:
        raise refusal("source-not-json", f"{shown} answers what is no JSON: {error}") from None


def _kept(value: Any, path: str, name: str, shown: str) -> str:
    found = as_text(value_at(value, read_path(path)))
    if not found:
        raise refusal("source-refuses", f"{shown} answers nothing at {path}, where {name} was expected")
    return found
