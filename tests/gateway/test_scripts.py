"""Expanding a script: told word by word, free, in no list, and stopped when nobody listens."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from farm.script import as_script
from farm.types import TaskKind
from tests.gateway.tiny_worker import PLAY

ENHANCE = "/api/v1/scripts/enhance"
SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale."}

pytestmark = pytest.mark.parametrize("farm", ["sqlite", "postgresql"], indirect=True, scope="module")


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream: name ("" for unnamed) and data; comments left out."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if fields:
            found.append((fields.get("event", ""), json.loads(fields["data"])))
    return found


def working(farm: Any, **how: Any) -> threading.Thread:
    """A worker that begins once there is something to do."""

    def work() -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until and not farm.worker.run(**how):
            time.sleep(0.02)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def newest(farm: Any) -> Any:
    """The story that was created last, hidden or not."""
    with farm.store.database.read() as connection:
        name = connection.exec_driver_sql("SELECT id FROM stories ORDER BY id DESC LIMIT 1").scalar()
    return farm.store.stories.document(name)


def test_a_script_is_told_word_by_word(farm: Any) -> None:
    thread = working(farm)
    answer = farm.client.post(ENHANCE, json={**SCRIPT, "targetSeconds": 45, "style": "cinematic-noir"})
    thread.join()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer.text)
    script = as_script(PLAY)
    assert [name for name, _ in told] == [""] * len(script.split()) + ["done"]
    assert "".join(data["delta"] for name, data in told if not name) == script
    done = told[-1][1]
    assert done["enhancedScript"] == script
    link = done["_links"]["create-sequence"]
    assert (link["method"], link["examples"][0]["script"]) == ("POST", script)
    assert farm.client.post(link["href"], json=link["examples"][0]).status_code == 202


def test_a_script_is_told_while_it_is_written(farm: Any) -> None:
    """Parts arrive before the task is done, lost ones are made good at the end; a part that does not go on from what was told is left out."""
    script = as_script(PLAY)
    heard: list[str] = []
    with farm.client.stream("POST", ENHANCE, json=SCRIPT) as answer:
        story, lines = newest(farm).id, answer.iter_lines()
        for part, at in ((script[:7], 0), ("lost", 900), (script[7:12], 7)):
            farm.worker.publish(story, kind=TaskKind.WRITE, step=at + 1, of=99, text=part, text_at=at)
        while "".join(heard) != script[:12]:
            line = next(lines)
            if line.startswith("data: "):
                heard.append(json.loads(line[6:])["delta"])
        assert not farm.store.stories.ended(story)
        farm.worker.run()
        told = events("\n\n".join(line if line else "" for line in lines).replace("event: done\n\n", "event: done\n"))
    assert "".join(heard) + "".join(data["delta"] for name, data in told if not name) == script
    assert told[-1][1]["enhancedScript"] == script


def test_only_the_writing_is_done_and_nothing_paid(farm: Any) -> None:
    entries = len(farm.store.ledger.entries(farm.team, limit=200))
    thread = working(farm)
    farm.client.post(ENHANCE, json={**SCRIPT, "targetSeconds": 45, "style": "cinematic-noir", "seed": 5})
    thread.join()
    story = newest(farm)
    assert [task.name for task in story.tasks] == ["write"]
    assert (story.request.seconds, story.request.style.slug, story.request.seed, story.request.enhance) == (45, "cinematic-noir", 5, "always")
    assert story.job_status == "completed"
    assert len(farm.store.ledger.entries(farm.team, limit=200)) == entries
    assert story.id not in farm.client.get("/api/v1/sequences?limit=100").text
    assert story.id not in farm.client.get("/api/v1/stories?limit=100").text


def test_a_failure_is_told(farm: Any) -> None:
    thread = working(farm, fail={"write"})
    told = events(farm.client.post(ENHANCE, json=SCRIPT).text)
    thread.join()
    assert [name for name, _ in told] == ["error"]
    assert told[0][1]["code"] == "INTERNAL_ERROR"
    assert "write was told to fail" in told[0][1]["message"]


def test_hanging_up_stops_it(farm: Any) -> None:
    with farm.client.stream("POST", ENHANCE, json=SCRIPT) as answer:
        assert answer.status_code == 200
        story = newest(farm)
        assert story.request.origin == "enhance"
    until = time.monotonic() + 5
    while not farm.store.stories.ended(story.id) and time.monotonic() < until:
        time.sleep(0.02)
    assert farm.store.stories.document(story.id).status == "archived"
    assert farm.worker.run() == 0


def test_a_key_tells_the_same_script_again_even_after_hanging_up(farm: Any) -> None:
    headers = {"Idempotency-Key": f"tell-{time.monotonic()}"}
    with farm.client.stream("POST", ENHANCE, json=SCRIPT, headers=headers) as answer:
        assert answer.status_code == 200
        story = newest(farm)
    time.sleep(0.3)  # long enough for it to be stopped, if it were
    thread = working(farm)
    again = [farm.client.post(ENHANCE, json=SCRIPT, headers=headers) for _ in range(2)]
    thread.join()
    assert newest(farm).id == story.id
    assert farm.store.stories.document(story.id).status == "completed"
    assert [events(one.text)[-1][1]["enhancedScript"] for one in again] == [as_script(PLAY)] * 2
    assert {one.headers["idempotency-replayed"] for one in again} == {"true"}
    other = farm.client.post(ENHANCE, json={**SCRIPT, "seed": 3}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize(
    ("body", "status"), [({}, 400), ({"script": "short"}, 400), ({**SCRIPT, "style": "no such"}, 404), ({**SCRIPT, "targetSeconds": 4}, 400)]
)
def test_what_is_wrong_is_an_ordinary_error(farm: Any, body: dict[str, Any], status: int) -> None:
    refused = farm.client.post(ENHANCE, json=body)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/json"


def test_it_needs_the_scope_to_generate(farm: Any) -> None:
    assert farm.client_with({"stories:read"}).post(ENHANCE, json=SCRIPT).status_code == 403
