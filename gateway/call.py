"""One request on its way: who calls, with what validated body and query, and the farm it is asked of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from gateway.errors import ApiError, Problem

if TYPE_CHECKING:
    from gateway.house import House
    from gateway.route import Route

P = ParamSpec("P")
T = TypeVar("T")
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class Caller:
    """Whom a key, or a session, belongs to."""

    team: str
    key: str  # its id; empty for a session
    scopes: frozenset[str]
    user: str | None = None  # e-mail address of who is signed in


@dataclass(frozen=True)
class Call:
    """One authenticated and validated request."""

    request: Request
    route: Route
    house: House
    caller: Caller | None
    body: BaseModel | None
    query: BaseModel | None

    @property
    def team(self) -> str:
        """The caller's team."""
        if self.caller is None:
            raise ApiError(Problem.UNAUTHORIZED, "an API key is needed: send Authorization: Bearer <key> or x-api-key: <key>")
        return self.caller.team

    def given(self, model: type[Body]) -> Body:
        """The body as the model that the route names."""
        assert isinstance(self.body, model)
        return self.body

    def asked(self, model: type[Body]) -> Body:
        """The query as the model that the route names."""
        assert isinstance(self.query, model)
        return self.query

    @property
    def base_url(self) -> str:
        """How the world reaches this gateway: the configured address, else the one this request came to."""
        return self.house.settings.public_url or str(self.request.base_url).rstrip("/")


class Threads:
    """Threads in which the store is asked, so that the event loop never waits for SQL."""

    def __init__(self, count: int = 8) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="store")

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    def close(self) -> None:
        """Let running calls end and take no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def text(value: Any) -> str:
    """A value for a message, short enough to read."""
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
