"""What worker and slot say to each other over their pipe: commands go down, events come up, each a line of JSON.

JSON and not pickle, because the slot runs engines: what comes up from it is data to be checked, never code to be run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from farm.catalog import Model
from farm.types import Frozen
from farm.work import Outcome, Work

# ---------------------------------------------------------------- down: commands


class Need(Frozen):
    """What a model takes of its device's memory, in bytes: its weights, and its work beside them."""

    weights: int
    working: int = 0

    @property
    def total(self) -> int:
        """Both."""
        return self.weights + self.working


class Boot(Frozen):
    """The first command: what this slot can run, and on what."""

    type: Literal["boot"] = "boot"
    engines: dict[str, str]  # engine name to "module:Class"
    device: str
    memory_gb: float  # engines beyond this budget leave the device, the least recently used first
    parked_gb: float = 0.0  # of the machine's memory for those that left; beyond it they are unloaded
    needs: dict[str, Need] = {}  # by model name, where it was measured on this device


class Warm(Frozen):
    """Load these models while idle, in this order; a failure is only logged."""

    type: Literal["warm"] = "warm"
    models: tuple[Model, ...]


class Survey(Frozen):
    """Say of each of these models what this machine lacks for it; a Surveyed answers each, in order. Work goes first."""

    type: Literal["survey"] = "survey"
    models: tuple[Model, ...]


class Run(Frozen):
    """Run one work, or several that may share a pass; exactly one Done or Failed answers each of them, or the slot's death all."""

    type: Literal["run"] = "run"
    run: int  # counts up; events carry it, so that a late event of an earlier run is not mistaken
    model: Model
    works: Annotated[tuple[Work, ...], Field(min_length=1)]  # events name a work by its place here, their `member`


class Cancel(Frozen):
    """Stop these works of that run at their next report."""

    type: Literal["cancel"] = "cancel"
    run: int
    members: tuple[int, ...] = (0,)


class Park(Frozen):
    """Take a model off the device, as if others needed its place; Warmed answers. For measuring."""

    type: Literal["park"] = "park"
    model: str


class Stop(Frozen):
    """Leave after the running work has unwound."""

    type: Literal["stop"] = "stop"


Command = Annotated[Boot | Warm | Survey | Run | Cancel | Park | Stop, Field(discriminator="type")]
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)

# ---------------------------------------------------------------- up: events


class Ready(Frozen):
    """The slot has started and waits for work."""

    type: Literal["ready"] = "ready"


class Warmed(Frozen):
    """Which models are on the device now, and which wait in the machine's memory, the most recently used last."""

    type: Literal["warmed"] = "warmed"
    models: tuple[str, ...]
    parked: tuple[str, ...] = ()


class Surveyed(Frozen):
    """What this machine lacks for a model, a sentence each; nothing: it can run."""

    type: Literal["surveyed"] = "surveyed"
    model: str
    lacks: tuple[str, ...]


SwapKind = Literal["load", "park", "unpark", "unload"]


class Swapped(Frozen):
    """A model came or went: from the disk, into the machine's memory, back from there, off."""

    type: Literal["swapped"] = "swapped"
    model: str
    what: SwapKind
    seconds: float
    bytes: int


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
    member: int = 0
    step: int
    of: int
    note: str = ""
    seconds: float = 0.0


class Preview(Frozen):
    """A small picture of how far it is; a file in the run's scratch folder."""

    type: Literal["preview"] = "preview"
    run: int
    member: int = 0
    path: Path
    media_type: str


class Free(Frozen):
    """The device is free for another run: what is left of this one, files to encode, is the processor's; each work still gets its Done or Failed."""

    type: Literal["free"] = "free"
    run: int


class Done(Frozen):
    """A work has ended well."""

    type: Literal["done"] = "done"
    run: int
    member: int = 0
    outcome: Outcome
    load_seconds: float
    run_seconds: float
    batch: int = 1  # how many shared the pass that it was made in
    peak_bytes: int = 0  # the most that was in use on the device meanwhile; 0: not known
    relieved: tuple[str, ...] = ()  # what was needed to make it fit


class Failed(Frozen):
    """A work has ended badly, the slot lives on; `code` "cancelled" answers a Cancel."""

    type: Literal["failed"] = "failed"
    run: int
    member: int = 0
    code: str
    message: str
    retry: bool


class Died(Frozen):
    """The slot is gone; never sent, the worker's side makes it when the process has ended."""

    type: Literal["died"] = "died"
    reason: str


Event = Annotated[Ready | Warmed | Surveyed | Swapped | Loading | Step | Preview | Free | Done | Failed | Died, Field(discriminator="type")]
EVENTS: TypeAdapter[Event] = TypeAdapter(Event)
