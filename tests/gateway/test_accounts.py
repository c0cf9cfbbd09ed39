"""Sign-in, sessions and API keys over HTTP: cookies, origins, throttles, revocation."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Any

import httpx
import pytest

from gateway.app import create_app
from tests.gateway.conftest import NO_LIMITS, Serving
from tests.gateway.test_errors import check

PASSWORD = "correct horse battery"
SESSIONS, CURRENT, KEYS = "/api/v1/sessions", "/api/v1/sessions/current", "/api/v1/api-keys"
_number = count()


def browser(farm: Any, url: str = "", **headers: str) -> httpx.Client:
    """A client that keeps cookies and shows no key."""
    return httpx.Client(base_url=url or farm.url, timeout=30, headers=headers)


@pytest.fixture
def email(farm: Any) -> str:
    """The address of a new user of our team."""
    address = f"ann{next(_number)}@example.org"
    farm.store.users.add(address, farm.team, PASSWORD)
    return address


@pytest.fixture
def ann(farm: Any, email: str) -> httpx.Client:
    """Somebody of our team who is signed in."""
    client = browser(farm)
    assert client.post(SESSIONS, json={"email": email, "password": PASSWORD}).status_code == 201
    return client


def test_signing_in_gives_a_cookie_that_scripts_and_strangers_do_not_get(farm: Any, email: str) -> None:
    client = browser(farm)
    response = client.post(SESSIONS, json={"email": email.upper(), "password": PASSWORD})
    assert response.status_code == 201
    assert set(response.json()) == {"email", "team", "expiresAt"}
    cookie = response.headers["set-cookie"]
    assert re.match(r"storyfarm_session=[A-Za-z0-9_-]{43};", cookie)
    for flag in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=604800"):
        assert flag in cookie
    assert "Secure" not in cookie  # this gateway is reached by http
    assert client.get(CURRENT).json()["email"] == email
    assert PASSWORD not in response.text


def test_by_https_the_cookie_is_secure_and_bound_to_its_host(farm: Any, email: str) -> None:
    settings = replace(farm.settings, public_url="https://farm.example")
    serving = Serving(create_app(settings, farm.catalog, farm.store, farm.artifacts, farm.tickets, rates=NO_LIMITS))
    try:
        response = httpx.post(serving.url + SESSIONS, json={"email": email, "password": PASSWORD}, headers={"origin": "https://farm.example"})
        assert response.status_code == 201
        assert "Secure" in response.headers["set-cookie"]
        name, _, rest = response.headers["set-cookie"].partition("=")
        assert name == "__Host-storyfarm_session"
        token = rest.partition(";")[0]
        assert httpx.get(serving.url + KEYS, headers={"cookie": f"{name}={token}"}).status_code == 200
        assert httpx.get(serving.url + KEYS, headers={"cookie": f"storyfarm_session={token}"}).status_code == 401
    finally:
        serving.stop()


def test_signing_out_ends_the_session_everywhere(farm: Any, ann: httpx.Client) -> None:
    cookie = {"cookie": f"storyfarm_session={ann.cookies['storyfarm_session']}"}
    assert httpx.get(farm.url + KEYS, headers=cookie).status_code == 200
    assert ann.delete(CURRENT).json() == {"signedOut": True}
    check(httpx.get(farm.url + KEYS, headers=cookie), 401, "UNAUTHORIZED")
    check(ann.get(CURRENT), 401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody@example.org", "password": PASSWORD},
        {"email": "ann", "password": "wrong password"},
        {"email": "' or 1=1 --", "password": "x"},
    ],
)
def test_a_wrong_address_and_a_wrong_password_are_told_alike(farm: Any, email: str, body: dict[str, str]) -> None:
    if body["email"] == "ann":
        body = {**body, "email": email}
    response = browser(farm).post(SESSIONS, json=body)
    assert check(response, 401, "UNAUTHORIZED")["message"] == "the e-mail address or the password is wrong"
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("body", [{}, {"email": "a@b"}, {"email": 5, "password": "x"}, {"email": "a@b", "password": "x" * 201}])
def test_what_is_no_sign_in(farm: Any, body: dict[str, Any]) -> None:
    check(browser(farm).post(SESSIONS, json=body), 400, "BAD_REQUEST")


def test_guessing_is_throttled_by_address_and_by_user(farm: Any, email: str) -> None:
    serving = farm.serve({**NO_LIMITS, "sign-in": "3/3600"})
    try:
        client = browser(farm, serving.url)
        codes = [client.post(SESSIONS, json={"email": email, "password": f"wrong {number}"}).status_code for number in range(3)]
        refused = client.post(SESSIONS, json={"email": email, "password": PASSWORD})
    finally:
        serving.stop()
    assert codes == [401] * 3
    check(refused, 429, "RATE_LIMITED")
    assert 0 < int(refused.headers["retry-after"]) <= 3600


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True), ({"origin": "SELF"}, True), ({"referer": "SELF/api-keys"}, True), ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://evil.example"}, False), ({"origin": "null"}, False), ({"origin": "SELF.evil.example"}, False), ({"origin": "SELF0"}, False),
        ({"origin": "https://evil.example", "referer": "SELF/"}, False), ({"referer": "https://evil.example/SELF"}, False),
        ({"sec-fetch-site": "cross-site"}, False), ({"sec-fetch-site": "same-site"}, False), ({"origin": "http://[bad"}, False), ({"origin": ""}, True),
    ],
)  # fmt: skip
def test_a_write_comes_from_this_farms_pages(farm: Any, ann: httpx.Client, headers: dict[str, str], allowed: bool) -> None:
    given = {name: value.replace("SELF", farm.url) for name, value in headers.items()}
    before = len(ann.get(KEYS).json()["data"])
    response = ann.post(KEYS, json={"name": "by a page"}, headers=given)
    assert response.status_code == (201 if allowed else 403), response.text
    assert len(ann.get(KEYS, headers=given).json()["data"]) == before + allowed
    if not allowed:
        check(response, 403, "FORBIDDEN")
        for method, path in (
            ("DELETE", KEYS + "/key_x"),
            ("DELETE", CURRENT),
            ("POST", SESSIONS),
            ("POST", "/sign-in"),
            ("POST", "/sign-out"),
            ("POST", "/sign-out-everywhere"),
            ("DELETE", SESSIONS),
            ("POST", "/api-keys"),
        ):
            content = {"json": {"email": "a@b.c", "password": "x"}} if path == SESSIONS else {}
            assert ann.request(method, path, headers=given, **content).status_code == 403, path  # type: ignore[arg-type]
        assert ann.get(CURRENT).status_code == 200


def test_the_documents_keys(farm: Any, ann: httpx.Client) -> None:
    made = ann.post(KEYS, json={"name": "My integration"})
    assert made.status_code == 201
    created = made.json()
    assert set(created) == {"id", "key", "name", "keyPrefix", "scopes"}
    assert created["key"].startswith(created["keyPrefix"])
    assert re.fullmatch(r"sk_live_\w{4}", created["keyPrefix"])
    assert (created["name"], created["scopes"]) == ("My integration", ["stories:generate", "stories:read", "assets:read"])
    listed = next(key for key in ann.get(KEYS).json()["data"] if key["id"] == created["id"])
    assert set(listed) == {"id", "name", "keyPrefix", "scopes", "revokedAt", "createdAt"}
    assert listed["revokedAt"] is None
    assert created["key"] not in ann.get(KEYS).text
    with httpx.Client(base_url=farm.url, headers={"authorization": f"Bearer {created['key']}"}) as program:
        assert program.get("/api/v1/stories").status_code == 200
        for _ in range(2):
            assert ann.delete(f"{KEYS}/{created['id']}").json() == {"id": created["id"], "revoked": True}
        check(program.get("/api/v1/stories"), 401, "UNAUTHORIZED")
    assert next(key for key in ann.get(KEYS).json()["data"] if key["id"] == created["id"])["revokedAt"]


def test_a_revoked_key_ends_at_every_gateway(farm: Any, ann: httpx.Client) -> None:
    created = ann.post(KEYS, json={"name": "k"}).json()
    second = farm.serve(NO_LIMITS)
    try:
        headers = {"x-api-key": created["key"]}
        assert httpx.get(second.url + "/api/v1/stories", headers=headers).status_code == 200
        ann.delete(f"{KEYS}/{created['id']}")
        assert httpx.get(second.url + "/api/v1/stories", headers=headers).status_code == 401
    finally:
        second.stop()


def test_a_revoked_key_gets_no_answer_that_it_was_held_for_and_its_streams_end(farm: Any, ann: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.auth._TRUSTED_SECONDS", 0.1)
    monkeypatch.setattr("gateway.events.HEARTBEAT_SECONDS", 0.2)
    created = ann.post(KEYS, json={"name": "k"}).json()
    with httpx.Client(base_url=farm.url, headers={"x-api-key": created["key"]}, timeout=20) as program, ThreadPoolExecutor(1) as pool:
        job = program.post("/api/v1/stories/generate", json={"prompt": "A dragon teaches a young knight how to fly"}).json()
        story = farm.store.stories.of_job(job["jobId"], farm.team)
        held = pool.submit(httpx.get, farm.url + job["pollUrl"], params={"wait": "15s"}, headers={"x-api-key": created["key"]}, timeout=20)
        with program.stream("GET", f"/api/v1/sequences/{story}/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: snapshot"
            time.sleep(0.3)
            assert farm.worker.step()  # the story is written: the held request is woken
            assert held.result().status_code == 200
            ann.delete(f"{KEYS}/{created['id']}")
            left = [line for line in lines if line.startswith("event:")]
        assert "event: end" not in left
        assert farm.store.stories.document(story).status == "processing"
        check(program.get(job["pollUrl"]), 401, "UNAUTHORIZED")


def test_a_key_revoked_while_it_is_held_is_told_so(farm: Any, ann: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.auth._TRUSTED_SECONDS", 0.1)
    created = ann.post(KEYS, json={"name": "k"}).json()
    headers = {"x-api-key": created["key"]}
    job = httpx.post(farm.url + "/api/v1/stories/generate", json={"prompt": "A dragon teaches a young knight"}, headers=headers).json()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(httpx.get, farm.url + job["pollUrl"], params={"wait": "15s"}, headers=headers, timeout=20)
        time.sleep(0.3)
        ann.delete(f"{KEYS}/{created['id']}")
        assert farm.worker.step()
        check(held.result(), 401, "UNAUTHORIZED")


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "  "}, {"name": "\x13"}, {"name": "x" * 201}, {"name": 5}, {"name": "a", "scopes": []}, {"name": "a", "scopes": ["admin"]}, []],
)
def test_what_is_no_key(ann: httpx.Client, body: Any) -> None:
    check(ann.post(KEYS, json=body), 400, "BAD_REQUEST")


def test_scopes_are_as_chosen(farm: Any, ann: httpx.Client) -> None:
    created = ann.post(KEYS, json={"name": "reader", "scopes": ["stories:read", "stories:read"]}).json()
    assert created["scopes"] == ["stories:read"]
    response = httpx.post(farm.url + "/api/v1/stories/generate", headers={"x-api-key": created["key"]}, json={"prompt": "A dragon"})
    assert "stories:generate" in check(response, 403, "FORBIDDEN")["message"]


def test_another_teams_keys_are_nothing(farm: Any, ann: httpx.Client) -> None:
    theirs = farm.store.keys.create(farm.other_team, "theirs")
    assert theirs.id not in ann.get(KEYS).text
    check(ann.delete(f"{KEYS}/{theirs.id}"), 404, "NOT_FOUND")
    for name in ("key_nosuch", "x", "%00", "..%2f", "k" * 300):
        check(ann.delete(f"{KEYS}/{name}"), 404, "NOT_FOUND")
    assert farm.store.keys.authenticate(theirs.key) is not None


def test_an_api_key_does_not_manage_keys(farm: Any) -> None:
    for method, path in (("GET", KEYS), ("POST", KEYS), ("DELETE", KEYS + "/key_x"), ("GET", CURRENT), ("DELETE", CURRENT)):
        response = farm.client.request(method, path, **({"json": {"name": "x"}} if method == "POST" else {}))
        assert "session" in check(response, 401, "UNAUTHORIZED")["message"]


def test_a_session_is_no_api_key(ann: httpx.Client) -> None:
    check(ann.get("/api/v1/stories"), 401, "UNAUTHORIZED")


def test_there_is_an_end_to_keys(farm: Any, ann: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.accounts.MOST_KEYS", 0)
    check(ann.post(KEYS, json={"name": "one too many"}), 409, "CONFLICT")
