"""The file of entries that is sent: a FEC of one fiscal year, as an accounting system exports it.

The entries go by in cycles of twenty, one after the other through the year. A file of so many lines is the
same in every run and on every machine: its values are made from the number of the cycle. All entries balance,
their lines stand together, and their numbers are gapless in each journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from ledger_words import ENDINGS, FAMILIES, JOURNALS, KINDS, LETTERS, PIECES, SALES_JOURNALS, TRADES

YEAR = 2024
SIREN = "732829320"
NAME = f"{SIREN}FEC{YEAR}1231.txt"
"""The name that the law gives the file."""

CYCLES_AT_ONCE = 3_125
SUPPLIERS = 1_900
CUSTOMERS = 2_800

Lines = tuple[tuple[str, str, int], ...]
"""The lines of an entry: the kind of account, the side, and its share of the side, in sixtieths."""

SALE: Lines = (("customers", "D", 60), ("sales", "C", 50), ("output_vat", "C", 10))
SALE_OF_TWO: Lines = (("customers", "D", 60), ("sales", "C", 30), ("sales", "C", 20), ("output_vat", "C", 10))
SALE_OF_FOUR: Lines = (
    ("customers", "D", 60),
    *(("sales", "C", share) for share in (20, 15, 10, 5)),
    ("output_vat", "C", 10),
)
PURCHASE: Lines = (("purchases", "D", 50), ("input_vat", "D", 10), ("suppliers", "C", 60))
PURCHASE_OF_THREE: Lines = (
    *(("purchases", "D", share) for share in (20, 20, 10)),
    ("input_vat", "D", 10),
    ("suppliers", "C", 60),
)
RECEIPT: Lines = (("bank", "D", 60), ("customers", "C", 60))
PAYMENT: Lines = (("suppliers", "D", 60), ("bank", "C", 60))
PAYMENT_WITH_FEE: Lines = (("suppliers", "D", 55), ("bank_fees", "D", 5), ("second_bank", "C", 60))
TAKINGS: Lines = (("cash", "D", 60), ("sales", "C", 50), ("output_vat", "C", 10))
EXPENSES: Lines = (
    ("travel", "D", 40),
    ("travel", "D", 12),
    ("input_vat", "D", 8),
    ("staff", "C", 60),
)
PAYROLL: Lines = (
    *(("wages", "D", share) for share in (40, 5)),
    *(("social_charges", "D", share) for share in (10, 5)),
    ("staff", "C", 30),
    *(("social_bodies", "C", share) for share in (8, 6, 6, 4, 3, 2, 1)),
)
ACCRUAL: Lines = (
    *(("purchases", "D", share) for share in (20, 15, 10, 10, 5)),
    *(("accruals", "C", share) for share in (20, 20, 10, 10)),
)
SALES = (SALE, SALE_OF_TWO, SALE_OF_FOUR, RECEIPT)
"""The entries whose other party is a customer; that of the others is a supplier."""

CYCLE: tuple[tuple[str, Lines], ...] = (
    ("BQ", RECEIPT),
    ("VE", SALE),
    ("AC", PURCHASE),
    ("VE", SALE_OF_TWO),
    ("BQ", PAYMENT),
    ("VE", SALE),
    ("AC", PURCHASE),
    ("NF", EXPENSES),
    ("CA", TAKINGS),
    ("VE", SALE_OF_FOUR),
    ("AC", PURCHASE),
    ("VE", SALE),
    ("BQ", RECEIPT),
    ("B2", PAYMENT_WITH_FEE),
    ("VE", SALE),
    ("AC", PURCHASE_OF_THREE),
    ("PA", PAYROLL),
    ("AC", PURCHASE),
    ("VE", SALE_OF_TWO),
    ("OD", ACCRUAL),
)
ENTRIES_OF_CYCLE = len(CYCLE)
LINES_OF_CYCLE = sum(len(lines) for _, lines in CYCLE)

# What each of the lines of a cycle is, by its place in it.
JOURNAL = np.array([list(JOURNALS).index(code) for code, _ in CYCLE])
RANK = np.array([sum(code == each for each, _ in CYCLE[:place]) for place, (code, _) in enumerate(CYCLE)])
PER_CYCLE = np.array([sum(code == each for each, _ in CYCLE) for code, _ in CYCLE])
ENTRY = np.repeat(np.arange(ENTRIES_OF_CYCLE), [len(lines) for _, lines in CYCLE])
FIRST_LINE = np.flatnonzero(np.diff(ENTRY, prepend=-1))
KIND = np.array([list(KINDS).index(kind) for _, lines in CYCLE for kind, _, _ in lines])
IS_DEBIT = np.array([side == "D" for _, lines in CYCLE for _, side, _ in lines])
SHARE = np.array([share for _, lines in CYCLE for _, _, share in lines])
CLOSES_SIDE = np.array(
    [
        side not in [each for _, each, _ in lines[place + 1 :]]
        for _, lines in CYCLE
        for place, (_, side, _) in enumerate(lines)
    ]
)

OF_CUSTOMER = np.array([lines in SALES for _, lines in CYCLE for _ in lines])

PARTIES = [list(KINDS).index(kind) for kind in ("customers", "suppliers")]
COUNTS = np.array([each.count for each in KINDS.values()])
OFFSETS = np.concatenate([[0], np.cumsum(COUNTS)[:-1]])
NUMBERS = pl.Series([number for each in KINDS.values() for number in each.numbers()])
NAMES = pl.Series([name for each in KINDS.values() for name in each.names()])
ACCOUNTS = len(NUMBERS) + SUPPLIERS + CUSTOMERS


def write_ledger(folder: Path, lines: int, *, name: str = NAME, separator: str = "\t") -> Path:
    """Write the FEC of so many lines, a multiple of a cycle's 80; gives its path."""
    if lines % LINES_OF_CYCLE:
        raise ValueError(f"{lines} lines were asked for; expected a multiple of {LINES_OF_CYCLE}.")
    path = folder / name
    with path.open("wb") as file:
        for place, rows in enumerate(ledger(lines // LINES_OF_CYCLE)):
            rows.write_csv(file, separator=separator, quote_style="never", include_header=place == 0)
    return path


def entries_of(lines: int) -> int:
    """How many entries a file of so many lines has."""
    return lines // LINES_OF_CYCLE * ENTRIES_OF_CYCLE


def ledger(cycles: int) -> Iterator[pl.DataFrame]:
    """The rows as they are written, all texts, in pieces."""
    for start in range(0, cycles, CYCLES_AT_ONCE):
        yield _rows(np.arange(start, min(start + CYCLES_AT_ONCE, cycles), dtype=np.int64), cycles)


def _rows(cycle: np.ndarray, cycles: int) -> pl.DataFrame:
    entry = cycle[:, None] * ENTRIES_OF_CYCLE + np.arange(ENTRIES_OF_CYCLE)
    line = cycle[:, None] * LINES_OF_CYCLE + np.arange(LINES_OF_CYCLE)
    day = np.datetime64(f"{YEAR}-01-01") + entry * 366 // (cycles * ENTRIES_OF_CYCLE)
    debit, credit = _amounts(entry)
    index = (OFFSETS[KIND] + _spread(line) % COUNTS[KIND]).reshape(-1)
    number = (cycle[:, None] * PER_CYCLE + RANK + 1)[:, ENTRY]
    return _texts(
        {
            "journal": np.broadcast_to(JOURNAL[ENTRY], line.shape),
            "number": number,
            "day": day[:, ENTRY],
            "account": index.reshape(line.shape),
            "has_auxiliary": np.broadcast_to(np.isin(KIND, PARTIES), line.shape),
            "of_customer": np.broadcast_to(OF_CUSTOMER, line.shape),
            "party": _spread(entry)[:, ENTRY],
            "debit": debit,
            "credit": credit,
            "amount": debit + credit,
            "spread": _spread(line),
        }
    )


def _amounts(entry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cents of each line on either side; the last line of a side takes what its shares leave over."""
    total = 6_000 + _spread(entry) % 1_200_000
    amount = total[:, ENTRY] * SHARE // 60
    for side in (IS_DEBIT, ~IS_DEBIT):
        others = np.add.reduceat(np.where(side & ~CLOSES_SIDE, amount, 0), FIRST_LINE, axis=1)
        amount = np.where(side & CLOSES_SIDE, (total - others)[:, ENTRY], amount)
    return np.where(IS_DEBIT, amount, 0), np.where(IS_DEBIT, 0, amount)


def _texts(columns: dict[str, np.ndarray]) -> pl.DataFrame:
    """The columns of a FEC."""
    flat = pl.DataFrame({name: values.reshape(-1) for name, values in columns.items()})
    letters = pl.Series(LETTERS)
    is_customer, has_auxiliary = pl.col("of_customer"), pl.col("has_auxiliary")
    party = pl.col("party") % pl.when(is_customer).then(CUSTOMERS).otherwise(SUPPLIERS)
    code = pl.when(is_customer).then(pl.lit("C")).otherwise(pl.lit("F")) + _padded(party + 1, 5)
    name = _word(TRADES, party) + " " + _word(FAMILIES, party // len(TRADES)) + _word(ENDINGS, party // 7)
    piece = _word(list(PIECES.values()), "journal") + _padded("number", 7)
    in_currency = (pl.col("party") % 40 == 0) & pl.col("journal").is_in(SALES_JOURNALS)
    is_lettered = has_auxiliary & (pl.col("spread") % 10 < 6) & (pl.col("day").dt.month() < 11)
    month_end = pl.col("day").dt.month_end()
    return flat.with_columns(pl.col("day").cast(pl.Date)).select(
        JournalCode=_word(list(JOURNALS), "journal"),
        JournalLib=_word(list(JOURNALS.values()), "journal"),
        EcritureNum=pl.col("number").cast(pl.String),
        EcritureDate=_day(pl.col("day")),
        CompteNum=pl.lit(NUMBERS).gather(pl.col("account")),
        CompteLib=pl.lit(NAMES).gather(pl.col("account")),
        CompAuxNum=pl.when(has_auxiliary).then(code).otherwise(pl.lit("")),
        CompAuxLib=pl.when(has_auxiliary).then(name).otherwise(pl.lit("")),
        PieceRef=piece,
        PieceDate=_day(pl.col("day")),
        EcritureLib=_word(list(PIECES), "journal") + " n° " + pl.col("number").cast(pl.String) + " " + name,
        Debit=_amount("debit"),
        Credit=_amount("credit"),
        EcritureLet=pl.when(is_lettered)
        .then(pl.lit(letters).gather(pl.col("party") % len(letters)))
        .otherwise(pl.lit("")),
        DateLet=pl.when(is_lettered).then(_day(month_end)).otherwise(pl.lit("")),
        ValidDate=_day(month_end),
        Montantdevise=pl.when(in_currency).then(_amount("amount")).otherwise(pl.lit("")),
        Idevise=pl.when(in_currency).then(pl.lit("USD")).otherwise(pl.lit("")),
    )


def _spread(number: np.ndarray) -> np.ndarray:
    """A multiplicative hash of a number, below 2**29."""
    return (number * 2_654_435_761) % 4_294_967_296 // 8


def _word(words: list[str], place: pl.Expr | str) -> pl.Expr:
    """One of some words by its place, which may go beyond their number."""
    chosen = pl.col(place) if isinstance(place, str) else place
    return pl.lit(pl.Series(words)).gather(chosen % len(words))


def _padded(number: pl.Expr | str, digits: int) -> pl.Expr:
    chosen = pl.col(number) if isinstance(number, str) else number
    return chosen.cast(pl.String).str.zfill(digits)


def _day(day: pl.Expr) -> pl.Expr:
    return day.dt.strftime("%Y%m%d")


def _amount(cents: str) -> pl.Expr:
    """123456 as `1234,56`."""
    whole, rest = pl.col(cents) // 100, pl.col(cents) % 100
    return whole.cast(pl.String) + "," + _padded(rest, 2)
