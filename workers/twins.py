"""Attempts of one task key in one pass, as when two stories ask for the same picture: the slot does the work once, and each records it."""

from __future__ import annotations

from collections.abc import Sequence

from farm.work import Work
from workers import events
from workers.attempt import Attempt
from workers.tools import Abandoned, Unwanted


class Twins:
    """One work of a pass and everyone who waits for it, usually one attempt; it goes on as long as one of them is wanted."""

    def __init__(self, attempts: Sequence[Attempt], work: Work) -> None:
        self.attempts, self.work = attempts, work
        for other in attempts[1:]:
            other.share(attempts[0])

    @classmethod
    def paired(cls, prepared: Sequence[tuple[Attempt, Work]]) -> list[Twins]:
        """Prepared attempts, those of one task key together, in order."""
        alike: dict[str, list[tuple[Attempt, Work]]] = {}
        for attempt, work in prepared:
            alike.setdefault(attempt.key, []).append((attempt, work))
        return [cls([attempt for attempt, _ in some], some[0][1]) for some in alike.values()]

    @property
    def key(self) -> str:
        """Their task key."""
        return self.attempts[0].key

    @property
    def unwanted(self) -> bool:
        """Whether nobody waits for the result any more."""
        return all(attempt.unwanted for attempt in self.attempts)

    def leaving(self) -> Unwanted | Abandoned:
        """Why to stop; `conclude` asks each of them anew."""
        return self.attempts[0].leaving()

    def alive(self, seconds: float) -> None:
        """Their leases may be renewed for so long."""
        for attempt in self.attempts:
            attempt.keeper.alive(seconds)

    def tell_loading(self, event: events.Loading, allowed: float) -> None:
        """See `Attempt.tell_loading`."""
        for attempt in self.attempts:
            attempt.tell_loading(event, allowed)

    def tell_step(self, event: events.Step, allowed: float) -> None:
        """See `Attempt.tell_step`."""
        for attempt in self.attempts:
            attempt.tell_step(event, allowed)

    def show(self, event: events.Preview) -> None:
        """See `Attempt.show`."""
        for attempt in self.attempts:
            attempt.show(event)

    def conclude(self, answer: events.Done | Exception) -> None:
        """Record what the slot answered: the first who is wanted as its own work, the others as an earlier result."""
        served = False
        for attempt in self.attempts:
            if isinstance(answer, Unwanted | Abandoned):
                attempt.conclude(attempt.leaving())
            elif not (served and attempt.serve()):
                attempt.conclude(answer)
                served = served or attempt.ended == "completed"
