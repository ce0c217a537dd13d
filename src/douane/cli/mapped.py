"""The option `--mapping` of `import` and `explain`: a mapping that is kept, or one in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from douane.errors import Refusal

from .mapping_file import SUFFIXES, read_mapping

if TYPE_CHECKING:
    from douane.dialects.door import Door
    from douane.model.mapping_document import MappingDocument

ByMapping = Annotated[
    str | None,
    typer.Option(
        "--mapping",
        metavar="NAME",
        help="The mapping that says what the columns hold, instead of a dialect: its name, or a .toml or "
        ".json file that need not be kept yet.",
        show_default=False,
    ),
]


def mapped_door(dialect: str | None, table: str | None) -> tuple[str, Door]:
    """The dialect and the door of a file that a mapping describes. Refuses `unknown-option`."""
    if dialect is not None or table is not None:
        seen = "--dialect" if dialect is not None else "--table"
        message = f"{seen} was seen beside --mapping, which says what the columns hold."
        raise Refusal("unknown-option", message, f"Leave {seen} or --mapping out.")
    from douane.dialects.native.mapped import DOOR

    return "native", DOOR


def declared_mapping(mapping: str, kept: Callable[[str], MappingDocument]) -> dict[str, Any]:
    """What a run declares that is asked for with the mapping, which a file holds or `kept` finds.

    Refuses `bad-mapping`, `unknown-option` for a file that is not there, and what `kept` refuses.
    """
    from douane.dialects.native.mapped import MAPPING

    file = Path(mapping)
    if file.suffix.lower() not in SUFFIXES:
        return {MAPPING: kept(mapping).as_json()}
    if not file.is_file():
        message = f"There is no file {mapping[:200]!r}."
        raise Refusal("unknown-option", message, "Name a kept mapping, or a file that is there.")
    return {MAPPING: read_mapping(file).as_json()}
