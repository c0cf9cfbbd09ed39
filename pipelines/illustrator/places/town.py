"""Villages, streets, roofs, market and playground, and the paving and houses that they share."""

from __future__ import annotations

from pipelines.illustrator.buildings import block, fence, house, lamp_post, tiles, window
from pipelines.illustrator.color import lighter, rgb
from pipelines.illustrator.heaven import paint_sky, puddles
from pipelines.illustrator.monuments import church
from pipelines.illustrator.nature import GREENS, broadleaf, bush, flowers, grass, hills, plain
from pipelines.illustrator.pen import Pen
from pipelines.illustrator.places.coast import front_grass
from pipelines.illustrator.places.registry import place
from pipelines.illustrator.places.wild import ground_color
from pipelines.illustrator.shapes import blob, box, oval, poly, smooth, strokes, union
from pipelines.illustrator.stage import Stage


def paving(stage: Stage, color: str, top: float | None = None, *, cobbles: bool = True) -> Pen:
    """Paved ground in perspective: cobbles or slabs, wet in the rain."""
    pen, rng, unit = stage.pen("ground"), stage.rng("paving"), stage.unit
    y0 = stage.horizon if top is None else top
    color = ground_color(stage, color)
    pen.fade(
        box(stage.left, y0, stage.right - stage.left, stage.bottom - y0 + 60),
        (0, y0),
        (0, stage.height),
        [(lighter(rgb(color), 0.1), 1), (color, 1), (lighter(rgb(color), -0.22), 1)],
    )
    dark: list[tuple[float, float, float]] = []
    light: list[tuple[float, float, float]] = []
    y, row = y0 + unit * 0.008, 0
    while y < stage.bottom and row < 26:
        size = max(unit * 0.014, stage.scale_at(y) * (0.2 if cobbles else 0.6))
        x = stage.left + (size * 0.5 if row % 2 else 0)
        while x < stage.right:
            (dark if rng.random() < 0.55 else light).append((x, y, size * (0.86 if cobbles else 0.95)))
            x += size
        y, row = y + max(unit * 0.008, size * 0.32), row + 1
    pen.fill(strokes(dark, unit * 0.005 if cobbles else unit * 0.002), lighter(rgb(color), -0.26), 0.38)
    pen.fill(strokes(light, unit * 0.005 if cobbles else unit * 0.002), lighter(rgb(color), 0.2), 0.3)
    if stage.light.weather in ("rain", "storm"):
        pen.fade(
            box(stage.left, y0, stage.right - stage.left, stage.bottom - y0),
            (0, y0),
            (0, stage.height),
            [(stage.light.horizon, 0.35), (stage.light.middle, 0.12)],
            emits=True,
        )
    puddles(stage, 8)
    return pen


def row_of_houses(
    stage: Stage, name: str, foot: float, high: float, air: float, gap: float = 0.96, *, shop: bool = False, skip: tuple[float, float] | None = None
) -> None:
    """Houses side by side along a layer."""
    pen, rng, unit = stage.pen(name, air), stage.rng(f"houses {name} {foot}"), stage.unit
    x = stage.left
    while x < stage.right:
        tall = unit * high * rng.uniform(0.8, 1.25)
        wide = tall * rng.uniform(0.62, 0.9)
        if not (skip and skip[0] < (x + wide / 2) / stage.width < skip[1]):
            house(pen, x + wide / 2, foot, wide, tall, rng, snow=stage.light.weather == "snow", shop=shop and rng.random() < 0.6)
        x += wide * gap


