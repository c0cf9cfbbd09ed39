"""Animals, always whole: Noto's where it has the body, drawn ones where it has only a head."""

from __future__ import annotations

from pipelines.illustrator.figures.drawing import Drawing


def find(phrase: str) -> Drawing | None:
    """The animal that a noun phrase names, or None."""
    return None


def draw(noun: str, pose: str, mood: str, wearing: dict[str, str], fur: str | None, key: str) -> Drawing | None:
    """An animal character in a pose, or None when the noun names no animal that we can draw."""
    from pipelines.illustrator.figures import noto, things

    name = things.icon(noun)
    return things.drawing(name) if name in noto.LEFT | noto.RIGHT else None
