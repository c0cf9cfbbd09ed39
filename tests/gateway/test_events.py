"""The event stream of a sequence."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import events

SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale.", "motion": True}
FIELDS = {"type", "sequence", "title", "status", "statusError", "percent", "secondsLeft", "doing", "updatedAt", "music", "poster", "film", "frames"}


def stream(response: httpx.Response) -> Iterator[dict[str, str]]:
    """The events of a stream, each with its fields; a comment is `{"": text}`."""
    event: dict[str, str] = {}
    for line in response.iter_lines():
        if not line:
            if event:
                yield event
            event = {}
        else:
            name, _, value = line.partition(":")
            event[name] = value.removeprefix(" ")


def create(farm: Any) -> str:
    return farm.client.post("/api/v1/sequences", json=SCRIPT).json()["sequences"][0]["id"]


def test_a_stream_tells_a_story_from_snapshot_to_end(farm: Any) -> None:
    story = create(farm)
    worker = threading.Timer(0.2, farm.worker.run)
    worker.start()
    told = []
    with farm.client.stream("GET", f"/api/v1/sequences/{story}/events", timeout=30) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        told = [event for event in stream(response) if "data" in event]
    worker.join()
    data = [json.loads(event["data"]) for event in told]
    assert [item["type"] for item in data] == [event["event"] for event in told]
    assert data[0]["type"] == "snapshot"
    assert data[-1]["type"] == "end"
    assert data[-1]["status"] == "completed"
    assert data[-1]["percent"] == 100
    for item in data:
        if item["type"] != "progress":
            assert set(item) == FIELDS
    percents = [item["percent"] for item in data]
    assert percents == sorted(percents)
    assert {frame["video"]["status"] for frame in data[-1]["frames"]} == {"completed"}
    assert len([item for item in data if item["type"] == "snapshot"]) > 2


def test_a_finished_story_is_a_snapshot_and_an_end(farm: Any) -> None:
    story = create(farm)
    farm.worker.run()
    response = farm.client.get(f"/api/v1/sequences/{story}/events")
    assert [event["event"] for event in stream(response)] == ["snapshot", "end"]


def test_progress_reaches_the_stream_and_can_be_resumed(farm: Any) -> None:
    story = create(farm)
    farm.worker.step()
    with farm.client.stream("GET", f"/api/v1/sequences/{story}/events", timeout=10) as response:
        events_seen = stream(response)
        assert next(events_seen)["event"] == "snapshot"
        for step in range(1, 4):
            farm.publish(story, step=step, of=10)
        positions = []
        while len(positions) < 3:
            event = next(events_seen)
            if event.get("event") == "progress" and json.loads(event["data"]).get("of") == 10:
                positions.append((event["id"], json.loads(event["data"])["step"]))
    assert [step for _, step in positions] == [1, 2, 3]
    # a client that comes back with the first position gets the second and the third
    with farm.client.stream("GET", f"/api/v1/sequences/{story}/events", headers={"Last-Event-ID": positions[0][0]}, timeout=10) as response:
        again = stream(response)
        assert next(again)["event"] == "snapshot"
        assert [json.loads(next(again)["data"])["step"] for _ in range(2)] == [2, 3]


@pytest.mark.parametrize("position", ["nonsense", "0-0", "9" * 40, "-1", "1-", "1-" + "9" * 30])
def test_a_wrong_position_is_no_harm(farm: Any, position: str) -> None:
    story = create(farm)
    farm.worker.run()
    response = farm.client.get(f"/api/v1/sequences/{story}/events", headers={"Last-Event-ID": position})
    assert response.status_code == 200


def test_a_comment_comes_while_nothing_happens(farm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.1)
    story = create(farm)
    with farm.client.stream("GET", f"/api/v1/sequences/{story}/events", timeout=10) as response:
        told = stream(response)
        next(told)
        assert "" in next(told)


def test_a_preview_of_a_task_can_be_seen_while_it_works(farm: Any, tmp_path: Path) -> None:
    """Nothing of it is in the database: its signed address alone leads to it, and to nothing else that is not recorded."""
    picture = tmp_path / "small.jpg"
    picture.write_bytes(b"\xff\xd8 as small as a preview")
    sha = farm.worker.artifacts.put(picture, "image/jpeg").sha
    story = create(farm)
    farm.worker.step()
    with farm.client.stream("GET", f"/api/v1/sequences/{story}/events", timeout=10) as response:
        told = stream(response)
        next(told)
        farm.publish(story, step=1, of=10, preview=sha)
        farm.publish(story, step=2, of=10)
        seen = [json.loads(event["data"]) for event in itertools.islice((event for event in told if event.get("event") == "progress"), 2)]
    assert seen[1]["preview"] is None
    answer = farm.client.get(seen[0]["preview"])
    assert (answer.content, answer.headers["content-type"]) == (picture.read_bytes(), "image/jpeg")
    assert farm.client.get(seen[0]["preview"].replace("preview.jpg", "film.mp4")).status_code == 404
    assert farm.client.get(seen[0]["preview"].replace(sha, "0" * 64)).status_code == 404
