"""Rooms: walls, floors in perspective, windows with the hour's sky, and what each kind of room holds."""

from __future__ import annotations

from random import Random

from pipelines.illustrator.color import lighter, mix, rgb
from pipelines.illustrator.furniture import bed, board, counter, curtain, fireplace, hanging_lamp, picture, put, shelf, sky_window, sofa, table
from pipelines.illustrator.pen import Pen
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.shapes import arch, box, oval, poly, smooth, strokes, union
from pipelines.illustrator.stage import Stage


def shell(
    stage: Stage, wall: str, floor: str, pattern: str, *, high: float = 0.62, boards: bool = True, checks: bool = False
) -> tuple[Pen, Pen, float, Random]:
    """Wall, skirting and floor; gives the wall's pen, the furniture's, the height of the wall's foot, and random numbers."""
    stage.set_horizon(high - 0.14, 0.9)
    rng, unit, foot = stage.rng("room"), stage.unit, stage.height * high
    pen = stage.pen("far", 0.04)
    whole = box(stage.left - 90, stage.top - 90, stage.right - stage.left + 180, stage.bottom - stage.top + 180)
    pen.fade(whole, (0, stage.top), (0, foot), [(lighter(rgb(wall), -0.3), 1), (wall, 1), (lighter(rgb(wall), 0.06), 1)])
    if pattern == "planks":
        x = stage.left
        while x < stage.right:
            wide = unit * rng.uniform(0.07, 0.1)
            pen.fill(box(x, stage.top, wide, foot - stage.top), lighter(rgb(wall), rng.uniform(-0.14, 0.1)), 0.6)
            pen.fill(box(x, stage.top, unit * 0.003, foot - stage.top), lighter(rgb(wall), -0.45), 0.7)
            pen.fill(strokes([(x + wide * 0.5, rng.uniform(stage.top, foot), wide * 0.4) for _ in range(4)], unit * 0.003), lighter(rgb(wall), -0.35), 0.5)
            x += wide
    elif pattern in ("brick", "stone"):
        size = unit * (0.05 if pattern == "brick" else 0.11)
        y, row = foot, 0
        while y > stage.top:
            x = stage.left - (size if row % 2 else 0)
            while x < stage.right:
                wide = size * (2 if pattern == "brick" else rng.uniform(1.2, 2.0))
                if rng.random() < 0.5:
                    pen.fill(box(x + 1, y - size + 1, wide - 2, size - 2, size * 0.12), lighter(rgb(wall), rng.uniform(-0.2, 0.16)), 0.5)
                x += wide
            pen.fill(box(stage.left, y - size, stage.right - stage.left, max(1.0, unit * 0.002)), lighter(rgb(wall), -0.3), 0.5)
            y, row = y - size, row + 1
    elif pattern == "tiles":
        lines = [box(x * unit * 0.06 + stage.left, stage.top, unit * 0.002, foot - stage.top) for x in range(48)] + [
            box(stage.left, foot - y * unit * 0.06, stage.right - stage.left, unit * 0.002) for y in range(18)
        ]
        pen.fill(union(lines), lighter(rgb(wall), -0.25), 0.4)
    elif pattern == "paper":
        pen.fill(union([box(stage.left + k * unit * 0.08, stage.top, unit * 0.03, foot - stage.top) for k in range(40)]), lighter(rgb(wall), 0.14), 0.4)
    ground = stage.pen("ground", 0.0)
    y0 = foot + unit * 0.004
    area = box(stage.left - 60, y0, stage.right - stage.left + 120, stage.bottom - y0 + 60)
    ground.fade(area, (0, y0), (0, stage.height), [(lighter(rgb(floor), -0.16), 1), (floor, 1), (lighter(rgb(floor), -0.12), 1)])
    cx = stage.width / 2
    if boards:
        seams = union(
            [
                poly(
                    [
                        (cx + k * unit * 0.09, y0),
                        (cx + k * unit * 0.09 + unit * 0.002, y0),
                        (cx + k * unit * 0.2 + unit * 0.006, stage.bottom),
                        (cx + k * unit * 0.2, stage.bottom),
                    ]
                )
                for k in range(-24, 25)
            ]
        )
        ground.fill(seams, lighter(rgb(floor), -0.4), 0.55)
        ground.fill(
            strokes(
                [(rng.uniform(stage.left, stage.right), y0 + (stage.bottom - y0) * rng.random(), unit * rng.uniform(0.05, 0.14)) for _ in range(40)],
                unit * 0.002,
            ),
            lighter(rgb(floor), -0.3),
            0.4,
        )
    else:
        rows = [y0 + (stage.bottom - y0) * (k / 8) ** 1.6 for k in range(9)]
        for row in range(8):
            for k in range(-13, 13):
                if not checks and (row + k) % 3:
                    continue
                if (row + k) % 2 and checks:
                    continue
                spread0, spread1 = (unit * (0.1 + 0.13 * (y - y0) / max(1.0, stage.bottom - y0)) for y in (rows[row], rows[row + 1]))
                quad = poly(
                    [
                        (cx + k * spread0, rows[row]),
                        (cx + (k + 1) * spread0, rows[row]),
                        (cx + (k + 1) * spread1, rows[row + 1]),
                        (cx + k * spread1, rows[row + 1]),
                    ]
                )
                ground.fill(quad, lighter(rgb(floor), -0.3 if checks else 0.1), 0.6 if checks else 0.35)
    ground.fill(box(stage.left, y0 - unit * 0.024, stage.right - stage.left, unit * 0.026), lighter(rgb(wall), -0.35))
    cornice = stage.pen("mid", 0.0, 0.8)  # nearer than the wall: the room has depth
    cornice.form(box(stage.left - 60, stage.top - 60, stage.right - stage.left + 120, stage.height * 0.035 - stage.top + 60), lighter(rgb(wall), -0.3))
    pen.mist(stage.left, stage.right, foot - unit * 0.2, foot + unit * 0.02, 0.2, mix(rgb(wall), (0.1, 0.08, 0.1), 0.8))
    return pen, stage.pen("ground", 0.0), foot + unit * 0.03, rng  # furniture stands on the floor: the same layer


