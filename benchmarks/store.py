"""How many claims and completions a second the store does, beside the least that either database can be asked to do.

    python -m benchmarks.store [--hands 4] [--stories 20] [--shots 20]

The peer, in the same run on the same machine, is a bare queue table without order, leases, attempts, dependencies or tickets: one statement a
claim and one a completion, through the driver alone (BEGIN IMMEDIATE in SQLite, SKIP LOCKED in PostgreSQL). PostgreSQL runs with its
default durability here, SQLite as `farm.store.database` opens it, the bare SQLite alike. `depth` rows show one claim with so many tasks waiting.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from farm.store import Store
from tests import conftest
from tests.farm.farming import Hand, new_story, screenplay

WAITING = ("model-keyframe", "model-speak")
Span = tuple[int, float, float]


def _psycopg(url: str) -> Any:
    parsed = make_url(url)
    return psycopg.connect(host=str(parsed.query["host"]), user=parsed.username, dbname=parsed.database, autocommit=True)


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(str(make_url(url).database), timeout=30, isolation_level=None)
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


# ---------------------------------------------------------------- the store


def store_claims(url: str, name: str, barrier: Any, results: Any) -> None:
    """Claim all there is, then complete it; report both."""
    store = Store.open(url)
    hand = Hand(store, name)
    store.tasks.claim(name, "cpu", ("no-model",), (), 1.0)  # connected, statements compiled
    barrier.wait()
    claims, began = [], time.time()
    while (claim := hand.claim(models=WAITING, lease=600.0)) is not None:
        claims.append(claim)
    claimed = (len(claims), began, time.time())
    barrier.wait()
    began = time.time()
    for claim in claims:
        assert hand.complete(claim) is not None
    results.put((claimed, (len(claims), began, time.time())))
    store.close()


def fill(url: str, stories: int, shots: int) -> None:
    """Stories whose keyframes and narrations wait to be claimed."""
    store = Store.open(url)
    store.migrate()
    team = store.teams.ensure("bench", unlimited=True)
    hand = Hand(store, play=screenplay(shots))
    for _ in range(stories):
        store.stories.create(new_story(team))
        hand.complete(hand.must_claim(models=("model-write",)))
    store.close()


# ---------------------------------------------------------------- the bare queue


def bare_claims(url: str, name: str, barrier: Any, results: Any) -> None:
    """The same with the bare table."""
    claim, complete = _bare_sqlite(url) if url.startswith("sqlite") else _bare_postgres(url)
    barrier.wait()
    taken, began = [], time.time()
    while (one := claim(name)) is not None:
        taken.append(one)
    claimed = (len(taken), began, time.time())
    barrier.wait()
    began = time.time()
    for one in taken:
        complete(one)
    results.put((claimed, (len(taken), began, time.time())))


def _bare_postgres(url: str) -> tuple[Callable[[str], Any], Callable[[Any], object]]:
    connection = _psycopg(url)
    best = "SELECT id FROM bare WHERE state='runnable' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
    take = f"UPDATE bare SET state='running', worker=%s WHERE id=({best}) RETURNING id"

    def claim(name: str) -> Any:
        row = connection.execute(take, (name,)).fetchone()
        return row[0] if row else None

    return claim, lambda one: connection.execute("UPDATE bare SET state='done' WHERE id=%s", (one,))


def _bare_sqlite(url: str) -> tuple[Callable[[str], Any], Callable[[Any], object]]:
    connection = _sqlite(url)
    take = "UPDATE bare SET state='running', worker=? WHERE id=(SELECT id FROM bare WHERE state='runnable' ORDER BY id LIMIT 1) RETURNING id"

    def in_transaction(statement: str, value: Any) -> Any:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute(statement, (value,)).fetchone()
        connection.execute("COMMIT")
        return row[0] if row else None

    return lambda name: in_transaction(take, name), lambda one: in_transaction("UPDATE bare SET state='done' WHERE id=?", one)


def fill_bare(url: str, count: int) -> None:
    """The bare queue's table with `count` rows."""
    connection: Any = _sqlite(url) if url.startswith("sqlite") else _psycopg(url)
    connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, state TEXT NOT NULL, worker TEXT)")
    connection.execute("CREATE INDEX bare_runnable ON bare (id) WHERE state='runnable'")
    mark = "?" if url.startswith("sqlite") else "%s"
    connection.execute("BEGIN")
    connection.cursor().executemany(f"INSERT INTO bare VALUES ({mark}, 'runnable', NULL)", [(number,) for number in range(count)])
    connection.execute("COMMIT")
    connection.close()


# ---------------------------------------------------------------- measuring


def rates(worker: Callable[..., None], url: str, hands: int) -> tuple[float, float, int]:
    """Claims a second, completions a second, and how many there were, with `hands` processes at it."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(hands), context.Queue()
    processes = [context.Process(target=worker, args=(url, f"hand{number}", barrier, results)) for number in range(hands)]
    for process in processes:
        process.start()
    reports: list[tuple[Span, Span]] = [results.get(timeout=300) for _ in processes]
    for process in processes:
        process.join()
    claimed, completed = ([report[part] for report in reports] for part in (0, 1))
    return _rate(claimed), _rate(completed), sum(span[0] for span in claimed)


def _rate(spans: list[Span]) -> float:
    return sum(span[0] for span in spans) / (max(span[2] for span in spans) - min(span[1] for span in spans))


def depth(url: str) -> float:
    """Median milliseconds of a claim and its release, with whatever is waiting."""
    store, times = Store.open(url), []
    hand = Hand(store)
    for _ in range(15):
        began = time.perf_counter()
        claim = hand.must_claim(models=WAITING)
        times.append(time.perf_counter() - began)
        store.tasks.release(claim.lease)
    store.close()
    return sorted(times)[len(times) // 2] * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hands", type=int, default=4, help="processes at it at once")
    parser.add_argument("--stories", type=int, default=20)
    parser.add_argument("--shots", type=int, default=20)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sfbench"))
    programs = conftest._find()
    conftest._FAST = ("max_connections=100",)  # type: ignore[assignment]
    server = conftest.Postgres(programs) if programs else None
    print(f"{'database':<12} {'what':<11} {'store/s':>9} {'bare/s':>9} {'ratio':>7}   ({options.hands} processes)")
    try:
        for database, place in (("sqlite", f"sqlite:///{folder}/"), ("postgresql", "")):
            if database == "postgresql" and server is None:
                print("postgresql: not here")
                continue

            def new(name: str, place: str = place) -> str:
                return f"{place}{name}.db" if place else server.create(name)  # type: ignore[union-attr]

            url, bare = new("store"), new("bare")
            fill(url, options.stories, options.shots)
            waiting = options.stories * options.shots * 2
            at_depth = depth(url)
            claims, completions, count = rates(store_claims, url, options.hands)
            fill_bare(bare, count)
            bare_claim, bare_complete, _ = rates(bare_claims, bare, options.hands)
            for what, ours, theirs in (("claims", claims, bare_claim), ("completions", completions, bare_complete)):
                print(f"{database:<12} {what:<11} {ours:>9.0f} {theirs:>9.0f} {ours / theirs:>7.3f}")
            print(f"{database:<12} one claim with {waiting} tasks waiting: {at_depth:.1f} ms (median)")
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
