"""The page at /schema: the OpenAPI document as plain HTML, with no script and nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

METHODS = ("get", "post", "put", "patch", "delete")
STYLE = files(__package__).joinpath("reference.css").read_text(encoding="utf-8")
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/schema/reference.css">
</head>
<body>
<header><h1>{title} <small>{version}</small></h1><p>{description}</p>
<p><a href="/schema/openapi.json">openapi.json</a></p></header>
<nav>{contents}</nav>
<main>{operations}</main>
</body>
</html>
"""


class ReferencePlugin(OpenAPIRenderPlugin):
    """Renders the document as one page that prints well and works without scripts."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The page of `openapi_schema`."""
        document = json.loads(self.render_json(request, openapi_schema))
        return page(document).encode()


def page(document: dict[str, Any]) -> str:
    """The HTML page of an OpenAPI document in plain dicts and lists."""
    told = list(_operations(document))
    info = document["info"]
    return PAGE.format(
        title=escape(info["title"]),
        version=escape(info["version"]),
        description=escape(info.get("description", "")),
        contents="".join(f'<a href="#{_anchor(m, p)}"><b>{m}</b> {escape(p)}</a>' for m, p, _ in told),
        operations="".join(_section(m, p, operation) for m, p, operation in told),
    )


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def _anchor(method: str, path: str) -> str:
    return escape(f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}".lower())


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    body = operation.get("requestBody") or {}
    parts = [
        f'<section id="{_anchor(method, path)}"><h2><b>{method}</b> <code>{escape(path)}</code></h2>',
        f"<p>{escape(operation.get('summary') or '')}</p><p>{escape(operation.get('description') or '')}</p>",
        _parameters(operation.get("parameters") or []),
        _examples("Body", body),
        f"<p>{escape(body.get('description') or '')}</p>",
    ]
    for status, response in (operation.get("responses") or {}).items():
        parts.append(_examples(f"{status} {response.get('description', '')}", response))
    return "".join((*parts, "</section>"))


def _parameters(parameters: list[dict[str, Any]]) -> str:
    if not parameters:
        return ""
    rows = "".join(_parameter(each) for each in parameters)
    head = "<tr><th>Parameter<th>In<th>Values<th>Default<th>Meaning</tr>"
    return f"<table>{head}{rows}</table>"


def _parameter(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    values = ", ".join(map(str, schema.get("enum", ()))) or str(parameter.get("example", ""))
    cells = (parameter["in"], values, str(schema.get("default", "")), parameter.get("description") or "")
    return f"<tr><th>{escape(parameter['name'])}" + "".join(f"<td>{escape(each)}" for each in cells) + "</tr>"


def _examples(title: str, holder: dict[str, Any]) -> str:
    """The examples of a body or a response, each under its own title."""
    told = [f"<h3>{escape(title)}</h3>"] if holder else []
    for media_type, media in holder.get("content", {}).items():
        if "example" in media:
            told.append(_example(media_type, media["example"]))
        for name, example in media.get("examples", {}).items():
            told.append(_example(name, example["value"]))
    return "".join(told)


def _example(caption: str, value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value)).decode()
    return f"<figure><figcaption>{escape(caption)}</figcaption><pre>{escape(text)}</pre></figure>"
