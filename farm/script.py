"""A screenplay as plain text, for callers who asked for the expanded script."""

from __future__ import annotations

from farm.types import Screenplay


def as_script(screenplay: Screenplay) -> str:
    """The narration as prose, one paragraph a scene, a blank line between paragraphs; no trailing newline."""
    paragraphs: list[str] = []
    scene = None
    for shot in screenplay.shots:
        text = " ".join(shot.narration.split())
        if not text:
            continue
        if paragraphs and shot.scene == scene:
            paragraphs[-1] = f"{paragraphs[-1]} {text}"
        else:
            paragraphs.append(text)
        scene = shot.scene
    return "\n\n".join(paragraphs)
