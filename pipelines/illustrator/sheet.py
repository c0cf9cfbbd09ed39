"""Contact sheets: `python -m pipelines.illustrator.sheet OUT.png [--places a,b] [--styles noir,…] [--times …] [--size WxH]`."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import cv2
import numpy as np
import yaml

from farm.specs import KeyframeSpec
from farm.types import Character, Item, Scene, Shot, Size, Style
from pipelines.illustrator.files import flatten
from pipelines.illustrator.paint import Painting, paint_keyframe
from pipelines.illustrator.places import PLACES

STYLES = Path(__file__).resolve().parents[2] / "farm" / "styles.yaml"


def styles() -> dict[str, Style]:
    """The farm's styles by slug."""
    raw = yaml.safe_load(STYLES.read_text(encoding="utf-8")) if STYLES.exists() else {}
    raw = raw.get("styles", raw) if isinstance(raw, dict) else {}
    return {slug: Style(slug=slug, **{key: value for key, value in entry.items() if key != "slug"}) for slug, entry in raw.items()}


def frame(
    place: str,
    style: Style,
    size: Size,
    time: str = "day",
    weather: str = "clear",
    framing: str = "medium",
    who: tuple[Character, ...] = (),
    items: tuple[Item, ...] = (),
    action: str = "",
    index: int = 0,
) -> Painting:
    """Paint one trial keyframe."""
    scene = Scene(key="s", title=place, place=place, time_of_day=time, weather=weather, indoors=place in PLACES and PLACES[place].indoors)  # type: ignore[arg-type]
    shot = Shot(index=index, scene="s", characters=tuple(one.key for one in who), items=tuple(one.key for one in items), action=action, framing=framing)  # type: ignore[arg-type]
    return paint_keyframe(KeyframeSpec(shot=shot, scene=scene, characters=who, items=items, prompt=place, style=style, size=size), {})


def vignetted(picture: np.ndarray, strength: float) -> np.ndarray:
    """The picture as the camera will darken its corners."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    fall = 1 - strength * np.clip((x * x + y * y) / 2, 0, 1) ** 1.5
    return (picture * fall[..., None]).astype(np.uint8)


def contact(pictures: list[tuple[str, np.ndarray]], columns: int) -> np.ndarray:
    """Pictures of one size in a grid, each with its caption."""
    height, width = pictures[0][1].shape[:2]
    rows = math.ceil(len(pictures) / columns)
    grid = np.full((rows * (height + 22), columns * (width + 6), 3), 28, np.uint8)
    for place, (caption, picture) in enumerate(pictures):
        x, y = (place % columns) * (width + 6), (place // columns) * (height + 22)
        grid[y : y + height, x : x + width] = picture
        cv2.putText(grid, caption, (x + 4, y + height + 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (225, 225, 225), 1, cv2.LINE_AA)
    return grid


def main() -> None:
    """Paint the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--places", default=",".join(PLACES))
    parser.add_argument("--styles", default="")
    parser.add_argument("--times", default="day")
    parser.add_argument("--weathers", default="clear")
    parser.add_argument("--framing", default="medium")
    parser.add_argument("--size", default="480x270")
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--who", default="")
    parser.add_argument("--action", default="walks")
    options = parser.parse_args()
    known = styles()
    wanted = [known[slug] for slug in options.styles.split(",") if slug in known] or [Style(slug="plain", name="Plain")]
    width, height = map(int, options.size.split("x"))
    size, pictures = Size(width=width, height=height), []
    who = tuple(Character(key=noun, name=noun, noun=noun, human=not noun.islower()) for noun in options.who.split(",") if noun)
    for place in options.places.split(","):
        for time in options.times.split(","):
            for weather in options.weathers.split(","):
                for style in wanted:
                    painting = frame(place, style, size, time, weather, options.framing, who, action=options.action)
                    took = " ".join(f"{key[0]}{value * 1000:.0f}" for key, value in painting.seconds.items())
                    pictures.append((f"{place}>{painting.place} {time} {weather} {style.slug} {took}", vignetted(flatten(painting), painting.vignette)))
    cv2.imwrite(str(options.out), contact(pictures, options.columns))


if __name__ == "__main__":
    main()
