"""Webhooks: the secret that signs them, and what became of each delivery."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from gateway.errors import PATTERN_MEANINGS
from gateway.models.base import Answer, Links, Moment, Query
from gateway.models.sequences import CURSOR

MESSAGE = "^msg_[0-9a-z]{1,48}$"
PATTERN_MEANINGS[MESSAGE] = PATTERN_MEANINGS[CURSOR]


class DeliveriesQuery(Query):
    """A page of deliveries, newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(pattern=MESSAGE, description="From `_links.next`.")] | None = None
    sequence: Annotated[str, Field(pattern=CURSOR, description="Only this sequence's.")] | None = None


class WebhookSecret(Answer):
    """What signs the team's webhooks (Standard Webhooks, symmetric)."""

    secret: str
    created_at: Moment
    former_until: Moment | None = Field(description="Until then every message is signed with the secret before this one as well.")
    links: Links = Field(alias="_links")


class Delivery(Answer):
    """One message; `id` is its `webhook-id`."""

    id: str
    sequence_id: str
    event: Literal["sequence.completed", "sequence.failed", "sequence.archived"]
    url: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    next_attempt_at: Moment | None
    answered: int | None = Field(description="The receiver's latest HTTP status.")
    error: str | None
    created_at: Moment
    ended_at: Moment | None
    body: dict[str, Any]
    links: Links = Field(alias="_links")


class Deliveries(Answer):
    """A page of deliveries; `_links.next` is there while more remain."""

    deliveries: list[Delivery]
    links: Links = Field(alias="_links")
