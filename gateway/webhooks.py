"""Webhooks as the caller manages them: the team's secret, the deliveries, sending one again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from farm.store import Remember
from farm.store.webhooks import Delivery, Secret
from gateway.call import Call
from gateway.errors import ApiError, Problem
from gateway.models import webhooks as shown
from gateway.once import Recorder, once
from gateway.records import plausible
from gateway.route import Reply, Table


async def secret(call: Call) -> Reply:
    """`GET /webhooks/secret`: made when it is first asked for."""
    return _secret(call, await call.house.threads.call(call.house.store.webhooks.secret, call.team))


async def rotate(call: Call) -> Reply | Response:
    """`POST /webhooks/secret/rotate`: a new secret; the one before signs beside it for a day."""

    async def make(recorder: Recorder) -> Reply:
        def answer(fresh: Secret) -> Remember | None:
            return recorder.remember(lambda _: _secret(call, fresh))

        return _secret(call, await call.house.threads.call(call.house.store.webhooks.rotate, call.team, answer))

    return await once(call, make)


async def deliveries(call: Call) -> Reply:
    """`GET /webhooks/deliveries`: newest first."""
    query, table = call.asked(shown.DeliveriesQuery), call.house.table
    found = await call.house.threads.call(call.house.store.webhooks.page, call.team, limit=query.limit + 1, before=query.cursor, story=query.sequence)
    links = {"self": table.link("webhook-deliveries"), "secret": table.link("webhook-secret")}
    if len(found) > query.limit:
        only = f"&sequence={query.sequence}" if query.sequence else ""
        links["next"] = table.link("webhook-deliveries", query=f"?limit={query.limit}&cursor={found[query.limit - 1].id}{only}")
    return Reply(shown.Deliveries(deliveries=[_shown(table, one) for one in found[: query.limit]], links=links))


async def delivery(call: Call) -> Reply:
    """`GET /webhooks/deliveries/{id}`."""
    name = call.request.path_params["id"]
    found = await call.house.threads.call(call.house.store.webhooks.get, name, call.team) if plausible(name) else None
    return Reply(_shown(call.house.table, _there(found, name)))


async def replay(call: Call) -> Reply | Response:
    """`POST /webhooks/deliveries/{id}/replay`: sent again now, under the same id."""

    async def make(recorder: Recorder) -> Reply:
        name = call.request.path_params["id"]

        def reply(found: Delivery) -> Reply:
            return Reply(_shown(call.house.table, found), status=202)

        def answer(found: Delivery) -> Remember | None:
            return recorder.remember(lambda _: reply(found))

        found = await call.house.threads.call(call.house.store.webhooks.replay, name, call.team, answer) if plausible(name) else None
        return reply(_there(found, name))

    return await once(call, make)


def _there(found: Delivery | None, name: str) -> Delivery:
    if found is None:
        raise ApiError(Problem.NOT_FOUND, f"there is no delivery {name!r}")
    return found


def _secret(call: Call, one: Secret) -> Reply:
    table = call.house.table
    links = {"self": table.link("webhook-secret"), "rotate": table.link("rotate-webhook-secret"), "deliveries": table.link("webhook-deliveries")}
    return Reply(shown.WebhookSecret(secret=one.secret, created_at=_moment(one.created_at), former_until=_moment(one.former_until), links=links))


def _shown(table: Table, one: Delivery) -> shown.Delivery:
    return shown.Delivery(
        id=one.id,
        sequence_id=one.story,
        event=one.event,  # type: ignore[arg-type]
        url=one.url,
        state=one.state,  # type: ignore[arg-type]
        attempts=one.attempts,
        next_attempt_at=_moment(one.next_at),
        answered=one.answered,
        error=one.error,
        created_at=_moment(one.created_at),
        ended_at=_moment(one.ended_at),
        body=dict(one.content),
        links={
            "self": table.link("webhook-delivery", id=one.id),
            "replay": table.link("replay-webhook", id=one.id),
            "sequence": table.link("sequence-status", id=one.story),
        },
    )


def _moment(seconds: float | None) -> Any:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
