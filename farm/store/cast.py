"""The cast: characters and places of a team's earlier stories, by id or name, so that a later story can show them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from farm.store import tables as t
from farm.store.database import Database

What = Literal["characters", "locations"]
_TABLES: Mapping[What, tuple[sa.Table, str]] = {"characters": (t.characters, "character"), "locations": (t.scenes, "scene")}
RECENT_STORIES = 200
"""Of how many of a team's newest stories the names are known; ids are known of all."""


@dataclass(frozen=True)
class Known:
    """Somebody, or a place, of an earlier story: its entry in that screenplay, and its portrait (SHA-256) if there is one."""

    id: str
    content: Mapping[str, Any]
    portrait: str | None


class Cast:
    """Who and where by id, or by the name under which a request asked for them; another team's are as good as none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, team: str, what: What, wanted: Collection[str]) -> dict[str, Known]:
        """Those of `wanted` (ids or names, whatever their case) that there are, by what was wanted; of one name the newest."""
        table, kind = _TABLES[what]
        named = {name.casefold(): name for name in wanted}
        found: dict[str, Known] = {}
        with self._database.read() as connection:
            columns = (table.c.id, table.c.key, table.c.content, t.stories.c.job)
            mine = sa.select(*columns, t.stories.c.request).join(t.stories, t.stories.c.id == table.c.story).where(t.stories.c.team == team)
            for row in connection.execute(mine.where(table.c.id.in_(list(wanted)))):
                found[row.id] = _known(connection, row, kind)
            recent = sa.select(t.stories.c.id).where(t.stories.c.team == team, ~t.stories.c.hidden).order_by(t.stories.c.id.desc()).limit(RECENT_STORIES)
            name = table.c.content["name" if what == "characters" else "title"].as_string()
            same = sa.or_(name.in_(list(wanted)), sa.func.lower(name).in_([one.lower() for one in wanted]))
            for row in connection.execute(mine.where(table.c.story.in_(recent.scalar_subquery()), same).order_by(table.c.id.desc())):
                called = str(row.content["name" if what == "characters" else "title"]).casefold()
                asked = {str(one["name"]).casefold() for one in row.request.get(what, ())}
                if called in named and named[called] not in found and called in asked:
                    found[named[called]] = _known(connection, row, kind)
        return found


def _known(connection: Connection, row: t.AnyRow, kind: str) -> Known:
    joined = t.outputs.join(t.tasks, t.tasks.c.id == t.outputs.c.task)
    mine = sa.and_(t.tasks.c.job == row.job, t.tasks.c.name == f"portrait.{kind}.{row.key}", t.outputs.c.name == "picture")
    return Known(row.id, row.content, connection.execute(sa.select(t.outputs.c.sha).select_from(joined).where(mine)).scalar())
