"""Every field of a create request, and the effect that it has: over HTTP, through the real screenwriter and the planner, in some into the picture."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import yaml
from PIL import Image

from farm import catalog as catalogs
from farm.artifacts import Artifacts
from farm.resolve import resolve
from farm.specs import ComposeSpec, Deliverable, KeyframeSpec, Spec, WriteSpec
from farm.store import Store, StoryDocument
from farm.store import tables as t
from farm.types import Screenplay, Size, TaskKind
from gateway.models.sequences import CreateSequence
from tests.gateway.conftest import NO_LIMITS, Farm, painted, settings_of
from tests.gateway.real_worker import RealWorker

SEQUENCES = "/api/v1/sequences"
SCRIPT = "A lighthouse keeper befriends a stranded whale."
VESSELS = ("red bucket", "old hat", "tin cup", "big kettle", "wooden barrel", "blue jug", "leather boot", "brass pot", "small pail", "stone bowl")
LONG = " ".join(
    f"On day {day} the keeper rowed out to the tired whale, and gave it water from his {what} until the tide was high." for day, what in enumerate(VESSELS, 1)
)
OFF: dict[str, Any] = {"enhance": "off"}
"""Written faster: for fields whose effect the writing has no part in."""
SECOND = {"screenwriter": "second-writer", "illustrator": "second-painter", "camera": "second-camera", "heart": "second-voice", "bandstand": "second-band"}
"""Each embedded model under another name as well, so that there is something to choose."""


@dataclass(frozen=True)
class Made:
    """A sequence that the real screenwriter has written, and what the planner made of it."""

    id: str
    document: StoryDocument
    specs: dict[str, Spec]

    @property
    def play(self) -> Screenplay:
        assert self.document.screenplay is not None
        return self.document.screenplay

    @property
    def write(self) -> WriteSpec:
        spec = self.specs["write"]
        assert isinstance(spec, WriteSpec)
        return spec

    @property
    def compose(self) -> ComposeSpec:
        spec = self.specs["compose"]
        assert isinstance(spec, ComposeSpec)
        return spec

    @property
    def keyframes(self) -> list[KeyframeSpec]:
        return [spec for spec in self.specs.values() if isinstance(spec, KeyframeSpec)]

    @property
    def told(self) -> str:
        return " ".join(shot.narration for shot in self.play.shots)

    def models(self, kind: TaskKind) -> set[str]:
        return {task.model for task in self.document.tasks if task.kind is kind}

    def showing(self, key: str) -> list[KeyframeSpec]:
        """The keyframes in which a character or item is to be seen."""
        return [one for one in self.keyframes if key in (*one.shot.characters, *one.shot.items)]


class Studio:
    """A farm whose tasks the embedded engines do."""

    def __init__(self, farm: Farm) -> None:
        self.farm, self.worker = farm, RealWorker(farm.store, farm.artifacts, farm.catalog)
        self._plain: Made | None = None

    def post(self, **fields: Any) -> list[dict[str, Any]]:
        answer = self.farm.client.post(SEQUENCES, json={"script": SCRIPT, **fields})
        assert answer.status_code == 202, answer.text
        return answer.json()["sequences"]

    def all(self, **fields: Any) -> list[Made]:
        """Every sequence of a create request, written."""
        entries = self.post(**fields)
        while self.worker.step(TaskKind.WRITE):
            pass
        return [self.made(entry["id"]) for entry in entries]

    def one(self, **fields: Any) -> Made:
        if not fields and self._plain is not None:
            return self._plain
        (made,) = self.all(**fields)
        self._plain = self._plain if fields else made
        return made

    def tidy(self) -> None:
        """Stop whatever is left to do."""
        for story in self.farm.store.stories.page(self.farm.team, limit=100):
            if not self.farm.store.stories.ended(story):
                self.farm.store.stories.cancel(story, self.farm.team)

    def made(self, story: str) -> Made:
        document = self.farm.store.stories.document(story)
        assert document is not None
        with self.farm.store.database.read() as connection:
            rows = connection.execute(t.tasks.select().where(t.tasks.c.job == document.job)).all()
        specs = {row.name: catalogs_spec(row.spec) for row in rows}
        return Made(story, document, specs)

    def picture(self, spec: KeyframeSpec, tmp_path: Path) -> np.ndarray:
        """The keyframe as the illustrator paints it, in a quarter of the width: pixels, 0 to 255."""
        small = spec.model_copy(update={"size": Size(width=320, height=180)})
        _, shas = resolve(small, {})
        outcome = self.worker.run("illustrator", small, shas, tmp_path)
        with Image.open(next(output.path for output in outcome.outputs if output.name == "picture")) as picture:
            return np.asarray(picture.convert("RGB"), dtype=float)


def catalogs_spec(raw: dict[str, Any]) -> Spec:
    """A task's specification as the store keeps it."""
    from pydantic import TypeAdapter

    found: Spec = TypeAdapter(Spec).validate_python(raw)
    return found


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("studio")
    settings = settings_of(folder, redis_url)
    raw = yaml.safe_load(settings.models.read_text(encoding="utf-8"))
    raw["models"] |= {second: raw["models"][first] for first, second in SECOND.items()}
    raw["pools"]["cpu"]["models"] += SECOND.values()
    (folder / "models.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    store = Store.open(settings.database_url)
    store.migrate()
    farm = Farm(store, Artifacts.open(settings.artifacts_url, settings.secret), settings, catalogs.load(folder / "models.yaml"), folder)
    yield Studio(farm)
    farm.close()
    store.close()


# ---------------------------------------------------------------- one check a field


def script(studio: Studio, tmp_path: Path) -> None:
    other = studio.one(script="A young baker wins a dragon's heart with a honey cake.")
    assert "baker" in other.told
    assert "dragon" in other.told
    assert "baker" not in studio.one().told
    assert studio.farm.client.post(SEQUENCES, json={"script": "too short"}).status_code == 400


def title(studio: Studio, tmp_path: Path) -> None:
    named = studio.one(title="Sea Tale")
    assert named.document.title == named.play.title == "Sea Tale"
    assert named.compose.title is not None
    assert named.compose.title.text == "Sea Tale"
    assert studio.one().play.title not in ("", "Sea Tale")


def enhance(studio: Studio, tmp_path: Path) -> None:
    assert studio.one(enhance="off").told == SCRIPT
    assert len(studio.one().told) > 2 * len(SCRIPT)  # auto: it is short
    assert len(LONG) >= 1000
    assert " ".join(studio.one(script=LONG).told.split()) == LONG  # auto: it is long
    always = studio.one(script=LONG, enhance="always", targetSeconds=120)
    assert len(always.told) > len(LONG)
    for chosen, there in (("off", False), ("auto", True)):  # enhancedScript is in the answer where enhancement ran
        serving = studio.farm.serve(NO_LIMITS, enhance_grace=20.0)
        try:
            with ThreadPoolExecutor(1) as pool:
                asked = pool.submit(studio.farm.client.post, serving.url + SEQUENCES, json={"script": SCRIPT, "enhance": chosen})
                while not studio.worker.step(TaskKind.WRITE):
                    time.sleep(0.01)
                answer = asked.result().json()
        finally:
            serving.stop()
        assert ("enhancedScript" in answer) is there
    assert len(answer["enhancedScript"]) > len(SCRIPT)


def target_seconds(studio: Studio, tmp_path: Path) -> None:
    lengths = [sum(cut.seconds for cut in studio.one(targetSeconds=seconds).compose.cuts) for seconds in (15, 60)]
    assert lengths[0] < 20
    assert 40 < lengths[1] < 75
    off = [studio.one(enhance="off", targetSeconds=seconds) for seconds in (5, 300)]  # it steers the expansion, and nothing else
    assert off[0].compose == off[1].compose
    assert off[0].write.model_copy(update={"seed": 0}) == off[1].write.model_copy(update={"seed": 0})


def style(studio: Studio, tmp_path: Path) -> None:
    noir = [studio.one(style=name) for name in ("cinematic-noir", "Cinematic Noir")]
    assert noir[0].keyframes[0] == noir[1].keyframes[0]
    own = studio.farm.client.post("/api/v1/styles", json={"name": "Grass", "prompt": "green ink", "palette": ["#002200", "#00aa00", "#ccffcc"]}).json()
    by_id = studio.one(style=own["id"])
    assert by_id.keyframes[0].style.name == "Grass"
    assert "green ink" in by_id.keyframes[0].prompt
    assert studio.one().keyframes[0].style.slug == "storybook"
    assert studio.farm.client.post(SEQUENCES, json={"script": SCRIPT, "style": "no such style"}).status_code == 404
    dull, bright = (studio.picture(one.keyframes[0], tmp_path) for one in (noir[0], studio.one()))
    assert np.ptp(dull, axis=2).mean() < np.ptp(bright, axis=2).mean() / 2  # noir is nearly without colour


def aspect_ratio(studio: Studio, tmp_path: Path) -> None:
    for ratio, size in (("16:9", (1280, 720)), ("9:16", (720, 1280)), ("1:1", (960, 960)), (None, (1280, 720))):
        made = studio.one(**OFF, motion=True, **({"aspectRatio": ratio} if ratio else {}))
        sizes = {(spec.size.width, spec.size.height) for name, spec in made.specs.items() if name.split(".")[0] in ("keyframe", "animate", "compose")}
        assert sizes == {size}, ratio
    studio.farm.client.post("/api/v1/styles", json={"name": "Tall", "aspectRatio": "9:16"})
    assert studio.one(**OFF, style="Tall").compose.size == Size(width=720, height=1280)  # the style's, where none is asked for
    assert studio.one(**OFF, style="Tall", aspectRatio="1:1").compose.size == Size(width=960, height=960)


def analysis_models(studio: Studio, tmp_path: Path) -> None:
    two = studio.all(**OFF, analysisModels=["screenwriter", "second-writer"])
    assert [one.models(TaskKind.WRITE) for one in two] == [{"screenwriter"}, {"second-writer"}]
    assert len({one.id for one in two}) == 2


def image_models(studio: Studio, tmp_path: Path) -> None:
    made = studio.one(**OFF, imageModels=["second-painter", "illustrator"])
    assert made.models(TaskKind.KEYFRAME) == made.models(TaskKind.PORTRAIT) == {"second-painter"}


def video_models(studio: Studio, tmp_path: Path) -> None:
    assert studio.one(**OFF, motion=True, videoModels=["second-camera"]).models(TaskKind.ANIMATE) == {"second-camera"}


def audio_models(studio: Studio, tmp_path: Path) -> None:
    made = studio.one(**OFF, music=True, audioModels=["second-band", "second-voice", "bandstand"])
    assert (made.models(TaskKind.SCORE), made.models(TaskKind.SPEAK)) == ({"second-band"}, {"second-voice"})
    assert studio.farm.client.post(SEQUENCES, json={"script": SCRIPT, "audioModels": ["second-painter"]}).status_code == 400


def motion(studio: Studio, tmp_path: Path) -> None:
    still, moving = studio.one(**OFF), studio.one(**OFF, motion=True)
    assert not still.models(TaskKind.ANIMATE)
    assert len([name for name in moving.specs if name.startswith("animate.")]) == len(moving.play.shots)


def music(studio: Studio, tmp_path: Path) -> None:
    silent, scored = studio.one(**OFF), studio.one(**OFF, music=True)
    assert ("score" in silent.specs, silent.compose.score) == (False, False)
    assert ("score" in scored.specs, scored.compose.score) == (True, True)


def characters(studio: Studio, tmp_path: Path) -> None:
    hang = studio.farm.gallery.hang
    urls = [hang(f"who{number}.example", painted(colour, (96, 120))) for number, colour in enumerate(("magenta", "purple", "pink"))]
    made = studio.one(
        characters=[
            "Old Tom the keeper",
            {"name": "The whale", "isHuman": False, "description": "a whale with a white fin"},
            {"name": "Mara", "description": "a girl in a yellow raincoat", "referenceImageUrls": urls},
        ]
    )
    by_name = {one.name: one for one in made.play.characters}
    assert {"Old Tom the keeper", "Mara"} <= set(by_name)
    whale = next(one for one in made.play.characters if "whale" in one.name.lower())
    assert (whale.human, whale.description) == (False, "a whale with a white fin")
    for one in made.play.characters:
        assert made.showing(one.key), f"{one.name} is in no picture"
    mara = by_name["Mara"]
    shown = made.showing(mara.key)[0]
    assert "yellow raincoat" in mara.description
    _, files = resolve(shown, {})
    references = [files[f"reference.{mara.key}{end}"] for end in ("", ".2", ".3")]
    assert len(set(references)) == 3
    assert "reference.mara" in files
    green = [hang("who3.example", painted("lime", (96, 120)))]
    other = studio.one(characters=[{"name": "Mara", "description": "a girl in a yellow raincoat", "referenceImageUrls": green}])
    _differ(studio, shown, next(iter(other.showing("mara"))), tmp_path)
    # by its id, and by its name, somebody of an earlier sequence looks the same again
    rows = studio.farm.client.get(f"/api/v1/stories/{made.id}/characters").json()["data"]
    tom = next(row for row in rows if row["name"] == "Old Tom the keeper")
    for name in (tom["id"], "old tom the keeper"):
        again = studio.one(script="A baker wins a dragon's heart with a honey cake.", characters=[name])
        same = next(one for one in again.play.characters if one.name == "Old Tom the keeper")
        assert (same.look, same.noun, same.description) == (by_name["Old Tom the keeper"].look, by_name["Old Tom the keeper"].noun, tom["description"])
        assert again.showing(same.key)
    unknown = studio.farm.client.post(SEQUENCES, json={"script": SCRIPT, "characters": ["char_" + "0" * 26]})
    assert (unknown.status_code, "char_000" in unknown.json()["error"]["message"]) == (404, True)
    theirs = studio.farm.other.post(SEQUENCES, json={"script": SCRIPT, "characters": [tom["id"]]})
    assert theirs.status_code == 404


def locations(studio: Studio, tmp_path: Path) -> None:
    url = studio.farm.gallery.hang("place.example", painted("magenta", (160, 90)))
    made = studio.one(locations=["Stormy lighthouse", {"name": "Glass greenhouse", "description": "a greenhouse full of ferns", "referenceImageUrls": [url]}])
    places = {scene.place: scene for scene in made.play.scenes}
    assert {"Stormy lighthouse", "Glass greenhouse"} <= set(places)
    greenhouse = places["Glass greenhouse"]
    assert greenhouse.description == "a greenhouse full of ferns"
    assert {shot.scene for shot in made.play.shots} >= {places["Stormy lighthouse"].key, greenhouse.key}
    shown = next(one for one in made.keyframes if one.scene.key == greenhouse.key)
    _, files = resolve(shown, {})
    assert f"reference.{greenhouse.key}" in files
    lime = {"name": "Glass greenhouse", "referenceImageUrls": [studio.farm.gallery.hang("place2.example", painted("lime", (160, 90)))]}
    other = studio.one(locations=["Stormy lighthouse", lime])
    _differ(studio, shown, next(one for one in other.keyframes if one.shot.index == shown.shot.index), tmp_path)
    rows = studio.farm.client.get(f"/api/v1/stories/{made.id}/scenes").json()["data"]
    again = studio.one(locations=[next(row["id"] for row in rows if "greenhouse" in row["title"].lower())])
    assert any(scene.reference == greenhouse.reference for scene in again.play.scenes)


def elements(studio: Studio, tmp_path: Path) -> None:
    hang = studio.farm.gallery.hang
    asked = [
        {"url": hang("logo.example", painted("magenta", (80, 80))), "token": "ACME"},
        {"url": hang("tea.example", painted("cyan")), "filename": "tea box.png"},
    ]
    made = studio.one(elements=asked)
    items = {one.name: one for one in made.play.items}
    assert {"ACME", "tea box"} <= set(items)
    for name in ("ACME", "tea box"):
        seen = made.showing(items[name].key)
        assert seen, f"{name} is in no picture"
        assert all(items[name].key in one.shot.items[:2] for one in seen)  # of more, painters show none
        _, files = resolve(seen[0], {})
        assert f"reference.{items[name].key}" in files
    shown = made.showing(items["ACME"].key)[0]
    asked[0]["url"] = hang("logo2.example", painted("lime", (80, 80)))
    other = studio.one(elements=asked)
    _differ(studio, shown, next(one for one in other.keyframes if one.shot.index == shown.shot.index), tmp_path)


def webhook_url(studio: Studio, tmp_path: Path) -> None:
    made = studio.one(**OFF, webhookUrl="https://hooks.example.com/done")
    studio.farm.worker.run()  # the rest is small
    (told,) = studio.farm.client.get("/api/v1/webhooks/deliveries", params={"sequence": made.id}).json()["deliveries"]
    assert (told["url"], told["event"]) == ("https://hooks.example.com/done", "sequence.completed")


def seed(studio: Studio, tmp_path: Path) -> None:
    first, same, other = (studio.one(seed=number) for number in (7, 7, 8))
    assert first.specs == same.specs
    assert first.play.shots != other.play.shots
    assert first.keyframes[0].seed != other.keyframes[0].seed


def burn_captions(studio: Studio, tmp_path: Path) -> None:
    assert studio.one(**OFF, burnCaptions=True).compose.burn_captions is True
    assert studio.one().compose.burn_captions is False


def locale(studio: Studio, tmp_path: Path) -> None:
    refused = studio.farm.client.post("/api/v1/sequences", json={"script": "Ein Wächter und ein Wal.", "locale": "de"})
    assert (refused.status_code, "cannot write" in refused.text) == (400, True), "the embedded writer knows English alone"
    assert studio.one(**OFF, locale="en-GB").write.locale == "en-GB"
    assert studio.one().write.locale == "en"


def caption_look(studio: Studio, tmp_path: Path) -> None:
    assert studio.one(**OFF, captionLook="boxed").compose.caption_look == "boxed"
    assert studio.one().compose.caption_look == "plain"


def also(studio: Studio, tmp_path: Path) -> None:
    assert studio.one(**OFF, also=["teaser", "otio", "teaser"]).compose.also == ("teaser", "otio")
    assert studio.one().compose.also == ()
    everything = get_args(Deliverable)
    assert studio.one(**OFF, also=list(everything)).compose.also == everything


def _differ(studio: Studio, magenta: KeyframeSpec, lime: KeyframeSpec, tmp_path: Path) -> None:
    """The colour of a reference is in the picture: with a magenta one there is more of that than with a lime one, and the other way round."""
    pictures = [studio.picture(one, tmp_path) for one in (magenta, lime)]
    towards = [float(np.clip((one[..., 0] + one[..., 2]) / 2 - one[..., 1], 0, None).mean()) for one in pictures]
    away = [float(np.clip(one[..., 1] - (one[..., 0] + one[..., 2]) / 2, 0, None).mean()) for one in pictures]
    assert towards[0] > towards[1] + 0.2, (towards, away)
    assert away[1] > away[0] + 0.2, (towards, away)


CHECKS: dict[str, Callable[[Studio, Path], None]] = {
    "script": script, "title": title, "enhance": enhance, "targetSeconds": target_seconds, "style": style, "aspectRatio": aspect_ratio,
    "analysisModels": analysis_models, "imageModels": image_models, "videoModels": video_models, "audioModels": audio_models, "motion": motion,
    "music": music, "characters": characters, "locations": locations, "elements": elements, "webhookUrl": webhook_url, "seed": seed,
    "locale": locale, "burnCaptions": burn_captions, "captionLook": caption_look, "also": also,
}  # fmt: skip


def test_no_field_is_without_a_check() -> None:
    assert set(CHECKS) == {field.alias for field in CreateSequence.model_fields.values()}


@pytest.mark.parametrize("field", CHECKS)
def test_a_field_has_its_effect(studio: Studio, tmp_path: Path, field: str) -> None:
    try:
        CHECKS[field](studio, tmp_path)
    finally:
        studio.tidy()
