"""Rooms in which one works, learns, buys, eats or is cured."""

from __future__ import annotations

from pipelines.illustrator.furniture import bed, board, counter, curtain, put, shelf, table
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.rooms import edge, lamp_light, rug, shell, windows
from pipelines.illustrator.shapes import box, union
from pipelines.illustrator.stage import Stage


@place(
    "workshop",
    "workshop, garage, forge, smithy, studio, clockmaker shop, clock shop, carpenter, workbench, shed, factory, "
    "toolshed, toymaker shop, atelier, inventor's workshop, watchmaker",
    indoors=True,
)
def workshop(stage: Stage) -> None:
    """A bench with work on it, tools and boards on a plank wall."""
    wall, pen, foot, rng = shell(stage, "#a8764a", "#7d5638", "planks")
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.52,), frame="#6b4a30")
    for x, what in ((0.2, ("clock", "gear", "hammer", "jar")), (0.82, ("wrench", "saw", "lantern", "gear"))):
        board(wall, width * x, foot - unit * 0.36, unit * 0.34, what, unit * 0.085, rng)
        board(wall, width * x, foot - unit * 0.52, unit * 0.34, what[::-1], unit * 0.075, rng)
    table(pen, width * 0.18, foot + unit * 0.05, unit * 0.5, unit * 0.2)
    for k, tool in enumerate(("gear", "screwdriver", "clock", "book")):
        put(pen, tool, width * 0.18 + unit * (-0.17 + 0.115 * k), foot - unit * 0.155, unit * 0.085)
    table(pen, width * 0.9, foot + unit * 0.05, unit * 0.44, unit * 0.2)
    put(pen, "toolbox", width * 0.88, foot - unit * 0.155, unit * 0.1)
    put(pen, "lantern", width * 0.96, foot - unit * 0.155, unit * 0.12)
    lamp_light(stage, (0.3, 0.72))
    edge(stage)


@place(
    "library", "library, bookshop, bookstore, archive, study, reading room, classroom, school, schoolroom, university, schoolhouse, lecture hall", indoors=True
)
def library(stage: Stage) -> None:
    """Shelves to the ceiling, a tall window, a desk with a lamp."""
    wall, pen, foot, rng = shell(stage, "#6f5544", "#8a5f3f", "planks")
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), 0.24, 0.38, round_top=True)
    for x in (-0.06, 0.11, 0.28, 0.72, 0.89, 1.06):
        shelf(wall if 0.2 < x < 0.8 else pen, width * x, foot, unit * 0.3, unit * 0.72, rng, 6, ("globe", "vase", "hourglass"))
    table(pen, width * 0.62, foot + unit * 0.05, unit * 0.3, unit * 0.17)
    put(pen, "books", width * 0.58, foot - unit * 0.13, unit * 0.08)
    put(pen, "candle", width * 0.66, foot - unit * 0.13, unit * 0.09)
    pen.glow(width * 0.66, foot - unit * 0.2, unit * 0.3, "#ffd98a", 0.7)
    rug(stage, "#7a3f3a")
    lamp_light(stage, (0.24, 0.76))
    edge(stage)


@place("laboratory", "laboratory, lab, science lab, research station, observatory, alchemist lab", indoors=True)
def laboratory(stage: Stage) -> None:
    """Benches with flasks that glow, screens, a microscope."""
    wall, pen, foot, rng = shell(stage, "#a9bcc0", "#8f9aa0", "tiles", boards=False)
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), 0.34, 0.24, frame="#dfe8ea")
    counter(pen, width * 0.5, foot, width + unit * 0.9, unit * 0.19, "#6a7f8a", "#dfe6e8", doors=8)
    for k, what in enumerate(("flask", "microscope", "test tube", "computer", "magnet", "flask", "telescope")):
        put(pen, what, width * (0.06 + 0.145 * k), foot - unit * 0.2, unit * 0.11)
    for x, color in ((0.14, "#7affa0"), (0.86, "#b58cff")):
        pen.glow(width * x, foot - unit * 0.25, unit * 0.22, color, 0.5)
    for x in (0.16, 0.84):
        board(wall, width * x, foot - unit * 0.42, unit * 0.34, ("flask", "jar", "book", "test tube"), unit * 0.09, rng)
    lamp_light(stage, (0.25, 0.75))


