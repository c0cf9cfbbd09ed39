"""The gateway as a process: ready, polite end, restart without loss, ports in use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from farm.store import tables as t
from gateway.server import PortError, listen, url_of

ROOT = Path(__file__).parents[2]
SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale.", "enhance": "off"}


class Process:
    """`python -m gateway` over the farm of the tests."""

    def __init__(self, farm: Any, *more: str, program: tuple[str, ...] = ("-m", "gateway")) -> None:
        settings = farm.settings
        reader, writer = os.pipe()
        environment = {
            **os.environ, "STORYFARM_HOME": str(settings.home), "STORYFARM_DATABASE_URL": settings.database_url, "STORYFARM_REDIS_URL": settings.redis_url,
            "STORYFARM_ARTIFACTS_URL": settings.artifacts_url, "STORYFARM_SECRET": settings.secret, "STORYFARM_RATE": "100000/1",
        }  # fmt: skip
        command = [sys.executable, *program, "--port", "0", "--ready-fd", str(writer), *more]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[writer], stderr=subprocess.PIPE)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            self.url = pipe.readline().strip()
        self.client = httpx.Client(base_url=self.url or "http://nowhere.invalid", headers={"x-api-key": farm.key}, timeout=30)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(15)
        self.client.close()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def test_it_says_when_it_is_ready_and_ends_politely(farm: Any) -> None:
    # given a gateway with a held request and an open stream
    gateway = Process(farm)
    assert gateway.url.startswith("http://127.0.0.1:")
    assert gateway.client.get("/healthz").json() == {"status": "ok"}
    assert gateway.client.get("/readyz").json()["database"] is True
    story = gateway.client.post("/api/v1/sequences", json=SCRIPT).json()["sequences"][0]["id"]
    answers: dict[str, Any] = {}
    waiting = threading.Thread(target=lambda: answers.update(wait=gateway.client.get(f"/api/v1/sequences/{story}", params={"wait": "60s"})))
    streaming = threading.Thread(target=lambda: answers.update(stream=gateway.client.get(f"/api/v1/sequences/{story}/events")))
    waiting.start()
    streaming.start()
    time.sleep(0.5)
    # when it is told to end
    began = time.monotonic()
    code = gateway.end()
    waiting.join()
    streaming.join()
    # then it does, at once, with code 0, and both have been answered
    assert code == 0
    assert time.monotonic() - began < 5
    assert answers["wait"].status_code == 200
    assert answers["wait"].headers["x-wait-changed"] == "false"
    assert answers["stream"].text.startswith("event: snapshot")
    assert "event: end" not in answers["stream"].text


def test_a_killed_gateway_loses_no_sequence_and_no_idempotency_record(farm: Any) -> None:
    first = Process(farm)
    headers = {"Idempotency-Key": "survives"}
    answer = first.client.post("/api/v1/sequences", json=SCRIPT, headers=headers)
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    second = Process(farm)
    again = second.client.post("/api/v1/sequences", json=SCRIPT, headers=headers)
    assert again.json() == answer.json()
    assert second.client.get(answer.json()["sequences"][0]["statusUrl"]).status_code == 200
    assert second.end() == 0


KILLED_AFTER_THE_COMMIT = """
import os, signal, sys
from farm.store.stories import Stories
from farm.store.versions import Versions
def killed(done):
    def work(self, *arguments, **named):
        done(self, *arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    return work
from farm.store.styles import Styles
from farm.store.webhooks import Webhooks
changing = ((Versions, "edit"), (Versions, "restore"), (Versions, "recompose"), (Webhooks, "rotate"), (Webhooks, "replay"))
for one, name in ((Stories, "create_all"), (Styles, "create"), *changing):
    setattr(one, name, killed(getattr(one, name)))
from gateway.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("path", ["/api/v1/sequences", "/api/v1/sequences?wait=30s", "/api/v1/stories/generate"])
def test_a_gateway_killed_right_after_the_commit_answers_the_same_again(farm: Any, path: str) -> None:
    # given a gateway that is killed (SIGKILL) when its transaction has committed and nothing has been answered
    before = farm.count()
    body = {**SCRIPT, "prompt": SCRIPT["script"]}
    headers = {"Idempotency-Key": f"killed-{path}"}
    first = Process(farm, program=("-c", KILLED_AFTER_THE_COMMIT))
    with pytest.raises(httpx.TransportError):
        first.client.post(path, json=body, headers=headers)
    assert first.process.wait(15) == -signal.SIGKILL
    first.end()
    assert farm.count() == before + 1
    # when the caller asks another gateway again, at once
    second = Process(farm)
    answers = [second.client.post(path, json=body, headers=headers) for _ in range(2)]
    # then it is answered with what was created, and nothing is created again
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].headers["idempotency-replayed"] == "true"
    assert answers[0].content == answers[1].content
    newest = farm.store.stories.document(farm.store.stories.page(farm.team, limit=1)[0])
    said = answers[0].json()
    assert (said["sequences"][0]["id"] if "sequences" in said else None, said.get("jobId")) in ((newest.id, None), (None, newest.job))
    assert farm.count() == before + 1
    assert second.end() == 0


def test_a_gateway_killed_after_an_edit_has_edited_once(farm: Any) -> None:
    story = farm.client.post("/api/v1/sequences", json=SCRIPT).json()["sequences"][0]["id"]
    farm.worker.run()
    frame = farm.client.get(f"/api/v1/sequences/{story}").json()["frames"][0]["id"]
    path, headers = f"/api/v1/sequences/{story}/frames/{frame}", {"Idempotency-Key": f"killed-{story}"}
    balance = farm.store.ledger.balance(farm.team)
    first = Process(farm, program=("-c", KILLED_AFTER_THE_COMMIT))
    with pytest.raises(httpx.TransportError):
        first.client.patch(path, json={"seed": 5}, headers=headers)
    first.end()
    farm.worker.run()
    again = farm.client.patch(path, json={"seed": 5}, headers=headers)
    assert (again.status_code, again.json()["status"], again.headers["idempotency-replayed"]) == (202, "processing", "true")
    assert len(farm.client.get(path + "/versions").json()["versions"]) == 2
    assert farm.store.ledger.balance(farm.team) == balance - 9


