"""Percent and the time left."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from farm.types import TaskKind
from gateway.progress import WRITTEN_PERCENT, Progress, percent, seconds_left
from gateway.records import load
from tests.gateway.conftest import NO_LIMITS, Farm

KINDS = st.sampled_from([TaskKind.KEYFRAME, TaskKind.ANIMATE, TaskKind.SPEAK, TaskKind.SCORE, TaskKind.COMPOSE])
NEXT = {"waiting": ["waiting", "runnable", "skipped"], "runnable": ["runnable", "running"], "running": ["running", "runnable", "done", "failed"]}
WRITTEN = Progress(TaskKind.WRITE, "done", seconds=1.0)


def test_nothing_is_known_before_the_story_is_written() -> None:
    assert percent([Progress(TaskKind.WRITE, "running", 0.9)], completed=False) == 0
    assert seconds_left([Progress(TaskKind.WRITE, "running", 0.9)]) is None
    assert percent([WRITTEN], completed=False) == WRITTEN_PERCENT


@given(st.lists(KINDS, min_size=1, max_size=30), st.data())
def test_percent_never_runs_backwards_and_is_100_only_at_the_end(kinds: list[TaskKind], data: st.DataObject) -> None:
    tasks = [Progress(kind, "waiting") for kind in kinds]
    before = percent([WRITTEN, *tasks], completed=False)
    for _ in range(12):
        index = data.draw(st.integers(0, len(tasks) - 1))
        state = data.draw(st.sampled_from(NEXT.get(tasks[index].state, [tasks[index].state])))
        tasks[index] = Progress(tasks[index].kind, state, data.draw(st.floats(0, 1)))
        now = percent([WRITTEN, *tasks], completed=False)
        assert before <= now <= 99
        before = now
    assert percent([WRITTEN, *tasks], completed=True) == 100


def test_the_time_left_follows_this_storys_own_pace_and_the_hands_at_it() -> None:
    # given two pictures that took 10 s each, and four to go
    slow = [WRITTEN, *[Progress(TaskKind.KEYFRAME, "done", seconds=10.0)] * 2]
    waiting = [Progress(TaskKind.KEYFRAME, "runnable")] * 2
    # when one worker is at it, and when two are
    one = seconds_left([*slow, *waiting, Progress(TaskKind.KEYFRAME, "running", 0.5)])
    two = seconds_left([*slow, *waiting, *[Progress(TaskKind.KEYFRAME, "running", 0.5)] * 2])
    # then the first needs 25 s, the second 15 s
    assert one == 25.0
    assert two == 15.0


def test_nothing_is_left_when_all_has_ended() -> None:
    assert seconds_left([WRITTEN, Progress(TaskKind.COMPOSE, "done", seconds=3.0)]) == 0.0


def test_a_model_that_was_measured_is_expected_to_take_as_long_until_the_story_shows_otherwise() -> None:
    # given four clips by a model that takes 90 s for one, as it was measured
    clips = [Progress(TaskKind.ANIMATE, "runnable", expected=90.0)] * 4
    # then they are reckoned so, whatever is usual
    assert seconds_left([WRITTEN, *clips]) == 360.0
    # and as they really went, once one has been done
    assert seconds_left([WRITTEN, Progress(TaskKind.ANIMATE, "done", seconds=60.0), *clips[1:]]) == 180.0


def test_estimates_know_what_the_workers_devices_were_measured_to_do(farm: Farm) -> None:
    # given a written story, and two workers whose devices take 40 and 100 s for a clip
    sequence = farm.client.post("/api/v1/sequences", json={"script": "A whale sings to the moon.", "motion": True}).json()["sequences"][0]["id"]
    farm.worker.step()
    for name, seconds in (("quick", 40.0), ("slow", 100.0)):
        device = {"measured": {"camera": {"seconds": seconds, "step_seconds": None}}}
        farm.store.workers.register(name, pool="cpu", host="here", pid=1, models=["camera"], device=device)
    # when a gateway that has just come up tells how long it will take
    fresh = farm.serve(NO_LIMITS)
    try:
        view = asyncio.run_coroutine_threadsafe(load(fresh.app.state.house, sequence, farm.team), fresh.server.servers[0].get_loop()).result(10)
    finally:
        fresh.stop()
        for name in ("quick", "slow"):
            farm.store.workers.forget(name)
    # then every clip counts with the slower one's time
    assert view is not None
    clips = [task for task in view.tasks if task.kind is TaskKind.ANIMATE]
    assert clips
    assert {task.expected for task in clips} == {100.0}
    assert view.seconds_left is not None
    assert view.seconds_left > 100.0 * len(clips)
