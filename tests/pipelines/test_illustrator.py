"""The illustrator: every place in every shape, layers that recompose, light and styles that show, subjects that are seen."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from farm.catalog import load
from farm.specs import KeyframeSpec, PortraitSpec, SpeakSpec
from farm.types import Character, Item, Scene, Shot, Size, Style
from farm.work import EngineError, Work
from pipelines.illustrator.engine import Illustrator
from pipelines.illustrator.files import flatten
from pipelines.illustrator.paint import paint_keyframe
from pipelines.illustrator.places import PLACES
from pipelines.illustrator.sheet import styles
from pipelines.illustrator.words import choose_place

SHAPES = (Size(width=256, height=144), Size(width=144, height=256), Size(width=160, height=160), Size(width=144, height=180))
PLAIN = Style(slug="plain", name="Plain")
TOM = Character(key="tom", name="Tom", noun="lighthouse keeper", gender="male", age="old")


class Silent:
    """A report that nobody reads."""

    def loading(self, fraction: float, note: str = "") -> None: ...
    def step(self, step: int, of: int, note: str = "") -> None: ...
    def preview(self, path: Path, media_type: str) -> None: ...


def spec(
    place: str = "beach",
    *,
    size: Size = SHAPES[0],
    style: Style = PLAIN,
    who: tuple[Character, ...] = (),
    items: tuple[Item, ...] = (),
    index: int = 0,
    framing: str = "medium",
    **scene: object,
) -> KeyframeSpec:
    shot = Shot(index=index, scene="s", characters=tuple(one.key for one in who), items=tuple(one.key for one in items), action="stands", framing=framing)  # type: ignore[arg-type]
    return KeyframeSpec(shot=shot, scene=Scene(key="s", title="", place=place, **scene), characters=who, items=items, prompt="", style=style, size=size)  # type: ignore[arg-type]


def picture(wanted: KeyframeSpec) -> np.ndarray:
    return flatten(paint_keyframe(wanted, {})).astype(np.int16)


def run(wanted: object, scratch: Path, files: dict[str, Path] | None = None) -> tuple[bytes, bytes]:
    model = load(Path(__file__).parents[2] / "models.yaml").models["illustrator"]
    outcome = Illustrator(model, "cpu").run(Work(task="t", model="illustrator", spec=wanted, files=files or {}, scratch=scratch), Silent())  # type: ignore[arg-type]
    parts = {output.name: output.path.read_bytes() for output in outcome.outputs}
    return parts["picture"], parts["layers"]


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_in_every_shape_is_painted_in_depth(place: str) -> None:
    for size in SHAPES:
        # when
        painting = paint_keyframe(spec(place, size=size), {})
        flat = flatten(painting)
        # then: the named place, something to see, in several depths, with nothing left bare
        assert painting.place == place
        assert flat.shape == (size.height, size.width, 3)
        assert flat.std() > 8
        assert len(painting.sheets) >= 3
        assert [sheet.depth for sheet in painting.sheets] == sorted(sheet.depth for sheet in painting.sheets)
        assert painting.sheets[0].pixels[..., 3].min() == 255


def test_layers_recompose_to_the_picture(tmp_path: Path) -> None:
    # given
    png, layers = run(spec("forest", who=(TOM,), weather="rain"), tmp_path)
    flat = np.array(Image.open(io.BytesIO(png)).convert("RGB")).astype(float)
    # when
    with zipfile.ZipFile(io.BytesIO(layers)) as archive:
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
        described = json.loads(archive.read("layers.json"))
        sheets = [Image.open(io.BytesIO(archive.read(layer["file"]))) for layer in described["layers"]]
    whole = Image.new("RGBA", sheets[0].size)
    for sheet in sheets:
        whole.alpha_composite(sheet.convert("RGBA"))
    width, height = described["size"]
    x, y = (whole.width - width) // 2, (whole.height - height) // 2
    again = np.array(whole.crop((x, y, x + width, y + height)).convert("RGB")).astype(float)
    # then
    assert described["bleed"] == pytest.approx(x / width, abs=0.005)
    assert np.abs(again - flat).mean() < 1.0
    assert np.abs(again - flat).max() < 14


def test_same_specification_same_bytes(tmp_path: Path) -> None:
    wanted = spec("harbour", who=(TOM,), style=styles()["watercolour"])
    assert run(wanted, tmp_path / "a") == run(wanted, tmp_path / "b")


def test_time_and_weather_change_the_picture() -> None:
    # given
    day = picture(spec("meadow"))
    # when, then
    night = picture(spec("meadow", time_of_day="night"))
    assert night.mean() < day.mean() * 0.62
    for weather in ("cloudy", "rain", "storm", "snow", "fog", "wind"):
        assert np.abs(picture(spec("meadow", weather=weather)) - day).mean() > 2.5, weather
    sky = picture(spec("meadow", time_of_day="sunset"))[10:60].mean(axis=(0, 1))
    assert sky[2] > sky[0]  # red over blue


def test_styles_look_different() -> None:
    # given
    known = styles()
    assert len(known) >= 6
    pictures = {slug: picture(spec("village", style=style)) for slug, style in known.items()}
    # then: every pair differs, noir has hardly any colour, neon much
    names = sorted(pictures)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            assert np.abs(pictures[one] - pictures[other]).mean() > 6, (one, other)
    spread = {slug: float((flat.max(axis=2) - flat.min(axis=2)).mean()) for slug, flat in pictures.items()}
    assert spread["cinematic-noir"] < 0.45 * spread["neon-city"]


def test_a_strangers_palette_colours_the_picture() -> None:
    green = Style(slug="x", name="X", palette=("#001a00", "#0a5a14", "#2fa84a", "#c8ffd0"), grade={"pull": 1.0})
    flat = picture(spec("city street", style=green))
    assert flat[..., 1].mean() > flat[..., 2].mean() + 12


@pytest.mark.parametrize("place", ["forest", "kitchen", "pine forest", "jungle", "prison", "ocean"])
def test_the_subject_is_not_covered(place: str) -> None:
    # given
    wanted = spec(place, who=(TOM,), size=Size(width=320, height=180))
    painting = paint_keyframe(wanted, {})
    left, top, right, bottom = (round(value) for value in painting.boxes["tom"])
    # when
    bare = picture(spec(place, size=Size(width=320, height=180)))
    changed = np.abs(flatten(painting).astype(np.int16) - bare).max(axis=2) > 12
    # then: inside the picture, and a good part of its box is its own
    assert left >= 0
    assert right <= 320
    assert top >= 0
    assert changed[top : min(bottom, 180), left:right].mean() > 0.25


def test_two_shots_of_one_scene_share_the_place_but_not_the_view() -> None:
    one, same, other = (paint_keyframe(spec("village", index=index), {}) for index in (1, 1, 2))
    assert np.array_equal(one.sheets[1].pixels, same.sheets[1].pixels)
    a, b = (cv2.cvtColor(flatten(each), cv2.COLOR_BGR2HSV) for each in (one, other))
    first, second = (cv2.calcHist([each], [0, 1], None, [18, 16], [0, 180, 0, 256]) for each in (a, b))
    assert not np.array_equal(flatten(one), flatten(other))
    assert cv2.compareHist(first, second, cv2.HISTCMP_CORREL) > 0.9


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("foggy harbour", "harbour"),
        ("castle hall", "castle hall"),
        ("snowy pine forest", "pine forest"),
        ("the edge of the sea", "ocean"),
        ("clock shop", "workshop"),
        ("fishing village", "village"),
        ("seashore", "beach"),
    ],
)
def test_words_name_the_place(place: str, expected: str) -> None:
    assert choose_place(Scene(key="s", title="", place=place)).name == expected


@pytest.mark.parametrize("text", ["", "xqzzv blorf", "\x00\ud7ff😀" * 400, "a" * 100_000, "../../etc/passwd; DROP TABLE", "%s%n{}" * 50])
def test_hostile_and_unknown_words_are_painted(text: str) -> None:
    stranger = Character(key="k", name=text[:200], noun=text[:200])
    thing = Item(key="i", name=text[:500])
    painting = paint_keyframe(spec(text, who=(stranger,), items=(thing,), description=text), {})
    assert flatten(painting).std() > 8


def test_a_landmark_in_the_text_is_drawn() -> None:
    assert np.abs(picture(spec("meadow with a lighthouse")) - picture(spec("meadow"))).max() > 60


def test_a_reference_picture_is_shown(tmp_path: Path) -> None:
    # given: a picture in a colour that nothing else has
    path = tmp_path / "reference.png"
    Image.new("RGB", (64, 64), (255, 0, 255)).save(path)
    wanted = spec("meadow", items=(Item(key="logo", name="logo"),))
    # when
    flat = flatten(paint_keyframe(wanted, {"reference.logo": path})).astype(np.int16)
    # then
    pink = (flat[..., 2] - flat[..., 1] > 90) & (flat[..., 0] - flat[..., 1] > 90)
    assert pink.sum() > 150


def test_a_broken_reference_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"not a picture")
    with pytest.raises(EngineError, match="cannot be read"):
        paint_keyframe(spec("meadow", items=(Item(key="logo", name="logo"),)), {"reference.logo": path})


@pytest.mark.parametrize("what", ["character", "scene", "item"])
def test_portraits(what: str, tmp_path: Path) -> None:
    parts = {"character": TOM, "scene": Scene(key="s", title="Castle", place="castle"), "item": Item(key="i", name="crown")}
    png, _ = run(PortraitSpec(style=PLAIN, size=SHAPES[2], **{what: parts[what]}), tmp_path)  # type: ignore[arg-type]
    assert np.array(Image.open(io.BytesIO(png))).std() > 8


def test_another_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="keyframes and portraits"):
        run(SpeakSpec(text="hello"), tmp_path)
