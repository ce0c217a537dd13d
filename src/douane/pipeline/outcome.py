"""Where the rows of a merge end: counted, told as faults, kept for the update or set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from .batch import FAULT_SCHEMA, LINE
from .spill import CopyFile, SetAside
from .tally import Tally


@dataclass
class Outcome:
    """The counts of a run and what waits in its folder until its end."""

    folder: Path
    organization_id: int
    run_id: int
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.faults = CopyFile(self.folder / "faults.csv")
        self.changed = CopyFile(self.folder / "changed.csv")
        self.aside = SetAside(self.folder / "aside.arrows")

    def tell(self, faults: pl.DataFrame, *, is_warning: bool) -> None:
        """Keep faults or warnings (FAULT_SCHEMA)."""
        if is_warning:
            self.tally.warnings += faults.height
        else:
            self.tally.faults += faults.height
        self.faults.append(
            faults.with_columns(
                is_warning=pl.lit(is_warning),
                organization_id=pl.lit(self.organization_id),
                run_id=pl.lit(self.run_id),
            )
        )

    def reject(
        self,
        lines: pl.Series,
        code: str,
        *,
        label: str | None = None,
        values: pl.Series | None = None,
        details: pl.Series | None = None,
    ) -> None:
        """Reject accepted rows after all, with one fault for each line."""
        self.tally.rejected += len(lines)
        nothing = pl.lit(None, pl.String)
        told = pl.select(
            lines.alias(LINE),
            pl.lit(label, pl.String).alias("field"),
            (nothing if values is None else values).alias("value"),
            pl.lit(code).alias("code"),
            (nothing if details is None else details).alias("detail"),
        )
        self.tell(told.cast(FAULT_SCHEMA), is_warning=False)

    def set_aside(self, lines: pl.Series, sent: pl.DataFrame) -> None:
        """Judge these lines again at the end; they do not count as received until then."""
        self.tally.received -= len(lines)
        self.aside.append(sent.filter(pl.col(LINE).is_in(lines.implode())))
