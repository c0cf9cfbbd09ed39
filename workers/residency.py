"""Which models are on the device, which wait in the machine's memory, which only lie on the disk: least recently used goes first.

On the device up to its budget and what is really free there; what is evicted is parked (pinned memory, up to a budget), what does not fit there is
unloaded. Only the model that runs needs room for its work beside its weights, so several models share a device that could not run them all at once.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from farm.catalog import Model
from farm.work import EngineError
from pipelines.engine import DeviceLost, Engine, Report
from workers import events
from workers.memory import DeviceMemory, is_full

GIGABYTE = 1e9


@dataclass
class Held:
    """A loaded engine; bytes of its weights, and what its runs needed beside them so far."""

    engine: Engine
    weights: int
    working: int
    parked: bool = False


@dataclass
class Residency:
    """The engines of one slot. `tell` hears of every swap, `changed` whenever something came or went."""

    memory: DeviceMemory
    device_bytes: float
    parked_bytes: float
    make: Callable[[Model], Engine]
    tell: Callable[[events.Swapped], None]
    changed: Callable[[], None]
    measured: Mapping[str, events.Need] = field(default_factory=dict)
    """What `storyfarm models bench` measured here, by model."""
    held: OrderedDict[str, Held] = field(default_factory=OrderedDict)
    """By model name, the most recently used last."""

    # ---------------------------------------------------------------- what is where

    def ready(self) -> tuple[str, ...]:
        """Names of the models on the device, the most recently used last."""
        return tuple(name for name, held in self.held.items() if not held.parked)

    def parked(self) -> tuple[str, ...]:
        """Names of the models in the machine's memory, the most recently used last."""
        return tuple(name for name, held in self.held.items() if held.parked)

    def fits_beside(self, model: Model) -> bool:
        """Whether `model` could be loaded without anything having to go."""
        need = self._need(model)
        free = self.memory.free()
        return self._resident() + need.total <= self.device_bytes and (free is None or need.total <= free)

    # ---------------------------------------------------------------- coming and going

    def bring(self, model: Model, report: Report) -> Engine:
        """The engine of `model` on the device, loaded, brought back or there already; others go for it.

        Raises what the engine's `load` raises; EngineError (out_of_memory) when it does not fit even alone.
        """
        held = self.held.get(model.name)
        if held is not None and held.engine.model != model:
            self.drop(model.name)  # same name, other definition
            held = None
        if held is not None:
            self.held.move_to_end(model.name)
            need = events.Need(weights=held.weights, working=held.working)
            self._make_room(model.name, need.total if held.parked else need.working)
            if held.parked:
                self._unpark(model, held, report)
            return held.engine
        need = self._need(model)
        self._make_room(model.name, need.total)
        return self._load(model, need, report)

    def shed(self, keep: str) -> bool:
        """Take everything but `keep` off the device; whether there was anything."""
        others = [name for name in self.ready() if name != keep]
        for name in others:
            self.evict(name, keep)
        self.memory.release()
        return bool(others)

    def evict(self, name: str, keep: str = "") -> None:
        """Off the device: into the machine's memory while there is room, the least recently used going from there (but `keep`), else off altogether."""
        held = self.held[name]
        staying = self.held[keep].weights if keep in self.parked() else 0  # it is about to be brought back
        if held.weights + staying <= self.parked_bytes:
            while self._parked() + held.weights > self.parked_bytes:
                self.drop(next(other for other in self.parked() if other != keep), pinned=False)  # what was pinned for it is taken anew
            began = time.perf_counter()
            try:
                went = held.engine.park()
            except DeviceLost:
                raise
            except Exception as error:  # an engine that breaks while it leaves must not end whoever it leaves for
                print(f"parking {name!r} failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                went = False
            if went:
                self.memory.release()
                held.parked = True
                self._swapped(name, "park", began, held.weights)
                self.changed()
                return
        self.drop(name)

    def drop(self, name: str, *, pinned: bool = True) -> None:
        """Unload one engine, wherever it is; nothing happens when it is not there. With the last parked one goes what was pinned, if `pinned`."""
        if (held := self.held.pop(name, None)) is None:
            return
        began, weights = time.perf_counter(), held.weights
        self._discard(held.engine)
        del held
        self.memory.release(thorough=True, pinned=pinned and not self.parked())
        self._swapped(name, "unload", began, weights)
        self.changed()

    def drop_all(self) -> None:
        """Unload everything."""
        for name in list(self.held):
            self.drop(name)

    def ran(self, name: str, peak: int, before: int | None) -> None:
        """A run of `name` needed `peak` bytes in all, of which `before` were there when it began; later decisions reckon with the most so far."""
        held = self.held.get(name)
        if held is not None and peak and before is not None and self.memory.device != "cpu":  # resident memory of a process tells too little
            held.working = max(held.working, peak - before)

    # ---------------------------------------------------------------- inside

    def _load(self, model: Model, need: events.Need, report: Report) -> Engine:
        report.loading(0.0, f"loading {model.title or model.name}")
        for again in (True, False):
            began, before = time.perf_counter(), self.memory.used()
            engine = self.make(model)
            try:
                engine.load(report)
                self.memory.settle()
                break
            except BaseException as error:
                self._discard(engine)
                if not (again and is_full(error) and self.ready()):
                    raise
            self.shed(model.name)  # outside of the except block, whose traceback holds the half-loaded model
        weights = self._weights(engine, need, before)
        self.memory.rest()
        self.held[model.name] = Held(engine, weights, working=max(need.total - weights, need.working))
        self._swapped(model.name, "load", began, weights)
        self.changed()
        return engine

    def _unpark(self, model: Model, held: Held, report: Report) -> None:
        report.loading(0.0, f"bringing back {model.title or model.name}")
        for again in (True, False):
            began = time.perf_counter()
            try:
                held.engine.unpark(report)
                self.memory.settle()
                break
            except BaseException as error:
                if not (again and is_full(error) and self.ready()):
                    self.drop(model.name)  # half here and half there: nobody can run that
                    raise
            self.shed(model.name)
        held.parked = False
        self._swapped(model.name, "unpark", began, held.weights)
        self.changed()

    def _make_room(self, keep: str, need: float) -> None:
        """Evict until `need` more bytes go beside what stays; with nothing left to evict the attempt decides whether they do."""
        for name in [name for name in self.ready() if name != keep]:
            free = self.memory.free()
            if self._resident() + need <= self.device_bytes and (free is None or need <= free):
                return
            self.evict(name, keep)

    def _need(self, model: Model) -> events.Need:
        """Before it was loaded: as measured, else as models.yaml says (weights and work together, in `weights`)."""
        return self.measured.get(model.name) or events.Need(weights=int(model.memory_gb * GIGABYTE), working=0)

    def _weights(self, engine: Engine, need: events.Need, before: int | None) -> int:
        if said := engine.footprint():
            return said
        now = self.memory.used()
        if self.memory.device != "cpu" and before is not None and now is not None and now > before:
            return now - before
        return need.weights

    def _resident(self) -> int:
        return sum(held.weights for held in self.held.values() if not held.parked)

    def _parked(self) -> int:
        return sum(held.weights for held in self.held.values() if held.parked)

    @staticmethod
    def _discard(engine: Engine) -> None:
        with contextlib.suppress(Exception):
            engine.unload()

    def _swapped(self, name: str, what: events.SwapKind, began: float, weights: int) -> None:
        self.tell(events.Swapped(model=name, what=what, seconds=round(time.perf_counter() - began, 4), bytes=weights))


def too_big(model: Model, device: str, tried: Iterable[str], why: str) -> EngineError:
    """What a person reads when a work did not fit: what was tried, and what helps."""
    means = ", ".join(tried)
    reason = why.splitlines()[0] if why else "no reason given"
    return EngineError(
        f"Model {model.name!r} ran out of memory on {device}{f', even with {means}' if means else ''} ({reason}). "
        "Give it a pool whose device has more memory, or set speed.offload or speed.quantize in models.yaml.",
        code="out_of_memory",
        retry=True,
    )
