"""One pass of the slot: the tasks that were claimed for it, usually one, from their inputs to their ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from farm.store.records import Claim
from workers import events
from workers.attempt import MOVE_SECONDS, Attempt
from workers.tools import Abandoned, Tools, Trouble
from workers.twins import Twins

NEAR_SECONDS = 0.5  # before the end of a pass by its steps: what is to be next may be made ready
CANCEL_SECONDS = 5.0  # from asking an engine to stop to killing the slot: a new slot has to load its models again
LEAVE_SECONDS = 1.0  # the same when the worker leaves anyway


class Batch:
    """Claims of one model carried out together; each ends by itself, and none by another's fault but the slot's death, which ends all."""

    def __init__(self, tools: Tools, claims: Sequence[Claim]) -> None:
        self.tools = tools
        self.attempts = [Attempt(tools, claim) for claim in claims]
        self.model = self.attempts[0].model
        self._members: list[Twins] = []
        self._watch: Watch | None = None
        self._prepared = False
        self._recorded = threading.Event()

    def carry_out(self) -> list[str]:
        """Do the tasks and record how each ended; returns that in a word each, in order."""
        self.perform()
        return self.finish()

    def prepare(self) -> None:
        """Fetch inputs; may be done on another thread, before `perform`."""
        if self._prepared:
            return
        self._prepared = True
        try:
            prepared = []
            for attempt in self.attempts:
                self._keep()
                if (work := attempt.prepare()) is not None:
                    prepared.append((attempt, work))
            self._members = Twins.paired(prepared)
        except BaseException:
            self._close()
            raise
        self._keep()

    def perform(self, near: Callable[[], None] = lambda: None) -> None:
        """Have the slot do the works, until it is free for others; `finish` has to follow. `near` is called once, shortly before that."""
        self.prepare()
        if not self._members:
            return
        try:
            self.tools.recording.update({member.key: self._recorded for member in self._members})
            self._watch = Watch(self.tools, self._members)
            self._watch.begin()
            told = False
            while not self._watch.through:
                self.tools.switchboard.hear()
                if self._watch.near and not told:
                    told = True
                    near()
        except BaseException:
            self._close()
            raise
        self._keep()

    def finish(self) -> list[str]:
        """Wait for what the slot still writes, put the outputs away and record how each task ended.

        May be done on another thread while the slot works for the next.
        """
        try:
            if self._watch is not None:
                self.tools.switchboard.wait(self._watch.over)
                for member, answer in zip(self._members, self._watch.answers(), strict=True):
                    self._keep()
                    member.conclude(answer)
        finally:
            self._close()
        return [attempt.ended or "discarded" for attempt in self.attempts]

    @property
    def over(self) -> threading.Event:
        """Set when the slot has nothing more to say to it."""
        return self._watch.over if self._watch is not None else self._recorded

    def give_back(self) -> None:
        """What was prepared is not to be performed: the tasks go back, their attempts not counted."""
        try:
            for member in self._members:
                for attempt in member.attempts:
                    attempt.conclude(Abandoned())
        finally:
            self._close()

    def _close(self) -> None:
        for member in self._members:
            self.tools.recording.pop(member.key, None)
        self._recorded.set()
        for attempt in self.attempts:
            attempt.close()

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
        self.over = threading.Event()
        """Set when every member is answered."""
        self.free = False
        """Whether the slot is free for another run: what is left of this one is written beside it."""
        self.near = False
        """Whether it soon will be."""
        self._run = 0
        self._open = set(range(len(members)))
        self._answers: dict[int, events.Done | Exception] = {}
        self._asked: dict[int, float] = {}  # who was told to stop, and when
        self._first: tuple[int, float] | None = None  # the first step that was told of, and when
        self._last = time.monotonic()
        self._allowed = tools.deadlines.allowed(self.model.name, loading=True)

    @property
    def through(self) -> bool:
        """Whether the slot is free for another run."""
        return self.free or self.over.is_set()

    def begin(self) -> None:
        """Send the works down; where no slot can be started, that is everybody's end, and nobody's fault."""
        try:
            self._run = self.tools.switchboard.begin(self, self.model, *(member.work for member in self.members))
        except Exception as error:
            self.broke(error)

    def answers(self) -> list[events.Done | Exception]:
        """What became of each member: its result, or the exception that says why there is none."""
        return [self._answers[number] for number in range(len(self.members))]

    def broke(self, error: Exception) -> None:
        """Answer everyone who has no answer yet with this."""
        for number in sorted(self._open):
            self._answer(number, error)

    def hear(self, event: events.Event) -> None:
        """The slot said something of this run, or died."""
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
                self._nears(event)
                if number in self._open:
                    self.members[number].tell_step(event, self._allowed)
            case events.Preview(member=number):
                self._alive(self._allowed)
                if number in self._open:
                    self.members[number].show(event)
            case events.Free():
                self.free = self.near = True
                self._alive(MOVE_SECONDS)

    def look(self) -> None:
        """Tell those to stop whom nobody waits for; kill a slot that does not listen, or hangs."""
        now, slot, control = time.monotonic(), self.tools.slot, self.tools.control
        for member in self.members:
            member.alive(self._allowed - (now - self._last))
        unwanted = {number for number in self._open if self.members[number].unwanted}
        if self.free:  # files that nobody waits for are written in vain: no reason to kill a slot that is at others' work
            for number in unwanted:
                self._answer(number, self.members[number].leaving())
        elif fresh := unwanted - self._asked.keys():
            slot.cancel(self._run, sorted(fresh))
            self._asked.update(dict.fromkeys(fresh, now))
        if self._open and unwanted == self._open:
            if now - max(self._asked[number] for number in unwanted) > (LEAVE_SECONDS if control.abandon.is_set() else CANCEL_SECONDS):
                slot.kill()
                self._end(Trouble("the slot was killed", code="slot_died", retry=True, crashed=True))
        elif self._open and now - self._last > self._allowed:
            slot.kill()
            sentence = f"{self.model.name!r} gave no sign of progress for {self._allowed:.0f} s; its slot was killed."
            self._end(Trouble(sentence, code="hung", retry=True, crashed=True))

    def _nears(self, event: events.Step) -> None:
        """By its steps so far: when will it be through?"""
        now = time.monotonic()
        if self._first is None or event.step <= self._first[0]:
            self._first = (event.step, now)
        step, when = self._first
        rate = (now - when) / (event.step - step) if event.step > step else None
        left = 0.0 if event.of and event.step >= event.of else None if rate is None else (event.of - event.step) * rate
        self.near = self.near or (left is not None and left <= NEAR_SECONDS)

    def _end(self, trouble: Trouble) -> None:
        """The slot is gone: whoever was to stop has stopped, for the others it is a crash."""
        for number in sorted(self._open):
            member = self.members[number]
            self._answer(number, member.leaving() if member.unwanted else trouble)

    def _answer(self, number: int, answer: events.Done | Exception) -> None:
        self._open.discard(number)
        self._answers.setdefault(number, answer)
        if not self._open:
            self.over.set()

    def _alive(self, allowed: float) -> None:
        self._last, self._allowed = time.monotonic(), allowed

    def _expected(self) -> float | None:
        """Seconds of a step as models.yaml says, else as measured here; a pass of several takes as much longer."""
        profile = self.tools.profiles.get(self.model.name)
        said = self.model.speed.get("step_seconds") or (profile.step_seconds() if profile else None)
        return None if said is None else float(said) * len(self.members)
