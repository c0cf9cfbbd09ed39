"""The works of one run, in the slot: in one pass where that goes, in halves or one by one where it does not; and what each reports."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from farm.work import Cancelled, EngineError, Outcome
from pipelines.engine import DeviceLost, Engine, Rest
from workers import events
from workers.memory import is_full
from workers.residency import too_big

if TYPE_CHECKING:
    from workers.slot_child import Slot

REPORT_EVERY = 0.05  # seconds between two Step events of one work: twice as often as anybody is told


def is_lost(error: BaseException) -> bool:
    """Whether the device is lost to this process."""
    from pipelines.diffusion.faults import device_lost  # knows CUDA's ways of saying it, imports no torch

    return isinstance(error, DeviceLost) or device_lost(error)


class Pass:
    """The works of one Run: in one pass where that goes, in halves or one by one where it does not."""

    def __init__(self, slot: Slot, command: events.Run) -> None:
        self.slot, self.command, self.model = slot, command, command.model
        self.reports = [WorkReport(slot, command.run, member) for member in range(len(command.works))]
        self.loaded = 0.0
        self.left = 0
        """How many members' rests are still at work, or were."""

    def carry_out(self) -> None:
        """Answer every member, or leave what is left of it to `Slot.rests`, which answers it then."""
        self._carry_out()
        if self.left:
            self.slot.send(events.Free(run=self.command.run))

    def _carry_out(self) -> None:
        members = list(range(len(self.reports)))
        began = time.perf_counter()
        try:
            everybody = Everybody(self.reports)
            everybody.check()
            engine = self.slot.models.bring(self.model, everybody)
            self.loaded = time.perf_counter() - began
            for report in self.reports:
                report.start()
        except BaseException as error:
            for member in members:
                self._failed(member, error)
            return
        self._perform(engine, members)

    def _perform(self, engine: Engine, members: list[int]) -> None:
        """Run `members` together; what cannot be together is tried again apart, what is too big with less."""
        wanted = []
        for member in members:
            if self.reports[member].unwanted:
                self._failed(member, Cancelled())
            else:
                wanted.append(member)
        relieved: list[str] = []
        while wanted:
            before = self.slot.memory.used()
            self.slot.memory.begin()
            began = time.perf_counter()
            try:
                answers = self._called(engine, wanted)
            except BaseException as error:
                full = is_full(error)
                if is_lost(error) or (len(wanted) == 1 and not full):
                    for member in wanted:
                        self._failed(member, error)
                    return
                why = error.message if isinstance(error, EngineError) else f"{type(error).__name__}: {error}"
                if not full:
                    traceback.print_exception(error)  # to the worker's log
            else:
                self._answer(wanted, answers, time.perf_counter() - began, before, relieved)
                return
            # Outside of the except block, whose traceback holds what is to be freed.
            self.slot.memory.release()
            if len(wanted) > 1:
                self._apart(engine, wanted, halves=full, why=why)
                return
            rung = self._relieve(engine, wanted[0])
            if rung is None:
                self.slot.models.drop(self.model.name)
                self._failed(wanted[0], too_big(self.model, self.slot.boot.device, relieved, why))
                return
            relieved.append(rung)
            print(f"{self.model.name!r} ran out of memory ({why}); once more with {rung}", file=sys.stderr, flush=True)

    def _called(self, engine: Engine, members: list[int]) -> list[Outcome | Rest | Exception]:
        works = [self.command.works[member] for member in members]
        answers = list(engine.compute(works, [self.reports[member] for member in members]))
        if len(answers) != len(works):
            raise RuntimeError(f"engine {self.model.engine!r} gave {len(answers)} answers to {len(works)} works")
        return answers

    def _apart(self, engine: Engine, members: list[int], *, halves: bool, why: str) -> None:
        """A pass that was too big is halved; one that broke is taken apart, so that each work meets its own fate."""
        size = (len(members) + 1) // 2 if halves else 1
        print(f"{len(members)} works of {self.model.name!r} cannot share a pass ({why}); trying {size} at a time", file=sys.stderr, flush=True)
        for start in range(0, len(members), size):
            if self.model.name not in self.slot.models.ready():  # an earlier part's failure dropped the engine
                try:
                    engine = self.slot.models.bring(self.model, Everybody(self.reports))
                except BaseException as error:
                    for member in members[start:]:
                        self._failed(member, error)
                    return
            self._perform(engine, members[start : start + size])

    def _relieve(self, engine: Engine, member: int) -> str | None:
        """The next thing that makes room: first what others hold, then the engine's own ladder; None when there is none."""
        if self.slot.models.shed(self.model.name):
            return "the other models off the device"
        try:
            return engine.relieve(self.command.works[member])
        except DeviceLost:
            raise
        except Exception as error:
            print(f"{self.model.name!r} could not be relieved: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            return None

    def _answer(self, members: list[int], answers: list[Outcome | Rest | Exception], seconds: float, before: int | None, relieved: list[str]) -> None:
        peak = self.slot.memory.peak()
        self.slot.models.ran(self.model.name, peak, before)

        def done(member: int, outcome: Outcome) -> events.Done:
            return events.Done(
                run=self.command.run, member=member, outcome=outcome, load_seconds=self.loaded, run_seconds=seconds,
                batch=len(members), peak_bytes=peak, relieved=tuple(relieved),
            )  # fmt: skip

        for member, answer in zip(members, answers, strict=True):
            if isinstance(answer, Outcome):
                self.slot.send(done(member, answer))
            elif isinstance(answer, Rest):
                self.left += 1
                self.slot.rests.leave(self.command.run, partial(self._finished, member, answer, partial(done, member)))
            else:
                self._failed(member, answer)

    def _finished(self, member: int, rest: Rest, done: Callable[[Outcome], events.Done]) -> None:
        """On another thread: the rest of a work, and its answer. Whatever breaks there broke beside the engine, which may be at the next work."""
        answer: events.Event
        try:
            answer = done(rest.finish())
        except BaseException as error:
            answer = self.slot.told(self.command.run, member, self.model, error)
        self.slot.send(answer)

    def _failed(self, member: int, error: BaseException) -> None:
        self.slot.send(self.slot.failure(self.command.run, member, self.model, error))


class Everybody:
    """The report of a model that is loaded for several works: it goes on as long as one of them is wanted."""

    def __init__(self, reports: list[WorkReport]) -> None:
        self._reports = reports

    def check(self) -> None:
        """Raise Cancelled when none of them is wanted any more."""
        if all(report.unwanted for report in self._reports):
            raise Cancelled

    def loading(self, fraction: float, note: str = "") -> None:
        self.check()
        self._reports[0].tell_loading(fraction, note)

    def step(self, step: int, of: int, note: str = "") -> None:
        self.check()

    def preview(self, path: Path, media_type: str) -> None: ...


class WorkReport:
    """What an engine reports to during one work of a run."""

    def __init__(self, slot: Slot, run: int, member: int) -> None:
        self._slot, self._run, self._member = slot, run, member
        self._sent = 0.0
        self._stepped = time.perf_counter()
        self._slowest = 0.0

    @property
    def unwanted(self) -> bool:
        """Whether this work was cancelled, or the slot is to leave."""
        return (self._run, self._member) in self._slot.cancelled or self._slot.stopping.is_set()

    def check(self) -> None:
        """Raise Cancelled when this work is not wanted any more."""
        if self.unwanted:
            raise Cancelled

    def tell_loading(self, fraction: float, note: str) -> None:
        """Tell, and do not ask whether this work is wanted."""
        self._slot.send(events.Loading(run=self._run, fraction=min(1.0, max(0.0, fraction)), note=note))

    def start(self) -> None:
        """Loading is over: steps are timed from now."""
        self._stepped = time.perf_counter()
        self._slot.send(events.Step(run=self._run, member=self._member, step=0, of=0))

    def loading(self, fraction: float, note: str = "") -> None:
        self.check()
        self.tell_loading(fraction, note)

    def step(self, step: int, of: int, note: str = "") -> None:
        self.check()
        now = time.perf_counter()
        self._slowest, self._stepped = max(self._slowest, now - self._stepped), now
        if now - self._sent >= REPORT_EVERY or step >= of:
            self._slot.send(events.Step(run=self._run, member=self._member, step=step, of=of, note=note, seconds=self._slowest))
            self._sent, self._slowest = now, 0.0

    def preview(self, path: Path, media_type: str) -> None:
        self.check()
        self._slot.send(events.Preview(run=self._run, member=self._member, path=path, media_type=media_type))
