"""Every fault, warning and refusal code, each once: what it is called, what it says and what to do."""

from __future__ import annotations

from .account_codes import ACCOUNT_FAULTS, ACCOUNT_WARNINGS
from .code import Code
from .connector_refusals import CONNECTOR_REFUSALS
from .deposit_refusals import DEPOSIT_REFUSALS
from .entry_codes import ENTRY_FAULTS, ENTRY_WARNINGS
from .fec_codes import FEC_FAULTS, FEC_WARNINGS
from .file_refusals import FILE_REFUSALS
from .job_refusals import JOB_REFUSALS
from .json_codes import JSON_FAULTS, JSON_REFUSALS
from .mapping_refusals import MAPPING_REFUSALS
from .record_refusals import RECORD_REFUSALS
from .request_refusals import REQUEST_REFUSALS
from .row_codes import ROW_FAULTS, ROW_WARNINGS
from .source_refusals import SOURCE_REFUSALS

__all__ = ["FAULTS", "REFUSALS", "WARNINGS", "Code"]


def _by_code(*codes: Code) -> dict[str, Code]:
    return {each.code: each for each in codes}


FAULTS = _by_code(*ROW_FAULTS, *ENTRY_FAULTS, *FEC_FAULTS, *JSON_FAULTS, *ACCOUNT_FAULTS)
WARNINGS = _by_code(*ROW_WARNINGS, *ENTRY_WARNINGS, *FEC_WARNINGS, *ACCOUNT_WARNINGS)
REFUSALS = _by_code(
    *MAPPING_REFUSALS,
    *REQUEST_REFUSALS,
    *FILE_REFUSALS,
    *JSON_REFUSALS,
    *JOB_REFUSALS,
    *RECORD_REFUSALS,
    *SOURCE_REFUSALS,
    *CONNECTOR_REFUSALS,
    *DEPOSIT_REFUSALS,
)
