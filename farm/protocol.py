"""What workers tell gateways while a task runs: one versioned, validated event (docs/protocol.md)."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from farm.types import TaskKind

_LONGEST_NOTE = 500
LONGEST_TEXT = 4_000
"""Characters of a script that one event carries at most."""


def _now() -> float:
    return round(time.time(), 3)


class ProgressEvent(BaseModel):
    """How far an attempt of a task is; `state` is a task's state, or "loading" while a model is brought onto the device.

    `step` of `of` steps are done (0 of 0: not known). `text` is a part of the script that is being
    written, from its character `text_at` on. `preview` is the SHA-256 of a small picture. `at` is seconds since 1970 by the worker's clock.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")  # a newer worker may say more

    v: Literal[1] = 1
    story: str
    job: str
    task: str
    kind: TaskKind
    shot: int | None = None
    attempt: Annotated[int, Field(ge=0)] = 0
    worker: str = ""
    state: str
    step: Annotated[int, Field(ge=0)] = 0
    of: Annotated[int, Field(ge=0)] = 0
    note: Annotated[str, Field(max_length=_LONGEST_NOTE)] = ""
    preview: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    text_at: Annotated[int, Field(ge=0)] = 0
    at: float = Field(default_factory=_now)

    @classmethod
    def make(cls, *, note: str = "", **fields: object) -> ProgressEvent:
        """An event whose note is cut to what an event may carry."""
        return cls.model_validate({"note": note[:_LONGEST_NOTE], **fields})

    def dump(self) -> bytes:
        """As JSON."""
        return self.model_dump_json().encode()


def parse(data: bytes | str) -> ProgressEvent | None:
    """The event in `data`; None for one that is broken or of a version that this process does not know."""
    try:
        return ProgressEvent.model_validate_json(data)
    except ValidationError:
        return None
