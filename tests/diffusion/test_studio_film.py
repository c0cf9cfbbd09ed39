"""The whole studio in one film: language, pictures with references, video, voices, music – every model a real architecture with random weights."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image

from farm import resolve, timing
from farm.artifacts import Artifacts
from farm.specs import Hint, SpeakSpec
from farm.store import tables as t
from farm.story import NewStory
from farm.tickets import flush
from farm.types import Style, TaskKind
from farm.work import ClipData, Work
from pipelines.speech.local import TransformersSpeech
from tests.diffusion import tiny, tiny_sounds
from tests.diffusion.working import Listener
from tests.workers.conftest import Farm, Valkey, until, valkey  # noqa: F401 (a fixture)

MODELS = """
models:
  words: {{tasks: [write], engine: transformers-language, source: {{folder: {language}}}, defaults: {{temperature: 1.0, max_tokens: 4000}}}}
  klein:
    tasks: [keyframe, portrait]
    engine: diffusion-picture
    source: {{folder: {klein}}}
    takes: [reference, portraits]
    defaults: {{steps: 2, pixels: 16384, reference: {{how: image, side: 64}}, call: {{text_encoder_out_layers: [0, 1, 2]}}}}
  wan: {{tasks: [animate], engine: diffusion-video, source: {{folder: {wan}}}, defaults: {{steps: 1, pixels: 2048, longest: 33}}}}
  voices:
    tasks: [speak]
    engine: transformers-speech
    source: {{folder: {vits}}}
    defaults: {{voice: teller, names: {{Mara: ann, Tom: bob}}, voices: {{teller: {{speaker: 0}}, ann: {{speaker: 1}}, bob: {{speaker: 2}}}}}}
  music: {{tasks: [score], engine: transformers-music, source: {{folder: {music}}}, defaults: {{longest: 6, overlap: 1}}}}
  composer: {{tasks: [compose, join], engine: composer, takes: [pieces]}}
