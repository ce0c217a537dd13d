"""What a code is: its name, its message, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One way to go wrong. `template` makes the message of one occurrence; `hint` says what to do.

    `code` is a kebab noun, never renamed or reused. A template may name {value}, {field} and {detail}.
    """

    code: str
    title: str
    template: str
    hint: str
