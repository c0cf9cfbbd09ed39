"""The rows of the route table that go beyond the first API's own document: styles of one's own, webhooks."""

from __future__ import annotations

from gateway import frames, scripts, styles, webhooks
from gateway.errors import Problem
from gateway.models import frames as fra
from gateway.models import scripts as scr
from gateway.models import sequences as seq
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
        description="Unnamed events `{delta}`, then `done` with `{enhancedScript, _links}`, or `error` with `{code, message}`. Free. Hanging up stops it, "
        "unless an Idempotency-Key was sent: with that it can be heard again.",
        handler=scripts.enhance,
        answers={200: Answered("The stream.", None, media_type="text/event-stream")},
        scope="stories:generate",
        body=scr.EnhanceScript,
        problems=(Problem.NOT_FOUND, *_SAFE_AGAIN),
        examples={"whale": {"script": "A lighthouse keeper befriends a stranded whale.", "targetSeconds": 60}},
    ),
)

_VERSION = {
    "operationId": "make_version_current",
    "parameters": {"id": "$request.path.id", "frameId": "$request.path.frameId", "number": "$response.body#/versions/0/number"},
}
_FRAME = {"id": "$request.path.id", "frameId": "$request.path.frameId"}

FRAMES = (
    Route(
        name="edit-frame",
        method="PATCH",
        path="/api/v1/sequences/{id}/frames/{frameId}",
        summary="Make one frame anew, with another prompt or seed",
        description="Of a completed sequence: its picture, its clip and the film are made again, nothing else. Costs the clip's share of the credits.",
        handler=frames.edit,
        answers={202: Answered("Begun.", seq.Sequence, links={"versions": {"operationId": "frame_versions", "parameters": dict(_FRAME)}})},
        scope="stories:generate",
        body=fra.EditFrame,
        problems=(Problem.CREDITS, *_SAFE_AGAIN),
        examples={"night": {"prompt": "The lighthouse at night, the whale far out"}, "again": {"seed": 7}},
    ),
    Route(
        name="frame-versions",
        method="GET",
        path="/api/v1/sequences/{id}/frames/{frameId}/versions",
        summary="Every version of a frame",
        handler=frames.versions,
        answers={200: Answered("Its versions.", fra.Versions, links={"makeCurrent": _VERSION})},
        scope="stories:read",
    ),
    Route(
        name="make-version-current",
        method="POST",
        path="/api/v1/sequences/{id}/frames/{frameId}/versions/{number}/current",
        summary="Go back to a version of a frame",
        description="The film is composed again from what there is; free. 200 where the version is current already.",
        handler=frames.make_current,
        answers={200: Answered("It is current already.", seq.Sequence), 202: Answered("Begun.", seq.Sequence)},
        scope="stories:generate",
        problems=_SAFE_AGAIN,
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
        answers={200: Answered("The delivery.", web.Delivery, links={"replay": {"operationId": "replay_webhook", "parameters": {"id": "$request.path.id"}}})},
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

BEYOND = FRAMES + SCRIPTS + STYLES + WEBHOOKS
