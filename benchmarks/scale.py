"""How the store answers when it is full: percentiles of what workers and callers ask, with 10,000 stories and 100,000 tasks in it.

    python -m benchmarks.scale [--stories 10000] [--tasks 10] [--copies 1] [--times 300] [--database sqlite] [--database postgresql]

Nine stories of ten have completed, every tenth waits; 21 teams, of which one has half of everything. The rows are written in bulk, the questions are
the store's own methods, one at a time, warm. `--copies 100` writes every story as often, in the
database itself (a million tasks in two minutes). On PostgreSQL each question's plan is looked at, too: what reads a large table from end to end is
named with it. SQLite's file is on a disk unless --folder says otherwise; PostgreSQL runs with its default durability.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from farm.store import Store
from farm.store import tables as t
from farm.store.records import new_id
from tests import conftest
from tests.farm.farming import MODELS, Hand, new_story, screenplay

TEAMS = 21
LATEST = 1_790_000_000.0
_FILLED = (t.stories, t.jobs, t.tasks, t.task_needs, t.attempts, t.artifacts, t.outputs, t.ledger, t.shots)


def fill(store: Store, stories: int, tasks: int) -> tuple[str, list[str]]:
    """Write the rows; the large team, and the ids of its stories from old to new."""
    teams = [store.teams.ensure(f"team {number}", unlimited=True) for number in range(TEAMS)]
    play = screenplay(1).model_dump(mode="json")
    mine: list[str] = []
    for begin in range(0, stories, 500):
        rows: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in _FILLED}
        for number in range(begin, min(stories, begin + 500)):
            team = teams[0] if number % 2 else teams[1 + number // 2 % (TEAMS - 1)]
            waits = number % 10 == 9 or number % 20 == 0
            request = new_story(team).model_dump(mode="json")
            story, job, at = new_id("seq"), new_id("job"), LATEST + number
            if team == teams[0]:
                mine.append(story)
            status = ("processing", "generating_videos") if waits else ("completed", "completed")
            rows[t.stories].append(
                {"id": story, "team": team, "title": f"Story {number}", "status": status[0], "job": job, "request": request, "screenplay": play,
                 "hidden": False, "created_at": at, "updated_at": at}
            )  # fmt: skip
            rows[t.jobs].append(
                {"id": job, "story": story, "team": team, "status": status[1], "credits": 25, "priority": 0, "created_at": at, "started_at": at,
                 "ended_at": None if waits else at}
            )  # fmt: skip
            rows[t.ledger] += [{"team": team, "job": job, "kind": kind, "amount": amount, "note": "", "created_at": at} for kind, amount in _entries(waits)]
            rows[t.shots].append({"id": new_id("shot"), "story": story, "position": 0, "key": "0", "content": play["shots"][0]})
            made: dict[str, str] = {}
            for index in range(tasks):
                task, sha = new_id("task"), hashlib.sha256(f"{number} {index}".encode()).hexdigest()
                kind = "compose" if index == tasks - 1 else "keyframe" if index % 2 else "speak"
                state = "done" if not waits else "waiting" if kind == "compose" else "runnable"
                spec = {"kind": "write", "prompt": "x", "seconds": 30}
                rows[t.tasks].append(
                    {"id": task, "job": job, "story": story, "team": team, "kind": kind, "name": f"{kind}.{index}", "shot": index,
                     "model": MODELS[kind], "pools": ["cpu"], "spec": spec, "state": state, "priority": 0, "rank": index,  # type: ignore[index]
                     "task_key": None if waits else sha, "data": None if waits else {}, "created_at": at, "begun_at": at, "not_before": at,
                     "rung_at": time.time(), "started_at": None if waits else at, "ended_at": None if waits else at}
                )  # fmt: skip
                if kind == "compose":
                    rows[t.task_needs] += [{"task": task, "role": name, "needs": needed, "soft": True} for name, needed in made.items()]
                made[f"{kind}.{index}"] = task
                if not waits:
                    rows[t.artifacts].append({"sha": sha, "size": 1000, "media_type": "image/png", "created_at": at})
                    rows[t.outputs].append({"task": task, "name": "picture", "sha": sha})
                    rows[t.attempts].append({"task": task, "epoch": 1, "number": 1, "worker": "w", "ended": "done", "started_at": at, "ended_at": at})
        with store.database.write() as connection:
            for table, values in rows.items():
                connection.execute(table.insert(), values)
    specs = _specs()
    with store.database.write() as connection:
        for kind, spec in specs.items():
            connection.execute(t.tasks.update().where(t.tasks.c.kind == kind, t.tasks.c.state == "runnable").values(spec=spec))
    return teams[0], mine


_NAMES = {
    "stories": ("id", "job"), "jobs": ("id", "story"), "tasks": ("id", "job", "story"), "task_needs": ("task", "needs"), "attempts": ("task",),
    "outputs": ("task",), "ledger": ("job",), "shots": ("id", "story"),
}  # fmt: skip
"""Columns that name a row, or another one: in a copy they end in its number. Artifacts are shared."""


def copy(store: Store, copies: int) -> None:
    """Write every row so many times in all; then let the database look at what it has."""
    series = (
        "WITH RECURSIVE copy(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < :most)"
        if store.database.dialect == "sqlite"
        else "WITH copy AS (SELECT generate_series(1, :most) AS number)"
    )
    with store.database.write() as connection:
        for table in _FILLED if copies > 1 else ():
            if names := _NAMES.get(table.name):
                columns = [column.name for column in table.c if (table.name, column.name) != ("ledger", "id")]
                values = ", ".join(f"{table.name}.{name} || '-' || copy.number" if name in names else f'{table.name}."{name}"' for name in columns)
                into = ", ".join(f'"{name}"' for name in columns)
                statement = f"INSERT INTO {table.name} ({into}) {series} SELECT {values} FROM {table.name} CROSS JOIN copy"
                connection.execute(sa.text(statement), {"most": copies - 1})
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE" if store.database.dialect == "sqlite" else "VACUUM ANALYZE"))


_LARGE = 50_000
"""Rows from which on a table is not to be read from end to end."""


class Plans:
    """Hears what is asked of PostgreSQL, and asks it how it would go about that."""

    def __init__(self, store: Store) -> None:
        self._heard: dict[str, Any] = {}
        self._engine = store.database.engine
        self._listening = store.database.dialect == "postgresql"
        if self._listening:
            sa.event.listen(self._engine, "before_cursor_execute", self._hear)
            query = sa.text("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples >= :large")
            with self._engine.connect() as connection:
                self._large = {row.relname for row in connection.execute(query, {"large": _LARGE})}

    def _hear(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and statement.lstrip().split(" ")[0].upper() in ("SELECT", "UPDATE", "DELETE", "WITH"):
            self._heard.setdefault(statement, parameters)

    def told(self) -> list[str]:
        """What reads, or sorts, a large table from end to end among what was asked since the last time."""
        heard, found = self._heard, []
        self._heard = {}
        if not self._listening:
            return []
        with self._engine.connect() as connection:
            for statement, parameters in heard.items():
                plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()[0]["Plan"]
                found += [f"{line}: {' '.join(statement.split())[:110]} …" for line in self._wide(plan)]
        self._heard = {}
        return found

    def _wide(self, plan: Any) -> list[str]:
        found = []
        if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in self._large:
            found.append(f"reads all of {plan['Relation Name']}")
        if plan["Node Type"] == "Sort" and plan["Plan Rows"] * plan["Plan Width"] > 20e6:
            found.append(f"sorts {plan['Plan Rows']} rows of {plan['Plan Width']} bytes")
        for part in plan.get("Plans", ()):
            found += self._wide(part)
        return found


def _entries(waits: bool) -> list[tuple[str, int]]:
    return [("hold", -25)] if waits else [("hold", -25), ("capture", 0)]


def _specs() -> dict[str, Any]:
    """Specifications as the planner writes them."""
    from farm import plan

    planned = plan.expand(new_story("team"), screenplay(1))
    return {str(task.kind): task.spec.model_dump(mode="json") for task in planned if task.kind in ("keyframe", "speak")}


def questions(store: Store, team: str, mine: list[str], times: int) -> dict[str, Callable[[int], object]]:
    """What is asked, by name; each is given the number of the time."""
    hand = Hand(store)
    claims: list[Any] = []
    key = store.keys.create(team, "bench").key
    return {
        "claim": lambda _: claims.append(hand.must_claim(models=tuple(MODELS.values()))),
        "claim more": lambda _: store.tasks.claim_more(claims[0], 3, lambda spec, needs: True),
        "renew": lambda n: store.tasks.renew(claims[n % len(claims)].lease),
        "complete": lambda n: hand.complete(claims[n]),
        "find a task key": lambda n: store.tasks.find(hashlib.sha256(f"{n * 7} 1".encode()).hexdigest()),
        "ring (nothing late)": lambda _: store.tickets.ring(1e9),
        "reap (nothing lost)": lambda _: store.tasks.reap(),
        "create a story": lambda _: store.stories.create(new_story(team)),
        "document": lambda n: store.stories.document(mine[n * 13 % len(mine)], team),
        "page 1": lambda _: store.stories.documents(store.stories.page(team, limit=20), team),
        "page by cursor": lambda n: store.stories.documents(store.stories.page(team, limit=20, before=mine[n * 13 % len(mine)]), team),
        "page by number, the last": lambda _: store.stories.documents(store.stories.page(team, limit=20, offset=len(mine) - 20), team),
        "ids by status, completed": lambda _: store.stories.page(team, limit=20, job_status="completed"),
        "ids by status, failed (none)": lambda _: store.stories.page(team, limit=20, job_status="failed"),
        "count": lambda _: store.stories.count(team),
        "count by status": lambda _: store.stories.count(team, job_status="completed"),
        "marks of 100": lambda n: store.stories.marks(mine[n : n + 100]),
        "authenticate": lambda _: store.keys.authenticate(key),
        "balance": lambda _: store.ledger.balance(team),
        "entries": lambda _: store.ledger.entries(team),
        "teams with balances": lambda _: store.teams.list(),
        "unfinished": lambda _: store.stories.unfinished(),
    }


def measure(url: str, options: argparse.Namespace) -> None:
    """Fill a database, ask, print."""
    store = Store.open(url)
    store.migrate()
    began = time.perf_counter()
    team, mine = fill(store, options.stories, options.tasks)
    copy(store, options.copies)
    stories = options.stories * options.copies
    print(f"{store.database.dialect}: {stories} stories, {stories * options.tasks} tasks, filled in {time.perf_counter() - began:.0f} s")
    print(f"{'milliseconds':<30} {'p50':>8} {'p99':>8} {'max':>8}")
    plans = Plans(store)
    for name, ask in questions(store, team, mine, options.times).items():
        took = []
        for number in range(options.times):
            began = time.perf_counter()
            ask(number)
            took.append((time.perf_counter() - began) * 1000)
        took.sort()
        print(f"{name:<30} {took[len(took) // 2]:>8.1f} {took[int(len(took) * 0.99)]:>8.1f} {took[-1]:>8.1f}", flush=True)
        for line in plans.told():
            print(f"    {line}", flush=True)
    store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, default=10, help="of each story")
    parser.add_argument("--copies", type=int, default=1, help="how many times every story is written")
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sfscale", dir=options.folder))
    wanted = options.database or ["sqlite", "postgresql"]
    conftest._FAST = ("max_connections=100",)  # type: ignore[assignment]
    programs = conftest._find() if "postgresql" in wanted else None
    server = conftest.Postgres(programs) if programs else None
    try:
        for database in wanted:
            if database == "sqlite":
                measure(f"sqlite:///{folder}/scale.db", options)
            elif server is None:
                print("postgresql: not here")
            else:
                measure(server.create("scale"), options)
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
