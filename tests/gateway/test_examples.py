"""Every example of the stories family's document, replayed with curl as it is printed there.

Against a farm of the tests; or, with STORYFARM_EXAMPLES_URL, _KEY, _EMAIL and _PASSWORD, against one that runs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "correct horse battery"
PATIENCE = 600
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


class There:
    """A farm to ask with curl."""

    def __init__(self, url: str, key: str, email: str, password: str, jar: Path) -> None:
        self.url, self.key, self.email, self.password, self.jar = url, key, email, password, jar

    def curl(self, *words: str, keyed: bool = True) -> tuple[int, Any]:
        """Run curl; the status and the answer, decoded where it is JSON."""
        auth = ["-H", f"Authorization: Bearer {self.key}"] if keyed else ["-b", str(self.jar), "-c", str(self.jar)]
        for _ in range(20):
            command = ["curl", "-s", "--max-time", "100", "-w", "\n%{http_code}", *auth, *(word.replace("https://yoh.app", self.url) for word in words)]
            said = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
            body, _, status = said.rpartition(b"\n")
            if status != b"429":
                break
            time.sleep(1)  # a farm that runs has its rate limits
        try:
            return int(status), json.loads(body)
        except ValueError:
            return int(status), body


@pytest.fixture(scope="module")
def there(farm: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """The farm that the examples are replayed against, with somebody who works."""
    jar = tmp_path_factory.mktemp("curl") / "cookies"
    if url := os.environ.get("STORYFARM_EXAMPLES_URL"):
        key, email, password = (os.environ[f"STORYFARM_EXAMPLES_{name}"] for name in ("KEY", "EMAIL", "PASSWORD"))
        yield There(url, key, email, password, jar)
        return
    farm.store.users.add("examples@example.org", farm.team, PASSWORD)
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            farm.worker.step()

    worker = threading.Thread(target=work)
    worker.start()
    yield There(farm.url, farm.key, "examples@example.org", PASSWORD, jar)
    stop.set()
    worker.join()


@pytest.fixture(scope="module")
def job(there: There) -> dict[str, Any]:
    """The document's quick start: generate, poll, download."""
    status, accepted = there.curl(
        "-X", "POST", "https://yoh.app/api/v1/stories/generate", "-H", "Content-Type: application/json",
        "-d", '{ "prompt": "A dragon teaches a young knight how to fly", "aspectRatio": "16:9" }',
    )  # fmt: skip
    assert status == 202
    assert set(accepted) == {"jobId", "status", "pollUrl"}
    assert accepted["status"] == "queued"
    assert accepted["pollUrl"] == f"/api/v1/stories/jobs/{accepted['jobId']}"
    progress, states, until = [0], ["queued"], time.monotonic() + PATIENCE
    while time.monotonic() < until:
        status, found = there.curl(f"https://yoh.app/api/v1/stories/jobs/{accepted['jobId']}")
        assert status == 200
        assert found["progress"] >= progress[-1]
        progress.append(found["progress"])
        if found["status"] != states[-1]:
            states.append(found["status"])
        if found["status"] in {"completed", "failed"}:
            break
        time.sleep(0.05)
    order = ["queued", "generating_story", "generating_videos", "rendering_video", "completed"]
    assert states == [state for state in order if state in states]
    return found


def test_quick_start(there: There, job: dict[str, Any]) -> None:
    assert (job["status"], job["progress"], job["error"]) == ("completed", 100, None)
    assert set(job) == {"jobId", "status", "progress", "storyId", "renderVideo", "videoUrl", "error", "createdAt", "startedAt", "completedAt"}
    status, film = there.curl("-H", "Range: bytes=0-99", job["videoUrl"])
    assert status == 206
    assert len(film) == 100


def test_every_field_of_generate(there: There) -> None:
    body = {
        "prompt": "A robot chef cooks in a futuristic kitchen", "aspectRatio": "9:16", "renderVideo": True, "title": "Kitchen", "contentType": "ad_spot",
        "locale": "en",
    }  # fmt: skip
    status, accepted = there.curl("-X", "POST", "https://yoh.app/api/v1/stories/generate", "-H", "Content-Type: application/json", "-d", json.dumps(body))
    assert status == 202
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        _, found = there.curl(f"https://yoh.app/api/v1/stories/jobs/{accepted['jobId']}?wait=60s")
        if found["status"] in {"completed", "failed"}:
            break
    assert found["status"] == "completed"
    assert found["renderVideo"] is True
    _, clips = there.curl(f"https://yoh.app/api/v1/stories/{found['storyId']}/clips")
    assert found["videoUrl"] not in {clip["videoUrl"] for clip in clips["data"]}


