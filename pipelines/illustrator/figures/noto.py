"""The vendored icons of Noto Emoji: one file of SVG bodies, each drawn through Skia's SVG reader."""

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


def names() -> frozenset[str]:
    """All icons that there are."""
    return frozenset(_icons())


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
    "bird black-bird bison boar camel two-hump-camel carousel-horse cow crocodile dodo donkey elephant goat goose hippopotamus horse kangaroo leopard mammoth mouse ox rabbit raccoon ram rat "
    "rhinoceros shark snail swan tiger turkey turtle water-buffalo whale spouting-whale zebra deer sauropod t-rex llama rooster bicycle motorcycle motor-scooter fire-engine tractor locomotive "
    "automobile ambulance delivery-truck articulated-lorry taxi police-car racing-car pickup-truck sport-utility-vehicle minibus bullet-train high-speed-train skunk cat service-dog poodle lizard snake fish chipmunk "
    "giraffe eagle helicopter speedboat scorpion guide-dog dragon badger black-cat flamingo parrot phoenix".split()
)
RIGHT = frozenset("duck dove small-airplane rocket".split())
