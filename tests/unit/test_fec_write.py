"""Writing a FEC: bytes as the law has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from douane.errors import Refusal
from douane.formats.fec_columns import AMOUNTS, DATES, OFFICIAL
from douane.formats.fec_write import LATIN_9, Form, write_fec

KINDS: dict[str, Any] = (
    dict.fromkeys(OFFICIAL, pl.String)
    | dict.fromkeys(set(DATES) & set(OFFICIAL), pl.Date)
    | dict.fromkeys(set(AMOUNTS) & set(OFFICIAL), pl.Decimal(20, 6))
)
ROW: dict[str, Any] = dict.fromkeys(OFFICIAL) | {
    "JournalCode": "VE",
    "EcritureNum": "1",
    "EcritureDate": date(2024, 1, 31),
    "CompteNum": "411000",
    "CompteLib": "Société",
    "EcritureLib": "Facture",
    "Debit": Decimal("1200.5"),
}


def frame(*changes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([ROW | each for each in changes], schema=KINDS)


def written(*changes: dict[str, Any], form: Form | None = None) -> list[bytes]:
    """The lines below the header."""
    header, *lines, last = b"".join(write_fec([frame(*changes)], form)).split(b"\r\n")
    separator = (form or Form()).separator
    assert (header.decode(), last) == (separator.join(OFFICIAL), b"")
    return lines


def test_a_line() -> None:
    expected = "VE||1|20240131|411000|Société|||||Facture|1200,50|0,00|||||"
    assert written({}) == [expected.encode()]
    tabbed = [expected.replace("|", "\t").encode(LATIN_9)]
    assert written({}, form=Form("\t", LATIN_9)) == tabbed


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0,00"),
        ("-12.3", "-12,30"),
        ("1.234567", "1,234567"),
        ("1.2340", "1,234"),
        ("12345678901234", "12345678901234,00"),
    ],
)
def test_amounts(amount: str, text: str) -> None:
    (line,) = written({"Debit": Decimal(amount)})
    assert line.split(b"|")[11].decode() == text


def test_a_text_cannot_break_the_line() -> None:
    changes = {"EcritureLib": " a|b\tc\r\nd\x1fe\0f\u2028g\u0085h\u00a0i "}
    assert written(changes)[0].split(b"|")[10] == b"a b c  d e f g h i"
    assert written(changes, form=Form("\t"))[0].split(b"\t")[10] == b"a|b c  d e f g h i"


def test_a_character_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        written({"CompteLib": "Straße → 上"}, form=Form(charset=LATIN_9))
    assert caught.value.code == "outside-charset"
    assert "→ (U+2192)" in caught.value.message


def test_no_lines() -> None:
    assert b"".join(write_fec([frame()])).decode() == "|".join(OFFICIAL) + "\r\n"
