"""Webhooks: told once of every end, signed, tried again on schedule, never to a private address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest
import sqlalchemy as sa

from farm import webhooks as standard
from farm.store import tables as t
from workers.webhooks import Courier

ROOT = Path(__file__).parents[2]
SEQUENCES = "/api/v1/sequences"
HOOK = "https://hooks.example.com/storyfarm"
SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale.", "motion": True, "webhookUrl": HOOK}

pytestmark = pytest.mark.parametrize("farm", ["sqlite", "postgresql"], indirect=True, scope="module")


class Receiver(ThreadingHTTPServer):
    """A real HTTP server that notes what comes and answers what it is told to."""

    request_queue_size = 64

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
                self.send_response(status)
                for name, value in {"content-length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.shutdown()
    made.server_close()


def courier(farm: Any, receiver: Receiver, **more: Any) -> Courier:
    """A courier that takes every address to the receiver, loopback or not: an override in code, which no setting gives."""
    return Courier(farm.store, allowed=lambda address: True, check=lambda url: receiver.url, **more)


def ended(farm: Any, **fields: Any) -> str:
    """A sequence that has completed; its id."""
    entry = farm.client.post(SEQUENCES, json={**SCRIPT, **fields}).json()["sequences"][0]
    farm.worker.run()
    return entry["id"]


def delivery(farm: Any, story: str) -> dict[str, Any]:
    """The newest delivery of a sequence."""
    return farm.client.get("/api/v1/webhooks/deliveries", params={"sequence": story}).json()["deliveries"][0]


def now_due(farm: Any, story: str) -> None:
    """As if the pause before the next attempt were over."""
    with farm.store.database.write() as connection:
        connection.execute(t.deliveries.update().where(t.deliveries.c.story == story, t.deliveries.c.next_at.is_not(None)).values(next_at=t.now() - 1))


@pytest.fixture(autouse=True)
def _nothing_due(farm: Any) -> Iterator[None]:
    yield
    farm.worker.run()
    with farm.store.database.write() as connection:
        connection.execute(t.deliveries.update().where(t.deliveries.c.state == "pending").values(state="failed", next_at=None))


def test_an_end_is_told_once_and_signed(farm: Any, receiver: Receiver) -> None:
    story = ended(farm)
    messenger = courier(farm, receiver)
    assert messenger.round() == 1
    assert messenger.round() == 0
    (headers, body) = receiver.got[0]
    said, status = json.loads(body), farm.client.get(f"{SEQUENCES}/{story}").json()
    assert said["type"] == "sequence.completed"
    for field in ("id", "title", "status", "statusError", "aspectRatio", "createdAt", "counts"):
        assert said["data"][field] == status[field], field
    # the signature, as a receiver would check it that knows the specification only
    secret = farm.client.get("/api/v1/webhooks/secret").json()["secret"]
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert 24 <= len(key) <= 64
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    told = delivery(farm, story)
    assert (told["id"], told["state"], told["answered"], told["attempts"]) == (headers["webhook-id"], "delivered", 204, 1)
    assert farm.other.get(f"/api/v1/webhooks/deliveries/{told['id']}").status_code == 404
    assert farm.other.get("/api/v1/webhooks/secret").json()["secret"] != secret


def test_failure_and_archiving_are_told_and_nothing_is_told_unasked(farm: Any, receiver: Receiver) -> None:
    failed = farm.client.post(SEQUENCES, json=SCRIPT).json()["sequences"][0]["id"]
    farm.worker.run(fail={"write"})
    archived = farm.client.post(SEQUENCES, json=SCRIPT).json()["sequences"][0]["id"]
    for _ in range(2):  # the second time nothing changes
        assert farm.client.delete(f"{SEQUENCES}/{archived}").status_code == 200
    silent = ended(farm, webhookUrl=None)
    courier(farm, receiver).round()
    told = sorted((json.loads(body)["type"], json.loads(body)["data"]["id"]) for _, body in receiver.got)
    assert told == [("sequence.archived", archived), ("sequence.failed", failed)]
    assert farm.client.get("/api/v1/webhooks/deliveries", params={"sequence": silent}).json()["deliveries"] == []


@pytest.mark.parametrize(
    ("status", "headers", "state", "least"),
    [(500, {}, "pending", 5), (302, {"location": "/elsewhere"}, "pending", 5), (503, {"retry-after": "90"}, "pending", 90), (410, {}, "failed", None)],
)
def test_what_is_not_taken_is_tried_again(farm: Any, receiver: Receiver, status: int, headers: dict[str, str], state: str, least: float | None) -> None:
    story = ended(farm)
    receiver.answers.append((status, headers))
    assert courier(farm, receiver).round() == 1
    assert len(receiver.got) == 1  # no redirect was followed
    told = delivery(farm, story)
    assert (told["state"], told["answered"], told["attempts"]) == (state, status, 1)
    with farm.store.database.read() as connection:
        left = connection.execute(sa.select(t.deliveries.c.next_at - t.now()).where(t.deliveries.c.story == story)).scalar()
    assert left is None if least is None else least - 3 < left < least * 1.2


def test_the_schedule_ends_and_a_replay_begins_it_again(farm: Any, receiver: Receiver) -> None:
    story = ended(farm)
    messenger = courier(farm, receiver)
    receiver.answers = [(500, {})] * 10
    for attempt in range(1, 11):
        assert messenger.round() == 1, attempt
        now_due(farm, story)
    told = delivery(farm, story)
    assert (told["state"], told["attempts"], told["nextAttemptAt"]) == ("failed", 10, None)
    assert messenger.round() == 0
    replay = told["_links"]["replay"]
    assert farm.other.post(replay["href"]).status_code == 404
    assert farm.client.post(replay["href"]).status_code == 202
    assert messenger.round() == 1
    assert delivery(farm, story)["state"] == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({body for _, body in receiver.got}) == 1


def test_a_rotated_secret_still_signs_for_a_day(farm: Any, receiver: Receiver) -> None:
    before = farm.client.get("/api/v1/webhooks/secret").json()["secret"]
    after = farm.client.post("/api/v1/webhooks/secret/rotate").json()["secret"]
    assert before != after
    story = ended(farm)
    courier(farm, receiver).round()
    headers, body = receiver.got[0]
    expected = {standard.sign(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body) for secret in (before, after)}
    assert set(headers["webhook-signature"].split(" ")) == expected
    # when the day is over
    with farm.store.database.write() as connection:
        connection.execute(t.webhook_secrets.update().values(former_until=t.now() - 1))
    farm.client.post(delivery(farm, story)["_links"]["replay"]["href"])
    courier(farm, receiver).round()
    headers, body = receiver.got[1]
    assert headers["webhook-signature"] == standard.sign(after, headers["webhook-id"], int(headers["webhook-timestamp"]), body)


COURIER = """
import sys, time
from farm.store import Store
from workers.webhooks import Courier
courier = Courier(Store.open(sys.argv[1]), allowed=lambda address: True, check=lambda url: sys.argv[2])
while True:
    courier.round()
    time.sleep(0.05)
