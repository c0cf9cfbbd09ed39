"""What a worker says of itself: which models fit and can run on its device, what it holds, how long swaps took."""

from __future__ import annotations

import pytest

from farm import profiles
from farm.catalog import Model
from farm.profiles import DeviceProfile, Measured
from farm.types import TaskKind
from tests.workers.conftest import KINDS, Farm, until
from workers.abilities import fitting, too_large
from workers.health import Device

DEVICE = Device(name="cpu", title="A machine", memory_gb=10.0, cores=2)
MODELS = f"""
models:
  troupe: {{tasks: {KINDS}, engine: heavy, memory_gb: 0.1, defaults: {{story: true, shots: 1}}}}
  puppet: {{tasks: {KINDS}, engine: puppet, memory_gb: 90000}}
  second: {{tasks: [score], engine: heavy, memory_gb: 0.1}}
  weightless: {{tasks: [keyframe], engine: diffusion-picture, source: {{folder: /nowhere/at/all}}}}
pools:
  cpu: {{models: [troupe, puppet, second, weightless]}}
profiles: {{}}
"""


def model(name: str = "m", memory_gb: float = 1.0, **more) -> Model:
    return Model(name=name, tasks=(TaskKind.WRITE,), engine="heavy", memory_gb=memory_gb, **more)


def profile(**more) -> DeviceProfile:
    return DeviceProfile(model="m", device="A machine", versions={}, key="k", measured_at=0, load_seconds=1, **more)


def test_what_was_measured_counts_more_than_models_yaml():
    assert too_large(model(memory_gb=6.0), DEVICE, None) is None
    assert "needs 7 GB and A machine has 6 GB" in too_large(model(memory_gb=7.0), DEVICE, None)
    measured = profile(weights_bytes=2 * 10**9, working_bytes=10**9)
    assert too_large(model(memory_gb=7.0), DEVICE, measured) is None
    fit, reasons = fitting([model("m", 7.0), model("n", 7.0)], DEVICE, {"m": measured})
    assert fit["m"].total == 3 * 10**9
    assert set(reasons) == {"n"}


def test_an_operators_budget_counts(monkeypatch):
    monkeypatch.setenv("STORYFARM_MODELS_GB", "2")
    monkeypatch.setenv("STORYFARM_PARKED_GB", "0.5")
    assert (DEVICE.budget_gb, DEVICE.parked_gb) == (2.0, 0.5)
    monkeypatch.setenv("STORYFARM_MODELS_GB", "plenty")
    with pytest.raises(ValueError, match="STORYFARM_MODELS_GB is 'plenty'"):
        _ = DEVICE.budget_gb


def test_a_profile_holds_for_its_model_device_and_versions_and_a_broken_one_is_as_none(tmp_path, monkeypatch):
    heavy = model(defaults={"steps": 3})
    key = profiles.key(heavy, "A machine", profiles.versions())
    path = profiles.save(tmp_path, profile(measured=(Measured(run_seconds=2.0, step_seconds=0.5, steps=4),)).model_copy(update={"key": key}))
    found = profiles.find(tmp_path, heavy, "A machine")
    assert found is not None
    assert (found.seconds(), found.step_seconds(), found.best_batch()) == (2.0, 0.5, 1)
    assert profiles.find(tmp_path, heavy, "Another machine") is None
    assert profiles.find(tmp_path, model(defaults={"steps": 4}), "A machine") is None
    assert profiles.find(tmp_path, heavy.model_copy(update={"title": "T", "batch": 2}), "A machine") is not None  # says nothing of how fast it is
    monkeypatch.setattr(profiles, "versions", lambda: {"torch": "99"})
    assert profiles.find(tmp_path, heavy, "A machine") is None
    monkeypatch.undo()
    path.write_text('{"model": ')
    assert profiles.find(tmp_path, heavy, "A machine") is None


def test_the_best_batch_is_the_smallest_that_pays_and_never_of_a_smaller_size():
    rows = [(512, 1, 1.0), (512, 2, 1.1), (512, 4, 1.5), (512, 8, 2.95), (1024, 1, 4.0), (1024, 2, 7.9)]
    found = profile(measured=tuple(Measured(size=f"{side}x{side}", batch=batch, run_seconds=seconds) for side, batch, seconds in rows))
    assert found.best_batch(512, 512) == 4
    assert found.best_batch(640, 640) == 1  # counts as 1024
    assert found.best_batch(1024, 1024) == 1
    assert found.best_batch(2048, 2048) == 1  # nobody measured whether it fits
    assert found.seconds(1024, 512) == pytest.approx(2.0)


def test_a_worker_registers_what_it_can_run_what_it_holds_and_why_not_the_rest(tmp_path, valkey):
    farm = Farm(tmp_path, valkey, MODELS)
    try:
        farm.worker()
        story = farm.story()
        assert farm.ended(story).status == "completed"
        until(lambda: "weightless" in farm.store.workers.list()[0].device["lacks"], 10)
        (worker,) = farm.store.workers.list()
        assert set(worker.models) == {"troupe", "second"}
        assert "needs 90000 GB" in worker.device["lacks"]["puppet"]
        assert worker.device["lacks"]["weightless"]
        assert worker.device["memory_gb"] > 0
        assert worker.device["swaps"]["troupe"]["load"]["count"] == 1
    finally:
        farm.close()
