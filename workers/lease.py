"""Keeping a lease while its task makes progress, and hearing that it is lost or its job cancelled."""

from __future__ import annotations

import threading
import time
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from farm.store import Store
from farm.store.records import Lease

log = structlog.get_logger(__name__)

LEASE_SECONDS = 15.0  # how long a dead worker's task waits at most, where nobody can see that the worker is dead
RENEW_SECONDS = 4.0  # without news; three renewals may fail before the lease runs out
NEWS_SECONDS = 1.0  # progress goes to SQL at most once a second


class Keeper:
    """Renews one lease from a thread of its own until closed, as long as it is told now and then that the task is alive.

    SQL being away is waited out: meanwhile the lease may run out and be reaped, which the next renewal, or the fenced completion, tells.
    """

    def __init__(self, store: Store, lease: Lease) -> None:
        self._store, self._lease = store, lease
        self._news: Any = None
        self._good_until = time.monotonic() + LEASE_SECONDS
        self._wake = threading.Condition()
        self._closed = False
        self.lost = threading.Event()
        """Set when the lease is somebody else's now: what is being made will be refused."""
        self.cancelled = threading.Event()
        """Set when nobody wants the result any more."""
        self._thread = threading.Thread(target=self._keep, name="lease-keeper", daemon=True)
        self._thread.start()

    @property
    def unwanted(self) -> bool:
        """Whether to stop working."""
        return self.lost.is_set() or self.cancelled.is_set()

    def alive(self, seconds: float, news: Any = None) -> None:
        """The task lives: keep the lease for `seconds` from now without another word; `news` is progress for SQL."""
        with self._wake:
            self._good_until = time.monotonic() + seconds
            if news is not None:
                self._news = news
                self._wake.notify()

    def close(self) -> None:
        """Renew no more."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keep(self) -> None:
        renewed = time.monotonic()  # the claim was a renewal
        while True:
            with self._wake:
                while not self._closed:
                    now = time.monotonic()
                    due = renewed + (RENEW_SECONDS if self._news is None else min(NEWS_SECONDS, RENEW_SECONDS))
                    if now >= due:
                        break
                    self._wake.wait(due - now)
                if self._closed:
                    return
                news, self._news = self._news, None
                silent = time.monotonic() > self._good_until
            renewed = time.monotonic()
            if silent:
                continue  # not being told that the task lives, let the lease run out
            try:
                renewal = self._store.tasks.renew(self._lease, news)
            except SQLAlchemyError as error:
                log.warning("lease not renewed, the database is away", task=self._lease.task, error=str(error).splitlines()[0])
                continue
            if renewal.lost:
                self.lost.set()
            if renewal.cancelled:
                self.cancelled.set()
            if self.unwanted:
                return
