"""The timeline's arithmetic: where each piece starts in the film, and which frames are copied, blended or faded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Transition = Literal["cut", "dissolve", "dip", "fade", "wipe"]


@dataclass(frozen=True)
class Piece:
    """One source in film order: its length, and how the film comes into it. Frames."""

    frames: int
    transition: Transition = "cut"
    transition_frames: int = 0


@dataclass(frozen=True)
class Placed:
    """A piece's place: film frame of its first frame, and how many of its first frames overlap the piece before."""

    start: int
    frames: int
    overlap: int
    transition: Transition


@dataclass(frozen=True)
class Span:
    """A run of film frames made one way: `source` from its frame `first`, and in a transition also `onto` from its frame 0.

    `copy` takes the source's frames as they are; `open` and `close` come from and go to the film's black.
    """

    kind: Literal["copy", "dissolve", "dip", "fade", "wipe", "open", "close"]
    source: int
    first: int
    frames: int
    start: int
    onto: int | None = None


def place(pieces: Sequence[Piece]) -> list[Placed]:
    """Put pieces one after the other, each overlapping the one before by its transition.

    A transition that is longer than either neighbour can give is shortened: a frame takes part in one transition at most.
    """
    placed: list[Placed] = []
    end, free = 0, 0  # the film's length so far; frames of the last piece that no transition uses
    for piece in pieces:
        if piece.frames < 1:
            raise ValueError(f"a piece of {piece.frames} frames cannot be placed; it needs one at least")
        overlap = 0 if piece.transition == "cut" or not placed else max(0, min(piece.transition_frames, free, piece.frames))
        placed.append(Placed(end - overlap, piece.frames, overlap, piece.transition if overlap else "cut"))
        end += piece.frames - overlap
        free = piece.frames - overlap
    return placed


def total(placed: Sequence[Placed]) -> int:
    """Frames of the whole film."""
    return placed[-1].start + placed[-1].frames if placed else 0


def spans(placed: Sequence[Placed], *, opening: int = 0, closing: int = 0) -> list[Span]:
    """Cut the film into spans, in order and without gaps; the first `opening` and last `closing` frames fade from and to black."""
    found: list[Span] = []
    for index, piece in enumerate(placed):
        following = placed[index + 1].overlap if index + 1 < len(placed) else 0
        first, last = piece.overlap, piece.frames - following
        if piece.overlap:
            before = placed[index - 1]
            found.append(
                Span(piece.transition, index - 1, before.frames - piece.overlap, piece.overlap, piece.start, onto=index)  # type: ignore[arg-type]
            )
        fade_in = min(opening, last - first) if index == 0 else 0
        fade_out = min(closing, last - first - fade_in) if index == len(placed) - 1 else 0
        runs: list[tuple[Literal["open", "copy", "close"], int, int]] = [
            ("open", first, first + fade_in),
            ("copy", first + fade_in, last - fade_out),
            ("close", last - fade_out, last),
        ]
        found.extend(Span(kind, index, begin, end - begin, piece.start + begin) for kind, begin, end in runs if end > begin)
    return found
