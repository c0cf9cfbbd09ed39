"""`storyfarm compose` as its users meet it: films, sentences, exit codes, and nothing left behind."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from cli.errors import Exit

ROOT = Path(__file__).resolve().parents[2]


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cli", "compose", *arguments]
    return subprocess.Popen(command, cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    process = start(*arguments, cwd=cwd)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a timeline of two held pictures, given by relative paths, and an empty folder `out`."""
    folder = tmp_path / "project"
    (folder / "art").mkdir(parents=True)
    cv2.imwrite(str(folder / "art" / "grey.png"), np.full((90, 160, 3), 120, np.uint8))
    entries = [{"name": f"shot {number}", "picture": "art/grey.png", "frames": 30} for number in (1, 2)]
    (folder / "film.json").write_text(json.dumps({"entries": entries, "size": {"width": 160, "height": 90}}))
    (tmp_path / "out").mkdir()
    return folder


def test_a_film_from_relative_paths(project: Path, tmp_path: Path) -> None:
    code, out, err = run("../project/film.json", "-o", "film.mp4", "--json", cwd=tmp_path / "out")

    assert (code, err) == (0, "")
    said = json.loads(out)
    assert said["frames"] == 48
    assert said["left_out"] == []
    assert Path(said["film"]) == tmp_path / "out" / "film.mp4"
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["film.jpg", "film.mp4", "film.srt", "film.vtt"]
    assert all(Path(file).is_file() for file in said["files"].values())


def test_what_else_is_asked_for_lies_beside_the_film(project: Path, tmp_path: Path) -> None:
    code, out, err = run("../project/film.json", "-o", "film.mp4", "--json", "--also", "strip", "--also", "otio", cwd=tmp_path / "out")

    assert (code, err) == (0, "")
    files = json.loads(out)["files"]
    assert Path(files["otio"]).name == "film.otio"
    assert all(Path(file).is_file() for file in files.values())
    assert (tmp_path / "out" / "film-strip.jpg").is_file()


def test_people_see_progress_and_what_was_left_out(project: Path, tmp_path: Path) -> None:
    timeline = json.loads((project / "film.json").read_text())
    timeline["entries"].append({"name": "the whale", "clip": "gone.mp4", "frames": 30})
    (project / "film.json").write_text(json.dumps(timeline))

    code, out, err = run("film.json", "-o", "../out/film.mp4", cwd=project)

    assert code == 0
    assert "2.0 s of film, 48 frames" in out
    assert "looking at the clips" in err
    assert "left out: the whale: its clip cannot be used: the file is missing" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["none.json"], Exit.BAD_INPUT, "none.json: the timeline cannot be read: No such file"),
        (["film.json", "-o", "nowhere/film.mp4"], Exit.BAD_INPUT, "there is no folder"),
        (["film.json", "-o", "../out"], Exit.BAD_INPUT, "is a folder"),
        (["film.json", "-o", "../out/film.mp4", "--also", "vhs"], Exit.BAD_INPUT, "--also 'vhs': choose among av1, gif, hevc"),
        (["film.json", "-o", "../out/film.srt"], Exit.BAD_INPUT, "a film is an MP4; name it ../out/film.mp4"),
        (["empty.json", "-o", "../out/film.mp4"], Exit.STORY_FAILED, "nothing to show"),
        (["art/grey.png", "-o", "../out/film.mp4"], Exit.BAD_INPUT, "is no timeline"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(project: Path, tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    (project / "empty.json").write_text("{}")

    found, out, err = run(*arguments, "--json", cwd=project)

    assert found == code, err
    assert says in err
    assert err.startswith("storyfarm: ")
    assert out == ""
    assert list((tmp_path / "out").iterdir()) == []


def test_the_old_film_stays_where_one_cannot_be_made(project: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "film.mp4").write_bytes(b"old")
    (project / "film.json").write_text("{}")

    assert run("film.json", "-o", "../out/film.mp4", cwd=project)[0] == Exit.STORY_FAILED
    assert (tmp_path / "out" / "film.mp4").read_bytes() == b"old"


def test_a_full_disk_is_told(project: Path, tmp_path: Path) -> None:
    """Given a limit on file size in place of a full disk, then the code is the machine's and the folder as it was."""
    (tmp_path / "out" / "film.mp4").write_bytes(b"old")
    command = [sys.executable, "-m", "cli", "compose", "film.json", "-o", "../out/film.mp4"]
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (3_000, 3_000))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False, preexec_fn=limit)

    assert done.returncode == Exit.MACHINE, done.stderr
    assert "make room on the disk" in done.stderr
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == {"film.mp4": b"old"}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_nothing(project: Path, tmp_path: Path, how: int) -> None:
    timeline = json.loads((project / "film.json").read_text())
    timeline["title"] = {"text": "Long", "frames": 1440}
    timeline["size"] = {"width": 640, "height": 360}
    (project / "film.json").write_text(json.dumps(timeline))
    process = start("film.json", "-o", "../out/film.mp4", cwd=project)
    assert process.stderr
    assert "looking" in process.stderr.readline()
    time.sleep(0.5)

    process.send_signal(how)
    began = time.monotonic()
    process.communicate(timeout=30)

    assert process.returncode == Exit.INTERRUPTED
    assert time.monotonic() - began < 5  # of a process among many: the composer's own second is in tests/render
    assert list((tmp_path / "out").iterdir()) == []
