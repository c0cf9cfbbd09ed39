"""The one actor: `work`, which a ticket calls and which works until nothing is to be claimed."""

from __future__ import annotations

import dramatiq
import structlog
from sqlalchemy.exc import SQLAlchemyError

from farm.catalog import Catalog
from workers.attempt import Attempt, Tools
from workers.broker import FarmBroker

log = structlog.get_logger(__name__)

LEASE_RETRIES = 6  # tries to claim while SQL is away; then the ticket is let go, and the reaper rings again
BACKOFF_SECONDS = 0.25  # doubles with each


def declare(broker: FarmBroker, tools: Tools) -> dramatiq.Actor:
    """Declare the actor `work` on the queue of the worker's pool."""

    @dramatiq.actor(actor_name="work", queue_name=tools.pool, broker=broker)
    def work() -> None:
        """Claim and carry out tasks of this pool until there is none."""
        work_until_idle(tools)

    return work


def work_until_idle(tools: Tools) -> int:
    """Claim and carry out one task after the other; returns how many were carried out.

    A busy worker needs no second ticket: what it claims next, SQL decides (order, priority, fair share, models already loaded).
    """
    done = 0
    while not tools.control.draining.is_set():
        claim = _claim(tools)
        if claim is None:
            break
        Attempt(tools, claim).carry_out()
        done += 1
    return done
