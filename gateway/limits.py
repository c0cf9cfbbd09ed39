"""Rate limits: exact sliding windows per key, shared through Redis, per process while Redis is away."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

# Keys: one sorted set per caller and window, members are single requests, scores the time in microseconds (Redis's clock, so that
# gateways with other clocks agree). A request counts only if every window has room; the sets live one window long.
# Returns {allowed, least remaining, its index, microseconds until the fullest window has room again}.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local wait, tightest, remaining = 0, 1, nil
local oldest_left = 0
for index = 1, #KEYS do
  local limit, window = tonumber(ARGV[2 * index]), tonumber(ARGV[2 * index + 1])
  redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', now - window)
  local count = redis.call('ZCARD', KEYS[index])
  local first = redis.call('ZRANGE', KEYS[index], 0, 0, 'WITHSCORES')
  local left = 0
  if first[2] then left = tonumber(first[2]) + window - now end
  if count >= limit and left > wait then wait = left end
  if remaining == nil or limit - count < remaining then remaining = limit - count; tightest = index; oldest_left = left end
end
if wait > 0 then return {0, 0, tightest, math.ceil(wait)} end
for index = 1, #KEYS do
  redis.call('ZADD', KEYS[index], now, now .. '-' .. ARGV[1])
  redis.call('PEXPIRE', KEYS[index], math.ceil(tonumber(ARGV[2 * index + 1]) / 1000) + 1000)
end
if oldest_left <= 0 then oldest_left = tonumber(ARGV[2 * tightest + 1]) end
return {1, remaining - 1, tightest, math.ceil(oldest_left)}
"""

_PATIENCE = 0.5  # seconds that a request waits for Redis, which answers within one or two thousandths
_PAUSE_AFTER_FAILURE = 1.0  # seconds in which Redis is not asked again


@dataclass(frozen=True)
class Window:
    """At most `limit` requests in any `seconds`."""

    limit: int
    seconds: int


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass, and what its headers say."""

    allowed: bool
    remaining: int
    seconds: float  # until there is room again (refused), or until the tightest window begins to clear
    windows: tuple[Window, ...]
    tightest: int

    @property
    def retry_after(self) -> int:
        """Whole seconds until the next request has room, rounded up, at least 1."""
        return max(1, math.ceil(self.seconds))

    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers has them; `Retry-After` when refused."""
        named = [(f"{window.seconds}s", window) for window in self.windows]
        policy = ", ".join(f'"{name}";q={window.limit};w={window.seconds}' for name, window in named)
        name = named[self.tightest][0]
        headers = {"ratelimit-policy": policy, "ratelimit": f'"{name}";r={self.remaining};t={self.retry_after}'}
        if not self.allowed:
            headers["retry-after"] = str(self.retry_after)
        return headers


def windows(text: str) -> tuple[Window, ...]:
    """Read `"10/1"` or `"2/1,60/3600"`: requests per seconds, comma-separated.

    Raises ValueError naming the text.
    """
    found = []
    for part in text.split(","):
        limit, slash, seconds = part.strip().partition("/")
        if not slash or not limit.isdecimal() or not seconds.isdecimal() or not int(limit) or not int(seconds):
            raise ValueError(f"rate limit {text!r}: write requests/seconds, comma-separated, such as 10/1 or 2/1,60/3600")
        found.append(Window(int(limit), int(seconds)))
    return tuple(found)


class LocalLimiter:
    """Sliding windows in this process's memory; what the gateway falls back to."""

    _LARGEST = 20_000  # callers remembered; the longest idle are dropped beyond it

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}

    def take(self, caller: str, limits: Sequence[Window]) -> Verdict:
        """Count one request of `caller`, unless a window is full."""
        now = time.monotonic()
        held = [self._seen.setdefault(f"{caller}:{window.seconds}", deque()) for window in limits]
        wait, tightest, remaining, clearing = 0.0, 0, limits[0].limit, float(limits[0].seconds)
        for index, (window, times) in enumerate(zip(limits, held, strict=True)):
            while times and times[0] <= now - window.seconds:
                times.popleft()
            left = times[0] + window.seconds - now if times else float(window.seconds)
            if len(times) >= window.limit:
                wait = max(wait, left)
            if index == 0 or window.limit - len(times) < remaining:
                remaining, tightest, clearing = window.limit - len(times), index, left
        if wait > 0:
            return Verdict(False, 0, wait, tuple(limits), tightest)
        for times in held:
            times.append(now)
        if len(self._seen) > self._LARGEST:
            for name in list(self._seen)[: self._LARGEST // 2]:
                del self._seen[name]
        return Verdict(True, remaining - 1, clearing, tuple(limits), tightest)


class Limiter:
    """Counts requests per caller in Redis, and in this process while Redis does not answer."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis
        self._script: Any = redis.register_script(_SCRIPT) if redis is not None else None
        self._local = LocalLimiter()
        self._away_until = 0.0
        self._count = 0

    async def take(self, caller: str, rate: str, limits: Sequence[Window]) -> Verdict:
        """Count one request of `caller` (any text; only its hash is kept) against the windows of the rate class `rate`."""
        name = f"{rate}:{hashlib.sha256(caller.encode()).hexdigest()[:32]}"
        if self._script is not None and time.monotonic() >= self._away_until:
            self._count += 1
            keys = [f"storyfarm:rate:{name}:{window.seconds}" for window in limits]
            arguments: list[str | int] = [f"{id(self)}-{self._count}"]
            for window in limits:
                arguments += [window.limit, window.seconds * 1_000_000]
            try:
                async with asyncio.timeout(_PATIENCE):
                    allowed, remaining, tightest, micros = await self._script(keys=keys, args=arguments)
                return Verdict(bool(allowed), max(0, int(remaining)), int(micros) / 1e6, tuple(limits), int(tightest) - 1)
            except (RedisError, OSError, TimeoutError) as error:
                self._away_until = time.monotonic() + _PAUSE_AFTER_FAILURE
                log.warning("rate limits are kept in this process only: Redis does not answer", error=str(error))
        return self._local.take(name, limits)
