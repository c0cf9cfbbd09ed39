"""Figures: everything in the tables draws, within its box, the same every time; characters keep their look."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import skia
import yaml

from farm.types import Character
from pipelines import screenwriter
from pipelines.illustrator.figures import animals, beings, birds, cast, noto, objects, people, things, wardrobe
from pipelines.illustrator.figures.described import look_in
from pipelines.illustrator.figures.drawing import Drawing
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.poses import POSES

HEADS_ONLY = ("bear", "polar bear", "panda", "fox", "wolf", "lion", "frog", "koala", "hamster", "moose", "unicorn", "chicken")
NO_VERBS = {"invention", "find-gold", "war"}  # what the screenwriter lists beside its verbs
HEIGHT = 96
SOLID = 140  # of an alpha of 255: a glow is no part of a figure


def pixels(drawing: Drawing, flip: bool = False) -> np.ndarray:
    """The figure HEIGHT pixels high in a surface with a quarter of air around it, RGBA."""
    width = int(HEIGHT * drawing.aspect * 1.5) + 8
    surface = skia.Surface(width, HEIGHT * 3 // 2)
    drawing.draw(surface.getCanvas(), width / 2, HEIGHT * 5 / 4, HEIGHT, flip)
    return surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)


def extent(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is clearly visible."""
    seen = picture[:, :, 3] > SOLID
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def fills_its_box(drawing: Drawing) -> None:
    """The figure is not empty, and stays within the box that its aspect promises (3 pixels of leeway)."""
    picture = pixels(drawing)
    assert (picture[:, :, 3] > SOLID).sum() > 20, drawing
    left, top, right, bottom = extent(picture)
    middle, half = picture.shape[1] / 2, HEIGHT * drawing.aspect / 2
    assert left >= middle - half - 3, drawing
    assert right <= middle + half + 3, drawing
    assert top >= HEIGHT / 4 - 3, drawing
    assert bottom <= HEIGHT * 5 / 4 + 3, drawing


def person(noun: str, **known: object) -> Character:
    return Character.model_validate({"key": noun, "name": noun, "noun": noun, "human": True} | known)


def beast(noun: str, **known: object) -> Character:
    return person(noun, human=False, **known)


def test_every_trade_draws_within_its_box() -> None:
    for noun in cast.trades():
        fills_its_box(cast.draw_character(person(noun), "walks"))


@pytest.mark.parametrize("pose", list(POSES))
def test_every_pose_draws_within_its_box(pose: str) -> None:
    fills_its_box(people.draw(Look(), pose))
    fills_its_box(people.draw(Look(lower="gown", coat="#335577", hat="pointed", prop="staff", woman=True), pose))


@pytest.mark.parametrize("name", list(birds.BIRDS))
def test_every_bird_stands_flies_swims_and_works(name: str) -> None:
    seen = set()
    for pose in ("stand", "fly", "swim", "sleep", "cook", "wave"):
        drawing = birds.draw(name, pose, "happy", {"scarf": "#c8453b"}, None)
        fills_its_box(drawing)
        seen.add(pixels(drawing).tobytes())
    assert len(seen) == 6


def test_every_animal_being_and_thing_draws_within_its_box() -> None:
    for noun in (*animals.SPECIES, *animals.SMALL, *animals.HEIGHTS):
        drawing = animals.draw(noun, "walk", "happy", {}, None, noun)
        assert drawing is not None, noun
        fills_its_box(drawing)
    for noun in beings.BEINGS:
        fills_its_box(cast.draw_character(beast(noun), "waves"))
    for name in objects.NAMES:
        fills_its_box(objects.draw(name))


def test_a_golden_apple_is_golden_and_an_apple_red() -> None:
    def mean(phrase: str) -> np.ndarray:
        found = things.find(phrase)
        assert found is not None
        picture = pixels(found)
        return picture[picture[:, :, 3] > 250][:, :3].mean(axis=0)

    red, gold = mean("apple"), mean("a golden apple")
    assert gold[1] > red[1] + 40
    assert gold[0] > gold[1] > gold[2]


