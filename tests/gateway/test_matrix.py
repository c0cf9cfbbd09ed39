"""Who may do what: every route of the table, every set of scopes, two teams, revoked and foreign credentials, sessions.

The cells come from the route table: a new route is asked with every credential, and a test fails until the matrix has a real thing to ask it for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, count
from typing import Any

import httpx
import pytest

from gateway.route import SCOPES, Route
from gateway.routes import TABLE
from tests.gateway.conftest import painted
from tests.gateway.test_errors import check

GUARDED = [route for route in TABLE.routes if route.scope is not None]
SESSIONS = [route for route in TABLE.routes if route.signed_in]
OPEN = {  # what needs nobody to be known, and what a stranger is answered
    "root": 200, "openapi-spec": 200, "docs": 200, "alive": 200, "ready": 200, "artifact": 404, "sign-in": 401, "sign-in-page": 200, "sign-in-form": 401,
    "sign-out-form": 303, "sign-out-everywhere-form": 303, "api-keys-page": 303, "create-api-key-form": 303, "revoke-api-key-form": 303,
}  # fmt: skip
DOCUMENT = {  # the table of the API's document
    "generate-story": "stories:generate", "ensure-character-image": "stories:generate", "stories": "stories:read", "story": "stories:read",
    "job-status": "stories:read", "characters": "assets:read", "scenes": "assets:read", "items": "assets:read", "clips": "assets:read",
    "create-sequence": "stories:generate", "sequences": "stories:read", "sequence-status": "stories:read", "credits": "stories:read",
}  # fmt: skip
SETS = [frozenset(chosen) for size in range(len(SCOPES) + 1) for chosen in combinations(SCOPES, size)]
STRANGERS = ("nobody", "an unknown key", "another text", "a revoked key", "a revoked bearer", "a session of ours", "a session of theirs")
GUESTS = ("nobody", "an unknown cookie", "an ended session", "a key as cookie", "a key of ours", "a bearer of ours", "a revoked key")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PASSWORD = "correct horse battery"
_number = count()


def _body(route: Route) -> Any:
    """A body that is taken."""
    return {
        "create-sequence": {"script": "A lighthouse keeper befriends a stranded whale."},
        "generate-story": {"prompt": "A dragon teaches a young knight how to fly"},
        "ensure-character-image": {"seriesId": "asked for", "characterName": "Axon", "imageUrl": "https://matrix.example/picture"},
        "edit-frame": {"seed": next(_number)},
        "enhance-script": {"script": "A lighthouse keeper befriends a stranded whale."},
        "create-style": {"name": f"Fjord {next(_number)}"},
        "create-api-key": {"name": "of the matrix"},
        "sign-in": {"email": "nobody@example.org", "password": "wrong"},
    }[route.name]


def _sets_that_do(route: Route) -> list[frozenset[Any]]:
    return [chosen for chosen in SETS if route.scope in chosen]


def cells(route: Route) -> list[str]:
    """What is asked of a route, one line a request."""
    if route.name in OPEN:
        return ["nobody", "a key of ours", "a revoked key", "a session of ours"]
    if route.signed_in:
        named = ["a session of theirs, for a thing of ours"] if "{" in route.path else []
        return [*GUESTS, "from another site", *named, "a session of ours"]
    named = [f"theirs with {','.join(sorted(chosen))}, for a thing of ours" for chosen in _sets_that_do(route)]
    return [
        *STRANGERS,
        *[f"{whose} with {','.join(sorted(chosen)) or 'nothing'}" for whose in ("ours", "theirs") for chosen in SETS if route.scope not in chosen],
        *(named if "{" in route.path else [f"theirs with {','.join(sorted(chosen))}" for chosen in _sets_that_do(route)]),
        *[f"ours with {','.join(sorted(chosen))}" for chosen in _sets_that_do(route)],
        "a key that was revoked after it was used",
        *(["HEAD by nobody"] if route.method == "GET" else []),
    ]


@dataclass
class World:
    """A farm with a finished story, a series, a style, a delivery, keys of every kind, and somebody signed in for each team."""

    farm: Any
    story: str
    job: str
    frame: str
    style: str
    delivery: str
    revoked: str
    keys: Mapping[tuple[str, frozenset[Any]], str]
    signed_in: Mapping[str, httpx.Client]

    def ids(self, route: Route) -> dict[str, str]:
        """Things of ours for each placeholder of a route's path: real ones."""
        for begin, found in (
            ("/api/v1/sequences/", lambda: self.sequence() if route.method != "GET" else {"id": self.story, "frameId": self.frame, "number": "1"}),
            ("/api/v1/stories/", lambda: {"storyId": self.story, "jobId": self.job}),
            ("/api/v1/series/", lambda: {"id": "matrix"}),
            ("/api/v1/styles/", lambda: {"id": self.style}),
            ("/api/v1/webhooks/deliveries/", lambda: {"id": self.delivery}),
            ("/api/v1/api-keys/", lambda: {"id": self.farm.store.keys.create(self.farm.team, "spare").id}),
        ):
            if route.path.startswith(begin):
                return found()
        raise AssertionError(f"{route.path}: the matrix has nothing real to ask for; tell World.ids")

    def sequence(self) -> dict[str, str]:
        """A completed story that nothing has been done to yet, and its first frame."""
        made = self.farm.client.post("/api/v1/stories/generate", json=_body(TABLE.route("generate-story"))).json()
        self.farm.worker.run()
        story = self.farm.store.stories.of_job(made["jobId"], self.farm.team)
        return {"id": story, "frameId": self.farm.store.stories.document(story).ids["shots"]["0"], "number": "1"}

    def path(self, route: Route, ids: Mapping[str, str]) -> str:
        """A route's path with these ids."""
        return _PLACEHOLDER.sub(lambda match: ids[match.group(1)], route.path)

    def ask(self, route: Route, path: str, headers: Mapping[str, str] | None = None, client: httpx.Client | None = None) -> httpx.Response:
        """Ask for a route as somebody; of an event stream only the beginning is read."""
        body = {"json": _body(route)} if route.body is not None else {}
        with (client or self.signed_in["nobody"]).stream(route.method, self.farm.url + path, headers=headers, **body) as response:  # type: ignore[arg-type]
            if response.status_code != 200 or "event-stream" not in response.headers.get("content-type", ""):
                response.read()
            return response


