"""The embedded farm as a person and as a program use it: real processes, a real film, nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import psutil
import pytest

from cli.errors import Exit

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "A fox opens a lantern shop in a foggy harbour."


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STORYFARM_")}
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], seconds: float = 110) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def family(home: Path) -> list[psutil.Process]:
    """Every process that serves the farm in `home`, by its environment or its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("STORYFARM_HOME") == str(home) or str(home) in process.cmdline():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return [process for process in found if process.pid != os.getpid()]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, subprocess.Popen[str], dict[str, str]]]:
    """`storyfarm up --json` in a home of its own."""
    home = tmp_path_factory.mktemp("up") / "home"
    process = start("up", "--home", str(home), "--port", "0", "--json", "--workers", "2", cwd=home.parent)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    yield home, process, json.loads(line)
    if process.poll() is None:
        process.terminate()
        process.communicate(timeout=40)


def test_up_prints_one_line_with_url_and_key_that_work(farm: tuple[Path, subprocess.Popen[str], dict[str, str]]) -> None:
    _, _, said = farm

    assert set(said) == {"url", "key"}
    answer = httpx.get(f"{said['url']}/api/v1/sequences", headers={"x-api-key": said["key"]})
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["sequences"] == []


def test_a_second_up_in_the_same_home_is_refused_and_harms_nothing(farm: tuple[Path, subprocess.Popen[str], dict[str, str]]) -> None:
    home, first, said = farm

    code, _, err = finish(start("up", "--home", str(home), "--port", "0", "--json", cwd=home.parent))

    assert code == Exit.MACHINE
    assert str(home) in err
    assert said["url"] in err
    assert str(first.pid) in err
    assert httpx.get(f"{said['url']}/api/v1").status_code == httpx.codes.OK


def test_a_port_in_use_is_named(farm: tuple[Path, subprocess.Popen[str], dict[str, str]], tmp_path: Path) -> None:
    port = farm[2]["url"].rpartition(":")[2]

    code, _, err = finish(start("up", "--home", str(tmp_path / "home"), "--port", port, cwd=tmp_path))

    assert code == Exit.MACHINE
    assert f"port {port} on 127.0.0.1" in err
    assert "--port" in err
    assert family(tmp_path / "home") == []


def test_render_makes_a_film_in_the_farm_that_runs_in_its_home_though_worker_and_gateway_are_killed(
    farm: tuple[Path, subprocess.Popen[str], dict[str, str]], tmp_path: Path
) -> None:
    home, up, _ = farm
    film = tmp_path / "film.mp4"

    render = start("render", PROMPT, "-o", str(film), "--seconds", "5", "--seed", "3", "--also", "hls", "--home", str(home), "--json", cwd=tmp_path)
    victims = {"worker", "gateway"}
    until = time.monotonic() + 60
    while victims and time.monotonic() < until and render.poll() is None:
        for process in family(home):
            words = process.cmdline()
            name = "gateway" if "gateway" in words else "worker" if "workers" in words and _busy(process) else ""
            if name in victims:
                process.send_signal(signal.SIGKILL)
                victims.discard(name)
        time.sleep(0.05)
    code, out, err = finish(render)

    assert code == Exit.OK, err
    assert victims == set()
    said = json.loads(out.strip().splitlines()[-1])
    assert set(said) == {"film", "seconds", "shots", "story", "files"}
    assert said["film"] == str(film)
    assert said["shots"] >= 1
    with av.open(str(film)) as container:
        kinds = sorted(stream.type for stream in container.streams)
        frames = sum(1 for _ in container.decode(video=0))
    assert kinds == ["audio", "subtitle", "video"]
    assert frames / 24 == pytest.approx(said["seconds"], abs=0.05)
    stream = tmp_path / "film-hls"
    assert sorted(tmp_path.iterdir()) == [stream, film]  # no half-written file beside them
    assert said["files"] == {"hls": str(stream / "index.m3u8")}
    assert sorted(file.name for file in stream.iterdir()) == ["captions.m3u8", "captions.vtt", "film.m3u8", "film.m4s", "index.m3u8"]
    with av.open(said["files"]["hls"]) as container:  # every reference leads to the file beside it
        assert sum(1 for _ in container.decode(video=0)) == frames
    assert "../" not in "".join(file.read_text() for file in stream.glob("*.m3u8"))
    assert up.poll() is None


def _busy(worker: psutil.Process) -> bool:
    try:
        return any(child.cpu_times().user > 0.3 for child in worker.children(recursive=True))
    except psutil.Error:
        return False


def test_sigterm_ends_the_farm_with_everything_it_started(farm: tuple[Path, subprocess.Popen[str], dict[str, str]]) -> None:
    home, process, _ = farm
    assert len(family(home)) >= 5  # queue, gateway, relay, two workers

    process.terminate()
    code, _, _ = finish(process)

    assert code == Exit.OK
    assert family(home) == []
    assert not (home / "farm.json").exists()


def test_ctrl_c_in_a_render_leaves_nothing_running_and_nothing_half_written(tmp_path: Path) -> None:
    home, film = tmp_path / "home", tmp_path / "film.mp4"
    render = start("render", PROMPT, "-o", str(film), "--home", str(home), cwd=tmp_path)
    assert render.stderr is not None
    for line in render.stderr:
        if "writing the story" in line or "shots" in line:
            break

    render.send_signal(signal.SIGINT)
    code, _, _ = finish(render)

    assert code == Exit.INTERRUPTED
    assert family(home) == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["home"]


def test_a_supervisor_that_is_killed_takes_everything_with_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = start("up", "--home", str(home), "--port", "0", "--json", "--workers", "1", cwd=tmp_path)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["url"]

    process.kill()
    process.communicate(timeout=10)

    until = time.monotonic() + 20
    while family(home) and time.monotonic() < until:
        time.sleep(0.1)
    assert family(home) == []
    again = start("up", "--home", str(home), "--port", "0", "--json", "--workers", "1", cwd=tmp_path)  # the home is as good as before
    assert again.stdout is not None
    assert json.loads(again.stdout.readline())["key"]
    again.terminate()
    assert finish(again)[0] == Exit.OK
