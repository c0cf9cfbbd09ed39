"""Large rooms of stone: museum, castle hall, theatre, prison."""

from __future__ import annotations

from pipelines.illustrator.color import lighter, rgb
from pipelines.illustrator.furniture import bed, curtain, picture, put
from pipelines.illustrator.pen import Pen
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.rooms import lamp_light, shell, windows
from pipelines.illustrator.shapes import box, oval, poly, smooth, union
from pipelines.illustrator.stage import Stage


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
