"""Idempotency: what a request with a caller's key was answered, so that asking again does nothing again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from farm.store import tables as t
from farm.store.database import Database
from farm.store.records import Answer

KEPT_SECONDS = 24 * 3600.0
_IN_FLIGHT_SECONDS = 120.0
"""A first request that has not answered after this long was lost with its gateway: the next one takes its place."""


class Answers:
    """Answers by team and Idempotency-Key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, team: str, key: str, request: str) -> Answer | None:
        """Claim the key for a request (the hash of it); None when it is ours to answer, else what is known of the first one."""
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        mine = sa.and_(t.answers.c.team == team, t.answers.c.key == key)
        lost = sa.and_(t.answers.c.answer.is_(None), t.answers.c.created_at < t.now() - _IN_FLIGHT_SECONDS)
        with self._database.write() as connection:
            connection.execute(t.answers.delete().where(mine, sa.or_(lost, t.answers.c.created_at < t.now() - KEPT_SECONDS)))
            values = {"team": team, "key": key, "request": request, "created_at": t.now()}
            # Not rowcount: for an INSERT psycopg's is not kept.
            if connection.execute(insert(t.answers).values(values).on_conflict_do_nothing().returning(t.answers.c.key)).scalar() is not None:
                return None
            row = connection.execute(sa.select(t.answers.c.request, t.answers.c.answer).where(mine)).one()
            return Answer(row.request, row.answer)

    def finish(self, team: str, key: str, answer: Mapping[str, Any]) -> None:
        """Keep the answer."""
        with self._database.write() as connection:
            connection.execute(t.answers.update().where(t.answers.c.team == team, t.answers.c.key == key).values(answer=dict(answer)))

    def drop(self, team: str, key: str) -> None:
        """The request failed without an effect: the key is free again."""
        with self._database.write() as connection:
            connection.execute(t.answers.delete().where(t.answers.c.team == team, t.answers.c.key == key, t.answers.c.answer.is_(None)))

    def sweep(self) -> int:
        """Forget answers older than a day; returns how many."""
        with self._database.write() as connection:
            return connection.execute(t.answers.delete().where(t.answers.c.created_at < t.now() - KEPT_SECONDS)).rowcount
