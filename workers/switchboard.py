"""Where the worker's side hears the slot: each event goes to the watch whose run it is of, whatever the worker is doing meanwhile."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from farm.catalog import Model
from farm.work import Work
from workers import events
from workers.slot import Slot

LOOK_SECONDS = 0.1  # how often a silent slot's attempts look whether they are still wanted


class Hearer(Protocol):
    """Whoever follows one run."""

    over: threading.Event
    """Set when nothing more is expected of the run."""

    def hear(self, event: events.Event) -> None:
        """Something was said of the run, or the slot died."""

    def look(self) -> None:
        """Time has passed."""

    def broke(self, error: Exception) -> None:
        """`hear` or `look` raised this: the run is to be answered with it."""


class Switchboard:
    """Runs of one slot: one on the device, and those before whose files are still being written.

    One thread hears: the one that began the last run. Others may `wait`.
    """

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._runs: dict[int, Hearer] = {}
        self._hears: int | None = None

    def begin(self, hearer: Hearer, model: Model, *works: Work) -> int:
        """Send works down and return the run's number; from now on `hearer` is told of it.

        Raises SlotError when no child can be started.
        """
        self._hears = threading.get_ident()
        self.settle()
        run = self._slot.run(model, *works)
        self._runs[run] = hearer
        return run

    def hear(self, seconds: float = LOOK_SECONDS) -> bool:
        """Pass one event on, if one comes within `seconds`; whether one came. Then every run is looked after."""
        event = self._slot.next_event(seconds)
        run = getattr(event, "run", None)
        for number, hearer in list(self._runs.items()):
            try:
                if isinstance(event, events.Died) or (event is not None and run == number):
                    hearer.hear(event)
                hearer.look()
            except Exception as error:  # one run's trouble is not another's
                hearer.broke(error)
            if hearer.over.is_set():
                del self._runs[number]
        return event is not None

    def settle(self) -> None:
        """Pass on everything that was said already, so that what is warm is known, and a death while idle."""
        while self._slot.connected and self.hear(0):
            pass

    def wait(self, event: threading.Event, seconds: float | None = None) -> bool:
        """Wait for an event that may depend on what the slot says: the thread that hears does so meanwhile; whether it came within `seconds`."""
        if threading.get_ident() != self._hears or not self._runs:
            return event.wait(seconds)
        until = None if seconds is None else time.monotonic() + seconds
        while not event.is_set() and (until is None or time.monotonic() < until):
            if not self._runs:
                return event.wait(None if until is None else max(0.0, until - time.monotonic()))
            self.hear(0.02)
        return event.is_set()
