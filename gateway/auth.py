"""Who calls: API keys in either header form, with their team and scopes, or a session."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator

from starlette.requests import Request

from gateway.accounts_session import signed_in
from gateway.call import Caller
from gateway.errors import ApiError, Problem
from gateway.house import House
from gateway.route import Route

_LONGEST_KEY = 200
REVOKED = "this API key is unknown or revoked; create one with `storyfarm keys create`, or on the API keys page"
_TRUSTED_SECONDS = 2.0
"""How long an answer under way, or a stream, takes its key for good without asking again."""

_SHARED_SECONDS = 0.1
"""How long the answer to whether a key holds serves others who ask."""


def presented(request: Request) -> str | None:
    """The key that a request shows, by `Authorization: Bearer` or `x-api-key`; None where it shows none."""
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.headers.get("x-api-key", "").strip() or None


async def authenticate(house: House, request: Request, route: Route) -> Caller | None:
    """The caller of a route that needs one.

    Raises ApiError: 401 without a valid key or session, 403 where the key lacks the scope, or a session's write comes from another origin.
    """
    if route.signed_in:
        return await signed_in(house, request)
    if route.scope is None:
        return None
    key = presented(request)
    if key is None:
        raise ApiError(Problem.UNAUTHORIZED, "an API key is needed: send Authorization: Bearer <key> or x-api-key: <key>")
    # The store compares hashes in constant time; a text that cannot be a key is not worth a query.
    known = await house.threads.call(house.store.keys.authenticate, key) if len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable() else None
    if known is None:
        raise ApiError(Problem.UNAUTHORIZED, REVOKED)
    if route.scope not in known.scopes:
        held = ", ".join(sorted(known.scopes)) or "none"
        raise ApiError(Problem.FORBIDDEN, f"this needs a key with the scope {route.scope}; this one has {held}")
    return Caller(team=known.team, key=known.id, scopes=frozenset(known.scopes))


async def still(house: House, caller: Caller | None, since: float) -> None:
    """Ask again after a held request (`since`, on the monotonic clock): a key that was revoked meanwhile gets no answer.

    Raises ApiError (401).
    """
    if caller is None or not caller.key or time.monotonic() - since < _TRUSTED_SECONDS:
        return
    if not await _holds(house, caller.key):
        raise ApiError(Problem.UNAUTHORIZED, REVOKED)


async def _holds(house: House, key: str) -> bool:
    """Whether a key holds; all who are woken by one event share one question."""
    now = time.monotonic()
    asked, answer = house.holding.get(key, (-math.inf, None))
    if answer is None or now - asked > _SHARED_SECONDS:
        for old in [one for one, (when, _) in house.holding.items() if now - when > _SHARED_SECONDS]:
            del house.holding[old]
        answer = asyncio.ensure_future(house.threads.call(house.store.keys.holds, key))
        house.holding[key] = (now, answer)
    return await asyncio.shield(answer)


async def guarded(house: House, caller: Caller, stream: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """An event stream that ends when its key is revoked, at the next event or heartbeat."""
    asked = time.monotonic()
    async with contextlib.aclosing(stream):
        async for part in stream:
            try:
                await still(house, caller, asked)
            except ApiError:
                return
            if time.monotonic() - asked >= _TRUSTED_SECONDS:
                asked = time.monotonic()
            yield part
