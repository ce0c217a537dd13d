"""Carry out a run: its dialect says how the file is read, the pipeline does the rest."""

from __future__ import annotations

from collections.abc import Callable

from douane.pipeline.intake import Intake, TakeDeposit
from douane.pipeline.run import Progress
from douane.pipeline.run import import_run as import_by_intake
from douane.settings import Settings
from douane.store.database import Database
from douane.store.runs import Run

from .djust.intake import intake as djust_intake
from .loop.intake import intake as loop_intake
from .mydso.intake import intake as mydso_intake
from .myunisoft.file_intake import intake as myunisoft_intake
from .native.entries import intake as native_intake

INTAKES: dict[str, Callable[[Run, Settings], Intake]] = {
    "djust": djust_intake,
    "loop": loop_intake,
    "mydso": mydso_intake,
    "myunisoft": myunisoft_intake,
    "native": native_intake,
}


def import_run(
    database: Database,
    settings: Settings,
    run: Run,
    progress: Progress | None = None,
    take_deposit: TakeDeposit | None = None,
) -> Run:
    """Carry out a run of any dialect; see `pipeline.run.import_run` for what it gives and raises."""
    intake = INTAKES[run.dialect](run, settings)
    return import_by_intake(database, settings, run, intake, progress, take_deposit)
