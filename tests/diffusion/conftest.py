"""Tests of the diffusion engines: they need torch, which the core's environment does not have (`make test-models`)."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

# Tiny pipelines have nothing to share between threads: waiting for each other takes them longer than the work. Read when torch is imported, here and in slots.
os.environ.setdefault("OMP_NUM_THREADS", "1")

collect_ignore_glob = ["test_*.py"] if importlib.util.find_spec("diffusers") is None or importlib.util.find_spec("torch") is None else []


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which tiny pipelines are saved, each once a session."""
    return tmp_path_factory.mktemp("weights")