"""


def test_a_courier_killed_in_the_middle_loses_nothing(farm: Any, receiver: Receiver) -> None:
    stories = set()
    for _ in range(20):
        stories.add(farm.client.post(SEQUENCES, json=SCRIPT).json()["sequences"][0]["id"])
    for story in stories:
        farm.client.delete(f"{SEQUENCES}/{story}")  # which is told of, too
    enough, dead = threading.Event(), threading.Event()

    def noted(handler: Any) -> None:
        """The message is there; to the one who is to die, it is not answered."""
        length = int(handler.headers["content-length"])
        body = handler.rfile.read(length)
        if len(body) < length:
            return  # its sender is dead
        receiver.got.append(({name.lower(): value for name, value in handler.headers.items()}, body))
        if dead.is_set():
            handler.send_response(204)
            handler.send_header("content-length", "0")
            handler.end_headers()
        else:
            if len(receiver.got) >= 6:
                enough.set()
            dead.wait(10)

    receiver.RequestHandlerClass.do_POST = noted  # type: ignore[attr-defined]
    first = subprocess.Popen([sys.executable, "-c", COURIER, farm.settings.database_url, receiver.url], cwd=ROOT)
    try:
        assert enough.wait(30)
    finally:
        first.kill()
        first.wait()
        dead.set()
    before = [headers["webhook-id"] for headers, _ in receiver.got]
    assert 6 <= len(before) <= 16
    messenger = courier(farm, receiver)
    for _ in range(5):  # under load a connection may fail, and is tried again
        for story in stories:
            now_due(farm, story)  # as if the killed one's lease were over
        while messenger.round():
            pass
    told: dict[str, set[bytes]] = {}
    for headers, body in receiver.got:
        told.setdefault(headers["webhook-id"], set()).add(body)
    assert {json.loads(body)["data"]["id"] for bodies in told.values() for body in bodies} == stories
    assert len(told) == len(stories)  # every message under one id, however often it came
    assert all(len(bodies) == 1 for bodies in told.values())
    assert len(receiver.got) > len(told)  # some came twice: at least once, not at most
    assert {delivery(farm, story)["state"] for story in stories} == {"delivered"}


def test_a_name_that_changes_its_mind_is_asked_once_and_connected_to_as_it_was(farm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])

    async def find(host: str) -> Iterable[str]:
        return next(answers)

    async def connect(self: Any, host: str, *_: Any, **__: Any) -> Any:
        connected.append(host)
        raise OSError("this test reaches nobody")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    story = ended(farm, webhookUrl="https://rebinding.example.com/")
    assert Courier(farm.store, find=find).round() == 1
    assert connected == ["93.184.216.34"]
    now_due(farm, story)
    assert Courier(farm.store, find=find).round() == 1  # now it leads home
    assert connected == ["93.184.216.34"]
    assert "not a public address" in delivery(farm, story)["error"]


def test_a_name_with_one_private_address_is_refused_whole(farm: Any, receiver: Receiver) -> None:
    async def find(host: str) -> Iterable[str]:
        return ["93.184.216.34", "10.1.2.3"]

    story = ended(farm)
    assert Courier(farm.store, find=find).round() == 1
    assert "10.1.2.3" in delivery(farm, story)["error"]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:192.168.0.1", "64:ff9b::7f00:1"])
def test_a_private_address_is_never_asked(farm: Any, receiver: Receiver, address: str) -> None:
    async def find(host: str) -> Iterable[str]:
        return [address]

    story = ended(farm, webhookUrl=f"https://hooks.example.com:{receiver.server_port}/")
    assert Courier(farm.store, find=find).round() == 1
    assert receiver.got == []
    assert "not a public address" in delivery(farm, story)["error"]


def test_a_silent_receiver_costs_its_time_only(farm: Any, receiver: Receiver) -> None:
    story = ended(farm)
    gate = threading.Event()
    answers = iter([gate])

    def slowly(url: str) -> str:
        next(answers)
        return receiver.url

    receiver.answers = []
    receiver.RequestHandlerClass.do_POST = lambda self: gate.wait(5)  # type: ignore[attr-defined]
    assert Courier(farm.store, allowed=lambda _: True, check=slowly, answer_seconds=0.3).round() == 1
    gate.set()
    assert "no answer within" in delivery(farm, story)["error"]


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://user@hooks.example.com/", "https://", "ftp://x.example", "https://h:99999/"])
def test_an_address_that_cannot_be_a_webhook_is_refused_at_once(farm: Any, url: str) -> None:
    before = farm.count()
    refused = farm.client.post(SEQUENCES, json={**SCRIPT, "webhookUrl": url})
    assert refused.status_code == 400, url
    assert farm.count() == before


def test_a_page_of_deliveries_links_the_next(farm: Any) -> None:
    for _ in range(3):
        ended(farm)
    first = farm.client.get("/api/v1/webhooks/deliveries", params={"limit": 2}).json()
    assert len(first["deliveries"]) == 2
    following = farm.client.get(first["_links"]["next"]["href"]).json()
    assert following["deliveries"][0]["id"] < first["deliveries"][1]["id"]


def test_the_schedule_is_the_specifications(farm: Any) -> None:
    pauses = [standard.pause(attempts) for attempts in range(1, 11)]
    assert pauses[-1] is None
    wanted = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    assert all(least <= (pause or 0) <= least * 1.1 for least, pause in zip(wanted, pauses, strict=False))
