"""The entry point: finds the command, and ends in one of four ways (done, refused, misused, failed)."""

from __future__ import annotations

import logging
import sys
import traceback
from importlib.metadata import version
from typing import Annotated

import typer

from douane.errors import Failure, Refusal

from .commands import COMMANDS, GROUPS
from .output import show_problem

REFUSED = 1
"""The sender or the operator asked for something that is turned away. Usage errors end with 2."""
FAILED = 3
"""We, the network or the database could not do it; with a traceback it is a defect of ours."""
INTERRUPTED = 130


def main() -> None:
    """Run the command of `sys.argv` and exit with 0 done, 1 refused, 2 misused, 3 failed."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    try:
        build_app()()
    except Refusal as refusal:
        show_problem(refusal.code, refusal.message, refusal.hint)
        sys.exit(REFUSED)
    except Failure as failure:
        hint = "Try again." if failure.transient else ""
        show_problem("failure", failure.message, hint)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception:
        traceback.print_exc()
        sys.exit(FAILED)


def build_app() -> typer.Typer:
    """The typer application of the table of commands."""
    settings = {"help_option_names": ["-h", "--help"]}
    app = typer.Typer(
        help=(
            "An import gateway for B2B finance data: one door for the dialects of many back offices, one "
            "PostgreSQL behind it.\n\nThe database is the embedded one in --data, or that of DATABASE_URL."
        ),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings=settings,
    )
    app.callback()(_options)
    groups = {"": app}
    for name, about in GROUPS.items():
        groups[name] = typer.Typer(help=about, no_args_is_help=True)
        app.add_typer(groups[name], name=name)
    for words, function in COMMANDS.items():
        group, _, name = words.rpartition(" ")
        groups[group].command(name, context_settings=settings)(function)
    return app


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"douane {version('douane')}")
        raise typer.Exit


def _options(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass
