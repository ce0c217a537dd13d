"""`make demo`: a gateway in a scratch folder takes two nights of files, accounts and a year of entries."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from douane.cli.progress import Tell, shown_progress
from douane.cli.receipts import show_receipt

FILES = Path(__file__).parent / "mydso"
SENDINGS = (
    ("The customers", "/api/clients", "clients.csv"),
    ("Their contacts", "/api/contacts", "contacts.csv"),
    ("The colleagues who look after them", "/api/users", "users.csv"),
    ("Night 1: every open item", "/api/items?clear_items_not_modified=true", "items-night-1.csv"),
    ("Night 2: what is gone is cleared", "/api/items?clear_items_not_modified=true", "items-night-2.csv"),
)
LEDGER = Path(__file__).parent / "ledger" / "732829320FEC20251231.txt"
ACCOUNTS = Path(__file__).parent / "djust" / "accounts.json"
EXPORTED = "exported.txt"
ACCOUNT = {"account_number": "411FOOBAR", "label": "FOOBAR account"}
CHUNK_BYTES = 4096
START_SECONDS_MAX = 60.0
REPLY_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 60.0
LOG_LINES_SHOWN = 20


class Broken(Exception):
    """The demo cannot go on."""


@dataclass(frozen=True)
class Gateway:
    """A running gateway and the headers that open it."""

    address: str
    headers: dict[str, str]

    def ask(
        self, method: str, path: str, body: Iterator[bytes] | None = None, size: int = 0
    ) -> tuple[http.client.HTTPResponse, Any]:
        """The response and its JSON; `body` is sent piece by piece."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=REPLY_SECONDS_MAX)
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Length"] = str(size)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response, json.loads(response.read())
        finally:
            connection.close()


def main() -> int:
    """Run the demo; gives 0 when every file was imported and the server stopped cleanly."""
    # SystemExit lets the blocks below stop the server and remove the folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    try:
        with scratch() as data, served(data) as address:
            gateway = Gateway(address, granted(data))
            for title, path, name in SENDINGS:
                send(gateway, title, path, FILES / name)
            send_accounts(address, data)
            ask_for_an_account(Gateway(address, granted_to_partner(data)))
            keep_a_year(data)
    except (Broken, OSError, http.client.HTTPException) as broken:
        print(broken, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\nThe gateway has stopped and its folder is gone, after {time.monotonic() - began:.1f} seconds.")
    return 0


def send(gateway: Gateway, title: str, path: str, file: Path) -> None:
    """Send a file through a door of MY DSO MANAGER, then show the receipt of its run."""
    size = file.stat().st_size
    print(f"\n{title}\nPOST {path} with {file.name}", flush=True)
    with shown_progress(stays=True) as tell:
        response, reply = gateway.ask("POST", path, pieces(file, tell), size)
    if reply["success"] != "true":
        raise Broken(f"{response.status}: {reply}")
    told = {name: value for name, value in reply.items() if name != "exception_lines" and value}
    print(f"{response.status} {json.dumps(told)}\n")
    run = response.headers["Douane-Run"]
    _, receipt = gateway.ask("GET", f"/v1/runs/{run}")
    show_receipt(receipt, all_faults=f"GET /v1/runs/{run}/faults")


def send_accounts(address: str, data: Path) -> None:
    """Send accounts as to DJUST, and show the list of those to correct."""
    print()
    keys = grant("djust", data)
    gateway = Gateway(address, {"Authorization": f"Bearer {keys['token']}"})
    path, size = f"/v1/connectors/{keys['connector']}/runs", ACCOUNTS.stat().st_size
    print(f"\nAccounts with their addresses\nPOST {path} with {ACCOUNTS.name}", flush=True)
    response, receipt = gateway.ask("POST", path, iter([ACCOUNTS.read_bytes()]), size)
    if response.status != 200:
        raise Broken(f"{response.status}: {receipt}")
    rejected = f"/v1/runs/{receipt['run']}/rejected.json"
    show_receipt(receipt, all_faults=f"GET /v1/runs/{receipt['run']}/faults")
    _, objects = gateway.ask("GET", rejected)
    print(f"\nGET {rejected}\n{json.dumps(objects, indent=2)}")


def ask_for_an_account(gateway: Gateway) -> None:
    """Ask for a ledger account twice, as MyUnisoft's partners do: it is made once."""
    print(
        "\nA partner asks for a ledger account, twice\nPOST /api/v1/account", json.dumps(ACCOUNT), flush=True
    )
    sent = json.dumps(ACCOUNT).encode()
    for _ in range(2):
        response, reply = gateway.ask("POST", "/api/v1/account", iter([sent]), len(sent))
        if response.status != 200:
            raise Broken(f"{response.status}: {reply}")
        print(f"{response.status} {json.dumps(reply)}")


def keep_a_year(data: Path) -> None:
    """Import a FEC, export the year again, and have what was exported judged."""
    print("\nThe entries of a year", flush=True)
    shown("import", LEDGER.name, "--company", "ACME", data=data, folder=LEDGER.parent)
    year = LEDGER.stem[-8:-4]
    shown("export", "fec", "--company", "ACME", "--year", year, "--output", EXPORTED, data=data, folder=data)
    shown("check", EXPORTED, "--strict", data=data, folder=data)


def shown(*words: str, data: Path, folder: Path) -> None:
    """Run a command in `folder` and show what it prints."""
    print(f"\n$ douane {' '.join(words)}", flush=True)
    print(run(*words, data=data, folder=folder).strip(), flush=True)


def pieces(file: Path, tell: Tell) -> Iterator[bytes]:
    """The file's bytes; `tell` hears how far the sending is."""
    total, done = file.stat().st_size, 0
    with file.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            yield chunk
            done += len(chunk)
            tell("sending" if done < total else "importing", done, total)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="douane-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of `douane serve` on a free port; it is asked to stop afterwards, as an operator would."""
    log = data / "serve.log"
    print("$ douane serve --port 0", flush=True)
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command("serve", "--port", "0", "--data", str(data)),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; the server is told to stop below
        )
    try:
        yield listening(process, log)
    finally:
        is_clean = stopped(process, data)
    if not is_clean:
        raise Broken(f"The server did not stop cleanly.\n{tail(log)}")


