"""Eyes and mouths that beings of all kinds share."""

from __future__ import annotations

from pipelines.illustrator.figures.pen import Pen

INK = "#2e211f"


def eyes(pen: Pen, x: float, y: float, size: float, mood: str, gap: float = 9.0, color: str = INK, asleep: bool = False) -> None:
    """Two eyes around (x, y) with the brows of a mood."""
    for eye in (x - gap / 2, x + gap / 2):
        if asleep:
            pen.curve((eye - size, y), (eye, y + size), (eye + size, y), color, size * 0.5)
            continue
        pen.oval(eye, y, size, size * 1.25, color)
        pen.oval(eye + size * 0.35, y - size * 0.45, size * 0.35, size * 0.35, "#ffffff")
    up = {"sad": (2, -1), "afraid": (2, -2), "angry": (-2, 2), "brave": (-1, 1)}.get(mood)
    if up:
        pen.line([(x - gap / 2 - size, y - size * 2 + up[0]), (x - gap / 2 + size, y - size * 2 + up[1])], color, size * 0.5)
        pen.line([(x + gap / 2 - size, y - size * 2 + up[1]), (x + gap / 2 + size, y - size * 2 + up[0])], color, size * 0.5)


def smile(pen: Pen, x: float, y: float, width: float, mood: str, color: str = INK, line: float = 1.6) -> None:
    """A mouth of a mood."""
    if mood in ("surprised", "afraid"):
        pen.oval(x, y, width * 0.3, width * 0.4, color)
    else:
        bend = {"sad": -0.5, "angry": -0.4, "happy": 0.8}.get(mood, 0.5)
        pen.curve((x - width / 2, y), (x, y + width * bend), (x + width / 2, y), color, line)
