"""State machines as tables: task, job and story."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class TaskState(StrEnum):
    """Where a task is."""

    WAITING = "waiting"  # for the tasks it needs
    RUNNABLE = "runnable"
    RUNNING = "running"  # under a lease
    DONE = "done"
    FAILED = "failed"  # after its last attempt, or at once where a retry cannot help
    SKIPPED = "skipped"  # something it needs will never be there
    CANCELLED = "cancelled"


class JobState(StrEnum):
    """Where a job is; the names are the second API family's."""

    QUEUED = "queued"
    GENERATING_STORY = "generating_story"
    GENERATING_VIDEOS = "generating_videos"
    RENDERING_VIDEO = "rendering_video"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StoryState(StrEnum):
    """Where a story is; the names are the first API family's."""

    DRAFT = "draft"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    ARCHIVED = "archived"


_T, _J, _S = TaskState, JobState, StoryState

TASK: Mapping[TaskState, frozenset[TaskState]] = {
    _T.WAITING: frozenset({_T.RUNNABLE, _T.SKIPPED, _T.CANCELLED}),
    _T.RUNNABLE: frozenset({_T.RUNNING, _T.CANCELLED}),
    _T.RUNNING: frozenset({_T.RUNNABLE, _T.DONE, _T.FAILED, _T.CANCELLED}),
    _T.DONE: frozenset(),
    _T.FAILED: frozenset(),
    _T.SKIPPED: frozenset(),
    _T.CANCELLED: frozenset(),
}
JOB: Mapping[JobState, frozenset[JobState]] = {
    _J.QUEUED: frozenset({_J.GENERATING_STORY, _J.GENERATING_VIDEOS, _J.RENDERING_VIDEO, _J.FAILED, _J.CANCELLED}),  # an edit writes nothing
    _J.GENERATING_STORY: frozenset({_J.GENERATING_VIDEOS, _J.FAILED, _J.CANCELLED}),
    _J.GENERATING_VIDEOS: frozenset({_J.RENDERING_VIDEO, _J.COMPLETED, _J.FAILED, _J.CANCELLED}),
    _J.RENDERING_VIDEO: frozenset({_J.COMPLETED, _J.FAILED, _J.CANCELLED}),
    _J.COMPLETED: frozenset(),
    _J.FAILED: frozenset(),
    _J.CANCELLED: frozenset(),
}
STORY: Mapping[StoryState, frozenset[StoryState]] = {
    _S.DRAFT: frozenset({_S.PROCESSING, _S.FAILED, _S.ARCHIVED}),
    _S.PROCESSING: frozenset({_S.COMPLETED, _S.FAILED, _S.ARCHIVED}),
    _S.COMPLETED: frozenset({_S.PROCESSING, _S.ARCHIVED}),  # a frame is edited
    _S.FAILED: frozenset({_S.PROCESSING, _S.ARCHIVED}),  # its film is composed again
    _S.ARCHIVED: frozenset(),
}

TASK_ENDED = frozenset(state for state, following in TASK.items() if not following)
JOB_ENDED = frozenset(state for state, following in JOB.items() if not following)
STORY_ENDED = frozenset({_S.COMPLETED, _S.FAILED, _S.ARCHIVED})


S = TypeVar("S", bound=StrEnum)


class IllegalTransition(Exception):
    """A state was asked to become one that it cannot become: a defect, never a caller's mistake."""


def move(table: Mapping[S, frozenset[S]], old: S, new: S) -> S:
    """`new`, if the table lets `old` become it; staying is always allowed.

    Raises IllegalTransition naming both.
    """
    if new != old and new not in table[old]:
        raise IllegalTransition(f"{type(old).__name__} {old} cannot become {new}; it may become {', '.join(sorted(table[old])) or 'nothing'}")
    return new
