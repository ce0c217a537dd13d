"""Custom fields: what an organization wants to know of accounts and addresses beyond what everybody does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .customer_tags import SEPARATOR
from .refusing import refusal
from .texts import CODE_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, is_name

CUSTOM_PREFIX = "custom."
"""What the external id of a custom field stands behind where it is a column among those of the model."""

ENTITIES = ("account", "address")
TYPES = ("text", "long_text", "number", "metric", "date", "list", "media", "boolean")
TEXT_OF_TYPE_MAX = 255
LONG_TEXT_OF_TYPE_MAX = 10_000
CHOICES_MAX = 1000


@dataclass(frozen=True)
class CustomField:
    """One custom field of accounts or of addresses (`entity`).

    A list takes one or several of its `choices`. A metric has a `unit`. One that `is_required` must be sent
    with whatever is new, and cannot be emptied.
    """

    entity: str
    external_id: str
    name: str
    type: str = "text"
    is_required: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def column(self) -> str:
        """The name of its column in tables of text."""
        return CUSTOM_PREFIX + self.external_id


def check_custom_field(each: CustomField) -> None:
    """Refuses `bad-record` for a custom field that cannot be meant so, telling the first thing wrong."""
    problem = next((told for is_wrong, told in _problems(each) if is_wrong), None)
    if problem is not None:
        raise refusal("bad-record", problem)


def _problems(each: CustomField) -> list[tuple[bool, str]]:
    """What may be wrong, each with whether it is."""
    plain = is_external_id(each.external_id)
    return [
        (each.entity not in ENTITIES, f"{each.entity!r} is neither {' nor '.join(ENTITIES)}."),
        (
            not plain,
            f"{each.external_id[:100]!r} is no external id: expected 1 to {CODE_CHARACTERS_MAX} letters "
            "without accents, digits, . _ or -, and no blank.",
        ),
        (not is_name(each.name), f"{each.name[:100]!r} is no name of 1 to {TEXT_CHARACTERS_MAX} characters."),
        (
            each.external_id == each.name,
            f"{each.name!r} is both the name and the external id; choose another name.",
        ),
        (each.type not in TYPES, f"{each.type!r} is no type; expected one of {', '.join(TYPES)}."),
        (bool(each.choices) and each.type != "list", "Only a list has choices."),
        (not each.choices and each.type == "list", "A list needs choices."),
        (len(each.choices) > CHOICES_MAX, f"A list has at most {CHOICES_MAX:,} choices."),
        (
            not all(map(is_choice, each.choices)),
            f"A choice is a word or several, without {SEPARATOR} and blanks around.",
        ),
        (bool(each.unit) and each.type != "metric", "Only a metric has a unit."),
        (each.type == "metric" and not is_name(each.unit), "A metric needs a unit, such as kg."),
    ]


def is_external_id(text: str) -> bool:
    """Whether the text is the external id of a custom field: no blank, no accent.

    >>> is_external_id("credit-score"), is_external_id("score client"), is_external_id("clé")
    (True, False, False)
    """
    bare = text.replace("-", "").replace("_", "").replace(".", "")
    return bare.isascii() and bare.isalnum() and len(text) <= CODE_CHARACTERS_MAX


def is_choice(text: Any) -> bool:
    """Whether the text can be a choice of a list.

    >>> is_choice("gold"), is_choice("a||b"), is_choice(" gold")
    (True, False, False)
    """
    return isinstance(text, str) and is_name(text) and text == text.strip() and SEPARATOR not in text
