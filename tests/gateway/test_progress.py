"""Percent and the time left."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from farm.types import TaskKind
from gateway.progress import WRITTEN_PERCENT, Progress, percent, seconds_left

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
