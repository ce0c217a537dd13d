"""The page of Cegid Loop's addresses, of what their bodies hold, and of every sentence they tell."""

from __future__ import annotations

from collections.abc import Iterator

from douane.dialects.loop.bodies import LENGTHS
from douane.dialects.loop.calls import ANSWERS, HOME
from douane.dialects.loop.messages import OWN, PUBLISHED
from douane.dialects.loop.status import PARTLY, PREVIEWED, SENTENCES

from .markdown import code, table, titled

ABOUT = f"""\
What the code serves, made from it. What each address takes and answers is told in
[the dialect's page](../dialects/loop.md). Each address is there twice, under `{HOME}` and at the root. The
case of a path's letters does not matter."""

FIELDS_ABOUT = """\
What the bodies of `importPerso`, `importFEC` and `importTRA` hold. Keys may be written in any case; `null`,
`""` and blanks count as not sent; other keys are passed over."""

FIELDS = {
    "codeIbs": "The folder: the code of a company.",
    "URI": "The file, as `getFileUrlDeposit` named it. Either this or `URL`.",
    "URL": "The file, at an address that it can be fetched from. Either this or `URI`.",
    "MODELE": "The model, for `importPerso`: the name of a mapping, in any case.",
    "SIRET": "The establishment of the entries; without it the main one.",
}

MESSAGES_ABOUT = """\
Every sentence that turns a call away, with HTTP 200 and `{"error": {"instanceId", "message"}}`, in the order
in which they are looked for. `{}` stands for what was seen. What `importJson` tells besides is told in
[its page](../dialects/loop-json.md)."""


def page() -> str:
    """The text of the page."""
    return titled("Addresses of Cegid Loop", ABOUT, *_addresses(), *_fields(), *_messages(), *_statuses())


def _addresses() -> Iterator[str]:
    yield "## Addresses"
    rows = ((f"`{method} /{name}`", about) for method, name, about, _ in ANSWERS)
    yield table(("address", "what it does"), rows)


def _fields() -> Iterator[str]:
    yield "## Fields"
    yield FIELDS_ABOUT
    rows = ((code(name), f"{most:,}", FIELDS[name]) for name, most in LENGTHS.items())
    yield table(("key", "characters at most", "meaning"), rows)


def _messages() -> Iterator[str]:
    yield "## Messages"
    yield MESSAGES_ABOUT
    yield "Published, letter for letter:"
    yield table(("message",), ((code(text),) for text in PUBLISHED.values()))
    yield "Ours, where nothing is published:"
    yield table(("message",), ((code(text),) for text in OWN.values()))


def _statuses() -> Iterator[str]:
    yield "## Statuses"
    rows = [(str(status), code(sentence)) for status, sentence in SENTENCES.items()]
    rows += [("3, of a preview", code(PREVIEWED)), ("4, of an import with rejected lines", code(PARTLY))]
    yield table(("status", "message"), rows)
