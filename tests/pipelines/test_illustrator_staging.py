"""Staging: how large subjects are, where items lie, who swims, and that nothing stands before a subject."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from farm.specs import KeyframeSpec
from farm.types import Character, Item, Scene, Shot, Size, Style
from pipelines.illustrator.figures import cast, things
from pipelines.illustrator.light import light_of
from pipelines.illustrator.look import look_of
from pipelines.illustrator.paint import paint_keyframe
from pipelines.illustrator.places import PLACES
from pipelines.illustrator.stage import Stage, View
from pipelines.illustrator.staging import Placed, arrange

PLAIN = Style(slug="plain", name="Plain")
ROSA = Character(key="rosa", name="Rosa", noun="detective", gender="female")
SIZES = ((256, 144), (144, 256), (160, 160), (144, 180))


def stage_of(place: str, size: tuple[int, int] = SIZES[0]) -> Stage:
    look = look_of(PLAIN)
    stage = Stage(*size, light_of("day", "clear", PLACES[place].indoors, look), look, View(), "seed")
    PLACES[place].paint(stage)
    return stage


def placed(
    place: str, framing: str, action: str = "stands", item: str = "", size: tuple[int, int] = SIZES[0], alone: bool = False, swap: int = 0
) -> dict[str, Placed]:
    subjects = [] if alone else [("rosa", "character", cast.draw_character(ROSA, action))]
    if item:
        drawing = things.find(item)
        assert drawing is not None
        subjects.append(("item", "item", drawing))
    return {one.key: one for one in arrange(stage_of(place, size), subjects, framing, action, Random(swap))}  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("framing", "least"), [("wide", 0.28), ("medium", 0.45), ("close", 0.75)])
def test_a_grown_person_is_large_enough_in_every_shape(framing: str, least: float, size: tuple[int, int]) -> None:
    one = placed("meadow", framing, size=size)["rosa"]
    assert one.height >= least * size[1]


def test_a_close_shot_crops_at_the_waist() -> None:
    one = placed("meadow", "close")["rosa"]
    shown = (144 - one.box[1]) / one.height
    assert one.box[1] >= 0
    assert 0.45 < shown < 0.72


@pytest.mark.parametrize("framing", ["wide", "medium"])
@pytest.mark.parametrize("item", ["violin", "bread", "lantern", "letter", "crown"])
def test_a_small_item_is_in_the_hand_and_readable(item: str, framing: str) -> None:
    both = placed("meadow", framing, "holds it up", item)
    one, owner = both["item"], both["rosa"]
    left, top, right, _ = owner.box
    assert one.medium == "hand"
    assert left - one.height * one.drawing.aspect <= one.x <= right + one.height * one.drawing.aspect
    assert top < one.y < owner.y - 0.2 * owner.height
    assert 0.1 * owner.height < one.height < 0.36 * owner.height


def test_what_is_made_indoors_stands_on_a_table_and_what_is_sought_lies_on_the_ground() -> None:
    baked = placed("kitchen", "medium", "bakes bread", "bread")["item"]
    sought = placed("city street", "medium", "searches for the violin", "violin")["item"]
    assert (baked.medium, sought.medium) == ("table", "ground")
    assert baked.table > 0


def test_an_item_alone_is_large() -> None:
    one = placed("meadow", "close", item="crown", alone=True)["item"]
    assert one.height > 0.4 * 144 or one.height * one.drawing.aspect > 0.5 * 256


@pytest.mark.parametrize("place", ["beach", "lake", "ocean"])
def test_swimmers_are_in_the_water(place: str) -> None:
    one = placed(place, "medium", "swims to the shore")["rosa"]
    assert one.medium == "water"
    assert one.sunk > 0.2
    assert one.surface <= 144


def test_who_rows_sits_on_the_water() -> None:
    assert placed("ocean", "medium", "rows home")["rosa"].sunk == 0


@pytest.mark.parametrize("place", ["prison", "jungle", "pine forest", "cave"])
@pytest.mark.parametrize("index", [1, 2])
def test_the_foreground_makes_way(place: str, index: int) -> None:
    # given
    shot = Shot(index=index, scene="s", characters=("rosa",), items=("i",), action="stands", framing="medium")
    scene = Scene(key="s", title="", place=place)
    item = Item(key="i", name="crown")
    # when
    painting = paint_keyframe(
        KeyframeSpec(shot=shot, scene=scene, characters=(ROSA,), items=(item,), prompt="", style=PLAIN, size=Size(width=256, height=144)), {}
    )
    front = next(sheet for sheet in painting.sheets if sheet.name == "front")
    bx, by = painting.bleed
    # then: there is a foreground, but nothing of it before a subject
    assert front.pixels[..., 3].max() > 200
    for left, top, right, bottom in painting.boxes.values():
        part = front.pixels[by + int(np.ceil(top)) : by + int(bottom), bx + int(np.ceil(left)) : bx + int(right), 3]
        assert part.size
        assert part.max() < 40


@pytest.mark.parametrize("weather", ["clear", "wind", "rain", "storm", "snow", "fog"])
def test_what_moves_by_itself_tiles(weather: str) -> None:
    # given
    shot = Shot(index=1, scene="s", framing="medium")
    scene = Scene(key="s", title="", place="meadow", weather=weather)  # type: ignore[arg-type]
    painting = paint_keyframe(KeyframeSpec(shot=shot, scene=scene, prompt="", style=PLAIN, size=Size(width=256, height=144)), {})
    moving = {sheet.name: sheet for sheet in painting.sheets if any(sheet.motion)}
    # then: the right kind of layers move, and one edge goes on in the other
    assert (
        set(moving)
        == {
            "clear": {"clouds"},
            "wind": {"clouds", "air"},
            "rain": {"clouds", "rain", "air"},
            "storm": {"clouds", "rain", "air"},
            "snow": {"clouds", "rain", "air"},
            "fog": {"air"},
        }[weather]
    )
    for sheet in moving.values():
        pixels = sheet.pixels.astype(np.int16)
        seam = np.abs(pixels[:, 0] - pixels[:, -1]).mean()
        inside = np.abs(np.diff(pixels, axis=1)).mean(axis=(0, 2))
        assert seam <= max(4.0, inside.max() * 1.2), sheet.name
        if sheet.motion[1]:
            seam = np.abs(pixels[0] - pixels[-1]).mean()
            inside = np.abs(np.diff(pixels, axis=0)).mean(axis=(1, 2))
            assert seam <= max(4.0, inside.max() * 1.2), sheet.name
    if weather in ("rain", "storm"):
        assert moving["air"].motion[1] > moving["rain"].motion[1] > 0.5
        assert moving["air"].motion[0] < 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("framing", ["wide", "medium", "close"])
@pytest.mark.parametrize("action", ["cheers", "waves", "holds it up", "stands"])
def test_what_is_held_hides_no_face(action: str, framing: str, size: tuple[int, int]) -> None:
    both = placed("meadow", framing, action, "letter", size)
    one, owner = both["item"], both["rosa"]
    left, top, right, bottom = one.box
    half, crown = owner.height * 0.07, owner.y - owner.height
    chin = crown + owner.height * 0.2
    assert right <= owner.x - half or left >= owner.x + half or bottom <= crown or top >= chin
