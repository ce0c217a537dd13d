"""The page of the settings: the variable, the default and the meaning of each."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from douane.settings import Limits, Settings

from .markdown import code, table, titled

ABOUT = """\
Settings are environment variables, read once when a process starts. Bytes are bytes, shares lie between 0 and
1, and yes or no is written `1` or `0`. A value that cannot be read stops the command with a sentence that
names it; [`douane doctor`](commands.md#douane-doctor) also finds misspelt names."""

MEANINGS = {
    "data": "Folder of the embedded database, of received uploads and of work files; `--data` wins over it.",
    "database_url": "Address of a PostgreSQL 18 or newer; empty: the embedded one in the data folder.",
    "imports_at_once": "How many imports a server or `douane work` carries out at the same time. "
    "At a server 200 more may wait; the next one is told to come back. Those of one company never run at "
    "the same time.",
    "block_bytes": "How much of an upload is read, checked and written at a time; more of it costs memory.",
    "known_rows_max": "How many stored and coming rows a merge compares in memory at once; a larger company "
    "is merged in slices of about so many rows.",
    "gathered_rows_max": "How many entry lines are held in memory at once when the lines of an entry do not "
    "stand together in their file; the others wait on disk.",
    "clear_share_max": "A complete file that would clear more than this share of the open items has its "
    "clear held until somebody releases it.",
    "clear_rows_min": "The share is looked at only when more items than this are open.",
    "clear_despite_unreadable": "Clear even though a rejected line cannot be read well enough to tell which "
    "item it stands for.",
    "create_missing_customers": "Create a customer of whom only the code is known, instead of rejecting the "
    "row that names it.",
    "upload_days_kept": "Days for which the bytes of an upload are kept.",
    "public_url": "What senders reach this server by, such as `https://douane.example.com`, for the "
    "addresses that it gives out; empty: what their own request was sent to. Needed behind a proxy that ends "
    "TLS.",
    "waiting_runs_max": "How many imports of an organization may wait when one more is asked for by Cegid "
    "Loop's API or of a connector; that one is refused.",
    "bucket_url": "Where deposits are kept: `az://container/prefix`, `s3://bucket/prefix`, "
    "`gs://bucket/prefix` or `file:///folder`; empty: in the database. "
    "[Deposit in a bucket](../how-to/deposit-in-a-bucket.md) tells how.",
    "deposit_hours": "Hours for which a deposit can be filled once its address was given out.",
    "deposit_days_kept": "Days for which a deposit is kept after that; one that a run still waits for is "
    "kept longer.",
    "deposits_open_max": "How many deposits of an organization can be filled at the same time; for one more, "
    "a sender is told to wait.",
    "answer_errors_with_200": 'Answer a refused file with HTTP 200 and `"success": "false"`, which the '
    "senders of MY DSO MANAGER expect; otherwise with 400.",
    "rate_requests_max": "How many requests a token of MyUnisoft may make in `DOUANE_RATE_SECONDS`; the "
    "next ones are answered with 429. `0` counts nothing. Each process counts for itself.",
    "rate_seconds": "The seconds in which a token may make so many requests.",
    "calls_at_once_max": "How many requests of one address of MyUnisoft may be under way for one folder; one "
    "more is answered with 429. `0` counts nothing. Each process counts for itself.",
    "fetch_silence_seconds": "Seconds for which a host that a file is fetched from may be silent.",
    "fetch_seconds_max": "Seconds that one fetch may take as a whole.",
    "ca_file": "PEM file of a certification authority that is trusted besides the known ones when files are "
    "fetched; for closed networks.",
    "secret_key": "Key that seals addresses that are stored and the secrets of connectors, at least 32 "
    "random characters, the same in every process; former keys behind it, separated by commas. Empty: the "
    "file `secret.key` in the data folder, made on first use.",
    "fetches_at_once": "How many files a server or `douane work` fetches at the same time, beside its "
    "imports. One organization alone has half of these places, two have three quarters: slow sources of one "
    "keep no other waiting.",
    "fetch_hours_max": "Hours for which a file that cannot be fetched is tried again, with growing pauses.",
    "fetch_pause_seconds_max": "The longest pause between two tries to fetch a file; a source may ask for "
    "up to an hour.",
    "worker_silence_seconds": "After how many seconds without a sign of life a worker is taken for dead and "
    "its jobs are taken up by others.",
    "upload_bytes_max": "Size of an upload as received.",
    "decoded_bytes_max": "Size of an upload once decompressed.",
    "decoded_ratio_max": "How many times its own size a gzip upload may become; 64 MiB are always allowed.",
    "line_bytes_max": "Length of one line; a longer one is rejected.",
    "columns_max": "Labels in a header.",
    "label_length_max": "Longest label in a header, in characters.",
    "call_bytes_max": "Size of the body of a request that is no upload, such as a ledger account.",
    "deposit_bytes_max": "Size of a deposit; what lies in a bucket is measured when it is fetched.",
    "exception_lines_max": "Ignored lines told in one reply of MY DSO MANAGER; the receipt has all of them.",
}


def page() -> str:
    """The text of the page."""
    blocks = [ABOUT, _section(Settings()), "## Limits on what a sender may send", _section(Limits())]
    return titled("Settings", *blocks)


def _section(defaults: Any) -> str:
    names = [each.name for each in fields(defaults) if each.name != "limits"]
    rows = ((code(_variable(name)), _shown(getattr(defaults, name)), MEANINGS[name]) for name in names)
    return table(("variable", "default", "meaning"), rows)


def _variable(name: str) -> str:
    return "DATABASE_URL" if name == "database_url" else f"DOUANE_{name.upper()}"


def _shown(value: bool | float | str | Path) -> str:
    if isinstance(value, bool):
        return code(str(int(value)))
    if isinstance(value, int) and value >= 1 << 20 and value % (1 << 20) == 0:
        return f"`{value}` ({value >> 20:,} MiB)"
    return code(str(value))
