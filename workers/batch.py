"""One pass of the slot: the tasks that were claimed for it, usually one, from their inputs to their ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from farm.store.records import Claim
from workers import events
from workers.attempt import MOVE_SECONDS, Attempt
from workers.tools import Tools, Trouble
from workers.twins import Twins

LOOK_SECONDS = 0.1  # how often a silent slot's attempts look whether they are still wanted
CANCEL_SECONDS = 5.0  # from asking an engine to stop to killing the slot: a new slot has to load its models again
LEAVE_SECONDS = 1.0  # the same when the worker leaves anyway


class Batch:
    """Claims of one model carried out together; each ends by itself, and none by another's fault but the slot's death, which ends all."""

    def __init__(self, tools: Tools, claims: Sequence[Claim]) -> None:
        self.tools = tools
        self.attempts = [Attempt(tools, claim) for claim in claims]
        self.model = self.attempts[0].model
        self._answers: list[tuple[Twins, events.Done | Exception]] = []
        self._recorded = threading.Event()

    def carry_out(self) -> list[str]:
        """Do the tasks and record how each ended; returns that in a word each, in order."""
        self.perform()
        return self.finish()

    def perform(self) -> None:
        """Fetch inputs and have the slot do the works; afterwards the slot is free for others, and `finish` has to follow."""
        try:
            prepared = []
            for attempt in self.attempts:
                self._keep()
                if (work := attempt.prepare()) is not None:
                    prepared.append((attempt, work))
            if prepared:
                self._answers = self._run(Twins.paired(prepared))
                self.tools.recording.update({member.key: self._recorded for member, _ in self._answers})
        except BaseException:
            for attempt in self.attempts:
                attempt.close()
            raise
        self._keep()

    def finish(self) -> list[str]:
        """Put the outputs away and record how each task ended; may be done on another thread while the slot works for the next."""
        try:
            for member, answer in self._answers:
                self._keep()
                member.conclude(answer)
        finally:
            for member, _ in self._answers:
                self.tools.recording.pop(member.key, None)
            self._recorded.set()
            for attempt in self.attempts:
                attempt.close()
        return [attempt.ended or "discarded" for attempt in self.attempts]

    def _run(self, members: list[Twins]) -> list[tuple[Twins, events.Done | Exception]]:
        try:
            answers = Watch(self.tools, members).answers()
        except Exception as error:  # no slot could be started: nobody's fault, and everybody's end
            answers = [error] * len(members)
        return list(zip(members, answers, strict=True))

    def _keep(self) -> None:
        """The members' files are moved one after the other: the others' leases must not run out meanwhile."""
        for attempt in self.attempts:
            if attempt.ended is None:
                attempt.keeper.alive(MOVE_SECONDS)


class Watch:
    """The slot at work on the members of a batch, watched until it has answered each: for progress, for who is not wanted any more, for hangs."""

    def __init__(self, tools: Tools, members: Sequence[Twins]) -> None:
        self.tools, self.members = tools, members
        self.model = members[0].attempts[0].model
        self._open = set(range(len(members)))
        self._answers: dict[int, events.Done | Exception] = {}
        self._asked: dict[int, float] = {}  # who was told to stop, and when
        self._last = time.monotonic()
        self._allowed = tools.deadlines.allowed(self.model.name, loading=True)

    def answers(self) -> list[events.Done | Exception]:
        """What became of each member: its result, or the exception that says why there is none.

        Raises SlotError when no slot can be started.
        """
        slot = self.tools.slot
        slot.settle()
        run = slot.run(self.model, *(member.work for member in self.members))
        while self._open:
            silent = time.monotonic() - self._last
            for member in self.members:
                member.alive(self._allowed - silent)
            event = slot.next_event(LOOK_SECONDS)
            if isinstance(event, events.Died) or getattr(event, "run", None) == run:
                self._hear(event)
            self._stop(run)
        return [self._answers[number] for number in range(len(self.members))]

    def _hear(self, event: events.Event | None) -> None:
        name, deadlines = self.model.name, self.tools.deadlines
        match event:
            case events.Done(member=number):
                self._answer(number, event)
            case events.Failed(member=number):
                leaving = self.members[number].unwanted
                self._answer(number, self.members[number].leaving() if leaving else Trouble(event.message, code=event.code, retry=event.retry))
            case events.Died():
                self._end(Trouble(f"The slot died while running {name!r}: {event.reason}.", code="slot_died", retry=True, crashed=True))
            case events.Loading():
                self._alive(deadlines.allowed(name, loading=True))
                for number in self._open:
                    self.members[number].tell_loading(event, self._allowed)
            case events.Step(member=number):
                if event.step and event.seconds and number == min(self._open, default=number):
                    deadlines.observed(name, event.seconds)  # one member tells for all
                self._alive(deadlines.allowed(name, loading=False, expected=self._expected(), compiles=bool(self.model.speed.get("compile"))))
                if number in self._open:
                    self.members[number].tell_step(event, self._allowed)
            case events.Preview(member=number):
                self._alive(self._allowed)
                if number in self._open:
                    self.members[number].show(event)

    def _stop(self, run: int) -> None:
        """Tell those to stop whom nobody waits for; kill a slot that does not listen, or hangs."""
        now, slot, control = time.monotonic(), self.tools.slot, self.tools.control
        unwanted = {number for number in self._open if self.members[number].unwanted}
        if fresh := unwanted - self._asked.keys():
            slot.cancel(run, sorted(fresh))
            self._asked.update(dict.fromkeys(fresh, now))
        if self._open and unwanted == self._open:
            if now - max(self._asked[number] for number in unwanted) > (LEAVE_SECONDS if control.abandon.is_set() else CANCEL_SECONDS):
                slot.kill()
                self._end(Trouble("the slot was killed", code="slot_died", retry=True, crashed=True))
        elif self._open and now - self._last > self._allowed:
            slot.kill()
            sentence = f"{self.model.name!r} gave no sign of progress for {self._allowed:.0f} s; its slot was killed."
            self._end(Trouble(sentence, code="hung", retry=True, crashed=True))

    def _end(self, trouble: Trouble) -> None:
        """The slot is gone: whoever was to stop has stopped, for the others it is a crash."""
        for number in sorted(self._open):
            member = self.members[number]
            self._answer(number, member.leaving() if member.unwanted else trouble)

    def _answer(self, number: int, answer: events.Done | Exception) -> None:
        self._open.discard(number)
        self._answers.setdefault(number, answer)

    def _alive(self, allowed: float) -> None:
        self._last, self._allowed = time.monotonic(), allowed

    def _expected(self) -> float | None:
        """Seconds of a step as models.yaml says, else as measured here; a pass of several takes as much longer."""
        profile = self.tools.profiles.get(self.model.name)
        said = self.model.speed.get("step_seconds") or (profile.step_seconds() if profile else None)
        return None if said is None else float(said) * len(self.members)
