"""Every example of the sequences family's document, replayed by a shell with curl as it is printed there, against a gateway process.

Only the base URL is changed, and `seq_…` is the id of a sequence. Or, with STORYFARM_EXAMPLES_URL and _KEY, against a farm that runs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.gateway.test_server import Process

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

CREATE = """\
curl -X POST https://openstory.so/api/v1/sequences \\
  -H "Authorization: Bearer $OPENSTORY_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "script": "A lighthouse keeper befriends a stranded whale.",
    "title": "Sea Tale",
    "style": "Cinematic Noir",
    "targetSeconds": 30,
    "motion": true,
    "music": true,
    "characters": ["Old Tom the keeper", { "name": "The whale", "isHuman": false }],
    "locations": ["Stormy lighthouse"]
  }'
"""
WAIT = """\
curl "https://openstory.so/api/v1/sequences/seq_…?wait=60s" \\
  -H "x-api-key: $OPENSTORY_API_KEY"
"""
STATUS = {"id", "title", "status", "statusError", "aspectRatio", "createdAt", "updatedAt", "poster", "music", "frames", "shots", "counts", "_links"}
PATIENCE = 40  # waits of 60 s


@dataclass(frozen=True)
class Answer:
    """What curl got."""

    status: int
    headers: dict[str, str]
    body: Any


class Shell:
    """A shell whose curl asks our gateway."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    def run(self, command: str, *, sequence: str = "") -> Answer:
        """Run an example as it is printed; its last answer."""
        told = command.replace("https://openstory.so", self.url).replace("seq_…", sequence).replace("curl ", "curl -s -i --max-time 120 ", 1)
        environment = {**os.environ, "OPENSTORY_API_KEY": self.key}
        said = subprocess.run(["bash", "-c", told], capture_output=True, check=True, timeout=150, env=environment).stdout.decode()
        head, _, body = said.partition("\r\n\r\n")
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        return Answer(int(lines[0].split()[1]), headers, json.loads(body))


@pytest.fixture(scope="module")
def shell(farm: Any) -> Iterator[Shell]:
    if url := os.environ.get("STORYFARM_EXAMPLES_URL"):
        yield Shell(url, os.environ["STORYFARM_EXAMPLES_KEY"])
        return
    gateway, stop = Process(farm), threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            farm.worker.step()

    worker = threading.Thread(target=work)
    worker.start()
    yield Shell(gateway.url, farm.key)
    stop.set()
    worker.join()
    assert gateway.end() == 0


@pytest.fixture(scope="module")
def made(shell: Shell) -> Answer:
    """The document's create example."""
    return shell.run(CREATE)


def test_discovery_needs_no_key(shell: Shell) -> None:
    nobody = Shell(shell.url, "")
    root = nobody.run("curl https://openstory.so/api/v1")
    assert (root.status, root.body["version"], root.body["requestSchema"]["type"]) == (200, "v1", "object")
    assert "?wait" in root.body["instructions"]
    specification = nobody.run("curl https://openstory.so/api/v1/openapi.json")
    assert (specification.status, specification.body["openapi"][:3]) == (200, "3.1")
    # "generated from the same schema the API validates against"
    assert specification.body["components"]["schemas"]["CreateSequence"]["properties"].keys() == root.body["requestSchema"]["properties"].keys()


@pytest.mark.parametrize("header", ["Authorization: Bearer $OPENSTORY_API_KEY", "x-api-key: $OPENSTORY_API_KEY"])
def test_either_header_and_no_other(shell: Shell, header: str) -> None:
    assert shell.run(f'curl https://openstory.so/api/v1/sequences -H "{header}"').status == 200
    refused = Shell(shell.url, "not-a-key").run(f'curl https://openstory.so/api/v1/sequences -H "{header}"')
    assert (refused.status, refused.body["error"]["code"]) == (401, "UNAUTHORIZED")


def test_create_answers_as_printed(shell: Shell, made: Answer) -> None:
    assert made.status == 202
    assert set(made.body) - {"enhancedScript"} == {"sequences", "_links"}
    assert isinstance(made.body.get("enhancedScript", "…"), str)
    assert {"href", "method"} <= set(made.body["_links"]["self"])
    (entry,) = made.body["sequences"]
    assert set(entry) == {"id", "status", "workflowRunId", "statusUrl", "_links"}
    assert re.fullmatch(r"seq_\w+", entry["id"])
    assert (entry["status"], entry["statusUrl"]) == ("draft", f"/api/v1/sequences/{entry['id']}")
    assert entry["_links"]["self"]["method"] == entry["_links"]["poll"]["method"] == "GET"
    assert entry["_links"]["poll"]["templated"] is True
    assert "templated" not in entry["_links"]["self"]


