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
    "some": 3,
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
    start = re.match(r"\s*(two|three|four|five|several|some)\b", description.lower())
    return NUMBERS[start.group(1)] if start else 1


DEPTH = 0.1  # how much smaller and higher the back row stands
CLOSE = 0.86  # of its width, how much room a figure gets: arms may overlap, faces do not


def group(members: Sequence[Drawing], name: str) -> Drawing:
    """Figures beside each other in two rows: every other one a step behind, smaller and higher, seen between the ones in front."""
    recorder = skia.PictureRecorder()
    canvas = recorder.beginRecording(skia.Rect(-3000, -3000, 3000, 3000))
    tallest = max(member.height_m for member in members)
    sizes = [member.height_m * 100 * (1 - DEPTH if index % 2 else 1 - 0.04 * (index // 2 % 2)) for index, member in enumerate(members)]
    x, places = 0.0, []
    for index, member in enumerate(members):
        step = max(member.aspect * sizes[index] * CLOSE, 46 * member.height_m / 1.7)
        places.append(x + step / 2)
        x += step
    places = [place - x / 2 for place in places]
    backs = [sizes[index] * DEPTH * 0.6 if index % 2 else 0.0 for index in range(len(members))]
    for index in sorted(range(len(members)), key=lambda one: -backs[one]):
        members[index].draw(canvas, places[index], -backs[index], sizes[index])
    halves = [member.aspect * size / 2 for member, size in zip(members, sizes, strict=True)]
    top = max(size + back for size, back in zip(sizes, backs, strict=True))
    box = (min(a - b for a, b in zip(places, halves, strict=True)), -top, max(a + b for a, b in zip(places, halves, strict=True)), 0.0)
    return recorded(name, recorder.finishRecordingAsPicture(), box, max(top / 100, tallest), members[0].habitat, members[0].faces)
