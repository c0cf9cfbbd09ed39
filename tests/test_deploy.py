"""What deploy/ starts is what there is: commands, options, settings, pools, and time enough to end."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from farm import catalog

ROOT = Path(__file__).resolve().parents[1]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
OURS = {name: one for name, one in SERVICES.items() if one.get("image") == "storyfarm-gpu"}
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def unit(path: Path) -> dict[str, str]:
    """The [Service] section of a unit."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path)
    return dict(parser["Service"])


def options(command: str) -> str:
    """The help of a command of ours."""
    return subprocess.run([sys.executable, "-m", "cli", command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def commands() -> dict[str, list[str]]:
    """Every command line of deploy/ by where it stands."""
    found = {f"compose: {name}": one["command"] for name, one in OURS.items()}
    return found | {f"systemd: {path.stem}": shlex.split(unit(path)["ExecStart"])[1:] for path in UNITS}


@pytest.mark.parametrize("where", sorted(commands()))
def test_every_command_and_option_exists(where: str) -> None:
    command, *rest = commands()[where]
    helped = options(command)
    assert [word for word in rest if word.startswith("--") and word not in helped] == []


def test_every_setting_is_one_of_the_documented() -> None:
    documented = (ROOT / "docs" / "operating.md").read_text()
    for path in (ROOT / "deploy").rglob("*"):
        if path.is_file():
            unknown = [name for name in re.findall(r"STORYFARM_[A-Z_]+[A-Z]", path.read_text()) if f"`{name}`" not in documented]
            assert unknown == [], path.name


def test_pools_and_profiles_are_in_the_registry() -> None:
    found = catalog.load(ROOT / "models.yaml")
    pools = [line[line.index("--pool") + 1] for name, line in commands().items() if "--pool" in line and name.startswith("compose")]
    assert pools
    assert [pool for pool in pools if pool not in found.pools] == []
    said = re.search(r"^STORYFARM_PROFILE=(\S+)$", (ROOT / "deploy" / "systemd" / "farm.env").read_text(), re.MULTILINE)
    assert said is not None
    assert said[1] in found.profiles


def test_a_worker_has_time_to_give_its_task_back() -> None:
    for name, one in OURS.items():
        if "--grace" in one["command"]:
            assert int(one["stop_grace_period"].rstrip("s")) > int(one["command"][one["command"].index("--grace") + 1]), name
    for path in UNITS:
        words = shlex.split(unit(path)["ExecStart"])
        if "--grace" in words:
            assert int(unit(path)["TimeoutStopSec"]) > int(words[words.index("--grace") + 1]), path.name


def test_no_password_is_written_down() -> None:
    for name in ("POSTGRES_PASSWORD", "STORYFARM_SECRET"):
        assert f"${{{name}:?" in (ROOT / "deploy" / "compose.yaml").read_text()


def test_the_image_has_every_room_and_what_compiling_needs() -> None:
    text = (ROOT / "Dockerfile.gpu").read_text()
    copied = [word.rstrip("/") for line in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE) for word in line.split()]
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}

    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert rooms - set(copied) == set()
    for program in ("g++", "python3-dev", "espeak-ng", "tini"):
        assert re.search(rf"apt-get install .*\b{re.escape(program)}( |$)", text), program
    assert (ROOT / "requirements" / "gpu.txt").read_text().count("torch==2.13") == 1
    assert "cuda:13.0" in text, "the driver's interface of the CUDA that torch 2.13 is built with"
