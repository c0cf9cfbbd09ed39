"""Contact sheets of all figures, to be looked at.

    python -m pipelines.illustrator.figures.sheet -o FILE.png [--what people|poses|animals|beings|things] [--words "a, b, c"]

`--words` draws any nouns: as characters when they are alive, else as things; what has no picture is named below the sheet.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import skia

from farm.types import Character
from pipelines.illustrator.figures import animals, beings, cast, objects, people, things
from pipelines.illustrator.figures.drawing import Drawing
from pipelines.illustrator.figures.poses import POSES
from pipelines.meaning import kind

CELL, FIGURE, COLUMNS = (120, 190), 158, 14
ACTIONS = ("", "walks", "holds", "waves")
Named = tuple[str, Drawing]


def character(noun: str, **known: object) -> Character:
    """A character of a noun, as the screenwriter would hand it over."""
    human = kind(noun) not in ("animal", "artifact", "nature") and beings.find(noun) is None
    return Character.model_validate({"key": noun, "name": noun, "noun": noun, "human": human} | known)


def _people() -> Iterator[Named]:
    for index, noun in enumerate(cast.trades()):
        yield noun, cast.draw_character(character(noun, human=True), ACTIONS[index % 4], "happy" if index % 2 else "")


def _poses() -> Iterator[Named]:
    for index, pose in enumerate(POSES):
        yield (
            pose,
            people.draw(
                cast.look_of(character(("fisherman", "princess", "girl", "chef", "wizard", "old man")[index % 6], human=True)),
                pose,
                "happy" if index % 2 else "",
            ),
        )


def _animals() -> Iterator[Named]:
    for index, noun in enumerate([*animals.SPECIES, *animals.SMALL, *animals.HEIGHTS]):
        for pose in (
            ("stand", ("walk", "run", "leap", "sit", "sleep")[index % 5], ("cook", "read", "wave", "give", "dance")[index % 5])
            if noun in animals.SPECIES
            else ("stand",)
        ):
            if (drawing := animals.draw(noun, pose, "happy", {"scarf": "#c8343a"} if index % 3 == 0 else {}, None, noun)) is not None:
                yield f"{noun} {pose}", drawing


def _beings() -> Iterator[Named]:
    for noun in beings.BEINGS:
        for action in ("", "waves", "flies"):
            yield f"{noun} {action}", cast.draw_character(character(noun, human=False), action, "happy")


def _things() -> Iterator[Named]:
    for name in sorted(objects.NAMES):
        yield name, objects.draw(name)


KINDS = {"people": _people, "poses": _poses, "animals": _animals, "beings": _beings, "things": _things}


def words(nouns: list[str]) -> Iterator[Named]:
    """Any nouns: characters or things."""
    for index, noun in enumerate(nouns):
        if kind(noun) in ("person", "animal", "group") or beings.find(noun) or cast.own_trade(noun):
            yield noun, cast.draw_character(character(noun), ACTIONS[index % 4])
        elif (drawing := things.find(noun)) is not None:
            yield f"{noun} = {drawing.name}", drawing
        else:
            print(f"no picture: {noun}")


def draw(figures: list[Named], path: Path) -> None:
    """Draw figures into a PNG, each as large as its cell allows, its name below."""
    rows = -(-len(figures) // COLUMNS)
    surface = skia.Surface(COLUMNS * CELL[0], rows * CELL[1])
    canvas = surface.getCanvas()
    canvas.clear(0xFFBFD8E8)
    font, ink = skia.Font(skia.Typeface("sans"), 10), skia.Paint(Color=0xFF203040, AntiAlias=True)
    for index, (name, figure) in enumerate(figures):
        x, y = (index % COLUMNS + 0.5) * CELL[0], (index // COLUMNS + 1) * CELL[1] - 18
        figure.draw(canvas, x, y, min(FIGURE, (CELL[0] - 8) / figure.aspect))
        canvas.drawString(name[:22], x - CELL[0] / 2 + 3, y + 13, font, ink)
    surface.makeImageSnapshot().save(str(path), skia.kPNG)


def main() -> None:
    """Draw a sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--what", choices=[*KINDS, "all"], default="all")
    parser.add_argument("--words", default="")
    given = parser.parse_args()
    if given.words:
        draw(list(words([word.strip() for word in given.words.split(",")])), given.out)
        return
    draw([figure for name, every in KINDS.items() if given.what in (name, "all") for figure in every()], given.out)


if __name__ == "__main__":
    main()
