"""Attempts: what becomes of a claimed task when engines, files, leases and jobs do what they do."""

from __future__ import annotations

import hashlib
import threading
import time

import pytest
import sqlalchemy as sa

from farm.artifacts import Artifacts, Missing
from farm.progress import STREAM, Progress
from farm.protocol import parse
from farm.store import tables as t
from farm.store.records import Claim
from tests.workers.conftest import until
from tests.workers.engines_for_tests import TABLE
from workers import lease
from workers.actors import work_until_idle
from workers.batch import Batch
from workers.deadlines import Deadlines
from workers.slot import Slot
from workers.tools import Tools


@pytest.fixture
def tools(farm, monkeypatch):
    monkeypatch.setenv("PYTHON_TEST_LOG", str(farm.trace))
    made = Tools(
        store=farm.store,
        artifacts=Artifacts.open(farm.settings.artifacts_url, farm.settings.secret),
        progress=Progress(farm.valkey.url),
        tickets=farm.tickets,
        slot=Slot(TABLE),
        catalog=farm.catalog,
        worker="tester",
        pool="cpu",
        scratch=farm.folder / "scratch",
    )
    yield made
    made.slot.kill()


def claim(tools: Tools, seconds: float = lease.LEASE_SECONDS):
    found = tools.store.tasks.claim("tester", "cpu", tools.catalog.pools["cpu"].models, (), seconds)
    assert found is not None
    return found


def carried_out(tools: Tools, held: Claim) -> str:
    """How one claim by itself ended."""
    (ended,) = Batch(tools, [held]).carry_out()
    return ended


def carry_out(farm, tools: Tools, prompt: str):
    """One attempt at a story's first task; how it ended, and the task."""
    story = farm.story(prompt, model="puppet")
    ended = carried_out(tools, claim(tools))
    return ended, farm.document(story).tasks[0]


def test_a_whole_story_is_worked_through_by_one_ticket(farm, tools):
    story = farm.story()
    assert work_until_idle(tools) == len(farm.document(story).tasks)
    document = farm.document(story)
    assert document.status == "completed"
    assert not list(tools.scratch.iterdir())


def test_results_are_put_away_while_the_slot_is_at_the_next_work(farm, tools, monkeypatch):
    put, overlapped = tools.artifacts.put, []

    def slow(path, media_type):
        before = tools.slot._runs
        time.sleep(0.3)
        overlapped.append(tools.slot._runs > before)
        return put(path, media_type)

    monkeypatch.setattr(tools.artifacts, "put", slow)
    story = farm.story()
    work_until_idle(tools)
    assert farm.document(story).status == "completed", farm.state(story)
    assert any(overlapped)


def test_the_same_work_is_not_done_twice(farm, tools):
    first, second = farm.story(), farm.story()
    work_until_idle(tools)
    assert farm.document(first).status == farm.document(second).status == "completed"
    assert len(farm.lines("start")) == len(farm.document(first).tasks)
    assert farm.document(first).task("compose").outputs == farm.document(second).task("compose").outputs


def test_a_result_whose_bytes_are_gone_is_made_again(farm, tools):
    farm.story()
    work_until_idle(tools)
    for path in (farm.folder / "artifacts").glob("??/*"):
        path.unlink()
    second = farm.story()
    work_until_idle(tools)
    assert farm.document(second).status == "completed", farm.state(second)


def test_progress_is_published(farm, tools):
    farm.story()
    work_until_idle(tools)
    entries = [parse(fields[b"event"]) for _, fields in farm.valkey.client().xrange(STREAM)]
    assert None not in entries
    states = {(str(event.kind), event.state) for event in entries}
    assert {("write", "loading"), ("write", "running"), ("compose", "done")} <= states


def test_a_preview_becomes_an_artifact_that_progress_names(farm, tools):
    carry_out(farm, tools, "preview")
    shas = [event.preview for _, fields in farm.valkey.client().xrange(STREAM) if (event := parse(fields[b"event"])) and event.preview]
    assert b"".join(tools.artifacts.stream(shas[-1])) == b"preview"


def test_previews_that_others_followed_are_removed_but_never_a_result(farm, tools, monkeypatch, tmp_path):
    monkeypatch.setattr("workers.attempt.PREVIEW_SECONDS", 0.0)
    monkeypatch.setattr("workers.attempt.PUBLISH_SECONDS", 0.0)
    shown = {number: hashlib.sha256(f"preview{number or ''}".encode()).hexdigest() for number in range(20)}
    kept = tmp_path / "kept"
    kept.write_text("preview7", encoding="utf-8")
    tools.store.artifacts.record(tools.artifacts.put(kept, "text/plain"))
    carry_out(farm, tools, "preview 20")
    assert {number for number, sha in shown.items() if _is_there(tools, sha)} == {0, 7}


