"""What the store takes and gives, as frozen data."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from farm.resolve import Result
from farm.specs import Spec
from farm.states import JobState, StoryState, TaskState
from farm.story import NewStory
from farm.types import Screenplay, TaskKind


def new_id(prefix: str) -> str:
    """An id that sorts by time: prefix, 48 bits of milliseconds, 80 random bits, in lower-case base 32."""
    number = (int(time.time() * 1000) & (1 << 48) - 1) << 80 | secrets.randbits(80)
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    return f"{prefix}_" + "".join(digits[number >> shift & 31] for shift in range(125, -1, -5))


class StoreError(Exception):
    """The store refuses; the message says why."""


class InsufficientCredits(StoreError):
    """The team has fewer credits than the job costs."""

    def __init__(self, balance: int, cost: int) -> None:
        super().__init__(f"this costs {cost} credits and the team has {balance}; ask the farm's operator for more")
        self.balance, self.cost = balance, cost


@dataclass(frozen=True)
class Artifact:
    """Immutable bytes, named by their SHA-256."""

    sha: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Created:
    """A story that was created."""

    story: str
    job: str


@dataclass(frozen=True)
class Lease:
    """The right to end a task: void once the task has a later epoch."""

    task: str
    epoch: int
    worker: str
    seconds: float


@dataclass(frozen=True)
class Claim:
    """A task that a worker has claimed, with all it needs to be done."""

    lease: Lease
    story: str
    job: str
    team: str
    kind: TaskKind
    name: str
    shot: int | None
    model: str
    attempt: int
    spec: Spec
    needs: Mapping[str, Result]
    crashes: int = 0
    """How many of its attempts before this one ended with their worker or slot."""

    @property
    def task(self) -> str:
        """The task's id."""
        return self.lease.task

    @property
    def epoch(self) -> int:
        """The lease's epoch."""
        return self.lease.epoch


@dataclass(frozen=True)
class Renewal:
    """Whether the lease still holds, and whether anybody wants the result."""

    lost: bool = False
    cancelled: bool = False


@dataclass(frozen=True)
class Recorded:
    """A result that is there already under a task key."""

    artifacts: tuple[tuple[str, Artifact], ...]
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Completed:
    """A task was recorded as done; the story and job as they are now."""

    story: StoryState
    job: JobState


@dataclass(frozen=True)
class Reaped:
    """A task whose lease ran out, and what became of it."""

    task: str
    story: str
    job: str
    worker: str
    attempt: int
    state: TaskState
    kind: TaskKind
    shot: int | None = None


@dataclass(frozen=True)
class TaskRecord:
    """A task as documents show it. Times are seconds since 1970."""

    id: str
    kind: TaskKind
    name: str
    shot: int | None
    model: str
    state: TaskState
    attempts: int
    step: int
    of: int
    error: str | None
    error_code: str | None
    data: Mapping[str, Any]
    outputs: Mapping[str, Artifact]
    started_at: float | None
    ended_at: float | None


@dataclass(frozen=True)
class StoryDocument:
    """A story with its latest job and every task of it, read in one transaction. Times are seconds since 1970."""

    id: str
    team: str
    status: StoryState
    error: str | None
    title: str
    request: NewStory
    screenplay: Screenplay | None
    created_at: float
    updated_at: float
    job: str
    job_status: JobState
    job_error: str | None
    job_created_at: float
    job_started_at: float | None
    job_ended_at: float | None
    credits: int
    tasks: tuple[TaskRecord, ...] = ()
    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Ids of what the story shows: "characters", "scenes", "items" by key, "shots" by index as text."""

    def task(self, name: str) -> TaskRecord | None:
        """The task of that name, such as "keyframe.3"."""
        return next((task for task in self.tasks if task.name == name), None)


@dataclass(frozen=True)
class Key:
    """An API key; `key` is there only when it has just been created."""

    id: str
    team: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: float
    revoked_at: float | None = None
    key: str = ""


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger; `amount` is what it does to the balance, in credits."""

    id: int
    team: str
    job: str | None
    kind: str
    amount: int
    note: str
    created_at: float


@dataclass(frozen=True)
class WorkerRecord:
    """A worker that has registered."""

    name: str
    pool: str
    host: str
    pid: int
    models: tuple[str, ...]
    device: Mapping[str, Any]
    state: str
    started_at: float
    seen_at: float
    task: str | None = None


@dataclass(frozen=True)
class Backlog:
    """What there is to do for one model: tasks that wait for a worker, tasks that are done now, and how long the oldest has waited, in seconds."""

    model: str
    waiting: int
    running: int
    oldest_seconds: float


@dataclass(frozen=True)
class Answer:
    """What an earlier request with the same idempotency key was answered."""

    request: str
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class StorySummary:
    """What lists show of a story."""

    id: str
    status: StoryState
    job_status: JobState
    title: str  # empty until it has one
    prompt: str  # how it begins
    aspect: str
    locale: str
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class Ticket:
    """A ticket that waits to be sent: "this pool has work"."""

    id: int
    pool: str


@dataclass(frozen=True)
class Team:
    """A team, the credits that it may still spend (None: it spends without limit), and those that its jobs have cost it, or hold."""

    id: str
    name: str
    unlimited: bool
    balance: int | None
    spent: int


@dataclass(frozen=True)
class User:
    """Somebody who may sign in."""

    id: str
    team: str
    email: str
    created_at: float


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in; `token` is there only when the session has just begun. Times are seconds since 1970."""

    user: str
    team: str
    email: str
    created_at: float
    expires_at: float
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class SeriesCharacter:
    """A face that a series keeps; `sha` is its picture."""

    name: str
    sha: str
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class SeriesRecord:
    """A series of a team, with its characters."""

    id: str
    created_at: float
    characters: tuple[SeriesCharacter, ...] = ()
