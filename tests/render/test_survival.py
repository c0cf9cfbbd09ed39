"""A composer that is killed at any moment leaves a whole film or none, and one that is told to stop stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from farm.work import Cancelled
from render import join
from render.timeline import Card, Entry, Timeline
from tests.render.conftest import FPS, SMALL, lumas

ROOT = Path(__file__).resolve().parents[2]
AGAIN_AND_AGAIN = """
import sys
from pathlib import Path
from render.compose import compose
from render.timeline import load
timeline = load(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    compose(timeline, Path(sys.argv[2]))
    print("made", flush=True)
"""


def whole(film: Path) -> bool:
    return len(lumas(film)) == 4 * 48 - 3 * 12 and film.with_suffix(".srt").is_file() and film.with_suffix(".jpg").is_file()


def test_killed_at_any_moment_a_film_is_whole_or_not_there(clips, tmp_path):
    """kill -9 while films are made over one another; what lies at the film's place is always a film."""
    entries = [{"name": f"shot {number}", "clip": str(file), "frames": 48} for number, file in enumerate(clips)]
    (tmp_path / "t.json").write_text(json.dumps({"entries": entries, "size": {"width": SMALL.width, "height": SMALL.height}}))
    film = tmp_path / "out" / "film.mp4"
    film.parent.mkdir()
    for delay in (0.03, 0.11):
        process = subprocess.Popen([sys.executable, "-c", AGAIN_AND_AGAIN, str(tmp_path / "t.json"), str(film)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == "made\n"
        assert whole(film)  # while the next one is being made
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        assert whole(film)
        left = {file.name for file in film.parent.iterdir() if not file.name.startswith(".compose-")}
        assert left == {"film.mp4", "film.srt", "film.vtt", "film.jpg"}


@pytest.mark.parametrize("frames", [1, 20])
def test_a_join_stops_when_told(clips, tmp_path, frames):
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked >= frames:
            raise Cancelled

    timeline = Timeline(title=Card(text="T", frames=48), entries=(Entry(name="shot 1", clip=clips[0], frames=48),), size=SMALL, fps=FPS)
    with pytest.raises(Cancelled):
        join.make(timeline, tmp_path, check)
    assert asked == frames
    assert not (tmp_path / "piece.mp4").exists()
