"""Idempotency keys: a POST that is sent again is answered again, and done once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from farm.store import AlreadyAnswered, Answer, Created, Remember
from gateway.call import Call
from gateway.dispatch import render
from gateway.errors import ApiError, Problem, invalid
from gateway.route import Reply

KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("location", "retry-after")


async def once(call: Call, make: Callable[[Recorder], Awaitable[Reply]]) -> Reply | Response:
    """Answer with what `make` makes, or with what it made before under the same Idempotency-Key.

    `make` hands `recorder.remember(…)` to the store, which keeps the answer in the transaction that does what was asked: no killed gateway leaves
    one without the other, and who asks again is answered at once. What changes nothing is kept afterwards, for later. While it runs, this gateway
    answers 409 for its key; another gateway's request waits in the database and is answered as the first was.

    Raises ApiError: 422 for the key of another request, 409 while the first one is in flight, 400 for a key that is none.
    """
    key = _key(call)
    if key is None:
        return await make(Recorder(call, None))
    answers, threads = call.house.store.answers, call.house.threads
    async with _flight(call, key) as earlier:
        if earlier is not None:
            return _replayed(call, key, earlier)
        try:
            reply = await make(Recorder(call, key))
        except AlreadyAnswered as first:
            return _replayed(call, key, first.answer)
        except ApiError:  # what the first one did may be the reason
            first_one = await threads.call(answers.known, call.team, key)
            if first_one is None:
                raise
            return _replayed(call, key, first_one)
        await threads.call(answers.keep, call.team, key, _request(call), _record(reply))
        return reply


async def begun(call: Call, make: Callable[[Recorder], Awaitable[Created]]) -> tuple[Created, bool]:
    """The same for what is answered by a stream: the story that `make` creates, or the one that was created under the same key; and whether it was."""
    key = _key(call)
    if key is None:
        return await make(Recorder(call, None)), False
    async with _flight(call, key) as earlier:
        try:
            if earlier is None:
                return await make(Recorder(call, key)), False
            kept = _kept(call, key, earlier)
        except AlreadyAnswered as first:
            kept = _kept(call, key, first.answer)
        return Created(**json.loads(kept["body"])), True


@contextlib.asynccontextmanager
async def _flight(call: Call, key: str) -> AsyncIterator[Answer | None]:
    """What is known of the key; while the block runs, this gateway answers 409 for it."""
    house, flight = call.house, (call.team, key)
    if flight in house.flights:
        raise _in_flight(key)
    house.flights.add(flight)
    try:
        yield await house.threads.call(house.store.answers.known, call.team, key)
    finally:
        house.flights.discard(flight)


@dataclass(frozen=True)
class Recorder:
    """Gives the store what it keeps of this request; nothing, where the caller sent no key."""

    call: Call
    key: str | None

    def remember(self, reply: Callable[[Sequence[Created]], Reply]) -> Remember | None:
        """What to write beside the stories: `reply` gives the answer once their ids are known."""
        if self.key is None:
            return None
        return Remember(self.call.team, self.key, _request(self.call), lambda made: _record(reply(made)))

    def remember_story(self) -> Remember | None:
        """For `begun`: which story it is."""
        if self.key is None:
            return None
        return Remember(self.call.team, self.key, _request(self.call), lambda made: {"body": json.dumps({"story": made[0].story, "job": made[0].job})})


def _key(call: Call) -> str | None:
    key = call.request.headers.get("idempotency-key")
    if key is not None and not KEY.fullmatch(key):
        raise invalid("Idempotency-Key", "is 1 to 255 visible ASCII characters")
    return key


def _kept(call: Call, key: str, earlier: Answer) -> Mapping[str, Any]:
    if earlier.request != _request(call):
        raise ApiError(Problem.KEY_REUSED, f"the Idempotency-Key {key!r} came before with another request; use a new key for a new request")
    return earlier.answer


def _replayed(call: Call, key: str, earlier: Answer) -> Response:
    kept = _kept(call, key, earlier)
    return Response(kept["body"], status_code=kept["status"], headers={**kept["headers"], "idempotency-replayed": "true"}, media_type="application/json")


def _in_flight(key: str) -> ApiError:
    why = f"the first request with the Idempotency-Key {key!r} is not answered yet; try again in a moment"
    return ApiError(Problem.CONFLICT, why, headers={"retry-after": "1"})


def _record(reply: Reply) -> dict[str, Any]:
    response = render(reply)
    headers = {name: response.headers[name] for name in ("cache-control", *_KEPT_HEADERS) if name in response.headers}
    return {"status": reply.status, "headers": headers, "body": bytes(response.body).decode()}


def _request(call: Call) -> str:
    """What makes two requests the same: method, path, query and what the body says."""
    url = call.request.url
    said = call.body.model_dump(mode="json", by_alias=True) if call.body is not None else None
    return hashlib.sha256(json.dumps([call.request.method, url.path, url.query, said], sort_keys=True).encode()).hexdigest()
