"""Measuring one model on one device, in slots like those of workers: load, steps, memory, swaps, batches, and each word of its speed options."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from farm import profiles
from farm.catalog import Model
from farm.profiles import DeviceProfile, Measured, Word
from farm.work import EngineError
from workers import events, health, samples
from workers.deadlines import Deadlines
from workers.engines import engine_class, table
from workers.slot import Slot

BATCHES = (1, 2, 4, 8)
NUMBERS = ("step_seconds", "cache_threshold")  # of speed: no words, they go along with them


class BenchError(Exception):
    """A model cannot be measured; the message says why and what to do."""


@dataclass
class Passed:
    """One pass of the slot: the answer of each work, and the times at which steps came."""

    done: list[events.Done]
    step_seconds: float
    steps: int
    swaps: list[events.Swapped]


@dataclass
class Bench:
    """How to measure: `say` hears what is being done, a sentence fragment each time."""

    model: Model
    device: health.Device
    sizes: Sequence[tuple[int, int]] = ()
    batches: Sequence[int] = BATCHES
    repeats: int = 3
    frames: int = 49
    engines: Mapping[str, str] = field(default_factory=table)
    say: Callable[[str], None] = lambda note: None
    words: bool = True
    also: Sequence[Mapping[str, Any]] = ()
    """Further settings of the speed options to measure beside those of models.yaml."""

    def run(self) -> DeviceProfile:
        """Measure everything; takes as long as about 10 works and, per word, 2 more and a load.

        Raises BenchError when the model cannot run here at all.
        """
        try:
            kind = engine_class(self.model.engine, self.engines)
        except (ImportError, ValueError) as error:
            raise BenchError(f"{self.model.name}: {error}") from error
        if lacks := kind.missing(self.model):
            raise BenchError(f"{self.model.name} cannot run here: {' '.join(lacks)}")
        sizes = list(self.sizes or samples.sizes(self.model))
        with self._slot(self.model) as slot:
            self.say("loading")
            first = self._pass(slot, self.model, sizes[0], 1)
            load = next((swap for swap in first.swaps if swap.what == "load"), None)
            rows = list(self._batches(slot, kind.batch_limit, kind.batch_key, sizes))
            park, unpark = self._swap(slot, sizes[0])
        again = self.reload(sizes[0])
        alone = max((row.peak_bytes for row in rows if row.batch == 1), default=0)
        weights = load.bytes if load else 0
        if alone:
            weights = min(weights, alone)  # of an engine that does not say what it holds it is models.yaml's guess, and more than was ever in use
        words = tuple(self._words(sizes[0])) if self.words and (self.model.speed or self.also) else ()
        versions = profiles.versions()
        return DeviceProfile(
            model=self.model.name,
            device=self.device.title,
            versions=versions,
            key=profiles.key(self.model, self.device.title, versions),
            measured_at=time.time(),
            first_load_seconds=load.seconds if load else first.done[0].load_seconds,
            load_seconds=again,
            weights_bytes=weights,
            working_bytes=max(0, alone - weights),
            park_seconds=park,
            unpark_seconds=unpark,
            measured=tuple(rows),
            words=words,
        )

    def reload(self, size: tuple[int, int], before: Callable[[], None] = lambda: None) -> float:
        """Seconds to load in a process that has the libraries already, after `before`, which may empty the cache of files."""
        self.say("loading again")
        with self._slot(self.model, parks=False) as slot:
            self._pass(slot, self.model, size, 1)
            self._gone(slot)
            before()
            return next((swap.seconds for swap in self._pass(slot, self.model, size, 1).swaps if swap.what == "load"), 0.0)

    # ---------------------------------------------------------------- parts

    def _batches(self, slot: Slot, limit: Callable[..., int], key: Callable[..., Any], sizes: Sequence[tuple[int, int]]) -> Iterator[Measured]:
        """Each size with more and more works in a pass, until a pass does not fit or the engine takes no more."""
        for size in sizes:
            spec, files = samples.spec(self.model, size, self.frames), samples.roles(self.model)
            most = limit(self.model, spec) if key(self.model, spec, files) is not None else 1
            for batch in [one for one in self.batches if one <= max(1, most)]:
                self.say(f"{_size(size) or 'a work'}, {batch} in a pass" if most > 1 else _size(size) or "a work")
                try:
                    found = [self._pass(slot, self.model, size, batch) for _ in range(self.repeats + 1)][1:]  # the first warms up
                except BenchError:
                    if batch == 1:
                        raise
                    break
                if any(done.batch < batch or done.relieved for one in found for done in one.done):
                    break  # it was halved, or something had to go: that does not fit
                yield Measured(
                    size=_size(size),
                    batch=batch,
                    steps=found[0].steps,
                    step_seconds=round(statistics.median(one.step_seconds for one in found), 5),
                    run_seconds=round(statistics.median(one.done[0].run_seconds for one in found), 5),
                    peak_bytes=max(one.done[0].peak_bytes for one in found),
                )

    def _swap(self, slot: Slot, size: tuple[int, int]) -> tuple[float | None, float | None]:
        """Seconds to park and to bring back; None where it is unloaded instead."""
        self.say("parking and bringing back")
        gone = self._gone(slot)
        if gone is None or gone.what != "park":
            return None, None
        back = next((swap for swap in self._pass(slot, self.model, size, 1).swaps if swap.what == "unpark"), None)
        return gone.seconds, back.seconds if back else None

    def _gone(self, slot: Slot) -> events.Swapped | None:
        """Have the model leave the device; how it went."""
        slot.park(self.model.name)
        deadline = time.monotonic() + Deadlines().loading
        while time.monotonic() < deadline:
            event = slot.next_event(0.5)
            if isinstance(event, events.Swapped):
                return event
            if isinstance(event, events.Died):
                raise BenchError(f"{self.model.name}: {event.reason} while it left the device.")
        return None

    def _words(self, size: tuple[int, int]) -> Iterator[Word]:
        """Without any word, with each by itself, with all together, each in a slot of its own: a compiled model does not become plain again."""
        for speed in settings(self.model.speed, self.also):
            self.say("speed: " + (", ".join(f"{option} {word}" for option, word in speed.items() if option not in NUMBERS) or "none"))
            model = self.model.model_copy(update={"speed": dict(speed)})
            try:
                with self._slot(model) as slot:
                    first = self._pass(slot, model, size, 1)
                    found = [self._pass(slot, model, size, 1) for _ in range(self.repeats)]
                yield Word(
                    speed=dict(speed),
                    first_seconds=round(first.done[0].run_seconds, 5),
                    run_seconds=round(statistics.median(one.done[0].run_seconds for one in found), 5),
                    step_seconds=round(statistics.median(one.step_seconds for one in found), 5),
                    peak_bytes=max(one.done[0].peak_bytes for one in found),
                )
            except BenchError as error:
                yield Word(speed=dict(speed), error=str(error))

    # ---------------------------------------------------------------- one pass

    @contextlib.contextmanager
    def _slot(self, model: Model, *, parks: bool = True) -> Iterator[Slot]:
        # On the CPU parking moves nothing anywhere, but what it costs is measured all the same.
        parked = 0.0 if not parks else max(self.device.parked_gb, self.device.memory_gb * health.CPU_SHARE if self.device.name == "cpu" else 0.0)
        slot = Slot(self.engines, device=self.device.name, memory_gb=max(self.device.budget_gb, model.memory_gb), parked_gb=parked)
        try:
            yield slot
        finally:
            slot.stop()

    def _pass(self, slot: Slot, model: Model, size: tuple[int, int], batch: int) -> Passed:
        """One pass with `batch` works of `size`, seeds 0, 1 …

        Raises BenchError for a work that fails, a slot that dies, silence.
        """
        folder = Path(tempfile.mkdtemp(prefix="storyfarm-bench-"))
        try:
            works = samples.works(model, size, batch, folder, self.frames)
            return self._heard(slot, slot.run(model, *works), batch)
        except EngineError as error:
            raise BenchError(error.message) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _heard(self, slot: Slot, run: int, batch: int) -> Passed:
        done: list[events.Done] = []
        swaps: list[events.Swapped] = []
        steps: list[tuple[int, int, float]] = []  # step, of, when
        last, patience = time.monotonic(), Deadlines().loading
        while len(done) < batch:
            event = slot.next_event(0.5)
            now = time.monotonic()
            if event is None:
                if now - last > patience:
                    slot.kill()
                    raise BenchError(f"{self.model.name} gave no sign of progress for {patience:.0f} s")
                continue
            last = now
            if isinstance(event, events.Swapped):
                swaps.append(event)
            elif isinstance(event, events.Died):
                raise BenchError(f"{self.model.name}: {event.reason}.")
            elif getattr(event, "run", None) != run:
                continue
            elif isinstance(event, events.Failed):
                raise BenchError(event.message)
            elif isinstance(event, events.Step) and event.member == 0 and event.step:
                steps.append((event.step, event.of, now))
            elif isinstance(event, events.Done):
                done.append(event)
        between = (steps[-1][2] - steps[0][2]) / (steps[-1][0] - steps[0][0]) if steps and steps[-1][0] > steps[0][0] else 0.0
        return Passed(done, between, steps[-1][1] if steps else 0, swaps)


def settings(speed: Mapping[str, Any], also: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """What is measured of speed options: none, each by itself, all together, and what else was asked for; each once."""
    numbers = {option: value for option, value in speed.items() if option in NUMBERS}
    words = {option: value for option, value in speed.items() if option not in NUMBERS}
    wanted: list[dict[str, Any]] = [{}, *({option: value} for option, value in words.items()), words, *map(dict, also)]
    found: list[dict[str, Any]] = []
    for one in wanted:
        whole = {**one, **{name: value for name, value in numbers.items() if name != "cache_threshold" or "cache" in one}} if one else {}
        if whole not in found:
            found.append(whole)
    return found


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}" if size != samples.NO_SIZE else ""
