"""How long a 1280×720 keyframe takes on one core, by style: `python benchmarks/keyframes.py` prints draw, filters, encode in ms.

The last lines have reference pictures (a face, a place, a logo): the first time they are cut out, later they are known.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2

from farm.specs import KeyframeSpec
from farm.types import Character, Item, Scene, Shot, Size
from pipelines.illustrator.files import flatten, timed_write
from pipelines.illustrator.paint import paint_keyframe
from pipelines.illustrator.sheet import frame, styles

PLACES = ("forest", "village", "library", "ocean")


def main() -> None:
    """Paint four places in every style twice and print the second, warm times."""
    cv2.setNumThreads(1)
    tom = Character(key="tom", name="Tom", noun="lighthouse keeper")
    whale = Character(key="whale", name="whale", noun="whale", human=False)
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'style':16}{'place':10}{'draw':>7}{'filters':>9}{'encode':>8}{'whole':>7}  MB")
        for slug, style in styles().items():
            for place in PLACES:
                for _ in range(2):
                    weather = "rain" if place == "ocean" else "clear"
                    painting = frame(place, style, Size(width=1280, height=720), weather=weather, who=(tom, whale), action="meets")
                    timed_write(painting, Path(folder, "p.png"), Path(folder, "l.zip"))
                took = painting.seconds
                size = Path(folder, "l.zip").stat().st_size / 1e6
                parts = "".join(f"{took[key] * 1000:8.0f}" for key in ("draw", "filters", "encode"))
                print(f"{slug:16}{place:10}{parts}{sum(took.values()) * 1000:7.0f}{size:5.1f}")
        references(Path(folder))


def references(folder: Path) -> None:
    """Paint one shot with pictures of its character, place and item, twice: these are portraits that the illustrator paints first."""
    style, size = styles()["storybook"], Size(width=1280, height=720)
    ann, files = Character(key="ann", name="Ann", noun="baker"), {}
    for key, place in (("ann", "meadow"), ("s", "village"), ("logo", "library")):
        files[f"reference.{key}"] = folder / f"{key}.png"
        cv2.imwrite(str(files[f"reference.{key}"]), flatten(frame(place, style, size, framing="close", who=(ann,))))
    shot = Shot(index=0, scene="s", characters=("ann",), items=("logo",), action="waves")
    scene, item = Scene(key="s", title="", place="meadow"), Item(key="logo", name="logo")
    spec = KeyframeSpec(shot=shot, scene=scene, characters=(ann,), items=(item,), prompt="", style=style, size=size)
    for note in ("cut out", "known"):
        took = paint_keyframe(spec, files).seconds
        print(f"{'references':16}{note:10}{took['draw'] * 1000:8.0f}{took['filters'] * 1000:8.0f}")


if __name__ == "__main__":
    main()
