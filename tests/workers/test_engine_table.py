"""The table of engines, and what this machine is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.engine import Engine
from tests.workers.engines_for_tests import TABLE, Puppet
from workers import health
from workers.engines import ENGINES, engine_class, table


def test_the_table_is_that_of_the_architecture():
    text = (Path(__file__).parents[2] / "docs/architecture.md").read_text(encoding="utf-8")
    for name, target in ENGINES.items():
        assert f"| {name} | `{target}` |" in text


def test_the_operator_adds_engines():
    assert table({"STORYFARM_ENGINES": "mine=my.module:Mine, voice=my.module:Voice"})["mine"] == "my.module:Mine"
    assert table({"STORYFARM_ENGINES": "voice=my.module:Voice"})["voice"] == "my.module:Voice"
    assert table({}) == ENGINES


@pytest.mark.parametrize("entry", ["mine", "mine=my.module", "=a:B"])
def test_a_malformed_entry_is_named(entry):
    with pytest.raises(ValueError, match=entry):
        table({"STORYFARM_ENGINES": entry})


def test_engine_class_imports_and_says_what_is_wrong():
    assert engine_class("puppet", TABLE) is Puppet
    assert issubclass(Puppet, Engine)
    with pytest.raises(ValueError, match="puppet"):
        engine_class("nobody", TABLE)
    with pytest.raises(ImportError, match="no_such_module"):
        engine_class("x", {"x": "no_such_module:X"})
    with pytest.raises(ImportError, match="Missing"):
        engine_class("x", {"x": "tests.workers.engines_for_tests:Missing"})
    with pytest.raises(ValueError, match="not a subclass"):
        engine_class("x", {"x": "pathlib:Path"})


def test_the_cpu_is_described_and_leaves_room():
    cpu = health.describe("cpu")
    assert cpu.cores >= 1
    assert 0 < cpu.budget_gb < cpu.memory_gb


@pytest.mark.parametrize(("name", "error"), [("tpu", ValueError), ("cuda:x", ValueError), ("cuda:99", RuntimeError)])
def test_a_device_that_is_not_there_is_named(name, error):
    with pytest.raises(error, match=name):
        health.describe(name)
