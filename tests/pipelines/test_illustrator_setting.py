"""What a shot's words bring into its picture: the shop behind somebody, the tram of its driver, boats, depths, storms, other views."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import skia

from farm.specs import KeyframeSpec
from farm.types import Character, Item, Scene, Shot, Size, Style
from pipelines.illustrator.figures import animals, cast, machines
from pipelines.illustrator.files import flatten
from pipelines.illustrator.paint import Painting, paint_keyframe, view_of
from pipelines.illustrator.places import PLACES
from pipelines.illustrator.setting import setting
from pipelines.illustrator.subjects import item_drawing

PLAIN = Style(slug="plain", name="Plain")


def creature(noun: str, description: str = "", **look: str) -> Character:
    return Character(key=noun, name=noun, noun=noun, description=description, human=False, look=look)


def paint(place: str, *who: Character, items: tuple[Item, ...] = (), prompt: str = "", index: int = 0, framing: str = "wide", **scene: object) -> Painting:
    shot = Shot(
        index=index,
        scene="s",
        characters=tuple(one.key for one in who),
        items=tuple(one.key for one in items),
        action="walks",
        framing=framing,  # type: ignore[arg-type]
        picture_prompt=prompt,
    )
    there = Scene(key="s", title="", place=place, **scene)  # type: ignore[arg-type]
    return paint_keyframe(KeyframeSpec(shot=shot, scene=there, characters=who, items=items, prompt="", style=PLAIN, size=Size(width=320, height=180)), {})


@pytest.mark.parametrize(
    ("place", "texts", "nouns", "name"),
    [
        ("harbour", ["a fox opening a lantern shop, in a foggy harbour"], ["fox"], "lantern shop"),
        ("city street", [], ["tram driver"], "tram"),
        ("snowfield", ["they build an igloo"], [], "igloo"),
        ("city street", ["a car in the city"], [], None),
        ("kitchen", ["a tea shop"], [], None),
        ("ocean", ["a bus on the waves"], [], None),
        ("meadow", ["a girl with a kite"], ["girl"], None),
    ],
)
def test_the_large_thing_of_a_shot_is_behind_its_subjects(place: str, texts: list[str], nouns: list[str], name: str | None) -> None:
    found = setting(PLACES[place], texts, nouns)
    assert (found.name if found else None) == name  # type: ignore[attr-defined]


def test_the_shop_is_in_the_picture_and_no_subject_of_the_camera() -> None:
    fox = creature("fox")
    with_shop, without = paint("harbour", fox, prompt="a fox opening a lantern shop"), paint("harbour", fox)

    assert np.abs(flatten(with_shop).astype(int) - flatten(without)).max(axis=2).mean() > 3
    assert set(with_shop.boxes) == {"fox"}


def test_shots_of_one_scene_see_it_from_several_sides() -> None:
    views = [view_of(Shot(index=index, scene="s", framing="wide"), "seed") for index in range(8)]

    assert {view.mirrored for view in views} == {False, True}
    for one, other in pairwise(views):
        assert abs(one.pan - other.pan) > 0.05 or one.mirrored != other.mirrored
    assert max(view.pan for view in views) < 0.14 > -min(view.pan for view in views)


def test_a_mirrored_view_mirrors_the_place_and_its_sun() -> None:
    # given: two shots of which one is mirrored, and where the sky is brightest
    found = {}
    for index in range(6):
        view = view_of(Shot(index=index, scene="s", framing="wide"), "x")
        found.setdefault(view.mirrored, index)
    assert set(found) == {False, True}
    pictures = [flatten(paint("meadow", index=index)).astype(float)[:80].mean(axis=(0, 2)) for index in range(6)]
    brightest = {round(float(np.argmax(row)) / len(row)) for row in pictures}
    assert brightest == {0, 1}


def test_an_animal_with_a_trade_is_that_animal_in_its_dress() -> None:
    assert cast.beast_of("penguin postman") == "penguin"
    assert cast.beast_of("postman") == ""
    assert cast.beast_of("sea captain") == ""
    assert cast.draw_character(creature("penguin postman"), "walks").name == "penguin"
    plain, dressed = (cast.draw_character(creature(noun), "stands") for noun in ("penguin", "penguin postman"))
    assert plain.picture.approximateBytesUsed() < dressed.picture.approximateBytesUsed()


def test_a_person_who_works_with_animals_is_a_person() -> None:
    trainer = Character(key="t", name="t", noun="horse trainer", human=True)
    assert cast.draw_character(trainer, "walks").name != "horse"


@pytest.mark.parametrize(("noun", "metal"), [("a mechanical bird", True), ("tin soldier", True), ("a bird that sings", False), ("continental", False)])
def test_what_is_made_is_of_metal(noun: str, metal: bool) -> None:
    assert bool(machines.metal_of(noun)) is metal


def test_a_mechanical_bird_is_of_brass_and_has_a_key() -> None:
    alive, made = (cast.draw_character(creature("bird", text, skin="#4f8fc0"), "sings") for text in ("a bird", "a mechanical bird, small and blue"))

    def mean(drawing: object) -> np.ndarray:
        pixels = np.zeros((200, 200, 4), np.uint8)
        drawing.draw(skia.Surface(pixels, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType).getCanvas(), 100, 190, 150)  # type: ignore[attr-defined]
        return pixels[pixels[..., 3] > 200][:, :3].mean(axis=0)

    def covered(drawing: object) -> int:
        pixels = np.zeros((300, 300, 4), np.uint8)
        canvas = skia.Surface(pixels).getCanvas()
        canvas.translate(150, 250)
        canvas.drawPicture(drawing.picture)  # type: ignore[attr-defined]
        return int((pixels[..., 3] > 200).sum())

    assert mean(alive)[2] > mean(alive)[0]
    assert mean(made)[0] > mean(made)[2] + 40
    assert covered(made) > covered(alive) + 40  # the key stands out of its back


@pytest.mark.parametrize(("noun", "name"), [("anglerfish", "fish"), ("stegosaurus", "sauropod"), ("wolfhound", "dog"), ("dishcloth", None)])
def test_the_ending_of_a_compound_names_the_animal(noun: str, name: str | None) -> None:
    assert (animals.species(noun) or None) == name


def test_what_swims_lifts_its_head_when_it_leaps() -> None:
    level, leaping = (cast.draw_character(creature("whale"), action) for action in ("stands", "leaps"))
    assert leaping.height_m > level.height_m * 1.1


def test_what_is_no_thing_is_not_shown_under_a_cloth() -> None:
    assert item_drawing(Item(key="i", name="penalty"), {}) is None
    assert item_drawing(Item(key="i", name="chess duel"), {}).name == "chess-pawn"  # type: ignore[union-attr]
    assert paint("meadow", creature("fox"), items=(Item(key="i", name="penalty"),)).boxes.keys() == {"fox"}


def test_fish_are_seen_under_water_and_who_is_in_a_boat_sits_in_one() -> None:
    assert paint("sea", creature("anglerfish")).place == "underwater"
    assert paint("sea", creature("whale")).place == "ocean"
    assert paint("sea", creature("fox"), prompt="a fox at the bottom of the sea").place == "underwater"
    ann = Character(key="ann", name="Ann", noun="bride", gender="female")
    rowing, standing = (paint(place, ann).boxes["ann"] for place in ("rowing boat", "ocean"))
    assert rowing[2] - rowing[0] > 1.3 * (standing[2] - standing[0])


def test_a_storm_has_lightning_before_its_clouds() -> None:
    sheets = {sheet.name: sheet.pixels for sheet in paint("desert", weather="storm").sheets}
    calm = {sheet.name: sheet.pixels for sheet in paint("desert", weather="rain").sheets}
    upper = slice(0, 70)
    assert sheets["far"][upper, :, 3].max() > 240 > calm["far"][upper, :, 3].max()


def test_a_burning_house_is_in_flames() -> None:
    house, burning = (setting(PLACES["village"], [text], []) for text in ("a cat before a house", "a cat rescued from a burning house, in a village"))
    assert house is None
    assert burning is not None
    assert burning.height_m > 6


def test_a_sunken_city_is_under_water() -> None:
    assert paint("sunken city", creature("fox")).place == "underwater"


@pytest.mark.parametrize(("noun", "several"), [("forest animals", True), ("farm animal", False), ("animals", True)])
def test_animals_of_no_name_are_some_that_live_there(noun: str, several: bool) -> None:
    drawing = cast.draw_character(creature(noun), "listens")
    assert (drawing.name == noun) is several  # a group is named by what it is a group of
    assert drawing.name != "creature"


def test_an_animals_noun_may_say_its_colour_and_a_uniform_is_no_fur() -> None:
    assert cast.fur_of(creature("snowy owl"), "") == "#f4f3ef"
    assert cast.fur_of(creature("owl"), "") is None
    assert cast.fur_of(creature("owl", "a snowy owl, old and wise"), "") == "#f4f3ef"
    assert cast.fur_of(creature("bear postman", coat="#2f4d7d"), "bear") is None
    assert cast.fur_of(creature("fox", coat="#d9712b"), "") == "#d9712b"


@pytest.mark.parametrize(("name", "shown"), [("wedding", False), ("village wedding", False), ("fire", True), ("receipt", True), ("wedding cake", True)])
def test_an_event_is_no_emblem_in_somebodys_hand(name: str, shown: bool) -> None:
    assert (item_drawing(Item(key="i", name=name), {}) is not None) is shown


def test_who_comes_to_the_sea_stands_at_it_unless_they_swim_or_sail() -> None:
    ann = Character(key="ann", name="Ann", noun="girl", gender="female")
    sailor = Character(key="sam", name="Sam", noun="sailor")
    assert paint("sea", ann).place == "beach"
    assert paint("open sea", ann).place == "ocean"
    assert paint("sea", sailor).place == "ocean"
    assert paint("sea", ann, prompt="a girl in a boat, at sea").place == "ocean"
    assert paint("sea", creature("whale")).place == "ocean"


def test_who_wears_white_by_trade_wears_white() -> None:
    bride, girl = (Character(key="b", name="b", noun=noun, gender="female", look={"coat": "#3f6480"}) for noun in ("bride", "girl"))
    assert cast.white(cast.look_of(bride).top)
    assert cast.look_of(girl).top == "#3f6480"
