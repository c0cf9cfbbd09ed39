"""A keyframe from its specification: the place in its light, the subjects in it, the weather before it, all in layers."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from time import perf_counter

import numpy as np

from farm.specs import KeyframeSpec, PortraitSpec
from farm.types import Character, Item, Scene, Shot
from pipelines.illustrator import finish
from pipelines.illustrator.cast import paint_cast
from pipelines.illustrator.figures import animals
from pipelines.illustrator.figures.animals import DIVERS
from pipelines.illustrator.heaven import motions, weather_before, weather_between
from pipelines.illustrator.landmarks import paint_landmarks
from pipelines.illustrator.light import light_of
from pipelines.illustrator.look import look_of
from pipelines.illustrator.places import PLACES, Place
from pipelines.illustrator.references.pictures import given
from pipelines.illustrator.references.plates import paint_plate
from pipelines.illustrator.setting import behind, setting, split
from pipelines.illustrator.stage import DEPTHS, ORDER, Stage, View
from pipelines.illustrator.staging import BOATING, SWIMMING, Drawing, Placed, arrange
from pipelines.illustrator.subjects import Covered, character_drawing, item_drawing
from pipelines.illustrator.words import LIMIT, choose_place


@dataclass
class Sheet:
    """One layer as pixels: premultiplied RGBA, larger than the picture by the bleed."""

    name: str
    depth: float
    pixels: np.ndarray
    motion: tuple[float, float] = (0.0, 0.0)  # of its own, in pictures per second


@dataclass
class Painting:
    """A picture in layers, back to front, and where its subjects are (left, top, right, bottom in the picture's pixels)."""

    width: int
    height: int
    bleed: tuple[int, int]
    sheets: list[Sheet]
    boxes: dict[str, tuple[float, float, float, float]]
    place: str
    vignette: float
    grain: float
    seconds: dict[str, float] = field(default_factory=dict)


def paint_keyframe(spec: KeyframeSpec, files: dict[str, Path]) -> Painting:
    """Paint a shot; `files` may hold reference pictures. The same specification gives the same pixels."""
    shot, scene = spec.shot, spec.scene
    by_key = {character.key: character for character in spec.characters}
    shown = [by_key[key] for key in shot.characters if key in by_key] if shot.characters else list(spec.characters)
    by_item = {item.key: item for item in spec.items}
    items = [by_item[key] for key in shot.items if key in by_item] if shot.items else list(spec.items)
    place = choose_place(scene, shot.picture_prompt, spec.prompt)
    words = " ".join((scene.place, scene.title, scene.description, shot.picture_prompt))[:LIMIT]
    if SUNKEN.search(scene.place[:LIMIT]) or (place.name == "ocean" and (DEEP.search(words) or _fishes(shown, items))):
        place = PLACES["underwater"]
    walkers = [one for one in shown if one.human and not crosses(shot)]
    if place.name == "ocean" and walkers and not BOAT.search(words):
        if any(SAILORS.search(one.noun[:LIMIT]) for one in walkers):
            shot = shot.model_copy(update={"action": f"rows, {shot.action}"})
        elif not OPEN.search(scene.place[:LIMIT]):
            place = PLACES["beach"]  # who comes to the sea stands at it, not in it
    if BOAT.search(scene.place[:LIMIT]) and (place.medium == "water" or place.name in ("lake", "river", "ocean")):
        shot = shot.model_copy(update={"action": f"rows, {shot.action}"})  # in a boat one sits, whatever else one does
    return _paint(spec, scene, shot, place, shown[:4], items[:2], files)


DEEP = re.compile(
    r"\b(deep (?:in|under|beneath|below|down)|the deep|depths|sea ?bed|ocean floor|bottom of the|under ?water|under the (?:sea|waves)|beneath the)\b",
    re.IGNORECASE,
)
SUNKEN = re.compile(r"\b(sunken|drowned|under ?sea|under ?water)\b", re.IGNORECASE)
BOAT = re.compile(r"\b(boat|canoe|raft|gondola|dinghy|kayak)\b", re.IGNORECASE)


SAILORS = re.compile(r"\b(sailor|captain|pirate|fisher\w*|mariner|rower)\b", re.IGNORECASE)
OPEN = re.compile(r"\b(open|middle|high|waves|storm|deep|out at)\b", re.IGNORECASE)


def crosses(shot: Shot) -> bool:
    """Whether a shot's action is one for the water: swimming, sailing, surfing."""
    return bool(SWIMMING.search(shot.action[:LIMIT]) or BOATING.search(shot.action[:LIMIT]))


def _fishes(characters: list[Character], items: list[Item]) -> bool:
    """Whether nobody is there but fish and the like, which live under the surface."""
    names = [one.noun for one in characters] or [item.name for item in items]
    return bool(names) and all((animals.species(name) or "") in DIVERS for name in names)


def paint_portrait(spec: PortraitSpec, files: dict[str, Path]) -> Painting:
    """Paint a character, a scene or an item by itself."""
    scene = spec.scene or Scene(
        key="portrait", title="portrait", place="meadow" if spec.character else "workshop", time_of_day="afternoon", indoors=spec.item is not None
    )
    shot = Shot(index=0, scene=scene.key, framing="wide" if spec.scene else "close", action="stands" if spec.character else "")
    place = choose_place(scene, scene.description)
    shown = spec.character or spec.scene or spec.item
    if shown is not None:  # a portrait's files are named without a key
        files = {name.replace("reference", f"reference.{shown.key}", 1): path for name, path in files.items()}
    characters: list[Character] = [spec.character] if spec.character else []
    items: list[Item] = [spec.item] if spec.item else []
    return _paint(spec, scene, shot, place, characters, items, files)


def _paint(
    spec: KeyframeSpec | PortraitSpec, scene: Scene, shot: Shot, place: Place, characters: list[Character], items: list[Item], files: dict[str, Path]
) -> Painting:
    began = perf_counter()
    look = look_of(spec.style)
    light = light_of(scene.time_of_day, scene.weather, place.indoors, look, scene.lighting)
    chance = Random(f"{shot.index}/{shot.framing}/{spec.seed}")
    seed = hashlib.sha256(f"{scene.key}/{scene.place}/{scene.title}".encode()).hexdigest()
    stage = Stage(spec.size.width, spec.size.height, light, look, view_of(shot, seed), seed)
    if plates := given(files, scene.key):  # several pictures of one place are seen in turn
        paint_plate(stage, plates[shot.index % len(plates)])
    else:
        place.paint(stage)
        paint_landmarks(stage, place, " ".join((scene.place, scene.title, scene.description, shot.picture_prompt)))
    weather_between(stage)
    if stage.view.mirrored:  # the subjects are lit from where the sun now is
        stage.light = replace(light, sun_x=1 - light.sun_x)
    subjects: list[tuple[str, str, Drawing]] = [
        (one.key, "character", character_drawing(one, shot, files, not place.indoors, look.technique)) for one in characters
    ]
    things = [(item.key, "item", shown) for item in items if (shown := item_drawing(item, files, look.technique)) is not None]
    known = [one for one in things if not isinstance(one[2], Covered)]
    subjects += known if subjects or known else things  # a thing under a cloth is shown only where the picture would else be empty
    subjects, large = split(subjects) if not place.indoors and place.medium == "ground" else (subjects, None)
    placed: list[Placed] = arrange(stage, subjects, shot.framing, shot.action, chance)
    large = large or setting(place, (scene.place, scene.title, shot.picture_prompt, *(item.description for item in items)), [one.noun for one in characters])
    paint_cast(stage, [*placed, behind(stage, large, placed, shot.framing)] if large else placed)
    weather_before(stage)
    drawn = perf_counter()
    moving = motions(stage)
    boxes = {one.key: _seen(stage, one.box) for one in placed}
    sheets = [Sheet(name, DEPTHS[name], finish.finished(stage, name), moving.get(name, (0.0, 0.0))) for name in ORDER if name in stage.layers]
    for sheet in sheets:
        if sheet.name == "front":
            finish.make_way(stage, sheet.pixels, list(boxes.values()))
    seconds = {"draw": drawn - began, "filters": perf_counter() - drawn}
    return Painting(stage.width, stage.height, (stage.bleed_x, stage.bleed_y), sheets, boxes, place.name, look.vignette, look.grain, seconds)


ZOOMS = {"wide": (1.0, 1.12), "medium": (1.06, 1.26), "close": (1.38, 1.56)}
"""How near a framing sees its place: from, to."""


def view_of(shot: Shot, seed: str) -> View:
    """How a shot sees its place: no two shots that follow each other alike, though each knows only its own number.

    Multiples of irrational numbers, less their whole part, fall far from the ones before (a low-discrepancy sequence).
    """
    start = Random(f"view/{seed}").random()

    def spread(ratio: float) -> float:
        return (start + (shot.index + 1) * ratio) % 1.0

    near, nearer = ZOOMS[shot.framing]
    return View(
        pan=0.26 * (spread(0.618034) - 0.5),
        zoom=near + (nearer - near) * spread(0.754878),
        blur=1.0 if shot.framing == "close" else 0.0,
        tilt=0.11 * (spread(0.569840) - 0.5),
        mirrored=spread(0.414214) < 0.5,
    )


def _seen(stage: Stage, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The part of a box that is in the picture."""
    left, top, right, bottom = box
    return max(0.0, left), max(0.0, top), min(float(stage.width), right), min(float(stage.height), bottom)
