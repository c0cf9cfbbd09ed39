"""One path's methods: limit, authenticate, validate, answer."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.accounts_session import token_of
from gateway.auth import authenticate, guarded, presented, still
from gateway.call import Call
from gateway.errors import ApiError, Problem, invalid, validation_error
from gateway.house import House
from gateway.limits import Verdict
from gateway.route import Reply, Route

LARGEST_BODY = 1 << 20
"""Bytes of a request's body; the longest legal script is 200 KB."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Dispatch:
    """The ASGI endpoint of one path."""

    def __init__(self, house: House, routes: Mapping[str, Route]) -> None:
        self._house, self._routes = house, dict(routes)
        if "GET" in self._routes:
            self._routes["HEAD"] = self._routes["GET"]
        self._allow = ", ".join(sorted(self._routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        route = self._routes.get(request.method)
        if route is None:
            raise ApiError(Problem.METHOD, f"{request.method} is not possible here; {self._allow} are", headers={"allow": self._allow})
        verdict: Verdict | None = None
        try:
            if route.rate is not None:
                verdict = await self._limit(request, route)
            response = await self._answer(request, route)
        except ApiError as error:
            if verdict is not None:
                error.headers = {**verdict.headers(), **(error.headers or {})}
            raise
        if verdict is not None:
            response.headers.update(verdict.headers())
        await response(scope, receive, send)

    async def _limit(self, request: Request, route: Route) -> Verdict:
        """Count the request against its key, before anything costs anything."""
        assert route.rate is not None
        who = (token_of(self._house, request) if route.signed_in else presented(request)) or f"address {request.client.host if request.client else ''}"
        verdict = await self._house.limiter.take(who, route.rate, self._house.rates[route.rate])
        if not verdict.allowed:
            window = verdict.windows[verdict.tightest]
            seconds = "second" if window.seconds == 1 else f"{window.seconds} seconds"
            raise ApiError(
                Problem.RATE_LIMITED,
                f"this {'session' if route.signed_in else 'key'} may ask {window.limit} times in {seconds} here; try again in {verdict.retry_after} s",
                headers=verdict.headers(),
            )
        return verdict

    async def _answer(self, request: Request, route: Route) -> Response:
        began, caller = time.monotonic(), await authenticate(self._house, request, route)
        query = _query(request, route)
        body = await _body(request, route)
        answer = await route.handler(Call(request, route, self._house, caller, body, query))
        if route.method == "GET":  # what was done for a key that held then is told
            await still(self._house, caller, began)
        if isinstance(answer, StreamingResponse) and caller is not None:
            answer.body_iterator = guarded(self._house, caller, answer.body_iterator)  # type: ignore[arg-type]
        return render(answer) if isinstance(answer, Reply) else answer


def render(reply: Reply) -> Response:
    """A model as JSON, links without their empty fields."""
    headers = {"cache-control": "no-store", **reply.headers}
    return Response(reply.model.model_dump_json(by_alias=True), status_code=reply.status, headers=headers, media_type="application/json")


def _query(request: Request, route: Route) -> BaseModel | None:
    if route.query is None:
        return None
    pairs = request.query_params.multi_items()
    names = {field.alias or name for name, field in route.query.model_fields.items()}
    for name in names:
        if sum(1 for given, _ in pairs if given == name) > 1:
            raise invalid(name, "is given more than once")
    try:
        return route.query.model_validate(dict(pairs))
    except ValidationError as error:
        raise validation_error(error, of="query") from None


async def _body(request: Request, route: Route) -> BaseModel | None:
    if route.body is None:
        return None
    raw = await read(request)
    if not raw.strip() and not route.body_required:
        raw = b"{}"
    try:
        data = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise ApiError(Problem.INVALID_JSON, f"the body is not JSON: {error}" if raw.strip() else "the body is empty; send a JSON object") from None
    try:
        return route.body.model_validate(plain(data))
    except ValidationError as error:
        raise validation_error(error, of="body") from None


async def read(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """The body, refused as soon as it is known to be too large."""
    refusal = ApiError(Problem.TOO_LARGE, f"the body is larger than {largest} bytes; a script is at most 50,000 characters", headers={"connection": "close"})
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 15 or int(declared) > largest):
        raise refusal
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise refusal
        parts.append(part)
    return b"".join(parts)


def plain(value: Any) -> Any:
    """The same data with control characters in its texts replaced by spaces: no database or film has a use for them."""
    if isinstance(value, str):
        return _CONTROLS.sub(" ", value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {_CONTROLS.sub(" ", key): plain(item) for key, item in value.items()}
    return value
