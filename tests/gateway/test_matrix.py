"""Who may do what: every endpoint, every scope, two teams, revoked and foreign credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from gateway.route import SCOPES, Route
from gateway.routes import TABLE
from tests.gateway.conftest import painted
from tests.gateway.test_errors import check

ROUTES = [route for route in TABLE.routes if route.path.startswith("/api/v1") and not route.hidden]
GUARDED = [route for route in ROUTES if route.scope is not None]
SESSIONS = [route for route in ROUTES if route.signed_in]
OPEN = [route for route in ROUTES if route.scope is None and not route.signed_in]
DOCUMENT = {  # the table of the API's document
    "generate-story": "stories:generate", "ensure-character-image": "stories:generate", "stories": "stories:read", "story": "stories:read",
    "job-status": "stories:read", "characters": "assets:read", "scenes": "assets:read", "items": "assets:read", "clips": "assets:read",
    "create-sequence": "stories:generate", "sequences": "stories:read", "sequence-status": "stories:read", "credits": "stories:read",
}  # fmt: skip
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_BODIES = {
    "create-sequence": {"script": "A lighthouse keeper befriends a stranded whale."},
    "generate-story": {"prompt": "A dragon teaches a young knight how to fly"},
    "ensure-character-image": {"seriesId": "matrix", "characterName": "Axon", "imageUrl": "https://matrix.example/picture"},
}
_PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def world(farm: Any) -> dict[str, Any]:
    """A finished story of our team, a series, keys of every kind, and somebody signed in for each team."""
    farm.gallery.hang("matrix.example", painted("teal"))
    made = farm.client.post("/api/v1/stories/generate", json=_BODIES["generate-story"]).json()
    farm.worker.run()
    assert farm.client.post("/api/v1/series-assets/ensure-character-image", json=_BODIES["ensure-character-image"]).status_code == 200
    story = farm.store.stories.of_job(made["jobId"], farm.team)
    clients = {}
    for name, team in (("ours", farm.team), ("theirs", farm.other_team)):
        farm.store.users.add(f"{name}@example.org", team, _PASSWORD)
        clients[name] = httpx.Client(base_url=farm.url, timeout=30)
        assert clients[name].post("/api/v1/sessions", json={"email": f"{name}@example.org", "password": _PASSWORD}).status_code == 201
    revoked = farm.store.keys.create(farm.team, "revoked")
    farm.store.keys.revoke(revoked.id, farm.team)
    return {"story": story, "job": made["jobId"], "key": farm.store.keys.create(farm.team, "spare").id, "revoked": revoked.key, "signed_in": clients}


def path_of(route: Route, world: Mapping[str, Any]) -> str:
    """A route's path with ids of our team; what we have nothing for gets an id that nobody has."""
    ids = {"id": world["story"], "storyId": world["story"], "jobId": world["job"]}
    if "/api-keys" in route.path:
        ids["id"] = world["key"]
    elif "/series" in route.path:
        ids["id"] = "matrix"
    elif "/styles" in route.path:
        ids["id"] = "cinematic-noir"
    return _PLACEHOLDER.sub(lambda match: str(ids.get(match.group(1), "nosuch_0")), route.path)


def ask(farm: Any, route: Route, path: str, headers: Mapping[str, str] | None = None, client: httpx.Client | None = None) -> httpx.Response:
    """Ask for a route as somebody."""
    body = {"json": _BODIES.get(route.name, {})} if route.body is not None else {}
    if client is not None:
        return client.request(route.method, path, headers=headers, **body)  # type: ignore[arg-type]
    return httpx.request(route.method, farm.url + path, headers=headers, timeout=30, **body)  # type: ignore[arg-type]


def test_the_documents_scopes() -> None:
    assert {name: TABLE.route(name).scope for name in DOCUMENT} == DOCUMENT
    assert {route.name for route in SESSIONS} >= {"api-keys", "create-api-key", "revoke-api-key"}
    assert {route.name for route in OPEN} == {"root", "openapi-spec", "sign-in"}


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_a_key_does_what_its_scopes_say_and_nothing_else(farm: Any, world: dict[str, Any], route: Route) -> None:
    path = path_of(route, world)
    for headers in ({}, {"x-api-key": world["revoked"]}, {"authorization": f"Bearer {world['revoked']}"}, {"x-api-key": "sk_live_" + "0" * 33}):
        check(ask(farm, route, path, headers), 401, "UNAUTHORIZED")
    check(ask(farm, route, path, client=world["signed_in"]["ours"]), 401, "UNAUTHORIZED")  # a session is no key
    for scope in SCOPES:
        others = farm.store.keys.create(farm.team, "all but one", tuple(one for one in SCOPES if one != scope)).key
        only = farm.store.keys.create(farm.team, "just one", (scope,)).key
        if scope == route.scope:
            assert scope in check(ask(farm, route, path, {"x-api-key": others}), 403, "FORBIDDEN")["message"]
            assert ask(farm, route, path, {"x-api-key": only}).status_code not in {401, 403, 500}
        else:
            check(ask(farm, route, path, {"x-api-key": only}), 403, "FORBIDDEN")


@pytest.mark.parametrize("route", [route for route in GUARDED if "{" in route.path and "/styles" not in route.path], ids=lambda route: route.name)
def test_another_teams_things_are_as_if_they_were_not(farm: Any, world: dict[str, Any], route: Route) -> None:
    path = path_of(route, world)
    theirs = ask(farm, route, path, client=farm.other)
    if route.body is not None and theirs.status_code == 400:
        return  # refused for its body before anything was looked up
    error = check(theirs, 404, "NOT_FOUND")
    real = next(name for name in (world["story"], world["job"], world["key"], "matrix") if name in path)
    ghost = real[:-1] + ("0" if real[-1] != "0" else "1")
    nothing = check(ask(farm, route, path.replace(real, ghost), client=farm.other), 404, "NOT_FOUND")
    assert error["message"].replace(real, "ID") == nothing["message"].replace(ghost, "ID")


@pytest.mark.parametrize("route", [route for route in GUARDED if "{" not in route.path and route.method == "GET"], ids=lambda route: route.name)
def test_lists_hold_the_teams_own(farm: Any, world: dict[str, Any], route: Route) -> None:
    text = ask(farm, route, route.path, client=farm.other).text
    for mine in (world["story"], world["job"], world["key"], '"matrix"'):
        assert mine not in text


@pytest.mark.parametrize("route", SESSIONS, ids=lambda route: route.name)
def test_a_session_does_what_no_key_does(farm: Any, world: dict[str, Any], route: Route) -> None:
    path = path_of(route, world)
    for headers in ({}, {"authorization": f"Bearer {farm.key}"}, {"cookie": "storyfarm_session=" + "A" * 43}, {"cookie": f"storyfarm_session={farm.key}"}):
        check(ask(farm, route, path, headers), 401, "UNAUTHORIZED")
    if "{" in route.path:
        check(ask(farm, route, path, client=world["signed_in"]["theirs"]), 404, "NOT_FOUND")
    if route.name == "sign-out":
        return
    assert ask(farm, route, path, client=world["signed_in"]["ours"]).status_code in {200, 201, 400}  # 400: a body is needed


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_a_key_revoked_while_it_is_used_ends_with_the_next_request(farm: Any, world: dict[str, Any], route: Route) -> None:
    key = farm.store.keys.create(farm.team, "short-lived")
    headers = {"x-api-key": key.key}
    path = path_of(route, world)
    assert ask(farm, route, path, headers).status_code not in {401, 403}
    farm.store.keys.revoke(key.id, farm.team)
    check(ask(farm, route, path, headers), 401, "UNAUTHORIZED")
