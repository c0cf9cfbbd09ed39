"""Tasks of several stories in one pass: claimed together where it pays, each ending by itself, none lost and none done twice."""

from __future__ import annotations

import os
import threading
import time

import pytest

from farm.profiles import DeviceProfile, Measured
from tests.workers.conftest import KINDS, Farm, tools_of, until
from tests.workers.engines_with_weights import TABLE
from workers.actors import work_until_idle

MODELS = f"""
models:
  troupe: {{tasks: {KINDS}, engine: heavy, batch: 4, memory_gb: 0.01, defaults: {{story: true, shots: 1, seconds: 0.2, steps: 10, rungs: 1}}}}
  puppet: {{tasks: {KINDS}, engine: heavy, memory_gb: 0.01, defaults: {{story: true, shots: 1, limit: 3}}}}
pools:
  cpu: {{models: [troupe, puppet], memory_gb: 8}}
  large: {{models: [troupe], memory_gb: 80}}
profiles: {{}}
"""


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
    made = tools_of(farm, TABLE)
    yield made
    made.slot.kill()


def passes(farm: Farm) -> list[int]:
    """How many works each pass of the engine had."""
    return [int(line[1]) for line in farm.lines("pass")]


def written(farm: Farm, story: str) -> str:
    return str(farm.document(story).tasks[0].state)


def test_writing_four_stories_takes_one_pass_and_the_rest_of_them_fewer(farm, tools):
    stories = [farm.story(f"story {number}", seed=number) for number in range(4)]
    work_until_idle(tools)
    assert passes(farm)[0] == 4
    for story in stories:
        document = farm.document(story)
        assert document.status == "completed", farm.state(story)
    assert sum(passes(farm)) <= sum(len(farm.document(story).tasks) for story in stories)  # the same work is not done twice
    assert not list(tools.scratch.iterdir())
    shared = [attempt.timings["batch"] for story in stories for attempt in farm.attempts(story) if attempt.timings and "batch" in attempt.timings]
    assert shared.count(4) >= 4


def test_one_that_fails_and_one_that_is_cancelled_leave_the_others_alone(farm, tools):
    good, bad, unwanted, other = (farm.story(prompt) for prompt in ("ok 1", "fail 2", "ok 3", "ok 4"))
    worker = threading.Thread(target=lambda: work_until_idle(tools))
    worker.start()
    until(lambda: farm.lines("pass"), 15)
    farm.store.stories.cancel(unwanted, farm.team)
    worker.join(60)
    assert (written(farm, good), written(farm, bad), written(farm, unwanted), written(farm, other)) == ("done", "failed", "cancelled", "done")
    assert farm.document(good).status == farm.document(other).status == "completed"


def test_the_same_work_of_three_stories_is_done_once_and_whoever_is_cancelled_takes_it_from_nobody(farm, tools):
    leader, second, other, third = (farm.story(prompt, seed=7) for prompt in ("steps 20 0.05", "steps 20 0.05", "ok 2", "steps 20 0.05"))
    worker = threading.Thread(target=lambda: work_until_idle(tools))
    worker.start()
    until(lambda: farm.lines("pass"), 15)
    farm.store.stories.cancel(leader, farm.team)
    worker.join(60)
    assert passes(farm)[0] == 2, "three stories ask for the one, one for the other"
    assert [written(farm, story) for story in (leader, second, third, other)] == ["cancelled", "done", "done", "done"]
    assert [farm.document(story).status for story in (second, third, other)] == ["completed"] * 3
    assert [bool(attempt.timings) for story in (second, third) for attempt in farm.attempts(story) if attempt.name == "write"] == [True, False]
    assert farm.document(second).screenplay == farm.document(third).screenplay
    assert not list(tools.scratch.iterdir())


def test_a_picture_that_was_made_for_a_story_since_cancelled_is_the_other_storys(farm, tools):
    farm.catalog.models["troupe"].defaults["seconds"] = 0.6
    stories = [farm.story("ok", seed=7) for _ in range(2)]
    worker = threading.Thread(target=lambda: work_until_idle(tools))
    worker.start()
    until(lambda: all(len(farm.document(story).tasks) > 1 for story in stories), 15)
    pictures = [next(task.id for task in farm.document(story).tasks if task.name.startswith("keyframe")) for story in stories]
    until(lambda: any(picture in line for line in farm.lines("pass") for picture in pictures), 15)
    at_work = next(number for number, picture in enumerate(pictures) if any(picture in line for line in farm.lines("pass")))
    farm.store.stories.cancel(stories[at_work], farm.team)
    worker.join(60)
    other = farm.document(stories[1 - at_work])
    assert other.status == "completed"
    assert {str(task.state) for task in other.tasks} == {"done"}
    assert not any(set(pictures) <= set(line) for line in farm.lines("pass")), "it was one work"


