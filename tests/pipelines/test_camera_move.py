"""The camera's paths: eased, monotone, and always inside the picture."""

from __future__ import annotations

import itertools

import pytest

from pipelines.camera.move import MOVES, Path, ease


def test_easing_is_monotone_and_rests_at_both_ends() -> None:
    values = [ease(i / 1000) for i in range(1001)]
    steps = [b - a for a, b in itertools.pairwise(values)]
    assert values[0] == 0
    assert values[-1] == pytest.approx(1)
    assert min(steps) >= 0
    assert steps[0] < 1e-5 > steps[-1], "at rest at the ends"
    assert max(abs(b - a) for a, b in itertools.pairwise(steps)) < 3e-5, "no jolt"
    assert [ease(-1), ease(2)] == [0, 1]


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("room", [0.0, 0.02, 0.08])
@pytest.mark.parametrize("frames", [1, 24, 400])
def test_a_plane_always_covers_the_frame(move: str, room: float, frames: int) -> None:
    width, height = 1280, 720
    path = Path(move, frames, 24, (width, height), room, seed=4)
    for frame, depth in itertools.product(range(0, frames, 7), (0.0, 0.5, 1.0)):
        place = path.place(frame, depth)
        assert place.left >= -room * width - 1e-6
        assert place.top >= -room * height - 1e-6
        assert place.left + width / place.scale <= width * (1 + room) + 1e-6
        assert place.top + height / place.scale <= height * (1 + room) + 1e-6


def test_with_room_enough_nothing_is_enlarged() -> None:
    for move in MOVES:
        assert Path(move, 200, 24, (1280, 720), 0.08, seed=1).base == 0


def test_moves_go_where_their_names_say() -> None:
    def ends(move: str) -> tuple:
        path = Path(move, 96, 24, (1280, 720), 0.08, seed=0)
        return path.place(0, 1.0), path.place(95, 1.0)

    first, last = ends("push")
    assert last.scale > first.scale == 1
    first, last = ends("pull")
    assert first.scale > last.scale == pytest.approx(1)
    first, last = ends("pan-left")
    assert last.left < first.left
    first, last = ends("pan-right")
    assert last.left > first.left
    first, last = ends("rise")
    assert last.top < first.top
    first, last = ends("sink")
    assert last.top > first.top


def test_an_unknown_move_drifts_and_short_clips_move_less() -> None:
    assert Path("whirl", 24, 24, (640, 360), 0.1, seed=0).move == "drift"
    short, long = (Path("push", frames, 24, (640, 360), 0.1, seed=0) for frames in (24, 240))
    assert short.place(23, 1.0).scale < long.place(239, 1.0).scale