@pytest.mark.parametrize(("path", "body", "status"), [("/api/v1/styles", {"name": "Killed"}, 201), ("/api/v1/webhooks/secret/rotate", None, 200)])
def test_what_a_killed_gateway_made_is_answered_as_it_was_made(farm: Any, path: str, body: Any, status: int) -> None:
    headers = {"Idempotency-Key": f"killed-{path}"}
    first = Process(farm, program=("-c", KILLED_AFTER_THE_COMMIT))
    with pytest.raises(httpx.TransportError):
        first.client.post(path, json=body, headers=headers)
    first.end()
    again = [farm.client.post(path, json=body, headers=headers) for _ in range(2)]
    assert [one.status_code for one in again] == [status, status]
    assert again[0].headers["idempotency-replayed"] == "true"
    assert again[0].json() == again[1].json() == farm.client.get(again[0].json()["_links"]["self"]["href"]).json()


def test_a_killed_gateway_that_began_work_anew_is_answered_for_at_once(farm: Any) -> None:
    """A version brought back, a film composed again, a webhook replayed: the next gateway gives the answer of the first, and nothing is begun twice."""
    story = farm.client.post("/api/v1/sequences", json={**SCRIPT, "webhookUrl": "https://hooks.example.com/"}).json()["sequences"][0]["id"]
    place = f"/api/v1/sequences/{story}"
    farm.worker.run(fail={"compose"})
    _asked_of_a_killed_gateway(farm, f"{place}/exports", begins=True)
    farm.worker.run()
    frame = farm.client.get(place).json()["frames"][0]["id"]
    farm.client.patch(f"{place}/frames/{frame}", json={"seed": 5})
    farm.worker.run()
    told = farm.client.get("/api/v1/webhooks/deliveries", params={"sequence": story}).json()["deliveries"][0]
    _asked_of_a_killed_gateway(farm, f"{place}/frames/{frame}/versions/1/current", begins=True)
    farm.worker.run()
    assert farm.client.get(place).json()["status"] == "completed"
    _asked_of_a_killed_gateway(farm, told["_links"]["replay"]["href"], begins=False)


def _asked_of_a_killed_gateway(farm: Any, path: str, *, begins: bool) -> None:
    headers, tasks = {"Idempotency-Key": f"anew-{path}"}, _tasks(farm)
    first = Process(farm, program=("-c", KILLED_AFTER_THE_COMMIT))
    with pytest.raises(httpx.TransportError):
        first.client.post(path, headers=headers)
    assert first.process.wait(15) == -signal.SIGKILL
    first.end()
    begun = _tasks(farm)
    assert (begun > tasks) is begins
    again = [farm.client.post(path, headers=headers) for _ in range(2)]
    assert [one.status_code for one in again] == [202, 202]
    assert [one.headers["idempotency-replayed"] for one in again] == ["true", "true"]
    assert _tasks(farm) == begun


def _tasks(farm: Any) -> int:
    with farm.store.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(t.tasks)).scalar_one())


def test_it_serves_on_a_socket_that_it_is_given(farm: Any) -> None:
    with listen("127.0.0.1", 0) as bound:
        url = url_of(bound)
        settings = farm.settings
        environment = {
            **os.environ, "STORYFARM_HOME": str(settings.home), "STORYFARM_DATABASE_URL": settings.database_url, "STORYFARM_REDIS_URL": settings.redis_url,
            "STORYFARM_ARTIFACTS_URL": settings.artifacts_url, "STORYFARM_SECRET": settings.secret,
        }  # fmt: skip
        bound.listen()
        command = [sys.executable, "-m", "gateway", "--fd", str(bound.fileno()), "--public-url", "https://film.example/"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[bound.fileno()], stderr=subprocess.DEVNULL)
        # a request that comes before the gateway is up waits in the socket's queue
        assert httpx.get(url + "/healthz", timeout=20).status_code == 200
        assert httpx.get(url + "/api/v1/openapi.json").json()["servers"] == [{"url": "https://film.example"}]
        process.terminate()
        assert process.wait(15) == 0


def test_a_port_in_use_is_named_with_the_remedy(farm: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=rf"port {port} on 127\.0\.0\.1 is in use.*--port"):
            listen("127.0.0.1", port)
        gateway = Process(farm, "--port", str(port))
        assert gateway.url == ""
        assert gateway.process.wait(15) == 2
        assert gateway.process.stderr is not None
        assert f"port {port}" in gateway.process.stderr.read().decode()
        gateway.process.stderr.close()


@pytest.mark.parametrize(("host", "port"), [("no such host", 80), ("203.0.113.7", 0), ("127.0.0.1", 70000)])
def test_an_address_that_is_not_ours_is_named(host: str, port: int) -> None:
    with pytest.raises(PortError, match="cannot listen on"):
        listen(host, port)


def test_two_gateways_share_waits_and_limits(farm: Any) -> None:
    one, two = farm.serve({"general": "5/60"}), farm.serve({"general": "5/60"})
    try:
        key = farm.store.keys.create(farm.team, name="shared").key
        answers = [httpx.get(serving.url + "/api/v1/sequences", headers={"x-api-key": key}).status_code for serving in (one, two) * 3]
        assert answers == [200] * 5 + [429]
    finally:
        one.stop()
        two.stop()
