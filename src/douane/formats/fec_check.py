"""The tax administration's verdict on a FEC: every line that its checker would find fault with, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from douane.model.catalogue import WARNINGS
from douane.settings import Limits

from .csv import CHUNK_BYTES
from .fec import Cells, open_fec
from .fec_columns import is_checked_name, label_of, missing_columns
from .fec_header import LAWFUL_SEPARATORS, Header
from .fec_rules import Rule, rules_for
from .fec_sides import CREDIT, DEBIT, total, with_sides
from .unreadable import VALUE_CHARACTERS_MAX

FINDING_SCHEMA = pl.Schema(
    {
        "line": pl.UInt32,
        "field": pl.String,  # the official name of the column; null when the whole line is meant
        "value": pl.String,  # what was seen, cut to 200 characters
        "code": pl.String,  # a code of FAULTS, or of WARNINGS
        "detail": pl.String,
        "is_warning": pl.Boolean,
    }
)


@dataclass(frozen=True)
class Verdict:
    """What there is to say of a file.

    `findings` (FINDING_SCHEMA) are the first of them by line, as many as the limits allow; `counts` says how
    many of each code there are in all. `lines` are those below the header that are not blank. `debit` and
    `credit` are the totals of the amounts that can be read.
    """

    findings: pl.DataFrame
    counts: Mapping[str, int]
    lines: int
    debit: Decimal
    credit: Decimal
    separator: str
    has_trailing_separator: bool

    @property
    def errors(self) -> int:
        """How many findings are errors; the file is fine when none is."""
        return sum(count for code, count in self.counts.items() if code not in WARNINGS)

    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return sum(count for code, count in self.counts.items() if code in WARNINGS)

    @property
    def difference(self) -> Decimal:
        """Debit less credit; told for information."""
        return self.debit - self.credit


@dataclass
class _Tally:
    """What has been found so far."""

    findings_max: int
    kept: list[pl.DataFrame] = field(default_factory=list)
    kept_count: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    def note(self, findings: pl.DataFrame) -> None:
        """Count the findings, and keep them while there are few."""
        self.counts.update(dict(findings["code"].value_counts().iter_rows()))
        kept = findings.head(self.findings_max - self.kept_count)
        self.kept.append(kept)
        self.kept_count += kept.height


def check_fec(
    blocks: Iterator[bytes], limits: Limits, chunk_bytes: int = CHUNK_BYTES, charset: str = "UTF-8"
) -> Verdict:
    """The verdict on the file in `blocks`, which are UTF-8 and may end anywhere, as its values were sent.

    Refusals are those of `read_fec`.
    """
    opened = open_fec(blocks, limits, chunk_bytes, charset)
    tally = _Tally(limits.exception_lines_max)
    tally.note(_header_findings(opened.header))
    rules = rules_for(opened.header.labels)
    for cells in opened.pieces:
        _judge(cells, rules, tally)
    header = opened.header
    return Verdict(
        pl.concat(tally.kept),
        tally.counts,
        tally.lines,
        tally.debit,
        tally.credit,
        header.separator,
        header.tail > 0 or header.text.rstrip(" ").endswith(header.separator),
    )


def _judge(cells: Cells, rules: list[Rule], tally: _Tally) -> None:
    """Add what is to say of some lines."""
    rows = with_sides(cells.rows.with_columns(pl.Series("\0line", cells.lines)))
    faults = cells.faults.with_columns(field=pl.lit(None, pl.String))
    blanks = pl.DataFrame({"line": cells.blanks}).with_columns(code=pl.lit("blank-line"))
    tally.note(_findings([*_broken(rows, rules), faults, blanks]))
    tally.lines += cells.rows.height + cells.faults.height
    tally.debit += total(rows[DEBIT])
    tally.credit += total(rows[CREDIT])


def _broken(rows: pl.DataFrame, rules: list[Rule]) -> Iterator[pl.DataFrame]:
    """What each rule finds in the rows."""
    codes = rows.select(rule.code.alias(str(number)) for number, rule in enumerate(rules))
    for rule, found in zip(rules, codes, strict=True):
        if found.null_count() < len(found):
            broken = rows.filter(found.is_not_null())
            yield broken.select(
                line="\0line",
                field=pl.lit(rule.field),
                value=rule.field,
                code=found.drop_nulls(),
                detail=pl.lit(rule.detail, pl.String),
            )


def _findings(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The parts as one table of findings, by line."""
    schema = pl.DataFrame(schema=FINDING_SCHEMA).with_columns(pl.col("line").cast(pl.Int64))
    joined = pl.concat([schema, *parts], how="diagonal").sort("line", maintain_order=True)
    return joined.select(
        pl.col("line").cast(pl.UInt32),
        "field",
        pl.col("value").str.head(VALUE_CHARACTERS_MAX),
        "code",
        "detail",
        is_warning=pl.col("code").is_in(list(WARNINGS)),
    )


def _header_findings(header: Header) -> pl.DataFrame:
    """What is wrong with the header, and the blank lines above it."""
    found = [label_of(name) for name in header.names if is_checked_name(name)]
    seen = dict(zip(header.columns, header.names, strict=True))
    missing = missing_columns(tuple(found))
    frame = pl.DataFrame(
        {"field": missing, "value": [seen.get(name) for name in missing]},
        schema={"field": pl.String, "value": pl.String},
    ).with_columns(line=pl.lit(header.line, pl.Int64), code=pl.lit("missing-column"))
    blanks = pl.select(line=pl.int_range(1, header.line)).with_columns(code=pl.lit("blank-line"))
    parts = [frame, blanks]
    if header.separator not in LAWFUL_SEPARATORS:
        separator = {"line": [header.line], "value": [header.separator], "code": ["column-separator"]}
        parts.append(pl.DataFrame(separator))
    return _findings(parts)
