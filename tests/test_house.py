"""The house's own rules: what a room may load, and what the documents promise."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from farm import catalog, styles
from farm.catalog import Model, Pool, Profile
from farm.types import TaskKind

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("module", "stranger"),
    [
        ("gateway.app", {"torch", "workers", "pipelines", "render", "cv2", "skia", "spacy", "av"}),
        ("farm.store", {"torch", "starlette", "dramatiq", "alembic", "workers", "gateway"}),
        ("workers.worker", {"torch", "starlette", "gateway", "cv2", "skia", "spacy", "av"}),
        ("cli.main", {"torch", "sqlalchemy", "starlette", "dramatiq", "cv2", "skia", "spacy", "av"}),
        ("render.engine", {"torch", "sqlalchemy", "redis", "starlette", "spacy"}),
    ],
)
def test_a_room_loads_nothing_of_what_it_must_not_know(module: str, stranger: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sorted(name for name in sys.modules if '.' not in name)))"

    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.split()

    assert stranger & set(loaded) == set()


def test_models_yaml_is_valid_and_its_default_profile_does_every_task() -> None:
    found = catalog.load(ROOT / "models.yaml")

    chosen = found.choose("embedded")
    assert set(chosen) == set(TaskKind)
    assert all(found.serving(model) for model in chosen.values())


def test_every_field_of_models_yaml_is_documented() -> None:
    text = (ROOT / "docs" / "models.md").read_text()

    for entry in (Model, Pool, Profile):
        for field in set(entry.model_fields) - {"name"}:
            assert f"`{field}`" in text, f"docs/models.md does not describe {entry.__name__}.{field}"


def test_every_setting_is_documented() -> None:
    names = set()
    for room in ("farm", "gateway", "workers", "pipelines", "render", "cli"):
        for path in (ROOT / room).rglob("*.py"):
            names |= set(re.findall(r"STORYFARM_[A-Z_]+[A-Z]", path.read_text()))

    text = (ROOT / "docs" / "operating.md").read_text()
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_there_are_six_styles_and_more_cinematic_noir_among_them() -> None:
    found = styles.builtin()

    assert len(found) >= 6
    assert styles.find("cinematic noir") == found["cinematic-noir"]
    assert styles.find("CINEMATIC-NOIR") == found["cinematic-noir"]
    assert styles.find("no such style") is None


def test_every_command_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()

    for target in set(re.findall(r"`?make ([a-z]+)", readme)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"README.md names `make {target}`"
    helped = subprocess.run([sys.executable, "-m", "cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    for command in set(re.findall(r"storyfarm ([a-z]+)", readme)):
        assert command in helped, f"README.md names `storyfarm {command}`"


def test_the_readme_names_every_exit_code() -> None:
    from cli.errors import Exit

    readme = (ROOT / "README.md").read_text()
    assert [code for code in Exit if f"| {int(code)} |" not in readme] == []


def test_the_hashed_requirements_name_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(), path.name
        assert "--hash=sha256:" in path.read_text(), path.name


def test_every_direct_dependency_and_every_model_has_its_licence_recorded() -> None:
    table = (ROOT / "docs" / "licences.md").read_text().casefold()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in project["dependencies"]]
    declared = yaml.safe_load((ROOT / "models.yaml").read_text())["models"]

    assert [name for name in names if name.casefold() not in table] == []
    assert [name for name, entry in declared.items() if not entry.get("licence")] == []
