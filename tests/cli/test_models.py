"""`storyfarm models`: what there is, what can run, what is damaged; fetching from a hub of our own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from farm import catalog
from tests.cli.hub import COMMIT, Hub, environment, serving

ROOT = Path(__file__).parents[2]
FILES = {
    "model_index.json": b'{"_class_name": "StableDiffusionPipeline"}',
    "unet/model.safetensors": b"weights" * 5000,
    "unet/evil.bin": b"pickle",
    "run.py": b"print()",
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "models", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
        env={**os.environ, "COLUMNS": "160", **environment},
    )


def registry(tmp_path: Path, source: str) -> str:
    path = tmp_path / "models.yaml"
    path.write_text(
        f"""
models:
  tiny: {{tasks: [keyframe], engine: diffusion-picture, licence: MIT, memory_gb: 0.1, source: {source}}}
  huge: {{tasks: [write], engine: screenwriter, memory_gb: 90000}}
pools: {{cpu: {{models: [tiny, huge]}}}}
profiles: {{}}
""",
        encoding="utf-8",
    )
    return str(path)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving({"somebody/tiny": FILES}) as one:
        yield one


def test_the_list_says_licence_memory_and_why_a_model_cannot_run(tmp_path):
    models = registry(tmp_path, "{folder: /nowhere/at/all}")
    rows = {row["name"]: row for row in json.loads(run("list", "--json", STORYFARM_MODELS=models).stdout)["models"]}
    assert rows["tiny"]["licence"] == "MIT"
    assert rows["tiny"]["missing"]
    assert "90000 GB" in rows["huge"]["missing"][0]
    table = run("list", STORYFARM_MODELS=models).stdout
    assert "MIT" in table
    shown = json.loads(run("show", "tiny", "--json", STORYFARM_MODELS=models).stdout)
    assert (shown["pools"], shown["settings"]["engine"]) == (["cpu"], "diffusion-picture")


def test_the_shipped_registry_is_listed():
    done = run("list", "--json")
    assert done.returncode == 0
    rows = {row["name"]: row for row in json.loads(done.stdout)["models"]}
    assert rows["illustrator"]["missing"] == []
    assert all(row["licence"] != "unknown" for row in rows.values())


def test_a_file_that_is_not_what_it_should_be_is_found(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"right")
    source = f"{{folder: {folder}, files: {{model.safetensors: {hashlib.sha256(b'right').hexdigest()}}}}}"
    models = registry(tmp_path, source)
    assert "1 of 1 files verified" in run("check", STORYFARM_MODELS=models).stdout
    (folder / "model.safetensors").write_bytes(b"wrong")
    done = run("check", "tiny", STORYFARM_MODELS=models)
    assert done.returncode == 5
    assert hashlib.sha256(b"wrong").hexdigest() in done.stdout
    (folder / "model.safetensors").unlink()
    assert "is not there" in run("check", "tiny", STORYFARM_MODELS=models).stdout


def test_names_that_there_are_not_are_named(tmp_path):
    models = registry(tmp_path, "{folder: /nowhere}")
    for command in ("show", "check", "pull"):
        done = run(command, "nobody", STORYFARM_MODELS=models)
        assert (done.returncode, "'nobody'" in done.stderr) == (2, True)
    assert "no hub repository" in run("pull", "tiny", STORYFARM_MODELS=models).stderr


def test_pulling_takes_safe_files_only_once_and_checking_finds_damage(tmp_path, hub):
    models = registry(tmp_path, "{hub: somebody/tiny}")
    settings = environment(hub, models, tmp_path / "cache")
    done = run("pull", "tiny", "--json", **settings)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["models"][0]
    assert (found["files"], found["revision"]) == (2, COMMIT)
    assert sorted(hub.fetched) == ["model_index.json", "unet/model.safetensors"]
    assert f"revision {COMMIT}" in run("pull", "tiny", **settings).stdout
    assert len(hub.fetched) == 2, "what is there is not fetched again"
    assert "1 of 1 files verified" in run("check", "tiny", **settings).stdout
    done = run("pin", "tiny", **settings)
    assert done.returncode == 0, done.stderr
    pinned = catalog.load(Path(models)).models["tiny"].source
    assert (pinned.hub, pinned.revision) == ("somebody/tiny", COMMIT)
    assert dict(pinned.files) == {name: hashlib.sha256(FILES[name]).hexdigest() for name in ("model_index.json", "unet/model.safetensors")}
    assert "2 of 2 files verified" in run("check", "tiny", **settings).stdout
    blob = (Path(found["folder"]) / "unet/model.safetensors").resolve()
    blob.write_bytes(b"damaged")
    assert "damaged" in run("check", "tiny", **settings).stdout


def test_pulling_takes_what_a_model_names_and_what_it_needs_besides(tmp_path, hub):
    """`source.fetch` in place of the usual files; repositories within `defaults` too, even where the model itself lies in a folder."""
    path = tmp_path / "models.yaml"
    besides = "defaults: {aligner: {en: {hub: somebody/tiny}}}"
    path.write_text(
        f"""
models:
  voice: {{tasks: [speak], engine: kokoro, source: {{hub: somebody/tiny, fetch: ["unet/*.bin"]}}}}
  other: {{tasks: [speak], engine: kokoro, source: {{folder: {tmp_path}}}, {besides}}}
