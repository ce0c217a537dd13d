"""The keys of a mapping as a person writes it, how the value of each is read, and how it is written again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import punctuation
from typing import Any

from .date_formats import is_date_format
from .json_paths import read_path
from .labels import LABEL_CHARACTERS_MAX, folded
from .mapping_parts import DELIMITED, DETECTED, FIXED, JSON, MAKINGS, UNKNOWN_TAGS
from .texts import TEXT_CHARACTERS_MAX, is_plain

POSITION_MAX = 1000
CHARACTERS_MAX = 1 << 20
LINES_MAX = 1000
WORDS_MAX = 10_000
LABELS_MAX = 20
SHOWN_MAX = 50
NUMBER_SHOWN_MAX = 10**12
FILLED = f"a text of 1 to {TEXT_CHARACTERS_MAX} characters, in quotes, and not of blanks alone"

Read = Callable[[Any], Any]
"""Gives what is kept of a value as sent; raises ValueError with what was expected."""


@dataclass(frozen=True)
class Key:
    """One key of an object: the attribute that keeps its value, how it is read and how it is written.

    A value that may hold a secret is not shown in what is told of it.
    """

    attribute: str
    read: Read
    write: Callable[[Any], Any] = lambda value: value
    is_shown: bool = True


def text(
    expected: str = "", accepts: Callable[[str], bool] = is_plain, most: int = TEXT_CHARACTERS_MAX
) -> Read:
    """Reads a text of at most so many characters."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > most or not is_plain(value) or not accepts(value):
            raise ValueError(expected or f"a text of at most {most} characters, in quotes")
        return value

    return read


def one_of(*choices: str) -> Read:
    """Reads one of these words."""
    return text(" or ".join(f'"{each}"' for each in choices), choices.__contains__)


def flag(value: Any) -> bool:
    """Reads true or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def number(least: int, most: int) -> Read:
    """Reads a whole number within these bounds."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most:,}")
        return value

    return read


def is_filled(value: str) -> bool:
    """Whether there is something in the text that a cell would hold."""
    return bool(value.strip())


def is_account(value: str) -> bool:
    """Whether the text may be the number of an account."""
    return value.isprintable() and bool(value) and " " not in value


def is_label(value: Any) -> bool:
    """Whether the value can be a label: one line with something on it."""
    return isinstance(value, str) and is_plain(value) and 0 < len(value.strip()) <= LABEL_CHARACTERS_MAX


def labels(value: Any) -> tuple[str, ...]:
    """Reads a label, or several by which a column may go."""
    found = [value] if isinstance(value, str) else value
    is_fine = isinstance(found, list) and 0 < len(found) <= LABELS_MAX and all(map(is_label, found))
    if not is_fine or len({folded(each) for each in found}) < len(found):
        expected = f"a text of 1 to {LABEL_CHARACTERS_MAX} characters, or a list of at most {LABELS_MAX}"
        raise ValueError(f"{expected} different ones")
    return tuple(each.strip() for each in found)


def path(value: Any) -> str:
    """Reads a path into JSON."""
    if not isinstance(value, str) or not is_plain(value):
        raise ValueError("a path such as $.data.accounts")
    read_path(value)
    return value


def paths(value: Any) -> tuple[str, ...]:
    """Reads a path into JSON, or several of which the first counts that leads somewhere."""
    found = [value] if isinstance(value, str) else value
    if (
        not isinstance(found, list)
        or not 0 < len(found) <= LABELS_MAX
        or len(set(map(str, found))) < len(found)
    ):
        raise ValueError(f"a path such as $.address.city, or a list of at most {LABELS_MAX} different ones")
    return tuple(map(path, found))


def words(*, ignores_case: bool) -> Read:
    """Reads a table of texts to texts, none of them twice."""

    def read(value: Any) -> dict[str, str]:
        is_table = isinstance(value, dict) and 0 < len(value) <= WORDS_MAX
        if not is_table or not all(map(_is_word, (*value, *value.values()))):
            raise ValueError(f"a table of 1 to {WORDS_MAX:,} texts to texts, all in quotes")
        found = {each.strip().lower() if ignores_case else each for each in value}
        if len(found) < len(value):
            raise ValueError("words that differ in more than their case")
        if any(not each.strip() for each in value):
            raise ValueError("words that are not empty; default is for empty cells")
        return dict(value)

    return read


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and is_plain(value) and len(value) <= TEXT_CHARACTERS_MAX


def _delimiter(value: Any) -> str:
    if value not in ("\t", " ") and not _is_sign(value):
        raise ValueError('one sign such as ";", ",", "|" or a tab')
    return str(value)


