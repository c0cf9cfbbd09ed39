"""Credits: `GET /api/v1/credits`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from gateway.call import Call
from gateway.models.credits import Credits, EntriesQuery, Entry
from gateway.route import Reply


async def credits(call: Call) -> Reply:
    """The team's credits and a page of its ledger, newest first."""
    query, ledger = call.asked(EntriesQuery), call.house.store.ledger
    team = await call.house.threads.call(call.house.store.teams.get, call.team)
    assert team is not None  # a key belongs to one
    entries = await call.house.threads.call(ledger.entries, call.team, limit=query.limit, before=query.before)
    shown = [
        Entry(
            id=one.id,
            kind=cast(Any, one.kind),
            amount=one.amount,
            job_id=one.job,
            note=one.note,
            created_at=datetime.fromtimestamp(one.created_at, UTC),
        )
        for one in entries
    ]
    return Reply(Credits(balance=team.balance, unlimited=team.unlimited, spent=team.spent, entries=shown))
