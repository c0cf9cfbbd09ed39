"""The pages: forms that work without scripts, say what is wrong, and show a key once."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from farm.store import tables
from tests.gateway.conftest import NO_LIMITS

PASSWORD = "correct horse battery"
KEY = re.compile(r"sk_live_\w{33}")
_number = count()


@pytest.fixture
def email(farm: Any) -> str:
    """The address of a new user of our team."""
    address = f"bea{next(_number)}@example.org"
    farm.store.users.add(address, farm.team, PASSWORD)
    return address


@pytest.fixture
def bea(farm: Any, email: str) -> httpx.Client:
    """A browser that has signed in by the form."""
    client = httpx.Client(base_url=farm.url, timeout=30, headers={"origin": farm.url})
    response = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert (response.status_code, response.headers["location"]) == (303, "/api-keys")
    return client


def test_from_the_sign_in_page_to_a_key_and_out_again(farm: Any, bea: httpx.Client, email: str) -> None:
    assert bea.get("/sign-in").headers["location"] == "/api-keys"
    page = bea.get("/api-keys")
    assert email in page.text
    made = bea.post("/api-keys", data={"name": "From the page", "scopes": ["stories:read", "assets:read"]})
    assert (made.status_code, made.headers["location"], made.text) == (303, "/api-keys", "")
    assert KEY.search(bea.head("/api-keys").text) is None  # asks, and shows nothing
    key = KEY.search(bea.get("/api-keys").text)
    assert key
    known = farm.store.keys.authenticate(key.group())
    assert known
    assert (known.name, known.scopes, known.team) == ("From the page", ("stories:read", "assets:read"), farm.team)
    again = bea.get("/api-keys")
    assert key.group() not in again.text
    assert known.prefix in again.text
    revoked = bea.post(f"/api-keys/{known.id}/revoke")
    assert (revoked.status_code, revoked.headers["location"]) == (303, "/api-keys")
    assert farm.store.keys.authenticate(key.group()) is None
    assert "revoked 2" in bea.get("/api-keys").text
    out = bea.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert bea.get("/api-keys").headers["location"] == "/sign-in"


def test_loading_the_page_again_makes_no_second_key_and_shows_none(farm: Any, bea: httpx.Client) -> None:
    before = len(farm.store.keys.list(farm.team))
    for name in ("one", "two"):  # two forms sent before either answer was looked at
        bea.post("/api-keys", data={"name": name, "scopes": "stories:read"})
    pages = [bea.get("/api-keys").text for _ in range(3)]
    assert [len(KEY.findall(page)) for page in pages] == [2, 0, 0]
    assert len(farm.store.keys.list(farm.team)) == before + 2
    assert {farm.store.keys.authenticate(key).name for key in KEY.findall(pages[0])} == {"one", "two"}


def test_a_new_key_is_shown_by_any_gateway_to_its_session_alone(farm: Any, bea: httpx.Client, email: str) -> None:
    bea.post("/api-keys", data={"name": "mine", "scopes": "stories:read"})
    with farm.store.database.read() as connection:
        kept = " ".join(str(row) for table in tables.metadata.sorted_tables for row in connection.execute(sa.select(table)))
    with httpx.Client(base_url=farm.url, timeout=30) as elsewhere:
        elsewhere.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert "mine" in elsewhere.get("/api-keys").text
        assert not KEY.search(elsewhere.get("/api-keys").text)
    second = farm.serve(NO_LIMITS)
    try:
        cookie = {"cookie": f"storyfarm_session={bea.cookies['storyfarm_session']}"}
        key = KEY.search(httpx.get(second.url + "/api-keys", headers=cookie).text)
    finally:
        second.stop()
    assert key
    assert key.group() not in kept  # nowhere in the database, not even while it waits to be shown
    assert not KEY.search(bea.get("/api-keys").text)


def test_a_key_that_was_revoked_before_it_was_seen_is_not_shown(farm: Any, bea: httpx.Client) -> None:
    bea.post("/api-keys", data={"name": "regretted", "scopes": "stories:read"})
    farm.store.keys.revoke(farm.store.keys.list(farm.team)[0].id, farm.team)
    assert not KEY.search(bea.get("/api-keys").text)


def test_signing_out_everywhere_ends_every_session_of_the_user(farm: Any, bea: httpx.Client, email: str) -> None:
    farm.store.users.add(f"other {email}".replace(" ", "."), farm.team, PASSWORD)
    other, elsewhere = (httpx.Client(base_url=farm.url, timeout=30) for _ in range(2))
    other.post("/sign-in", data={"email": f"other.{email}", "password": PASSWORD})
    for leave in (lambda: bea.post("/sign-out-everywhere"), lambda: bea.delete("/api/v1/sessions")):
        for client in (bea, elsewhere):
            assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
        assert leave().status_code in {200, 303}
        for client in (bea, elsewhere):
            assert client.get("/api-keys").headers["location"] == "/sign-in"
        assert other.get("/api-keys").status_code == 200
    other.close()
    elsewhere.close()


@pytest.mark.parametrize(("path", "method"), [("/api-keys", "GET"), ("/api-keys", "POST"), ("/api-keys/key_x/revoke", "POST")])
def test_who_is_not_signed_in_is_shown_the_way(farm: Any, path: str, method: str) -> None:
    response = httpx.request(method, farm.url + path)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


def test_a_wrong_password_says_so_and_keeps_the_address(farm: Any, email: str) -> None:
    response = httpx.post(farm.url + "/sign-in", data={"email": email, "password": "wrong <b>"})
    assert response.status_code == 401
    assert "password is wrong" in response.text
    assert f'value="{email}"' in response.text
    assert "wrong &lt;b&gt;" not in response.text
    assert "set-cookie" not in response.headers


def test_too_many_attempts_are_told_in_the_page(farm: Any) -> None:
    serving = farm.serve({"sign-in": "1/3500"})
    try:
        codes = [httpx.post(serving.url + "/sign-in", data={"email": "x@y.z", "password": "p"}) for _ in range(2)]
    finally:
        serving.stop()
    assert [response.status_code for response in codes] == [401, 429]
    assert "Too many attempts" in codes[1].text
    assert int(codes[1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": " ", "scopes": "stories:read"}, "is empty"),
        ({"name": "x"}, "at least one scope"),
        ({"name": "x" * 201, "scopes": "stories:read"}, "200 characters"),
        ({"name": "x", "scopes": "admin"}, "at least one scope"),
    ],
)
def test_a_form_that_is_wrong_comes_back_with_the_reason(farm: Any, bea: httpx.Client, data: dict[str, str], words: str) -> None:
    before = len(farm.store.keys.list(farm.team))
    response = bea.post("/api-keys", data=data)
    assert response.status_code == 400
    assert words in response.text
    assert len(farm.store.keys.list(farm.team)) == before


def test_another_teams_key_cannot_be_revoked(farm: Any, bea: httpx.Client) -> None:
    theirs = farm.store.keys.create(farm.other_team, "theirs")
    assert bea.post(f"/api-keys/{theirs.id}/revoke").status_code == 404
    assert farm.store.keys.authenticate(theirs.key)


def test_names_are_text_whatever_they_hold(farm: Any, bea: httpx.Client) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    assert bea.post("/api-keys", data={"name": evil, "scopes": "stories:read"}).status_code == 303
    page = bea.get("/api-keys")
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script" not in httpx.post(farm.url + "/sign-in", data={"email": evil, "password": "x"}).text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a=" + b"x" * 20_000, b"&".join([b"a=1"] * 100)])
def test_what_is_no_form(farm: Any, content: bytes) -> None:
    response = httpx.post(farm.url + "/sign-in", content=content, headers={"content-type": "application/x-www-form-urlencoded"})
    assert response.status_code in {400, 413}


def test_the_pages_ask_nothing_of_anybody_and_cannot_be_framed(bea: httpx.Client, farm: Any) -> None:
    for page in (httpx.get(farm.url + "/sign-in"), bea.get("/api-keys")):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert not re.search(r"(?:src|href|action)=\"(?!/)", page.text)
