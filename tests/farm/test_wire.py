"""Progress and tickets through a real Valkey, and without one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
import redis
import redis.asyncio
from dramatiq.brokers.redis import RedisBroker

from farm import progress
from farm.progress import Progress
from farm.protocol import ProgressEvent, parse
from farm.tickets import BELLS, NAMESPACE, Tickets, flush
from farm.types import TaskKind

AWAY = "unix:///tmp/storyfarm-nobody-listens-here.sock"


def event(story: str = "seq_1", step: int = 1) -> ProgressEvent:
    return ProgressEvent(story=story, job="job_1", task="task_1", kind=TaskKind.KEYFRAME, shot=0, attempt=1, worker="w", state="running", step=step, of=9)


@pytest.fixture
def clean(redis_url: str) -> str:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


def test_events_are_read_in_order_from_where_one_was(clean: str) -> None:
    publisher = Progress(clean)
    assert publisher.publish(event(step=1))
    reader = progress.read(clean, block_seconds=0.05)
    assert next(reader) is None  # from now on: what was before is not read
    for step in (2, 3):
        publisher.publish(event(step=step))
    found = [next(reader), next(reader)]
    assert [one.event.step for one in found if one] == [2, 3]
    assert found[0] is not None
    again = progress.read(clean, after=found[0].position, block_seconds=0.05)
    assert next(again) == found[1]
    everything = progress.read(clean, after="0", block_seconds=0.05)
    assert [one.event.step for one in (next(everything), next(everything), next(everything)) if one] == [1, 2, 3]


def test_asyncio_reads_the_same(clean: str) -> None:
    async def go() -> list[int]:
        publisher = Progress(clean)
        following = progress.follow(clean, block_seconds=0.2)
        assert await anext(following) is None
        for step in range(3):
            await asyncio.to_thread(publisher.publish, event(step=step))
        return [one.event.step for one in [await anext(following) for _ in range(3)] if one]

    assert asyncio.run(go()) == [0, 1, 2]


def test_what_one_missed_of_a_story(clean: str) -> None:
    publisher = Progress(clean)
    for step, story in enumerate(("seq_1", "seq_2", "seq_1", "seq_1")):
        publisher.publish(event(story, step))
    reader = progress.read(clean, after="0", block_seconds=0.05)
    first = next(reader)
    assert first is not None

    async def missed(position: str) -> list[int]:
        async with redis.asyncio.Redis.from_url(clean) as client:
            return [one.event.step for one in await progress.since(client, position, "seq_1")]

    assert asyncio.run(missed(first.position)) == [2, 3]
    for nonsense in ("", "nonsense", "9" * 40, "1-", "-1", "99999999999999999999-0", "1-1\n"):
        assert asyncio.run(missed(nonsense)) == []


def test_the_stream_is_capped(clean: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LENGTH", 100)
    publisher = Progress(clean)
    for step in range(500):
        publisher.publish(event(step=step))
    with redis.Redis.from_url(clean) as client:
        assert client.xlen(progress.STREAM) < 300


def test_a_broken_entry_is_passed_over(clean: str) -> None:
    with redis.Redis.from_url(clean) as client:
        client.xadd(progress.STREAM, {"event": "{not json"})
        client.xadd(progress.STREAM, {"other": "field"})
        client.xadd(progress.STREAM, {"event": event().dump().replace(b'"v":1', b'"v":2')})
    Progress(clean).publish(event(step=7))
    found = next(progress.read(clean, after="0", block_seconds=0.05))
    assert found is not None
    assert found.event.step == 7


def test_redis_away_stops_nobody() -> None:
    publisher = Progress(AWAY)
    began = time.monotonic()
    assert not any(publisher.publish(event()) for _ in range(1_000))
    assert time.monotonic() - began < 1.0
    with pytest.raises(redis.RedisError):
        next(progress.read(AWAY))


def test_a_publisher_comes_back(clean: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "REST_SECONDS", 0.05)
    publisher = Progress(clean)
    with redis.Redis.from_url(clean) as client:
        client.set(progress.STREAM, "of the wrong type")
        assert not publisher.publish(event())
        client.delete(progress.STREAM)
    time.sleep(0.1)
    assert publisher.publish(event())


def test_events_of_a_newer_farm_are_read_as_far_as_they_go() -> None:
    more = event().dump().replace(b"{", b'{"colour":"red",', 1)
    assert parse(more) == event().model_copy(update={"at": parse(more).at})  # type: ignore[union-attr]
    assert parse(b"") is None
    assert parse(event().dump().replace(b'"step":1', b'"step":-1')) is None


# ---------------------------------------------------------------- tickets


@dataclass
class Row:
    id: int
    pool: str


@dataclass
class Outbox:
    rows: list[Row]
    struck: list[int] = field(default_factory=list)

    def take(self, limit: int) -> Sequence[Row]:
        return [row for row in self.rows if row.id not in self.struck][:limit]

    def sent(self, ids: Sequence[int]) -> None:
        self.struck += ids


@dataclass
class HasOutbox:
    tickets: Outbox


def messages(url: str, pool: str) -> int:
    return RedisBroker(url=url, middleware=[], namespace=NAMESPACE).do_qsize(pool)


def test_a_ticket_is_a_message_and_a_ring(clean: str) -> None:
    Tickets(clean).send(["cpu", "cpu", "h200"])
    assert (messages(clean, "cpu"), messages(clean, "h200"), messages(clean, "other")) == (2, 1, 0)
    with redis.Redis.from_url(clean) as client:
        assert client.llen("storyfarm:bell:cpu") == 2
        client.delete("storyfarm:bell:cpu")
        Tickets(clean).send(["cpu"] * 500)
        assert client.llen("storyfarm:bell:cpu") == BELLS
    assert messages(clean, "cpu") == 2 + BELLS


def test_a_worker_can_take_it(clean: str) -> None:
    Tickets(clean).send(["cpu"])
    broker = RedisBroker(url=clean, middleware=[], namespace=NAMESPACE)
    message = next(broker.consume("cpu", timeout=100))
    assert message is not None
    assert (message.actor_name, message.queue_name, tuple(message.args), dict(message.kwargs)) == ("work", "cpu", (), {})


def test_the_outbox_is_sent_and_struck(clean: str) -> None:
    outbox = Outbox([Row(1, "cpu"), Row(2, "cpu"), Row(3, "h200")])
    assert flush(HasOutbox(outbox), Tickets(clean), limit=2) == 2
    assert outbox.struck == [1, 2]
    assert flush(HasOutbox(outbox), Tickets(clean)) == 1
    assert flush(HasOutbox(outbox), Tickets(clean)) == 0
    assert messages(clean, "cpu") == 2


def test_with_redis_away_the_outbox_keeps_its_tickets() -> None:
    outbox = Outbox([Row(1, "cpu")])
    assert flush(HasOutbox(outbox), Tickets(AWAY)) == 0
    assert outbox.struck == []
