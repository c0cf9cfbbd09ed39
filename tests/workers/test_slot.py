"""The slot: engines in a child process whose every ending is an event."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import Style, TaskKind
from farm.work import Work
from tests.workers.engines_for_tests import TABLE
from workers import events
from workers.slot import Slot, clean_environment

PUPPET = Model(name="puppet", tasks=(TaskKind.WRITE,), engine="puppet", memory_gb=1.0)


@pytest.fixture
def slot():
    made = Slot(TABLE, memory_gb=2.5)
    yield made
    made.kill()


def work(tmp_path: Path, prompt: str, model: str = "puppet") -> Work:
    return Work(task="t", model=model, spec=WriteSpec(prompt=prompt, style=Style(slug="s", name="S")), scratch=tmp_path)


def until(slot: Slot, *kinds: type, seconds: float = 20) -> list[events.Event]:
    """All events up to and with the first of these kinds."""
    seen: list[events.Event] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (event := slot.next_event(0.2)) is not None:
            seen.append(event)
            if isinstance(event, kinds):
                return seen
    raise AssertionError(f"no {kinds} within {seconds} s, only {seen}")


def do(slot: Slot, tmp_path: Path, prompt: str, model: Model = PUPPET) -> list[events.Event]:
    slot.run(model, work(tmp_path, prompt))
    return until(slot, events.Done, events.Failed, events.Died)


def test_a_run_loads_steps_and_is_done(slot, tmp_path):
    seen = do(slot, tmp_path, "steps 3 0.06")
    steps = [event.step for event in seen if isinstance(event, events.Step)]
    assert any(isinstance(event, events.Loading) for event in seen)
    assert steps == [0, 1, 2, 3]
    done = seen[-1]
    assert isinstance(done, events.Done)
    assert done.outcome.outputs[0].path.read_text() == "done"
    assert done.run_seconds >= 0.18
    assert slot.warm == ("puppet",)


def test_a_second_run_does_not_load_again(slot, tmp_path):
    do(slot, tmp_path, "steps 1")
    assert not any(isinstance(event, events.Loading) for event in do(slot, tmp_path, "steps 1"))


@pytest.mark.parametrize(
    ("prompt", "code", "retry"),
    [
        ("fail for-good", "no_luck", False),
        ("fail retry", "no_luck", True),
        ("raise ValueError", "engine_exception", False),
        ("raise OSError", "engine_exception", True),
        ("raise MemoryError", "out_of_memory", True),
        ("raise KeyboardInterrupt", "engine_exception", True),
        ("exit 3", "engine_exception", True),
    ],
)
def test_every_exception_of_an_engine_is_a_failure_and_the_slot_lives_on(slot, tmp_path, prompt, code, retry):
    failed = do(slot, tmp_path, prompt)[-1]
    pid = slot.pid
    assert isinstance(failed, events.Failed)
    assert (failed.code, failed.retry) == (code, retry)
    assert isinstance(do(slot, tmp_path, "steps 1")[-1], events.Done)
    assert slot.pid == pid


@pytest.mark.parametrize(("prompt", "words"), [("segv", "SIGSEGV"), ("kill", "memory ran out"), ("leave 7", "status 7")])
def test_the_death_of_the_child_is_an_event_and_the_next_run_has_a_new_child(slot, tmp_path, prompt, words):
    died = do(slot, tmp_path, prompt)[-1]
    assert isinstance(died, events.Died)
    assert words in died.reason
    assert slot.warm == ()
    assert isinstance(do(slot, tmp_path, "steps 1")[-1], events.Done)


def test_cancel_ends_a_run_at_its_next_step(slot, tmp_path):
    run = slot.run(PUPPET, work(tmp_path, "steps 1000 0.02"))
    until(slot, events.Step)
    slot.cancel(run)
    failed = until(slot, events.Failed, seconds=5)[-1]
    assert failed.code == "cancelled"
    assert isinstance(do(slot, tmp_path, "steps 1")[-1], events.Done)


def test_kill_ends_an_engine_that_does_not_listen_and_the_programs_it_started(slot, tmp_path, monkeypatch):
    trace = tmp_path / "trace"
    monkeypatch.setenv("PYTHON_TEST_LOG", str(trace))
    slot.run(PUPPET, work(tmp_path, "child 60"))
    until(slot, events.Step)
    while "child" not in (trace.read_text() if trace.exists() else ""):
        time.sleep(0.02)
    child = int(trace.read_text().split("child ")[1])
    pid = slot.pid
    slot.kill()
    time.sleep(0.1)
    assert not _alive(pid)
    assert not _alive(child)


def test_the_slot_dies_when_its_worker_is_killed_whatever_its_engine_does(tmp_path, monkeypatch):
    pid_file, trace = tmp_path / "pid", tmp_path / "trace"
    trace.touch()
    monkeypatch.setenv("PYTHON_TEST_LOG", str(trace))
    program = (
        "import time, pathlib\n"
        "from tests.workers.test_slot import PUPPET, TABLE, Slot, work\n"
        "slot = Slot(TABLE)\n"
        f"slot.run(PUPPET, work(pathlib.Path({str(tmp_path)!r}), 'gil 60'))\n"
        f"while 'gil' not in pathlib.Path({str(trace)!r}).read_text(): slot.next_event(0.1)\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(slot.pid))\n"
        "time.sleep(60)\n"
    )
    worker = psutil.Popen([os.sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    try:
        deadline = time.monotonic() + 20
        while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        slot_pid = int(pid_file.read_text())
        assert _alive(slot_pid)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        deadline = time.monotonic() + 3
        while _alive(slot_pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not _alive(slot_pid)
    finally:
        if worker.is_running():
            worker.kill()


def test_no_secret_reaches_the_slot(slot, tmp_path, monkeypatch):
    monkeypatch.setenv("STORYFARM_SECRET", "hush")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("MY_ENGINE_KEY", "meant for it")
    monkeypatch.setenv("STORYFARM_SLOT_ENV", "MY_ENGINE_KEY")
    seen = json.loads(do(slot, tmp_path, "env")[-1].outcome.data["text"])
    assert "hush" not in seen.values()
    assert not any(name.startswith("STORYFARM_") for name in seen)
    assert seen["MY_ENGINE_KEY"] == "meant for it"


def test_clean_environment_keeps_what_engines_need():
    kept = clean_environment({"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "1", "OPENAI_API_KEY": "x", "PYTHONPATH": "/mine"})
    assert kept["PATH"] == "/bin"
    assert kept["CUDA_VISIBLE_DEVICES"] == "1"
    assert kept["PYTHONPATH"].endswith("/mine")
    assert "OPENAI_API_KEY" not in kept


def test_engines_are_unloaded_least_recently_used_first_when_memory_is_short(slot, tmp_path):
    one, two, three = (PUPPET.model_copy(update={"name": name}) for name in ("one", "two", "three"))
    for model in (one, two, one, three):  # 2.5 GB hold two of them
        do(slot, tmp_path, "steps 1", model)
    assert slot.warm == ("one", "three")


def test_loading_ahead_happens_while_idle_and_a_model_that_fails_to_load_harms_nothing(slot, tmp_path):
    broken = PUPPET.model_copy(update={"name": "broken", "defaults": {"load_fails": True}})
    slot.load_ahead([broken, PUPPET])
    until(slot, events.Warmed)
    assert slot.warm == ("puppet",)
    assert not any(isinstance(event, events.Loading) for event in do(slot, tmp_path, "steps 1"))


def test_a_death_while_idle_is_noticed(slot, tmp_path):
    do(slot, tmp_path, "steps 1")
    os.kill(slot.pid, signal.SIGKILL)
    time.sleep(0.2)
    slot.settle()
    assert not slot.alive
    assert slot.warm == ()
    assert isinstance(do(slot, tmp_path, "steps 1")[-1], events.Done)


def test_an_unknown_engine_and_a_missing_one_say_what_to_do(slot, tmp_path):
    unknown = do(slot, tmp_path, "steps 1", PUPPET.model_copy(update={"name": "u", "engine": "nobody"}))[-1]
    assert (unknown.code, unknown.retry) == ("no_engine", False)
    assert "puppet" in unknown.message


def test_stop_lets_an_idle_child_leave_by_itself(slot):
    slot.start()
    until(slot, events.Ready)
    began = time.monotonic()
    slot.stop(grace=5)
    assert time.monotonic() - began < 3
    assert slot.deaths == 0


def _alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
