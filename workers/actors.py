"""The one actor: `work`, which a ticket calls and which works until nothing is to be claimed."""

from __future__ import annotations

import threading
from collections import deque

import dramatiq
import structlog

from farm.store.records import Claim
from farm.tickets import ACTOR
from workers.batch import Batch
from workers.broker import FarmBroker
from workers.company import company
from workers.lease import LEASE_SECONDS
from workers.tools import AWAY, Tools

log = structlog.get_logger(__name__)

CLAIM_TRIES = 7  # while SQL is away, half a minute together; then the ticket is let go, and the relay rings again
BACKOFF_SECONDS = 0.25  # doubles with each
FINISHING = 3  # batches whose results are being put away: a slow storage holds the device up only when it falls behind by so many
SURVEY_SECONDS = 0.5  # how long one look for what the slot found out lasts; it finds out quickly, but may be loading a model first


def declare(broker: FarmBroker, tools: Tools) -> dramatiq.Actor:
    """Declare the actor `work` on the queue of the worker's pool."""

    @dramatiq.actor(actor_name=ACTOR, queue_name=tools.pool, broker=broker)
    def work() -> None:
        """Claim and carry out tasks of this pool until there is none."""
        work_until_idle(tools)

    return work


def work_until_idle(tools: Tools) -> int:
    """Claim and carry out one task after the other, or several at once where that pays; returns how many were carried out.

    A busy worker needs no second ticket: what it claims next, SQL decides (order, priority, fair share, models already loaded).
    """
    done = 0
    finishing: deque[_Finishing] = deque()
    upcoming: Upcoming | None = None
    with tools.reading:
        while not tools.control.draining.is_set():
            batch = upcoming.batch() if upcoming is not None else None
            if batch is None:
                batch = _next(tools)
            if batch is None:
                if not finishing:
                    break
                finishing.popleft().join()  # what it completes may let something run
                upcoming = None
                continue
            upcoming = Upcoming(tools) if tools.ahead else None
            batch.perform(near=upcoming.start if upcoming is not None else lambda: None)
            if len(finishing) >= FINISHING:
                finishing.popleft().join()
            # Results are put away and recorded while the slot is at the next work already.
            finishing.append(_Finishing(tools, batch))
            done += len(batch.attempts)
        for one in finishing:
            one.join()
        if upcoming is not None and (batch := upcoming.batch()) is not None:
            batch.give_back()  # the worker leaves
    return done


class _Finishing:
    """A batch whose results are being put away on a thread of their own."""

    def __init__(self, tools: Tools, batch: Batch) -> None:
        self._tools, self._batch = tools, batch
        self._thread = threading.Thread(target=batch.finish, name="finishing", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for it, hearing the slot meanwhile: its last files may still be written."""
        self._tools.switchboard.wait(self._batch.over)
        self._thread.join()


class Upcoming:
    """The next batch, claimed and prepared on a thread of its own while the slot is at the last of the one before."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._found: Batch | None = None
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Claim now."""
        self._thread = threading.Thread(target=self._claim, name="upcoming", daemon=True)
        self._thread.start()

    def batch(self) -> Batch | None:
        """What was claimed, once it is prepared; None: nothing. Given once."""
        if self._thread is None:
            return None
        self._tools.switchboard.wait(self._ready)
        self._thread.join()
        found, self._found = self._found, None
        return found

    def _claim(self) -> None:
        tools, slot = self._tools, self._tools.slot
        try:
            if not tools.control.draining.is_set():
                claim = tools.store.tasks.claim(tools.worker, tools.pool, tools.able(), slot.warm, LEASE_SECONDS, parked=slot.parked, memory_gb=tools.memory_gb)
                if claim is not None:
                    batch = Batch(tools, [claim, *company(tools, claim)])
                    batch.prepare()
                    self._found = batch
        except AWAY as error:
            log.warning("nothing claimed ahead, the database is away", error=str(error).splitlines()[0])
        except Exception:
            log.exception("nothing claimed ahead")
        finally:
            self._ready.set()


def _next(tools: Tools) -> Batch | None:
    claim = _claim(tools)
    return None if claim is None else Batch(tools, [claim, *company(tools, claim)])


def _claim(tools: Tools) -> Claim | None:
    """The next task for this worker, or None; a database that is away is waited for a while, and so is the news of which models can run here."""
    slot, failures = tools.slot, 0
    while failures < CLAIM_TRIES and not tools.control.draining.is_set():
        tools.switchboard.settle()  # which models are near decides what is claimed
        try:
            claim = tools.store.tasks.claim(tools.worker, tools.pool, tools.able(), slot.warm, LEASE_SECONDS, parked=slot.parked, memory_gb=tools.memory_gb)
        except AWAY as error:
            pause = BACKOFF_SECONDS * 2**failures
            failures += 1
            log.warning("nothing claimed, the database is away", seconds=pause, error=str(error).splitlines()[0])
            tools.control.draining.wait(pause)
            continue
        if claim is not None or not slot.unknown:
            return claim
        tools.switchboard.hear(SURVEY_SECONDS)
    return None
