"""Tickets: the one place where the core touches Dramatiq. A ticket says "this pool has work", nothing else (docs/protocol.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

NAMESPACE = "storyfarm:queue"
ACTOR = "work"
BELLS = 64
"""How many rings a doorbell keeps, and tickets one sending gives a pool: more workers than that are woken by those that find work left."""
FULL = 256
"""Tickets in a pool's queue that are enough: the relay rings again and again for what waits while all workers are busy, and must not heap them up."""
REDIS_SECONDS = 1.0  # whoever sends waits so long for Redis at most; the relay sends what was left
_DEAD_MS = 10_000  # as the workers' broker has it: any sender may notice a dead worker


class AnyTicket(Protocol):
    """A row of the outbox."""

    @property
    def id(self) -> int: ...

    @property
    def pool(self) -> str: ...


class Outbox(Protocol):
    """`store.tickets`, as far as sending goes."""

    def take(self, limit: int) -> Sequence[AnyTicket]: ...

    def sent(self, ids: Sequence[int]) -> object: ...


class HasOutbox(Protocol):
    """A store."""

    @property
    def tickets(self) -> Outbox: ...


class Tickets:
    """Sends tickets to pools; safe in threads."""

    def __init__(self, url: str) -> None:
        # Imported here: importing `farm.tickets` (as the gateway does) must not load Dramatiq's worker side.
        from dramatiq import Message
        from dramatiq.brokers.redis import RedisBroker

        self._redis = redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS, retry=Retry(NoBackoff(), 0))
        self._broker = RedisBroker(client=self._redis, middleware=[], namespace=NAMESPACE, heartbeat_timeout=_DEAD_MS)
        self._message: Any = Message

    def send(self, pools: Sequence[str]) -> None:
        """One message and one ring of the doorbell for each entry of `pools`, at most 64 a pool, none where 256 wait already.

        Raises redis.RedisError when Redis is away.
        """
        for pool, wanted in Counter(pools).items():
            if self._redis.llen(f"{NAMESPACE}:{pool}") >= FULL:
                continue  # every worker that becomes free finds one of those
            count = min(wanted, BELLS)
            for _ in range(count):
                self._broker.enqueue(self._message(queue_name=pool, actor_name=ACTOR, args=(), kwargs={}, options={}))
            # The messages first, then the bell: a worker that looked before them is woken after them.
            bell = f"storyfarm:bell:{pool}"
            pipe = self._redis.pipeline(transaction=False)
            pipe.lpush(bell, *["1"] * count)
            pipe.ltrim(bell, 0, BELLS - 1)
            pipe.execute()

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()


def flush(store: HasOutbox, tickets: Tickets, limit: int = 500) -> int:
    """Send what is in the outbox; returns how many rows were sent. Redis away: logged, and left for the relay."""
    waiting = store.tickets.take(limit)
    if not waiting:
        return 0
    try:
        tickets.send([ticket.pool for ticket in waiting])
    except redis.RedisError as error:
        log.warning("tickets not sent, Redis is away", tickets=len(waiting), error=str(error))
        return 0
    store.tickets.sent([ticket.id for ticket in waiting])
    return len(waiting)
