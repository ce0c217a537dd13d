"""The OpenAPI document: each door's options, body and example replies, told from the dialects' tables."""

from __future__ import annotations

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
    Reference,
    RequestBody,
    Schema,
    SecurityScheme,
)

from douane.dialects.door import Dialect, Door, Option, Reply

from .reference import ReferencePlugin

SECURITY = "credential"
KEY_ABOUT = (
    "The same key with the same file gives the stored reply instead of another import; with another "
    "file or other options it is an error. At most 255 characters."
)
STATUS_ABOUTS = {
    200: "The import is done, or the file was turned away",
    401: "The login or the password is wrong",
    503: "Trying again may help",
}


def config() -> OpenAPIConfig:
    """The document's frame, served with its page under /schema."""
    basic = SecurityScheme(type="http", scheme="basic", description="As printed by `douane grant`.")
    return OpenAPIConfig(
        title="Douane",
        version=version("douane"),
        description="An import gateway for B2B finance data. Every import ends in a receipt.",
        components=Components(security_schemes={SECURITY: basic}),
        path="/schema",
        render_plugins=[ReferencePlugin(path="/"), JsonRenderPlugin()],
    )


def operation(dialect: Dialect, door: Door) -> type[Operation]:
    """The class with which Litestar describes the door."""

    @dataclass
    class DoorOperation(Operation):
        def __post_init__(self) -> None:
            self.tags = [dialect.title]
            self.summary = door.about + (" Answers at once, imports later." if door.is_async else "")
            self.description = _columns(door)
            self.parameters = [*map(_parameter, door.options), _header("Idempotency-Key", KEY_ABOUT)]
            self.request_body = _body(door)
            self.responses = _responses(dialect)
            self.security = [{SECURITY: []}]

    return DoorOperation


def _columns(door: Door) -> str:
    others = [label for label in door.labels if label not in door.required]
    return f"Required columns: {', '.join(door.required)}. Other columns: {', '.join(others)}."


def _parameter(option: Option) -> Parameter:
    values: list[Any] | None = list(option.spellings) or None
    schema = Schema(type=OpenAPIType.STRING, enum=values, default=option.default)
    return Parameter(
        option.name, "query", schema=schema, description=option.about, example=option.example or None
    )


def _header(name: str, about: str) -> Parameter:
    return Parameter(name, "header", schema=Schema(type=OpenAPIType.STRING), description=about)


def _body(door: Door) -> RequestBody:
    media = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING), example=door.sample)
    about = "The file as it is, whatever the Content-Type; Content-Encoding: gzip is welcome."
    return RequestBody({"text/csv": media}, description=about, required=True)


def _responses(dialect: Dialect) -> dict[str, OpenAPIResponse | Reference]:
    """The example replies by their HTTP status."""
    by_status = sorted(dialect.examples.items(), key=lambda item: item[1].status)
    grouped = groupby(by_status, key=lambda item: item[1].status)
    return {str(status): _response(status, dict(examples)) for status, examples in grouped}


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
