"""One import from its upload to its receipt: the seven stages, composed, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from douane.errors import Refusal
from douane.model.refusing import refusal
from douane.settings import Settings
from douane.store import uploads
from douane.store.account_merging import AccountMerging
from douane.store.database import Database
from douane.store.merging import Merging
from douane.store.posting import Posting
from douane.store.runs import Run, finish_run, get_run, held_run, refuse_run, start_run
from douane.store.statistics import refresh_statistics

from .accounts.intake import AccountIntake
from .accounts.merge import AccountMerge
from .accounts.records import AccountBatch
from .accounts.texts import LoadTexts
from .batch import Batch
from .clock import Clock
from .decode import decode
from .detect import detect_charset
from .entries.merge import EntryMerge
from .intake import DETECTED, Intake, TakeDeposit
from .map import map_labels
from .merge import Merge
from .opened import Opened, opened
from .parse import Parsed, parse
from .report import first_fault, kept_receipt
from .unfinished import failed, undo
from .validate import Validator
from .work_folder import work_folder

Progress = Callable[[int, int], None]
"""Told the bytes read so far and the bytes of the whole upload."""

Merged = Merge | EntryMerge | AccountMerge

TRIES_AGAINST_OUTSIDERS = 3
ALWAYS_ANALYZED = ("customers", "addresses", "address_links", "entries")
DOCUMENT_BYTES_MAX = 50_000_000
GZIP_GAIN = 8
"""About how much larger a compressed upload becomes; only used to guess how many rows will come."""


def import_run(
    database: Database,
    settings: Settings,
    run: Run,
    intake: Intake,
    progress: Progress | None = None,
    take_deposit: TakeDeposit | None = None,
) -> Run:
    """Carry out a run; gives it as it ended, succeeded or refused.

    `take_deposit` is only asked for documents that the intake says are deposited.

    Raises Failure when we, the network or the database could not do it; the run is then failed, or
    waiting again when it is asynchronous and another try may help. Nothing of it is stored then.
    """
    with database.connection() as conn, held_run(conn, run.id):
        started = start_run(conn, run.id)
        conn.commit()
        if started is None:
            current = get_run(conn, run.organization_id, run.id)
            assert current is not None, f"run {run.id} is gone"
            return current
        try:
            refresh_statistics(conn, [*ALWAYS_ANALYZED, intake.mapping.table.name])
            ended = _Import(database, conn, settings, run, intake, progress, take_deposit).attempt()
        except Refusal as reason:
            conn.rollback()
            ended = refuse_run(conn, run.id, reason)
        except Exception as error:
            undo(conn)
            raise failed(database, run, error) from error
        conn.commit()
        return ended


@dataclass(frozen=True)
class _Import:
    database: Database
    conn: psycopg.Connection[Any]
    settings: Settings
    run: Run
    intake: Intake
    progress: Progress | None
    take_deposit: TakeDeposit | None

    def attempt(self) -> Run:
        """Import; again, and unsliced, when the unique index objects to a row."""
        for attempt in range(TRIES_AGAINST_OUTSIDERS):
            try:
                with work_folder(self.settings) as folder:
                    return self._carry_out(folder, may_slice=attempt == 0)
            except psycopg.errors.UniqueViolation:
                self.conn.rollback()
                if attempt == TRIES_AGAINST_OUTSIDERS - 1:
                    raise
        raise AssertionError("unreachable")

    def _carry_out(self, folder: Path, *, may_slice: bool) -> Run:
        run, intake = self.run, self.intake
        clock = Clock({"receive": run.receive_seconds})
        file = opened(
            self._upload_path(folder),
            folder,
            intake.suffixes,
            self.settings.limits,
            must_be_zip=intake.must_be_zip,
        )
        with clock.stage("decode"):
            encoding = self._encoding(file.data)
        merging = Merging(self.conn, intake.mapping.table, run.organization_id, run.company_id, run.id)
        self.conn.execute("savepoint before_merge")
        if intake.accounts is not None:
            merge: Merged = self._merge_accounts(intake.accounts, file, encoding, clock, folder)
        else:
            merge = self._merge_rows(merging, file, encoding, clock, folder, may_slice=may_slice)
        refuse = merge.refuse
        if run.is_dry_run or refuse is not None:
            self.conn.execute("rollback to savepoint before_merge")
        with clock.stage("report"):
            merging.copy_faults(merge.outcome.faults.pieces())
        if refuse is not None:
            fault, share = first_fault(self.conn, run.id, merge.outcome.tally)
            return refuse_run(self.conn, run.id, refuse(fault, share))
        return finish_run(self.conn, run.id, kept_receipt(merge.tables, merge.notes, clock.rounded()))

    def _merge_rows(
        self, merging: Merging, file: Opened, encoding: str, clock: Clock, folder: Path, *, may_slice: bool
    ) -> Merge | EntryMerge:
        """Map, validate and merge the rows of a table; it is read again by whoever looks at it twice."""
        intake = self.intake
        parsed = self._parse(file.data, encoding, clock)
        with clock.stage("map"):
            plan = map_labels(parsed.labels, intake.mapping)
        validator = Validator(plan, intake.declarations, clock)
        readings = chain([parsed], iter(lambda: self._parse(file.data, encoding, clock), None))

        def reread() -> Iterator[Batch]:
            return clock.timed("parse", map(plan.applied, next(readings).batches), "decode")

        with clock.stage("merge"):
            if plan.table.has_entries:
                return self._merge_entries(validator, folder, reread, file)
            merge = Merge(merging, validator, intake.wishes, self.settings, folder)
            merge.write(reread, self._blocks_expected, may_slice=may_slice)
            return merge

    def _merge_accounts(
        self, accounts: AccountIntake, file: Opened, encoding: str, clock: Clock, folder: Path
    ) -> AccountMerge:
        run = self.run
        flattening, wishes = accounts.prepared(self.conn, run.organization_id)

        def reread(load_texts: LoadTexts | None) -> Iterator[AccountBatch]:
            blocks = self._blocks(file.data, encoding, clock)
            return clock.timed("parse", flattening.batches(blocks, load_texts), "decode")

        merging = AccountMerging(self.conn, self.database, run.organization_id, run.company_id, run.id)
        merge = AccountMerge(merging, wishes, self.settings, folder)
        with clock.stage("merge"):
            merge.write(reread)
        return merge

    def _merge_entries(
        self, validator: Validator, folder: Path, reread: Callable[[], Iterator[Batch]], file: Opened
    ) -> EntryMerge:
        run, wishes = self.run, self.intake.entry_wishes
        assert wishes is not None, f"{run.dialect} says nothing of the entries of {run.door}"
        posting = Posting(self.conn, self.database, run.organization_id, run.company_id, run.id)
        posting.lock()
        merge = EntryMerge(
            posting, validator, wishes(self.conn, file.documents), folder, self.settings.gathered_rows_max
        )
        merge.write(reread, self._blocks_expected)
        if merge.outcome.tally.added or merge.outcome.tally.updated:
            for name, content in chain(file.contents(self.settings.limits), self._deposited(folder)):
                posting.attach(name, content)
        return merge

    def _deposited(self, folder: Path) -> Iterator[tuple[str, bytes]]:
        """Name and content of the documents that are not in the upload, one at a time."""
        for each in self.intake.documents:
            assert self.take_deposit is not None, "whoever carries out such a run says how deposits are taken"
            owner = self.run.organization_id
            upload = self.take_deposit(self.conn, self.settings, owner, each.deposit_id, folder)
            if upload.size > DOCUMENT_BYTES_MAX:
                raise refusal("upload-too-large", f"{DOCUMENT_BYTES_MAX:,}")
            yield each.name, upload.path.read_bytes()
            upload.path.unlink()

    def _encoding(self, path: Path) -> str:
        """The charset of the file, found out where nobody says it."""
        said = self.intake.encoding
        return detect_charset(path, self.settings.limits) if said == DETECTED else said

    def _parse(self, path: Path, encoding: str, clock: Clock) -> Parsed:
        """Open the upload, from its start."""
        blocks = self._blocks(path, encoding, clock)
        return parse(self.intake.reader(blocks, self.settings.limits, self.settings.block_bytes))

    def _blocks(self, path: Path, encoding: str, clock: Clock) -> Iterator[bytes]:
        """The text of the upload in UTF-8, from its start."""
        settings = self.settings
        decoded = decode(path, encoding, self.intake.compression, settings.limits, settings.block_bytes)
        return self._watched(clock.timed("decode", decoded))

    @property
    def _blocks_expected(self) -> float:
        gain = GZIP_GAIN if self.intake.compression else 1
        return gain * self.run.upload_bytes / self.settings.block_bytes

    def _watched(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        done, total = 0, self.run.upload_bytes
        for block in blocks:
            yield block
            done += len(block)
            if self.progress is not None:
                self.progress(min(done, total), total)

    def _upload_path(self, folder: Path) -> Path:
        if self.run.upload_path is not None:
            return Path(self.run.upload_path)
        target = folder / "upload"
        if not uploads.fetch(self.conn, self.run.id, target):
            raise refusal("upload-gone", str(self.run.id))
        return target
