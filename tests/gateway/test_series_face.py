"""The registered face is what one sees: from the request's hints through writer and planner to a painted keyframe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from farm import catalog as catalogs
from farm import plan, styles
from farm.resolve import resolve
from farm.specs import KeyframeSpec, PortraitSpec
from farm.store import SeriesCharacter, SeriesRecord
from farm.story import NewStory
from farm.types import Screenplay, Size, TaskKind
from farm.work import Work
from gateway.series import hints
from pipelines.illustrator.engine import Illustrator
from pipelines.screenwriter.engine import Screenwriter
from tests.gateway.conftest import painted

SHA = "f" * 64
FACE = "magenta"  # no meadow, sky or coat has it


class Silent:
    """A report that nobody reads."""

    def loading(self, fraction: float, note: str = "") -> None: ...
    def step(self, step: int, of: int, note: str = "") -> None: ...
    def preview(self, path: Path, media_type: str) -> None: ...


def share(picture: Path) -> float:
    """How much of a picture has the face's colour, however the style has graded it."""
    with Image.open(picture) as opened:
        pixels = list(opened.convert("RGB").resize((160, 90)).getdata())
    return sum(red > green * 1.8 and blue > green * 1.5 for red, green, blue in pixels) / len(pixels)


def test_two_stories_of_a_series_show_the_registered_face(tmp_path: Path) -> None:
    catalog = catalogs.load(Path(__file__).parents[2] / "models.yaml")
    models = catalog.choose("embedded")
    writer = Screenwriter(catalog.models[models[TaskKind.WRITE]], "cpu")
    writer.load(Silent())
    painter = Illustrator(catalog.models[models[TaskKind.KEYFRAME]], "cpu")
    face = tmp_path / "face.png"
    face.write_bytes(painted(FACE, (320, 400)))
    series = SeriesRecord("s", 0.0, (SeriesCharacter("Mara Voss", SHA, 0.0, 0.0),))
    for number, prompt in enumerate(("Mara Voss repairs a lighthouse lamp in a storm.", "A young baker saves the village from a flood.")):
        new = NewStory(team="t", prompt=prompt, style=styles.builtin()[styles.DEFAULT], models=models, pools={}, characters=hints(series, prompt))
        play = Screenplay.model_validate(_run(writer, plan.first(new)[0].spec, {}, tmp_path / f"write{number}")[1])
        (mara,) = (character for character in play.characters if character.reference == SHA)
        assert mara.name == "Mara Voss"
        assert sum(mara.key in shot.characters for shot in play.shots) > len(play.shots) / 2
        planned = plan.expand(new, play)
        portrait = next(task.spec for task in planned if isinstance(task.spec, PortraitSpec) and task.spec.character == mara)
        keyframe = next(task.spec for task in planned if isinstance(task.spec, KeyframeSpec) and mara.key in task.spec.shot.characters)
        for name, spec in (("portrait", portrait), ("keyframe", keyframe)):
            resolved, files = resolve(spec.model_copy(update={"size": Size(width=320, height=180)}), {})
            assert list(files.values()) == [SHA]
            with_face = _run(painter, resolved, dict.fromkeys(files, face), tmp_path / f"{name}{number}")[0]["picture"]
            without = _run(painter, resolved, {}, tmp_path / f"{name}{number}-without")[0]["picture"]
            assert share(with_face) > share(without) + 0.005, (prompt, name)


def _run(engine: Any, spec: Any, files: dict[str, Path], scratch: Path) -> tuple[dict[str, Path], dict[str, Any]]:
    scratch.mkdir()
    outcome = engine.run(Work(task="t", model=engine.model.name, spec=spec, files=files, scratch=scratch), Silent())
    return {output.name: output.path for output in outcome.outputs}, outcome.data
