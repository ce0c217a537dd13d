"""SIRET and VAT numbers, cell by cell, and the single-value checks of the model."""

import polars as pl
import pytest

from douane.model.identifiers import is_siren, is_siret, is_vat_number
from douane.model.kinds import Kind
from douane.pipeline.values import read

SIRETS = {
    "73282932000074": None,
    "732 829 320 00074": None,
    "732\u00a0829\u202f320 00074": None,
    "35600000000048": None,  # La Poste's head office passes Luhn
    "35600000049837": None,  # one of its offices: the sum of the digits is a multiple of 5
    "35600000049838": "siret-checksum",
    "73282932000075": "siret-checksum",
    "73282932100072": "siret-checksum",
    "732829320": "siret-format",
    "7328293200007": "siret-format",
    "732829320000740": "siret-format",
    "7328293200007A": "siret-format",
    "٧٣٢٨٢٩٣٢٠٠٠٠٧٤": "siret-format",
}
VAT_NUMBERS = {
    "FR40303265045": None,
    "fr 40 303-265.045": None,
    "FRK7399859412": None,  # an old number with a letter
    "FR83404833048": None,
    "FR84323140391": "vat-format",
    "FR40303265046": "vat-format",
    "DE136695976": None,
    "DE136695977": "vat-format",
    "BE0428759497": None,
    "ATU13585627": None,
    "EL094259216": None,
    "ESB58378431": None,
    "CHE-107.787.577 IVA": None,
    "40303265045": "vat-format",
    "XX123456789": "vat-format",
    "?": "vat-format",
    "not a number at all, far too long to be one": "vat-format",
}


@pytest.mark.parametrize(("cell", "code"), SIRETS.items())
def test_siret(cell: str, code: str | None) -> None:
    reading = read(Kind.SIRET, pl.Series([cell, None]))
    digits = "".join(cell.split())
    assert reading.values.to_list() == [None if code else digits, None]
    assert (None if reading.codes is None else reading.codes.to_list()) == ([code, None] if code else None)
    assert is_siret(digits) is (code is None)


@pytest.mark.parametrize(("cell", "code"), VAT_NUMBERS.items())
def test_vat_number(cell: str, code: str | None) -> None:
    reading = read(Kind.VAT, pl.Series([None, f" {cell} "]))
    assert (reading.values.to_list(), reading.codes) == ([None, cell], None)
    assert (None if reading.warnings is None else reading.warnings.to_list()) == (
        [None, code] if code else None
    )
    assert is_vat_number(cell) is (code is None)


def test_siren() -> None:
    assert is_siren("732 829 320")
    assert not is_siren("732829321")
    assert not is_siren("73282932")
