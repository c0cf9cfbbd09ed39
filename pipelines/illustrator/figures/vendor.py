"""Take the icons that a story can use out of the Noto set, once; not needed to run the farm.

    python -m pipelines.illustrator.figures.vendor --noto FOLDER

FOLDER is the unpacked npm package `@iconify-json/noto` (icons.json, metadata.json). Writes art/noto.json.gz: for every icon its SVG body
and the box of what is visible in it (in the 128 units of its view).
"""
# ruff: noqa: E501, SIM905 - tables of words and coordinates read best a row a line

from __future__ import annotations

import argparse
import gzip
import json
import re
from pathlib import Path

import numpy as np
import skia

from pipelines.illustrator.figures.noto import document

CATEGORIES = ("Activities", "Animals & Nature", "Food & Drink", "Objects", "Travel & Places")
ALSO = [
    "bone",
    "brain",
    "eye",
    "footprints",
    "tooth",
    "anatomical-heart",
    "mechanical-arm",
    "mechanical-leg",
    "ghost",
    "skull",
    "hole",
    "collision",
    "red-heart",
    "love-letter",
    "broken-heart",
    "fight-cloud",
    "pirate-flag",
    "chequered-flag",
    "white-flag",
    "triangular-flag",
    "menorah",
    "sparkle",
    "place-of-worship",
    "wheelchair-symbol",
]
HEADS = (  # a head is no animal: these are drawn whole (animals.py)
    "bear polar-bear panda fox wolf lion frog koala hamster moose unicorn chicken cat-face dog-face cow-face horse-face pig-face pig-nose rabbit-face mouse-face "
    "tiger-face monkey-face dragon-face front-facing-baby-chick paw-prints microbe joker hear-no-evil-monkey"
).split()
NEVER = re.compile(
    r"-(oclock|thirty)$|-suit$|moon-face$|sun-with-face|^(level-slider|control-knobs|low-battery|globe-with-meridians|map-of-japan|love-hotel)$|speaker-"
)


def visible(body: str) -> tuple[float, float, float, float] | None:
    """The box of what an icon shows, in its own units; None when it shows nothing."""
    surface = skia.Surface(512, 512)
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    canvas.scale(4, 4)
    document(body).render(canvas)
    alpha = surface.makeImageSnapshot().toarray()[:, :, 3] > 24
    if not alpha.any():
        return None
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    return columns[0] / 4, rows[0] / 4, (columns[-1] + 1) / 4, (rows[-1] + 1) / 4


def main() -> None:
    """Write art/noto.json.gz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noto", type=Path, required=True)
    folder = parser.parse_args().noto
    icons = json.loads((folder / "icons.json").read_text())["icons"]
    categories = json.loads((folder / "metadata.json").read_text())["categories"]
    names = {name for category in CATEGORIES for name in categories[category]} | set(ALSO)
    kept = {}
    for name in sorted(names - set(HEADS)):
        if "skin-tone" in name or NEVER.search(name) or name not in icons:
            continue
        body = icons[name]["body"]
        if (box := visible(body)) is None:
            print("shows nothing:", name)
            continue
        kept[name] = {"body": body, "box": box}
    path = Path(__file__).parent / "art" / "noto.json.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(kept, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{len(kept)} icons, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
