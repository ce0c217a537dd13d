"""The walk of a file through receive, decode, parse, map and validate, with what each stage hands over."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from douane.errors import Refusal
from douane.formats.fixed import FixedLayout
from douane.model.mapping import Mapping
from douane.model.refusing import refusal
from douane.pipeline.charset import charset_of
from douane.pipeline.decode import MARKED, decode
from douane.pipeline.detect import detect_charset
from douane.pipeline.intake import DETECTED, Intake
from douane.pipeline.map import found_labels, map_labels
from douane.pipeline.opened import opened
from douane.pipeline.parse import parse
from douane.pipeline.unpack import GZIP_MAGIC, unpacked
from douane.pipeline.validate import Validator
from douane.settings import Limits, Settings

from .account_walk import walk_accounts
from .findings import Findings
from .progress import Tell

MARK_BYTES = 4

Told = dict[str, Any]


def walk(file: Path, intake: Intake, settings: Settings, rows_max: int, tell: Tell) -> Told:
    """What each stage gives, by its name, as JSON values; `refusal` too when one turned the file away.

    Nothing is stored and no database is asked. `rows_max` typed rows are shown.
    """
    told: Told = {}
    try:
        told["receive"] = _received(file, settings.limits)
        with tempfile.TemporaryDirectory(prefix="douane-explain-") as name:
            folder = Path(name)
            inner = opened_file(file, folder, intake, settings.limits)
            told["decode"] = _opened(inner, intake, settings.limits)
            told["decode"]["compression"] = "zip" if inner != file else told["decode"]["compression"]
            _read(told, inner, folder, intake, settings, rows_max, tell)
    except Refusal as reason:
        told["refusal"] = {"code": reason.code, "message": reason.message, "hint": reason.hint}
    return told


def _received(file: Path, limits: Limits) -> Told:
    size = file.stat().st_size
    if not size:
        raise refusal("empty-upload")
    if size > limits.upload_bytes_max:
        raise refusal("upload-too-large", f"{limits.upload_bytes_max:,}")
    with file.open("rb") as content:
        return {
            "name": file.name,
            "bytes": size,
            "digest": hashlib.file_digest(content, "sha256").hexdigest(),
        }


def _opened(file: Path, intake: Intake, limits: Limits) -> Told:
    """How the bytes are packed, and which charset they are read in."""
    with file.open("rb") as content:
        start = content.read(MARK_BYTES)
        is_gzip = start.startswith(GZIP_MAGIC)
        if is_gzip:
            content.seek(0)
            start = next(unpacked(content, file.stat().st_size, MARK_BYTES, limits))
    marked = next((charset for mark, charset in MARKED if start.startswith(mark)), None)
    charset = marked or charset_to_read(file, intake, limits)
    return {
        "compression": "gzip" if is_gzip else "",
        "charset": charset,
        "is_detected": intake.encoding == DETECTED and marked is None,
        "has_byte_order_mark": marked is not None,
        "bytes": 0,
        "blocks": 0,
    }


def opened_file(file: Path, folder: Path, intake: Intake, limits: Limits) -> Path:
    """The file itself, or the data file in it, unpacked in `folder`, when it is a zip."""
    return opened(file, folder, intake.suffixes, limits, must_be_zip=intake.must_be_zip).data


def charset_to_read(file: Path, intake: Intake, limits: Limits) -> str:
    """Python's name of the charset that the file is read in, unless a byte order mark says otherwise."""
    if intake.encoding == DETECTED:
        return detect_charset(file, limits)
    return charset_of(intake.encoding.strip())


def _read(
    told: Told, file: Path, folder: Path, intake: Intake, settings: Settings, rows_max: int, tell: Tell
) -> None:
    limits, size = settings.limits, settings.block_bytes
    decoded = decode(file, told["decode"]["charset"], intake.compression, limits, size)
    blocks = _counted(decoded, told, tell)
    if intake.accounts is not None:
        walk_accounts(told, intake.accounts, blocks, rows_max)
        return
    parsed = parse(intake.reader(blocks, limits, size))
    told["parse"] = _cut(intake) | {"labels": list(parsed.labels), "received": 0, "unreadable": 0}
    told["map"] = _mapped(parsed.labels, intake.mapping)
    plan = map_labels(parsed.labels, intake.mapping)
    findings = Findings(Validator(plan, intake.declarations), rows_max)
    findings.take(map(plan.applied, parsed.batches), folder)
    told["parse"] |= {"received": findings.received, "unreadable": findings.unreadable}
    told["validate"] = findings.told()


def _cut(intake: Intake) -> Told:
    """How lines are cut into cells, unless that is the format's own affair."""
    layout = intake.layout
    if intake.read is not None:
        return {}
    told: Told = {"has_header": layout.has_header, "lines_skipped": layout.lines_skipped}
    if isinstance(layout, FixedLayout):
        return told | {"columns": [asdict(each) for each in layout.columns]}
    return told | {"delimiter": layout.delimiter, "quote": layout.quote}


def _counted(blocks: Iterator[bytes], told: Told, tell: Tell) -> Iterator[bytes]:
    total = told["receive"]["bytes"]
    for block in blocks:
        told["decode"]["bytes"] += len(block)
        told["decode"]["blocks"] += 1
        yield block
        tell("reading", min(told["decode"]["bytes"], total), total)


def _mapped(labels: tuple[str, ...], mapping: Mapping) -> Told:
    """Every column of the mapping, whether the file has it or not, its constants, the file's other labels."""
    found = found_labels(labels, mapping)
    columns = [
        {
            "label": each.label if label is None else label,
            "field": each.field,
            "kind": mapping.table.by_name[each.field].kind.value
            if each.field in mapping.table.by_name
            else "text",
            "is_required": each.is_required,
            "is_there": label is not None,
        }
        for each, label in found
    ]
    known = {label for _, label in found}
    return {
        "table": mapping.table.name,
        "columns": columns,
        "defaults": {each.label: each.default for each, _ in found if each.default},
        "constants": dict(mapping.constants),
        "extras": [label for label in labels if label not in known],
        "keeps_extras": mapping.keeps_extras,
    }
