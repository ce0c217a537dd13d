"""What an answer to a fetch means: the file, another address, try again later, or never."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from douane.errors import Refusal, SourceFailure
from douane.model.refusing import refusal

REDIRECTS = {301, 302, 303, 307, 308}
FILES = {200, 203}
LATER = {202, 206, 408, 425, 429}
DENIED = {401, 403, 407}
GONE = {404, 410}
CODINGS = {"", "identity", "gzip", "x-gzip"}
"""Content codings that may stay on the file: what is packed with gzip is recognized and opened later."""


def check_answer(status: int, headers: Mapping[str, str], shown: str) -> None:
    """Nothing when the answer is the file.

    Raises SourceFailure when asking again may give it, with the pause that the source asks for; refuses
    `source-denied`, `source-gone`, `source-refuses` and `unknown-compression` when it never will.
    """
    if status >= 500 or status in LATER:
        pause = pause_of(headers.get("retry-after", ""))
        raise SourceFailure(f"{shown} answers {status}{_reason(status)}.", pause_seconds=pause)
    if status not in FILES:
        raise _never(status, shown)
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in CODINGS:
        raise refusal("unknown-compression", coding[:50])


def content_length(headers: Mapping[str, str]) -> int | None:
    """The bytes that the answer announces, None when it comes in chunks or until the connection ends."""
    told = headers.get("content-length", "")
    if "transfer-encoding" in headers or not told:
        return None
    # The same length may be told more than once; httpcore has made sure that it is the same.
    return int(told.partition(",")[0])


def pause_of(retry_after: str) -> float | None:
    """The seconds that a Retry-After asks for, written as seconds or as a date; None when it is neither."""
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,15}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # A date without a zone is meant in UTC, as all dates of HTTP are.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _never(status: int, shown: str) -> Refusal:
    code = "source-denied" if status in DENIED else "source-gone" if status in GONE else "source-refuses"
    return refusal(code, f"{shown} answers {status}")


def _reason(status: int) -> str:
    return {202: ", it is not ready yet", 206: ", a part of the file where all of it was asked for"}.get(
        status, ""
    )
