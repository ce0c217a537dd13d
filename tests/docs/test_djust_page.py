"""The page of DJUST tells what there is: its address, the lists of addresses, the codes it speaks of."""

from __future__ import annotations

import json
import re
from pathlib import Path

from douane.dialects.djust.door import DOORS, SAMPLE
from douane.dialects.djust.fault_codes import WIRE_CODES
from douane.model.builtin_mappings import DJUST
from douane.model.catalogue import FAULTS, REFUSALS
from douane.model.custom_fields import TYPES
from douane.pipeline.accounts.flatten import Flattening

PAGE = (Path(__file__).parents[2] / "docs" / "dialects" / "djust.md").read_text(encoding="utf-8")


def test_the_address_and_the_lists_are_told() -> None:
    (door,) = DOORS
    assert door.path.replace("{name:str}", "accounts") in PAGE
    for path in DJUST.layout.lists[:-1]:
        assert f"`{path.removeprefix('$.')}`" in PAGE, path


def test_every_code_it_names_is_one() -> None:
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", PAGE))
    assert named <= FAULTS.keys() | REFUSALS.keys()
    assert "account-deleted" in named


def test_each_code_stands_beside_the_published_one() -> None:
    told = re.findall(r"`([a-z-]+)`\s+\(`(F-E-\d{3})`\)", PAGE)
    assert told
    assert all(WIRE_CODES[own].code == wire for own, wire in told)
    assert WIRE_CODES.keys() <= FAULTS.keys()


def test_every_type_of_custom_fields_is_told() -> None:
    for each in TYPES:
        assert each.replace("_", " ") in PAGE, each


def test_the_sample_is_read() -> None:
    (batch,) = Flattening(DJUST).batches(iter([SAMPLE.encode()]))
    assert (batch.accounts.height, batch.addresses.height) == (len(json.loads(SAMPLE)), 1)
    assert not batch.faults.height
