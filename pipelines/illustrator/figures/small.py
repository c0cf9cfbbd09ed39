"""Frogs and chickens: small animals with bodies of their own kind, looking to the right."""

from __future__ import annotations

from dataclasses import replace

from pipelines.illustrator.figures import hats
from pipelines.illustrator.figures.drawing import Drawing
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen, dark, light, oval, polygon, smooth, tube

INK = "#2e211f"


def _frog(pen: Pen, pose: str, mood: str, wearing: dict[str, str], fur: str | None) -> None:
    green = fur or "#6fae4a"
    leap = pose in ("leap", "run", "fly", "fall")
    with pen.at(0, -16 if leap else 0, -14 if leap else 0):
        if leap:
            pen.shade(tube([(-14, -12), (-36, -2), (-26, 14), (-48, 20)], [13, 9, 7, 5]), dark(green, 0.16), 3, -2)
        else:
            pen.shade(smooth([(-34, 0), (-38, -12), (-26, -26), (-10, -22), (-6, -6), (-2, 0)], 0.8), dark(green, 0.12), 3, -2)
        body = smooth([(-28, -8), (-22, -28), (-4, -42), (18, -40), (26, -24), (22, -6), (4, -2), (-18, -1)], 0.85)
        pen.shade(body, green, 5, -3)
        with pen.inside(body):
            pen.fill(smooth([(24, -22), (10, -26), (4, -12), (2, 2), (30, 2)], 0.8), "#f1efc0")
            for x, y in ((-16, -22), (-8, -32), (-20, -12)):
                pen.oval(x, y, 3, 2.4, dark(green, 0.2))
        head = smooth([(-4, -40), (2, -54), (20, -58), (36, -50), (38, -38), (26, -30), (6, -31)], 0.85)
        for x, tone in ((26, dark(green, 0.14)),):
            pen.shade(oval(x, -57, 7, 7.4), tone, 2, -1)
        pen.shade(head, green, 4, -3)
        with pen.inside(head):
            pen.fill(smooth([(2, -38), (20, -40), (40, -42), (40, -26), (0, -26)], 0.6), "#f1efc0")
        pen.curve((8, -40), (24, -35 if mood in ("happy", "brave", "calm") else -44), (37, -44), INK, 1.5)
        pen.shade(oval(10, -57, 7.6, 8), green, 2, -1)
        for eye in (11.5, 27.5):
            if pose == "sleep":
                pen.curve((eye - 4, -57), (eye, -53.6), (eye + 4, -57), INK, 1.5)
            else:
                pen.oval(eye, -58, 4.6, 5, "#fdfbe8")
                pen.oval(eye + 1.2, -57.6, 2.4, 3, INK)
                pen.oval(eye + 2, -59, 0.9, 0.9, "#ffffff")
        arm = [(12, -18), (20, -10), (22, 0)] if not leap else [(14, -18), (28, -14), (40, -20)]
        pen.shade(tube(arm, [10, 7.5, 6]), green, 2, -1)
        x, y = arm[-1]
        pen.shade(smooth([(x - 5, y - 3), (x + 4, y - 4), (x + 12, y - 1), (x + 10, y + 1.5), (x - 5, y + 1.5)], 0.7), light(green, 0.12), 1.5, -1)
        if not leap:
            pen.shade(smooth([(-24, -5), (-4, -7), (8, -2), (6, 1.5), (-24, 1.5)], 0.7), light(green, 0.08), 2, -1)
        if wearing.get("scarf"):
            pen.shade(smooth([(-4, -36), (12, -30), (28, -32), (28, -26), (12, -23), (-4, -29)], 0.7), wearing["scarf"], 2, -1)
        _hat(pen, wearing, 18, -60)


def _hat(pen: Pen, wearing: dict[str, str], x: float, y: float) -> None:
    if wearing.get("hat") in hats.HATS:
        with pen.at(x, y + 8, 0, 0.7):
            hats.hat(pen, Look(hat=wearing["hat"], hat_color="#3f5f8f"))


def _chicken(pen: Pen, pose: str, mood: str, wearing: dict[str, str], fur: str | None) -> None:
    white = fur or "#f7f1e6"
    stride = 10 if pose in ("walk", "run", "dance", "fight") else 3
    for x, foot, tone in ((4, 4 + stride, "#c98a2a"), (-4, -4 - stride, "#e8a63a")):
        pen.line([(x, -24), ((x + foot) / 2 - 2, -12), (foot, -1.5)], tone, 3)
        pen.line([(foot - 5, -1.4), (foot + 8, -1.4)], tone, 2.8)
        pen.line([(foot, -1.4), (foot + 6, -5)], tone, 2)
    pen.shade(smooth([(-20, -44), (-46, -66), (-52, -58), (-46, -54), (-56, -46), (-46, -42), (-50, -34), (-28, -28)], 0.6), dark(white, 0.12), 4, -3)
    body = smooth([(-34, -44), (-24, -24), (2, -18), (24, -26), (30, -48), (32, -66), (40, -82), (30, -90), (16, -84), (8, -66), (-10, -56)], 0.8)
    pen.fill(smooth([(16, -86), (14, -98), (21, -94), (24, -103), (30, -95), (36, -98), (36, -86)], 0.7), "#d8382f")
    pen.fill(smooth([(38, -74), (44, -68), (40, -60), (35, -66)], 0.8), "#d8382f")
    pen.shade(body, white, 5, -3)
    pen.fill(polygon([(36, -83), (50, -77), (36, -73)]), "#f0a53a")
    if pose == "sleep":
        pen.curve((26, -80), (29, -78), (32, -80), INK, 1.4)
    else:
        pen.oval(29, -80, 2.5, 3, INK)
        pen.oval(29.8, -81, 0.9, 0.9, "#ffffff")
    wing = (
        smooth([(-18, -46), (8, -52), (16, -42), (6, -30), (-14, -30), (-26, -36)], 0.8)
        if pose not in ("fly", "cheer", "wave", "leap")
        else smooth([(-6, -44), (-18, -78), (-8, -76), (2, -84), (6, -66), (14, -44)], 0.7)
    )
    pen.shade(wing, dark(white, 0.1), 3, -2)
    if wearing.get("scarf"):
        pen.shade(smooth([(6, -62), (20, -58), (36, -62), (36, -55), (20, -50), (5, -55)], 0.7), wearing["scarf"], 2, -1)
    _hat(pen, wearing, 27, -88)


SMALL = {"frog": (_frog, 0.12, 0.36), "chicken": (_chicken, 0.45, 0.5)}


def draw(name: str, pose: str, mood: str, wearing: dict[str, str], fur: str | None) -> Drawing:
    """One of SMALL in a pose."""
    painter, _, shown = SMALL[name]
    pen = Pen()
    painter(pen, pose, mood, wearing, fur)
    drawing = pen.drawing(name, "ground", "right", grounded=True)
    return replace(drawing, height_m=shown)
