"""Beings that are neither people nor beasts: robots, ghosts, dragons, mermaids, snowmen, aliens, monsters."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.illustrator.figures.drawing import Drawing
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen

BEINGS: dict[str, Callable[[Pen, Look, str, str], None]] = {}


def find(noun: str) -> str | None:
    """The being that a noun names, or None."""
    return None


def draw(being: str, look: Look, noun: str, pose: str, mood: str, name: str) -> Drawing:
    """A being in a pose."""
    from pipelines.illustrator.figures import people

    return people.draw(look, pose, mood, name)
