"""Webhooks: what is to be told to whom, written in the transaction that it tells of, and the secrets that sign it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from farm import webhooks as standard
from farm.states import TaskState
from farm.store import tables as t
from farm.store.answers import Remember, remember
from farm.store.database import Database
from farm.store.records import new_id
from farm.types import TaskKind

PENDING, DELIVERED, FAILED = "pending", "delivered", "failed"
_LONGEST_ERROR = 500


@dataclass(frozen=True)
class Secret:
    """A team's secret, and the former one while it still signs."""

    secret: str
    created_at: float
    former: str | None = None
    former_until: float | None = None

    @property
    def valid(self) -> tuple[str, ...]:
        """Every secret that signs now, the new one first."""
        return (self.secret, *((self.former,) if self.former else ()))


@dataclass(frozen=True)
class Delivery:
    """One message to one address. Times are seconds since 1970."""

    id: str
    team: str
    story: str
    event: str
    url: str
    content: Mapping[str, Any]
    state: str
    attempts: int
    epoch: int
    next_at: float | None
    answered: int | None
    error: str | None
    created_at: float
    ended_at: float | None

    @property
    def body(self) -> bytes:
        """What is sent: the same bytes at every attempt."""
        return json.dumps(dict(self.content), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def announce(connection: Connection, story: str) -> None:
    """Write a message of the story's end, if its caller wants to be told; part of the transaction that ends it."""
    row = connection.execute(sa.select(t.stories).where(t.stories.c.id == story)).one()
    url = row.request.get("webhook_url")
    if not url:
        return
    counted = (
        sa.select(t.tasks.c.kind, t.tasks.c.state, sa.func.count().label("number")).where(t.tasks.c.job == row.job).group_by(t.tasks.c.kind, t.tasks.c.state)
    )
    counts = {(one.kind, one.state): one.number for one in connection.execute(counted)}
    frames = connection.execute(sa.select(sa.func.count()).select_from(t.shots).where(t.shots.c.story == story)).scalar_one()
    animate, done = TaskKind.ANIMATE.value, TaskState.DONE.value
    event = f"sequence.{row.status}"
    content = {
        "type": event,
        "timestamp": _iso(row.updated_at),
        "data": {
            "id": row.id,
            "title": row.title,
            "status": row.status,
            "statusError": row.error,
            "aspectRatio": row.request["aspect"],
            "createdAt": _iso(row.created_at),
            "updatedAt": _iso(row.updated_at),
            "counts": {
                "frames": frames,
                "shots": frames,
                "imagesReady": counts.get((TaskKind.KEYFRAME.value, done), 0),
                "videosReady": counts.get((animate, done), 0),
                "videosFailed": sum(counts.get((animate, state.value), 0) for state in (TaskState.FAILED, TaskState.SKIPPED)),
            },
            "statusUrl": f"/api/v1/sequences/{row.id}",
        },
    }
    values = {"id": new_id("msg"), "team": row.team, "story": story, "event": event, "url": url, "content": content, "state": PENDING}
    connection.execute(t.deliveries.insert().values(**values, created_at=t.now(), next_at=t.now()))


class Webhooks:
    """Secrets by team, and the deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ------------------------------------------------------------------ secrets

    def secret(self, team: str) -> Secret:
        """The team's secret; made when it is first asked for."""
        with self._database.write(durable=True) as connection:
            return _secret(connection, team)

    def rotate(self, team: str, answer: Callable[[Secret], Remember | None] | None = None) -> Secret:
        """A new secret; the one before signs beside it for a day, those before that no more.

        `answer` makes of it what the request is answered: kept in the same transaction. Raises AlreadyAnswered.
        """
        with self._database.write(durable=True) as connection:
            now = _secret(connection, team)
            values = {"secret": standard.new_secret(), "former": now.secret, "former_until": t.now() + standard.FORMER_SECONDS, "created_at": t.now()}
            connection.execute(t.webhook_secrets.update().where(t.webhook_secrets.c.team == team).values(**values))
            fresh = _secret(connection, team)
            if answer is not None and (one := answer(fresh)) is not None:
                remember(connection, one, ())
            return fresh

    # ------------------------------------------------------------------ deliveries

    def page(self, team: str, *, limit: int = 20, before: str | None = None, story: str | None = None) -> list[Delivery]:
        """The team's deliveries, newest first; `before` is the id of the last one already seen."""
        query = sa.select(t.deliveries).where(t.deliveries.c.team == team)
        if before:
            query = query.where(t.deliveries.c.id < before)
        if story:
            query = query.where(t.deliveries.c.story == story)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query.order_by(t.deliveries.c.id.desc()).limit(limit))]

    def get(self, delivery: str, team: str) -> Delivery | None:
        """One of the team's deliveries."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(t.deliveries).where(t.deliveries.c.id == delivery, t.deliveries.c.team == team)).one_or_none()
            return _delivery(row) if row is not None else None

    def replay(self, delivery: str, team: str, answer: Callable[[Delivery], Remember | None] | None = None) -> Delivery | None:
        """Send a message again, now, under its own id, with a schedule of its own; None where there is none.

        `answer` makes of it what the request is answered: kept in the same transaction. Raises AlreadyAnswered.
        """
        values = {"state": PENDING, "attempts": 0, "epoch": t.deliveries.c.epoch + 1, "next_at": t.now(), "error": None, "ended_at": None}
        with self._database.write() as connection:
            mine = sa.and_(t.deliveries.c.id == delivery, t.deliveries.c.team == team)
            row = connection.execute(t.deliveries.update().where(mine).values(**values).returning(t.deliveries)).one_or_none()
            if row is None:
                return None
            found = _delivery(row)
            if answer is not None and (one := answer(found)) is not None:
                remember(connection, one, ())
            return found

    def claim(self, limit: int, lease_seconds: float) -> list[tuple[Delivery, Secret]]:
        """Deliveries that are due, with what signs them; nobody else gets them for `lease_seconds`, and the attempt counts."""
        due = sa.and_(t.deliveries.c.state == PENDING, t.deliveries.c.next_at <= t.now())
        with self._database.read() as connection:  # looked for every second: mostly there is none, and no writer is kept waiting for that
            if not connection.execute(sa.select(sa.exists().where(due))).scalar():
                return []
        with self._database.write() as connection:
            query = sa.select(t.deliveries).where(due).order_by(t.deliveries.c.next_at).limit(limit).with_for_update(skip_locked=True)
            claimed = []
            for row in connection.execute(query).all():
                values = {"attempts": row.attempts + 1, "epoch": row.epoch + 1, "next_at": t.now() + lease_seconds}
                taken = t.deliveries.update().where(t.deliveries.c.id == row.id).values(**values).returning(t.deliveries)
                claimed.append((_delivery(connection.execute(taken).one()), _secret(connection, row.team)))
            return claimed

    def delivered(self, one: Delivery, answered: int) -> None:
        """The receiver has taken it."""
        self._note(one, state=DELIVERED, answered=answered, error=None, next_at=None, ended_at=t.now())

    def failed(self, one: Delivery, error: str, *, answered: int | None, pause: float | None) -> None:
        """It was not taken; again after `pause` seconds, or never (None)."""
        again = {"next_at": t.now() + pause} if pause is not None else {"state": FAILED, "next_at": None, "ended_at": t.now()}
        self._note(one, answered=answered, error=error[:_LONGEST_ERROR], **again)

    def _note(self, one: Delivery, **values: Any) -> None:
        """Unless somebody else has claimed or replayed it since."""
        with self._database.write() as connection:
            connection.execute(t.deliveries.update().where(t.deliveries.c.id == one.id, t.deliveries.c.epoch == one.epoch).values(**values))


def _secret(connection: Connection, team: str) -> Secret:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    found = sa.select(t.webhook_secrets, (t.webhook_secrets.c.former_until > t.now()).label("signs")).where(t.webhook_secrets.c.team == team)
    row = connection.execute(found).one_or_none()
    if row is None:
        connection.execute(insert(t.webhook_secrets).values(team=team, secret=standard.new_secret(), created_at=t.now()).on_conflict_do_nothing())
        row = connection.execute(found).one()
    return Secret(row.secret, row.created_at, row.former if row.signs else None, row.former_until if row.signs else None)


def _delivery(row: t.AnyRow) -> Delivery:
    return Delivery(**row._mapping)


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