@place(
    "village",
    "village, hamlet, small town, cottage, cottages, settlement, fishing village, house, home, farmhouse, countryside town, inn, suburb, neighborhood",
)
def village(stage: Stage) -> None:
    """Cottages along a lane, a church behind, gardens."""
    stage.set_horizon(0.54, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("village"), stage.unit
    hills(stage, "far", 0.09, 0.06, ground_color(stage, "#7d9f8a"), air=0.75)
    church(stage.pen("far", 0.5), stage.width * 0.55, stage.horizon + unit * 0.01, unit * 0.3, rng)
    row_of_houses(stage, "mid", stage.horizon + unit * 0.03, 0.16, 0.42, 1.3)
    row_of_houses(stage, "mid", stage.horizon + unit * 0.09, 0.3, 0.2, 1.15, skip=(0.34, 0.66))
    color = ground_color(stage, "#82a852")
    pen = plain(stage, color, stage.horizon + unit * 0.07, rough=0.008)
    lane = smooth(
        [
            (stage.width * 0.2, stage.bottom + 90),
            (stage.width * 0.44, stage.height * 0.8),
            (stage.width * 0.46, stage.horizon + unit * 0.08),
            (stage.width * 0.54, stage.horizon + unit * 0.08),
            (stage.width * 0.62, stage.height * 0.8),
            (stage.width * 0.9, stage.bottom + 90),
        ]
    )
    pen.fill(lane, ground_color(stage, "#d2ba8c"))
    for left, right in ((stage.left, stage.width * 0.27), (stage.width * 0.73, stage.right)):
        fence(pen, left, right, stage.horizon + unit * 0.15, unit * 0.055, "#cdb28a")
    for x in stage.spread(rng, 10):
        if not 0.3 < x / stage.width < 0.7:
            bush(pen, x, stage.horizon + unit * 0.16, unit * rng.uniform(0.06, 0.12), rng, rng.choice(GREENS), rng.choice((None, "#e8697b", "#f5d04c")))
    if stage.light.weather != "snow":
        grass(pen, stage, rng, 110, stage.horizon + unit * 0.12, stage.bottom, color)
        flowers(pen, stage, rng, 30, stage.horizon + unit * 0.2, stage.bottom)
    lamp_post(pen, stage.width * 0.29, stage.horizon + unit * 0.2, unit * 0.36)
    puddles(stage)
    front_grass(stage, "#557a34", 0.1)


@place(
    "town street",
    "town, street, town street, town square, square, alley, lane, main street, old town, cobbled street, bakery street, piazza, plaza, road, "
    "lisbon, porto, venice, rome, florence, paris, prague, vienna, amsterdam, edinburgh, seville, dublin, krakow, bruges",
)
def town_street(stage: Stage) -> None:
    """A cobbled street of tall houses and shops with lamps."""
    stage.set_horizon(0.54, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("town"), stage.unit
    row_of_houses(stage, "far", stage.horizon + unit * 0.02, 0.24, 0.6, 0.98)
    row_of_houses(stage, "mid", stage.horizon + unit * 0.08, 0.46, 0.2, 0.97, shop=True)
    pen = paving(stage, "#a89c90", stage.horizon + unit * 0.07)
    pen.fill(box(stage.left, stage.horizon + unit * 0.07, stage.right - stage.left, unit * 0.012), "#7d736a")
    for x in (0.1, 0.52, 0.92):
        lamp_post(pen, stage.width * x, stage.horizon + unit * 0.13, unit * 0.42)
    for x in (0.22, 0.8):
        cx, y = stage.width * x, stage.horizon + unit * 0.13
        pen.form(poly([(cx - unit * 0.04, y - unit * 0.05), (cx + unit * 0.04, y - unit * 0.05), (cx + unit * 0.03, y), (cx - unit * 0.03, y)]), "#a5643f")
        bush(pen, cx, y - unit * 0.045, unit * 0.1, rng, "#5d8f48", "#e8697b")
    edge_posts(stage)


def edge_posts(stage: Stage) -> None:
    """A dark lamp or wall corner at the picture's edge, for depth."""
    pen, unit = stage.pen("front", 0.0, 0.42), stage.unit
    pen.form(box(stage.width * 1.0 - unit * 0.02, stage.top, unit * 0.5, stage.bottom - stage.top), "#5a4c48")
    for row in range(12):
        pen.fill(box(stage.width - unit * 0.02, stage.top + row * unit * 0.14, unit * 0.1, unit * 0.012), "#3c322f", 0.7)
    pen.form(
        union([box(stage.width * -0.02, stage.height * 0.2, unit * 0.018, stage.bottom), oval(0, stage.height * 0.19, unit * 0.03, unit * 0.03)]), "#3c4048"
    )


@place(
    "city street",
    "city, city street, downtown, metropolis, skyline, skyscraper, skyscrapers, apartment building, apartment block, tower block, "
    "office building, high-rise, building, avenue, london, manhattan, berlin, chicago, houston,  big city, traffic, "
    "cyberpunk city, future city, boulevard, new york, tokyo, traffic jam, bus stop",
)
def city_street(stage: Stage) -> None:
    """Towers behind towers, a wide street with markings."""
    stage.set_horizon(0.56, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("city"), stage.unit
    for name, air, count, low, tall, colors in (
        ("far", 0.75, 22, 0.2, 0.46, ("#7c8ba0",)),
        ("far", 0.55, 15, 0.22, 0.54, ("#6f7f96", "#8a8796")),
        ("mid", 0.24, 8, 0.3, 0.62, ("#5f6b80", "#8a6f66", "#6f7a78", "#7d7488")),
    ):
        pen = stage.pen(name, air)
        for x in stage.spread(rng, count):
            block(
                pen,
                x,
                stage.horizon + unit * 0.08,
                unit * rng.uniform(0.12, 0.2) * (1.4 if name == "mid" else 1),
                unit * rng.uniform(low, tall),
                rng,
                rng.choice(colors),
                detail=air < 0.7,
            )
        pen.mist(stage.left, stage.right, stage.horizon - unit * 0.35, stage.horizon + unit * 0.1, 0.4)
    pen = stage.pen("mid", 0.16)
    for x in stage.spread(rng, 7):
        wide = unit * 0.2
        pen.form(box(x - wide / 2, stage.horizon - unit * 0.06, wide, unit * 0.15), rng.choice(("#8f5f52", "#5f7482", "#7a7466")))
        window(pen, x - wide * 0.4, stage.horizon + unit * 0.0, wide * 0.5, unit * 0.06, rng, lit=1.0)
        sign = rng.choice(("#ff4f8a", "#3fd6e8", "#ffc04a", "#8a6cff"))
        bar = box(x - wide * 0.4, stage.horizon - unit * 0.035, wide * 0.7, unit * 0.022, unit * 0.006)
        pen.fill(bar, sign)
        if stage.light.lamps > 0.3:
            pen.later(lambda bar=bar, sign=sign: pen.fill(bar, lighter(rgb(sign), 0.25), emits=True))
            pen.glow(x - wide * 0.05, stage.horizon - unit * 0.02, unit * 0.12, sign, 0.5)
    top = stage.horizon + unit * 0.08
    pen = paving(stage, "#9a9a9e", top, cobbles=False)
    road = poly([(stage.left, top + unit * 0.06), (stage.right, top + unit * 0.06), (stage.right, stage.bottom), (stage.left, stage.bottom)])
    pen.fade(road, (0, top), (0, stage.height), [("#5a5c64", 1), ("#45474f", 1)])
    for x in range(-4, 8):
        cx = stage.width * (0.1 + 0.2 * x)
        pen.fill(
            poly(
                [
                    (cx, stage.feet - unit * 0.06),
                    (cx + unit * 0.1, stage.feet - unit * 0.06),
                    (cx + unit * 0.09, stage.feet - unit * 0.045),
                    (cx - unit * 0.015, stage.feet - unit * 0.045),
                ]
            ),
            "#d9d4c0",
            0.8,
        )
    if stage.light.lamps > 0.4:
        for x in stage.spread(rng, 8):
            pen.glow(x, stage.feet, unit * 0.16, rng.choice(("#ff4f8a", "#3fd6e8", "#ffc04a")), 0.16)
    for x in (0.06, 0.48, 0.94):
        lamp_post(pen, stage.width * x, top + unit * 0.05, unit * 0.46)
    puddles(stage, 8)
    edge_posts(stage)


@place("rooftops", "rooftop, rooftops, roof, chimney, balcony, terrace, over the city")
def rooftops(stage: Stage) -> None:
    """Over the roofs of a town; a flat roof to stand on."""
    stage.set_horizon(0.58, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("roofs"), stage.unit
    pen = stage.pen("far", 0.7)
    for x in stage.spread(rng, 24):
        block(pen, x, stage.horizon + unit * 0.1, unit * rng.uniform(0.08, 0.14), unit * rng.uniform(0.12, 0.34), rng, "#7f8797", detail=False)
    row_of_houses(stage, "mid", stage.horizon + unit * 0.1, 0.2, 0.5, 0.9)
    row_of_houses(stage, "mid", stage.horizon + unit * 0.22, 0.28, 0.25, 0.95)
    pen = stage.pen("ground")
    y = stage.horizon + unit * 0.16
    pen.form(box(stage.left, y, stage.right - stage.left, stage.bottom - y + 60), "#9c6a52", drop=0.35)
    tiles(pen, stage.left, stage.right, y + unit * 0.03, stage.bottom, "#9c6a52", unit * 0.045)
    pen.form(box(stage.left, y - unit * 0.02, stage.right - stage.left, unit * 0.035), "#c9b59c")
    for x in (0.1, 0.9):
        cx = stage.width * x
        pen.form(box(cx - unit * 0.05, y - unit * 0.2, unit * 0.1, unit * 0.28), "#8f5a48")
        tiles(pen, cx - unit * 0.05, cx + unit * 0.04, y - unit * 0.2, y + unit * 0.08, "#8f5a48", unit * 0.02)
        for dx in (-0.03, 0.015):
            pen.form(box(cx + dx * unit, y - unit * 0.24, unit * 0.022, unit * 0.05), "#b5653c")
            for k in range(3):
                pen.fill(
                    oval(cx + (dx + 0.02 + 0.02 * k) * unit, y - unit * (0.28 + 0.05 * k), unit * (0.02 + 0.012 * k), unit * (0.015 + 0.008 * k)),
                    "#e8e8ea",
                    0.3,
                )


@place(
    "market", "market, marketplace, bazaar, fair, stalls, market stall, festival, carnival, circus, flea market, fairground, parade, souk, marrakesh, medina"
)
def market(stage: Stage) -> None:
    """Stalls with striped awnings, crates of fruit, bunting."""
    stage.set_horizon(0.52, 0.88)
    paint_sky(stage)
    rng, unit = stage.rng("market"), stage.unit
    row_of_houses(stage, "far", stage.horizon + unit * 0.03, 0.3, 0.5, 0.98)
    pen = stage.pen("mid", 0.14)
    foot = stage.horizon + unit * 0.14
    for x in stage.spread(rng, 6):
        wide, high = unit * 0.32, unit * 0.34
        stripe = rng.choice(("#c8493c", "#3f7f8f", "#d99a35", "#5f8f4a"))
        for dx in (-0.46, 0.44):
            pen.form(box(x + dx * wide, foot - high * 0.75, wide * 0.03, high * 0.75), "#7a5a40")
        pen.form(box(x - wide * 0.48, foot - high * 0.34, wide * 0.96, high * 0.34), "#a87a50")
        pen.fill(strokes([(x, foot - high * t, wide * 0.9) for t in (0.08, 0.17, 0.26)], unit * 0.003), "#6b4a30", 0.6)
        for k in range(12):
            color = rng.choice(("#d9402f", "#f0a030", "#7fae3c", "#f5d04c", "#8a4fa0"))
            pen.form(oval(x - wide * 0.42 + wide * 0.077 * k, foot - high * 0.37 - (unit * 0.012 if k % 2 else 0), unit * 0.014, unit * 0.014), color, rim=0)
        for k in range(7):
            ax = x - wide * 0.54 + wide * 1.08 * k / 7
            pen.form(
                poly(
                    [
                        (ax + wide * 0.03, foot - high),
                        (ax + wide * 0.14, foot - high),
                        (ax + wide * 0.155, foot - high * 0.72),
                        (ax + wide * 0.077, foot - high * 0.67),
                        (ax, foot - high * 0.72),
                    ]
                ),
                stripe if k % 2 else "#f3ead8",
                rim=0.3,
            )
    for k in range(26):
        t = k / 25
        bx, by = stage.left + (stage.right - stage.left) * t, stage.horizon - unit * 0.32 + unit * 0.07 * abs(((t * 4) % 1) - 0.5) * -2
        pen.fill(poly([(bx - unit * 0.014, by), (bx + unit * 0.014, by), (bx, by + unit * 0.035)]), ("#e8564f", "#f5d04c", "#4f9fd1", "#f3f0ea")[k % 4])
        if stage.light.lamps > 0.4:
            pen.glow(bx, by, unit * 0.05, "#ffd98a", 0.5)
    paving(stage, "#c2ab88", foot - unit * 0.005)


@place("playground", "playground, school yard, schoolyard, park playground, sandbox, swing, slide, kindergarten")
def playground(stage: Stage) -> None:
    """A swing, a slide and a sandpit in front of trees."""
    stage.set_horizon(0.52, 0.87)
    paint_sky(stage)
    rng, unit = stage.rng("playground"), stage.unit
    row_of_houses(stage, "far", stage.horizon + unit * 0.02, 0.18, 0.6, 1.2)
    pen = stage.pen("mid", 0.26)
    for x in stage.spread(rng, 9):
        broadleaf(pen, x, stage.horizon + unit * 0.06, unit * rng.uniform(0.18, 0.3), rng, rng.choice(GREENS))
    fence(pen, stage.left, stage.right, stage.horizon + unit * 0.08, unit * 0.06, "#e0d4b8")
    color = ground_color(stage, "#8ab552")
    pen = plain(stage, color, stage.horizon + unit * 0.07, rough=0.006)
    pen.fill(blob(stage.width * 0.5, stage.feet, unit * 0.6, unit * 0.1, rng, 0.1, 12), "#e6cf98")
    y, x = stage.feet - unit * 0.13, stage.width * 0.14
    pen.line(
        union(
            [
                poly([(x - unit * 0.16, y), (x - unit * 0.1, y - unit * 0.34), (x - unit * 0.04, y)], False),
                poly([(x + unit * 0.12, y), (x + unit * 0.18, y - unit * 0.34), (x + unit * 0.24, y)], False),
                poly([(x - unit * 0.12, y - unit * 0.34), (x + unit * 0.2, y - unit * 0.34)], False),
            ]
        ),
        "#c8493c",
        unit * 0.014,
    )
    for dx in (-0.02, 0.1):
        pen.line(
            union(
                [
                    poly([(x + dx * unit - unit * 0.025, y - unit * 0.34), (x + dx * unit - unit * 0.025, y - unit * 0.08)], False),
                    poly([(x + dx * unit + unit * 0.025, y - unit * 0.34), (x + dx * unit + unit * 0.025, y - unit * 0.08)], False),
                ]
            ),
            "#6a6f78",
            unit * 0.004,
        )
        pen.form(box(x + (dx - 0.035) * unit, y - unit * 0.08, unit * 0.07, unit * 0.014), "#3f7fa0")
    x = stage.width * 0.88
    pen.form(
        smooth(
            [
                (x - unit * 0.2, y + unit * 0.02),
                (x - unit * 0.14, y - unit * 0.01),
                (x + unit * 0.02, y - unit * 0.28),
                (x + unit * 0.06, y - unit * 0.28),
                (x + unit * 0.06, y - unit * 0.24),
                (x - unit * 0.1, y + unit * 0.03),
            ]
        ),
        "#f0a83c",
    )
    pen.line(
        union(
            [
                poly([(x + unit * 0.06, y - unit * 0.3), (x + unit * 0.1, y + unit * 0.02)], False),
                poly([(x + unit * 0.11, y - unit * 0.3), (x + unit * 0.15, y + unit * 0.02)], False),
            ]
        ),
        "#3f7fa0",
        unit * 0.01,
    )
    grass(pen, stage, rng, 90, stage.horizon + unit * 0.1, stage.bottom, color)
    puddles(stage)
    front_grass(stage, "#557a34", 0.1)
