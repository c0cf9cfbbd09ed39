"""Reaper and relay: who is dead, what becomes of their tasks, and tickets that nobody sent."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from farm.store import tables as t
from workers import health, relay
from workers.reaper import dead, reap
from workers.worker import run_worker

HERE = "here/boot-1"


def register(farm, name: str, *, host: str = HERE, pid: int | None = None) -> None:
    farm.store.workers.register(name, pool="cpu", host=host, pid=pid or os.getpid(), models=["troupe"], device={})


def gone_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def silence(farm, name: str, seconds: float) -> None:
    with farm.store.database.write() as connection:
        connection.execute(t.workers.update().where(t.workers.c.name == name).values(seen_at=t.now() - seconds))


def test_the_dead_are_the_silent_and_the_ended_processes_of_this_place(farm):
    register(farm, "alive")
    register(farm, "ended", pid=gone_pid())
    register(farm, "elsewhere", host="there/boot-1", pid=gone_pid())
    register(farm, "silent", host="there/boot-1")
    silence(farm, "silent", 11)
    assert dead(farm.store, HERE) == ["ended", "silent"]


def test_a_process_that_only_wears_a_dead_workers_number_is_not_it():
    assert not health.process_gone(os.getpid(), time.time())
    assert health.process_gone(os.getpid(), time.time() - 10_000_000)


def test_a_dead_workers_task_is_taken_up_at_once(farm):
    story = farm.story()
    register(farm, "ended", pid=gone_pid())
    claim = farm.store.tasks.claim("ended", "cpu", ["troupe"], (), 3600)
    assert [one.task for one in reap(farm.store, HERE)] == [claim.task]
    assert farm.store.workers.list() == []
    assert farm.document(story).tasks[0].state == "runnable"
    assert reap(farm.store, HERE) == []


def test_the_living_keep_their_tasks(farm):
    farm.story()
    register(farm, "alive")
    farm.store.tasks.claim("alive", "cpu", ["troupe"], (), 3600)
    assert reap(farm.store, HERE) == []


def test_relays_side_by_side_send_what_was_left_unsent_and_outlive_redis(farm, monkeypatch):
    monkeypatch.setattr(relay, "LOOP_SECONDS", 0.05)
    monkeypatch.setattr(relay, "LONGEST_PAUSE_SECONDS", 0.2)
    stop = threading.Event()
    relays = [relay.Relay(farm.settings) for _ in range(2)]
    farm.valkey.kill()
    farm.story(send=False)
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in relays]
    try:
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        farm.valkey.start()
        client = farm.valkey.client()
        deadline = time.monotonic() + 5
        while not (client.llen("storyfarm:queue:cpu") and client.llen("storyfarm:bell:cpu")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        stop.set()
        for thread in threads:
            thread.join(5)
        for one in relays:
            one.close()
    assert farm.store.tickets.take(10) == []


def test_tickets_lost_with_redis_are_rung_for_again_and_do_not_heap_up(farm, monkeypatch):
    monkeypatch.setattr(relay, "WAITED_SECONDS", 0.0)
    farm.story()
    farm.valkey.client().flushall()
    one = relay.Relay(farm.settings)
    try:
        one.round()
        assert farm.valkey.client().llen("storyfarm:queue:cpu") == 1
        for _ in range(300):
            farm.tickets.send(["cpu"])
        assert farm.valkey.client().llen("storyfarm:queue:cpu") == 256
    finally:
        one.close()


def test_an_unknown_pool_or_device_is_named(farm):
    with pytest.raises(ValueError, match=r"nowhere.*cpu"):
        run_worker(farm.settings, farm.catalog, "nowhere")
    with pytest.raises(RuntimeError, match="cuda:7"):
        run_worker(farm.settings, farm.catalog, "cpu", device="cuda:7")
