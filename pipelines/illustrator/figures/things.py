"""From a noun to the picture of a thing: by hand where it matters, by name, by keyword, by meaning; never a wrong one."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import skia

from pipelines.illustrator.figures import noto, objects, tables
from pipelines.illustrator.figures.drawing import Drawing, Faces, Habitat, recorded
from pipelines.meaning import kind, similarity
from pipelines.meaning.vectors import stems

HERE = Path(__file__).parent
SURE, LIKELY, KEYWORD = 0.80, 0.66, 0.45  # similarities: of a name taken at once, of a name as a last resort, of a keyword's icon (PICTURES: measured)
HEIGHTS = {"animal": 0.8, "plant": 0.5, "food": 0.22, "artifact": 0.4, "nature": 1.0, "place": 6.0, "person": 1.7}
AIR = frozenset(
    [
        "balloon",
        "bat",
        "bird",
        "black-bird",
        "butterfly",
        "monarch-butterfly",
        "honeybee",
        "eagle",
        "fly",
        "mosquito",
        "parrot",
        "dove",
        "phoenix",
        "kite",
        "airplane",
        "small-airplane",
        "helicopter",
        "flying-saucer",
        "rocket",
        "satellite",
        "parachute",
        "sun",
        "full-moon",
        "crescent-moon",
        "cloud",
        "cloud-with-rain",
        "cloud-with-lightning-and-rain",
        "cloud-with-lightning",
        "cloud-with-snow",
        "rainbow",
        "star",
        "glowing-star",
        "comet",
        "meteor",
        "shooting-star",
        "globe-showing-europe-africa",
        "globe-showing-americas",
        "globe-showing-asia-australia",
        "ringed-planet",
        "high-voltage",
        "snowflake",
        "musical-notes",
        "musical-note",
        "sparkles",
        "red-heart",
        "leaf-fluttering-in-wind",
        "fallen-leaf",
        "feather",
        "bubbles",
        "ghost",
        "fireworks",
    ]
)
WATER = frozenset(
    [
        "whale",
        "spouting-whale",
        "dolphin",
        "shark",
        "fish",
        "tropical-fish",
        "blowfish",
        "octopus",
        "squid",
        "jellyfish",
        "orca",
        "sailboat",
        "canoe",
        "speedboat",
        "motor-boat",
        "ship",
        "passenger-ship",
        "ferry",
        "ring-buoy",
        "water-wave",
        "coral",
        "shrimp",
        "desert-island",
    ]
)
WALL = frozenset(["framed-picture", "mirror", "window", "mantelpiece-clock", "world-map", "calendar", "tear-off-calendar", "wind-chime", "bullseye"]) - {
    "mantelpiece-clock"
}


@cache
def _hand() -> dict[str, Any]:
    data: dict[str, Any] = tables.read("things")
    data["words"] = {" ".join(re.findall(r"[a-z0-9]+", word.lower())): name for word, name in data["words"].items()}
    return data


@cache
def _keywords() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {word: tuple(icons) for word, icons in json.loads((HERE / "art" / "keywords.json").read_text(encoding="utf-8")).items()}
    return found


def _plain(phrase: str) -> str:
    words = re.findall(r"[a-z0-9]+", phrase.lower().replace("'s ", " "))
    while words and words[0] in (
        "a",
        "an",
        "the",
        "his",
        "her",
        "their",
        "its",
        "my",
        "our",
        "some",
        "old",
        "little",
        "big",
        "small",
        "lost",
        "secret",
        "magic",
        "magical",
        "golden",
        "ancient",
    ):
        if len(words) == 1 or " ".join(words) in _hand()["words"]:
            break
        words = words[1:]
    return " ".join(words[:8])


@lru_cache(maxsize=4096)
def icon(phrase: str) -> str | None:
    """The icon that shows what a noun phrase names (a Noto name, or "drawn:NAME"), or None when no picture would be honest."""
    text = _plain(phrase)
    if not text:
        return None
    words = text.split()
    for tail in (" ".join(words[start:]) for start in range(len(words))):  # the whole phrase, then its head: "brass bird", "bird"
        first, _, last = tail.rpartition(" ")
        for form in (f"{first} {stem}".strip() for stem in stems(last)):
            if (chosen := _hand()["words"].get(form)) is not None:
                return None if chosen == "none" else chosen
            if form in objects.NAMES:
                return f"drawn:{form.replace(' ', '-')}"
            if (name := form.replace(" ", "-")) in noto.names():
                return name
        if tail == words[-1]:
            return _by_meaning(tail)
    return None


def by_hand(phrase: str) -> bool:
    """Whether the hand-written table has a word for the phrase itself, such as a thing of an animal's name."""
    return _plain(phrase) in _hand()["words"]


