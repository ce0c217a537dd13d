"""Every fault, warning and refusal code, each once: what it is called, what it says and what to do."""

from __future__ import annotations

from .code import Code
from .entry_codes import ENTRY_FAULTS
from .fec_codes import FEC_FAULTS, FEC_WARNINGS
from .file_refusals import FILE_REFUSALS
from .record_refusals import RECORD_REFUSALS
from .request_refusals import REQUEST_REFUSALS
from .row_codes import ROW_FAULTS, ROW_WARNINGS

__all__ = ["FAULTS", "REFUSALS", "WARNINGS", "Code"]


def _by_code(*codes: Code) -> dict[str, Code]:
    return {each.code: each for each in codes}


FAULTS = _by_code(*ROW_FAULTS, *ENTRY_FAULTS, *FEC_FAULTS)
WARNINGS = _by_code(*ROW_WARNINGS, *FEC_WARNINGS)
REFUSALS = _by_code(*REQUEST_REFUSALS, *FILE_REFUSALS, *RECORD_REFUSALS)
