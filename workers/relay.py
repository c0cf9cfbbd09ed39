"""The relay: sends what the outbox still holds, and has the reaper look, again and again; any number of relays may run."""

from __future__ import annotations

import signal
import sys
import threading
import time

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from farm.catalog import Catalog
from farm.progress import Progress
from farm.protocol import ProgressEvent
from farm.settings import Settings, SettingsError
from farm.store import Reaped, Store
from farm.tickets import Tickets, flush
from workers import health
from workers.reaper import WAITED_SECONDS, reap
from workers.webhooks import Courier

log = structlog.get_logger(__name__)

LOOP_SECONDS = 1.0
TELL_SECONDS = 60.0  # between two lines that say how much there is to do
LONGEST_PAUSE_SECONDS = 10.0  # while Redis or SQL is away


def run_relay(settings: Settings, catalog: Catalog) -> int:
    """Send tickets and reap until SIGTERM or SIGINT; returns the process's exit code."""
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    relay = Relay(settings)
    # A thread of its own: a slow receiver must not keep the reaper waiting. A daemon: what it has under way when the relay ends is sent again.
    threading.Thread(target=Courier(relay.store).run, args=(stop,), name="webhooks", daemon=True).start()
    log.info("relay runs", pools=sorted(catalog.pools))
    try:
        relay.run(stop)
    finally:
        relay.close()
    return 0


class Relay:
    """One relay with its reaper."""

    def __init__(self, settings: Settings) -> None:
        self.store = Store.open(settings.database_url)
        self.tickets = Tickets(settings.redis_url)
        self.progress = Progress(settings.redis_url)
        self.place = health.here()
        self._tell_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Do a round every second until `stop`; with SQL or Redis away, wait longer and longer, and try again."""
        pause = LOOP_SECONDS
        while not stop.wait(pause):
            try:
                self.round()
            except (SQLAlchemyError, redis.RedisError) as error:
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
                log.warning("relay waits, database or queue is away", seconds=pause, error=str(error).splitlines()[0])
            except Exception:  # a defect must not end the one process that mends all others
                pause = LONGEST_PAUSE_SECONDS
                log.exception("the relay's round broke")
            else:
                pause = LOOP_SECONDS

    def round(self) -> None:
        """Reap, ring for what waited too long, send what the outbox holds."""
        for one in reap(self.store, self.place):
            tell(self.progress, one)
        self.store.tickets.ring(WAITED_SECONDS)
        flush(self.store, self.tickets)
        if time.monotonic() >= self._tell_at:
            self._tell_at = time.monotonic() + TELL_SECONDS
            self._figures()

    def _figures(self) -> None:
        """What an operator scales by, as one line of the log: workers by pool, tasks by model."""
        workers, backlog = self.store.workers.list(), self.store.tasks.backlog()
        pools = {pool: sum(worker.pool == pool and worker.state == "serving" for worker in workers) for pool in sorted({worker.pool for worker in workers})}
        waiting = {one.model: {"waiting": one.waiting, "running": one.running, "oldest_seconds": round(one.oldest_seconds, 1)} for one in backlog}
        log.info("farm", workers=pools, tasks=waiting)

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def tell(progress: Progress, reaped: Reaped) -> None:
    """Wake whoever watches the story of a reaped task."""
    progress.publish(
        ProgressEvent.make(
            story=reaped.story,
            job=reaped.job,
            task=reaped.task,
            kind=reaped.kind,
            shot=reaped.shot,
            attempt=reaped.attempt,
            worker=reaped.worker,
            state=str(reaped.state),
            note="the worker was lost",
        )
    )


if __name__ == "__main__":
    from farm import catalog as catalogs
    from farm import logs

    logs.set_up(human=sys.stderr.isatty())
    try:
        _settings = Settings.from_environment()
        sys.exit(run_relay(_settings, catalogs.load(_settings.models)))
    except (SettingsError, catalogs.CatalogError) as _error:
        print(f"relay: {_error}", file=sys.stderr)
        sys.exit(2)
