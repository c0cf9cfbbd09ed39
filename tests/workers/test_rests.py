"""What a work leaves for the processor is done beside the next work, and answered when it is done."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import Style, TaskKind
from farm.work import EngineError, Outcome, Work
from pipelines.engine import Engine, Report, Rest
from workers import events
from workers.slot import Slot

MODEL = Model(name="painter", tasks=(TaskKind.WRITE,), engine="painter", memory_gb=0.1)


class Painter(Engine):
    """Computes for a moment and leaves the rest; the prompt: seconds of that, and "fail" or "break"."""

    kinds = frozenset({TaskKind.WRITE})

    def run(self, work: Work, report: Report) -> Outcome:
        raise AssertionError("the slot calls compute")

    def compute(self, works, reports):
        time.sleep(0.05)
        for report in reports:
            report.step(1, 1)
        return [Rest(lambda work=work: self.rest(work)) for work in works]

    def rest(self, work: Work) -> Outcome:
        seconds, *how = work.spec.prompt.split()
        time.sleep(float(seconds))
        if how == ["fail"]:
            raise EngineError("it cannot be written", code="no_file")
        if how == ["break"]:
            raise RuntimeError("CUDA error: an illegal memory access was encountered")  # here it only says so: nothing of a device is touched
        return Outcome(data={"text": work.task})


@pytest.fixture(scope="module")
def slot():
    made = Slot({"painter": "tests.workers.test_rests:Painter"}, memory_gb=1.0)
    yield made
    made.kill()


def works(tmp_path: Path, *prompts: str) -> list[Work]:
    style = Style(slug="s", name="S")
    return [Work(task=f"t{number}", model="painter", spec=WriteSpec(prompt=prompt, style=style), scratch=tmp_path) for number, prompt in enumerate(prompts)]


def heard(slot: Slot, answers: int) -> list[events.Event]:
    seen: list[events.Event] = []
    deadline = time.monotonic() + 30
    while sum(isinstance(one, events.Done | events.Failed | events.Died) for one in seen) < answers and time.monotonic() < deadline:
        if (event := slot.next_event(0.1)) is not None:
            seen.append(event)
    return seen


def test_the_next_run_begins_before_the_rest_of_the_last_one_is_done(slot, tmp_path):
    first, second = (slot.run(MODEL, *works(tmp_path, seconds)) for seconds in ("0.5", "0"))
    seen = heard(slot, 2)
    order = [(type(event).__name__, event.run) for event in seen if isinstance(event, events.Free | events.Done)]
    assert order == [("Free", first), ("Free", second), ("Done", second), ("Done", first)]


def test_no_more_than_two_runs_leave_rests_at_once(slot, tmp_path):
    runs = [slot.run(MODEL, *works(tmp_path, "0.4")) for _ in range(3)]
    seen = [(type(event).__name__, event.run) for event in heard(slot, 3) if isinstance(event, events.Free | events.Done)]
    assert seen.index(("Done", runs[0])) < seen.index(("Free", runs[2]))


def test_a_rest_that_fails_or_breaks_fails_alone(slot, tmp_path):
    slot.run(MODEL, *works(tmp_path, "0", "0 fail", "0 break"))
    seen = heard(slot, 3)
    answers = {event.member: event for event in seen if isinstance(event, events.Done | events.Failed)}
    assert isinstance(answers[0], events.Done)
    assert (answers[1].code, answers[2].code, answers[2].retry) == ("no_file", "engine_exception", True)
    slot.run(MODEL, *works(tmp_path, "0"))
    again = heard(slot, 1)
    assert isinstance(again[-1], events.Done)
    assert not any(isinstance(event, events.Loading) for event in again), "the engine is as it was"


def test_leaving_waits_for_what_is_being_written(slot, tmp_path):
    slot.run(MODEL, *works(tmp_path, "0.3"))
    while not isinstance(slot.next_event(0.1), events.Free):
        pass
    slot._send(events.Stop())
    assert isinstance(heard(slot, 1)[-1], events.Done)