def daylight(stage: Stage, x: float, y: float, wide: float, foot: float) -> None:
    """The patch and shaft of light that a window throws into the room."""
    light, pen, unit = stage.light, stage.pen("ground"), stage.unit
    color, strength = (lighter(light.horizon, 0.25), 0.34) if light.lamps < 0.5 else (rgb("#9fb8ea"), 0.2)
    lean = -light.side * unit * 0.3
    patch = poly(
        [
            (x + lean * 0.6, foot + unit * 0.02),
            (x + wide + lean * 0.6, foot + unit * 0.02),
            (x + wide + lean * 1.3 + unit * 0.05, foot + unit * 0.22),
            (x + lean * 1.3 - unit * 0.05, foot + unit * 0.22),
        ]
    )
    pen.later(lambda: pen.fade(patch, (x, foot), (x, foot + unit * 0.22), [(color, strength), (color, strength * 0.5)], emits=True))
    shaft = poly([(x, y), (x + wide, y), (x + wide + lean * 1.2, foot + unit * 0.2), (x + lean * 1.2 - unit * 0.04, foot + unit * 0.2)])
    pen.later(lambda: pen.fade(shaft, (x, y), (x + lean, foot + unit * 0.2), [(color, strength * 0.55), (color, 0.0)], emits=True))