@pytest.fixture(scope="module")
def world(farm: Any) -> Iterator[World]:
    """The world of the matrix."""
    farm.gallery.hang("matrix.example", painted("teal"))
    made = farm.client.post("/api/v1/sequences", json={**_body(TABLE.route("create-sequence")), "webhookUrl": "https://hooks.example.com/x"}).json()
    farm.worker.run()
    face = {**_body(TABLE.route("ensure-character-image")), "seriesId": "matrix"}
    assert farm.client.post("/api/v1/series-assets/ensure-character-image", json=face).status_code == 200
    story = made["sequences"][0]["id"]
    clients = {"nobody": httpx.Client(timeout=30)}
    for name, team in (("ours", farm.team), ("theirs", farm.other_team)):
        farm.store.users.add(f"{name}@example.org", team, _PASSWORD)
        clients[name] = httpx.Client(base_url=farm.url, timeout=30)
        assert clients[name].post("/api/v1/sessions", json={"email": f"{name}@example.org", "password": _PASSWORD}).status_code == 201
    revoked = farm.store.keys.create(farm.team, "revoked")
    farm.store.keys.revoke(revoked.id, farm.team)
    teams = {"ours": farm.team, "theirs": farm.other_team}
    yield World(
        farm=farm,
        story=story,
        job=made["sequences"][0]["workflowRunId"],
        frame=farm.store.stories.document(story).ids["shots"]["0"],
        style=farm.client.post("/api/v1/styles", json={"name": "Of the matrix"}).json()["id"],
        delivery=farm.client.get("/api/v1/webhooks/deliveries").json()["deliveries"][0]["id"],
        revoked=revoked.key,
        keys={(whose, chosen): farm.store.keys.create(team, "of the matrix", tuple(chosen)).key for whose, team in teams.items() for chosen in SETS},
        signed_in=clients,
    )
    for client in clients.values():
        client.close()


def test_the_documents_scopes() -> None:
    assert {name: TABLE.route(name).scope for name in DOCUMENT} == DOCUMENT
    assert {route.name for route in SESSIONS} >= {"api-keys", "create-api-key", "revoke-api-key"}


def test_who_need_not_be_known_is_decided_by_name() -> None:
    assert {route.name for route in TABLE.routes if route.scope is None and not route.signed_in} == set(OPEN)


