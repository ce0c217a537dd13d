"""The Idempotency-Key header: one key, one file; a repeat gets the stored run instead of another import."""

from __future__ import annotations

from douane.errors import Refusal
from douane.model.refusing import refusal
from douane.store.database import Database
from douane.store.runs import NewRun, Run, find_run_by_key

KEY_LENGTH_MAX = 255
SAME = ("dialect", "door", "options", "is_dry_run", "is_async", "upload_digest")


class KeyTaken(Refusal):
    """The key belongs to the run `run_id`, whose answer is not the answer to this request."""

    def __init__(self, code: str, run_id: int | None) -> None:
        refused = refusal(code)
        super().__init__(refused.code, refused.message, refused.hint)
        self.run_id = run_id


def in_use(run: Run | None = None) -> KeyTaken:
    """The refusal of a repeat that came before the first request was answered."""
    return KeyTaken("idempotency-key-in-use", run.id if run else None)


def checked_key(header: str | None) -> str | None:
    """The key, None when there is none. Refuses `unknown-option` for a key that cannot be kept."""
    key = (header or "").strip()
    if len(key) > KEY_LENGTH_MAX:
        raise refusal("unknown-option", f"Idempotency-Key is longer than {KEY_LENGTH_MAX} characters.")
    if not key.isprintable():
        raise refusal("unknown-option", "Idempotency-Key holds control characters.")
    return key or None


def stored_run(database: Database, new: NewRun) -> Run | None:
    """The run that answers `new` already, None when nothing holds its key.

    Raises KeyTaken when the key belongs to another file or other options, or to a run under way.
    """
    if new.idempotency_key is None:
        return None
    with database.connection() as conn:
        run = find_run_by_key(conn, new.company_id, new.idempotency_key)
    if run is None:
        return None
    if any(getattr(run, name) != getattr(new, name) for name in SAME):
        raise KeyTaken("idempotency-key-reused", run.id)
    if not run.is_async and run.state in {"waiting", "running"}:
        raise in_use(run)
    return run
