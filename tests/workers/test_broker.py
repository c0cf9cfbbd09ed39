"""The broker: tickets are picked up at once, survive a restart of Redis and the death of a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dramatiq
import pytest

from workers import broker as brokers
from workers.broker import FarmBroker, bell, listen


@pytest.fixture(autouse=True)
def _short_blocks(monkeypatch):
    monkeypatch.setattr(brokers, "BLOCK_SECONDS", 0.2)  # for a quick stop after each test


class Bench:
    """A broker with the actor `work` that notes when it ran, and a worker that listens."""

    def __init__(self, url: str, seconds: float = 0.0) -> None:
        self.broker = FarmBroker(url)
        self.ran: list[float] = []
        self.held = threading.Event()

        @dramatiq.actor(queue_name="cpu", actor_name="work", broker=self.broker)
        def work() -> None:
            self.ran.append(time.monotonic())
            self.held.wait(seconds)

        self.actor = work

    def ring(self) -> float:
        now = time.monotonic()
        self.broker.enqueue(self.actor.message())
        self.broker.client.lpush(bell("cpu"), 1)
        return now

    def wait(self, count: int, seconds: float = 5.0) -> None:
        deadline = time.monotonic() + seconds
        while len(self.ran) < count:
            assert time.monotonic() < deadline, f"{len(self.ran)} of {count} tickets were worked within {seconds} s"
            time.sleep(0.002)


@contextmanager
def listening(bench: Bench) -> Iterator[Bench]:
    worker = listen(bench.broker)
    worker.start()
    try:
        yield bench
    finally:
        bench.held.set()
        worker.stop(timeout=5000)


def test_an_idle_worker_picks_a_ticket_up_at_once(valkey):
    with listening(Bench(valkey.url)) as bench:
        bench.ring()
        bench.wait(1)
        delays = []
        for count in range(2, 12):
            time.sleep(0.05)
            sent = bench.ring()
            bench.wait(count)
            delays.append(bench.ran[-1] - sent)
        assert sorted(delays)[5] < 0.03  # polling once a second would give half a second


def test_a_busy_worker_holds_no_second_ticket(valkey):
    with listening(Bench(valkey.url, seconds=10)) as bench:
        for _ in range(3):
            bench.ring()
        bench.wait(1)
        time.sleep(0.3)
        assert valkey.client().llen("storyfarm:queue:cpu") == 2
        assert len(bench.ran) == 1


def test_the_next_ticket_follows_without_a_poll(valkey):
    with listening(Bench(valkey.url)) as bench:
        for _ in range(20):
            bench.ring()
        bench.wait(20, seconds=2)


def test_tickets_come_again_after_redis_was_flushed(valkey):
    with listening(Bench(valkey.url)) as bench:
        bench.ring()
        bench.wait(1)
        valkey.client().flushall()
        bench.ring()
        bench.wait(2, seconds=2)


def test_a_worker_outlives_a_restart_of_redis(valkey):
    with listening(Bench(valkey.url)) as bench:
        bench.ring()
        bench.wait(1)
        valkey.kill()
        time.sleep(0.3)
        valkey.start()
        bench.ring()
        bench.wait(2, seconds=4)


def test_redis_going_away_during_a_task_costs_nothing_after_it(valkey):
    with listening(Bench(valkey.url, seconds=10)) as bench:
        bench.ring()
        bench.wait(1)
        valkey.kill()
        bench.held.set()  # the task ends with Redis away: its ticket cannot be acknowledged
        time.sleep(0.2)
        valkey.start()
        bench.ring()
        bench.wait(2, seconds=4)


def test_the_ticket_of_a_dead_worker_goes_to_another(valkey, monkeypatch):
    monkeypatch.setattr(brokers, "HEARTBEAT_MS", 500)
    dead = FarmBroker(valkey.url)
    bench = Bench(valkey.url)
    bench.ring()
    assert len(dead.do_fetch("cpu", 1)) == 1  # taken by somebody who is never heard of again
    with listening(bench):
        bench.wait(1, seconds=4)


def test_a_busy_worker_stays_alive_for_the_broker(valkey, monkeypatch):
    monkeypatch.setattr(brokers, "HEARTBEAT_MS", 800)
    monkeypatch.setattr(brokers, "BEAT_SECONDS", 0.2)
    with listening(Bench(valkey.url, seconds=10)) as busy:
        busy.ring()
        busy.wait(1)
        with listening(Bench(valkey.url)) as other:
            time.sleep(1.2)
            assert other.ran == []
            assert len(busy.ran) == 1


def test_an_idle_worker_is_quiet_and_stops_promptly(valkey, monkeypatch):
    monkeypatch.setattr(brokers, "BLOCK_SECONDS", 1.0)
    client = valkey.client()
    worker = listen(Bench(valkey.url).broker)
    worker.start()
    time.sleep(0.5)
    before = client.info("stats")["total_commands_processed"]
    time.sleep(1.5)
    assert client.info("stats")["total_commands_processed"] - before < 20
    began = time.monotonic()
    worker.stop(timeout=5000)
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("pool", ["cpu", "gpu-24g"])
def test_the_bell_is_the_one_of_the_architecture(pool):
    assert bell(pool) == f"storyfarm:bell:{pool}"
