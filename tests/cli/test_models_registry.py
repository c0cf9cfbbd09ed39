"""The shipped models.yaml as an operator needs it: licences, pools whose models fit, whole profiles for every class of GPU."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli import models_view
from farm import catalog
from farm.types import TaskKind
from workers.engines import engine_class

ROOT = Path(__file__).parents[2]
CATALOG = catalog.load(ROOT / "models.yaml")
CLASSES = ("gpu-8g", "gpu-16g", "gpu-24g", "gpu-80g", "h200")
REAL = [model for model in CATALOG.models.values() if model.source.hub is not None]


def test_of_every_model_somebody_looked_whether_its_films_may_be_sold() -> None:
    assert [model.name for model in CATALOG.models.values() if model.sale is None] == []
    assert [model.name for model in CATALOG.models.values() if model.sale == "limited" and not model.terms] == []


def test_every_licence_of_weights_is_in_the_list_of_where_it_was_read() -> None:
    text = (ROOT / "docs" / "licences.md").read_text()
    rows = [line.split("|")[1] for line in text[text.index("| model | repository |") :].splitlines() if line.startswith("|")]
    listed = {name.strip() for row in rows for name in row.split(",")}
    assert [model.name for model in REAL if model.name not in listed] == []


@pytest.mark.parametrize("pool", [pool for pool in CATALOG.pools.values() if pool.device == "cuda"], ids=lambda pool: pool.name)
def test_a_pools_models_fit_its_devices_and_there_is_one_of_every_kind(pool: catalog.Pool) -> None:
    assert pool.memory_gb is not None
    models = [CATALOG.models[name] for name in pool.models]

    assert [model.name for model in models if not models_view.fits_card(model, pool.memory_gb)] == []
    if pool.name in CLASSES:
        assert {models_view.kind_of(model) for model in models} >= {"language", "pictures", "video", "music"}
        assert any("portraits" in model.takes for model in models), "characters are kept"


@pytest.mark.parametrize("name", CLASSES)
def test_a_profile_is_a_whole_farm_whose_films_may_be_sold(name: str) -> None:
    chosen = CATALOG.choose(name)
    row = next(row for row in models_view.profile_rows(CATALOG) if row["name"] == name)

    assert set(chosen) == set(TaskKind)
    assert row["unserved"] == []
    assert (row["sale"], row["devices"][0]["pool"]) == ("yes", name)
    assert all(device["too_large"] == [] for device in row["devices"])
    assert row["devices"][0]["stay_loaded"], "at least one stays"
    assert {model for device in row["devices"] for model in device["models"]} == set(chosen.values())
    assert "portraits" in CATALOG.models[chosen[TaskKind.KEYFRAME]].takes
    assert "picture" in CATALOG.models[chosen[TaskKind.ANIMATE]].takes


def test_what_stays_loaded_is_the_most_that_fits() -> None:
    needs = {"language": 21.0, "pictures": 20.0, "video": 58.0, "music": 18.0}

    assert models_view._together(needs, 75.6) == ["language", "pictures", "music"]
    assert models_view._together(needs, 200) == list(needs)
    assert models_view._together(needs, 10) == []


def test_every_entry_is_of_an_engine_that_there_is_and_no_speed_word_is_wrong() -> None:
    for model in CATALOG.models.values():
        found = engine_class(model.engine).missing(model)
        assert [sentence for sentence in found if "speed" in sentence] == [], model.name
