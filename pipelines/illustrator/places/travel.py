"""Where one leaves and arrives: harbour, ship deck, bridge, railway station."""

from __future__ import annotations

import skia

from pipelines.illustrator.buildings import lamp_post, tiles, window
from pipelines.illustrator.heaven import paint_sky, puddles
from pipelines.illustrator.monuments import lighthouse, ship
from pipelines.illustrator.nature import hills, sea
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.town import paving, row_of_houses
from pipelines.illustrator.places.wild import ground_color
from pipelines.illustrator.shapes import box, oval, poly, smooth, union
from pipelines.illustrator.stage import Stage


@place("harbour", "harbour, harbor, port, dock, docks, pier, wharf, quay, marina, jetty, fishing boat, boatyard, lighthouse")
def harbour(stage: Stage) -> None:
    """A quay with bollards and crates, boats on the water, a lighthouse on the mole."""
    stage.set_horizon(0.5, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("harbour"), stage.unit
    side = rng.choice((0.14, 0.86))
    hills(stage, "far", 0.05, 0.05, "#7088a0", air=0.8)
    row_of_houses(stage, "far", stage.horizon + unit * 0.01, 0.12, 0.5, 1.0)
    lighthouse(stage.pen("far", 0.3), stage.width * side, stage.horizon + unit * 0.03, unit * 0.42, rng)
    near = stage.horizon + (stage.feet - stage.horizon) * 0.55
    sea(stage, "mid", stage.horizon + unit * 0.015, stage.bottom, "#35788f")
    stage.water = (stage.horizon + unit * 0.02, near)
    ship(stage.pen("mid", 0.3), stage.width * (1 - side), stage.horizon + unit * 0.1, unit * 0.36, rng)
    pen = stage.pen("mid", 0.2)
    for x in (0.36, 0.56):
        cx, y = stage.width * x, stage.horizon + unit * rng.uniform(0.06, 0.12)
        pen.form(
            smooth(
                [
                    (cx - unit * 0.07, y - unit * 0.025),
                    (cx + unit * 0.08, y - unit * 0.03),
                    (cx + unit * 0.05, y + unit * 0.012),
                    (cx - unit * 0.05, y + unit * 0.012),
                ]
            ),
            rng.choice(("#c8493c", "#3f7f8f")),
        )
        pen.line(poly([(cx, y - unit * 0.02), (cx, y - unit * 0.13)], False), "#5a4030", unit * 0.004)
    pen = stage.pen("ground")
    pen.form(box(stage.left, near, stage.right - stage.left, stage.bottom - near + 60), ground_color(stage, "#a8835c"), drop=0.4)
    for k in range(11):
        y = near + (stage.bottom - near) * (k / 11) ** 1.3
        pen.fill(box(stage.left, y, stage.right - stage.left, unit * 0.004), "#6b4c34", 0.6)
    for x in stage.spread(rng, 7):
        pen.form(box(x - unit * 0.018, near - unit * 0.05, unit * 0.036, unit * 0.08, unit * 0.01), "#5c4634")
    for x in (0.07, 0.16, 0.9):
        cx, size, y = stage.width * x, unit * 0.1, stage.feet - unit * 0.06
        pen.form(box(cx - size / 2, y - size, size, size), "#b98f5c")
        pen.line(union([poly([(cx - size / 2, y), (cx + size / 2, y - size)], False), box(cx - size / 2, y - size, size, size)]), "#7a5a38", unit * 0.006)
    lamp_post(pen, stage.width * 0.82, near + unit * 0.06, unit * 0.42)
    puddles(stage, 4)
    pen = stage.pen("front", 0.0, 0.45)
    for x in (0.01, 0.98):
        pen.form(box(stage.width * x - unit * 0.04, stage.height * 0.8, unit * 0.08, stage.bottom, unit * 0.02), "#5c4634")


@place("ship deck", "ship, deck, ship deck, boat deck, on board, pirate ship, aboard, galleon, vessel, ferry, yacht")
def ship_deck(stage: Stage) -> None:
    """A deck at sea: planks, rail, mast, rigging and a sail."""
    stage.set_horizon(0.5, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("deck"), stage.unit
    wild = 0.05 if stage.light.weather in ("storm", "wind") else 0.014
    sea(stage, "far", stage.horizon, stage.bottom, "#2f749a", swell=wild)
    y = stage.horizon + unit * 0.14
    pen = stage.pen("mid", 0.1)
    for x in stage.spread(rng, 16):
        pen.form(
            smooth(
                [
                    (x - unit * 0.012, y + unit * 0.02),
                    (x - unit * 0.02, y - unit * 0.04),
                    (x - unit * 0.008, y - unit * 0.09),
                    (x + unit * 0.008, y - unit * 0.09),
                    (x + unit * 0.02, y - unit * 0.04),
                    (x + unit * 0.012, y + unit * 0.02),
                ]
            ),
            "#9c7048",
        )
    pen.form(box(stage.left, y - unit * 0.11, stage.right - stage.left, unit * 0.026), "#7a5234")
    mast = stage.width * 0.84
    pen.form(box(mast - unit * 0.03, stage.top - 40, unit * 0.06, y - stage.top + unit * 0.1 + 40), "#8a6140", round_=1.6)
    pen.form(
        smooth(
            [
                (mast - unit * 0.42, stage.top - unit * 0.1),
                (mast + unit * 0.42, stage.top - unit * 0.1),
                (mast + unit * 0.36, stage.height * 0.22),
                (mast, stage.height * 0.28),
                (mast - unit * 0.44, stage.height * 0.24),
            ]
        ),
        "#efe3c8",
    )
    ropes = union([poly([(mast, stage.top), (stage.width * t, y - unit * 0.1)], False) for t in (-0.1, 0.04, 0.18, 1.1, 1.02)])
    pen.line(ropes, "#5a4634", unit * 0.004)
    for k in range(7):
        t = k / 7
        pen.line(
            poly(
                [
                    (mast + (stage.width * 0.04 - mast) * (0.5 + t * 0.5), stage.top + (y - stage.top) * (0.5 + t * 0.48)),
                    (mast + (stage.width * 0.18 - mast) * (0.5 + t * 0.5), stage.top + (y - stage.top) * (0.5 + t * 0.48)),
                ],
                False,
            ),
            "#5a4634",
            unit * 0.003,
        )
    pen = stage.pen("ground")
    pen.form(box(stage.left, y, stage.right - stage.left, stage.bottom - y + 60), "#b58a5c", drop=0.35)
    cx, planks = stage.width / 2, skia.Path()
    for k in range(-22, 23):
        planks.addPath(
            poly(
                [
                    (cx + k * unit * 0.07, y),
                    (cx + k * unit * 0.07 + unit * 0.003, y),
                    (cx + k * unit * 0.17 + unit * 0.008, stage.bottom),
                    (cx + k * unit * 0.17, stage.bottom),
                ]
            )
        )
    pen.fill(planks, "#6b4a30", 0.6)
    for x in (0.08, 0.95):
        bx, by = stage.width * x, stage.feet - unit * 0.03
        pen.form(
            smooth(
                [
                    (bx - unit * 0.05, by),
                    (bx - unit * 0.07, by - unit * 0.09),
                    (bx - unit * 0.05, by - unit * 0.18),
                    (bx + unit * 0.05, by - unit * 0.18),
                    (bx + unit * 0.07, by - unit * 0.09),
                    (bx + unit * 0.05, by),
                ]
            ),
            "#8a5c38",
            round_=1.4,
        )
        pen.fill(union([box(bx - unit * 0.062, by - unit * t, unit * 0.124, unit * 0.012) for t in (0.05, 0.14)]), "#3f3a3a")
    puddles(stage, 3)


@place("bridge", "bridge, stone bridge, river bridge, drawbridge, viaduct, footbridge")
def bridge(stage: Stage) -> None:
    """A stone bridge over water, its parapet behind those who cross."""
    stage.set_horizon(0.5, 0.87)
    paint_sky(stage)
    unit = stage.unit
    hills(stage, "far", 0.08, 0.06, "#7893a0", air=0.8)
    row_of_houses(stage, "far", stage.horizon + unit * 0.01, 0.14, 0.5, 1.1)
    sea(stage, "mid", stage.horizon + unit * 0.01, stage.bottom, "#3a7f98")
    deck = stage.horizon + unit * 0.17
    pen = stage.pen("ground")
    wall = skia.Path()
    wall.addRect(skia.Rect.MakeLTRB(stage.left, deck, stage.right, stage.bottom + 60))
    pen.form(box(stage.left, deck - unit * 0.1, stage.right - stage.left, unit * 0.12), "#b3a898")
    tiles(pen, stage.left, stage.right, deck - unit * 0.09, deck, "#b3a898", unit * 0.03)
    pen.form(box(stage.left, deck - unit * 0.115, stage.right - stage.left, unit * 0.022), "#cbbfae")
    paving(stage, "#b8aa98", deck)
    for x in (0.1, 0.9):
        lamp_post(pen, stage.width * x, deck + unit * 0.03, unit * 0.44)
    front = stage.pen("front", 0.0, 0.6)
    for k in range(5):
        ax = stage.width * (-0.1 + 0.26 * k)
        front.form(box(ax, stage.height + unit * 0.01, unit * 0.3, unit * 0.3), "#9a8f80")


@place("railway station", "station, railway station, train station, platform, train, railway, subway, metro, underground station, airport, tracks")
def railway(stage: Stage) -> None:
    """A platform under an iron roof, a train waiting."""
    stage.set_horizon(0.5, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("railway"), stage.unit
    row_of_houses(stage, "far", stage.horizon + unit * 0.03, 0.2, 0.6, 1.1)
    pen = stage.pen("mid", 0.14)
    foot, high = stage.horizon + unit * 0.11, unit * 0.27
    pen.form(box(stage.width * -0.3, foot - high, stage.width * 1.1, high, unit * 0.03), "#8f3a36", lift=0.2)
    pen.fill(box(stage.width * -0.3, foot - high * 0.42, stage.width * 1.1, high * 0.1), "#e8d8a8")
    x = stage.width * -0.26
    while x < stage.width * 0.76:
        window(pen, x, foot - high * 0.84, unit * 0.1, high * 0.34, rng, lit=0.9)
        x += unit * 0.14
    for k in range(14):
        pen.form(oval(stage.width * (-0.2 + 0.075 * k), foot + unit * 0.008, unit * 0.03, unit * 0.03), "#33363d")
    pen.form(box(stage.left, stage.top - 30, stage.right - stage.left, stage.height * 0.1 - stage.top + 30), "#4c5560")
    for x in stage.spread(rng, 6):
        pen.form(box(x - unit * 0.012, stage.top, unit * 0.024, foot - stage.top + unit * 0.06), "#4a5a60", round_=1.4)
        for s in (-1, 1):
            pen.line(
                smooth([(x, stage.height * 0.28), (x + s * unit * 0.04, stage.height * 0.14), (x + s * unit * 0.16, stage.height * 0.09)], False),
                "#4a5a60",
                unit * 0.012,
            )
    cx, cy = stage.width * 0.5, stage.height * 0.2
    pen.form(oval(cx, cy, unit * 0.06, unit * 0.06), "#3a4048")
    pen.fill(oval(cx, cy, unit * 0.05, unit * 0.05), "#f4efe0")
    pen.line(poly([(cx, cy - unit * 0.036), (cx, cy), (cx + unit * 0.024, cy + unit * 0.01)], False), "#2c3036", unit * 0.006)
    pen.glow(cx, cy, unit * 0.12, "#fff2c8", 0.3 * stage.light.lamps)
    pen = paving(stage, "#b0a89c", foot + unit * 0.035, cobbles=False)
    pen.fill(box(stage.left, foot + unit * 0.05, stage.right - stage.left, unit * 0.012), "#e6c74a")
    bench = stage.width * 0.88
    pen.form(
        union(
            [
                box(bench - unit * 0.12, stage.feet - unit * 0.13, unit * 0.24, unit * 0.02),
                box(bench - unit * 0.12, stage.feet - unit * 0.19, unit * 0.24, unit * 0.03),
                box(bench - unit * 0.1, stage.feet - unit * 0.13, unit * 0.015, unit * 0.1),
                box(bench + unit * 0.085, stage.feet - unit * 0.13, unit * 0.015, unit * 0.1),
            ]
        ),
        "#7a5436",
    )
