"""The pages of a list, read one behind the other into one file, until the last one or a bound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from douane.errors import Refusal, SourceFailure
from douane.formats.json_records import BadJson, CutJson, NoRecords, Records
from douane.model.connector import MISSING, NONE, Pages
from douane.model.refusing import refusal

from .address import Address
from .asking import Answer
from .pull_bodies import blocks_of, whole_body
from .pull_readiness import awaited, check_status, check_value
from .pull_requests import Requests
from .pull_source import Source
from .pull_turns import Page, Turn, first_turn, next_turn, told_total
from .pulled_file import PulledFile

PAGES = frozenset({200, 203, 204})


@dataclass
class PagesRead:
    """How far a pull has come: pages, records in them and the bytes they had.

    `turns` and `digests` tell by hashes which pages were asked for, and which records came.
    """

    pages: int = 0
    records: int = 0
    received: int = 0
    turns: dict[bytes, int] = field(default_factory=dict)
    digests: dict[bytes, int] = field(default_factory=dict)


def read_pages(source: Source, requests: Requests, file: PulledFile, bytes_max: int) -> PagesRead:
    """Reads all pages into the file, of `bytes_max` bytes in all.

    Raises SourceFailure and Stopped; refuses what `pull` refuses.
    """
    pages, read = source.connector.pages, PagesRead()
    turn: Turn | None = first_turn(pages)
    total = None
    while turn is not None:
        _check_turn(source, read, turn)
        with _telling(pages, turn):
            page = _page(source, requests, file, turn, bytes_max - read.received)
            total = told_total(pages, page) if turn.number == 1 else total
        _take(source, read, page)
        with _telling(pages, turn):
            turn = next_turn(pages, turn, page, read.records)
    if total not in (None, read.records):
        raise SourceFailure(f"The source gives {read.records:,} records, and says that there are {total:,}.")
    return read


@contextmanager
def _telling(pages: Pages, turn: Turn) -> Iterator[None]:
    """What is refused or fails inside says which page it was: an address is shown without its parameters."""
    try:
        yield
    except (Refusal, SourceFailure) as problem:
        told = f" That was page {turn.number:,}."
        if pages.kind != NONE and not problem.message.endswith(told):
            problem.message += told
            problem.args = (problem.message,)
        raise


def _check_turn(source: Source, read: PagesRead, turn: Turn) -> None:
    # Not the key itself: a source may have a hundred thousand of them, each some thousand signs long.
    key = sha256(turn.key.encode()).digest()
    if turn.key and key in read.turns:
        raise refusal("source-repeats", f"page {read.pages:,} leads to page {read.turns[key]:,} again")
    read.turns[key] = turn.number
    if turn.number > source.connector.limits.pages_max:
        raise refusal("source-endless", f"there are more than {read.pages:,} pages")


def _take(source: Source, read: PagesRead, page: Page) -> None:
    """Count a page. A page without records may come twice: it is what stands behind the last one."""
    read.pages += 1
    read.records += page.count
    read.received += page.size
    if page.count and page.digest in read.digests:
        first = read.digests[page.digest]
        raise refusal("source-repeats", f"page {read.pages:,} has the records of page {first:,}")
    read.digests[page.digest] = read.pages
    if read.records > source.connector.limits.records_max:
        raise refusal(
            "source-too-large", f"there are more than {source.connector.limits.records_max:,} records"
        )


def _page(source: Source, requests: Requests, file: PulledFile, turn: Turn, bytes_max: int) -> Page:
    """One page, its records in the file."""
    call = source.connector.call
    request = requests.request(call, turn)

    def once() -> Page:
        pages = source.connector.pages
        with _telling(pages, turn), source.answered(request, requests) as (answer, address), file.page():
            is_behind = turn.number > 1 and pages.ends == MISSING
            until = call.until if turn.number == 1 else None
            if not (is_behind and answer.status == 404):
                check_status(answer.status, answer.headers, address.shown, until, PAGES)
            page = _read(source, file, answer, address, bytes_max)
            check_value(until, page.rest)
            return page

    return awaited(source, call, once) if turn.number == 1 else source.tried(once)


def _read(source: Source, file: PulledFile, answer: Answer, address: Address, bytes_max: int) -> Page:
    link = answer.headers.get("link", "")
    if answer.status in (204, 404):
        return Page(address, answer.status, 0, file.page_digest, 0, None, link)
    records = Records(source.connector.records_path, file.write)
    with whole_body(answer, address.shown, bytes_max, file.folder) as body:
        try:
            for block in blocks_of(body):
                source.watch.look()
                records.feed(block)
            if not body.tell():
                raise SourceFailure(f"{address.shown} answers {answer.status} with nothing in it.")
            rest = records.finish()
        except BadJson as error:
            raise _unreadable(error, answer, address, source.connector.records) from None
        size = body.tell()
    return Page(address, answer.status, records.count, file.page_digest, size, rest, link)


def _unreadable(error: BadJson, answer: Answer, address: Address, records: str) -> Exception:
    """Half of an answer may be whole the next time; what is no JSON, or has no records, will not be other."""
    if isinstance(error, CutJson):
        return SourceFailure(f"{address.shown} answers with JSON that is cut: {error}.")
    if isinstance(error, NoRecords):
        return refusal("source-without-records", f"{address.shown} has none at {records}: {error}")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()[:50]
    told = f" but {kind}" if kind and "json" not in kind else ""
    return refusal("source-not-json", f"{address.shown} answers no JSON{told}: {error}")
