"""Bad input at the command line: a clear sentence that names the value and the remedy, the documented exit code, nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.embedded import EmbeddedFarm
from cli.errors import CliError, Exit
from cli.home import Home
from cli.main import app

ROOT = Path(__file__).resolve().parents[2]


def storyfarm(*arguments: str | bytes, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("STORYFARM_")}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("", "the prompt is empty"),
        ("   \n\t ", "the prompt is empty"),
        ("A cat.", "has 6 characters; a story needs at least 10"),
        ("word " * 12_000, "50,000 are the most"),
        (b"A fox \xff\xfe opens a lantern shop.", "not UTF-8"),
        ("A fox \x07 opens a lantern shop.", "control characters"),
    ],
)
def test_a_bad_prompt_is_refused_before_anything_starts(tmp_path: Path, prompt: str | bytes, says: str) -> None:
    done = storyfarm("render", prompt, "--json", cwd=tmp_path)

    assert done.returncode == Exit.BAD_INPUT
    assert says in done.stderr
    assert done.stderr.startswith("storyfarm: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["-o", "nowhere/film.mp4"], "there is no folder"),
        (["-o", "."], "is a folder"),
        (["--aspect", "2:1"], "choose one of 16:9, 9:16, 1:1, 4:5"),
        (["--seconds", "3"], "--seconds 3: choose 5 to 300"),
        (["--seed", "-1"], "--seed -1: choose 0 to 2147483647"),
        (["--farm", "farm.example:8000", "--key", "x"], "is not an address"),
        (["--farm", "http://127.0.0.1:9"], "needs a key"),
    ],
)
def test_a_bad_flag_is_refused_and_named(tmp_path: Path, flags: list[str], says: str) -> None:
    done = storyfarm("render", "A fox opens a lantern shop.", "--json", *flags, cwd=tmp_path)

    assert done.returncode == Exit.BAD_INPUT, done.stderr
    assert says in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_farm_that_does_not_answer_is_named(tmp_path: Path) -> None:
    done = storyfarm("render", "A fox opens a lantern shop.", "--farm", "http://127.0.0.1:9", "--key", "x", cwd=tmp_path)

    assert done.returncode == Exit.FARM_AWAY
    assert "http://127.0.0.1:9" in done.stderr
    assert "Is the farm running" in done.stderr


def test_a_corrupt_models_yaml_is_named_with_its_place(tmp_path: Path) -> None:
    models = tmp_path / "models.yaml"
    models.write_text("models: {a: {tasks: [paint], engine: x}}\npools: {}\nprofiles: {}\n")

    done = storyfarm("render", "A fox opens a lantern shop.", "--home", str(tmp_path / "home"), cwd=tmp_path, STORYFARM_MODELS=str(models))

    assert done.returncode == Exit.BAD_INPUT
    assert str(models) in done.stderr
    assert "models.a.tasks.0" in done.stderr
    assert "'paint'" in done.stderr


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    done = storyfarm("up", "--home", str(tmp_path / "file" / "home"), "--port", "0", cwd=tmp_path)

    assert done.returncode == Exit.MACHINE
    assert str(tmp_path / "file" / "home") in done.stderr
    assert "--home" in done.stderr


@pytest.mark.parametrize("port", ["-1", "99999"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    done = storyfarm("up", "--home", str(tmp_path / "home"), f"--port={port}", cwd=tmp_path)

    assert done.returncode == Exit.MACHINE
    assert f"port {port} on 127.0.0.1" in done.stderr
    assert "--port N" in done.stderr


def test_a_disk_without_room_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 6_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)  # the fault: a disk that is nearly full
    home = Home(tmp_path / "home")
    home.prepare()

    with pytest.raises(CliError) as caught:
        EmbeddedFarm(home).start()

    assert caught.value.code == Exit.MACHINE
    assert str(tmp_path / "home") in caught.value.message
    assert "6 MB left" in caught.value.message
    assert "--home" in caught.value.message


def test_a_gateway_without_a_secret_is_refused(tmp_path: Path) -> None:
    done = storyfarm("gateway", "--port", "0", cwd=tmp_path, STORYFARM_HOME=str(tmp_path))

    assert done.returncode == Exit.BAD_INPUT
    assert "STORYFARM_SECRET" in done.stderr


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [("gateway", "ARTIFACTS_REDIRECT", "perhaps"), ("worker", "DATABASE_URL", "postgresql://farmer:hush@host:port/farm"), ("relay", "PROFILE", "nope")],
)
def test_a_wrong_setting_is_named_by_every_part(tmp_path: Path, part: str, name: str, value: str) -> None:
    done = storyfarm(part, cwd=tmp_path, STORYFARM_SECRET="long enough for a test", **{f"STORYFARM_{name}": value})

    assert done.returncode == Exit.BAD_INPUT, done.stderr
    assert done.stderr.startswith(f"storyfarm: STORYFARM_{name} is ")
    assert len(done.stderr.splitlines()) == 1  # no traceback
    assert "hush" not in done.stderr


@pytest.mark.parametrize("module", ["gateway", "workers --pool cpu", "workers.relay"])
def test_a_wrong_setting_is_named_by_the_processes_themselves(tmp_path: Path, module: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "STORYFARM_HOME": str(tmp_path), "STORYFARM_ENGINES": "mine"}

    done = subprocess.run([sys.executable, "-m", *module.split()], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == Exit.BAD_INPUT
    assert "STORYFARM_ENGINES has 'mine'; each entry must read name=module:Class" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_embedded_farm_names_a_wrong_setting_before_it_starts_anything(tmp_path: Path) -> None:
    done = storyfarm("up", "--port", "0", cwd=tmp_path, STORYFARM_RATE="ten", STORYFARM_DATABASE_URL="a cluster's, not looked at")

    assert done.returncode == Exit.BAD_INPUT
    assert done.stderr.startswith("storyfarm: STORYFARM_RATE is 'ten'; write requests/seconds")


@pytest.mark.parametrize("group", ["", "teams", "users", "keys", "credits"])
def test_no_line_of_help_breaks_off(group: str) -> None:
    done = CliRunner().invoke(app, [*group.split(), "--help"], env={"COLUMNS": "80"}, catch_exceptions=False)

    assert done.exit_code == Exit.OK
    assert "..." not in done.output.partition("Options:")[2]
