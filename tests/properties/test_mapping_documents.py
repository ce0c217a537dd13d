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

layouts = st.builds(
    FileLayout,
    delimiter=st.sampled_from(";,|\t "),
    quote=st.sampled_from(["", '"', "'"]),
    lines_skipped=st.integers(0, 1000),
    encoding=st.sampled_from(["detect", "UTF-8", "cp1252"]),
    decimal_sign=st.sampled_from(["", ",", "."]),
    date_format=FORMATS,
    date_order=st.sampled_from(["", "dmy", "mdy"]),
)
options = st.builds(
    EntryOptions,
    makes_accounts=st.sampled_from(MAKINGS),
    makes_journals=st.sampled_from(MAKINGS),
    makes_third_parties=st.booleans(),
    makes_years=st.booleans(),
    waiting_third_party=st.sampled_from(["", "411000"]),
    balances_on=st.sampled_from(["", "471000"]),
)


@st.composite
def documents(draw: st.DrawFn) -> MappingDocument:
    fields = [*NEEDED, *draw(st.lists(st.sampled_from(OTHERS), unique=True, max_size=6))]
    names = st.lists(LABELS, unique_by=folded, min_size=len(fields), max_size=len(fields) + 4)
    labels = draw(names)
    owned: list[tuple[str, ...]] = [(label,) for label in labels[: len(fields)]]
    owned[0] += tuple(labels[len(fields) :])
    constants = draw(st.sets(st.sampled_from(fields[len(NEEDED) :]))) if len(fields) > len(NEEDED) else set()
    columns = zip(fields, owned, strict=True)
    return MappingDocument(
        name=draw(st.text(string.ascii_letters, min_size=1, max_size=20)),
        table=TABLE.name,
        columns=tuple(draw(column(field, each)) for field, each in columns if field not in constants),
        layout=draw(layouts),
        constants={field: draw(TEXTS) for field in constants},
        keeps_extras=draw(st.booleans()),
        entries=draw(options),
    )


def column(field: str, labels: tuple[str, ...]) -> st.SearchStrategy[MappedColumn]:
    words = st.dictionaries(WORDS, TEXTS, max_size=4).filter(
        lambda found: len({each.strip().lower() for each in found}) == len(found)
    )
    is_date = TABLE.by_name[field].kind is Kind.DATE
    return words.flatmap(
        lambda values: st.builds(
            MappedColumn,
            field=st.just(field),
            labels=st.just(labels),
            is_required=st.booleans(),
            values=st.just(values),
            is_closed=st.booleans() if values else st.just(False),
            prefixes=st.dictionaries(WORDS, TEXTS, max_size=3),
            default=TEXTS,
            date_format=FORMATS if is_date else st.just(""),
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
