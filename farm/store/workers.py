"""Who works for the farm, what each serves, and when it was last heard of."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from farm.states import TaskState
from farm.store import tables as t
from farm.store.database import Database
from farm.store.records import WorkerRecord


class Workers:
    """The register of workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, name: str, *, pool: str, host: str, pid: int, models: Sequence[str], device: Mapping[str, Any]) -> None:
        """A worker is there; one of the same name is replaced."""
        with self._database.write() as connection:
            connection.execute(t.workers.delete().where(t.workers.c.name == name))
            connection.execute(
                t.workers.insert().values(
                    name=name, pool=pool, host=host, pid=pid, models=list(models), device=dict(device), state="serving", started_at=t.now(), seen_at=t.now()
                )
            )

    def heartbeat(self, name: str, *, models: Sequence[str] | None = None, device: Mapping[str, Any] | None = None) -> bool:
        """It is still there, perhaps with news of what it can run and holds; False when it has been forgotten and should register again."""
        news: dict[str, Any] = {"models": list(models)} if models is not None else {}
        if device is not None:
            news["device"] = dict(device)
        with self._database.write() as connection:
            return bool(connection.execute(t.workers.update().where(t.workers.c.name == name).values(seen_at=t.now(), **news)).rowcount)

    def drain(self, name: str) -> None:
        """It takes no new tasks."""
        with self._database.write() as connection:
            connection.execute(t.workers.update().where(t.workers.c.name == name).values(state="draining", seen_at=t.now()))

    def forget(self, name: str) -> None:
        """It is gone."""
        with self._database.write() as connection:
            connection.execute(t.workers.delete().where(t.workers.c.name == name))

    def silent(self, seconds: float) -> builtins.list[WorkerRecord]:
        """Workers not heard of for `seconds`."""
        return self._select(t.workers.c.seen_at < t.now() - seconds)

    def list(self) -> builtins.list[WorkerRecord]:
        """Every worker that has registered, with the task that it is doing."""
        return self._select(sa.true())

    def _select(self, condition: Any) -> builtins.list[WorkerRecord]:
        doing = sa.select(t.tasks.c.id).where(t.tasks.c.worker == t.workers.c.name, t.tasks.c.state == TaskState.RUNNING.value).limit(1).scalar_subquery()
        with self._database.read() as connection:
            rows = connection.execute(sa.select(t.workers, doing.label("task")).where(condition).order_by(t.workers.c.name))
            return [
                WorkerRecord(
                    name=row.name, pool=row.pool, host=row.host, pid=row.pid, models=tuple(row.models), device=row.device, state=row.state,
                    started_at=row.started_at, seen_at=row.seen_at, task=row.task,
                )
                for row in rows
            ]  # fmt: skip
