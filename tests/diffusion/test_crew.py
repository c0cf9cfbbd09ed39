"""One model over several devices: two processes give what one gives, and leave together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from farm.work import Cancelled, EngineError
from pipelines.diffusion import crew, speed
from pipelines.diffusion.crew import Crew
from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.diffusion.video import DiffusionVideo
from pipelines.engine import DeviceLost
from tests.diffusion import tiny
from tests.diffusion.working import Listener, clip, keyframe, mover, painter

TWO = {"context-parallel": 2}


@pytest.fixture(autouse=True)
def nobody_left():
    """Every test ends with no process of another device."""
    yield
    assert Crew.here is None
    assert members() == []


def members() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if any("crew_member" in word for word in one.cmdline())]


def animator(kind, weights, **fields) -> DiffusionVideo:
    defaults = {"pixels": 64 * 32, "multiple": 16, **tiny.DEFAULTS.get(kind, {}), **fields.pop("defaults", {})}
    return DiffusionVideo(mover(tiny.saved(kind, weights), defaults=defaults, **fields), "cpu")


def frames(engine, work) -> np.ndarray:
    made, plain = [], engine._pass
    engine._pass = lambda *args: (made.append((given := plain(*args))[0]), given)[1]
    engine.run(work, Listener())
    return np.concatenate(made).astype(int)


@pytest.fixture
def picture(tmp_path) -> Path:
    Image.effect_noise((80, 44), 60).convert("RGB").save(tmp_path / "k.png")
    return tmp_path / "k.png"


def test_two_processes_give_the_frames_that_one_gives(weights, tmp_path, picture):
    alone, shared = animator("wan-experts", weights), animator("wan-experts", weights, speed=TWO)
    alone.load(Listener())
    right = frames(alone, clip(tmp_path / "a", picture, 9))
    shared.load(Listener())
    try:
        assert len(members()) == 1
        assert not shared.park(), "the others hold weights too"
        parts = []
        for name in ("transformer", "transformer_2"):
            getattr(shared._pipe, name).blocks[1].register_forward_pre_hook(lambda _, args: parts.append(args[0].shape[1]))
        assert np.abs(frames(shared, clip(tmp_path / "b", picture, 9)) - right).max() <= 1
        tokens = 3 * (64 // 16) * (32 // 16)
        assert set(parts) == {tokens // 2}, "each computes half of the tokens"
        with pytest.raises(Cancelled):
            shared.run(clip(tmp_path / "c", picture, 9), Listener(cancel_at=1))
        assert np.abs(frames(shared, clip(tmp_path / "d", picture, 9)) - right).max() <= 1, "a cancelled work leaves nobody out of step"
    finally:
        shared.unload()


def test_two_models_share_the_processes_and_pictures_can_too(weights, tmp_path):
    defaults = tiny.DEFAULTS["flux2"]
    alone = DiffusionPicture(painter(tiny.saved("flux2", weights), defaults=defaults), "cpu")
    alone.load(Listener())
    right = np.asarray(Image.open(alone.run(keyframe(tmp_path / "a"), Listener()).outputs[0].path)).astype(int)
    painting = DiffusionPicture(painter(tiny.saved("flux2", weights), name="second", defaults=defaults, speed=TWO), "cpu")
    moving = animator("wan", weights, speed=TWO)
    moving.load(Listener())
    painting.load(Listener())
    try:
        assert len(members()) == 1
        moving.unload()
        made = np.asarray(Image.open(painting.run(keyframe(tmp_path / "b"), Listener()).outputs[0].path)).astype(int)
        assert np.abs(made - right).max() <= 1
        with pytest.raises(EngineError, match="has 2"):
            animator("wan", weights, speed={"context-parallel": 3}).load(Listener())
    finally:
        moving.unload()
        painting.unload()


def test_a_load_that_is_given_up_leaves_the_others_in_step(weights, tmp_path, picture):
    moving, other = animator("wan", weights, speed=TWO), animator("wan-5b", weights, speed=TWO, name="other")
    moving.load(Listener())

    class Impatient(Listener):
        def loading(self, fraction: float, note: str = "") -> None:
            if "other devices" in note:
                raise Cancelled

    try:
        with pytest.raises(Cancelled):
            other.load(Impatient())
        right = frames(moving, clip(tmp_path / "a", picture, 9))
        other.load(Listener())
        assert np.array_equal(frames(moving, clip(tmp_path / "b", picture, 9)), right)
        other.run(clip(tmp_path / "c", picture, 5), Listener())
    finally:
        other.unload()
        moving.unload()


def test_a_process_that_dies_is_a_lost_device(weights, tmp_path, picture):
    engine = animator("wan", weights, speed=TWO)
    engine.load(Listener())
    try:
        (member,) = members()
        os.kill(member.pid, signal.SIGKILL)
        began = time.monotonic()
        with pytest.raises(DeviceLost):
            engine.run(clip(tmp_path / "a", picture, 9), Listener())
        assert time.monotonic() - began < 20
    finally:
        engine.unload()


def test_a_denoiser_that_is_shared_can_be_compiled(tmp_path):
    root = Path(__file__).parents[2]
    both = [
        subprocess.Popen([sys.executable, "-m", "tests.diffusion.sharing", str(rank), str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True)
        for rank in (0, 1)
    ]
    assert [one.communicate(timeout=240)[0].split() for one in both] == [["True", "True"]] * 2


@pytest.mark.parametrize("over", [False, True])
def test_a_process_that_waits_for_one_that_died_ends_itself(monkeypatch, capfd, over):
    ended: list[int] = []
    monkeypatch.setattr(crew.os, "_exit", ended.append)
    monkeypatch.setattr(crew, "GRACE", 0.1)
    one = crew.Crew(2, "cpu")
    if over:
        one._end()
    one._watch(subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]))
    assert ended == ([] if over else [crew.LOST_STATUS])
    assert ("status 3" in capfd.readouterr().err) == (not over)


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("ltx", {"speed": TWO}, "does not go with LTXVideoTransformer3DModel"),
        ("cogvideox", {"speed": TWO}, "no plan for it"),
        ("wan", {"speed": TWO, "defaults": {"loras": {"noir": {"file": "x"}}}}, "loras"),
    ],
)
def test_what_cannot_be_shared_is_named(weights, name, fields, words):
    engine = animator(name, weights, **fields)
    with pytest.raises(EngineError, match=words):
        engine.load(Listener())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"context-parallel": 2.5}, "whole numbers"),
        ({"context-parallel": 0}, "above 0"),
        ({"context-parallel": 2, "cache": "taylorseer"}, "speed.cache does not go"),
        ({"context-parallel": 2, "offload": "model"}, "speed.offload does not go"),
        ({"context-parallel": 2, "compile": "full"}, "compile: full does not go"),
    ],
)
def test_words_that_do_not_go_together_are_named(said, words):
    assert words in " ".join(speed.problems("m", said))
