"""Errors: always JSON, in the dialect of the path's family, for whatever was wrong."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from gateway.errors import Family, family_of

SEQUENCES, STORIES = "/api/v1/sequences", "/api/v1/stories/generate"
SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale."}
PROMPT = {"prompt": "A dragon teaches a young knight how to fly"}


def check(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is this error, in its path's dialect; returns what is inside."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert set(response.json()) == {"error"}
    if family_of(response.request.url.path) is Family.YOH:
        assert set(error) == {"code", "message", "status"}
        assert error["status"] == status
        assert error["code"] == code.lower()
    else:
        assert set(error) <= {"code", "message", "details"}
        assert error["code"] == code
    assert isinstance(error["message"], str)
    assert len(error["message"]) > 5
    return error


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/api/v1", Family.OPENSTORY), ("/api/v1/sequences/seq_x", Family.OPENSTORY), ("/api/v1/styles", Family.OPENSTORY), ("/nothing", Family.OPENSTORY),
        ("/api/v1/stories", Family.YOH), ("/api/v1/stories/x/clips", Family.YOH), ("/api/v1/series-assets/x", Family.YOH), ("/api/v1/api-keys", Family.YOH),
        ("/api/v1/storiesx", Family.OPENSTORY),
    ],
)  # fmt: skip
def test_the_path_decides_the_family(path: str, family: Family) -> None:
    assert family_of(path) is family


@pytest.mark.parametrize(
    "path",
    ["/", "/nothing", "/api", "/api/", "/api/v2", "/api/v1/", "/api/v1/nothing", "/api/v1/sequences/", "/api/v1/sequences/a/b/c", "/api/v1/stories/a/b/c",
     "/api/v1/stories/", "/api/v1/series-assets/nothing", "/docs/", "/index.html", "/favicon.ico", "/api/v1/%2e%2e/x", "/api/v1/stories/%00", "/artifacts/x"],
)  # fmt: skip
def test_unknown_addresses(farm: Any, path: str) -> None:
    response = farm.client.get(path)
    check(response, 404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", [SEQUENCES, STORIES, "/api/v1"])
def test_wrong_methods_say_which_are_right(farm: Any, method: str, path: str) -> None:
    code = "METHOD_NOT_ALLOWED"
    response = farm.client.request(method, path)
    check(response, 405, code)
    assert response.headers["allow"] in {"GET, HEAD, POST", "POST", "GET, HEAD"}


def test_a_head_request_is_answered_like_a_get_without_a_body(farm: Any) -> None:
    response = farm.client.head("/api/v1")
    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize("path", [SEQUENCES, STORIES])
@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"{", b"nonsense", b"{'script': 1}", b"\xff\xfe\x00", b'{"script": "\xff"}', b'{"script": "\\ud800"}', b'{"a": NaN}',
     b'{"a": Infinity}', b"[" * 100_000,
     b'{"script": "x",}', b"\xef\xbb\xbf{}"],
)  # fmt: skip
def test_bodies_that_are_not_json(farm: Any, path: str, body: bytes) -> None:
    code = "INVALID_JSON" if path == SEQUENCES else "BAD_REQUEST"
    check(farm.client.post(path, content=body), 400, code)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"script": "short"}, "script"), ({"script": "x" * 50_001}, "script"), ({"script": None}, "script"), ({"script": 5}, "script"),
        ({"script": ["a" * 20]}, "script"), ({"script": "🐳🐳🐳🐳🐳🐳🐳🐳🐳🐳🐳🐳"}, "script"), ({"script": " " * 40}, "script"),
        ({"script": "1234567890 12"}, "script"),
        ({"script": "\u0000" * 40}, "script"),
        ({"title": ""}, "title"), ({"title": "x" * 501}, "title"), ({"enhance": "maybe"}, "enhance"), ({"targetSeconds": 4}, "targetSeconds"),
        ({"targetSeconds": 301}, "targetSeconds"), ({"targetSeconds": "30"}, "targetSeconds"), ({"targetSeconds": 30.5}, "targetSeconds"),
        ({"aspectRatio": "4:3"}, "aspectRatio"), ({"imageModels": []}, "imageModels"),
        ({"imageModels": "illustrator"}, "imageModels"), ({"imageModels": ["nosuch"]}, "imageModels"), ({"videoModels": ["illustrator"]}, "videoModels"),
        ({"analysisModels": ["screenwriter", "nosuch"]}, "analysisModels"), ({"audioModels": ["nosuch"]}, "audioModels"), ({"motion": "yes"}, "motion"),
        ({"music": 1}, "music"), ({"characters": "Tom"}, "characters"), ({"characters": [""]}, "characters"), ({"characters": [{"name": ""}]}, "characters"),
        ({"characters": [{"name": "x" * 256}]}, "characters"), ({"characters": [{"description": "no name"}]}, "characters"),
        ({"characters": [{"name": "Tom", "description": "x" * 2001}]}, "characters"),
        ({"characters": [{"name": "T", "referenceImageUrls": ["http://x.example/a"]}]}, "characters"),
        ({"locations": [5]}, "locations"), ({"elements": [{}]}, "elements"), ({"elements": [{"url": "file:///etc/passwd"}]}, "elements"),
        ({"elements": [{"url": "https://x.example/logo.png", "token": "lower"}]}, "elements"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_created(farm: Any, change: dict[str, Any], field: str) -> None:
    before = farm.count()
    error = check(farm.client.post(SEQUENCES, json={**SCRIPT, **change}), 400, "VALIDATION_ERROR")
    assert any(issue["path"] and issue["path"][0] == field for issue in error["details"]["issues"]), error
    assert farm.count() == before


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_a_body_that_is_no_object(farm: Any, body: Any) -> None:
    check(farm.client.post(SEQUENCES, content=json.dumps(body)), 400, "VALIDATION_ERROR")
    check(farm.client.post(STORIES, content=json.dumps(body)), 400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": ""}, {"prompt": "x" * 5001}, {"prompt": None}, {"prompt": "🎬🎬🎬"}, {"aspectRatio": "4:3"}, {"renderVideo": "true"},
        {"contentType": "poem"},
        {"locale": "not a locale"}, {"locale": "xx-" * 20}, {"title": 5}, {"seriesId": ""}, {"seriesId": "nosuch"},
    ],
)  # fmt: skip
def test_a_wrong_field_of_a_story(farm: Any, change: dict[str, Any]) -> None:
    before = farm.count()
    response = farm.client.post(STORIES, json={**PROMPT, **change})
    if change == {"seriesId": "nosuch"}:
        check(response, 404, "NOT_FOUND")
    else:
        error = check(response, 400, "BAD_REQUEST")
        assert next(iter(change)) in error["message"]
    assert farm.count() == before


@pytest.mark.parametrize("path", [SEQUENCES, STORIES])
def test_a_body_that_is_too_large(farm: Any, path: str) -> None:
    huge = b'{"script": "' + b"x" * (2 << 20) + b'"}'
    check(farm.client.post(path, content=huge), 413, "PAYLOAD_TOO_LARGE")
    pieces = iter([huge[:700_000], huge[700_000:1_400_000], huge[1_400_000:]])  # chunked: no length is declared
    check(farm.client.post(path, content=pieces), 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("path", [SEQUENCES, "/api/v1/stories", "/api/v1/stories/jobs/x", "/api/v1/sequences/x/events"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer"}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer sk_live_wrong"}, {"x-api-key": "sk_live_wrong"},
     {"x-api-key": "k" * 5000},
     {"authorization": "Bearer " + "\u00e9"}, {"x-api-key": "' or 1=1 --"}],
)  # fmt: skip
def test_without_a_good_key(farm: Any, path: str, headers: dict[str, str]) -> None:
    response = httpx.get(farm.url + path, headers={name: value.encode("latin-1") for name, value in headers.items()})  # type: ignore[arg-type]
    check(response, 401, "UNAUTHORIZED")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_both_header_forms_open_the_door(farm: Any) -> None:
    for headers in ({"authorization": f"Bearer {farm.key}"}, {"authorization": f"bearer  {farm.key}"}, {"x-api-key": farm.key}, {"X-API-KEY": farm.key}):
        assert httpx.get(farm.url + SEQUENCES, headers=headers).status_code == 200


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.5", "9" * 30])
def test_wrong_pages(farm: Any, limit: str) -> None:
    check(farm.client.get(SEQUENCES, params={"limit": limit}), 400, "VALIDATION_ERROR")
    check(farm.client.get("/api/v1/stories", params={"limit": limit}), 400, "BAD_REQUEST")


@pytest.mark.parametrize("query", ["cursor=nonsense", "cursor=%00", "limit=1&limit=2", "cursor=" + "x" * 150])
def test_wrong_cursors(farm: Any, query: str) -> None:
    check(farm.client.get(f"{SEQUENCES}?{query}"), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999999999999999999", "status=sleeping", "status=draft"])
def test_wrong_story_pages(farm: Any, query: str) -> None:
    check(farm.client.get(f"/api/v1/stories?{query}"), 400, "BAD_REQUEST")


@pytest.mark.parametrize("wait", ["abc", "-1", "1h", "1.5s", "60 s", "s"])
def test_a_wrong_wait_is_refused_everywhere_and_creates_nothing(farm: Any, wait: str) -> None:
    before = farm.count()
    check(farm.client.post(SEQUENCES, params={"wait": wait}, json=SCRIPT), 400, "VALIDATION_ERROR")
    check(farm.client.get(f"{SEQUENCES}/seq_nosuch", params={"wait": wait}), 400, "VALIDATION_ERROR")
    check(farm.client.get("/api/v1/stories/jobs/nosuch", params={"wait": wait}), 400, "BAD_REQUEST")
    assert farm.count() == before


def test_a_crash_is_json_and_says_nothing_of_its_inside(farm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(farm.store.stories, "document", broken)
    for path, code in (("/api/v1/sequences/seq_x", "INTERNAL_ERROR"), ("/api/v1/stories/seq_x", "internal_error")):
        response = farm.client.get(path)
        check(response, 500, code if "sequences" in path else code.upper())
        assert "secret" not in response.text
        assert response.headers["x-request-id"]


def test_a_database_that_is_away_is_said_to_be_so(farm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("connection refused"))

    monkeypatch.setattr(farm.store.stories, "document", away)
    response = farm.client.get("/api/v1/sequences/seq_x")
    check(response, 503, "UNAVAILABLE")
    assert int(response.headers["retry-after"]) > 0
