"""What worker and slot say to each other over their pipe: commands go down, events come up, each a line of JSON.

JSON and not pickle, because the slot runs engines: what comes up from it is data to be checked, never code to be run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from farm.catalog import Model
from farm.types import Frozen, Outcome, Work

# ---------------------------------------------------------------- down: commands


class Boot(Frozen):
    """The first command: what this slot can run, and on what."""

    type: Literal["boot"] = "boot"
    engines: dict[str, str]  # engine name to "module:Class"
    device: str
    memory_gb: float  # engines beyond this budget are unloaded, the least recently used first


class Warm(Frozen):
    """Load these models while idle, in this order; a failure is only logged."""

    type: Literal["warm"] = "warm"
    models: tuple[Model, ...]


class Run(Frozen):
    """Run one work; exactly one Done or Failed answers it, or the slot's death."""

    type: Literal["run"] = "run"
    run: int  # counts up; events carry it, so that a late event of an earlier run is not mistaken
    model: Model
    work: Work


class Cancel(Frozen):
    """Stop that run at its next report."""

    type: Literal["cancel"] = "cancel"
    run: int


class Stop(Frozen):
    """Leave after the running work has unwound."""

    type: Literal["stop"] = "stop"


Command = Annotated[Boot | Warm | Run | Cancel | Stop, Field(discriminator="type")]
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)

# ---------------------------------------------------------------- up: events


class Ready(Frozen):
    """The slot has started and waits for work."""

    type: Literal["ready"] = "ready"


class Warmed(Frozen):
    """Which models are loaded now, the most recently used last."""

    type: Literal["warmed"] = "warmed"
    models: tuple[str, ...]


class Loading(Frozen):
    """A model is being loaded for this run; `fraction` from 0 to 1."""

    type: Literal["loading"] = "loading"
    run: int
    fraction: float
    note: str = ""


class Step(Frozen):
    """Step `step` of `of` is done; `seconds` is how long the latest step took."""

    type: Literal["step"] = "step"
    run: int
    step: int
    of: int
    note: str = ""
    seconds: float = 0.0


class Preview(Frozen):
    """A small picture of how far it is; a file in the run's scratch folder."""

    type: Literal["preview"] = "preview"
    run: int
    path: Path
    media_type: str


class Done(Frozen):
    """The run has ended well."""

    type: Literal["done"] = "done"
    run: int
    outcome: Outcome
    load_seconds: float
    run_seconds: float


class Failed(Frozen):
    """The run has ended badly, the slot lives on; `code` "cancelled" answers a Cancel."""

    type: Literal["failed"] = "failed"
    run: int
    code: str
    message: str
    retry: bool


class Died(Frozen):
    """The slot is gone; never sent, the worker's side makes it when the process has ended."""

    type: Literal["died"] = "died"
    reason: str


Event = Annotated[Ready | Warmed | Loading | Step | Preview | Done | Failed | Died, Field(discriminator="type")]
EVENTS: TypeAdapter[Event] = TypeAdapter(Event)
