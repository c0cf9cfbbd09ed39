"""The rows of the route table that go beyond the first API's own document: styles of one's own, webhooks."""

from __future__ import annotations

from gateway import scripts, styles, webhooks
from gateway.errors import Problem
from gateway.models import scripts as scr
from gateway.models import styles as sty
from gateway.models import webhooks as web
from gateway.route import Answered, Route

_SAFE_AGAIN = (Problem.CONFLICT, Problem.KEY_REUSED)
_DELIVERY = {"operationId": "webhook_delivery", "parameters": {"id": "$response.body#/deliveries/0/id"}}

STYLES = (
    Route(
        name="create-style",
        method="POST",
        path="/api/v1/styles",
        summary="Make a style",
        description="For the team's own sequences; a name that is taken is a 409.",
        handler=styles.create,
        answers={201: Answered("The style.", sty.Style, links={"style": {"operationId": "style", "parameters": {"id": "$response.body#/id"}}})},
        scope="stories:generate",
        body=sty.CreateStyle,
        problems=_SAFE_AGAIN,
        examples={
            "fjord": {"name": "Fjord", "prompt": "watercolour, cold light", "palette": ["#14202b", "#4f6b7a", "#dfe8ea", "#c9552e"], "grade": {"warmth": -0.3}}
        },
    ),
)

SCRIPTS = (
    Route(
        name="enhance-script",
        method="POST",
        path="/api/v1/scripts/enhance",
        summary="Expand a script, as an event stream",
        description="Unnamed events `{delta}`, then `done` with `{enhancedScript, _links}`, or `error` with `{code, message}`. Free; hanging up stops it.",
        handler=scripts.enhance,
        answers={200: Answered("The stream.", None, media_type="text/event-stream")},
        scope="stories:generate",
        body=scr.EnhanceScript,
        problems=(Problem.NOT_FOUND,),
        examples={"whale": {"script": "A lighthouse keeper befriends a stranded whale.", "targetSeconds": 60}},
    ),
)

WEBHOOKS = (
    Route(
        name="webhook-secret",
        method="GET",
        path="/api/v1/webhooks/secret",
        summary="The secret that signs the team's webhooks",
        description="Standard Webhooks: HMAC-SHA256 over webhook-id, webhook-timestamp and body. Sent to the `webhookUrl` of a sequence when it ends.",
        handler=webhooks.secret,
        answers={200: Answered("The secret.", web.WebhookSecret)},
        scope="stories:generate",
    ),
    Route(
        name="rotate-webhook-secret",
        method="POST",
        path="/api/v1/webhooks/secret/rotate",
        summary="A new secret for webhooks",
        description="For 24 hours messages carry two signatures, one with the secret before.",
        handler=webhooks.rotate,
        answers={200: Answered("The new secret.", web.WebhookSecret)},
        scope="stories:generate",
        problems=_SAFE_AGAIN,
    ),
    Route(
        name="webhook-deliveries",
        method="GET",
        path="/api/v1/webhooks/deliveries",
        summary="List webhook deliveries, newest first",
        handler=webhooks.deliveries,
        answers={200: Answered("A page; `_links.next` is there while more remain.", web.Deliveries, links={"delivery": _DELIVERY})},
        scope="stories:read",
        query=web.DeliveriesQuery,
    ),
    Route(
        name="webhook-delivery",
        method="GET",
        path="/api/v1/webhooks/deliveries/{id}",
        summary="What became of a webhook",
        handler=webhooks.delivery,
        answers={200: Answered("The delivery.", web.Delivery)},
        scope="stories:read",
    ),
    Route(
        name="replay-webhook",
        method="POST",
        path="/api/v1/webhooks/deliveries/{id}/replay",
        summary="Send a webhook again",
        description="Now, under the same webhook-id, and with the whole retry schedule.",
        handler=webhooks.replay,
        answers={202: Answered("It is sent again.", web.Delivery)},
        scope="stories:generate",
        problems=_SAFE_AGAIN,
    ),
)

BEYOND = SCRIPTS + STYLES + WEBHOOKS
