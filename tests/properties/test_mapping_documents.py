"""A mapping is read back as it was written, and whatever is sent as one is read or refused in words."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from douane.errors import Refusal
from douane.model.kinds import Kind
from douane.model.labels import folded
from douane.model.mapped_tables import AMOUNTS, ENTRY_FIELDS, MAPPED_TABLES, fields_of
from douane.model.mapping_document import MappingDocument, read_document
from douane.model.mapping_form import COLUMN_KEYS, ENTRY_KEYS, LAYOUT_KEYS
from douane.model.mapping_parts import MAKINGS, EntryOptions, FileLayout, MappedColumn

PLAIN = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
WORDS = st.text(PLAIN, min_size=1, max_size=9).filter(str.strip)
LABELS = WORDS.map(str.strip)
TEXTS = st.text(PLAIN, max_size=9)
TABLE = MAPPED_TABLES["entry_lines"]
NEEDED = (*ENTRY_FIELDS, *AMOUNTS[0])
OTHERS = sorted(fields_of(TABLE).keys() - {*NEEDED, "amount", "side"})
FORMATS = st.sampled_from(["", "dd/mm/yyyy", "ddmmyy", "yyyy.m.d"])

COMMON = {
    "lines_skipped": st.integers(0, 1000),
    "encoding": st.sampled_from(["detect", "UTF-8", "cp1252"]),
    "decimal_sign": st.sampled_from(["", ",", "."]),
    "date_format": FORMATS,
    "date_order": st.sampled_from(["", "dmy", "mdy"]),
}
SIGNS = {"delimiter": st.sampled_from(";,|\t "), "quote": st.sampled_from(["", '"', "'"])}
fixed = st.builds(FileLayout, kind=st.just("fixed"), has_header=st.booleans(), **COMMON)
delimited = st.builds(FileLayout, has_header=st.booleans(), **SIGNS, **COMMON)
options = st.builds(
    EntryOptions,
    makes_accounts=st.sampled_from([None, *MAKINGS]),
    makes_journals=st.sampled_from([None, *MAKINGS]),
    makes_third_parties=st.sampled_from([None, False, True]),
    makes_years=st.sampled_from([None, False, True]),
    waiting_third_party=st.sampled_from([None, "411000"]),
    balances_on=st.sampled_from([None, "471000"]),
)


@st.composite
def documents(draw: st.DrawFn) -> MappingDocument:
    fields = [*NEEDED, *draw(st.lists(st.sampled_from(OTHERS), unique=True, max_size=6))]
    layout = draw(st.one_of(fixed, delimited))
    constants = draw(st.sets(st.sampled_from(fields[len(NEEDED) :]))) if len(fields) > len(NEEDED) else set()
    columns = zip(fields, draw(namings(layout, len(fields))), strict=True)
    return MappingDocument(
        name=draw(st.text(string.ascii_letters, min_size=1, max_size=20)),
        table=TABLE.name,
        columns=tuple(draw(column(field, names)) for field, names in columns if field not in constants),
        layout=layout,
        constants={field: draw(WORDS) for field in constants},
        keeps_extras=draw(st.booleans()),
        entries=draw(options),
    )


@st.composite
def namings(draw: st.DrawFn, layout: FileLayout, count: int) -> list[dict[str, Any]]:
    """How each of so many columns is named, all in the same way."""
    labels = draw(st.lists(LABELS, unique_by=folded, min_size=count, max_size=count + 4))
    named: list[dict[str, Any]] = [{"labels": (label,)} for label in labels[:count]]
    named[0] = {"labels": (labels[0], *labels[count:])}
    if layout.kind == "fixed":
        return [{**each, "start": 1 + 3 * place, "width": 4} for place, each in enumerate(named)]
    if not layout.has_header or draw(st.booleans()):
        return [{"position": place} for place in range(1, count + 1)]
    return named


def column(field: str, names: dict[str, Any]) -> st.SearchStrategy[MappedColumn]:
    words = st.dictionaries(WORDS, TEXTS, max_size=4).filter(
        lambda found: len({each.strip().lower() for each in found}) == len(found)
    )
    is_date = TABLE.by_name[field].kind is Kind.DATE
    return words.flatmap(
        lambda values: st.builds(
            MappedColumn,
            field=st.just(field),
            is_required=st.booleans(),
            values=st.just(values),
            is_closed=st.booleans() if values else st.just(False),
            prefixes=st.dictionaries(WORDS, TEXTS, max_size=3),
            default=st.one_of(st.just(""), WORDS),
            date_format=FORMATS if is_date else st.just(""),
            **{name: st.just(value) for name, value in names.items()},
        )
    )


@given(documents())
def test_a_document_is_read_back_as_it_was_written(document: MappingDocument) -> None:
    assert read_document(document.as_json()) == document
    assert {each.field for each in document.mapping.columns} == {each.field for each in document.columns}


KEYS = sorted({*LAYOUT_KEYS, *COLUMN_KEYS, *ENTRY_KEYS, "name", "table", "layout", "columns", "constants"})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([*TABLE.by_name, *MAPPED_TABLES, "fixed", "delimited", "all", "dd/mm/yyyy", ";"]),
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=3)), inner, max_size=5),
    ),
    max_leaves=12,
)


SENT = st.fixed_dictionaries({"name": ANYTHING, "table": ANYTHING, "columns": ANYTHING, "layout": ANYTHING})


def refusal_of(sent: Any) -> Refusal | None:
    try:
        read_document(sent)
    except Refusal as refusal:
        return refusal
    return None


@given(SENT, ANYTHING)
def test_anything_is_read_or_refused(sent: dict[str, Any], other: Any) -> None:
    for each in (sent, other, sent | {"table": "customers", "constants": other, "entries": other}):
        refusal = refusal_of(each)
        assert refusal is None or (refusal.code == "bad-mapping" and refusal.message.isprintable())