@pytest.mark.parametrize(("noun", "other"), [("seal pup", "pup"), ("tin man", "man"), ("snow leopard", "leopard"), ("bear cub", "cub of men")])
def test_the_young_and_the_made_are_what_they_are_called(noun: str, other: str) -> None:
    assert not np.array_equal(pixels(cast.draw_character(beast(noun))), pixels(cast.draw_character(beast(other, key=noun, name=noun))))


def test_every_word_of_the_table_has_the_picture_it_names() -> None:
    for word, name in things._hand()["words"].items():
        if name == "none":
            assert things.icon(word) is None, word
        else:
            assert things.icon(word) == name, word
            assert things.drawing(name).height_m > 0, word


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("the sea", "water-wave"),
        ("cheese", "cheese-wedge"),
        ("a brass key", "old-key"),
        ("crow", "black-bird"),
        ("spaceship", "rocket"),
        ("old lighthouse", "drawn:lighthouse"),
        ("wooden boats", "drawn:rowboat"),
    ],
)
def test_overrides_hold(phrase: str, name: str) -> None:
    assert things.icon(phrase) == name


@pytest.mark.parametrize("phrase", ["shop", "corner store", "bank", "hotel", "calendar", "bakery", "the lantern shop", "clockmaker's shop"])
def test_no_picture_has_letters_in_it(phrase: str) -> None:
    assert noto.LETTERED.isdisjoint(noto.names())
    assert things.icon(phrase) not in noto.LETTERED
    assert things.find(phrase) is not None


@pytest.mark.parametrize("phrase", ["death", "justice", "the", "", "xqzzv", "forty-two", "a great idea of freedom"])
def test_no_picture_is_better_than_a_wrong_one(phrase: str) -> None:
    assert things.find(phrase) is None


@pytest.mark.parametrize("noun", HEADS_ONLY)
def test_animals_that_the_icons_show_as_heads_have_bodies_and_feet(noun: str) -> None:
    drawing = animals.draw(noun, "stand", "", {}, None, noun)
    assert drawing is not None
    assert noun.replace(" ", "-") not in noto.names()
    seen = pixels(drawing)[:, :, 3] > SOLID
    left, _, right, bottom = extent(pixels(drawing))
    feet = np.flatnonzero(seen[bottom - 6 : bottom].any(axis=0))
    assert bottom >= HEIGHT * 5 / 4 - 2
    assert feet[-1] - feet[0] > (right - left) * 0.1  # it stands on something wider than a point


def palette(drawing: Drawing) -> set[tuple[int, int, int]]:
    """The colours that cover a good part of the figure, coarsely."""
    picture = pixels(drawing)
    solid = picture[picture[:, :, 3] > 250][:, :3] // 8
    colors, counts = np.unique(solid, axis=0, return_counts=True)
    return {tuple(int(part) for part in color) for color, count in zip(colors, counts, strict=True) if count > len(solid) * 0.035}


@pytest.mark.parametrize(
    "character",
    [
        person("lighthouse keeper", gender="male", age="old", look={"coat": "#e0a526", "hat": "sou'wester", "hair": "white"}),
        person("girl", gender="female", age="child", look={"coat": "#d95d4e", "hair": "dark"}),
        beast("fox", look={"skin": "#d9712b", "scarf": "#3f6fae"}),
        beast("robot"),
    ],
    ids=lambda character: character.noun,
)
def test_a_character_keeps_its_colours_in_every_shot(character: Character) -> None:
    shots = [
        palette(cast.draw_character(character, action, mood))
        for action, mood in (("walks home", "calm"), ("waves", "happy"), ("looks at the sea", "sad"), ("holds a lamp", "calm"))
    ]
    for one in shots[1:]:
        assert len(one & shots[0]) >= 0.6 * min(len(one), len(shots[0])), (one, shots[0])


def written_trades() -> dict[str, dict]:
    return yaml.safe_load((Path(screenwriter.__file__).parent / "data" / "trades.yaml").read_text(encoding="utf-8"))