def windows(
    stage: Stage,
    pen: Pen,
    foot: float,
    spots: tuple[float, ...],
    wide: float = 0.2,
    high: float = 0.28,
    *,
    round_top: bool = False,
    drapes: str = "",
    frame: str = "#e8ddc8",
) -> None:
    """Windows along the wall, at fractions of the width."""
    unit = stage.unit
    for spot in spots:
        x, y = stage.width * spot - unit * wide / 2, foot - unit * (high + 0.2)
        sky_window(pen, x, y, unit * wide, unit * high, round_top=round_top, frame=frame)
        if drapes:
            curtain(pen, x - unit * 0.05, y - unit * 0.04, y + unit * (high + 0.06), unit * 0.09, drapes, 1)
            curtain(pen, x + unit * (wide + 0.05), y - unit * 0.04, y + unit * (high + 0.06), unit * 0.09, drapes, -1)
            pen.fill(box(x - unit * 0.07, y - unit * 0.052, unit * (wide + 0.14), unit * 0.012), "#8a6a3a")
        daylight(stage, x, y, unit * wide, foot)


def lamp_light(stage: Stage, spots: tuple[float, ...] = (0.5,), *, chandelier: bool = False) -> None:
    """Ceiling lamps, lit in the evening."""
    pen = stage.pen("mid")
    for spot in spots:
        hanging_lamp(pen, stage.width * spot, stage.top - 30, stage.height * 0.09, stage.unit * (0.1 if chandelier else 0.07), chandelier=chandelier)
    if stage.light.lamps > 0.4:
        stage.pen("ground").glow(stage.width / 2, stage.feet, stage.unit * 0.6, "#ffd08a", 0.22)


def rug(stage: Stage, color: str) -> None:
    """An oval rug where people stand."""
    pen, unit = stage.pen("ground"), stage.unit
    for reach, tone in ((0.56, color), (0.5, "#efe2c4"), (0.47, color), (0.3, lighter(rgb(color), 0.2))):
        pen.fill(oval(stage.width / 2, stage.feet - unit * 0.02, unit * reach, unit * reach * 0.17), tone)


def edge(stage: Stage, color: str = "#4a3428") -> None:
    """A dark chair back or post at the picture's corner, for depth."""
    pen, unit = stage.pen("front", 0.0, 0.4), stage.unit
    x, y = stage.width * 0.98, stage.height + stage.bleed_y
    pen.form(
        union(
            [
                box(x - unit * 0.1, y - unit * 0.3, unit * 0.02, unit * 0.4),
                box(x + unit * 0.06, y - unit * 0.3, unit * 0.02, unit * 0.4),
                box(x - unit * 0.1, y - unit * 0.3, unit * 0.18, unit * 0.03),
                box(x - unit * 0.1, y - unit * 0.22, unit * 0.18, unit * 0.03),
            ]
        ),
        color,
    )


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


@place("museum", "museum, gallery, art gallery, exhibition, exhibit, vault, treasury, treasure room", indoors=True)
def museum(stage: Stage) -> None:
    """Columns, framed pictures, things on plinths under light."""
    wall, pen, foot, rng = shell(stage, "#8a8fa0", "#a8a096", "", boards=False, checks=True)
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.5,), 0.22, 0.4, round_top=True)
    for x in (0.27, 0.73):
        picture(wall, width * x, foot - unit * 0.38, unit * 0.26, unit * 0.3, rng)
    _columns(stage, pen, foot, (0.02, 0.4, 0.6, 0.98))
    for x, what in ((0.16, "vase"), (0.84, "dinosaur")):
        pen.form(box(width * x - unit * 0.08, foot - unit * 0.16, unit * 0.16, unit * 0.2), "#e0d8c8")
        put(pen, what, width * x, foot - unit * 0.16, unit * 0.18)
        cone = poly(
            [(width * x - unit * 0.02, stage.top), (width * x + unit * 0.02, stage.top), (width * x + unit * 0.16, foot), (width * x - unit * 0.16, foot)]
        )
        pen.later(lambda cone=cone: pen.fade(cone, (0, stage.top), (0, foot), [("#fff4d0", 0.4), ("#fff4d0", 0.05)], emits=True))


