"""Idempotency keys: a POST that is sent again is answered again, and done once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from gateway.call import Call
from gateway.dispatch import render
from gateway.errors import ApiError, Problem, invalid
from gateway.route import Reply

KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("location", "retry-after")
Keep = Callable[[Reply], Awaitable[None]]


async def once(call: Call, make: Callable[[Keep], Awaitable[Reply]]) -> Reply | Response:
    """Answer with what `make` makes, or with what it made before under the same Idempotency-Key.

    `make` may call its `keep` as soon as its effect is there, so that a gateway killed while it does the rest has kept an answer.
    Raises ApiError: 422 for the key of another request, 409 while the first one is in flight, 400 for a key that is none.
    """
    key = call.request.headers.get("idempotency-key")
    if key is None:
        return await make(_forget)
    if not KEY.fullmatch(key):
        raise invalid("Idempotency-Key", "is 1 to 255 visible ASCII characters")
    answers, threads = call.house.store.answers, call.house.threads
    request = _request(call)
    earlier = await threads.call(answers.begin, call.team, key, request)
    if earlier is not None:
        if earlier.request != request:
            raise ApiError(Problem.KEY_REUSED, f"the Idempotency-Key {key!r} came before with another request; use a new key for a new request")
        if earlier.answer is None:
            raise ApiError(
                Problem.CONFLICT, f"the first request with the Idempotency-Key {key!r} is not answered yet; try again in a moment", headers={"retry-after": "1"}
            )
        kept = earlier.answer
        return Response(kept["body"], status_code=kept["status"], headers={**kept["headers"], "idempotency-replayed": "true"}, media_type="application/json")
    effect = False

    async def keep(reply: Reply) -> None:
        nonlocal effect
        effect = True
        response = render(reply)
        headers = {name: response.headers[name] for name in ("cache-control", *_KEPT_HEADERS) if name in response.headers}
        body = bytes(response.body).decode()
        await threads.call(answers.finish, call.team, key, {"status": reply.status, "headers": headers, "body": body})

    try:
        reply = await make(keep)
    except BaseException:
        if not effect:
            await threads.call(answers.drop, call.team, key)
        raise
    await keep(reply)
    return reply


async def _forget(reply: Reply) -> None:
    """Without a key nothing is kept."""


def _request(call: Call) -> str:
    """What makes two requests the same: method, path, query and what the body says."""
    url = call.request.url
    said = call.body.model_dump(mode="json", by_alias=True) if call.body is not None else None
    return hashlib.sha256(json.dumps([call.request.method, url.path, url.query, said], sort_keys=True).encode()).hexdigest()
