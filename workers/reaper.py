"""Taking up what dead workers left: their leases end at once, and runnable tasks that nobody came for are rung for again."""

from __future__ import annotations

import structlog

from farm.store import Store
from farm.store.records import Reaped
from workers import health

log = structlog.get_logger(__name__)

SILENT_SECONDS = 10.0  # five heartbeats
WAITED_SECONDS = 3.0  # a runnable task whose ticket was lost (a flushed Redis, a killed relay) waits no longer


def dead(store: Store, place: str) -> list[str]:
    """Names of the workers that are gone: silent for too long, or processes of this very place (`health.here()`) that have ended."""
    silent = {worker.name for worker in store.workers.silent(SILENT_SECONDS)}
    ended = {worker.name for worker in store.workers.list() if worker.host == place and health.process_gone(worker.pid, worker.started_at)}
    return sorted(silent | ended)


def reap(store: Store, place: str) -> list[Reaped]:
    """End the leases of dead workers and those that ran out, as crashed attempts; forget the dead. Any number of reapers may do this at once."""
    gone = dead(store, place)
    reaped = store.tasks.reap(gone)
    for name in gone:
        store.workers.forget(name)
        log.warning("worker is gone", worker=name)
    for one in reaped:
        log.warning(
            "task reaped", story=one.story, job=one.job, task=one.task, kind=str(one.kind), worker=one.worker, attempt=one.attempt, state=str(one.state)
        )
    return reaped
