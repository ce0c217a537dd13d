"""The charset of French files, short ones too."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from douane.formats.fec_columns import OFFICIAL
from douane.pipeline.detect import detect_charset

HEADER = "|".join(OFFICIAL)
TEXTS = [
    "Société Dupont|Facture n° 12",
    "Opérations diverses|TVA collectée|Règlement",
    "SOCIÉTÉ GÉNÉRALE|FACTURE N° 12",
    "Banque|Virement reçu",
    "Frais à répartir",
    "Facture n°12",
    "Petit équipement|hôtel|Août|Noël|où|île",
    "ÊTRE À L'HÔTEL",
]
MORE = ["Main d'œuvre d'été", "Achat de 12 € à l'hôtel"]


def detected(text: str, encoding: str, folder: Path) -> str:
    path = folder / "fec.txt"
    path.write_bytes(f"{HEADER}\r\n{text}\r\n".encode(encoding))
    return detect_charset(path)


@pytest.mark.parametrize("text", [*TEXTS, *MORE, "ASCII"])
def test_utf_8(text: str, tmp_path: Path) -> None:
    assert detected(text, "utf-8", tmp_path) == "utf-8"


@pytest.mark.parametrize("text", TEXTS)
def test_dos(text: str, tmp_path: Path) -> None:
    assert detected(text, "cp850", tmp_path) == "cp850"


@pytest.mark.parametrize("text", [*TEXTS, *MORE])
def test_iso(text: str, tmp_path: Path) -> None:
    assert detected(text, "iso8859-15", tmp_path) == "iso8859-15"


@pytest.mark.parametrize("text", [*TEXTS, *MORE, "Achats – divers|l’été…|“Dupont”", "l’eau"])
def test_windows(text: str, tmp_path: Path) -> None:
    charset = detected(text, "cp1252", tmp_path)
    assert text.encode("cp1252").decode(charset) == text


def test_a_character_that_was_cut_does_not_hide_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "fec.txt"
    path.write_bytes("Société générale|Réglé".encode() + b"\xc3|1\n")
    assert detect_charset(path) == "utf-8"


def test_the_content_of_gzip_counts(tmp_path: Path) -> None:
    path = tmp_path / "fec.txt.gz"
    path.write_bytes(gzip.compress("Opérations diverses, déjà".encode("cp850")))
    assert detect_charset(path) == "cp850"


def test_a_byte_order_mark_says_it(tmp_path: Path) -> None:
    assert detected("Société", "utf-16", tmp_path) == "utf-8"