def _is_there(tools, sha: str) -> bool:
    try:
        return tools.artifacts.size(sha) > 0
    except Missing:
        return False


@pytest.mark.parametrize(
    ("prompt", "state", "code"),
    [
        ("fail for-good", "failed", "no_luck"),
        ("raise ValueError", "failed", "engine_exception"),
        ("fail retry", "runnable", "no_luck"),
        ("segv", "runnable", "slot_died"),
        ("leave 0", "runnable", "slot_died"),
        ("escape /etc/passwd", "failed", "bad_outcome"),
    ],
)
def test_failures_fail_at_once_or_are_tried_again(farm, tools, prompt, state, code):
    ended, task = carry_out(farm, tools, prompt)
    assert (ended, task.state, task.error_code) == ("failed", state, code)


def test_a_task_that_kills_its_slot_three_times_is_quarantined(farm, tools):
    story = farm.story("kill", model="puppet")
    work_until_idle(tools)
    task = farm.document(story).tasks[0]
    assert (task.state, task.error_code, task.attempts) == ("failed", "quarantined", 3)
    assert [attempt.ended for attempt in farm.attempts(story)] == ["crashed"] * 3
    assert tools.slot.deaths == 3


def test_a_hang_is_killed_by_its_deadline(farm, tools):
    tools.deadlines = Deadlines(floor=0.5, unknown=0.5)
    ended, task = carry_out(farm, tools, "hang")
    assert (ended, task.state, task.error_code) == ("failed", "runnable", "hung")
    assert not tools.slot.alive


def test_a_slow_step_within_the_deadline_keeps_its_lease(farm, tools, monkeypatch):
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.2)
    farm.story("native 1.5", model="puppet")
    held = claim(tools, seconds=0.8)
    attempt = threading.Thread(target=carried_out, args=(tools, held))
    attempt.start()
    while attempt.is_alive():
        assert tools.store.tasks.reap() == []
        time.sleep(0.05)


def test_a_cancelled_job_stops_its_task(farm, tools, monkeypatch):
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.1)
    story = farm.story("steps 2000 0.02", model="puppet")
    ended = []
    attempt = threading.Thread(target=lambda: ended.append(carried_out(tools, claim(tools))))
    attempt.start()
    until(lambda: farm.lines("run"), 10)
    farm.store.stories.cancel(story, farm.team)
    attempt.join(5)
    assert ended == ["discarded"]
    assert farm.document(story).tasks[0].state == "cancelled"


def test_a_result_under_a_lost_lease_is_discarded(farm, tools, monkeypatch):
    story = farm.story("steps 3 0.1", model="puppet")
    stale = claim(tools)
    with farm.store.database.write() as connection:  # reaped and claimed by another meanwhile
        connection.execute(t.tasks.update().where(t.tasks.c.id == stale.task).values(epoch=stale.epoch + 1, worker="another"))
    assert carried_out(tools, stale) == "discarded"
    assert farm.document(story).tasks[0].state == "running"


def test_a_database_that_is_away_is_waited_for(farm, tools):
    story = farm.story()
    real, calls = tools.store.tasks.complete, []

    def flaky(*arguments, **more):
        calls.append(1)
        if len(calls) < 3:
            raise sa.exc.OperationalError("COMMIT", {}, Exception("database is locked"))
        return real(*arguments, **more)

    tools.store.tasks.complete = flaky
    assert carried_out(tools, claim(tools)) == "completed"
    assert len(calls) == 3
    assert [attempt.ended for attempt in farm.attempts(story)] == ["done"]


def test_abandoning_gives_the_task_back(farm, tools):
    story = farm.story("steps 2000 0.02", model="puppet")
    ended = []
    attempt = threading.Thread(target=lambda: ended.append(carried_out(tools, claim(tools))))
    attempt.start()
    until(lambda: farm.lines("run"), 10)
    tools.control.abandon.set()
    attempt.join(5)
    assert ended == ["given back"]
    task = farm.document(story).tasks[0]
    assert (task.state, task.attempts) == ("runnable", 0)


def test_an_input_that_is_gone_is_a_failure_with_its_name(farm, tools):
    story = farm.story()
    while (held := tools.store.tasks.claim("tester", "cpu", ["troupe"], (), 15)) is not None:
        if held.kind == "animate":
            for path in (farm.folder / "artifacts").glob("??/*"):
                path.unlink()
        carried_out(tools, held)
    errors = [task.error or "" for task in farm.document(story).tasks if task.kind == "animate"]
    assert any("artifact" in error for error in errors), farm.state(story)