pools: {{cpu: {{models: [words, klein, wan, voices, music, composer]}}}}
profiles: {{tiny: {{models: {{write: words, portrait: klein, keyframe: klein, animate: wan, speak: voices, score: music, compose: composer}}}}}}
"""
SCRIPT = '"Stay here," said Mara. "I light the lamp," said Tom. The sea was loud.'


@pytest.mark.timeout(240)
def test_a_film_by_a_studio_of_real_models(weights: Path, tmp_path: Path, valkey: Valkey) -> None:  # noqa: F811
    folders = {"klein": tiny.saved("flux2-klein", weights), "wan": tiny.saved("wan", weights)}
    folders |= {word: tiny_sounds.saved(name, weights) for word, name in (("language", "language"), ("vits", "vits-3"), ("music", "musicgen"))}
    farm = Farm(tmp_path, valkey, MODELS.format(**folders))
    try:
        farm.worker("--no-warm")
        story = _told(farm, tmp_path)
        until(lambda: farm.document(story).status in ("completed", "failed"), 200, lambda: farm.state(story))
        document = farm.document(story)
        assert document.status == "completed", farm.state(story)
        assert {str(task.state) for task in document.tasks} == {"done"}, farm.state(story)
        files = Artifacts.open(farm.settings.artifacts_url, farm.settings.secret)
        with farm.store.database.read() as connection:
            rows = {row.name: row for row in connection.execute(sa.select(t.tasks).where(t.tasks.c.story == story))}
        _every_word_is_spoken_by_whoever_says_it(farm, rows, document, files, tmp_path)
        _pictures_were_painted_from_references(rows, document)
        _the_film_is_as_long_as_its_parts(rows, document, files, tmp_path)
    finally:
        farm.close()


def _told(farm: Farm, scratch: Path) -> str:
    face = scratch / "mara.png"
    Image.effect_noise((96, 96), 80).convert("RGB").save(face)
    mara = Artifacts.open(farm.settings.artifacts_url, farm.settings.secret).put(face, "image/png")
    chosen = farm.catalog.profiles["tiny"].models
    new = NewStory(
        team=farm.team, prompt=SCRIPT, style=Style(slug="noir", name="Noir", prompt="film noir"), models=chosen, seconds=8, enhance="off", seed=4,
        pools={name: farm.catalog.serving(name) for name in chosen.values()},
        takes={name: farm.catalog.models[name].takes for name in chosen.values() if farm.catalog.models[name].takes},
        characters=(Hint(name="Mara", description="an old keeper", human=True, reference=mara.sha), Hint(name="Tom", description="a boy", human=True)),
    )  # fmt: skip
    farm.store.artifacts.record(mara)
    story: str = farm.store.stories.create(new).story
    flush(farm.store, farm.tickets)
    return story


def _every_word_is_spoken_by_whoever_says_it(farm: Farm, rows: Any, document: Any, files: Artifacts, scratch: Path) -> None:
    spoken = [task for task in document.tasks if task.kind is TaskKind.SPEAK]
    specs = [SpeakSpec.model_validate(rows[task.name].spec) for task in spoken]
    assert " ".join(" ".join(spec.text.split()) for spec in specs) == SCRIPT, "the script's own words, all of them"
    assert {speaker.name for spec in specs for speaker in spec.speakers} == {"Mara", "Tom"}
    told = TransformersSpeech(
        farm.catalog.models["voices"].model_copy(update={"defaults": {**farm.catalog.models["voices"].defaults, "dialogue": False}}), "cpu"
    )
    told.load(Listener())
    for task, spec in zip(spoken, specs, strict=True):
        (scratch / task.id).mkdir()
        alone = told.run(Work(task=task.id, model="voices", spec=spec, scratch=scratch / task.id), Listener()).outputs[0].path
        same = _sound(alone).tobytes() == _sound(files.local(task.outputs["speech"].sha, scratch)).tobytes()
        assert same is ('"' not in spec.text), f"{spec.text}: quotations are not the narrator's"


def _pictures_were_painted_from_references(rows: Any, document: Any) -> None:
    assert {"portrait.character.mara", "portrait.character.tom"} <= set(rows)
    ended = {task.name: task for task in document.tasks}
    for task in document.tasks:
        if task.kind is TaskKind.KEYFRAME:
            keys = {one["key"] for one in rows[task.name].spec["characters"]}
            portraits = {f"portrait.character.{key}": ended[f"portrait.character.{key}"] for key in keys}
            assert all(portrait.ended_at <= task.started_at for portrait in portraits.values()), "keyframes wait for the portraits of who is in them"
            needs = {name: resolve.Result(done=True, outputs={what: one.sha for what, one in found.outputs.items()}) for name, found in portraits.items()}
            given = resolve.resolve(_spec(rows[task.name]), {name.replace(".character", ""): result for name, result in needs.items()})[1]
            assert {f"reference.{key}" for key in keys} <= set(given)


def _spec(row: Any) -> Any:
    from farm.specs import KeyframeSpec

    return KeyframeSpec.model_validate(row.spec)


def _the_film_is_as_long_as_its_parts(rows: Any, document: Any, files: Artifacts, scratch: Path) -> None:
    clips = [ClipData.model_validate(task.data).frames for task in document.tasks if task.kind is TaskKind.ANIMATE]
    (composed,) = (task for task in document.tasks if task.kind is TaskKind.COMPOSE)
    title = timing.title_frames(24) if document.screenplay.title.strip() else 0
    shared = [timing.TRANSITION_FRAMES if index or title else 0 for index in range(len(clips))]
    wanted = timing.film_frames(title, list(zip(clips, shared, strict=True)))
    with av.open(str(files.local(composed.outputs["film"].sha, scratch))) as file:
        video = file.streams.video[0]
        assert (video.codec_context.name, video.width, video.height, video.average_rate) == ("h264", 1280, 720, 24)
        assert sum(1 for _ in file.decode(video=0)) == wanted == composed.data["frames"]
    with av.open(str(files.local(composed.outputs["film"].sha, scratch))) as file:
        sound = np.concatenate([frame.to_ndarray() for frame in file.decode(audio=0)], axis=1)
        assert np.abs(sound).max() > 0.01, "nobody speaks and nothing plays"
    (score,) = (task for task in document.tasks if task.kind is TaskKind.SCORE)
    with wave.open(str(files.local(score.outputs["score"].sha, scratch))) as music:
        assert music.getnframes() / music.getframerate() == pytest.approx(wanted / 24, abs=0.001)


def _sound(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")
