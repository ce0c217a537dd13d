"""Amounts: exact decimals from digits, blanks, and two signs that mean decimals or thousands.

A cell is read twice, once with each sign as the decimal sign and the other for thousands. When only
one reading works, the cell is plain and proves its sign; when both work and differ (`1,200`), it is
undecided until a convention is known.
"""

from __future__ import annotations

import polars as pl

from .reading import Convention, Proof, Reading, overlay, stripped

AMOUNT = pl.Decimal(20, 6)

# What most columns hold. Three decimals are left out: they may be thousands. Nothing in here can
# overflow or be rounded.
_BLANKS = " \u00a0\u202f"
_BLANK = f"[{_BLANKS}]"
_PLAIN = (
    r"^[+-]?(?:[0-9]{1,14}|[0-9]{0,14}[.,](?:[0-9]{1,2}|[0-9]{4,6})"
    rf"|[1-9][0-9]{{0,2}}(?:{_BLANK}[0-9]{{3}}){{1,3}}(?:[.,][0-9]{{1,2}})?)$"
)
_TOO_LARGE = r"^[+-]?0*[1-9][0-9]{14}"
_TOO_MANY_DECIMALS = r"\.[0-9]{6}[0-9]*[1-9]"


def _shape(decimal: str, thousands: str) -> str:
    # A lone 0 never leads groups of thousands, so `0,500` is a decimal.
    head = "(?:[1-9][0-9]{0,2}|0[0-9]{1,2})"
    whole = f"(?:[0-9]+|{head}(?: [0-9]{{3}})+|{head}(?:{thousands}[0-9]{{3}})+)"
    return f"^[+-]?(?:{whole}(?:{decimal}[0-9]+)?|{decimal}[0-9]+)$"


_COMMA_SHAPE = _shape(",", r"\.")
_POINT_SHAPE = _shape(r"\.", ",")


def read_amounts(cells: pl.Series, convention: Convention | None, *, final: bool = False) -> Reading:
    """Read amounts as Decimal(20,6); the codes are not-an-amount, too-many-decimals, amount-too-large
    and, for cells still undecided when `final`, ambiguous-amount.

    >>> read_amounts(pl.Series(["1 200,5", "1,200.50", "1e3"]), None).values.to_list()
    [Decimal('1200.500000'), Decimal('1200.500000'), None]
    """
    if cells.str.contains(_PLAIN).all():
        return _read_plain(cells)
    amounts = stripped(cells)
    odd = (~amounts.str.contains(_PLAIN)).arg_true()
    if odd.is_empty():
        return _read_plain(amounts)
    plain = _read_plain(amounts.clone().scatter(odd, None))
    return overlay(plain, odd, _read_odd(amounts.gather(odd), convention, final=final))


def _read_plain(cells: pl.Series) -> Reading:
    texts = cells.str.replace(",", ".", literal=True)
    # A plain cell has one sign at most.
    has_comma = cells != texts
    has_point = cells.filter(~has_comma).str.contains(".", literal=True)
    values = texts.cast(AMOUNT, strict=False)
    if values.null_count() > cells.null_count():
        for blank in _BLANKS:
            texts = texts.str.replace_all(blank, "", literal=True)
        values = texts.cast(AMOUNT)
    return Reading(values, proofs=_proofs(has_comma, has_point))


def _proofs(comma: pl.Series, point: pl.Series) -> Proof:
    proofs = Proof.COMMA_DECIMAL if comma.any() else Proof.NONE
    return proofs | Proof.POINT_DECIMAL if point.any() else proofs


def _read_odd(cells: pl.Series, convention: Convention | None, *, final: bool) -> Reading:
    texts = cells.str.replace_all(_BLANK, " ")
    comma, point = texts.str.contains(_COMMA_SHAPE), texts.str.contains(_POINT_SHAPE)
    both = comma & point & texts.str.contains("[.,]")
    digits = _digits(
        texts,
        comma if convention is Convention.COMMA_DECIMAL else comma & ~both,
        point if convention is Convention.POINT_DECIMAL else point & ~both,
    )
    undecided = both & digits.is_null()
    codes = _codes(digits, undecided, final=final)
    return Reading(
        digits.set(codes.is_not_null(), None).cast(AMOUNT),
        codes=codes if codes.is_not_null().any() else None,
        undecided=undecided if undecided.any() and not final else None,
        proofs=_proofs(comma & ~point, point & ~comma),
    )


def _digits(texts: pl.Series, by_comma: pl.Series, by_point: pl.Series) -> pl.Series:
    """The texts with a point as decimal sign and no thousands; null where neither reading is chosen."""
    comma_read = texts.str.replace_all("[ .]", "").str.replace(",", ".", literal=True)
    point_read = texts.str.replace_all("[ ,]", "")
    return pl.select(pl.when(by_comma).then(comma_read).when(by_point).then(point_read)).to_series()


def _codes(digits: pl.Series, undecided: pl.Series, *, final: bool) -> pl.Series:
    return pl.select(
        pl.when(undecided)
        .then(pl.lit("ambiguous-amount") if final else None)
        .when(digits.is_null())
        .then(pl.lit("not-an-amount"))
        .when(digits.str.contains(_TOO_LARGE))
        .then(pl.lit("amount-too-large"))
        .when(digits.str.contains(_TOO_MANY_DECIMALS))
        .then(pl.lit("too-many-decimals"))
    ).to_series()
