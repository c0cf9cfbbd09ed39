"""From a prompt to a film with each architecture: keyframe, clip, composed; and once through a whole farm, slot process and all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from farm.catalog import Model
from farm.specs import ComposeSpec, Cut
from farm.types import Size, TaskKind
from farm.work import Work
from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.diffusion.video import DiffusionVideo
from render.engine import Composer
from tests.diffusion import tiny
from tests.diffusion.working import STYLE, Listener, clip, keyframe, mover, painter

SIZE, FRAMES = (160, 90), 40
PAIRS = [
    ("sd", "svd"), ("sdxl", "ltx"), ("sd3", "wan"), ("sd35", "wan-text"), ("flux", "wan-seeing"), ("flux2", "wan-5b"), ("flux2-klein", "wan-experts"),
    ("qwen", "hunyuan"), ("z-image", "hunyuan15"), ("sdxl", "cogvideox"), ("sd", "ltx2"), ("sdxl", "skyreels"),
    ("sd", "kandinsky5"), ("flux", "kandinsky6"), ("sdxl", "sana-video"), ("sd", "motif"), ("sdxl", "skyreels1"),
]  # fmt: skip


@pytest.mark.parametrize(("picture", "video"), PAIRS)
def test_keyframes_and_clips_become_a_film(weights, tmp_path, picture, video):
    painting, moving = (
        DiffusionPicture(painter(tiny.saved(picture, weights), defaults={**tiny.DEFAULTS.get(picture, {}), "steps": 1}), "cpu"),
        DiffusionVideo(mover(tiny.saved(video, weights), defaults={"pixels": 64 * 32, "multiple": 16, **tiny.DEFAULTS.get(video, {}), "steps": 2}), "cpu"),
    )
    painting.load(Listener())
    moving.load(Listener())
    files = {}
    for index in range(2):
        painted = painting.run(keyframe(tmp_path / f"k{index}", size=SIZE, seed=index), Listener()).outputs[0].path
        files[f"picture.{index}"] = painted
        moved = moving.run(clip(tmp_path / f"c{index}", painted, FRAMES, size=SIZE, keys=(12, FRAMES - 12)), Listener())
        files |= {f"{output.name}.{index}": output.path for output in moved.outputs}
    cuts = tuple(Cut(index=index, frames=FRAMES, transition="dissolve" if index else "cut", transition_frames=12 if index else 0) for index in range(2))
    spec = ComposeSpec(cuts=cuts, size=Size(width=SIZE[0], height=SIZE[1]), style=STYLE)
    (tmp_path / "film").mkdir()
    composer = Composer(Model(name="composer", tasks=(TaskKind.COMPOSE,), engine="composer"), "cpu")
    outcome = composer.run(Work(task="t", model="composer", spec=spec, files=files, scratch=tmp_path / "film"), Listener())
    film = next(output.path for output in outcome.outputs if output.name == "film")
    with av.open(str(film)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 2 * FRAMES - 12
    if video in ("ltx2", "kandinsky6"):  # it makes its own sound
        with av.open(str(film)) as file:
            sound = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
            assert all(np.abs(half).max() > 0.01 for half in np.array_split(sound, 2, axis=1))
    assert outcome.data["left_out"] in ((), [])


@pytest.mark.timeout(300)
def test_a_whole_farm_makes_a_film_with_diffusion_engines(weights, tmp_path):
    models = tmp_path / "models.yaml"
    models.write_text(
        f"""
models:
  screenwriter: {{tasks: [write], engine: screenwriter}}
  painter:
    tasks: [keyframe, portrait]
    engine: diffusion-picture
    source: {{folder: {tiny.saved("flux2-klein", weights)}}}
    takes: [reference, portraits]
    defaults:
      {{steps: 2, pixels: 16384, reference: {{how: image, side: 64}}, call: {{text_encoder_out_layers: [0, 1, 2]}}}}
  mover: {{tasks: [animate], engine: diffusion-video, source: {{folder: {tiny.saved("ltx", weights)}}}, defaults: {{steps: 1, pixels: 8192, longest: 65}}}}
  heart: {{tasks: [speak], engine: voice}}
  bandstand: {{tasks: [score], engine: score}}
  composer: {{tasks: [compose], engine: composer}}
pools: {{cpu: {{models: [screenwriter, painter, mover, heart, bandstand, composer]}}}}
profiles: {{tiny: {{models: {{write: screenwriter, portrait: painter, keyframe: painter, animate: mover, speak: heart, score: bandstand, compose: composer}}}}}}
""",
        encoding="utf-8",
    )
    film = tmp_path / "film.mp4"
    command = [
        sys.executable,
        "-m",
        "cli",
        "render",
        "A keeper lights a lamp.",
        "-o",
        str(film),
        "--seconds",
        "5",
        "--home",
        str(tmp_path / "home"),
        "--workers",
        "1",
        "--json",
    ]
    environment = {**os.environ, "STORYFARM_MODELS": str(models), "STORYFARM_PROFILE": "tiny"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280, env=environment, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr[-2000:]
    made = json.loads(done.stdout.splitlines()[-1])
    with av.open(str(film)) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (1280, 720)
        assert made["shots"] >= 1