def _columns(stage: Stage, pen: Pen, foot: float, spots: tuple[float, ...], color: str = "#cfc7ba") -> None:
    unit = stage.unit
    for spot in spots:
        x, wide = stage.width * spot, unit * 0.075
        pen.form(box(x - wide / 2, stage.top - 40, wide, foot - stage.top + 50), color, round_=1.8)
        pen.fill(union([box(x - wide * 0.3 + wide * 0.2 * k, stage.top, wide * 0.04, foot - stage.top) for k in range(4)]), lighter(rgb(color), -0.25), 0.5)
        pen.form(box(x - wide * 0.75, foot - unit * 0.03, wide * 1.5, unit * 0.05), color)


@place(
    "castle hall",
    "castle hall, hall, great hall, throne room, throne, ballroom, palace hall, banquet hall, royal court, "
    "castle room, church interior, cathedral interior, chapel, council chamber",
    indoors=True,
)
def castle_hall(stage: Stage) -> None:
    """A stone hall: tall windows, banners, torches, a throne on its steps."""
    wall, pen, foot, _rng = shell(stage, "#8f8a88", "#8a7a70", "stone", boards=False)
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.26, 0.74), 0.15, 0.42, round_top=True, frame="#6f6a68")
    x = width * 0.5
    for k in range(3):
        pen.form(box(x - unit * (0.26 - 0.05 * k), foot - unit * 0.03 * k - unit * 0.02, unit * (0.52 - 0.1 * k), unit * 0.04), "#a39a90")
    back = smooth(
        [
            (x - unit * 0.09, foot - unit * 0.07),
            (x - unit * 0.1, foot - unit * 0.4),
            (x, foot - unit * 0.5),
            (x + unit * 0.1, foot - unit * 0.4),
            (x + unit * 0.09, foot - unit * 0.07),
        ]
    )
    pen.form(back, "#c29a3c")
    pen.form(box(x - unit * 0.065, foot - unit * 0.36, unit * 0.13, unit * 0.2, unit * 0.03), "#a03038")
    pen.form(box(x - unit * 0.09, foot - unit * 0.17, unit * 0.18, unit * 0.04), "#a03038")
    for s in (-1, 1):
        pen.form(box(x + s * unit * 0.1 - unit * 0.015, foot - unit * 0.24, unit * 0.03, unit * 0.18), "#c29a3c")
    _columns(stage, pen, foot, (0.06, 0.38, 0.62, 0.94), "#aaa39c")
    for spot, color in ((0.16, "#a03038"), (0.84, "#34508a")):
        bx, top = width * spot, stage.height * 0.06
        pen.form(
            poly(
                [
                    (bx - unit * 0.06, top),
                    (bx + unit * 0.06, top),
                    (bx + unit * 0.06, top + unit * 0.3),
                    (bx, top + unit * 0.25),
                    (bx - unit * 0.06, top + unit * 0.3),
                ]
            ),
            color,
        )
        put(pen, "crown", bx, top + unit * 0.17, unit * 0.06)
    for spot in (0.06, 0.38, 0.62, 0.94):
        tx, ty = width * spot, foot - unit * 0.3
        pen.fill(box(tx - unit * 0.008, ty, unit * 0.016, unit * 0.08), "#4a3428")
        flame = smooth([(tx - unit * 0.016, ty), (tx, ty - unit * 0.06), (tx + unit * 0.016, ty), (tx, ty + unit * 0.01)])
        pen.later(lambda flame=flame: pen.fill(flame, "#ffb04a", emits=True))
        pen.glow(tx, ty - unit * 0.02, unit * 0.24, "#ffb060", 0.75)
    ground = stage.pen("ground")
    ground.fade(
        poly([(x - unit * 0.1, foot), (x + unit * 0.1, foot), (x + unit * 0.34, stage.bottom), (x - unit * 0.34, stage.bottom)]),
        (0, foot),
        (0, stage.bottom),
        [("#8f2f38", 1), ("#a8383f", 1)],
    )
    lamp_light(stage, (0.5,), chandelier=True)


