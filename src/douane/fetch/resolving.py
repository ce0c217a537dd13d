"""From the name of a host to its addresses, within a bounded time."""

from __future__ import annotations

import socket
from queue import Empty, SimpleQueue
from threading import Thread

RESOLVE_SECONDS_MAX = 10.0


def resolve_host(host: str) -> list[str]:
    """The addresses of `host` as the system resolves it, in the order it prefers, each once.

    Raises OSError when the name has none, or when they are not found within ten seconds.
    """
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()
    # The system's resolver cannot be told how long to take; a thread that takes longer is left behind.
    Thread(target=lambda: answers.put(_asked(host)), name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=RESOLVE_SECONDS_MAX)
    except Empty:
        raise TimeoutError(f"no answer within {RESOLVE_SECONDS_MAX:.0f} seconds") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _asked(host: str) -> list[str] | OSError:
    try:
        found = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    return list(dict.fromkeys(str(each[4][0]) for each in found))
