"""The gate: places for all, one at a time in a lane, and an end that waits for everybody inside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from threading import Event

import pytest

from douane.errors import Failure
from douane.web.gate import Gate


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.001)


class Imports:
    """Imports that start when the gate lets them, and end when they are told to."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.started: list[str] = []
        self._ends: dict[str, Event] = {}

    def send(self, lane: str, name: str) -> asyncio.Task[str]:
        self._ends[name] = Event()
        return asyncio.create_task(self.gate.run(lane, self._carry_out, name))

    def end(self, name: str) -> None:
        self._ends[name].set()

    def _carry_out(self, name: str) -> str:
        self.started.append(name)
        assert self._ends[name].wait(60)
        return name


def at_a_gate(at_once: int, story: Callable[[Imports], Awaitable[None]], waiting_max: int = 10) -> None:
    async def tell() -> None:
        gate = Gate(at_once, waiting_max)
        await story(Imports(gate))
        await gate.close()

    asyncio.run(tell())


def test_one_that_waits_for_its_lane_takes_no_place_from_others() -> None:
    async def story(imports: Imports) -> None:
        busy = [imports.send("A", name) for name in ("A1", "A2", "A3")]
        await until(lambda: imports.started == ["A1"])
        other = imports.send("B", "B1")
        await until(lambda: imports.started == ["A1", "B1"])
        assert imports.gate.waiting == 2
        for name in ("B1", "A1", "A2", "A3"):
            imports.end(name)
        assert await asyncio.gather(other, *busy) == ["B1", "A1", "A2", "A3"]
        assert imports.started == ["A1", "B1", "A2", "A3"]
        assert imports.gate.waiting == 0

    at_a_gate(2, story)


def test_no_more_than_its_places_run_at_once() -> None:
    async def story(imports: Imports) -> None:
        sent = [imports.send(lane, lane) for lane in "ABC"]
        await until(lambda: len(imports.started) == 2)
        await asyncio.sleep(0.05)
        assert (imports.started, imports.gate.waiting) == (["A", "B"], 1)
        for lane in "ABC":
            imports.end(lane)
        await asyncio.gather(*sent)

    at_a_gate(2, story)


def test_nobody_more_may_wait_when_the_room_is_full() -> None:
    async def story(imports: Imports) -> None:
        sent = [imports.send("A", name) for name in ("A1", "A2")]
        await until(lambda: imports.started == ["A1"])
        with pytest.raises(Failure, match="1 imports are waiting") as busy:
            imports.gate.check_room()
        assert busy.value.transient
        imports.end("A1")
        imports.end("A2")
        await asyncio.gather(*sent)
        imports.gate.check_room()

    at_a_gate(1, story, waiting_max=1)


def test_a_caller_that_gives_up_stops_no_import_and_the_end_waits_for_it() -> None:
    async def story(imports: Imports) -> None:
        first, second = (imports.send("A", name) for name in ("A1", "A2"))
        await until(lambda: imports.started == ["A1"])
        first.cancel()
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        imports.end("A1")
        imports.end("A2")
        await imports.gate.close()
        assert imports.started == ["A1", "A2"]

    at_a_gate(1, story)


def test_an_import_that_breaks_leaves_its_lane_open() -> None:
    def breaks() -> None:
        raise ValueError("broken")

    async def story(imports: Imports) -> None:
        with pytest.raises(ValueError, match="broken"):
            await imports.gate.run("A", breaks)
        imports_again = imports.send("A", "A1")
        imports.end("A1")
        assert await imports_again == "A1"

    at_a_gate(1, story)