def test_long_polls_until_it_has_ended(shell: Shell, made: Answer) -> None:
    name = made.body["sequences"][0]["id"]
    seen = []
    for _ in range(PATIENCE):
        answer = shell.run(WAIT, sequence=name)
        assert answer.status == 200
        assert set(answer.body) == STATUS
        assert answer.headers["x-wait-changed"] in ("true", "false")
        seen.append(answer.body["status"])
        if answer.headers["x-wait-done"] == "true":
            break
    document = answer.body
    assert seen[-1] == document["status"] == "completed"
    assert document["title"] == "Sea Tale"
    counts = document["counts"]
    assert counts["frames"] == counts["shots"] == counts["imagesReady"] == counts["videosReady"] == len(document["frames"]) > 0
    assert counts["videosFailed"] == 0
    for frame in document["frames"]:
        assert set(frame) == {"id", "orderIndex", "title", "image", "video"}
        assert frame["image"]["url"]
        assert frame["video"]["url"]
    assert document["music"]["status"] == "completed"
    plain = shell.run('curl https://openstory.so/api/v1/sequences/seq_… -H "x-api-key: $OPENSTORY_API_KEY"', sequence=name)
    assert plain.body == document
    assert "x-wait-done" not in plain.headers


@pytest.mark.parametrize("wait", ["60s", "30", "2m", "1500ms"])
def test_every_printed_duration_is_one(shell: Shell, made: Answer, wait: str) -> None:
    answer = shell.run(WAIT.replace("60s", wait), sequence=made.body["sequences"][0]["id"])  # it has ended, or will
    assert answer.headers["x-wait-done"] in ("true", "false")


def test_create_with_wait_embeds_the_first_snapshot(shell: Shell) -> None:
    answer = shell.run(CREATE.replace("/sequences ", "/sequences?wait=30s "))
    assert answer.status == 202
    (entry,) = answer.body["sequences"]
    assert set(entry) == {"id", "workflowRunId", "state", "waitChanged", "waitDone"}
    assert set(entry["state"]) == STATUS
    assert entry["waitChanged"] is True


def test_a_malformed_wait_creates_nothing(shell: Shell) -> None:
    listing = 'curl "https://openstory.so/api/v1/sequences?limit=1" -H "x-api-key: $OPENSTORY_API_KEY"'
    before = shell.run(listing).body["sequences"][:1]
    refused = shell.run(CREATE.replace("/sequences ", "/sequences?wait=soon "))
    assert (refused.status, refused.body["error"]["code"]) == (400, "VALIDATION_ERROR")
    assert [one["id"] for one in shell.run(listing).body["sequences"][:1]] == [one["id"] for one in before]


def test_every_answer_has_links_that_state_their_method(shell: Shell, made: Answer) -> None:
    key, name = '-H "x-api-key: $OPENSTORY_API_KEY"', made.body["sequences"][0]["id"]
    for path in ("", "/sequences", f"/sequences/{name}", f"/sequences/{name}/exports", "/styles"):
        answer = shell.run(f"curl https://openstory.so/api/v1{path} {key}")
        assert answer.body["_links"]
        assert all(link["method"] in ("GET", "POST", "PATCH", "DELETE") and link["href"].startswith("/") for link in answer.body["_links"].values())


@pytest.mark.parametrize("path", ["/nothing", "/sequences/seq_nosuch", "/sequences/a/b/c/d"])
def test_errors_are_json(shell: Shell, path: str) -> None:
    answer = shell.run(f'curl https://openstory.so/api/v1{path} -H "x-api-key: $OPENSTORY_API_KEY"')
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    assert {"code", "message"} <= set(answer.body["error"]) <= {"code", "message", "details"}


@pytest.mark.skipif("STORYFARM_EXAMPLES_URL" in os.environ, reason="it would be the running farm's limit that is used up")
def test_more_than_ten_a_second_is_a_429_with_retry_after(farm: Any) -> None:
    client = farm.client_with({"stories:read"}, limited=True)
    key = client.headers["authorization"]
    told = ["curl", "-s", "-Z", "--parallel-max", "20", "-o", "/dev/null", "-w", "%{http_code} %header{retry-after}\n", "-H", f"Authorization: {key}"]
    said = subprocess.run([*told, f"{client.base_url}/api/v1/sequences?limit=[1-60]"], capture_output=True, check=True, timeout=60, text=True).stdout
    answers = [line.split(" ") for line in said.splitlines()]
    assert {status for status, _ in answers} == {"200", "429"}
    assert {after for status, after in answers if status == "429"} == {"1"}
