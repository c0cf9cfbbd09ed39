"""docs/gpu.md to the letter: its commands, on this machine's processor, with tiny weights pulled from a hub of our own, until there is a film."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from tests.cli.hub import environment, serving
from tests.diffusion import tiny

ROOT = Path(__file__).parents[2]
HUB = "black-forest-labs/FLUX.2-klein-4B"
REGISTRY = """
models:
  screenwriter: {{tasks: [write], engine: screenwriter, locales: [en], memory_gb: 0.4, sale: yes}}
  flux2-klein:
    tasks: [keyframe, portrait]
    engine: diffusion-picture
    source: {{hub: {hub}}}
    licence: Apache-2.0
    sale: yes
    memory_gb: 0.1
    takes: [reference, portraits]
    gives: [picture]
    defaults: {defaults}
  camera: {{tasks: [animate], engine: camera, takes: [picture, layers], gives: [clip], memory_gb: 0.4, sale: yes}}
  heart: {{tasks: [speak], engine: voice, source: {{package: hibari-tts}}, locales: [en], gives: [speech, words], memory_gb: 0.3, sale: yes}}
  bandstand: {{tasks: [score], engine: score, gives: [score], memory_gb: 0.2, sale: yes}}
  composer: {{tasks: [compose, join], engine: composer, takes: [pieces], gives: [film, poster, captions], memory_gb: 0.3, sale: yes}}
pools:
  cpu: {{models: [screenwriter, camera, bandstand, composer]}}
  gpu-24g: {{models: [flux2-klein]}}
  speech: {{models: [heart]}}
profiles:
  gpu-24g:
    models:
      {{write: screenwriter, portrait: flux2-klein, keyframe: flux2-klein, animate: camera, speak: heart, score: bandstand, join: composer, compose: composer}}
"""


def commands() -> list[str]:
    """What docs/gpu.md has its reader type, from the choice of models on."""
    text = (ROOT / "docs" / "gpu.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text[text.index("## 2.") :], re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.timeout(300)
def test_the_commands_of_the_first_film_make_one(tmp_path: Path, weights: Path) -> None:
    folder = tiny.saved("flux2-klein", weights)
    repository = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    said = {"steps": 1, "guidance": 1.0, "pixels": 64 * 64, "reference": {"how": "image", "side": 64}, **tiny.DEFAULTS["flux2-klein"]}
    (tmp_path / "models.yaml").write_text(REGISTRY.format(hub=HUB, defaults=json.dumps(said)))
    lines = commands()
    assert [line for line in lines if line.startswith("storyfarm up")], "docs/gpu.md starts a farm"
    # One command after the other, as somebody types them; up has come when it has said so.
    (tmp_path / "storyfarm").write_text(f'#!/bin/sh\nexec {sys.executable} -m cli "$@"\n')
    (tmp_path / "storyfarm").chmod(0o755)
    script = ["set -eu", "PATH=$PWD:$PATH", "trap 'kill $(jobs -p); wait' EXIT"]
    for line in lines:
        if line.startswith("storyfarm up"):
            script += [line.replace(" &", " --port 0 >up.txt &"), "until grep -q 'is up' up.txt; do sleep 0.2; kill -0 $!; done"]
        else:
            script += [line.replace(" &", " 2>>workers.txt &")]
    with serving({HUB: repository}) as hub:
        settings = {**environment(hub, str(tmp_path / "models.yaml"), tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            ["bash", "-c", "\n".join(script)], cwd=tmp_path, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        try:
            out, err = process.communicate(timeout=280)
        finally:
            _end(process.pid)
    assert process.returncode == 0, f"{out[-3000:]}\n{err[-3000:]}"
    assert "its films may be sold" in out
    assert re.search(r"flux2-klein: ok, \d+ of \d+ files verified", out), out
    assert '"model": "flux2-klein", "what": "load"' in (tmp_path / "workers.txt").read_text()
    with av.open(str(tmp_path / "film.mp4")) as film:
        frames = sum(1 for _ in film.decode(video=0))
    assert frames >= 5 * 24


def _end(session: int) -> None:
    """End whatever the script left running."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(session, number)
            time.sleep(1)
        except ProcessLookupError:
            return