def test_stories_and_their_assets(there: There, job: dict[str, Any]) -> None:
    status, page = there.curl("https://yoh.app/api/v1/stories?page=1&limit=20&status=completed")
    assert status == 200
    assert job["storyId"] in {story["id"] for story in page["data"]}
    status, story = there.curl(f"https://yoh.app/api/v1/stories/{job['storyId']}")
    assert set(story) == {"id", "title", "status", "aspectRatio", "locale", "counts", "createdAt"}
    assert (story["status"], story["aspectRatio"]) == ("completed", "16:9")
    fields = {
        "characters": {"id", "name", "role", "description", "imageUrl", "voiceName", "order"},
        "scenes": {"id", "order", "title", "description", "timeOfDay", "weather", "lighting", "imageUrl"},
        "items": {"id", "name", "description", "significance", "imageUrl"},
        "clips": {"id", "order", "narration", "duration", "videoUrl", "imageUrl", "audioUrl", "status"},
    }
    for kind, names in fields.items():
        status, found = there.curl(f"https://yoh.app/api/v1/stories/{job['storyId']}/{kind}")
        assert status == 200
        assert len(found["data"]) == story["counts"][kind]
        for row in found["data"]:
            assert set(row) == names
            for url in (row[name] for name in names if name.endswith("Url")):
                assert url is None or there.curl("-H", "Range: bytes=0-9", url)[0] == 206


def test_series_assets(there: There) -> None:
    body = {"seriesId": "examples", "characterName": "Chef Axon", "imageUrl": "https://127.0.0.1/characters/chef-axon.jpg"}
    status, refused = there.curl(
        "-X", "POST", "https://yoh.app/api/v1/series-assets/ensure-character-image", "-H", "Content-Type: application/json", "-d", json.dumps(body)
    )
    assert status == 400
    assert refused["error"]["code"] == "bad_request"
    assert "127.0.0.1" in refused["error"]["message"]  # that the picture of a good address is kept, test_series.py shows


def test_api_keys_by_a_session(there: There) -> None:
    sign_in = json.dumps({"email": there.email, "password": there.password})
    assert there.curl("-X", "POST", "https://yoh.app/api/v1/sessions", "-H", "Content-Type: application/json", "-d", sign_in, keyed=False)[0] == 201
    body = '{"name": "My integration", "scopes": ["stories:generate", "stories:read", "assets:read"]}'
    status, made = there.curl("-X", "POST", "https://yoh.app/api/v1/api-keys", "-H", "Content-Type: application/json", "-d", body, keyed=False)
    assert status == 201
    assert set(made) == {"id", "key", "name", "keyPrefix", "scopes"}
    assert re.fullmatch(r"sk_live_\w{4}", made["keyPrefix"])
    status, listed = there.curl("https://yoh.app/api/v1/api-keys", keyed=False)
    assert set(listed["data"][0]) == {"id", "name", "keyPrefix", "scopes", "revokedAt", "createdAt"}
    assert there.curl("-X", "DELETE", f"https://yoh.app/api/v1/api-keys/{made['id']}", keyed=False) == (200, {"id": made["id"], "revoked": True})
    other = There(there.url, made["key"], "", "", there.jar)
    assert other.curl("https://yoh.app/api/v1/stories")[0] == 401


def test_errors(there: There) -> None:
    status, answer = there.curl("https://yoh.app/api/v1/stories/nosuch")
    assert (status, answer) == (404, {"error": {"code": "not_found", "message": answer["error"]["message"], "status": 404}})
    assert there.curl("https://yoh.app/api/v1/stories", keyed=False)[1]["error"]["code"] == "unauthorized"
    bad = there.curl("-X", "POST", "https://yoh.app/api/v1/stories/generate", "-H", "Content-Type: application/json", "-d", '{"aspectRatio": "16:9"}')
    assert bad[1]["error"]["code"] == "bad_request"
    locale = there.curl(
        "-X", "POST", "https://yoh.app/api/v1/stories/generate", "-H", "Content-Type: application/json", "-d", '{"prompt": "A dragon", "locale": "tlh"}'
    )
    assert locale[0] == 400
    assert re.search(r"it can .*\ben\b", locale[1]["error"]["message"])
