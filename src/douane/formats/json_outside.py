"""What of a JSON text stands outside its lists of records: followed sign by sign, and kept."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from douane.model.json_paths import Each, Path, Step, values_at

REST_BYTES_MAX = 4 << 20
DEPTH_MAX = 500
BEGINNING_SHOWN = 20

_SIGN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},:"]', re.DOTALL)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class BadJson(ValueError):
    """The text is no JSON that we take; in words."""


class CutJson(BadJson):
    """The text ends before it is complete."""


class NoRecords(BadJson):
    """There is no list of records where it was expected."""


class Outside:
    """Follows a text up to each list of records at `path`, block by block, and keeps what it passes."""

    def __init__(self, path: Path) -> None:
        self.lists = 0
        self._path = path
        self._rest = bytearray()
        self._read = 0
        self._steps: list[Step] = []
        self._is_name_next = False

    def feed(self, block: bytes) -> bytes | None:
        """What of the block stands behind the bracket that opens a list of records, None where none does."""
        self._rest += block
        self._check_beginning()
        while (found := _SIGN.search(self._rest, self._read)) and found[0] != b'"':
            self._read = found.end()
            is_at_records = found[0] == b"[" and self._is_at_records()
            self._follow(bytes(found[0]))
            if is_at_records:
                self.lists += 1
                with memoryview(self._rest) as view:
                    behind = bytes(view[self._read :])
                del self._rest[self._read :]
                return behind
        if len(self._rest) > REST_BYTES_MAX:
            raise NoRecords(f"more than {REST_BYTES_MAX >> 20} MiB stand outside of it")
        return None

    def value(self) -> Any:
        """The whole text as a value, its lists of records empty. Raises BadJson, CutJson before its end."""
        if self._steps or self._rest in _BYTE_ORDER_MARK or not self._rest.strip():
            raise CutJson("it ends in the middle")
        value = decoded(bytes(self._rest))
        self._check_lists(value)
        return value

    def _check_beginning(self) -> None:
        """A page for people, as many a source has for its failures, is known by its first sign."""
        if self._read or self.lists:
            return
        if _BYTE_ORDER_MARK.startswith(self._rest):
            return
        if self._rest.startswith(_BYTE_ORDER_MARK):
            del self._rest[: len(_BYTE_ORDER_MARK)]
        beginning = bytes(self._rest[:1000]).lstrip()
        if beginning and beginning[0] not in b"[{":
            shown = beginning[:BEGINNING_SHOWN].decode("utf-8", "replace")
            raise BadJson(f"it begins with {shown!r}, where a list or an object was expected")

    def _is_at_records(self) -> bool:
        return len(self._steps) == len(self._path) and all(map(_leads, self._path, self._steps))

    def _follow(self, sign: bytes) -> None:
        """The steps to where we are: of an object the name read last, of a list the number of the part."""
        if sign in b"[{":
            self._steps.append(0 if sign == b"[" else "")
            self._is_name_next = sign == b"{"
            if len(self._steps) > DEPTH_MAX:
                raise BadJson(f"it is nested deeper than {DEPTH_MAX} times")
        elif not self._steps:
            raise BadJson("something stands outside of the list or object")
        elif sign in b"]}":
            self._steps.pop()
            self._is_name_next = False
        elif sign == b",":
            last = self._steps[-1]
            self._is_name_next = isinstance(last, str)
            self._steps[-1] = last + 1 if isinstance(last, int) else last
        elif sign == b":":
            self._is_name_next = False
        elif self._is_name_next:
            self._steps[-1] = str(decoded(sign))

    def _check_lists(self, value: Any) -> None:
        """Where there is no list, there must be nothing: null is as good as an empty one."""
        found = list(values_at(value, self._path))
        if odd := [each for each in found if each is not None and not isinstance(each, list)]:
            raise NoRecords(f"{_kind(odd[0])} was seen there")
        if not found and Each.PART in self._path:
            lists = self._path[: self._path.index(Each.PART)]
            found = [each for each in values_at(value, lists) if isinstance(each, list)]
        if not found:
            raise NoRecords(f"the answer has {_names(value)}")


def decoded(text: bytes) -> Any:
    """The value of a JSON text. Raises BadJson."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadJson(in_words(error)) from error


def in_words(error: Exception) -> str:
    """What is wrong with a JSON text, of which nothing is shown."""
    if isinstance(error, UnicodeDecodeError):
        return "its text is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).removeprefix("JSON is malformed: ").partition(" (byte")[0].lower()


def _leads(wanted: Step, seen: Step) -> bool:
    return isinstance(seen, int) if wanted is Each.PART else wanted == seen


def _kind(value: Any) -> str:
    kinds = {dict: "an object", str: "a text", bool: "a truth value"}
    return kinds.get(type(value), "a number")


def _names(value: Any) -> str:
    if not isinstance(value, dict):
        return "a list"
    named = ", ".join(name[:BEGINNING_SHOWN] for name in list(value)[:10])
    return f"the names {named}" if named else "no names"
