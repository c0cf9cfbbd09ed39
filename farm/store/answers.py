"""Idempotency: what a request with a caller's key was answered, so that asking again does nothing again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from farm.store import tables as t
from farm.store.database import Database
from farm.store.records import Answer, Created, StoreError

KEPT_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Remember:
    """A request with a caller's key, and what it is answered once its stories exist: written in the transaction that creates them."""

    team: str
    key: str
    request: str  # the hash of it
    answer: Callable[[Sequence[Created]], Mapping[str, Any]]


class AlreadyAnswered(StoreError):
    """Another request with the same key was first; `answer` is what is known of it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("a request with this key came before")
        self.answer = answer


def remember(connection: Connection, one: Remember, made: Sequence[Created]) -> None:
    """Write down what a request is answered.

    Raises AlreadyAnswered; a transaction that writes the same key at the same time is waited for.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    mine = sa.and_(t.answers.c.team == one.team, t.answers.c.key == one.key)
    connection.execute(t.answers.delete().where(mine, _stale()))
    values = {"team": one.team, "key": one.key, "request": one.request, "answer": dict(one.answer(made)), "created_at": t.now()}
    if connection.execute(insert(t.answers).values(values).on_conflict_do_nothing().returning(t.answers.c.key)).scalar() is None:
        row = connection.execute(sa.select(t.answers.c.request, t.answers.c.answer).where(mine)).one()
        raise AlreadyAnswered(Answer(row.request, row.answer))


def _stale() -> Any:
    """Rows that count no more: older than a day, or without an answer, as releases before this one wrote them while a request was in flight."""
    return sa.or_(t.answers.c.answer.is_(None), t.answers.c.created_at < t.now() - KEPT_SECONDS)


class Answers:
    """Answers by team and Idempotency-Key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, team: str, key: str) -> Answer | None:
        """What is known of the first request with this key."""
        mine = sa.and_(t.answers.c.team == team, t.answers.c.key == key)
        with self._database.read() as connection:
            row = connection.execute(sa.select(t.answers.c.request, t.answers.c.answer).where(mine, ~_stale())).one_or_none()
            return Answer(row.request, row.answer) if row is not None else None

    def keep(self, team: str, key: str, request: str, answer: Mapping[str, Any]) -> None:
        """Keep the answer of a request (the hash of it), in the place of what its transaction wrote down."""
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        values = {"team": team, "key": key, "request": request, "answer": dict(answer), "created_at": t.now()}
        statement = insert(t.answers).values(values)
        with self._database.write() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["team", "key"], set_={"answer": statement.excluded.answer}))

    def sweep(self) -> int:
        """Forget answers older than a day; returns how many."""
        with self._database.write() as connection:
            return connection.execute(t.answers.delete().where(t.answers.c.created_at < t.now() - KEPT_SECONDS)).rowcount
