"""What a dialect says of one run: how its file is read and what the sender wishes."""

from __future__ import annotations

from dataclasses import dataclass, field

from douane.formats.csv import Layout
from douane.model.mapping import Declarations, Mapping

from .wishes import Wishes


@dataclass(frozen=True)
class Intake:
    """How one run is to be carried out. `compression` is a Content-Encoding."""

    mapping: Mapping
    layout: Layout
    encoding: str = "UTF-8"
    compression: str = ""
    wishes: Wishes = field(default_factory=Wishes)
    declarations: Declarations = field(default_factory=Declarations)
