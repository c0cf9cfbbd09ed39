"""A story's rows hold what engines really made: every address fetched, in parts too, and opened as what it says it is."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import av
import httpx
import pytest
from PIL import Image

from farm import plan
from farm.types import FILM_SIZES, AspectRatio, Size, TaskKind
from tests.gateway.real_worker import RealWorker

TALL = Size(width=180, height=320)
PROMPT = "A lighthouse keeper with a lantern befriends a stranded whale."


@pytest.fixture(scope="module")
def story(farm: Any) -> Mapping[str, Any]:
    """One small film by the embedded engines: its job, and its rows by kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FILM_SIZES, AspectRatio.TALL, TALL)
        for what in plan.PORTRAIT_SIZES:
            patch.setitem(plan.PORTRAIT_SIZES, what, Size(width=120, height=120))
        patch.setattr("gateway.requests.USUAL_SECONDS", 10.0)
        made = farm.client.post("/api/v1/stories/generate", json={"prompt": PROMPT, "renderVideo": True}).json()
        worker = RealWorker(farm.store, farm.artifacts, farm.catalog)
        while worker.step() is not None:
            pass
    job = farm.client.get(made["pollUrl"]).json()
    assert job["status"] == "completed", job
    base = f"/api/v1/stories/{job['storyId']}"
    rows = {kind: farm.client.get(f"{base}/{kind}").json()["data"] for kind in ("characters", "scenes", "items", "clips")}
    return {"job": job, "story": farm.client.get(base).json(), "tasks": farm.store.stories.document(job["storyId"]).tasks, **rows}


def fetched(url: str, media_type: str) -> bytes:
    """The file at an address, whole, after a look at parts of it as a player takes them."""
    whole = httpx.get(url)
    assert whole.status_code == 200
    assert whole.headers["content-type"] == media_type
    assert whole.headers["accept-ranges"] == "bytes"
    size = len(whole.content)
    assert size == int(whole.headers["content-length"]) > 100
    for span, part in (("bytes=0-99", whole.content[:100]), (f"bytes={size // 2}-", whole.content[size // 2 :]), ("bytes=-10", whole.content[-10:])):
        answer = httpx.get(url, headers={"range": span})
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-range"].endswith(f"/{size}")
    assert httpx.get(url, headers={"range": f"bytes={size}-"}).status_code == 416
    assert httpx.head(url).headers["content-length"] == str(size)
    return whole.content


def played(content: bytes, *kinds: str) -> dict[str, float]:
    """Decode all of it: seconds by kind of stream, of which there are these."""
    found: dict[str, float] = {}
    with av.open(io.BytesIO(content)) as container:
        assert sorted(stream.type for stream in container.streams) == sorted(kinds)
        for stream in [stream for stream in container.streams if stream.type in ("video", "audio")]:
            container.seek(0)
            frames = list(container.decode(stream))
            sound = stream.type == "audio"
            found[stream.type] = float(sum(frame.samples for frame in frames) / stream.rate if sound else len(frames) / stream.average_rate)
    return found


def test_the_rows_are_those_that_are_counted_with_ids_of_their_own(story: Mapping[str, Any]) -> None:
    ids = [row["id"] for kind in ("characters", "scenes", "items", "clips") for row in story[kind]]
    assert len(ids) == len(set(ids))
    assert {kind: len(story[kind]) for kind in ("characters", "scenes", "items", "clips")} == story["story"]["counts"]
    assert [clip["order"] for clip in story["clips"]] == list(range(len(story["clips"])))
    assert "whale" in str(story["characters"])
    assert {row["order"] for row in story["characters"]} == set(range(len(story["characters"])))
    assert all(row["description"] for kind in ("characters", "scenes", "items") for row in story[kind])
    assert all(row["timeOfDay"] and row["weather"] and row["lighting"] for row in story["scenes"])


@pytest.mark.parametrize("kind", ["characters", "scenes", "items"])
def test_each_has_a_picture_of_its_own(story: Mapping[str, Any], kind: str) -> None:
    assert story[kind]
    pictures = [fetched(row["imageUrl"], "image/png") for row in story[kind]]
    assert len(set(pictures)) == len(pictures)
    for content in pictures:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 50  # painted, not one colour


def test_each_clip_has_its_video_still_and_voice(story: Mapping[str, Any]) -> None:
    assert len(story["clips"]) >= 2
    videos = []
    for clip in story["clips"]:
        assert (clip["status"], bool(clip["narration"])) == ("completed", True)
        videos.append(fetched(clip["videoUrl"], "video/mp4"))
        assert played(videos[-1], "video")["video"] == pytest.approx(clip["duration"], abs=0.1)
        spoken = played(fetched(clip["audioUrl"], "audio/wav"), "audio")["audio"]
        assert 0.3 < spoken < clip["duration"] + 0.1
        with Image.open(io.BytesIO(fetched(clip["imageUrl"], "image/png"))) as still:
            assert still.size == (TALL.width, TALL.height)
    assert len(set(videos)) == len(videos)


def test_the_film_is_the_clips_with_sound(story: Mapping[str, Any]) -> None:
    seconds = played(fetched(story["job"]["videoUrl"], "video/mp4"), "video", "audio", "subtitle")
    assert seconds["video"] >= sum(clip["duration"] for clip in story["clips"]) * 0.7
    assert seconds["audio"] == pytest.approx(seconds["video"], abs=0.1)
    assert {task.kind for task in story["tasks"]} >= {TaskKind.WRITE, TaskKind.PORTRAIT, TaskKind.KEYFRAME, TaskKind.ANIMATE, TaskKind.SPEAK, TaskKind.SCORE}
    assert all(str(task.state) == "done" for task in story["tasks"])
