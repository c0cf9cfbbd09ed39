"""A clip written beside the passes that it is made of."""

from __future__ import annotations

import threading
import time

import av
import numpy as np
import pytest

from pipelines.diffusion.writing import Writing

SIZE = (64, 48)


class Heard:
    """A report; its preview waits until it may go on, and raises what it is told to."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.go = threading.Event()
        self.go.set()
        self.raises: Exception | None = None

    def loading(self, fraction: float, note: str = "") -> None: ...

    def step(self, step: int, of: int, note: str = "") -> None:
        self.notes.append(f"{step}/{of} {note}")

    def preview(self, path, media_type) -> None:
        self.go.wait()
        if self.raises is not None:
            raise self.raises


def frames(count: int) -> list[np.ndarray]:
    return [np.full((SIZE[1], SIZE[0], 3), 10 * number % 256, np.uint8) for number in range(count)]


def writing(tmp_path, report: Heard, wanted: int = 12, ahead: int = 4) -> Writing:
    return Writing(tmp_path / "clip.mp4", SIZE, 24, wanted, (), own=24.0, way="flow", ahead=ahead, report=report)


def test_a_clip_has_the_frames_asked_for_and_more_than_those_hold_nobody_up(tmp_path):
    report = Heard()
    made = writing(tmp_path, report)
    for frame in frames(30):  # many more than are needed, and than may wait
        made.add(frame)
    made.finish(7)
    with av.open(str(tmp_path / "clip.mp4")) as file:
        assert sum(1 for _ in file.decode(video=0)) == 12
    assert all(note.startswith("7/7 frame ") for note in report.notes)


def test_whoever_adds_waits_while_too_many_wait(tmp_path):
    report = Heard()
    report.go.clear()
    made = writing(tmp_path, report)
    added: list[int] = []
    adding = threading.Thread(target=lambda: [(made.add(frame), added.append(1)) for frame in frames(12)])
    adding.start()
    time.sleep(0.3)
    assert len(added) <= 4 + 3  # what may wait, and what the writing has in hand
    report.go.set()
    adding.join(10)
    made.finish(1)
    assert len(added) == 12


def add_all(made: Writing) -> None:
    for frame in frames(30):
        made.add(frame)
        time.sleep(0.01)


def test_what_the_writing_raised_is_raised_to_whoever_adds_or_finishes(tmp_path):
    report = Heard()
    report.raises = KeyError("cancelled")
    made = writing(tmp_path, report, ahead=2)
    with pytest.raises(KeyError, match="cancelled"):
        add_all(made)
    made.give_up()
    late = writing(tmp_path, report, ahead=20)
    for frame in frames(2):
        late.add(frame)
    with pytest.raises(KeyError, match="cancelled"):
        late.finish(1)


def test_giving_up_ends_the_thread(tmp_path):
    made = writing(tmp_path, Heard())
    for frame in frames(3):
        made.add(frame)
    made.give_up()
    assert not made._thread.is_alive()
