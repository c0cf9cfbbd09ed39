"""The one actor: `work`, which a ticket calls and which works until nothing is to be claimed."""

from __future__ import annotations

import threading

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
    finishing: threading.Thread | None = None
    with tools.reading:
        while not tools.control.draining.is_set():
            claim = _claim(tools)
            if claim is None:
                if finishing is None:
                    break
                finishing.join()  # what it completes may let something run
                finishing = None
                continue
            claims = [claim, *company(tools, claim)]
            batch = Batch(tools, claims)
            batch.perform()
            if finishing is not None:
                finishing.join()
            # Results are put away and recorded while the slot is at the next work already.
            finishing = threading.Thread(target=batch.finish, name="finishing", daemon=True)
            finishing.start()
            done += len(claims)
        if finishing is not None:
            finishing.join()
    return done


def _claim(tools: Tools) -> Claim | None:
    """The next task for this worker, or None; a database that is away is waited for a while, and so is the news of which models can run here."""
    slot, failures = tools.slot, 0
    while failures < CLAIM_TRIES and not tools.control.draining.is_set():
        slot.settle()  # which models are near decides what is claimed
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
        slot.next_event(SURVEY_SECONDS)
    return None
