"""How long a 1280×720 keyframe takes on one core, by style: `python benchmarks/keyframes.py` prints draw, filters, encode in ms."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2

from farm.types import Character, Size
from pipelines.illustrator.files import timed_write
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


if __name__ == "__main__":
    main()
