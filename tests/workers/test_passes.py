"""Several works in one pass of the slot, and the ladder of what is tried when memory is too small."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import Style, TaskKind
from farm.work import Work
from tests.workers.engines_with_weights import MEGABYTE, TABLE
from workers import events
from workers.slot import Slot


@pytest.fixture(scope="module")
def shared():
    made = Slot(TABLE, memory_gb=20 * MEGABYTE / 1e9, parked_gb=20 * MEGABYTE / 1e9)
    yield made
    made.kill()


def model(name: str = "heavy", **defaults) -> Model:
    return Model(name=name, tasks=(TaskKind.WRITE,), engine="heavy", memory_gb=4 * MEGABYTE / 1e9, defaults={"megabytes": 4, **defaults})


def works(tmp_path: Path, *prompts: str) -> list[Work]:
    style = Style(slug="s", name="S")
    made = []
    for number, prompt in enumerate(prompts):
        scratch = tmp_path / str(number)
        scratch.mkdir(exist_ok=True)
        made.append(Work(task=f"t{number}", model="heavy", spec=WriteSpec(prompt=prompt, style=style, seed=number), scratch=scratch))
    return made


def answers(slot: Slot, run: int, count: int) -> tuple[dict[int, events.Event], list[events.Event]]:
    """The answer to each member, and everything that was said."""
    found: dict[int, events.Event] = {}
    seen: list[events.Event] = []
    for _ in range(300):
        event = slot.next_event(0.1)
        if event is None:
            continue
        seen.append(event)
        if isinstance(event, events.Died):
            return {}, seen
        if isinstance(event, events.Done | events.Failed) and event.run == run:
            assert event.member not in found
            found[event.member] = event
            if len(found) == count:
                return found, seen
    raise AssertionError(f"only {found} of {count}")


def run(slot: Slot, tmp_path: Path, *prompts: str, heavy: Model | None = None) -> tuple[dict[int, events.Event], list[events.Event]]:
    number = slot.run(heavy or model(), *works(tmp_path, *prompts))
    return answers(slot, number, len(prompts))


def codes(found: dict[int, events.Event]) -> list[str]:
    return [event.code if isinstance(event, events.Failed) else "ok" for _, event in sorted(found.items())]


def sizes(found: dict[int, events.Event]) -> list[int]:
    return [event.batch for _, event in sorted(found.items()) if isinstance(event, events.Done)]


def test_works_share_a_pass_and_each_has_its_own_answer_and_progress(shared, tmp_path):
    found, seen = run(shared, tmp_path, "ok", "ok", "ok")
    assert codes(found) == ["ok"] * 3
    assert sizes(found) == [3, 3, 3]
    assert [event.outcome.outputs[0].path.read_text() for _, event in sorted(found.items())] == ["ok 0", "ok 1", "ok 2"]
    assert {event.member for event in seen if isinstance(event, events.Step) and event.step == 3} == {0, 1, 2}


def test_one_that_fails_leaves_the_others_alone(shared, tmp_path):
    found, _ = run(shared, tmp_path, "ok", "fail", "ok")
    assert codes(found) == ["ok", "no_luck", "ok"]
    assert sizes(found) == [3, 3]


def test_a_pass_that_breaks_is_taken_apart(shared, tmp_path):
    found, _ = run(shared, tmp_path, "ok", "raise", "ok")
    assert codes(found) == ["ok", "engine_exception", "ok"]
    assert sizes(found) == [1, 1]


def test_a_pass_that_is_too_big_is_halved_until_it_fits(shared, tmp_path):
    found, _ = run(shared, tmp_path, "full 2", "ok", "ok", "ok", "ok")
    assert codes(found) == ["ok"] * 5
    assert sizes(found) == [2, 2, 1, 2, 2]


def test_one_that_is_cancelled_stops_and_the_others_go_on(shared, tmp_path):
    number = shared.run(model(seconds=1.0, steps=20), *works(tmp_path, "ok", "ok", "ok"))
    while not (isinstance(event := shared.next_event(1), events.Step) and event.step == 3):
        pass
    shared.cancel(number, [1])
    found, _ = answers(shared, number, 3)
    assert codes(found) == ["ok", "cancelled", "ok"]


def test_all_cancelled_end_at_once(shared, tmp_path):
    number = shared.run(model(seconds=20.0, steps=200), *works(tmp_path, "ok", "ok"))
    shared.cancel(number, [0, 1])
    found, _ = answers(shared, number, 2)
    assert codes(found) == ["cancelled"] * 2


def test_the_ladder_is_climbed_as_far_as_needed_and_told(shared, tmp_path):
    found, _ = run(shared, tmp_path, "rungs 2", heavy=model(rungs=3))
    assert codes(found) == ["ok"]
    assert found[0].relieved == ("rung 1", "rung 2")


def test_the_others_leave_the_device_before_the_engine_is_asked_to_save(shared, tmp_path):
    run(shared, tmp_path, "ok", heavy=model("neighbour"))
    found, _ = run(shared, tmp_path, "crowd", heavy=model(rungs=3))
    assert codes(found) == ["ok"]
    assert found[0].relieved == ("the other models off the device",)
    assert "neighbour" in shared.parked


def test_at_the_ladders_end_a_person_can_read_why_and_the_slot_lives_on(shared, tmp_path):
    found, _ = run(shared, tmp_path, "rungs 9", heavy=model("small", rungs=1))
    failed = found[0]
    assert (failed.code, failed.retry) == ("out_of_memory", True)
    assert "rung 1" in failed.message
    assert "more memory" in failed.message
    assert "small" not in shared.warm
    assert codes(run(shared, tmp_path, "ok", heavy=model("small", rungs=1))[0]) == ["ok"]


def test_death_in_a_pass_is_one_event_for_all():
    slot = Slot(TABLE, memory_gb=1)
    try:
        found, seen = run(slot, Path("/tmp"), "ok", "die")
        assert found == {}
        assert isinstance(seen[-1], events.Died)
    finally:
        slot.kill()
