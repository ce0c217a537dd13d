"""Refusals of the mappings that people make."""

from __future__ import annotations

from .code import Code

MAPPING_REFUSALS = (
    Code(
        "bad-mapping",
        "Mapping that cannot be meant so",
        "The mapping cannot be used: {detail}.",
        "Correct all of it, then send it again; each key has a meaning in the guide to mappings.",
    ),
    Code(
        "unknown-mapping",
        "Unknown mapping",
        "There is no mapping {detail}.",
        "douane mapping list shows them; douane mapping add makes one.",
    ),
    Code(
        "mapping-taken",
        "Mapping there already",
        "There is a mapping {detail} already.",
        "Change it with PUT, or choose another name.",
    ),
    Code(
        "too-many-mappings",
        "Too many mappings",
        "The organization has {detail} mappings, which is as many as it may have.",
        "Remove one that nobody uses.",
    ),
)
