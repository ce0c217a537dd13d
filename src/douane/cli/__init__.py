"""The command line: `commands` is the table of what there is; each command is one file."""

from .main import main

__all__ = ["main"]