def listening(process: subprocess.Popen[str], log: Path) -> str:
    """The address, once the server says that it listens."""
    patience = threading.Timer(START_SECONDS_MAX, process.kill)
    patience.start()
    assert process.stdout is not None
    said = process.stdout.readline()
    patience.cancel()
    if "listens on http" not in said:
        raise Broken(f"The server did not start.\n{tail(log)}")
    print(said.strip(), flush=True)
    return said.split()[-1]


def stopped(process: subprocess.Popen[str], data: Path) -> bool:
    """End the server; whether it ended by itself, with its database."""
    process.terminate()
    try:
        is_clean = process.wait(STOP_SECONDS_MAX) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        is_clean = False
    if process.stdout is not None:
        process.stdout.close()
    if (data / "postgres" / "postmaster.pid").exists():
        # Any command that uses the database stops it when it was the last.
        subprocess.run(command("credentials", "--data", str(data)), env=environment(), check=False)  # noqa: S603
    return is_clean


def granted(data: Path) -> dict[str, str]:
    """The headers that open MY DSO MANAGER's doors for a new company."""
    keys = grant("mydso", data)
    print(f"login {keys['login']}")
    pair = f"{keys['login']}:{keys['password']}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def granted_to_partner(data: Path) -> dict[str, str]:
    """The headers that open MyUnisoft's addresses for the same company."""
    print()
    keys = grant("myunisoft", data)
    return {"X-Third-Party-Secret": keys["secret"], "Authorization": f"Bearer {keys['token']}"}


def grant(dialect: str, data: Path) -> dict[str, str]:
    """The keys of a new credential."""
    words = ("grant", dialect, "--organization", "ACME", "--json")
    print(f"$ douane {' '.join(words)}", flush=True)
    keys: dict[str, str] = json.loads(run(*words, data=data))
    return keys


def run(*words: str, data: Path, folder: Path | None = None) -> str:
    """What a command prints."""
    done = subprocess.run(  # noqa: S603 - our own command
        command(*words, "--data", str(data)),
        env=environment(),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Broken(done.stderr or done.stdout)
    return done.stdout


def command(*words: str) -> list[str]:
    """`douane` as it is installed beside this Python."""
    program = shutil.which("douane", path=str(Path(sys.executable).parent)) or shutil.which("douane")
    if program is None:
        raise Broken("There is no douane command here; make demo installs it.")
    return [program, *words]


def environment() -> dict[str, str]:
    """This environment without the settings of another gateway."""
    return {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("DOUANE_")
    }


def tail(log: Path) -> str:
    """The end of the server's log."""
    return "\n".join(log.read_text(encoding="utf-8").splitlines()[-LOG_LINES_SHOWN:])


if __name__ == "__main__":
    sys.exit(main())
