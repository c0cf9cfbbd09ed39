"""Groups: several figures as one drawing, the middle ones in front."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

import re
from collections.abc import Sequence

import skia

from pipelines.illustrator.figures.drawing import Drawing, recorded
from pipelines.meaning.vectors import stems

NUMBERS = {
    "two": 2,
    "both": 2,
    "twin": 2,
    "twins": 2,
    "pair": 2,
    "couple": 2,
    "three": 3,
    "triplets": 3,
    "trio": 3,
    "four": 4,
    "five": 5,
    "six": 5,
    "seven": 5,
    "several": 4,
    "many": 5,
}
GROUPS = {"mice": 3, "geese": 3, "men": 3, "women": 3, "children": 3, "people": 4, "family": 4, "crowd": 5, "team": 4, "crew": 4, "band": 4, "choir": 5, "villagers": 4, "friends": 3, "parents": 2, "kids": 3, "townspeople": 4, "class": 5, "army": 5, "gang": 4, "flock": 4, "herd": 4, "pack": 4, "litter": 4}  # fmt: skip
ALONE = frozenset(["boss", "princess", "witness", "actress", "waitress", "seamstress", "hostess", "goddess", "empress", "duchess", "countess", "mistress", "governess", "stewardess", "octopus", "hippopotamus", "walrus", "platypus", "walruses", "rhinoceros", "tyrannosaurus", "stegosaurus", "albatross", "moss", "grass", "glass", "bus", "lens", "santa", "claus", "seus", "genius", "virus", "james"])  # fmt: skip


def size(noun: str, description: str = "") -> int:
    """How many figures a noun means: 1, or 2 to 5 for a group."""
    words = re.findall(r"[a-z]+", noun.lower())
    if not words:
        return 1
    counted = next((NUMBERS[word] for word in words if word in NUMBERS), 0)
    if counted:
        return counted
    last = words[-1]
    if last in GROUPS:
        told = next((NUMBERS[word] for word in re.findall(r"[a-z]+", description.lower())[:4] if word in NUMBERS), 0)
        return told or GROUPS[last]
    if last.endswith("s") and not last.endswith(("ss", "us", "is")) and last not in ALONE and len(stems(last)) > 1:
        told = next((NUMBERS[word] for word in re.findall(r"[a-z]+", description.lower())[:4] if word in NUMBERS), 0)
        return told or 3
    start = re.match(r"\s*(two|three|four|five|several)\b", description.lower())
    return NUMBERS[start.group(1)] if start else 1


def group(members: Sequence[Drawing], name: str) -> Drawing:
    """Figures beside each other, the outer ones a little behind; as high as the highest of them."""
    recorder = skia.PictureRecorder()
    canvas = recorder.beginRecording(skia.Rect(-3000, -3000, 3000, 3000))
    tallest = max(member.height_m for member in members)
    x, places = 0.0, []
    for index, member in enumerate(members):
        width = member.aspect * member.height_m * 100
        step = max(width * 0.72, 34 * member.height_m / 1.7)
        x += step / 2
        places.append((x, index))
        x += step / 2
    middle = x / 2
    left = min(place - members[index].aspect * members[index].height_m * 50 for place, index in places) - middle
    right = max(place + members[index].aspect * members[index].height_m * 50 for place, index in places) - middle
    for place, index in sorted(places, key=lambda one: one[1] % 2 == 0):
        member = members[index]
        back = 0.0 if index % 2 == 0 else tallest * 4
        member.draw(canvas, place - middle, -back, member.height_m * 100)
    box = (left, -tallest * 104, right, 0.0)
    return recorded(name, recorder.finishRecordingAsPicture(), box, tallest * 1.04, members[0].habitat, members[0].faces)
