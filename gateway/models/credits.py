"""Credits: what a team may spend, and how it came to it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.models.base import Answer, Moment, Query


class EntriesQuery(Query):
    """A page of entries, newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    before: Annotated[int, Field(ge=1, le=2**53)] | None = Field(None, description="The id of the last entry already seen.")


class Entry(Answer):
    """One entry of the ledger; `amount` is what it did to the balance."""

    id: int
    kind: Literal["grant", "hold", "capture", "refund"]
    amount: int
    job_id: str | None
    note: str
    created_at: Moment


class Credits(Answer):
    """A team's credits, and its entries."""

    balance: int | None = Field(description="Credits that may still be spent, never below 0; null: the team spends without limit.")
    unlimited: bool
    spent: int = Field(description="Credits that jobs have cost, or hold.")
    entries: list[Entry]
