"""From a prompt to a film with each architecture: keyframe, clip, composed."""

from __future__ import annotations

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
