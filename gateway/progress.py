"""How far a story is and how long it may take: pure arithmetic over its tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from farm.types import TaskKind

WRITTEN_PERCENT = 8
"""Where a story stands once it is written: only then is it known how many tasks there are."""

USUAL_SECONDS: Mapping[TaskKind, float] = {
    TaskKind.WRITE: 2.0,
    TaskKind.PORTRAIT: 0.6,
    TaskKind.KEYFRAME: 1.0,
    TaskKind.ANIMATE: 2.0,
    TaskKind.SPEAK: 0.5,
    TaskKind.SCORE: 1.0,
    TaskKind.JOIN: 0.2,
    TaskKind.COMPOSE: 4.0,
}
"""Relative cost of the kinds (and seconds, on the embedded engines), until this story's own tasks say better."""

_ENDED = frozenset({"done", "failed", "skipped", "cancelled"})


@dataclass(frozen=True)
class Progress:
    """One task's part: its kind and state, how far it is (0..1), the seconds it took once it is done, and those that its model was measured to take."""

    kind: TaskKind
    state: str
    fraction: float = 0.0
    seconds: float | None = None
    expected: float | None = None


def percent(tasks: Iterable[Progress], *, completed: bool) -> int:
    """0 to 100; counts ended tasks only, so that a retry never takes anything back; 100 only when completed."""
    known = list(tasks)
    if completed:
        return 100
    written = any(task.kind is TaskKind.WRITE and task.state == "done" for task in known)
    if not written:
        return 0
    rest = [task for task in known if task.kind is not TaskKind.WRITE]
    total = sum(USUAL_SECONDS[task.kind] for task in rest)
    done = sum(USUAL_SECONDS[task.kind] for task in rest if task.state in _ENDED)
    return min(99, WRITTEN_PERCENT + int((100 - WRITTEN_PERCENT) * done / total)) if total else WRITTEN_PERCENT


def seconds_left(tasks: Iterable[Progress]) -> float | None:
    """An estimate: the open tasks at the pace of this story's own, spread over as many workers as are at it now; None before it is written."""
    known = list(tasks)
    if not any(task.kind is TaskKind.WRITE and task.state == "done" for task in known):
        return None
    paces = _paces(known)
    open_tasks = [task for task in known if task.state not in _ENDED]
    alone = sum(paces[task.kind] * (1 - min(1.0, task.fraction)) for task in open_tasks if task.kind is TaskKind.COMPOSE)
    shared = sum(paces[task.kind] * (1 - min(1.0, task.fraction)) for task in open_tasks if task.kind is not TaskKind.COMPOSE)
    hands = max(1, sum(task.state == "running" for task in open_tasks if task.kind is not TaskKind.COMPOSE))
    return round(shared / hands + alone, 1)


def _paces(known: list[Progress]) -> dict[TaskKind, float]:
    """Seconds a task of each kind: as this story's own took, else as `storyfarm models bench` measured its model, else the usual ones times how much slower
    this farm is."""
    took: dict[TaskKind, list[float]] = {}
    expected: dict[TaskKind, list[float]] = {}
    for task in known:
        if task.seconds is not None and task.state == "done":
            took.setdefault(task.kind, []).append(task.seconds)
        elif task.expected is not None:
            expected.setdefault(task.kind, []).append(task.expected)
    usual = sum(USUAL_SECONDS[kind] * len(times) for kind, times in took.items() if kind is not TaskKind.WRITE)
    spent = sum(sum(times) for kind, times in took.items() if kind is not TaskKind.WRITE)
    slower = spent / usual if usual and spent else 1.0
    paces = {kind: seconds * slower for kind, seconds in USUAL_SECONDS.items()}
    return paces | {kind: sum(times) / len(times) for kind, times in {**expected, **took}.items()}
