"""The stories family: every example of its document, with the exact shapes."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import httpx
import pytest

GENERATE = "/api/v1/stories/generate"
EXAMPLE = {"prompt": "A dragon teaches a young knight how to fly", "aspectRatio": "16:9"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
JOB_FIELDS = {"jobId", "status", "progress", "storyId", "renderVideo", "videoUrl", "error", "createdAt", "startedAt", "completedAt"}

pytestmark = pytest.mark.parametrize("farm", ["sqlite", "postgresql"], indirect=True, scope="module")


def generate(farm: Any, **fields: Any) -> dict[str, Any]:
    """Generate one story; the answer."""
    response = farm.client.post(GENERATE, json={**EXAMPLE, **fields})
    assert response.status_code == 202, response.text
    return response.json()


def test_the_documents_example(farm: Any) -> None:
    answer = generate(farm)
    assert set(answer) == {"jobId", "status", "pollUrl"}
    assert answer["status"] == "queued"
    assert answer["pollUrl"] == f"/api/v1/stories/jobs/{answer['jobId']}"
    job = farm.client.get(answer["pollUrl"]).json()
    assert set(job) == JOB_FIELDS
    assert job["jobId"] == answer["jobId"]
    assert (job["status"], job["progress"], job["storyId"], job["videoUrl"], job["error"]) == ("queued", 0, None, None, None)
    assert job["renderVideo"] is False
    assert TIME.fullmatch(job["createdAt"])
    assert job["startedAt"] is None
    assert job["completedAt"] is None


@pytest.mark.parametrize("render", [False, True])
def test_a_jobs_life_from_queued_to_completed(farm: Any, render: bool) -> None:
    poll = generate(farm, renderVideo=render)["pollUrl"]
    seen, progress = ["queued"], [0]
    while farm.worker.step():
        job = farm.client.get(poll).json()
        progress.append(job["progress"])
        if job["status"] != seen[-1]:
            seen.append(job["status"])
        if job["status"] in {"generating_videos", "rendering_video", "completed"}:
            assert job["storyId"]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    order = ["queued", "generating_story", "generating_videos", "rendering_video", "completed"]
    assert seen == [state for state in order if state in seen]
    assert seen[-1] == "completed"
    assert job["error"] is None
    assert TIME.fullmatch(job["startedAt"])
    assert TIME.fullmatch(job["completedAt"])
    clips = farm.client.get(f"/api/v1/stories/{job['storyId']}/clips").json()["data"]
    assert (job["videoUrl"] == clips[0]["videoUrl"]) is (not render)
    assert httpx.get(job["videoUrl"]).headers["content-type"] == "video/mp4"


def test_a_finished_story_and_its_assets(farm: Any) -> None:
    poll = generate(farm, title="Wings", renderVideo=True)["pollUrl"]
    farm.worker.run()
    story_id = farm.client.get(poll).json()["storyId"]
    story = farm.client.get(f"/api/v1/stories/{story_id}").json()
    assert set(story) == {"id", "title", "status", "aspectRatio", "locale", "counts", "createdAt"}
    assert (story["id"], story["title"], story["status"], story["aspectRatio"], story["locale"]) == (story_id, "Wings", "completed", "16:9", "en")
    assert set(story["counts"]) == {"characters", "scenes", "items", "clips"}
    assert TIME.fullmatch(story["createdAt"])
    fields = {
        "characters": {"id", "name", "role", "description", "imageUrl", "voiceName", "order"},
        "scenes": {"id", "order", "title", "description", "timeOfDay", "weather", "lighting", "imageUrl"},
        "items": {"id", "name", "description", "significance", "imageUrl"},
        "clips": {"id", "order", "narration", "duration", "videoUrl", "imageUrl", "audioUrl", "status"},
    }
    for kind, names in fields.items():
        answer = farm.client.get(f"/api/v1/stories/{story_id}/{kind}").json()
        assert set(answer) == {"data"}
        assert len(answer["data"]) == story["counts"][kind] > 0
        for row in answer["data"]:
            assert set(row) == names
            for name in names:
                if name.endswith("Url") and row[name] is not None:
                    assert httpx.get(row[name]).status_code == 200
        assert len({row["id"] for row in answer["data"]}) == len(answer["data"])
    clip = answer["data"][0]
    assert clip["status"] == "completed"
    assert clip["duration"] > 0
    assert clip["videoUrl"]
    assert clip["imageUrl"]


def test_the_list_is_newest_first_by_page(farm: Any) -> None:
    for _ in range(3):
        generate(farm)
    first = farm.client.get("/api/v1/stories", params={"limit": 2}).json()
    assert set(first) == {"data", "page", "limit", "total"}
    assert (first["page"], first["limit"]) == (1, 2)
    assert first["total"] == farm.count()
    second = farm.client.get("/api/v1/stories", params={"limit": 2, "page": 2}).json()
    assert set(second["data"][0]) == {"id", "title", "status", "aspectRatio", "locale", "createdAt"}
    times = [row["createdAt"] for row in first["data"] + second["data"]]
    assert times == sorted(times, reverse=True)
    assert not {row["id"] for row in first["data"]} & {row["id"] for row in second["data"]}
    assert farm.client.get("/api/v1/stories", params={"page": 1000}).json()["data"] == []


def test_the_list_by_status(farm: Any) -> None:
    generate(farm)
    queued = farm.client.get("/api/v1/stories", params={"status": "queued", "limit": 100}).json()
    assert queued["total"] >= 1
    assert {row["status"] for row in queued["data"]} == {"queued"}
    farm.worker.run()
    assert farm.client.get("/api/v1/stories", params={"status": "queued"}).json()["total"] == 0
    assert farm.client.get("/api/v1/stories", params={"status": "completed"}).json()["total"] >= 1


def test_a_job_can_be_waited_for(farm: Any) -> None:
    poll = generate(farm)["pollUrl"]
    worker = threading.Timer(0.3, farm.worker.step)
    worker.start()
    began = time.monotonic()
    response = farm.client.get(poll, params={"wait": "20s"})
    worker.join()
    assert time.monotonic() - began < 5
    assert (response.headers["x-wait-changed"], response.headers["x-wait-done"]) == ("true", "false")


def test_a_failed_job_says_why(farm: Any) -> None:
    poll = generate(farm)["pollUrl"]
    farm.worker.run(fail={"write"})
    job = farm.client.get(poll).json()
    assert job["status"] == "failed"
    assert job["error"]
    assert job["videoUrl"] is None
    assert job["storyId"] is None


def test_a_story_is_a_sequence_and_a_sequence_is_a_story(farm: Any) -> None:
    poll = generate(farm)["pollUrl"]
    farm.worker.run()
    story_id = farm.client.get(poll).json()["storyId"]
    assert farm.client.get(f"/api/v1/sequences/{story_id}").json()["status"] == "completed"
    sequence = farm.client.post("/api/v1/sequences", json={"script": "A lighthouse keeper befriends a stranded whale."}).json()["sequences"][0]
    assert farm.client.get(f"/api/v1/stories/jobs/{sequence['workflowRunId']}").json()["status"] == "queued"


def test_a_language_without_a_voice_is_refused_by_name(farm: Any) -> None:
    response = farm.client.post(GENERATE, json={**EXAMPLE, "locale": "tlh"})
    assert response.status_code == 400
    assert "tlh" in response.json()["error"]["message"]
    assert "en" in response.json()["error"]["message"]


def test_defaults(farm: Any) -> None:
    answer = farm.client.post(GENERATE, json={"prompt": EXAMPLE["prompt"]}).json()
    farm.worker.step()
    job = farm.client.get(answer["pollUrl"]).json()
    assert job["renderVideo"] is False
    listed = farm.client.get("/api/v1/stories", params={"limit": 1}).json()["data"][0]
    assert (listed["aspectRatio"], listed["locale"]) == ("9:16", "en")


def test_an_idempotency_key_makes_one_job(farm: Any) -> None:
    headers = {"Idempotency-Key": f"job-{farm.count()}"}
    first = farm.client.post(GENERATE, json=EXAMPLE, headers=headers)
    assert farm.client.post(GENERATE, json=EXAMPLE, headers=headers).json() == first.json()
    reused = farm.client.post(GENERATE, json={**EXAMPLE, "title": "Other"}, headers=headers)
    assert reused.status_code == 422
    assert reused.json()["error"]["code"] == "idempotency_key_reused"


def test_generation_is_limited_more_strictly_than_reading(farm: Any) -> None:
    client = farm.client_with({"stories:generate", "stories:read"}, limited=True)
    answers = [client.post(GENERATE, json=EXAMPLE) for _ in range(4)]
    assert [answer.status_code for answer in answers[:2]] == [202, 202]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["error"] == {"code": "rate_limited", "message": refused.json()["error"]["message"], "status": 429}
    assert int(refused.headers["retry-after"]) >= 1
    assert client.get("/api/v1/stories").status_code == 200