def _quote(value: Any) -> str:
    if value != "" and not _is_sign(value):
        raise ValueError("one sign, or an empty text for none")
    return str(value)


def _is_sign(value: Any) -> bool:
    """Whether the value is one sign of ASCII that is no letter, no digit and no blank."""
    return isinstance(value, str) and len(value) == 1 and value in punctuation


def _closing(value: Any) -> bool:
    return bool(one_of("keep", "reject")(value) == "reject")


def _first_or_all(found: Sequence[str]) -> str | list[str]:
    return found[0] if len(found) == 1 else list(found)


DATE_FORMAT = Key("date_format", text("a format such as dd/mm/yyyy", is_date_format))

LAYOUT_KEYS = {
    "kind": Key("kind", one_of(DELIMITED, FIXED, JSON)),
    "delimiter": Key("delimiter", _delimiter),
    "quote": Key("quote", _quote),
    "header": Key("has_header", flag),
    "skip_lines": Key("lines_skipped", number(0, LINES_MAX)),
    "encoding": Key("encoding", text(f'a charset such as "UTF-8", or "{DETECTED}"', bool, most=40)),
    "decimal_sign": Key("decimal_sign", one_of(",", ".")),
    "date_format": DATE_FORMAT,
    "date_order": Key("date_order", one_of("dmy", "mdy")),
    "records": Key("records", path),
    "lists": Key("lists", paths, _first_or_all),
}
COLUMN_KEYS = {
    "field": Key("field", text()),
    "label": Key("labels", labels, _first_or_all),
    "path": Key("paths", paths, _first_or_all),
    "position": Key("position", number(1, POSITION_MAX)),
    "start": Key("start", number(1, CHARACTERS_MAX)),
    "width": Key("width", number(1, CHARACTERS_MAX)),
    "required": Key("is_required", flag),
    "values": Key("values", words(ignores_case=True), dict),
    "other_values": Key("is_closed", _closing, lambda is_closed: "reject" if is_closed else "keep"),
    "prefixes": Key("prefixes", words(ignores_case=False), dict),
    "default": Key("default", text(FILLED, lambda value: value == "" or is_filled(value))),
    "date_format": DATE_FORMAT,
}
ENTRY_KEYS = {
    "makes_accounts": Key("makes_accounts", one_of(*MAKINGS)),
    "makes_journals": Key("makes_journals", one_of(*MAKINGS)),
    "makes_third_parties": Key("makes_third_parties", flag),
    "makes_years": Key("makes_years", flag),
    "waiting_third_party": Key("waiting_third_party", text("the number of an account", is_account, most=20)),
    "balances_on": Key("balances_on", text("the number of an account", is_account, most=20)),
}

ACCOUNT_KEYS = {
    "unknown_tags": Key("unknown_tags", one_of(*UNKNOWN_TAGS)),
}


def read_keys(sent: Any, keys: Mapping[str, Key], where: str, problems: list[str]) -> dict[str, Any]:
    """What is kept of an object, by attribute; all that is wrong with it goes to `problems`."""
    if not isinstance(sent, dict):
        problems.append(f"{where.rstrip(': ')} is {shown(sent)}; expected a table of {', '.join(keys)}")
        return {}
    unknown = [each for each in sent if each not in keys]
    if unknown:
        problems.append(f"{where}{shown(unknown[0])} is no key; expected {', '.join(keys)}")
    kept = {}
    for name, key in keys.items():
        if name in sent:
            try:
                kept[key.attribute] = key.read(sent[name])
            except ValueError as expected:
                seen = f" is {shown(sent[name])};" if key.is_shown else ":"
                problems.append(f"{where}{name}{seen} expected {expected}")
    return kept


def written(part: Any, keys: Mapping[str, Key], usual: Any) -> dict[str, Any]:
    """A part of a mapping as an object of JSON values, without what is as in the `usual` one."""
    values = ((name, key, getattr(part, key.attribute)) for name, key in keys.items())
    return {name: key.write(value) for name, key, value in values if value != getattr(usual, key.attribute)}


def shown(value: Any) -> str:
    """A value as a message shows it: no longer than a line, whatever it is."""
    if isinstance(value, str):
        return repr(value[:SHOWN_MAX])
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float) and abs(value) < NUMBER_SHOWN_MAX:
        return str(value)
    kinds = {dict: "a table", list: "a list", int: "a number", float: "a number"}
    return kinds.get(type(value), f"a {type(value).__name__}")
