"""The two ways to go wrong that are exceptions: refusal and failure (a fault is a row, never raised)."""


class Refusal(Exception):
    """The sender's whole request is turned away; nothing of it is stored and it is never retried.

    `code` is a kebab noun of `model.catalogue.REFUSALS`, `message` says what was seen and what was
    expected, `hint` what to do.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class Failure(Exception):
    """We, the network or the database could not do it. `transient` says whether trying again may help."""

    def __init__(self, message: str, *, transient: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.transient = transient


class SourceFailure(Failure):
    """What we were to fetch could not be had this time; trying again may help.

    `pause_seconds` is how long the source asks us to wait, None when it does not say.
    """

    def __init__(self, message: str, *, pause_seconds: float | None = None) -> None:
        super().__init__(message, transient=True)
        self.pause_seconds = pause_seconds
