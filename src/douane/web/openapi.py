"""The OpenAPI document: doors with their options, bodies and example replies, calls with what they do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from typing import Any

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import (
    Components,
    Example,
    OpenAPIHeader,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    PathItem,
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
)

from douane.dialects.dialect import Dialect
from douane.dialects.door import Door, Option, Reply

from .reference import ReferencePlugin

PLACE = re.compile(r"\{(\w+):\w+\}")

KEY_ABOUT = (
    "The same key with the same file gives the stored reply instead of another import; with another "
    "file or other options it is an error. At most 255 characters."
)
STATUS_ABOUTS = {
    200: "The import is done, or the file was turned away",
    400: "What was sent cannot be used",
    401: "The credential is wrong",
    403: "The credential does not open this",
    404: "There is no such thing",
    429: "Too many requests",
    503: "Trying again may help",
}


def config(dialects: Iterable[Dialect]) -> OpenAPIConfig:
    """The document's frame, served with its page under /schema."""
    return OpenAPIConfig(
        title="Douane",
        version=version("douane"),
        description="An import gateway for B2B finance data. Every import ends in a receipt.",
        components=Components(security_schemes=_schemes(dialects)),
        path="/schema",
        render_plugins=[ReferencePlugin(path="/"), JsonRenderPlugin()],
    )


def security(dialects: Iterable[Dialect]) -> list[dict[str, list[str]]]:
    """What opens an address: the credential of any of these dialects."""
    return [{_scheme_name(each, key): [] for key in each.access.schemes} for each in dialects]


def call_paths(dialects: Iterable[Dialect]) -> dict[str, PathItem]:
    """The addresses that are no doors, by their paths; Litestar never sees a request of them."""
    paths: dict[str, PathItem] = {}
    for dialect in dialects:
        for call in dialect.calls:
            operation = _call_operation(dialect, call.about, security([dialect]), _errors(dialect))
            setattr(paths.setdefault(call.path, PathItem()), call.method.lower(), operation)
        for notice in dialect.notices:
            shown = _responses({notice.about: notice.reply})
            paths.setdefault(notice.path, PathItem()).get = _call_operation(dialect, notice.about, [], shown)
    return paths


def taking(example: Any, about: str | None = None, *, is_object: bool = True) -> dict[str, Any]:
    """What Litestar is told of a route whose body is JSON such as this; whoever reads it bounds its size."""

    @dataclass
    class TakingOperation(Operation):
        def __post_init__(self) -> None:
            schema = Schema(type=OpenAPIType.OBJECT) if is_object else Schema()
            media = OpenAPIMediaType(schema=schema, example=example)
            self.request_body = RequestBody({"application/json": media}, description=about, required=True)

    return {"operation_class": TakingOperation, "request_max_body_size": None}


def operation(dialect: Dialect, door: Door) -> type[Operation]:
    """The class with which Litestar describes the door."""

    @dataclass
    class DoorOperation(Operation):
        def __post_init__(self) -> None:
            self.tags = [dialect.title]
            self.summary = door.about + (" Answers at once, imports later." if door.is_async else "")
            self.description = _columns(door)
            options = map(_parameter, door.options)
            self.parameters = [*_places(door), *options, _header("Idempotency-Key", KEY_ABOUT)]
            self.request_body = _body(door)
            self.responses = _responses(dialect.examples)
            self.security = security([dialect])

    return DoorOperation


def _columns(door: Door) -> str:
    others = [label for label in door.labels if label not in door.required]
    noun = "fields" if door.is_json else "columns"
    return f"Required {noun}: {', '.join(door.required)}. Other {noun}: {', '.join(others)}."


def _places(door: Door) -> Iterator[Parameter]:
    """What the path of the door names."""
    for name in PLACE.findall(door.path):
        yield Parameter(name, "path", schema=Schema(type=OpenAPIType.STRING), required=True)


def _parameter(option: Option) -> Parameter:
    values: list[Any] | None = list(option.spellings) or None
    schema = Schema(type=OpenAPIType.STRING, enum=values, default=option.default)
    return Parameter(
        option.name, "query", schema=schema, description=option.about, example=option.example or None
    )


def _header(name: str, about: str) -> Parameter:
    return Parameter(name, "header", schema=Schema(type=OpenAPIType.STRING), description=about)


def _body(door: Door) -> RequestBody:
    about = "The file as it is, whatever the Content-Type; Content-Encoding: gzip is welcome."
    if door.is_json:
        objects = Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT))
        media = OpenAPIMediaType(schema=objects, example=json.loads(door.sample))
        return RequestBody({"application/json": media}, description=about, required=True)
    media = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING), example=door.sample)
    return RequestBody({"text/csv": media}, description=about, required=True)


def _call_operation(
    dialect: Dialect,
    about: str,
    opened_by: list[dict[str, list[str]]],
    responses: dict[str, OpenAPIResponse | Reference],
) -> Operation:
    return Operation(tags=[dialect.title], summary=about, responses=responses, security=opened_by)


def _errors(dialect: Dialect) -> dict[str, OpenAPIResponse | Reference]:
    examples = {title: reply for title, reply in dialect.examples.items() if reply.status >= 400}
    return {"200": OpenAPIResponse(description="Done"), **_responses(examples)}


def _schemes(dialects: Iterable[Dialect]) -> dict[str, SecurityScheme | Reference]:
    return {
        _scheme_name(dialect, key): _scheme(kind)
        for dialect in dialects
        for key, kind in dialect.access.schemes.items()
    }


def _scheme_name(dialect: Dialect, key: str) -> str:
    return f"{dialect.name}-{key}"


def _scheme(kind: str) -> SecurityScheme:
    about = "As printed by `douane grant`."
    if kind in {"basic", "bearer"}:
        return SecurityScheme(type="http", scheme=kind, description=about)
    return SecurityScheme(type="apiKey", name=kind, security_scheme_in="header", description=about)


def _responses(examples: Mapping[str, Reply]) -> dict[str, OpenAPIResponse | Reference]:
    """The example replies by their HTTP status."""
    by_status = sorted(examples.items(), key=lambda item: item[1].status)
    grouped = groupby(by_status, key=lambda item: item[1].status)
    return {str(status): _response(status, dict(replies)) for status, replies in grouped}


def _response(status: int, replies: dict[str, Reply]) -> OpenAPIResponse:
    examples: dict[str, Example | Reference] = {
        title: Example(summary=title, value=reply.body) for title, reply in replies.items()
    }
    media = OpenAPIMediaType(schema=Schema(type=OpenAPIType.OBJECT), examples=examples)
    run = OpenAPIHeader(schema=Schema(type=OpenAPIType.INTEGER), description="The run's id.")
    return OpenAPIResponse(
        description=STATUS_ABOUTS.get(status, "Error"),
        headers={"Douane-Run": run},
        content={"application/json": media},
    )
