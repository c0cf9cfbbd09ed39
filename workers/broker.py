"""Dramatiq's Redis broker as the farm uses it: a transport for tickets, with a doorbell instead of polling.

Attempts, leases, deadlines, retries and order are SQL's business, so of Dramatiq's middleware nothing is used: no retries, no time limit, no
metrics server. Tickets are fungible ("this pool has work"), which lets this file drop what a lost or doubled one would otherwise cost.
"""

from __future__ import annotations

import threading
from typing import Any

import dramatiq.worker
import redis
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from farm.tickets import NAMESPACE

HEARTBEAT_MS = 10_000  # a worker silent for so long is dead, and its unacknowledged tickets go back (measured: 10.9 s to recovery)
ALWAYS = 1_000_000  # maintenance with every command, of a million; by default it comes by chance, minutes after a death
BLOCK_SECONDS = 1.0  # how long one wait for the doorbell lasts: bounds shutdown, and keeps the broker's heartbeat going
BEAT_SECONDS = 3.0  # how often a busy consumer shows the broker that it lives
REDIS_SECONDS = 5.0  # socket timeout; must exceed BLOCK_SECONDS

# A consumer that lost Redis looks again so soon; Dramatiq's own 3 s are read from the environment when it is imported, too early for us.
dramatiq.worker.CONSUMER_RESTART_DELAY_SECS = 0.5


def bell(pool: str) -> str:
    """The list that is pushed to with every ticket for `pool`."""
    return f"storyfarm:bell:{pool}"


def connect(url: str) -> redis.Redis:
    """A Redis client for `url` (redis://, rediss:// or unix://), with time limits, and one new try on a broken connection."""
    return redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), 1))


class FarmBroker(RedisBroker):
    """Redis broker with the farm's namespace, quick recovery of a dead worker's tickets, and doorbell consumers."""

    def __init__(self, url: str) -> None:
        super().__init__(client=connect(url), middleware=[], namespace=NAMESPACE, maintenance_chance=ALWAYS, heartbeat_timeout=HEARTBEAT_MS)

    @property
    def consumer_class(self) -> type[DoorbellConsumer]:
        return DoorbellConsumer

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue without the delay queue beside it: nothing is ever delayed, and its consumer would poll."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)


class DoorbellConsumer(_RedisConsumer):
    """Waits for the pool's bell when its queue is empty, and for the local acknowledgement when its prefetch is used up."""

    def __init__(self, broker: FarmBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, timeout)
        self._bell = bell(queue_name)
        self._acknowledged = threading.Event()

    def __next__(self) -> Any:
        try:
            self._acknowledged.clear()
            if self.outstanding_message_count >= self.prefetch:
                if not self._acknowledged.wait(BEAT_SECONDS):
                    self.broker.do_qsize(self.queue_name)  # any command is a heartbeat; without one our ticket would go to others
                return None
            self.message_cache = self.broker.do_fetch(self.queue_name, self.prefetch - self.outstanding_message_count)
            if not self.message_cache:
                # Whoever sends pushes the ticket first and the bell second, so a ticket that came after our fetch still wakes us.
                self.broker.client.blpop([self._bell], timeout=BLOCK_SECONDS)
                return None
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None
        return super().__next__()

    def ack(self, message: Any) -> None:
        """Acknowledge; with Redis away the ticket may come again, which does no harm, so nobody waits for it."""
        try:
            super().ack(message)
        except (ConnectionClosed, redis.RedisError) as error:
            self.logger.warning("A ticket could not be acknowledged and may come again: %s", error)
        finally:
            self._acknowledged.set()

    def nack(self, message: Any) -> None:
        """Take a ticket whose actor failed off the queue; the task that it may have meant is rung for again by the reaper."""
        self.ack(message)


def listen(broker: FarmBroker, wake_ms: int = 200) -> dramatiq.worker.Worker:
    """A Dramatiq worker on the queues of `broker`: one thread, one ticket at a time. Start and stop it.

    `wake_ms` is how often its thread looks whether it should stop; it costs nothing but that look.
    """
    worker = dramatiq.worker.Worker(broker, worker_threads=1, worker_timeout=wake_ms)
    worker.queue_prefetch = 1
    return worker
