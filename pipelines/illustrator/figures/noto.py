"""The vendored icons of Noto Emoji: one file of SVG bodies, each drawn through Skia's SVG reader."""

# ruff: noqa: SIM905 - a table of names reads best as one line

from __future__ import annotations

import gzip
import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import skia

FILE = Path(__file__).parent / "art" / "noto.json.gz"
Box = tuple[float, float, float, float]


def document(body: str) -> skia.SVGDOM:
    """An icon's body as a document of 128 by 128 units (Skia knows `xlink:href` only)."""
    body = body.replace(' href="#', ' xlink:href="#')
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="128" height="128" viewBox="0 0 128 128">{body}</svg>'
    return skia.SVGDOM.MakeFromStream(skia.MemoryStream.MakeCopy(svg.encode()))


@cache
def _icons() -> dict[str, Any]:
    icons: dict[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))
    return icons


LETTERED = frozenset(
    "bank hotel japanese-post-office convenience-store calendar tear-off-calendar slot-machine pool-8-ball mahjong-red-dragon euro-banknote "
    "pound-banknote yen-banknote".split()
)
"""Icons with letters, figures or characters in them: no picture of a story has any."""


@cache
def names() -> frozenset[str]:
    """All icons that a story may show."""
    return frozenset(_icons()) - LETTERED


@lru_cache(maxsize=512)
def picture(name: str, without: tuple[str, ...] = ()) -> tuple[skia.Picture, Box]:
    """An icon as a recorded picture and the box of what is visible in it; elements whose text matches a pattern of `without` are left out.

    Raises KeyError for an icon that is not among `names()`.
    """
    icon = _icons()[name]
    body = icon["body"]
    for pattern in without:
        body = re.sub(pattern, "", body)
    recorder = skia.PictureRecorder()
    canvas = recorder.beginRecording(skia.Rect(0, 0, 128, 128))
    canvas.clipRect(skia.Rect(0, 0, 128, 128))  # some icons keep scraps outside their view
    document(body).render(canvas)
    return recorder.finishRecordingAsPicture(), tuple(icon["box"])


# Which way the icons with a side look; the others face the viewer.
LEFT = frozenset(
    [
        "ant",
        "baby-chick",
        "badger",
        "bird",
        "bison",
        "black-bird",
        "boar",
        "bug",
        "camel",
        "carousel-horse",
        "chipmunk",
        "cow",
        "cricket",
        "crocodile",
        "deer",
        "dodo",
        "dolphin",
        "donkey",
        "dove",
        "dragon",
        "duck",
        "eagle",
        "elephant",
        "ewe",
        "fish",
        "flamingo",
        "giraffe",
        "goat",
        "goose",
        "hedgehog",
        "hippopotamus",
        "honeybee",
        "horse",
        "kangaroo",
        "leopard",
        "lizard",
        "llama",
        "mammoth",
        "mosquito",
        "mouse",
        "ox",
        "parrot",
        "penguin",
        "pig",
        "rabbit",
        "raccoon",
        "ram",
        "rat",
        "rhinoceros",
        "rooster",
        "sauropod",
        "seal",
        "shark",
        "shrimp",
        "skunk",
        "snail",
        "snake",
        "spouting-whale",
        "swan",
        "t-rex",
        "tiger",
        "tropical-fish",
        "turkey",
        "turtle",
        "two-hump-camel",
        "water-buffalo",
        "whale",
        "worm",
        "zebra",
        "cat",
        "black-cat",
        "poodle",
        "guide-dog",
        "service-dog",
        "otter",
        "gorilla",
        "orca",
        "automobile",
        "bicycle",
        "bullet-train",
        "high-speed-train",
        "helicopter",
        "locomotive",
        "motor-scooter",
        "motorcycle",
        "pickup-truck",
        "taxi",
        "police-car",
        "racing-car",
        "sport-utility-vehicle",
        "minibus",
        "tractor",
        "delivery-truck",
        "articulated-lorry",
    ]
)
RIGHT = frozenset(["small-airplane", "rocket", "speedboat"])
