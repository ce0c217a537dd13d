"""Writing a FEC: the 18 columns of the law, as the tax administration takes them without a remark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from douane.model.refusing import refusal

from .fec_columns import AMOUNTS, DATES, OFFICIAL

UTF_8 = "utf-8"
LATIN_9 = "iso8859-15"
LINE_END = "\r\n"
DECIMALS_MIN = 2


@dataclass(frozen=True)
class Form:
    """What may differ between files: the separator, `|` or a tab, and the charset, UTF_8 or LATIN_9."""

    separator: str = "|"
    charset: str = UTF_8


def write_fec(lines: Iterable[pl.DataFrame], form: Form | None = None) -> Iterator[bytes]:
    """The file of entry lines, header first, in one piece for each frame.

    The frames have the columns of OFFICIAL: dates as Date, amounts as Decimal, the rest as text; null is
    empty, but for Debit and Credit, where it is zero. Nothing is quoted in a FEC, so in a text the
    separator, line ends and other control characters become blanks, and blanks at its ends are dropped.
    Refuses `outside-charset` when a character does not exist in the charset; nothing is replaced.
    """
    form = form or Form()
    yield (form.separator.join(OFFICIAL) + LINE_END).encode(form.charset)
    for frame in lines:
        if frame.height:
            yield _encoded(_written(frame, form.separator), form.charset)


def _written(frame: pl.DataFrame, separator: str) -> pl.Series:
    """Each row as a line, with its end."""
    cells = [_cell(name, separator).fill_null("") for name in OFFICIAL]
    line = pl.concat_str(pl.concat_str(cells, separator=separator), pl.lit(LINE_END))
    return frame.select(line=line).to_series()


def _cell(name: str, separator: str) -> pl.Expr:
    column = pl.col(name)
    if name in DATES:
        return column.dt.strftime("%Y%m%d")
    if name in AMOUNTS:
        return _amount(column.fill_null(0) if name in {"Debit", "Credit"} else column)
    # Blanks that are none in a charset, or to one who reads it, are made plain ones.
    return column.str.replace_all(
        rf"[\s\p{{Cc}}\u{{2028}}\u{{2029}}\u{{a0}}{separator}]", " "
    ).str.strip_chars()


def _amount(amount: pl.Expr) -> pl.Expr:
    """With a decimal comma and two decimals at least."""
    text = amount.cast(pl.Decimal(38, 6)).cast(pl.String)
    needless = rf"^(.*\.[0-9]{{{DECIMALS_MIN}}}[0-9]*?)0+$"
    return text.str.replace(needless, "${1}").str.replace(".", ",", literal=True)


def _encoded(lines: pl.Series, charset: str) -> bytes:
    text: str = lines.str.join("").item()
    try:
        return text.encode(charset)
    except UnicodeEncodeError as error:
        signs = f"{text[error.start]} (U+{ord(text[error.start]):04X})"
        raise refusal("outside-charset", f"{charset} has no {signs}") from error
