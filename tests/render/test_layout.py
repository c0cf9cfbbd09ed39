"""The timeline's arithmetic holds for every cut list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from render.layout import Piece, place, spans, total

KINDS = ["cut", "dissolve", "dip", "fade", "wipe"]
pieces = some.lists(
    some.builds(Piece, frames=some.integers(1, 60), transition=some.sampled_from(KINDS), transition_frames=some.integers(0, 40)),
    min_size=1,
    max_size=12,
)


@given(pieces, some.integers(0, 30), some.integers(0, 30))
def test_spans_cover_every_film_frame_once(cut, opening, closing):
    placed = place(cut)
    found = spans(placed, opening=opening, closing=closing)
    assert [frame for span in found for frame in range(span.start, span.start + span.frames)] == list(range(total(placed)))
    assert all(span.frames > 0 for span in found)


@given(pieces)
def test_every_source_frame_is_used_once_and_none_beyond_its_end(cut):
    placed = place(cut)
    used: dict[int, list[int]] = {index: [] for index in range(len(cut))}
    for span in spans(placed, closing=12):
        used[span.source] += range(span.first, span.first + span.frames)
        if span.onto is not None:
            used[span.onto] += range(span.frames)
    assert used == {index: list(range(piece.frames)) for index, piece in enumerate(cut)}


@given(pieces)
def test_length_is_all_frames_less_what_overlaps(cut):
    placed = place(cut)
    assert total(placed) == sum(piece.frames for piece in cut) - sum(spot.overlap for spot in placed)
    assert all(spot.overlap <= piece.transition_frames for spot, piece in zip(placed, cut, strict=True))


def test_the_usual_film():
    """Eight clips of 120 frames with seven dissolves of 12: 876, as measured."""
    placed = place([Piece(120, "dissolve", 12)] * 8)
    assert total(placed) == 876
    assert placed[1].start == 108


def test_a_piece_of_no_frames_is_refused():
    with pytest.raises(ValueError, match="0 frames"):
        place([Piece(0)])