@place(
    "theatre stage", "theatre, theater, stage, concert hall, opera, concert, puppet theatre, cinema, circus ring, dance hall, show, talent show", indoors=True
)
def theatre(stage: Stage) -> None:
    """A stage between red curtains in the light of spots."""
    wall, pen, foot, _rng = shell(stage, "#3f3a5c", "#a8784a", "paper")
    unit, width = stage.unit, stage.width
    wall.glow(width * 0.5, foot - unit * 0.2, unit * 0.6, "#8f7fd0", 0.6)
    for k in range(9):
        wall.fill(
            smooth([(width * (0.1 * k + 0.02), foot), (width * (0.1 * k + 0.06), foot - unit * 0.16 * (1 + (k % 3))), (width * (0.1 * k + 0.14), foot)]),
            "#2f2c4a",
            0.6,
        )
    for s, x in ((1, stage.left), (-1, stage.right)):
        curtain(pen, x, stage.top - 40, foot + unit * 0.06, abs(x - width / 2) * 0.62, "#a02f38", s)
    pen.form(box(stage.left, stage.top - 60, stage.right - stage.left, stage.height * 0.1 - stage.top + 60), "#a02f38")
    for k in range(16):
        pen.form(
            smooth(
                [
                    (stage.left + k * (stage.right - stage.left) / 15 - unit * 0.1, stage.height * 0.08),
                    (stage.left + k * (stage.right - stage.left) / 15, stage.height * 0.19),
                    (stage.left + k * (stage.right - stage.left) / 15 + unit * 0.1, stage.height * 0.08),
                ]
            ),
            "#b53a42",
        )
    ground = stage.pen("ground")
    for x, lean, color in ((0.2, 0.26, "#ffe6b0"), (0.8, -0.26, "#ffd0e0"), (0.5, 0.0, "#fff4d8")):
        cone = poly(
            [
                (width * x - unit * 0.015, stage.top),
                (width * x + unit * 0.015, stage.top),
                (width * (x + lean) + unit * 0.2, stage.feet),
                (width * (x + lean) - unit * 0.2, stage.feet),
            ]
        )
        ground.later(lambda cone=cone, color=color: ground.fade(cone, (0, stage.top), (0, stage.feet), [(color, 0.34), (color, 0.1)], emits=True))
        ground.later(lambda x=x, lean=lean, color=color: ground.fill(oval(width * (x + lean), stage.feet, unit * 0.2, unit * 0.035), color, 0.3, emits=True))
    for k in range(14):
        ground.glow(width * k / 13, stage.height * 0.985, unit * 0.05, "#ffe0a0", 0.8)


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


@place("prison", "prison, jail, cell, dungeon, prison cell, cage", indoors=True)
def prison(stage: Stage) -> None:
    """A stone cell with a barred window and a cot."""
    wall, pen, foot, rng = shell(stage, "#77787c", "#6a6664", "stone", boards=False)
    unit, width = stage.unit, stage.width
    windows(stage, wall, foot, (0.52,), 0.16, 0.18, frame="#56575c")
    bars = union([box(width * 0.52 + unit * (-0.06 + 0.04 * k), foot - unit * 0.38, unit * 0.008, unit * 0.18) for k in range(4)])
    wall.fill(bars, "#2a2c32")
    bed(pen, width * 0.16, foot + unit * 0.04, unit * 0.44, rng, "#6a6f5c")
    put(pen, "bucket", width * 0.8, foot + unit * 0.04, unit * 0.1)
    pen.line(union([oval(width * 0.88, foot - unit * (0.34 - 0.03 * k), unit * 0.008, unit * 0.016) for k in range(7)]), "#3c3e44", unit * 0.005)
    front = stage.pen("front", 0.0, 0.5)
    for x in (-0.06, 0.0, 0.06, 0.94, 1.0, 1.06):
        front.form(box(width * x - unit * 0.012, stage.top - 40, unit * 0.024, stage.bottom - stage.top + 80), "#4a4c54", round_=1.6)


__all__ = ["arch"]
