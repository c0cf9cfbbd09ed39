"""The farm in trouble: processes killed, Redis flushed, workers coming and going; each task's result is recorded once."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter

import psutil

from tests.workers.conftest import Farm, until


def assert_recorded_once(farm: Farm, story: str) -> None:
    """Every task is done, by exactly one attempt."""
    document = farm.document(story)
    assert document.status == "completed", farm.state(story)
    assert {task.state for task in document.tasks} == {"done"}, farm.state(story)
    done = Counter(attempt.task for attempt in farm.attempts(story) if attempt.ended == "done")
    assert set(done.values()) == {1}
    assert len(done) == len(document.tasks)


def test_a_killed_worker_a_flushed_redis_a_new_worker_and_a_drained_one(farm):
    """Two stories at once; the whole of the issue's list in one run."""
    slower = farm.settings.models.read_text().replace("seconds: 0.03", "seconds: 0.2")  # long enough to be hit
    farm.settings.models.write_text(slower)
    farm.relay()
    first, second = farm.workers(2)
    stories = [farm.story("A whale."), farm.story("A lamp.")]

    def state() -> str:
        return farm.state(stories[0])

    # when a worker is killed in the middle of a task, and all tickets are lost with the whole of Redis
    until(lambda: len(farm.lines("start")) >= 4 and any(worker.pid == first.pid and worker.task for worker in farm.store.workers.list()), 20, state)
    first.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    farm.valkey.client().flushall()
    (third,) = farm.workers(1, wait=False)
    until(lambda: any(attempt.ended == "crashed" for story in stories for attempt in farm.attempts(story)), 10, state)
    recovered = time.monotonic() - killed

    # and Redis is flushed again when a third worker has come and the second is drained
    farm.await_workers([third])
    farm.valkey.client().flushall()
    second.send_signal(signal.SIGTERM)
    assert second.wait(15) == 0

    # then both stories come, each task recorded once, and the dead worker's task was taken up within seconds, not after its lease
    for story in stories:
        farm.ended(story, 30)
        assert_recorded_once(farm, story)
    assert recovered < 6
    until(lambda: {worker.pid for worker in farm.store.workers.list()} == {third.pid}, 5)


def test_a_restart_of_redis_in_the_middle_costs_seconds(farm):
    farm.relay()
    farm.worker()
    story = farm.story()
    until(lambda: len(farm.lines("end")) >= 2, 15)
    farm.valkey.kill()
    another = farm.story("A lamp.", send=False)  # asked for while Redis is away
    time.sleep(0.5)
    farm.valkey.start()
    farm.ended(story)
    farm.ended(another)
    assert_recorded_once(farm, story)
    assert_recorded_once(farm, another)


def test_draining_gives_a_long_task_back_without_counting_the_attempt(farm):
    worker = farm.worker("--grace", "0.2")
    story = farm.story("steps 400 0.05", model="puppet")
    until(lambda: farm.document(story).tasks[0].state == "running" and farm.lines("run"), 15)
    worker.send_signal(signal.SIGTERM)
    worker.wait(10)
    task = farm.document(story).tasks[0]
    assert (task.state, task.attempts) == ("runnable", 0), farm.state(story)
    assert farm.store.workers.list() == []
    assert [attempt.ended for attempt in farm.attempts(story)] == ["released"]


def test_a_worker_whose_shell_has_ended_drains_as_any_other(farm):
    """Started in the background by somebody who has logged out since: the running task ends, it is not given back."""
    program = "import subprocess, sys; subprocess.Popen([sys.executable, '-m', 'workers', '--pool', 'cpu', '--grace', '60'], start_new_session=True).wait()"
    shell = farm.start([sys.executable, "-c", program])
    until(farm.store.workers.list, 20)
    shell.kill()
    shell.wait()
    story = farm.story("steps 40 0.05", model="puppet")
    until(lambda: farm.document(story).tasks[0].state == "running" and farm.lines("run"), 15)
    psutil.Process(farm.store.workers.list()[0].pid).send_signal(signal.SIGTERM)
    until(lambda: not farm.store.workers.list(), 20)
    (attempt,) = farm.attempts(story)
    assert (attempt.ended, farm.document(story).tasks[0].attempts) == ("failed", 1), farm.state(story)  # it ran to its end; a puppet writes no screenplay
    assert attempt.ended_at - attempt.started_at > 40 * 0.05


def test_a_second_signal_stops_at_once_and_leaves_no_process(farm):
    worker = farm.worker("--grace", "60")
    story = farm.story("hang", model="puppet")
    until(lambda: farm.lines("run"), 15)
    slots = psutil.Process(worker.pid).children(recursive=True)
    assert slots
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert worker.poll() is None
    worker.send_signal(signal.SIGINT)
    began = time.monotonic()
    worker.wait(12)
    assert time.monotonic() - began < 9
    assert not [slot for slot in slots if slot.is_running() and slot.status() != psutil.STATUS_ZOMBIE]
    assert farm.document(story).tasks[0].attempts == 0, farm.state(story)


def test_a_worker_leaves_when_its_parent_is_killed(farm):
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'workers', '--pool', 'cpu', '--die-with-parent', '--grace', '60'])\n"
        "time.sleep(60)\n"
    )
    parent = farm.start([sys.executable, "-c", program])
    until(farm.store.workers.list, 20)
    worker = psutil.Process(farm.store.workers.list()[0].pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    worker.wait(8)
    assert farm.store.workers.list() == []
