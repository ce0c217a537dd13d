"""What there is to say of a file of entries without a database: its totals, and what is wrong with it.

The lenient verdict is that of the import: what it would reject whichever the company is, so nothing is said
of journals, accounts and fiscal years. The strict one is that of the tax administration for a FEC, and that
of the format for a TRA.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from douane.formats.fec_check import check_fec
from douane.formats.tra_check import tra_check
from douane.model.catalogue import FAULTS, WARNINGS
from douane.pipeline.decode import decode
from douane.pipeline.intake import Intake
from douane.settings import Settings

from .balancing import Balanced, balanced
from .progress import Tell
from .walk import charset_to_read, opened_file

Told = dict[str, Any]

EXAMPLES_MAX = 3
"""How many findings of each code are told as examples."""


def verdict_of(
    file: Path, door: str, intake: Intake, settings: Settings, *, is_strict: bool, tell: Tell
) -> Told:
    """The verdict as JSON values; `door` is fec or tra. Refusals are those of the formats' readers."""
    limits, size = settings.limits, settings.block_bytes
    with tempfile.TemporaryDirectory(prefix="douane-check-") as name:
        data = opened_file(file, Path(name), intake, limits)
        charset = charset_to_read(data, intake, limits)

        def blocks() -> Any:
            return _watched(decode(data, charset, intake.compression, limits, size), data, tell)

        if not is_strict:
            told = _lenient(balanced(blocks, intake, settings, Path(name)))
        elif door == "fec":
            told = _of_fec(check_fec(blocks(), limits, size, charset))
        else:
            told = _of_tra(tra_check(blocks(), limits, size))
    debit, credit = told["debit"], told["credit"]
    amounts = {"debit": _amount(debit), "credit": _amount(credit), "difference": _amount(debit - credit)}
    return {
        "file": file.name,
        "format": door,
        "charset": charset,
        "is_strict": is_strict,
        **told,
        **amounts,
        "is_fine": not told["errors"],
    }


def _lenient(found: Balanced) -> Told:
    findings = _findings(found.faults, found.counts)
    return {
        "lines": found.lines,
        "entries": found.entries,
        "grouping": found.grouping,
        "debit": found.debit,
        "credit": found.credit,
        "errors": sum(count for code, count in found.counts.items() if code in FAULTS),
        "warnings": sum(count for code, count in found.counts.items() if code in WARNINGS),
        "rejected": found.rejected,
        "findings": findings,
    }


def _of_fec(verdict: Any) -> Told:
    return {
        "lines": verdict.lines,
        "debit": verdict.debit,
        "credit": verdict.credit,
        "errors": verdict.errors,
        "warnings": verdict.warnings,
        "has_trailing_separator": verdict.has_trailing_separator,
        "findings": _findings(verdict.findings, verdict.counts),
    }


def _of_tra(verdict: Any) -> Told:
    counts = dict(verdict.findings["code"].value_counts().iter_rows())
    return {
        "lines": verdict.lines,
        "entries": verdict.entries,
        "debit": verdict.debit,
        "credit": verdict.credit,
        "errors": verdict.findings.height,
        "warnings": 0,
        "findings": _findings(verdict.findings, counts),
    }


def _findings(found: pl.DataFrame, counts: Mapping[str, int]) -> list[Told]:
    """For each code how often it was found, and its first findings; the errors first."""
    firsts = found.group_by("code", maintain_order=True).head(EXAMPLES_MAX)
    by_code: dict[str, list[Told]] = {}
    for each in firsts.iter_rows(named=True):
        by_code.setdefault(each["code"], []).append(each)
    told = [_code(code, counts[code], examples) for code, examples in by_code.items()]
    return sorted(told, key=lambda each: each["is_warning"])


def _code(code: str, count: int, examples: Iterable[Told]) -> Told:
    is_warning = code in WARNINGS
    record = (WARNINGS if is_warning else FAULTS)[code]
    return {
        "code": code,
        "title": record.title,
        "is_warning": is_warning,
        "count": count,
        "hint": record.hint,
        "examples": [
            {
                "line": each["line"],
                "field": each["field"],
                "value": each["value"],
                "message": record.template.format_map(
                    {name: each[name] or "" for name in ("value", "field", "detail")}
                ),
            }
            for each in examples
        ],
    }


def _amount(amount: Decimal) -> str:
    """With two decimals at least, and no more than it has."""
    text = f"{amount:.6f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"


def _watched(blocks: Iterable[bytes], file: Path, tell: Tell) -> Iterable[bytes]:
    done, total = 0, file.stat().st_size
    for block in blocks:
        yield block
        done += len(block)
        tell("reading", min(done, total), total)