def test_every_hat_that_the_screenwriter_writes_is_seen() -> None:
    hats_written = {entry["look"]["hat"] for entry in written_trades().values() if "hat" in entry.get("look", {})}
    assert len(hats_written) >= 20
    bare = pixels(cast.draw_character(person("person", look={"hair": "short"})))
    for hat in sorted(hats_written):
        assert not np.array_equal(pixels(cast.draw_character(person("person", look={"hat": hat}))), bare), hat


def test_every_tool_that_the_screenwriter_writes_is_held_or_worn() -> None:
    tools = {entry["tool"] for entry in written_trades().values() if "tool" in entry}
    assert len(tools) >= 50
    lost = sorted(tool for tool in tools if not wardrobe.held(tool) and tool not in wardrobe.NOT_HELD)
    assert len(lost) <= 3, lost
    bare = pixels(cast.draw_character(person("person"), "holds"))
    for tool in sorted(tools - set(lost) - wardrobe.NOT_HELD):
        drawing = cast.draw_character(person("person", look={"prop": tool}), "holds")
        fills_its_box(drawing)
        assert not np.array_equal(pixels(drawing), bare), tool


def test_two_characters_differ() -> None:
    one, other = (palette(cast.draw_character(person("woman", key=key, name=key), "")) for key in ("Mira", "Tessa"))
    assert one != other


def test_the_same_character_is_the_same_picture() -> None:
    hero = person("wizard", gender="male")
    first, second = pixels(cast.draw_character(hero, "reads", "happy")), pixels(cast.draw_character(hero, "reads", "happy"))
    assert np.array_equal(first, second)


def test_flip_mirrors() -> None:
    drawing = cast.draw_character(person("pirate"), "fights")
    straight, mirrored = pixels(drawing), pixels(drawing, flip=True)
    assert not np.array_equal(straight, mirrored)
    assert abs(int((straight[:, :, 3] > SOLID).sum()) - int((mirrored[:, :, 3] > SOLID).sum())) < 60


@pytest.mark.parametrize(
    ("action", "pose"),
    [
        ("repairs the lamp", "reach"),
        ("runs away", "run"),
        ("was sleeping", "sleep"),
        ("rowed out to sea", "row"),
        ("", "stand"),
        ("befriends a whale", "hug"),
        ("zzqx", "stand"),
        ("falls in love", "hug"),
        ("tries to climb the hill", "climb"),
        ("does not sleep", "stand"),
        ("hears a sound", "listen"),
    ],
)
def test_an_action_chooses_its_pose(action: str, pose: str) -> None:
    assert cast.pose_of(action) == pose


@pytest.mark.parametrize(
    "verb",
    [
        "lives",
        "dwells",
        "is",
        "has",
        "owns",
        "keeps",
        "stays",
        "waits",
        "watches",
        "listens",
        "thinks",
        "hears",
        "knows",
        "wants",
        "hopes",
        "gleeps",
        "lies awake",
    ],
)
def test_nobody_lies_down_or_sits_who_only_is_somewhere(verb: str) -> None:
    assert cast.pose_of(f"{verb} in a small house") in ("stand", "hold", "look", "listen", "think")


def test_every_verb_that_the_screenwriter_knows_has_a_pose_set_by_hand() -> None:
    listed = yaml.safe_load((Path(screenwriter.__file__).parent / "data" / "verbs.yaml").read_text(encoding="utf-8"))["verbs"]
    verbs = {verb for words in listed.values() for verb in words.split()}
    assert len(verbs) > 300
    unset = sorted(verbs - set(cast._verbs()) - NO_VERBS)
    assert len(unset) < 0.03 * len(verbs), unset  # its list grows; a new verb is no fault until there are a dozen
    assert {cast.pose_of(verb) for verb in unset}.isdisjoint(cast.STRANGE)


def test_every_verb_has_a_pose_and_there_are_enough() -> None:
    assert set(cast._verbs().values()) <= set(POSES)
    assert len(cast._verbs()) >= 200


