"""How the options of a MY DSO MANAGER run turn into what the pipeline does."""

from __future__ import annotations

from douane.formats.csv import Layout
from douane.model.mapping import Declarations
from douane.pipeline.intake import Intake
from douane.pipeline.wishes import Wishes
from douane.settings import Settings
from douane.store.runs import Run

from .columns import MAPPINGS


def intake(run: Run, settings: Settings) -> Intake:
    """The intake of a run on one of the four doors."""
    assert run.created_at is not None, "a run that is carried out has been created"
    return Intake(
        mapping=MAPPINGS[run.door],
        layout=Layout(delimiter=";", quote='"', charset=run.options.get("encoding", "UTF-8")),
        encoding=run.options.get("encoding", "UTF-8"),
        compression=run.options.get("compression", ""),
        wishes=Wishes(
            clears_absent=run.door == "items" and run.options.get("clear_items_not_modified") == "true",
            replaces_assignments=run.door == "users" and run.options.get("replace_users_association") == "1",
            creates_customers=run.door != "clients" and settings.create_missing_customers,
            cleared_on=run.created_at.date(),
        ),
        declarations=Declarations(**run.declarations),
    )
