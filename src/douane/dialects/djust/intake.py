"""How a run of accounts is read: by the mapping it was asked with, or else by the one that is shipped."""

from __future__ import annotations

from douane.dialects.native.mapped import MAPPING, intake_of_document
from douane.model.builtin_mappings import DJUST
from douane.model.mapping_document import read_document
from douane.pipeline.intake import Intake
from douane.settings import Settings
from douane.store.runs import Run


def intake(run: Run, _: Settings) -> Intake:
    """The intake of a run, whether its accounts were pulled or sent. Refuses `bad-mapping`."""
    sent = run.declarations.get(MAPPING)
    return intake_of_document(DJUST if sent is None else read_document(sent), run)
