"""What survives: processes killed in the middle, two that migrate at once, restarts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from farm.store import Store
from farm.store.tables import metadata
from tests.farm.farming import Hand, new_story, states

ROOT = Path(__file__).resolve().parents[2]

DIE_IN_THE_MIDDLE = """
import os, signal, sys
import sqlalchemy as sa
from farm.store import Store
from tests.farm.farming import Hand

store = Store.open(sys.argv[1])
claim = Hand(store, "doomed").must_claim()
writes = 0

@sa.event.listens_for(store.database.engine, "after_cursor_execute")
def die(connection, cursor, statement, *rest):
    global writes
    if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
        writes += 1
        if writes == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

Hand(store, "doomed").complete(claim)
print("survived", writes)
"""

CLAIM_AND_COMPLETE = """
import sys, time
from farm.store import Store
from tests.farm.farming import Hand

store = Store.open(sys.argv[1])
hand = Hand(store, sys.argv[2])
quiet = 0
while quiet < 60:
    claim = hand.claim()
    if claim is None:
        quiet += 1
        time.sleep(0.03)
        continue
    quiet = 0
    assert hand.complete(claim) is not None
    print(claim.task, flush=True)
"""


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT)


@pytest.mark.parametrize("after", [1, 6, 11])
def test_killed_in_the_middle_of_a_completion_nothing_of_it_is_there(store: Store, database_url: str, after: int) -> None:
    # given a worker that is killed after some of its completion's writes
    team = store.teams.ensure("farmers")
    store.ledger.grant(team, 25)
    story = store.stories.create(new_story(team)).story
    worker = python(DIE_IN_THE_MIDDLE, database_url, str(after))
    _, errors = worker.communicate(timeout=60)
    assert worker.returncode == -signal.SIGKILL, errors
    # then the task is still the dead worker's, and nothing follows from it
    assert states(store, story) == {"write": "running"}
    document = store.stories.document(story)
    assert document is not None
    assert document.screenplay is None
    # and once its lease is taken away, another does it all
    assert len(store.tasks.reap(dead=["doomed"])) == 1
    Hand(store).run()
    assert set(states(store, story).values()) == {"done"}
    assert [entry.kind for entry in store.ledger.entries(team)] == ["capture", "hold", "grant"]


def test_several_processes_do_every_task_once(store: Store, database_url: str) -> None:
    team = store.teams.ensure("farmers", unlimited=True)
    stories = [store.stories.create(new_story(team)).story for _ in range(3)]
    workers = [python(CLAIM_AND_COMPLETE, database_url, f"worker{number}") for number in range(3)]
    done: list[str] = []
    for worker in workers:
        out, errors = worker.communicate(timeout=90)
        assert worker.returncode == 0, errors
        done += out.split()
    assert len(done) == len(set(done)) == sum(len(states(store, story)) for story in stories)
    assert {str(store.stories.document(story).status) for story in stories} == {"completed"}  # type: ignore[union-attr]


def test_two_processes_may_migrate_at_once(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    code = "import sys; from farm.store import Store; s = Store.open(sys.argv[1]); s.migrate(); print(s.teams.ensure('one'))"
    for url in (f"sqlite:///{tmp_path / 'new.db'}", request.getfixturevalue("postgres").create(f"new{time.monotonic_ns()}")):
        processes = [python(code, url) for _ in range(3)]
        ended = [(process.communicate(timeout=60), process.returncode) for process in processes]
        assert [code for _, code in ended] == [0, 0, 0], ended
        assert len({out.splitlines()[-1] for (out, _), _ in ended}) == 1
        assert sum("brought up to date" in out for (out, _), _ in ended) == 1


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    team = store.teams.ensure("one")
    store.migrate()
    assert store.teams.ensure("one") == team


def test_a_part_of_the_release_before_goes_on_with_a_newer_database(store: Store, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """A rolling upgrade: who starts again before it is brought up to date itself finds tables that it does not know, and leaves them alone."""
    team = store.teams.ensure("one")
    with store.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.migrate()
    assert store.teams.ensure("one") == team
    with store.database.read() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    assert "of a newer release" in capsys.readouterr().out + caplog.text, "printed, or logged where an earlier test has set logging up"


def test_a_killed_writer_leaves_no_lock(store: Store, database_url: str) -> None:
    code = (
        "import sys, time; from farm.store import Store; s = Store.open(sys.argv[1])\n"
        "from farm.store import tables as t\n"
        "with s.database.write() as c:\n"
        "    c.execute(t.teams.insert().values(id='team_x', name='half', unlimited=False, created_at=1)); print('in', flush=True); time.sleep(60)"
    )
    process = python(code, database_url)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "in"
    process.kill()
    process.communicate()
    began = time.monotonic()
    assert store.teams.ensure("half") != "team_x"
    assert time.monotonic() - began < 5


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    store.teams.ensure("before")
    with store.database.read() as connection:
        count = sa.text("SELECT count(*) FROM teams")
        first = connection.execute(count).scalar()
        store.teams.ensure("meanwhile")
        assert connection.execute(count).scalar() == first


def test_promises_are_synced_and_the_rest_is_quick(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'farm.db'}")
    level = sa.text("PRAGMA synchronous")
    for durable, expected in ((True, 2), (False, 1), (True, 2)):
        with store.database.write(durable=durable) as connection:
            assert connection.execute(level).scalar() == expected
    with pytest.raises(ZeroDivisionError), store.database.write(durable=True):
        _ = 1 / 0
    with store.database.read() as connection:
        assert connection.execute(level).scalar() == 1
    store.close()
