"""The values that stand in a mapping itself, judged by the readers that will read them as cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from douane.model.catalogue import FAULTS
from douane.model.kinds import Kind
from douane.model.mapped_tables import words_of
from douane.model.mapping import Column, Declarations
from douane.model.mapping_document import MappingDocument
from douane.model.table import Field

from .charset import is_charset
from .intake import DETECTED
from .rewriting import rewritten, with_outsiders
from .values import Convention, read


def wrong_values(document: MappingDocument) -> list[str]:
    """What is wrong with the charset, the constants, the defaults and what words are replaced by."""
    return list(_wrongs(document))


def _wrongs(document: MappingDocument) -> Iterator[str]:
    encoding = document.layout.encoding
    if encoding != DETECTED and not is_charset(encoding):
        yield f'layout: encoding is {encoding!r}; expected a charset such as "UTF-8", or "{DETECTED}"'
    known = document.fields
    for name, text in document.constants.items():
        column = Column(name, name, choices={each: each for each in known[name].choices})
        yield from _judged(f"constants: {name}", column, known[name], [text], document.declarations)
    for mapped in document.columns:
        field = known[mapped.field]
        column = mapped.column(field, document.layout, is_required=False)
        texts = [mapped.default] if mapped.default else []
        yield from _judged(f"{mapped.label}: default", column, field, texts, document.declarations)
        plain = Column(column.label, column.field, choices=words_of(field), date_format=column.date_format)
        targets = [each for each in mapped.values.values() if each]
        yield from _judged(f"{mapped.label}: values", plain, field, targets, document.declarations)


def _judged(
    where: str, column: Column, field: Field, texts: Sequence[str], declared: Declarations
) -> Iterator[str]:
    """A sentence for each of the texts that would be faulty as a cell of the column."""
    if not texts:
        return
    cells = pl.Series(texts, dtype=pl.String)
    sign = {Kind.AMOUNT: declared.decimal_sign, Kind.DATE: declared.date_order}.get(field.kind)
    reading = read(
        field.kind,
        rewritten(cells, column),
        convention=Convention(sign) if sign else None,
        choices=tuple(column.choices),
        final=True,
        characters_max=field.characters_max,
        date_format=column.date_format,
    )
    reading = with_outsiders(reading, cells, column)
    if reading.codes is None:
        return
    details = reading.details if reading.details is not None else [None] * len(texts)
    for text, code, detail in zip(texts, reading.codes, details, strict=True):
        if code is not None:
            shown = {"value": repr(text), "field": column.label, "detail": detail or ""}
            yield f"{where}: {FAULTS[code].template.format_map(shown)}"
