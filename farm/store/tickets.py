"""The outbox of tickets: written with what makes a task runnable, sent after the commit."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from farm.states import TaskState
from farm.store import tables as t
from farm.store.database import Database
from farm.store.records import Ticket
from farm.store.stories import ring


class TicketBox:
    """Tickets that wait to be sent. A ticket that is sent twice, or lost, is harmless."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, limit: int = 500) -> list[Ticket]:
        """The oldest unsent tickets; two senders may take the same ones."""
        with self._database.read() as connection:
            return [Ticket(row.id, row.pool) for row in connection.execute(sa.select(t.tickets).order_by(t.tickets.c.id).limit(limit))]

    def sent(self, ids: Sequence[int]) -> None:
        """Strike out tickets that were sent."""
        if ids:
            with self._database.write() as connection:
                connection.execute(t.tickets.delete().where(t.tickets.c.id.in_(list(ids))))

    def ring(self, older_than: float) -> int:
        """Write tickets for runnable tasks whose pause is over, or whose last ticket is older than `older_than` seconds; returns how many tasks."""
        late = sa.and_(
            t.in_state(t.tasks.c.state, TaskState.RUNNABLE.value),
            t.tasks.c.not_before <= t.now(),
            sa.or_(t.tasks.c.rung_at < t.tasks.c.not_before, t.tasks.c.rung_at < t.now() - older_than),
        )
        with self._database.read() as connection:
            if not connection.execute(sa.select(sa.exists().where(late))).scalar():
                return 0
        query = sa.select(t.tasks.c.id, t.tasks.c.pools).where(late).order_by(t.tasks.c.rung_at).limit(1_000).with_for_update(skip_locked=True)
        with self._database.write() as connection:
            rows = connection.execute(query).all()
            if rows:
                connection.execute(t.tasks.update().where(t.tasks.c.id.in_([row.id for row in rows])).values(rung_at=t.now()))
                ring(connection, [pool for row in rows for pool in row.pools])
            return len(rows)
