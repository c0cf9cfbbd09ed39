"""A team's own styles, beside the built-in ones."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from farm.store import tables as t
from farm.store.answers import Remember, remember
from farm.store.database import Database
from farm.store.records import new_id
from farm.types import Style


@dataclass(frozen=True)
class OwnStyle:
    """A style that a team made."""

    id: str
    style: Style


class Styles:
    """Styles by team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, team: str, style: Style, answer: Callable[[str], Remember | None] | None = None) -> OwnStyle | None:
        """Keep a style; None where the team has one of that slug. `answer` makes of its id what the request is answered: kept in the same transaction.

        Raises AlreadyAnswered.
        """
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        values = {"id": new_id("sty"), "team": team, "slug": style.slug, "content": style.model_dump(mode="json"), "created_at": t.now()}
        with self._database.write(durable=True) as connection:
            made = connection.execute(insert(t.styles).values(**values).on_conflict_do_nothing().returning(t.styles.c.id)).scalar()
            if made is not None and answer is not None and (one := answer(made)) is not None:
                remember(connection, one, ())
        return OwnStyle(made, style) if made is not None else None

    def list(self, team: str) -> builtins.list[OwnStyle]:
        """The team's styles, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(t.styles).where(t.styles.c.team == team).order_by(t.styles.c.id))
            return [OwnStyle(row.id, Style.model_validate(row.content)) for row in rows]
