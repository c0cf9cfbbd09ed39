"""An agent that knows a base URL, a key, and what HAL is: from the root to the finished film by links alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

_QUERY = re.compile(r"\{\?([\w,]+)\}")
_PATH = re.compile(r"\{(\w+)\}")


class Agent:
    """Follows links; the only path it was ever told is that of the root."""

    def __init__(self, base: str, key: str) -> None:
        self._client = httpx.Client(base_url=base, timeout=100)
        self._key = key
        self.root = self._client.get("/api/v1").json()
        said = self.root["instructions"]
        assert "Authorization: Bearer" in said  # how to say who one is, it must have read there
        self._client.headers["authorization"] = f"Bearer {key}"

    def follow(self, link: dict[str, Any], *, body: Any = None, **values: str) -> httpx.Response:
        """Ask where a link leads, its template filled with `values`."""
        href = link["href"]
        query = {name: values[name] for match in _QUERY.finditer(href) for name in match[1].split(",") if name in values}
        href = _PATH.sub(lambda match: values[match[1]], _QUERY.sub("", href))
        if body is not None:
            assert link["contentType"] == "application/json"
        return self._client.request(link["method"], href, params=query, **({"json": body} if body is not None else {}))

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def agent(farm: Any) -> Iterator[Agent]:
    made, stop = Agent(farm.url, farm.key), threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            farm.worker.step()

    worker = threading.Thread(target=work)
    worker.start()
    yield made
    stop.set()
    worker.join()
    made.close()


def test_from_the_base_url_to_the_film_by_links_alone(agent: Agent) -> None:
    create = agent.root["_links"]["create-sequence"]
    example = create["examples"][0]
    assert set(example) <= set(agent.root["requestSchema"]["properties"])
    answer = agent.follow(create, body=example)
    assert answer.status_code == 202
    poll = answer.json()["sequences"][0]["_links"]["poll"]
    for _ in range(100):
        held = agent.follow(poll, wait="30s")
        assert held.status_code == 200
        poll = held.json()["_links"]["poll"]
        if held.headers["x-wait-done"] == "true":
            break
    document = held.json()
    assert (document["status"], document["counts"]["videosFailed"]) == ("completed", 0)
    made = agent.follow(document["_links"]["create-export"])
    for _ in range(20):
        export = made.json().get("export") or made.json()["exports"][0]
        if export["status"] == "ready":
            break
        made = agent.follow(made.json()["_links"]["poll"], wait="30s")
    film = httpx.get(export["url"])  # needs no key
    assert film.headers["content-type"] == "video/mp4"
    assert int(film.headers["content-length"]) > 0
    # and on: every frame's versions, an edit with the example of the specification, back again
    frame = document["frames"][0]["id"]
    edit = document["_links"]["edit-frame"]
    specification = agent.follow(agent.root["_links"]["openapi-spec"]).json()
    operation = next(found for path, methods in specification["paths"].items() for found in methods.values() if found["operationId"] == "edit_frame")
    example = next(iter(operation["requestBody"]["content"]["application/json"]["examples"].values()))["value"]
    edited = agent.follow(edit, body=example, frameId=frame, id=document["id"])
    assert edited.status_code == 202
    for _ in range(50):
        now = agent.follow(edited.json()["_links"]["poll"], wait="30s")
        if now.headers["x-wait-done"] == "true":
            break
    versions = agent.follow(now.json()["_links"]["frame-versions"], frameId=frame, id=document["id"]).json()
    back = next(one["_links"]["make-current"] for one in versions["versions"] if "make-current" in one["_links"])
    assert agent.follow(back).status_code == 202
    assert agent.follow(now.json()["_links"]["cancel"]).json()["status"] == "archived"


def test_every_plain_link_of_the_root_leads_somewhere(agent: Agent) -> None:
    asked = 0
    for relation, link in agent.root["_links"].items():
        if link["method"] == "GET" and not _PATH.search(link["href"]):
            answer = agent.follow(link)
            assert answer.status_code == 200 or (answer.status_code == 401 and "session" in answer.json()["error"]["message"]), relation
            asked += 1
    assert asked >= 8


def test_lists_lead_to_what_they_list_and_on(agent: Agent) -> None:
    create = agent.root["_links"]["create-sequence"]
    made = {agent.follow(create, body={"script": f"The {number} ships of the harbour sail away"}).json()["sequences"][0]["id"] for number in range(3)}
    page = agent.follow({**agent.root["_links"]["sequences"], "href": agent.root["_links"]["sequences"]["href"] + "?limit=1"}).json()
    seen = []
    while True:
        seen += [agent.follow(one["_links"]["self"]).json()["id"] for one in page["sequences"]]
        if "next" not in page["_links"] or len(seen) >= 10:
            break
        page = agent.follow(page["_links"]["next"]).json()
    assert made <= set(seen)
    assert len(seen) == len(set(seen))


def test_who_comes_to_the_wrong_door_is_told_of_the_right_one(farm: Any) -> None:
    for path in ("/api", "/api/v2", "/api/v1/"):
        answer = httpx.get(farm.url + path)
        assert answer.status_code == 404
        assert "GET /api/v1" in answer.json()["error"]["message"]
