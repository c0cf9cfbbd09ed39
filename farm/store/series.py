"""Series and the faces that are registered for them; a series is named by its team, and there from its first use."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from farm.store import tables as t
from farm.store.database import Database
from farm.store.ending import record_artifact
from farm.store.records import Artifact, SeriesCharacter, SeriesRecord


class SeriesShelf:
    """The series of every team; a series of another team is as good as none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, team: str, series: str, name: str, picture: Artifact) -> tuple[SeriesCharacter, bool]:
        """Register a character's picture under its name (case does not tell names apart), in a series that is made if there is none.

        The same name again takes the new picture's place. Gives the character, and whether it is new.
        """
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        key = folded(name)
        with self._database.write(durable=True) as connection:
            record_artifact(connection, picture)
            connection.execute(insert(t.series).values(team=team, id=series, created_at=t.now()).on_conflict_do_nothing())
            # The series is locked: of two that register the same name at once, one is told that it is new.
            connection.execute(sa.select(t.series.c.id).where(t.series.c.team == team, t.series.c.id == series).with_for_update())
            mine = sa.and_(t.series_characters.c.team == team, t.series_characters.c.series == series, t.series_characters.c.key == key)
            kept = connection.execute(sa.select(t.series_characters.c.sha).where(mine)).scalar()
            if kept is None:
                connection.execute(
                    t.series_characters.insert().values(
                        team=team, series=series, key=key, name=" ".join(name.split()), sha=picture.sha, created_at=t.now(), updated_at=t.now()
                    )
                )
            elif kept != picture.sha:
                connection.execute(t.series_characters.update().where(mine).values(sha=picture.sha, updated_at=t.now()))
            return _character(connection.execute(sa.select(t.series_characters).where(mine)).one()), kept is None

    def get(self, team: str, series: str) -> SeriesRecord | None:
        """A series with its characters, in the order in which they were registered."""
        with self._database.read() as connection:
            return next(iter(_records(connection, team, [series])), None)

    def page(self, team: str, *, limit: int = 20, offset: int = 0) -> list[SeriesRecord]:
        """The team's series, newest first."""
        with self._database.read() as connection:
            query = sa.select(t.series.c.id).where(t.series.c.team == team).order_by(t.series.c.created_at.desc(), t.series.c.id.desc())
            return _records(connection, team, list(connection.execute(query.limit(limit).offset(offset)).scalars()))

    def count(self, team: str) -> int:
        """How many series the team has."""
        with self._database.read() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(t.series).where(t.series.c.team == team)).scalar_one())


def folded(name: str) -> str:
    """A character's name as it is compared."""
    return " ".join(name.split()).casefold()


def _records(connection: Connection, team: str, ids: Sequence[str]) -> list[SeriesRecord]:
    found = {row.id: row for row in connection.execute(sa.select(t.series).where(t.series.c.team == team, t.series.c.id.in_(list(ids))))}
    faces: dict[str, list[SeriesCharacter]] = {}
    query = sa.select(t.series_characters).where(t.series_characters.c.team == team, t.series_characters.c.series.in_(list(found)))
    for row in connection.execute(query.order_by(t.series_characters.c.created_at, t.series_characters.c.key)):
        faces.setdefault(row.series, []).append(_character(row))
    return [SeriesRecord(series, found[series].created_at, tuple(faces.get(series, ()))) for series in ids if series in found]


def _character(row: t.AnyRow) -> SeriesCharacter:
    return SeriesCharacter(row.name, row.sha, row.created_at, row.updated_at)
