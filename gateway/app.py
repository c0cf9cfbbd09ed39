"""The gateway's Starlette application: the route table over the farm's parts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.settings import Settings
from farm.store import Store
from farm.tickets import Tickets
from gateway.call import Threads
from gateway.dispatch import Dispatch
from gateway.feed import follow
from gateway.house import House
from gateway.limits import Limiter, windows
from gateway.middleware import Dialect, nowhere
from gateway.outside import Outside
from gateway.records import marks_of
from gateway.routes import TABLE
from gateway.waiters import Waiters

_REDIS_SECONDS = 1.0
"""How long a command may take before Redis counts as away."""


def create_app(
    settings: Settings,
    catalog: Catalog,
    store: Store | None = None,
    artifacts: Artifacts | None = None,
    tickets: Tickets | None = None,
    *,
    rates: dict[str, str] | None = None,
    enhance_grace: float | None = None,
    outside: Outside | None = None,
) -> Starlette:
    """The application; parts that are not given are opened from the settings when it starts, and closed when it ends.

    `rates` overrides the rate limits by class ("general", "generation", "sign-in"), written as `gateway.limits.windows` reads them.
    """
    limits = {**settings.rates, **(rates or {})}
    grace = settings.enhance_grace if enhance_grace is None else enhance_grace
    house_of: dict[str, House] = {}

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            house = await _open(stack, settings, catalog, store, artifacts, tickets, limits, grace, outside)
            house_of["house"] = house
            app.state.house, app.state.leave = house, house.waiters.stop
            for path, routes in TABLE.by_path().items():
                app.router.routes.append(Route(path, Dispatch(house, routes)))
            yield

    app = Starlette(routes=[], middleware=[Middleware(Dialect)], lifespan=lifespan)
    app.router.redirect_slashes = False
    app.router.default = nowhere
    app.state.leave = lambda: None
    return app


async def _open(
    stack: contextlib.AsyncExitStack,
    settings: Settings,
    catalog: Catalog,
    store: Store | None,
    artifacts: Artifacts | None,
    tickets: Tickets | None,
    limits: dict[str, str],
    grace: float,
    outside: Outside | None,
) -> House:
    threads = Threads()
    stack.callback(threads.close)
    if store is None:
        store = Store.open(settings.database_url)
        stack.callback(store.close)
    redis: Redis | None = None
    if settings.redis_url:
        redis = Redis.from_url(settings.redis_url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS, retry=Retry(NoBackoff(), 0))
        stack.push_async_callback(redis.aclose)
    feed = (lambda: follow(settings.redis_url)) if settings.redis_url else None
    house: House

    async def marks(stories: Any) -> Any:
        return await marks_of(house, stories)

    waiters: Waiters[Any, Any] = Waiters(feed, marks)
    house = House(
        settings=settings,
        catalog=catalog,
        store=store,
        artifacts=artifacts or Artifacts.open(settings.artifacts_url, settings.secret),
        tickets=tickets or Tickets(settings.redis_url),
        waiters=waiters,
        limiter=Limiter(redis),
        rates={name: windows(text) for name, text in limits.items()},
        threads=threads,
        table=TABLE,
        enhance_grace=grace,
        redis=redis,
        outside=outside or Outside(),
    )
    await waiters.start()
    stack.push_async_callback(_finish, house)
    stack.push_async_callback(waiters.close)
    return house


async def _finish(house: House) -> None:
    """Let what is still being done for callers who have gone come to its end."""
    await asyncio.gather(*house.background, return_exceptions=True)
