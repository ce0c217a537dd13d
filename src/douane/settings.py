"""What can be set, with its default: read once from the environment (`DOUANE_<NAME>`, `DATABASE_URL`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .errors import Refusal

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds on what a sender may send."""

    upload_bytes_max: int = 4096 * MEBIBYTE
    decoded_bytes_max: int = 16384 * MEBIBYTE
    decoded_ratio_max: int = 200
    line_bytes_max: int = 1 * MEBIBYTE
    columns_max: int = 1000
    label_length_max: int = 100
    exception_lines_max: int = 100_000
    call_bytes_max: int = 64 * MEBIBYTE
    deposit_bytes_max: int = 4096 * MEBIBYTE


@dataclass(frozen=True)
class Settings:
    """Everything an operator may set. Bytes are bytes, times are seconds, shares are between 0 and 1."""

    data: Path = field(default_factory=lambda: Path("data"))
    database_url: str = ""
    limits: Limits = field(default_factory=Limits)
    imports_at_once: int = 2
    block_bytes: int = 4 * MEBIBYTE
    known_rows_max: int = 1_500_000
    gathered_rows_max: int = 200_000
    clear_share_max: float = 0.5
    clear_rows_min: int = 100
    clear_despite_unreadable: bool = False
    create_missing_customers: bool = False
    upload_days_kept: int = 30
    public_url: str = ""
    waiting_runs_max: int = 10_000
    bucket_url: str = ""
    deposit_hours: int = 24
    deposit_days_kept: int = 7
    deposits_open_max: int = 10_000
    answer_errors_with_200: bool = True
    rate_requests_max: int = 20
    rate_seconds: int = 10
    calls_at_once_max: int = 10
    fetch_silence_seconds: float = 60.0
    fetch_seconds_max: float = 3600.0
    fetches_at_once: int = 8
    fetch_hours_max: float = 24.0
    fetch_pause_seconds_max: float = 1800.0
    worker_silence_seconds: float = 8.0
    ca_file: str = ""
    secret_key: str = field(default="", repr=False)


def from_environment(data: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (the process's own by default); `data` overrides `DOUANE_DATA`."""
    environ = os.environ if environ is None else environ
    settings: Settings = _filled(Settings(), environ)
    return replace(
        settings,
        data=data or settings.data,
        limits=_filled(Limits(), environ),
        database_url=environ.get("DATABASE_URL", ""),
    )


def _filled(defaults: Any, environ: Mapping[str, str]) -> Any:
    """`defaults` with every plain field that `environ` names replaced, converted to the default's type."""
    given: dict[str, Any] = {}
    for each in fields(defaults):
        text = environ.get(f"DOUANE_{each.name.upper()}")
        default = getattr(defaults, each.name)
        if text is not None and not isinstance(default, Limits):
            given[each.name] = _converted(each.name, text, type(default))
    return replace(defaults, **given)


def _converted(name: str, text: str, kind: Any) -> Any:
    if kind is bool:
        if text.lower() not in {"0", "1", "true", "false"}:
            raise Refusal("bad-setting", f"DOUANE_{name.upper()} is {text!r}; expected 0, 1, true or false.")
        return text.lower() in {"1", "true"}
    try:
        return Path(text) if issubclass(kind, Path) else kind(text)
    except ValueError as error:
        raise Refusal(
            "bad-setting", f"DOUANE_{name.upper()} is {text!r}; expected a {kind.__name__}."
        ) from error