def test_the_same_work_that_fails_fails_for_everyone(farm, tools):
    stories = [farm.story("fail", seed=7) for _ in range(2)]
    work_until_idle(tools)
    assert passes(farm) == [1]
    assert [written(farm, story) for story in stories] == ["failed"] * 2


def test_a_dead_slot_is_a_crash_for_all_and_each_is_tried_again_alone(farm, tools):
    stories = [farm.story(prompt) for prompt in ("ok 1", "die 2", "ok 3")]
    work_until_idle(tools)
    assert [written(farm, story) for story in stories] == ["done", "failed", "done"]
    assert farm.document(stories[1]).tasks[0].error_code == "quarantined"
    assert [attempt.ended for attempt in farm.attempts(stories[0]) if attempt.name == "write"] == ["crashed", "done"]
    ids = {farm.document(story).tasks[0].id for story in stories}
    assert [len(line) - 2 for line in farm.lines("pass") if ids & set(line)] == [3, 1, 1, 1, 1]  # once together, then each by itself


def test_a_worker_killed_in_the_middle_of_a_pass_loses_nothing_and_does_nothing_twice(farm):
    victim = farm.worker()
    relay = farm.relay()
    stories = [farm.story(f"ok {number}", seed=number) for number in range(4)]
    until(lambda: any(size > 1 for size in passes(farm)), 20, lambda: farm.state(stories[0]))
    victim.kill()
    farm.worker()
    for story in stories:
        assert farm.ended(story, 60).status == "completed", farm.state(story)
    assert relay.poll() is None
    for story in stories:
        ended = [(attempt.name, attempt.ended) for attempt in farm.attempts(story)]
        done = [name for name, how in ended if how == "done"]
        assert len(done) == len(set(done)) == len(farm.document(story).tasks)
        assert {how for _, how in ended} <= {"done", "crashed"}
    assert any(attempt.ended == "crashed" for story in stories for attempt in farm.attempts(story))


def test_a_worker_that_drains_gives_every_member_back(farm, tools):
    farm.catalog.models["troupe"].defaults["seconds"] = 30.0
    stories = [farm.story(f"ok {number}") for number in range(3)]
    worker = threading.Thread(target=lambda: work_until_idle(tools))
    worker.start()
    until(lambda: farm.lines("pass"), 15)
    tools.control.draining.set()
    tools.control.abandon.set()
    worker.join(20)
    assert [written(farm, story) for story in stories] == ["runnable"] * 3
    assert [attempt.ended for story in stories for attempt in farm.attempts(story)] == ["released"] * 3
    assert all(farm.document(story).tasks[0].attempts == 0 for story in stories)


def test_without_a_profile_or_a_word_of_models_yaml_everything_goes_alone(farm, tools):
    for number in range(3):
        farm.story(f"ok {number}", model="puppet", seed=number)
    work_until_idle(tools)
    assert passes(farm)[:3] == [1, 1, 1]


def test_with_a_profile_as_many_share_as_pay_and_as_the_engine_takes(farm, tools):
    rows = tuple(Measured(batch=batch, run_seconds=seconds) for batch, seconds in ((1, 1.0), (2, 1.2), (4, 1.6), (8, 3.1)))
    profile = DeviceProfile(model="puppet", device="d", versions={}, key="k", measured_at=time.time(), load_seconds=1, measured=rows)
    assert profile.best_batch() == 4  # eight do no more a second
    tools.profiles["puppet"] = profile
    for number in range(4):
        farm.story(f"ok {number}", model="puppet", seed=number)
    work_until_idle(tools)
    assert passes(farm)[0] == 3


def test_what_does_not_fit_is_left_for_a_pool_with_more_memory(farm, tools):
    tools.memory_gb = 8.0
    story = farm.story("rungs 5")
    work_until_idle(tools)
    task = farm.document(story).tasks[0]
    assert (str(task.state), task.error_code, task.attempts) == ("failed", "out_of_memory", 0 + 1)
    assert "has more than 8 GB" in task.error
    assert "rung 1" in task.error
    farm.store.workers.register("big", pool="cpu", host="h", pid=os.getpid(), models=["troupe"], device={"memory_gb": 80.0})
    story = farm.story("rungs 6")
    work_until_idle(tools)  # given back once, and not claimed by this worker again
    task = farm.document(story).tasks[0]
    assert (str(task.state), task.error_code, task.attempts) == ("runnable", "out_of_memory", 0)
