"""Clips by video models: exact lengths, continued passes, splice-ready, progress, cancelling, the same clip again."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from farm.types import SPLICE
from farm.work import Cancelled, EngineError
from pipelines.diffusion import preview
from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.diffusion.sounding import RATE, Track
from pipelines.diffusion.video import DiffusionVideo
from pipelines.diffusion.video_kinds import VIDEO_KINDS, class_for, lost
from pipelines.diffusion.writing import canvas
from pipelines.engine import OutOfMemory
from tests.diffusion import tiny, tiny_sight
from tests.diffusion.working import Listener, clip, keyframe, mover, painter

SMALL = {"pixels": 64 * 32, "multiple": 16}


def loaded(model) -> DiffusionVideo:
    engine = DiffusionVideo(model, "cpu")
    engine.load(Listener())
    return engine


@pytest.fixture
def picture(tmp_path) -> Path:
    path = tmp_path / "keyframe.png"
    Image.effect_noise((80, 44), 60).convert("RGB").save(path)
    return path


def frames_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def keys_of(path: Path) -> list[int]:
    with av.open(str(path)) as file:
        return [index for index, packet in enumerate(sorted((p for p in file.demux(video=0) if p.size), key=lambda p: p.pts)) if packet.is_keyframe]


LENGTHS = {
    "ltx": (17, 29),
    "ltx-conditions": (33, 60),
    "ltx2": (25, 45),
    "ltx2-image": (17, 29),
    "kandinsky5": (21, 33),
    "hunyuan": (13, 20),
    "wan-vace": (21, 40),
    "svd": (5, 13),
    "cogvideox": (9, 37),
}  # the longest pass, and frames for more than one


@pytest.mark.parametrize("name", list(tiny.VIDEOS))
def test_each_architecture_keeps_every_promise(weights, tmp_path, picture, monkeypatch, name):
    """Exactly so many frames in several passes, splice-ready; every step told and a preview of it; cancelled at a step; again the same."""
    monkeypatch.setattr("pipelines.diffusion.steps.PREVIEW_EVERY", 0.0)
    longest, frames = LENGTHS.get(name, (9, 20))
    model = mover(tiny.saved(name, weights), defaults={**SMALL, **tiny.DEFAULTS.get(name, {}), "longest": longest})
    assert [lack for lack in DiffusionVideo.missing(model) if tiny_sight.TORCHVISION or "torchvision" not in lack] == []
    engine = loaded(model)
    asked, passed, lengths = engine._asked, engine._pass, []
    monkeypatch.setattr(engine, "_asked", lambda *args: (lengths.append([args[2]]), asked(*args))[1])
    monkeypatch.setattr(engine, "_pass", lambda *args: (made := passed(*args), lengths[-1].append(len(made[0])))[0])
    report = Listener()
    outcome = engine.run(clip(tmp_path / "a", picture, frames, keys=(6, frames - 6)), report)
    assert len(lengths) > 1
    assert all(made >= wanted - lost(engine._pipe) for wanted, made in lengths), lengths
    path = outcome.outputs[0].path
    found = frames_of(path)
    assert (len(found), found[0].shape) == (frames, (44, 80, 3))
    assert outcome.data == {"frames": frames, "fps": 24, "width": 80, "height": 44}
    assert keys_of(path) == [0, 6, frames - 6]
    with av.open(str(path)) as file:
        assert file.streams.video[0].time_base.denominator == SPLICE.time_base_denominator
    assert [one.name for one in outcome.outputs] == ["clip", *(["sound"] if engine._kind.sounds else [])]
    done = [step for step, _ in report.steps]
    assert done == sorted(done)
    of = report.steps[-1][1]
    assert done[-1] == of == 3 * len(lengths), "two steps a pass, and one for decoding"
    assert len(set(done)) >= of - len(lengths), "each is told, but those that a strength leaves out"
    latents = [path for path in report.previews if path.name != "preview.jpg"]  # that is the first frame
    with Image.open(latents[-1]) as small:
        assert max(small.size) == preview.LONGEST_SIDE
    with pytest.raises(Cancelled):
        engine.run(clip(tmp_path / "c", picture, frames), stopped := Listener(cancel_at=2))
    assert [step for step, _ in stopped.steps][-1] == next(step for step in done if step >= 2)
    again = engine.run(clip(tmp_path / "b", picture, frames, keys=(6, frames - 6)), Listener())
    assert [one.path.read_bytes() for one in again.outputs] == [one.path.read_bytes() for one in outcome.outputs]


@pytest.mark.parametrize(("name", "longest", "frames"), [("ltx-conditions", 33, 60), ("wan-vace", 21, 40)])
def test_a_pass_begins_with_the_last_frames_of_the_one_before(weights, tmp_path, picture, name, longest, frames):
    """So that what moves goes on moving; where the passes meet, the one leads over into the other."""
    fps = {"fps": 24}
    engine = loaded(mover(tiny.saved(name, weights), defaults={**SMALL, **fps, "longest": longest}))
    begins, made, asked, passed = [], [], engine._asked, engine._pass
    engine._asked = lambda spec, frames, *rest: begins.append([np.asarray(one) for one in frames]) or asked(spec, frames, *rest)
    engine._pass = lambda *args: (made.append((given := passed(*args))[0]), given)[1]
    work = clip(tmp_path / "a", picture, frames)
    shown = list(engine._frames(work, work.spec, Image.open(picture).convert("RGB"), engine._plan(work.spec), Track(), Listener()))
    assert [len(frames) for frames in begins] == [1, 9, 9][: len(begins)]
    assert len(begins) > 1
    assert all(np.array_equal(a, b) for a, b in zip(begins[1], made[0][-9:], strict=True))
    assert len(shown) == sum(map(len, made)) - 9 * (len(made) - 1)
    seam = len(made[0]) - 9
    assert np.array_equal(shown[seam], made[0][-9]), "the first of the shared frames is the first pass's"
    halfway = (made[0][-5].astype(float) * 5 + made[1][4].astype(float) * 4) / 9
    assert np.abs(shown[seam + 4] - halfway).max() <= 1
    assert np.array_equal(shown[seam + 9], made[1][9]), "after them the second pass is by itself"


def heard(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).astype(float) / 32768


def test_a_clips_own_sound_is_as_long_as_it_and_goes_on_over_its_passes(weights, tmp_path, picture):
    model = mover(tiny.saved("ltx2", weights), defaults={**SMALL, **tiny.DEFAULTS["ltx2"], "longest": 25})
    engine, made = loaded(model), []
    passed = engine._pass
    engine._pass = lambda *args: (made.append(passed(*args)), made[-1])[1]
    sound = heard(engine.run(clip(tmp_path / "a", picture, 40), Listener()).outputs[1].path)
    assert len(sound) == 40 * RATE // 24
    assert len(made) == 2
    for begin, end, pass_begins, (_, (own, rate)) in ((1, 15, 0, made[0]), (26, 38, 16, made[1])):  # in frames; the second pass repeats nine of the first
        part, alone = sound[begin * RATE // 24 : end * RATE // 24], own[:, (begin - pass_begins) * rate // 24 : (end - pass_begins) * rate // 24]
        assert part.std() == pytest.approx(alone.std(), rel=0.1)
    quiet = DiffusionVideo(model.model_copy(update={"defaults": {**model.defaults, "sound": False}}), "cpu")
    quiet.load(Listener())
    assert [one.name for one in quiet.run(clip(tmp_path / "b", picture, 9), Listener()).outputs] == ["clip"]


def test_a_track_lays_each_pass_where_its_frames_are_and_leads_over(tmp_path):
    track, rate = Track(), 16_000
    track.add(np.full(rate, 0.5, np.float32), rate, at=0.0)
    track.add(np.full((1, 2, rate // 2), -0.25, np.float32), rate, at=0.9)  # stereo, in a batch of one
    track.add(np.full((2, rate), 3.0, np.float32), rate, at=1.6)  # after a gap, and far too loud
    track.write(tmp_path / "a.wav", 2.0)
    sound = heard(tmp_path / "a.wav")
    assert len(sound) == 2 * RATE
    levels = [sound[round(at * RATE)].mean() * 3 for at in (0.5, 0.95, 1.2, 1.5, 1.8)]
    assert levels == pytest.approx([0.5, 0.5 * 0.707 - 0.25 * 0.707, -0.25, 0.0, 3.0], abs=0.02)
    track.write(tmp_path / "b.wav", 3.0)
    assert np.abs(heard(tmp_path / "b.wav")[round(2.7 * RATE) :]).max() == 0, "what is missing is silent"
    assert not Track().heard


def test_a_masked_video_shows_what_is_known(weights, tmp_path, picture):
    engine = loaded(mover(tiny.saved("wan-vace", weights), defaults={**SMALL, "longest": 21}))
    known = [Image.new("RGB", (64, 32), colour) for colour in ("red", "blue")]
    asked = engine._asked(clip(tmp_path / "a", picture, 9).spec, known, 9, (64, 32))
    assert [asked["video"][index].getpixel((3, 3)) for index in range(3)] == [(255, 0, 0), (0, 0, 255), (128, 128, 128)]
    assert [mask.getpixel((3, 3)) for mask in asked["mask"]] == [0, 0] + [255] * 7


def test_numbers_that_are_none_are_no_clip(weights, tmp_path, picture, monkeypatch):
    engine = loaded(mover(tiny.saved("wan", weights), defaults=SMALL))
    decode = engine._pipe.vae.decode
    monkeypatch.setattr(engine._pipe.vae, "decode", lambda *args, **named: [decode(*args, **named)[0] * float("nan")])
    with pytest.raises(EngineError, match="NaN"):
        engine.run(clip(tmp_path / "a", picture, 5), Listener())


def test_out_of_memory_in_a_later_pass_ends_in_the_right_clip(weights, tmp_path, picture, monkeypatch):
    engine = loaded(mover(tiny.saved("wan", weights), defaults={**SMALL, "longest": 5}))
    right = engine.run(clip(tmp_path / "a", picture, 12), Listener()).outputs[0].path.read_bytes()
    forward, calls = engine._pipe.transformer.forward, []

    def failing(*args, **kwargs):
        calls.append(1)
        if len(calls) == 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(*args, **kwargs)

    monkeypatch.setattr(engine._pipe.transformer, "forward", failing)
    assert engine.run(clip(tmp_path / "b", picture, 12), Listener()).outputs[0].path.read_bytes() == right
    assert engine._ladder.taken == ["VAE tiling"]


def test_out_of_memory_in_the_first_pass_is_for_the_slot_to_make_room(weights, tmp_path, picture, monkeypatch):
    engine = loaded(mover(tiny.saved("wan", weights), defaults=SMALL))

    def failing(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine._pipe.transformer, "forward", failing)
    with pytest.raises(OutOfMemory):
        engine.run(clip(tmp_path / "a", picture, 5), Listener())
    assert engine._ladder.taken == []


def test_a_decoder_that_can_take_frames_in_pieces_does_so_on_the_second_rung(weights, tmp_path, picture):
    engine = loaded(mover(tiny.saved("ltx", weights), defaults=SMALL))
    work = clip(tmp_path / "a", picture, 5)
    engine._pipe.vae.use_framewise_decoding = False
    assert [engine.relieve(work) for _ in range(3)] == ["VAE tiling", "decoding a few frames at a time", None]
    assert engine._pipe.vae.use_framewise_decoding


def test_a_pipeline_without_a_callback_reports_its_steps_too(weights, tmp_path, picture, monkeypatch):
    engine = loaded(mover(tiny.saved("wan", weights), defaults=SMALL))
    monkeypatch.setattr("pipelines.diffusion.loading.accepts", lambda pipe, name: name != "callback_on_step_end")
    report = Listener()
    engine.run(clip(tmp_path / "a", picture, 5), report)
    assert [step for step, _ in report.steps][:3] == [1, 2, 3]
    assert "step" not in vars(engine._pipe.scheduler)


def test_text_to_video_weights_redraw_the_still_keyframe(weights):
    engine = loaded(mover(tiny.saved("wan-text", weights), defaults=SMALL))
    assert type(engine._pipe).__name__ == "WanVideoToVideoPipeline"


def test_both_experts_have_their_steps(weights, tmp_path, picture):
    engine = loaded(mover(tiny.saved("wan-experts", weights), defaults={**SMALL, "steps": 4}))
    used = []
    for name in ("transformer", "transformer_2"):
        getattr(engine._pipe, name).register_forward_hook(lambda *_, name=name: used.append(name))
    engine.run(clip(tmp_path / "a", picture, 5), Listener())
    assert sorted(set(used)) == ["transformer", "transformer_2"]
    assert used == sorted(used), "first the one for the noisy steps"


def test_every_kind_is_a_class_of_diffusers_that_takes_what_it_is_given():
    import inspect

    import diffusers

    for name, kind in VIDEO_KINDS.items():
        taken = inspect.signature(getattr(diffusers, name).__call__).parameters
        wanted = {
            "image": ["image", kind.length], "still": ["video"], "conditions": ["conditions", kind.length], "masked": ["video", "mask", kind.length],
        }[kind.starts]  # fmt: skip
        wanted += [*(["width", "height"] if kind.sized else []), *([kind.rate] if kind.rate else []), *(["prompt"] if kind.prompted else []), *kind.extra]
        assert [one for one in wanted if one not in taken] == [], name
    assert class_for("WanPipeline", {"expand_timesteps": True}) == "WanImageToVideoPipeline"
    assert class_for("WanPipeline", {}) == "WanVideoToVideoPipeline"


def test_an_architecture_that_animates_nothing_is_named(weights):
    with pytest.raises(EngineError, match="StableDiffusionPipeline"):
        loaded(mover(tiny.saved("sd", weights)))


def test_a_setting_that_there_is_not_is_named(weights):
    with pytest.raises(EngineError, match="guess"):
        loaded(mover(tiny.saved("wan", weights), defaults={"interpolate": "guess"}))


def test_without_a_keyframe_nothing_is_animated(weights, tmp_path, picture):
    engine = loaded(mover(tiny.saved("wan", weights)))
    with pytest.raises(EngineError, match="keyframe first"):
        engine.run(clip(tmp_path / "a", picture, 5).model_copy(update={"files": {}}), Listener())


def test_colours_survive_the_way_to_the_encoder():
    flat = np.full((16, 16, 3), (200, 30, 60), np.uint8)
    planes = canvas(flat)
    assert [plane.mean() for plane in (planes.y, planes.u, planes.v)] == pytest.approx([74.7, 124.1, 201.5], abs=0.6)  # BT.709, limited range


def test_from_keyframe_to_clip(weights, tmp_path):
    painting = DiffusionPicture(painter(tiny.saved("sdxl", weights)), "cpu")
    painting.load(Listener())
    made = painting.run(keyframe(tmp_path / "k"), Listener()).outputs[0].path
    outcome = loaded(mover(tiny.saved("ltx", weights), defaults=SMALL)).run(clip(tmp_path / "c", made, 9), Listener())
    assert len(frames_of(outcome.outputs[0].path)) == 9
    assert json.dumps(outcome.data)
