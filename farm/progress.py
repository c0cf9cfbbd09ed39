"""Progress events through Redis: one capped stream for the whole farm; Redis being away stops nobody."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import redis
import redis.asyncio
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from farm.protocol import ProgressEvent, parse

log = structlog.get_logger(__name__)

STREAM = "storyfarm:progress"
LENGTH = 10_000
"""Events kept, about: a quarter of an hour of ten busy workers; who was away longer gets a new snapshot from SQL."""
COMMAND_SECONDS = 0.5  # a worker waits so long for Redis at most
REST_SECONDS = 1.0  # and having waited in vain, tries no more for so long
BLOCK_SECONDS = 2.0
_POSITION = re.compile(r"\d{1,19}-\d{1,19}\Z")


@dataclass(frozen=True, slots=True)
class Read:
    """An event and its position in the stream."""

    position: str
    event: ProgressEvent


class Progress:
    """Publishes events; safe in threads."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=COMMAND_SECONDS, socket_connect_timeout=COMMAND_SECONDS, retry=Retry(NoBackoff(), 0))
        self._lock = threading.Lock()
        self._rest_until = 0.0
        self._away = False

    def publish(self, event: ProgressEvent) -> bool:
        """Put an event on the stream; False, at once or within half a second, while Redis is away."""
        if time.monotonic() < self._rest_until:
            return False
        try:
            self._redis.xadd(STREAM, {"event": event.dump()}, maxlen=LENGTH, approximate=True)
        except redis.RedisError as error:
            with self._lock:
                self._rest_until = time.monotonic() + REST_SECONDS
                if not self._away:
                    log.warning("progress is not published, Redis is away", error=str(error))
                self._away = True
            return False
        if self._away:
            self._away = False
            log.info("progress is published again")
        return True

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()


def valid(position: str) -> bool:
    """Whether `position` may be one of the stream's."""
    return _POSITION.match(position) is not None and all(int(part) < 1 << 64 for part in position.split("-"))


def read(url: str, after: str = "$", block_seconds: float = BLOCK_SECONDS) -> Iterator[Read | None]:
    """Events from after a position ("$": from now on), for ever; None whenever nothing came for `block_seconds`.

    Raises redis.RedisError when Redis goes away, ValueError for a position that cannot be one.
    """
    _check(after)
    with redis.Redis.from_url(url, socket_timeout=block_seconds + 5.0, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0)) as client:
        after = _last(client.xrevrange(STREAM, count=1)) if after == "$" else after
        while True:
            found: Any = client.xread({STREAM: after}, count=500, block=int(block_seconds * 1000))
            entries = _entries(found)
            if not entries:
                yield None
            for position, fields in entries:
                after = position
                if (one := _read(position, fields)) is not None:
                    yield one


async def follow(url: str, after: str = "$", block_seconds: float = BLOCK_SECONDS) -> AsyncIterator[Read | None]:
    """As `read`, for asyncio; the first None or event tells that the stream is being read."""
    _check(after)
    client = redis.asyncio.Redis.from_url(url, socket_timeout=block_seconds + 5.0, socket_connect_timeout=1.0)
    try:
        after = _last(await client.xrevrange(STREAM, count=1)) if after == "$" else after
        yield None
        while True:
            found: Any = await client.xread({STREAM: after}, count=500, block=int(block_seconds * 1000))
            entries = _entries(found)
            if not entries:
                yield None
            for position, fields in entries:
                after = position
                if (one := _read(position, fields)) is not None:
                    yield one
    finally:
        await client.aclose()


async def since(client: redis.asyncio.Redis, position: str, story: str, limit: int = 2_000) -> list[Read]:
    """The events of one story after a position, as far as the stream still has them; none for a position that cannot be one.

    Raises redis.RedisError when Redis is away.
    """
    if not valid(position):
        return []
    entries: Any = await client.xrange(STREAM, min=f"({position}", count=LENGTH * 2)
    found = [one for key, fields in entries if (one := _read(_text(key), fields)) is not None and one.event.story == story]
    return found[-limit:]


def _check(after: str) -> None:
    if after not in ("$", "0") and not valid(after):
        raise ValueError(f"{after!r} is no position in the progress stream; take '$', '0' or one that was read")


def _last(entries: Any) -> str:
    """The position of the newest entry: reading after it, not after "$", loses nothing between two reads."""
    return _text(entries[0][0]) if entries else "0-0"


def _entries(found: Any) -> list[tuple[str, Any]]:
    streams = found.values() if isinstance(found, dict) else [entries for _, entries in found or ()]
    flat: list[tuple[str, Any]] = []
    for entries in streams:
        for one in entries:
            flat += [(_text(key), fields) for key, fields in (one if isinstance(one, list) else [one])]
    return flat


def _read(position: str, fields: Any) -> Read | None:
    event = parse(fields.get(b"event") or fields.get("event") or b"")
    return Read(position, event) if event is not None else None


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
