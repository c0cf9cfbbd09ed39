"""Who waits is woken: by events, by the sweep, by the end; and reads are shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import pytest

import gateway.waiters as waiters_module
from gateway.waiters import Waiters


async def _no_marks(stories: Collection[str]) -> Mapping[str, object]:
    return {}


def _waiters(events: Any = None, marks: Any = _no_marks) -> Waiters[Any, Any]:
    return Waiters(events, marks)


def test_an_event_wakes_only_its_own_story() -> None:
    async def scenario() -> tuple[bool, bool]:
        waiters = _waiters()
        with waiters.enter("a") as a, waiters.enter("b") as b:
            waiters.notice("a", {}, changed=True)
            return await a.rung(0, 1), await b.rung(0, 0.05)

    assert asyncio.run(scenario()) == (True, False)


def test_a_ring_before_the_wait_is_not_missed() -> None:
    async def scenario() -> bool:
        waiters = _waiters()
        with waiters.enter("a") as room:
            seen = room.generation
            waiters.notice("a", {}, changed=True)
            return await room.rung(seen, 0)

    assert asyncio.run(scenario())


def test_progress_without_a_change_reaches_listeners_and_wakes_no_long_poll() -> None:
    async def scenario() -> tuple[bool, list[Any]]:
        waiters = _waiters()
        with waiters.enter("a") as room, waiters.listen("a") as listener:
            waiters.notice("a", {"step": 1}, changed=False)
            return await room.rung(0, 0.05), list(listener.queue)

    assert asyncio.run(scenario()) == (False, [{"step": 1}])


def test_all_waiters_of_a_story_share_one_read_per_change() -> None:
    reads = 0

    async def read() -> int:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0.01)
        return reads

    async def scenario() -> list[int]:
        waiters = _waiters()

        async def one() -> int:
            with waiters.enter("a") as room:
                await room.rung(0, 2)
                return await room.read(read)

        tasks = [asyncio.create_task(one()) for _ in range(50)]
        await asyncio.sleep(0.01)
        waiters.notice("a", {}, changed=True)
        return await asyncio.gather(*tasks)

    assert set(asyncio.run(scenario())) == {1}


def test_a_waiter_that_leaves_does_not_take_the_shared_read_with_it() -> None:
    async def scenario() -> str:
        waiters = _waiters()

        async def read() -> str:
            await asyncio.sleep(0.05)
            return "read"

        async def one() -> str:
            with waiters.enter("a") as room:
                await room.rung(0, 2)
                return await room.read(read)

        first, second = asyncio.create_task(one()), asyncio.create_task(one())
        await asyncio.sleep(0.01)
        waiters.notice("a", {}, changed=True)
        await asyncio.sleep(0.01)
        first.cancel()
        return await second

    assert asyncio.run(scenario()) == "read"


def test_without_a_stream_one_sweep_asks_sql_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiters_module, "SWEEP_AWAY", 0.02)
    asked: list[list[str]] = []

    async def marks(stories: Collection[str]) -> Mapping[str, object]:
        asked.append(sorted(stories))
        return {"a": len(asked) // 3, "b": 0}

    async def scenario() -> tuple[bool, bool]:
        waiters = _waiters(marks=marks)
        await waiters.start()
        with waiters.enter("a") as a, waiters.enter("b") as b:
            a.mark = b.mark = 0
            woken = await a.rung(0, 2), await b.rung(0, 0.1)
        await waiters.close()
        return woken

    assert asyncio.run(scenario()) == (True, False)
    assert all(stories == ["a", "b"] for stories in asked)


def test_a_stream_that_breaks_is_followed_again() -> None:
    async def scenario() -> bool:
        tries = 0

        async def events() -> AsyncIterator[tuple[str, Any, bool]]:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise ConnectionError("away")
            yield "a", {}, True
            await asyncio.sleep(10)

        waiters = _waiters(events)
        with waiters.enter("a") as room:
            await waiters.start()
            woken = await room.rung(0, 3)
        assert waiters.connected
        await waiters.close()
        return woken

    assert asyncio.run(scenario())


def test_the_end_wakes_everybody_and_rooms_are_left_empty() -> None:
    async def scenario() -> tuple[int, int]:
        waiters = _waiters()

        async def one(story: str) -> bool:
            with waiters.enter(story) as room:
                return await room.rung(0, 5)

        tasks = [asyncio.create_task(one(f"s{index}")) for index in range(20)]
        await asyncio.sleep(0.01)
        held = waiters.waiting
        waiters.stop()
        assert all(await asyncio.gather(*tasks))
        return held, waiters.waiting

    assert asyncio.run(scenario()) == (20, 0)


def test_a_listener_that_is_too_slow_is_told_that_it_lost_something() -> None:
    async def scenario() -> tuple[bool, bool]:
        waiters = _waiters()
        with waiters.listen("a") as listener:
            for _ in range(waiters_module._QUEUED):
                waiters.notice("a", {}, changed=False)
            before = listener.lost
            waiters.notice("a", {}, changed=False)
            return before, listener.lost

    assert asyncio.run(scenario()) == (False, True)
