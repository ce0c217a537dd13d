"""Who is at the command line, as records name them."""

from __future__ import annotations

import getpass


def at_the_command_line() -> str:
    """The person who runs the command, as far as the system knows."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError, ImportError):
        person = "somebody"
    return f"{person} at the command line"
