"""The SQL files: readable by name, in the house's style."""

from pathlib import Path

import pytest

import douane.store
from douane.store.queries import queries

FILES = sorted((Path(douane.store.__file__).parent / "sql").glob("*.sql"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_reads_as_named_statements(file: Path) -> None:
    statements = queries(file.stem)
    assert statements
    for name, statement in statements.items():
        assert statement.strip(), name
        assert not statement.endswith(";"), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_statements_are_lower_case(file: Path) -> None:
    keywords = {
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "FROM",
        "WHERE",
        "VALUES",
        "RETURNING",
        "JOIN",
        "COPY",
    }
    assert not keywords & set(file.read_text(encoding="utf-8").split())


def test_a_missing_file_is_a_defect() -> None:
    with pytest.raises(FileNotFoundError):
        queries("no_such_file")
