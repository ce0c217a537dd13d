"""Masks: what opens a source is taken out of all that a pull says, whoever put it there."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

from douane.errors import Failure, Refusal

PLAIN_MAX = 3
"""What is so short is no secret, and stands in any sentence."""

BEGINNING = 12
"""As much of the beginning of a secret is masked too: sentences are cut."""


class Masks:
    """Texts that are shown by their names alone: `{key}` in place of the secret `key`.

    A path may hold a secret, and a source may say what it was sent. Written as it is, as in an address, and
    in base64, whole or cut.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._masked: dict[str, str] = {}
        for name, secret in secrets.items():
            self.add(name, secret)

    def add(self, name: str, secret: str) -> None:
        """Mask one more text."""
        for each in {secret, quote(secret), quote(secret, safe=""), b64encode(secret.encode()).decode()}:
            if len(secret) > PLAIN_MAX:
                self._masked[each] = f"{{{name}}}"

    def hidden(self, text: str) -> str:
        """The text with the names of secrets in their place."""
        for secret in sorted(self._masked, key=len, reverse=True):
            text = _replaced(text, secret, self._masked[secret])
        return text

    def noting(self, note: Callable[[str], None]) -> Callable[[str], None]:
        """`note`, which is told no secret."""
        return lambda told: note(self.hidden(told))

    @contextmanager
    def over_problems(self) -> Iterator[None]:
        """What is refused or fails inside tells no secret either."""
        try:
            yield
        except (Refusal, Failure) as problem:
            problem.message = self.hidden(problem.message)
            problem.args = (problem.message,)
            raise


def _replaced(text: str, secret: str, name: str) -> str:
    """The text without the secret, and without any long beginning of it."""
    beginning = secret[:BEGINNING]
    place = text.find(beginning)
    while place >= 0:
        length = len(beginning)
        while text[place : place + length + 1] == secret[: length + 1] and length < len(secret):
            length += 1
        text = text[:place] + name + text[place + length :]
        place = text.find(beginning, place + len(name))
    return text
