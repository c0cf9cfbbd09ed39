"""What `storyfarm models list`, `show`, `profiles` and `check` show people and programs of the shipped registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.errors import CliError
from cli.models import app
from farm import catalog

ROOT = Path(__file__).parents[2]
CATALOG = catalog.load(ROOT / "models.yaml")


@pytest.fixture(autouse=True)
def _this_registry_and_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORYFARM_MODELS", str(ROOT / "models.yaml"))
    monkeypatch.setenv("STORYFARM_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def rows(*arguments: str) -> list[dict[str, Any]]:
    return list(json.loads(said("list", "--json", *arguments))["models"])


def test_only_what_may_be_sold() -> None:
    sold, limited = rows("--sale", "yes"), rows("--sale", "limited")

    assert {row["sale"] for row in sold} == {"yes"}
    assert {row["sale"] for row in limited} == {"yes", "limited"}
    assert len(sold) < len(limited) < len(CATALOG.models)


def test_only_what_fits_a_card_a_pool_a_kind_or_this_machine() -> None:
    small = rows("--memory", "8", "--kind", "pictures", "--kind", "video")

    assert {row["kind"] for row in small} == {"pictures", "video"}
    assert max(row["memory_gb"] for row in small if row["device"] == "cuda") <= 8
    assert [row["name"] for row in rows("--pool", "gpu-4x80g")] == ["wan-14b-x4"]
    ready = rows("--ready")
    assert {row["state"] for row in ready} == {"ready"}
    assert "illustrator" in {row["name"] for row in ready}
    assert all(row["missing"] for row in rows() if row["state"] != "ready")
    fitting = {row["name"] for row in rows("--fits")}
    assert "kokoro" in fitting, "its weights are not here, but the machine would do"


@pytest.mark.parametrize("columns", [80, 200])
def test_a_table_keeps_names_whole_and_lines_within_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    table = said("list", "--kind", "video")

    assert max(len(line) for line in table.splitlines()) <= columns
    for model in CATALOG.models.values():
        if "animate" in model.tasks:
            assert f"  {model.name}  " in table
    assert ("free below 10 million US$" in table) == (columns == 200)


def test_one_model_is_shown_with_its_terms_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    card = " ".join(said("show", "ltx-2.5").split())

    assert "for sale within limits: free below 10 million US$ of yearly revenue" in card
    assert "asks to accept its licence first" in card
    assert "fetch it: storyfarm models pull ltx-2.5." in card
    assert "in the EU, the UK and South Korea" in " ".join(said("show", "hunyuan-video-1.5").split())


def test_profiles_say_what_stays_loaded() -> None:
    text = said("profiles")
    found = {row["name"]: row for row in json.loads(said("profiles", "--json"))["profiles"]}

    assert "gpu-24g: its films may be sold\n" in text
    assert set(found) == set(CATALOG.profiles)
    assert all(device["too_large"] == [] for row in found.values() for device in row["devices"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--pool", "gpu"), "no pool 'gpu' in models.yaml; it has cpu"),
        (("pull", "--profile", "gpu"), "no profile 'gpu' in models.yaml; it has embedded"),
        (("pull",), "--profile NAME"),
        (("check", "flux2-clein"), "near it are flux2-klein"),
        (("pin", "composer"), "no files of its own"),
    ],
)
def test_what_there_is_not_is_named(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CliError) as caught:
        said(*arguments)
    assert words in caught.value.message
