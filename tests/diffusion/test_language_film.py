"""A whole farm whose every model is a real architecture with random weights: language, pictures, video, speech, music; from a prompt to a film."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import av
import httpx
import numpy as np
import pytest

from tests.diffusion import tiny, tiny_sounds

RANDOM = "{temperature: 1.0, max_tokens: 4000, attempts: 1, lenient: true}"  # random weights keep to a form, not to an order
MODELS = """
models:
  words: {{tasks: [write], engine: transformers-language, source: {{folder: {language}}}, defaults: {defaults}}}
  sdxl: {{tasks: [keyframe, portrait], engine: diffusion-picture, source: {{folder: {sdxl}}}, defaults: {{steps: 2, pixels: 16384}}}}
  ltx: {{tasks: [animate], engine: diffusion-video, source: {{folder: {ltx}}}, defaults: {{steps: 1, pixels: 8192, longest: 65}}}}
  voice: {{tasks: [speak], engine: transformers-speech, source: {{folder: {vits}}}}}
  music: {{tasks: [score], engine: diffusion-music, source: {{folder: {music}}}, defaults: {{steps: 2}}}}
  composer: {{tasks: [compose], engine: composer}}
pools: {{cpu: {{models: [words, sdxl, ltx, voice, music, composer]}}}}
profiles: {{tiny: {{models: {{write: words, portrait: sdxl, keyframe: sdxl, animate: ltx, speak: voice, score: music, compose: composer}}}}}}
"""


@pytest.mark.timeout(300)
def test_a_film_of_tiny_real_models_from_words_to_music(weights, tmp_path):
    folders = {name: tiny.saved(name, weights) for name in ("sdxl", "ltx")}
    folders |= {"language": tiny_sounds.saved("language", weights), "vits": tiny_sounds.saved("vits", weights)}
    models, film = tmp_path / "models.yaml", tmp_path / "film.mp4"
    models.write_text(MODELS.format(**folders, defaults=RANDOM, music=tiny_sounds.saved("ace-step", weights)), encoding="utf-8")
    command = [sys.executable, "-m", "cli", "render", "A keeper lights a lamp.", "-o", str(film), "--seconds", "5", "--home", str(tmp_path / "home")]
    environment = {**os.environ, "STORYFARM_MODELS": str(models), "STORYFARM_PROFILE": "tiny"}
    done = subprocess.run(
        [*command, "--workers", "1", "--json"], capture_output=True, text=True, check=False, timeout=280, env=environment, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr[-3000:]
    made = json.loads(done.stdout.splitlines()[-1])
    assert made["shots"] >= 1
    with av.open(str(film)) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (1280, 720)
        sound = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
        assert np.abs(sound).max() > 0.01, "nobody speaks and nothing plays"


@pytest.mark.timeout(200)
def test_a_script_is_heard_while_a_model_writes_it(weights, tmp_path):
    """Through all of it: tokens, the slot, the worker, Redis, the gateway, an event stream."""
    models = tmp_path / "models.yaml"
    words = f"{{tasks: [write], engine: transformers-language, source: {{folder: {tiny_sounds.saved('language', weights)}}}, defaults: {RANDOM}}}"
    usual = {"keyframe, portrait": "illustrator", "animate": "camera", "speak": "voice", "score": "score", "compose": "composer"}
    others = "".join(f"\n  {engine}: {{tasks: [{tasks}], engine: {engine}}}" for tasks, engine in usual.items())
    choice = ", ".join(f"{task}: {engine}" for tasks, engine in usual.items() for task in tasks.split(", "))
    models.write_text(
        f"models:\n  words: {words}{others}\npools: {{cpu: {{models: [words, {', '.join(usual.values())}]}}}}\n"
        f"profiles: {{tiny: {{models: {{write: words, {choice}}}}}}}\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "STORYFARM_MODELS": str(models), "STORYFARM_PROFILE": "tiny"}
    command = [sys.executable, "-m", "cli", "up", "--home", str(tmp_path / "home"), "--port", "0", "--workers", "1", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, cwd=Path(__file__).parents[2]) as farm:
        try:
            assert farm.stdout is not None
            there = json.loads(farm.stdout.readline())
            body = {"script": "A keeper lights a lamp in the night.", "seed": 5, "targetSeconds": 120}  # of which the tiny model makes six words
            told = []
            with httpx.stream(
                "POST", there["url"] + "/api/v1/scripts/enhance", json=body, headers={"Authorization": f"Bearer {there['key']}"}, timeout=120
            ) as answer:
                told.extend(json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))
        finally:
            farm.terminate()
    assert "".join(one["delta"] for one in told[:-1]) == told[-1]["enhancedScript"]
    assert len(told) > 3, "it was told at the end only"
