"""`storyfarm models pull` against a hub of our own: what is fetched, what is refused, what is broken off and goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import models_pull
from cli.errors import CliError
from cli.models_check import torn
from cli.models_files import wanted
from farm.catalog import Model
from farm.types import TaskKind
from pipelines import weights
from tests.cli.hub import COMMIT, TOKEN, Hub, environment, serving

ROOT = Path(__file__).parents[2]
INDEX = json.dumps({"_class_name": "SomePipeline", "unet": ["diffusers", "UNet"], "scheduler": ["diffusers", "Euler"], "image_encoder": [None, None]}).encode()
HEADER = b'{"a":{"dtype":"U8","shape":[90000],"data_offsets":[0,90000]}}'
WEIGHTS = len(HEADER).to_bytes(8, "little") + HEADER + bytes(range(250)) * 360
PIPELINE = {
    "model_index.json": INDEX,
    "README.md": b"what it is",
    "everything.safetensors": WEIGHTS,
    "run.py": b"print()",
    "scheduler/scheduler_config.json": b"{}",
    "unet/config.json": b"{}",
    "unet/diffusion_pytorch_model.safetensors": WEIGHTS,
    "unet/diffusion_pytorch_model.fp16.safetensors": WEIGHTS,
    "unet/diffusion_pytorch_model.bin": b"pickle",
    "unet_full/diffusion_pytorch_model.safetensors": WEIGHTS,
}
NAMES = ("tiny", "gated", "torn", "nobody", "pickles")


@pytest.fixture
def hub() -> Iterator[Hub]:
    repositories = {f"some/{name}": PIPELINE for name in ("tiny", "gated", "torn")}
    slow = {**PIPELINE, "unet/diffusion_pytorch_model.safetensors": _weights(12 << 20)}
    with serving({**repositories, "some/slow": slow, "some/pickles": {"unet/model.bin": b"pickle"}}) as one:
        one.gated, one.torn, one.slow = {"some/gated"}, {"some/torn"}, {"some/slow"}
        yield one


def _weights(size: int) -> bytes:
    header = json.dumps({"a": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(size)


def _registry(tmp_path: Path) -> str:
    rows = "\n".join(
        f"  {name}: {{tasks: [keyframe], engine: diffusion-picture, licence: Fancy Licence, source: {{hub: some/{name}}}}}" for name in (*NAMES, "slow")
    )
    (tmp_path / "models.yaml").write_text(f"models:\n{rows}\npools: {{}}\nprofiles: {{}}\n")
    return str(tmp_path / "models.yaml")


def _run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", "models", *arguments], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60, env={**os.environ, **settings}
    )


def test_each_is_fetched_or_refused_with_a_sentence(tmp_path: Path, hub: Hub) -> None:
    settings = environment(hub, _registry(tmp_path), tmp_path / "cache")

    done = _run("pull", *NAMES, **settings)

    assert done.returncode == 2, done.stderr
    assert "tiny: 5 files" in done.stdout
    said = done.stderr.splitlines()
    assert len(said) == 4, done.stderr
    assert all(line.startswith("storyfarm: ") for line in said)
    assert "accepted its licence (Fancy Licence)" in said[0]
    assert "--token-file" in said[0]
    assert "arrived with SHA-256" in said[1]
    assert "announced was" in said[1]
    assert "there is no some/nobody at main" in said[2]
    assert "no .safetensors file" in said[3]
    assert [name for name in hub.fetched if "full" in name or "everything" in name or "fp16" in name or not name.endswith(("json", "safetensors", "md"))] == []
    assert not list((tmp_path / "cache").glob("models--some--torn/snapshots/*/unet/*.safetensors")), "what arrived changed is not kept"

    # With the right token the gated one opens; what is there is not fetched again; offline it is found; a wrong token is named.
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "wrong").write_text("hf_wrong")
    hub.fetched.clear()
    done = _run("pull", "tiny", "gated", "--json", "--token-file", str(tmp_path / "token"), **settings)
    rows = {row["name"]: row for row in json.loads(done.stdout)["models"]}
    assert (done.returncode, rows["tiny"]["to_fetch"], rows["gated"]["files"], rows["gated"]["revision"]) == (0, 0, 5, COMMIT)
    assert len([name for name in hub.fetched if name.endswith(".safetensors")]) == 1
    done = _run("pull", "tiny", "nobody", **{**settings, "HF_HUB_OFFLINE": "1"})
    assert (done.returncode, "here already" in done.stdout, "HF_HUB_OFFLINE" in done.stderr) == (5, True, True), done.stderr
    done = _run("pull", "tiny", "--token-file", str(tmp_path / "wrong"), **settings)
    assert (done.returncode, "does not know this token" in done.stderr or "not open to this token" in done.stderr) == (2, True), done.stderr


def test_a_pull_that_was_killed_goes_on_and_leaves_nothing_half(tmp_path: Path, hub: Hub) -> None:
    settings = environment(hub, _registry(tmp_path), tmp_path / "cache")
    first = subprocess.Popen([sys.executable, "-m", "cli", "models", "pull", "slow"], cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 40
        while not any(path.stat().st_size > 1 << 20 for path in (tmp_path / "cache").glob("**/*.incomplete")) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        first.kill()
        first.wait()
    lost = weights.incomplete(next((tmp_path / "cache").glob("models--some--slow/snapshots/*")))
    assert lost in (["unet/*.safetensors"], ["unet/"])

    assert list((tmp_path / "cache").glob("**/*.incomplete")), "the test came too late"

    hub.slow.clear()
    hub.fetched.clear()
    done = _run("pull", "slow", **settings)

    assert done.returncode == 0, done.stderr
    assert "unet/diffusion_pytorch_model.safetensors" in hub.fetched
    assert "README.md" not in hub.fetched, "what had come is not fetched again"
    assert not list((tmp_path / "cache").glob("**/*.incomplete")), "nothing half is left"
    row = json.loads(_run("check", "slow", "--json", **settings).stdout)["models"][0]
    assert (row["files"], row["of"], row["bad"]) == (1, 1, [])


def test_a_hub_that_is_away_and_a_proxy_that_is_none_are_named(tmp_path: Path, hub: Hub) -> None:
    settings = environment(hub, _registry(tmp_path), tmp_path / "cache")
    away = {**settings, "HF_ENDPOINT": "http://127.0.0.1:9"}
    proxied = {**away, "HTTP_PROXY": "http://me:secret@127.0.0.1:9", "HTTPS_PROXY": "http://me:secret@127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}

    for environ in (away, proxied):
        done = _run("pull", "tiny", **environ)

        assert done.returncode == 5, done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "run it again" in done.stderr
        assert "secret" not in done.stderr
    assert "through HTTPS_PROXY=http://…@127.0.0.1:9" in done.stderr


def test_a_disk_without_room_is_named_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "not" / "there"))
    model = Model(name="huge", tasks=(TaskKind.WRITE,), engine="transformers-language")

    models_pull._see_room(model, 1)
    with pytest.raises(CliError, match=r"huge: 9000000\.0 GB are to be fetched and .*not/there has room for .*HF_HUB_CACHE"):
        models_pull._see_room(model, 9 * 10**15)


@pytest.mark.parametrize(("text", "words"), [("", "holds 0 words"), ("hf_a hf_b", "holds 2 words"), (None, "cannot be read")])
def test_a_token_file_that_is_none_is_named(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "token"
    if text is not None:
        path.write_text(text)

    with pytest.raises(CliError, match=words):
        models_pull.token_of(path)


def test_of_each_part_one_form_of_the_weights_is_fetched() -> None:
    names = [
        "a/model.safetensors",
        "a/model.fp16.safetensors",
        "b/model.safetensors",
        "c/model.bf16.safetensors",
        "a/x/model.safetensors",
        "d/model.safetensors",
    ]
    sharded = ["a/model-00001-of-00002.fp16.safetensors", "b/model.fp16-00001-of-00002.safetensors", "b/model-00001-of-00002.safetensors"]
    parts = {"a": "A", "b": "B", "c": "C"}

    assert wanted(names, parts=parts) == ["a/model.safetensors", "b/model.safetensors", "c/model.bf16.safetensors"]
    assert wanted(names, parts=parts, variant="fp16") == ["a/model.fp16.safetensors", "b/model.safetensors", "c/model.bf16.safetensors"]
    assert wanted(sharded, parts=parts, variant="fp16") == sharded[:2]
    assert wanted(sharded, parts=parts) == [sharded[0], sharded[2]]


def test_of_a_single_model_what_lies_at_the_top_is_fetched() -> None:
    top = ["config.json", "merges.txt", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]

    assert wanted([*top, "original/model.safetensors", "metal/model.bin", "consolidated.safetensors", "modeling_x.py"]) == top
    assert wanted(["consolidated.safetensors"]) == ["consolidated.safetensors"]
    csm = ["config.json", "model.safetensors", "transformers-00001-of-00002.safetensors", "transformers-00002-of-00002.safetensors"]
    assert wanted(csm, fetch=["transformers-*.safetensors"]) == [csm[0], *csm[2:]]


def test_a_file_that_is_cut_off_is_known_by_its_own_header(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for data, wrong in ((WEIGHTS, ""), (WEIGHTS[:-1], "has "), (WEIGHTS[:20], "is no"), (b"", "is no"), (b"\xff" * 100, "is no"), (WEIGHTS + b"x", "has ")):
        path.write_bytes(data)

        assert torn(path).startswith(wrong)
        assert bool(torn(path)) == bool(wrong)