def _by_meaning(word: str) -> str | None:
    """Keywords re-ranked by meaning, then the names of all icons: a person or an abstract noun has none."""
    what = kind(word)
    if what in ("person", "abstract", "act", "event", "time", "feeling", "group", "place", "body", "shape"):
        return None
    candidates = [name for stem in stems(word) for name in _keywords().get(stem, ()) if name in noto.names()]
    best = max(((similarity(word, name.replace("-", " ")), name) for name in candidates), default=(0.0, ""))
    if best[0] >= KEYWORD and _fits(what, best[1]):
        return best[1]
    best = max((similarity(word, name.replace("-", " ")), name) for name in noto.names())
    return best[1] if best[0] >= LIKELY and _fits(what, best[1]) else None


def _fits(what: str, name: str) -> bool:
    """Whether an icon is of the noun's kind: no animal stands for a tool, no tool for an animal."""
    other = kind(name.replace("-", " "))
    return (
        not what
        or not other
        or what == other
        or {what, other} <= {"plant", "food", "nature", "substance"}
        or {what, other} <= {"artifact", "substance", "food"}
    )


@lru_cache(maxsize=512)
def drawing(name: str) -> Drawing:
    """The Drawing of an icon by its own name.

    Raises KeyError for a name that is neither Noto's nor ours.
    """
    if name.startswith("drawn:"):
        return objects.draw(name.removeprefix("drawn:"))
    picture, box = noto.picture(name, tuple(_hand()["without"].get(name, ())))
    height = _hand()["heights"].get(name) or HEIGHTS.get(kind(name.replace("-", " ")), 0.4)
    habitat: Habitat = "air" if name in AIR else "water" if name in WATER else "wall" if name in WALL else "held" if height <= 0.35 else "ground"
    faces: Faces = "left" if name in noto.LEFT else "right" if name in noto.RIGHT else "front"
    return recorded(name, picture, box, float(height), habitat, faces)


def find(phrase: str) -> Drawing | None:
    """The picture of a thing for a noun phrase ("the brass key"), or None when there is no right one."""
    from pipelines.illustrator.figures import animals

    if (beast := animals.find(phrase)) is not None:
        return beast
    name = icon(phrase)
    if name is None:
        return None
    metal = next((METALS[word] for word in re.findall(r"[a-z]+", phrase.lower())[:-1] if word in METALS), None)
    return tinted(name, metal) if metal and name not in SHINING else drawing(name)


METALS = {
    "golden": ("#7a4a10", "#f2b93b", "#fff3c0"),
    "gold": ("#7a4a10", "#f2b93b", "#fff3c0"),
    "silver": ("#4a5260", "#b9c3cf", "#ffffff"),
    "bronze": ("#4a2c18", "#b5763a", "#f0cf9a"),
}
SHINING = frozenset(["coin", "crown", "ring", "trophy", "bell", "sun", "star", "glowing-star", "drawn:pocket-watch", "drawn:lantern"])
"""What is of gold already."""


@lru_cache(maxsize=64)
def tinted(name: str, tones: tuple[str, str, str]) -> Drawing:
    """An icon in metal: its lights and darks kept, its colours those of `tones` (dark, middle, light)."""
    plain = drawing(name)
    dark, middle, light = (tuple(bytes.fromhex(tone[1:])) for tone in tones)

    def table(channel: int) -> list[int]:
        return [
            round(dark[channel] + (middle[channel] - dark[channel]) * v / 120)
            if v < 120
            else round(middle[channel] + (light[channel] - middle[channel]) * (v - 120) / 135)
            for v in range(256)
        ]

    gray = skia.ColorFilters.Matrix([0.4, 0.45, 0.15, 0, 0, 0.4, 0.45, 0.15, 0, 0, 0.4, 0.45, 0.15, 0, 0, 0, 0, 0, 1, 0])
    metal = skia.TableColorFilter.MakeARGB(list(range(256)), table(0), table(1), table(2))
    recorder = skia.PictureRecorder()
    canvas = recorder.beginRecording(skia.Rect(-2000, -2000, 2000, 2000))
    canvas.saveLayer(None, skia.Paint(ColorFilter=skia.ColorFilters.Compose(metal, gray)))
    canvas.drawPicture(plain.picture)
    canvas.restore()
    return recorded(name, recorder.finishRecordingAsPicture(), plain.box, plain.height_m, plain.habitat, plain.faces)