@pytest.mark.parametrize(("noun", "description", "wide"), [("three sisters", "", 0.8), ("children", "", 0.7), ("boys", "two little boys", 0.5)])
def test_groups_are_drawn_as_groups(noun: str, description: str, wide: float) -> None:
    drawing = cast.draw_character(person(noun, description=description), "")
    fills_its_box(drawing)
    assert drawing.aspect > wide


def test_a_seamstress_is_alone() -> None:
    assert cast.draw_character(person("seamstress"), "").aspect < 0.7


def test_what_nobody_can_draw_is_still_somebody() -> None:
    drawing = cast.draw_character(beast("flumbit"), "walks")
    fills_its_box(drawing)
    assert drawing.faces == "right"


@pytest.mark.parametrize("noun", ["<script>", "a" * 5000, "🦊", "   ", "the of and"])
def test_hostile_nouns_are_drawn_all_the_same(noun: str) -> None:
    fills_its_box(cast.draw_character(person(noun, key="x", look={"coat": "'; DROP", "hat": "#zzz", "hair": "🦊"}), noun, noun))
    things.find(noun)


def test_an_animal_stands_up_to_do_what_people_do() -> None:
    walking, cooking = (cast.draw_character(beast("fox"), action) for action in ("walks", "cooks soup"))
    assert walking.aspect > 1 > cooking.aspect


@pytest.mark.parametrize("noun", ["elephant", "tortoise", "cow", "sheep", "goat", "deer", "penguin", "owl", "duck", "pig", "lion", "hedgehog"])
def test_animals_of_every_kind_work_upright(noun: str) -> None:
    working = cast.draw_character(beast(noun), "cooks soup", "happy")
    fills_its_box(working)
    assert working.aspect < 1
    assert not np.array_equal(pixels(working), pixels(cast.draw_character(beast(noun), "waves", "happy")))


def test_a_figure_is_drawn_in_time() -> None:
    surface = skia.Surface(500, 500)
    cast.draw_character(person("wizard"), "reads").draw(surface.getCanvas(), 250, 450, 400)
    spent = []
    for noun in ("wizard", "knight", "fisherman", "dragon", "fox", "robot"):
        start = time.process_time()
        cast.draw_character(person(noun, human=noun not in ("dragon", "fox", "robot")), "walks").draw(surface.getCanvas(), 250, 450, 400)
        spent.append(time.process_time() - start)
    assert sorted(spent)[len(spent) // 2] < 0.045  # 15 ms on a quiet machine


def test_the_licence_files_are_beside_the_art() -> None:
    folder = noto.FILE.parent
    assert "Apache License" in (folder / "LICENSE-noto.txt").read_text()
    assert "MIT License" in (folder / "LICENSE-emojilib.txt").read_text()
    assert noto.FILE.stat().st_size < 4_000_000


@pytest.mark.parametrize(
    ("said", "part", "seen"),
    [
        ("a tall woman with curly red hair, in a green coat", "hair", "curly red hair"),
        ("a tall woman with curly red hair, in a green coat", "coat", "green"),
        ("a dark-skinned boy in a yellow hoodie and blue jeans, wearing glasses", "jumper", "yellow"),
        ("a dark-skinned boy in a yellow hoodie and blue jeans, wearing glasses", "glasses", "glasses"),
        ("An old sailor with a long white beard, navy jacket and a flat cap", "hat", "flat cap"),
        ("a bald man", "hair", "bald"),
    ],
)
def test_a_description_says_what_is_worn(said: str, part: str, seen: str) -> None:
    assert look_in(said)[part] == seen


def test_what_is_described_is_drawn_and_an_own_look_comes_first() -> None:
    # given
    told = Character(key="ana", name="Ana", noun="woman", gender="female", description="a woman with red hair, in a green coat")
    own = told.model_copy(update={"look": {"coat": "#2d5b74", "hair": "black"}})
    # then
    assert cast.look_of(told).top == wardrobe.COLORS["green"]
    assert cast.look_of(told).hair == wardrobe.HAIR_COLORS["red"]
    assert (cast.look_of(own).top, cast.look_of(own).hair) == ("#2d5b74", wardrobe.HAIR_COLORS["black"])
    assert look_in("x " * 100_000) == {}
