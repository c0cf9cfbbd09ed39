"""A device that does not wait: files are written beside the next work, and the next task is claimed and prepared before this one's end."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from farm.work import Outcome
from pipelines.engine import Rest
from tests.workers.conftest import KINDS, Farm, tools_of, until
from tests.workers.engines_for_tests import Troupe, note
from workers import batch
from workers.actors import work_until_idle

MODELS = f"""
models:
  troupe: {{tasks: {KINDS}, engine: leaving, memory_gb: 0.01, defaults: {{shots: 1, seconds: 0.1, rest: 0.5}}}}
  puppet: {{tasks: {KINDS}, engine: leaving, memory_gb: 0.01}}
pools:
  cpu: {{models: [troupe, puppet]}}
profiles: {{}}
"""
TABLE = {"leaving": "tests.workers.test_ahead:Leaving"}


class Leaving(Troupe):
    """Computes in steps, and leaves its files to be written in `defaults.rest` seconds."""

    def compute(self, works, reports):
        (work,), (report,) = works, reports
        note(f"start {work.task}")
        for step in (1, 2, 3):
            time.sleep(self.model.defaults.get("seconds", 0.02) / 3)
            report.step(step, 3)
        note(f"computed {work.task}")
        return [Rest(lambda: self.rest(work))]

    def rest(self, work) -> Outcome:
        time.sleep(self.model.defaults.get("rest", 0.0) if work.spec.kind == "write" else 0.0)
        outcome = getattr(self, f"do_{work.spec.kind.value}")(work)
        note(f"written {work.task}")
        return outcome


@pytest.fixture
def farm(tmp_path, valkey):
    made = Farm(tmp_path, valkey, MODELS)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def tools(farm, monkeypatch):
    monkeypatch.setenv("PYTHON_TEST_LOG", str(farm.trace))
    made = tools_of(farm, TABLE, ahead=True)
    yield made
    made.slot.kill()


def lines(farm: Farm) -> list[str]:
    return farm.trace.read_text().splitlines()


def ends(farm: Farm, story: str) -> list[str]:
    return [attempt.ended for attempt in farm.attempts(story)]


def test_the_next_work_is_claimed_before_the_last_is_computed_and_begins_before_it_is_written(farm, tools, monkeypatch):
    stories = [farm.story(f"story {number}", seed=number) for number in range(3)]
    first, second, third = (farm.document(story).tasks[0].id for story in stories)
    plain, claimed = tools.store.tasks.claim, {}

    def claim(*args, **named):
        computed = sum(line.startswith("computed") for line in lines(farm))
        if (found := plain(*args, **named)) is not None:
            claimed.setdefault(found.task, computed)
        return found

    monkeypatch.setattr(tools.store.tasks, "claim", claim)
    work_until_idle(tools)
    seen = lines(farm)
    for number, (one, other) in enumerate([(first, second), (second, third)]):
        assert claimed[other] == number, "claimed while the one before was computed"
        assert seen.index(f"start {other}") < seen.index(f"written {one}")
    assert [farm.document(story).status for story in stories] == ["completed"] * 3
    assert {how for story in stories for how in ends(farm, story)} == {"done"}
    assert not list(tools.scratch.iterdir())


def test_the_same_work_claimed_ahead_waits_for_the_one_that_is_being_made(farm, tools):
    stories = [farm.story("the same", seed=7) for _ in range(2)]
    work_until_idle(tools)
    written = [farm.document(story).tasks[0].id for story in stories]
    assert sum(f"start {task}" in lines(farm) for task in written) == 1
    assert [farm.document(story).status for story in stories] == ["completed"] * 2


def test_what_was_claimed_ahead_goes_back_when_the_worker_leaves(farm, tools, monkeypatch):
    stories = [farm.story(f"story {number}", seed=number) for number in range(2)]
    plain = tools.store.tasks.claim

    def claim(*args, **named):
        found = plain(*args, **named)
        if lines(farm):  # the first is at work, so this is the second
            tools.control.draining.set()
        return found

    monkeypatch.setattr(tools.store.tasks, "claim", claim)
    assert work_until_idle(tools) == 1
    assert [ends(farm, story) for story in stories] == [["done"], ["released"]]
    assert farm.document(stories[1]).tasks[0].attempts == 0


def test_files_that_nobody_waits_for_any_more_cost_no_slot(farm, tools, monkeypatch):
    monkeypatch.setattr(batch, "CANCEL_SECONDS", 0.1)
    farm.catalog.models["troupe"].defaults["rest"] = 1.5
    unwanted, other = farm.story("no", seed=1), farm.story("yes", seed=2)
    worker = threading.Thread(target=lambda: work_until_idle(tools))
    worker.start()
    task = farm.document(unwanted).tasks[0].id
    until(lambda: f"computed {task}" in lines(farm), 20)
    pid = tools.slot.pid
    farm.store.stories.cancel(unwanted, farm.team)
    worker.join(60)
    assert farm.document(other).status == "completed"
    assert (tools.slot.pid, tools.slot.deaths) == (pid, 0)


def test_a_slot_that_dies_while_it_writes_is_a_crash_for_that_and_for_the_next(farm, tools):
    farm.catalog.models["troupe"].defaults.update(rest=3.0, seconds=0.6)
    stories = [farm.story(f"story {number}", seed=number) for number in range(2)]
    worker = threading.Thread(target=lambda: work_until_idle(tools))
    worker.start()
    tasks = [farm.document(story).tasks[0].id for story in stories]
    until(lambda: f"start {tasks[1]}" in lines(farm), 20)
    farm.catalog.models["troupe"].defaults.update(rest=0.0, seconds=0.02)
    os.kill(tools.slot.pid, signal.SIGKILL)
    worker.join(60)
    assert [farm.document(story).status for story in stories] == ["completed"] * 2
    assert [ends(farm, story)[:2] for story in stories] == [["crashed", "done"]] * 2