pools: {{}}
profiles: {{}}
""",
        encoding="utf-8",
    )
    settings = environment(hub, str(path), tmp_path / "cache")
    assert run("pull", "voice", **settings).returncode == 0
    assert sorted(hub.fetched) == ["model_index.json", "unet/evil.bin"]
    done = run("pull", "other", "--json", **settings)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["models"][0]["hub"] == "somebody/tiny"
    assert sorted(hub.fetched) == ["model_index.json", "unet/evil.bin", "unet/model.safetensors"]


PINNABLE = """# What we serve.
models:
  # the good one
  tiny:
    title: "Tiny: it paints"  # two quotes
    tasks: [keyframe]
    engine: diffusion-picture
    source: {{folder: {folder}}}  # on the fast disk
    defaults: &shared {{steps: 4,   guidance: 0.0}}

  # the other
  block:
    tasks: [keyframe]
    engine: diffusion-picture
    source:
      folder: {folder}
      # a note of ours
    defaults: *shared
  braces: {{tasks: [keyframe], engine: diffusion-picture, source: {{folder: {folder}}}, memory_gb: 2}}
  anchored: {{tasks: [keyframe], engine: diffusion-picture, source: &there {{folder: {folder}}}}}
  alias: {{tasks: [keyframe], engine: diffusion-picture, source: *there}}
  nowhere: {{tasks: [keyframe], engine: diffusion-picture, source: {{folder: /nowhere}}}}
pools: {{cpu: {{models: [tiny,
  block, braces]}}}}
profiles: {{}}
"""


def test_pinning_writes_hashes_and_leaves_every_other_line(tmp_path):
    folder = tmp_path / "weights"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "a: b.safetensors").write_bytes(b"weights")
    (folder / "model_index.json").write_bytes(b"{}")
    path = tmp_path / "models.yaml"
    path.write_text(PINNABLE.format(folder=folder), encoding="utf-8")
    path.chmod(0o640)
    before = path.read_text(encoding="utf-8").splitlines()
    done = run("pin", "tiny", "block", "braces", "--json", STORYFARM_MODELS=str(path))
    assert done.returncode == 0, done.stderr
    wanted = {"model_index.json": hashlib.sha256(b"{}").hexdigest(), "unet/a: b.safetensors": hashlib.sha256(b"weights").hexdigest()}
    found = catalog.load(path).models
    for name in ("tiny", "block", "braces"):
        assert found[name].source.folder == folder
        assert dict(found[name].source.files) == wanted
    assert found["alias"].source.files == {}
    after = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in before if "source" not in line and "folder:" not in line]
    assert [line for line in after if line in kept] == kept
    assert any(line.endswith("# on the fast disk") for line in after)
    assert path.stat().st_mode & 0o777 == 0o640
    assert "2 of 2 files verified" in run("check", "tiny", STORYFARM_MODELS=str(path)).stdout
    text = path.read_text(encoding="utf-8")
    run("pin", "tiny", "block", "braces", STORYFARM_MODELS=str(path))
    assert path.read_text(encoding="utf-8") == text, "pinning again changes nothing"
    for name, why in (("alias", "shares its source"), ("anchored", "shares its source"), ("nowhere", "There is no folder /nowhere")):
        done = run("pin", name, STORYFARM_MODELS=str(path))
        assert (done.returncode, why in done.stderr) == (2, True), done.stderr
    assert path.read_text(encoding="utf-8") == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models.yaml", "weights"]


def test_a_model_is_measured_and_its_profile_is_found_by_who_lists_models(tmp_path):
    path = tmp_path / "models.yaml"
    path.write_text(
        """
models:
  heavy: {tasks: [write], engine: heavy, memory_gb: 80000, defaults: {megabytes: 40, seconds: 0.2, steps: 4, limit: 2}, speed: {compile: regional}}
pools: {cpu: {models: [heavy]}}
profiles: {}
""",
        encoding="utf-8",
    )
    settings = {
        "STORYFARM_MODELS": str(path),
        "STORYFARM_HOME": str(tmp_path / "home"),
        "STORYFARM_ENGINES": "heavy=tests.workers.engines_with_weights:Heavy",
    }
    assert "80000 GB" in run("list", "--json", **settings).stdout
    done = run("bench", "heavy", "--repeats", "1", "--json", **settings)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["profile"]
    assert [(row["batch"], row["steps"]) for row in found["measured"]] == [(1, 4), (2, 4)]
    assert 0.04 <= found["measured"][0]["step_seconds"] <= 0.2
    assert found["weights_bytes"] == 40 << 20
    assert found["park_seconds"] is not None
    assert found["unpark_seconds"] is not None
    assert [word["speed"] for word in found["words"]] == [{}, {"compile": "regional"}]
    here = json.loads(run("list", "--json", **settings).stdout)["models"][0]
    assert here["missing"] == [], "what was measured counts more than models.yaml"
    assert (here["step_seconds"], here["batch"]) == (found["measured"][0]["step_seconds"], {"": 2})


def test_measuring_says_what_is_wrong_with_the_order(tmp_path):
    models = registry(tmp_path, "{folder: /nowhere/at/all}")
    for arguments, status, words in (
        (("tiny",), 5, "cannot run here"),
        (("nobody",), 2, "'nobody'"),
        (("huge", "--size", "wide"), 2, "1024x1024"),
        (("huge", "--device", "tpu"), 5, "no device 'tpu'"),
    ):
        done = run("bench", *arguments, STORYFARM_MODELS=models, STORYFARM_HOME=str(tmp_path))
        assert (done.returncode, words in done.stderr) == (status, True), done.stderr
