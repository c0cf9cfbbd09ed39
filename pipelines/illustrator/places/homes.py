"""Rooms in which one lives: kitchen, bedroom, living room, attic."""

from __future__ import annotations

from pipelines.illustrator.furniture import bed, board, counter, fireplace, picture, put, shelf, sky_window, sofa, table
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.rooms import daylight, edge, lamp_light, rug, shell, windows
from pipelines.illustrator.shapes import box, oval, poly, smooth, union
from pipelines.illustrator.stage import Stage


@place("kitchen", "kitchen, bakery, oven, pantry, scullery, cookhouse", indoors=True)
def kitchen(stage: Stage) -> None:
    """Cupboards, a stove, pots and plates."""
    wall, pen, foot, rng = shell(stage, "#e3cfa8", "#b98a60", "tiles", boards=False, checks=True)
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), drapes="#c8604a")
    counter(pen, width * 0.5, foot, unit * 1.9 + width * 0.3, unit * 0.2, "#6f9488", doors=9)
    for x, what in ((0.3, ("pot", "bowl", "cup", "jar")), (0.74, ("bread", "teapot", "plate", "honey"))):
        board(wall, width * x, foot - unit * 0.42, unit * 0.26, what, unit * 0.07, rng)
        board(pen, width * x, foot - unit * 0.213, unit * 0.26, (*what[::-1], "cheese"), unit * 0.075, rng)
    x = width * 0.94
    pen.form(box(x - unit * 0.13, foot - unit * 0.24, unit * 0.26, unit * 0.26), "#4a4f58")
    pen.fill(box(x - unit * 0.1, foot - unit * 0.16, unit * 0.2, unit * 0.12), "#2a2228")
    pen.glow(x, foot - unit * 0.1, unit * 0.22, "#ff9a4a", 0.6)
    put(pen, "cooking pot", x, foot - unit * 0.24, unit * 0.1)
    lamp_light(stage, (0.3, 0.7))
    edge(stage)


@place("bedroom", "bedroom, bed, nursery, dormitory, hotel room, chamber, bedchamber", indoors=True)
def bedroom(stage: Stage) -> None:
    """A bed under the window, a wardrobe, a rug."""
    wall, pen, foot, rng = shell(stage, "#9fb2c0", "#a9784f", "paper")
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.52,), drapes="#d9a44f")
    picture(wall, width * 0.8, foot - unit * 0.4, unit * 0.2, unit * 0.15, rng)
    bed(pen, width * 0.24, foot + unit * 0.05, unit * 0.56, rng, "#b5564a")
    counter(pen, width * 0.96, foot, unit * 0.34, unit * 0.52, "#8a5c3c", doors=2)
    table(pen, width * 0.68, foot + unit * 0.01, unit * 0.16, unit * 0.15)
    put(pen, "lamp", width * 0.68, foot - unit * 0.15, unit * 0.11)
    pen.glow(width * 0.68, foot - unit * 0.22, unit * 0.3, "#ffd98a", 0.7 * max(0.25, stage.light.lamps))
    rug(stage, "#7a4f6a")
    edge(stage)


@place("living room", "living room, parlor, parlour, lounge, sitting room, apartment, fireplace, room, indoors, family room, home interior", indoors=True)
def living_room(stage: Stage) -> None:
    """A fire, a sofa, pictures and books."""
    wall, pen, foot, rng = shell(stage, "#a86a54", "#9c6b44", "paper")
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), drapes="#3f6a64")
    picture(wall, width * 0.28, foot - unit * 0.5, unit * 0.2, unit * 0.16, rng)
    picture(wall, width * 0.7, foot - unit * 0.48, unit * 0.16, unit * 0.2, rng)
    fireplace(pen, width * 0.86, foot, unit * 0.34, rng)
    sofa(pen, width * 0.22, foot + unit * 0.05, unit * 0.52, "#4f7a78")
    shelf(pen, width * 0.0, foot, unit * 0.24, unit * 0.6, rng, 5, ("vase", "clock"))
    put(pen, "potted plant", width * 0.64, foot + unit * 0.02, unit * 0.2)
    rug(stage, "#a8433a")
    lamp_light(stage)
    edge(stage)


@place("attic", "attic, loft, garret, haunted house, storeroom, cellar, basement, old house, barn interior, warehouse", indoors=True)
def attic(stage: Stage) -> None:
    """Under the roof: beams, a round window, trunks and dust in the light."""
    wall, pen, foot, rng = shell(stage, "#80614a", "#7a5638", "planks")
    unit, width = stage.unit, stage.width
    x, y, size = width * 0.5, foot - unit * 0.36, unit * 0.22
    sky_window(wall, x - size / 2, y - size / 2, size, size, round_top=True, frame="#5a4030")
    daylight(stage, x - size / 2, y, size, foot)
    for s in (-1, 1):
        pen.form(
            poly(
                [
                    (x, stage.top - unit * 0.3),
                    (x + s * unit * 0.08, stage.top - unit * 0.3),
                    (x + s * width * 0.66, foot + unit * 0.03),
                    (x + s * (width * 0.66 - unit * 0.08), foot + unit * 0.03),
                ]
            ),
            "#5a4030",
        )
    pen.form(box(stage.left, stage.height * 0.1, stage.right - stage.left, unit * 0.05), "#5a4030")
    for cx, w in ((0.12, 0.26), (0.87, 0.22)):
        px = width * cx
        pen.form(box(px - unit * w / 2, foot - unit * 0.12, unit * w, unit * 0.15), "#7a4f34")
        pen.form(
            smooth(
                [
                    (px - unit * w / 2, foot - unit * 0.11),
                    (px - unit * w / 2, foot - unit * 0.19),
                    (px + unit * w / 2, foot - unit * 0.19),
                    (px + unit * w / 2, foot - unit * 0.11),
                ]
            ),
            "#8f5f3c",
        )
        pen.fill(
            union(
                [box(px - unit * w * 0.3, foot - unit * 0.17, unit * 0.02, unit * 0.2), box(px + unit * w * 0.24, foot - unit * 0.17, unit * 0.02, unit * 0.2)]
            ),
            "#c29a4a",
        )
    put(pen, "teddy bear", width * 0.28, foot + unit * 0.02, unit * 0.12)
    put(pen, "books", width * 0.72, foot + unit * 0.02, unit * 0.1)
    put(pen, "lantern", width * 0.12, foot - unit * 0.165, unit * 0.12)
    dust = union([oval(rng.gauss(width * 0.46, unit * 0.18), rng.uniform(y, stage.feet), unit * 0.0025, unit * 0.0025) for _ in range(60)])
    stage.pen("ground").later(lambda: stage.pen("ground").fill(dust, "#fff4d0", 0.6, emits=True))