@place(
    "shop",
    "shop, store, grocery, bakery shop, toy shop, flower shop, antique shop, supermarket, boutique, pharmacy, candy store, bank, pet shop, post office",
    indoors=True,
)
def shop(stage: Stage) -> None:
    """A counter, shelves of wares, a window on the street."""
    wall, pen, foot, rng = shell(stage, "#d9b888", "#a67c52", "paper")
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), 0.36, 0.26)
    for x, what in ((0.12, ("teddy bear", "bread", "cake", "gift")), (0.88, ("basket", "jar", "doll", "apple"))):
        for row in range(3):
            board(wall, width * x, foot - unit * (0.26 + 0.14 * row), unit * 0.4, what[row:] + what[:row], unit * 0.1, rng)
    counter(pen, width * 0.24, foot + unit * 0.05, unit * 0.6, unit * 0.2, "#8f4f42", doors=4)
    put(pen, "scale", width * 0.2, foot - unit * 0.16, unit * 0.1)
    lamp_light(stage, (0.24, 0.5, 0.76))
    rug(stage, "#5f7a5a")


@place("restaurant", "restaurant, cafe, café, diner, tavern, pub, bar, canteen, coffee shop, dining room, saloon, pizzeria, dining hall", indoors=True)
def restaurant(stage: Stage) -> None:
    """Laid tables, a bar, low lamps."""
    wall, pen, foot, rng = shell(stage, "#8a4a40", "#7d5638", "brick")
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.34, 0.66), 0.2, 0.26, frame="#5a4030")
    board(wall, width * 0.06, foot - unit * 0.4, unit * 0.3, ("bottle", "wine glass", "teapot", "cup"), unit * 0.1, rng)
    board(wall, width * 0.94, foot - unit * 0.4, unit * 0.3, ("wine glass", "bottle", "cup", "jar"), unit * 0.1, rng)
    for x, foods in ((0.12, ("pizza", "wine glass")), (0.88, ("spaghetti", "cup"))):
        table(pen, width * x, foot + unit * 0.06, unit * 0.34, unit * 0.18, cloth="#f0e6d4")
        for k, food in enumerate(foods):
            put(pen, food, width * x + unit * (-0.07 + 0.14 * k), foot - unit * 0.125, unit * 0.075)
        pen.glow(width * x, foot - unit * 0.15, unit * 0.3, "#ffd08a", 0.4)
    lamp_light(stage, (0.12, 0.5, 0.88))
    edge(stage)


@place("hospital", "hospital, clinic, ward, doctor's office, operating room, surgery, veterinary clinic, sickroom", indoors=True)
def hospital(stage: Stage) -> None:
    """A bright ward with beds and curtains."""
    wall, pen, foot, rng = shell(stage, "#c4dcd6", "#a9b8b4", "tiles", boards=False)
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), 0.32, 0.26, frame="#f4f6f4")
    for x in (0.14, 0.88):
        bed(pen, width * x, foot + unit * 0.05, unit * 0.46, rng, "#7fb0c4")
        curtain(wall, width * x + unit * 0.26 * (1 if x < 0.5 else -1), stage.height * 0.1, foot, unit * 0.14, "#8fc0b0", 1 if x < 0.5 else -1)
    wall.fill(
        union(
            [
                box(width * 0.3 - unit * 0.015, foot - unit * 0.5, unit * 0.03, unit * 0.1),
                box(width * 0.3 - unit * 0.05, foot - unit * 0.465, unit * 0.1, unit * 0.03),
            ]
        ),
        "#d0453f",
    )
    put(pen, "stethoscope", width * 0.68, foot - unit * 0.2, unit * 0.1)
    lamp_light(stage, (0.3, 0.7))


@place(
    "office",
    "office, newsroom, newspaper office, police station, headquarters, courtroom, court, meeting room, desk, detective office, bureau, detective's office",
    indoors=True,
)
def office(stage: Stage) -> None:
    """Desks with screens and papers before a wide window."""
    wall, pen, foot, rng = shell(stage, "#8f9aa4", "#7d6a5a", "")
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), 0.5, 0.3, frame="#3f464e")
    for k in range(11):
        wall.fill(box(width * 0.5 - unit * 0.25, foot - unit * (0.49 - 0.016 * k), unit * 0.5, unit * 0.006), "#d9d4c8", 0.8)
    shelf(pen, width * 0.02, foot, unit * 0.3, unit * 0.6, rng, 5, ("trophy", "file folder"))
    put(wall, "map", width * 0.82, foot - unit * 0.34, unit * 0.16)
    for x in (0.22, 0.86):
        table(pen, width * x, foot + unit * 0.05, unit * 0.44, unit * 0.18, "#6b4a34")
        put(pen, "computer", width * x - unit * 0.09, foot - unit * 0.135, unit * 0.12)
        put(pen, "telephone", width * x + unit * 0.1, foot - unit * 0.135, unit * 0.06)
    put(pen, "potted plant", width * 0.68, foot + unit * 0.02, unit * 0.18)
    lamp_light(stage, (0.3, 0.7))
    edge(stage)
