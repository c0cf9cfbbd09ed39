"""The state tables: every way through them ends, and nothing comes back from an end."""

from __future__ import annotations

import itertools
from enum import StrEnum
from typing import Any

import pytest

from farm.states import JOB, JOB_ENDED, STORY, STORY_ENDED, TASK, TASK_ENDED, IllegalTransition, JobState, StoryState, TaskState, move

TABLES: list[Any] = [(TASK, TaskState), (JOB, JobState), (STORY, StoryState)]


@pytest.mark.parametrize(("table", "states"), TABLES)
def test_every_pair_is_either_allowed_or_refused(table: Any, states: type[StrEnum]) -> None:
    assert set(table) == set(states)
    for old, new in itertools.product(states, states):
        if new in table[old] or new == old:
            assert move(table, old, new) is new
        else:
            with pytest.raises(IllegalTransition, match=f"{old} cannot become {new}"):
                move(table, old, new)


@pytest.mark.parametrize(("table", "states"), TABLES)
def test_an_end_can_be_reached_from_everywhere(table: Any, states: type[StrEnum]) -> None:
    for state in states:
        seen, todo = {state}, [state]
        while todo:
            new = set(table[todo.pop()]) - seen
            seen |= new
            todo += new
        assert any(not table[reached] for reached in seen)


def test_ends() -> None:
    assert {state.value for state in TASK_ENDED} == {"done", "failed", "skipped", "cancelled"}
    assert {state.value for state in JOB_ENDED} == {"completed", "failed", "cancelled"}
    assert {state.value for state in STORY_ENDED} == {"completed", "failed", "archived"}