def test_how_many_cells(capsys: pytest.CaptureFixture[str]) -> None:
    by_kind = [sum(len(cells(route)) for route in routes) for routes in (GUARDED, SESSIONS, [TABLE.route(name) for name in OPEN])]
    with capsys.disabled():
        print(f"\nmatrix: {sum(by_kind)} cells ({by_kind[0]} of {len(GUARDED)} routes by key, {by_kind[1]} of {len(SESSIONS)} by session, {by_kind[2]} open)")
    assert all(len(cells(route)) >= (4 if route.name in OPEN else 9) for route in TABLE.routes)


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_a_key_does_what_its_scopes_say_for_its_own_team(world: World, route: Route) -> None:
    asked = []
    ids = world.ids(route) if "{" in route.path else {}
    path = world.path(route, ids)

    def tell(cell: str, **who: Any) -> httpx.Response:
        asked.append(cell)
        return world.ask(route, path, **who)

    for cell, who in zip(STRANGERS, _strangers(world), strict=True):
        check(tell(cell, **who), 401, "UNAUTHORIZED")
    for whose in ("ours", "theirs"):
        for chosen in SETS:
            if route.scope not in chosen:
                refused = tell(f"{whose} with {','.join(sorted(chosen)) or 'nothing'}", headers={"x-api-key": world.keys[whose, chosen]})
                assert str(route.scope) in check(refused, 403, "FORBIDDEN")["message"]
    for chosen in _sets_that_do(route):
        cell = f"theirs with {','.join(sorted(chosen))}"
        if ids:
            _nothing(world, route, ids, tell(f"{cell}, for a thing of ours", headers={"x-api-key": world.keys["theirs", chosen]}))
        else:
            response = tell(cell, headers={"authorization": f"Bearer {world.keys['theirs', chosen]}"})
            assert response.status_code in route.answers
            if response.is_stream_consumed:
                for mine in (world.story, world.job, world.delivery, world.style, '"matrix"'):
                    assert mine not in response.text
    used = ""
    for chosen in _sets_that_do(route):
        used = world.keys["ours", chosen]
        response = tell(f"ours with {','.join(sorted(chosen))}", headers={"x-api-key": used})
        assert response.status_code in route.answers, f"{path}: {response.status_code}"
        if route.name == "edit-frame":
            world.farm.worker.run()  # it can be edited again when it has been
    spent = world.farm.store.keys.authenticate(used)
    short = world.farm.store.keys.create(world.farm.team, "short-lived", spent.scopes)
    assert world.ask(route, path, headers={"x-api-key": short.key}).status_code in route.answers
    world.farm.store.keys.revoke(short.id, world.farm.team)
    check(tell("a key that was revoked after it was used", headers={"x-api-key": short.key}), 401, "UNAUTHORIZED")
    if route.method == "GET":
        assert httpx.head(world.farm.url + path).status_code == 401
        asked.append("HEAD by nobody")
    assert asked == cells(route)


@pytest.mark.parametrize("route", SESSIONS, ids=lambda route: route.name)
def test_a_session_does_what_no_key_does(world: World, route: Route) -> None:
    asked = []
    farm = world.farm
    path = world.path(route, world.ids(route) if "{" in route.path else {})
    ended = farm.store.sessions.begin("ours@example.org", _PASSWORD)
    farm.store.sessions.end(ended.token)
    revoked = {"x-api-key": world.revoked}
    cookies = [{"cookie": f"storyfarm_session={text}"} for text in ("A" * 43, ended.token, farm.key)]
    shown: list[dict[str, str]] = [{}, *cookies, {"x-api-key": farm.key}, {"authorization": f"Bearer {farm.key}"}, revoked]
    for cell, headers in zip(GUESTS, shown, strict=True):
        asked.append(cell)
        assert "session" in check(world.ask(route, path, headers), 401, "UNAUTHORIZED")["message"]
    mine = farm.store.sessions.begin("ours@example.org", _PASSWORD)
    cookie = {"cookie": f"storyfarm_session={mine.token}"}
    asked.append("from another site")
    elsewhere = world.ask(route, path, {**cookie, "origin": "https://evil.example"})
    assert elsewhere.status_code == (200 if route.method == "GET" else 403)  # what is read, a browser does not hand to another site's page
    if "{" in route.path:
        asked.append("a session of theirs, for a thing of ours")
        check(world.ask(route, path, client=world.signed_in["theirs"]), 404, "NOT_FOUND")
    asked.append("a session of ours")
    assert world.ask(route, path, cookie).status_code in route.answers
    assert asked == cells(route)


@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_is_the_same_for_everybody(world: World, name: str) -> None:
    route = TABLE.route(name)
    path = _PLACEHOLDER.sub("nosuch_0", route.path)
    token = world.farm.store.sessions.begin("theirs@example.org", _PASSWORD).token
    for headers in ({}, {"x-api-key": world.farm.key}, {"x-api-key": world.revoked}):
        assert world.ask(route, path, headers).status_code == OPEN[name]
    signed_in = world.ask(route, path, {"cookie": f"storyfarm_session={token}"}).status_code
    assert signed_in in {OPEN[name], 200, 303, 400, 404} - {500}


def _strangers(world: World) -> list[dict[str, Any]]:
    """Who is nobody to a route that needs a key, in the order of STRANGERS."""
    return [
        {},
        {"headers": {"x-api-key": "sk_live_" + "0" * 33}},
        {"headers": {"x-api-key": "' or 1=1 --"}},
        {"headers": {"x-api-key": world.revoked}},
        {"headers": {"authorization": f"Bearer {world.revoked}"}},
        {"client": world.signed_in["ours"]},
        {"client": world.signed_in["theirs"]},
    ]


def _nothing(world: World, route: Route, ids: Mapping[str, str], response: httpx.Response) -> None:
    """A thing of ours is to them as if it were not: the same words as for what never was."""
    error = check(response, 404, "NOT_FOUND")
    first = next(iter(_PLACEHOLDER.findall(route.path)))
    ghost = ids[first][:-1] + ("0" if ids[first][-1] != "0" else "1")
    answer = world.ask(route, world.path(route, {**ids, first: ghost}), {"x-api-key": world.keys["theirs", frozenset(SCOPES)]})
    nothing = check(answer, 404, "NOT_FOUND")
    assert error["message"].replace(ids[first], "ID") == nothing["message"].replace(ghost, "ID")
