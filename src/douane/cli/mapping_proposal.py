"""`douane mapping propose`: a mapping to accounts, made from a sample of JSON, to be reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .mapping_file import as_comment, as_toml
from .options import Json
from .output import show_json

if TYPE_CHECKING:
    from douane.model.proposal import Proposal

SAMPLE_BYTES_MAX = 64 << 20

Sample = Annotated[
    Path,
    typer.Argument(help="What the source answers, in JSON.", exists=True, dir_okay=False, readable=True),
]
Name = Annotated[str, typer.Option(help="What the mapping will be called.")]
Records = Annotated[
    str | None,
    typer.Option(
        help="The path to the list of objects, such as $.data.", show_default="the longest list of objects"
    ),
]


def propose(file: Sample, *, name: Name = "ACCOUNTS", records: Records = None, as_json: Json = False) -> None:
    """Print a mapping that may fit a sample, with an example of each value; nothing is kept.

    Read it, correct it, try it with douane explain, then keep it with douane mapping add.

    Example: douane mapping propose answer.json > shop.toml
    """
    from douane.model.proposal import propose as proposal_of

    proposal = proposal_of(_sample(file), name, _path(records))
    if as_json:
        show_json(proposal.as_json)
    else:
        print("\n".join(_lines(proposal)))


def _lines(proposal: Proposal) -> Iterator[str]:
    """The mapping as TOML, with comments that tell what to look at."""
    noun = "object" if proposal.objects == 1 else "objects"
    yield as_comment(
        f"Proposed from {proposal.objects:,} {noun}; what stands behind each path is an example."
    )
    for field in proposal.missing:
        yield as_comment(f"Nothing was found for {field}, which new accounts need.")
    notes = {
        each.field: f"{each.example or 'always empty'}{' (no more than a guess)' if each.is_guess else ''}"
        for each in proposal.columns
    }
    yield as_toml(proposal.definition, notes).rstrip("\n")
    if proposal.unmapped:
        yield from ("", as_comment("No column takes:"))
        yield from (as_comment(f"  {path}: {example}") for path, example in proposal.unmapped)


def _path(text: str | None) -> Any:
    from douane.errors import Refusal
    from douane.model.json_paths import read_path

    try:
        return None if text is None else read_path(text)
    except ValueError as expected:
        message = f"--records is {text!r:.60}; expected {expected}."
        raise Refusal("unknown-option", message, "Write for example --records $.data.accounts.") from None


def _sample(file: Path) -> Any:
    """The values in a file. Refuses `upload-too-large` and `not-json`."""
    from douane.dialects.native.mapped import LINES_SUFFIXES
    from douane.formats.json_outside import BadJson
    from douane.formats.json_whole import read_sample
    from douane.model.refusing import refusal

    with file.open("rb") as content:
        text = content.read(SAMPLE_BYTES_MAX + 1)
    if len(text) > SAMPLE_BYTES_MAX:
        raise refusal("upload-too-large", f"{SAMPLE_BYTES_MAX:,}")
    try:
        return read_sample(text, has_lines=file.suffix.lower() in LINES_SUFFIXES)
    except BadJson as reason:
        raise refusal("not-json", str(reason)) from None
