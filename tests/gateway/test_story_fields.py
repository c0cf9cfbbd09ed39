"""Every field of a generate request reaches the task that it is for, and every error code of the document is met."""

from __future__ import annotations

from typing import Any, get_args

import httpx
import pytest

from farm.specs import KeyframeSpec, SpeakSpec, WriteSpec
from farm.store import Store
from farm.story import ContentType
from farm.types import TaskKind
from tests.gateway.conftest import NO_LIMITS
from tests.gateway.test_errors import check

GENERATE = "/api/v1/stories/generate"
PROMPT = {"prompt": "A dragon teaches a young knight how to fly"}


def claimed(farm: Any, **fields: Any) -> WriteSpec:
    """What the screenwriter is asked for a request with these fields."""
    made = farm.client.post(GENERATE, json={**PROMPT, **fields})
    assert made.status_code == 202, made.text
    claim = farm.store.tasks.claim("test", "cpu", tuple(farm.catalog.models), (), 30.0)
    assert claim.kind is TaskKind.WRITE
    farm.store.tasks.fail(claim.lease, "seen enough", retry=False)
    assert isinstance(claim.spec, WriteSpec)
    return claim.spec


@pytest.mark.parametrize("content_type", get_args(ContentType))
def test_the_content_type_reaches_the_screenwriter(farm: Any, content_type: str) -> None:
    assert claimed(farm, contentType=content_type).content_type == content_type


@pytest.mark.parametrize(("aspect", "size"), [("9:16", (720, 1280)), ("16:9", (1280, 720)), ("1:1", (960, 960)), ("4:5", (864, 1080)), (None, (720, 1280))])
def test_the_aspect_ratio_reaches_the_painter(farm: Any, aspect: str | None, size: tuple[int, int]) -> None:
    farm.client.post(GENERATE, json={**PROMPT, **({"aspectRatio": aspect} if aspect else {})})
    assert farm.worker.step()
    sizes = set()
    while (claim := farm.store.tasks.claim("test", "cpu", tuple(farm.catalog.models), (), 30.0)) is not None:
        if isinstance(claim.spec, KeyframeSpec):
            sizes.add((claim.spec.size.width, claim.spec.size.height))
        farm.store.tasks.fail(claim.lease, "seen enough", retry=False)
    assert sizes == {size}


@pytest.mark.parametrize(("locale", "known"), [("en", True), ("en-GB", True), ("EN", True), ("de", False), ("fr-CA", False), ("zh-Hant-TW", False)])
def test_the_locale_reaches_writer_and_voice_or_is_refused_with_those_there_are(farm: Any, locale: str, known: bool) -> None:
    if known:
        assert claimed(farm, locale=locale).locale == locale
    else:
        message = check(farm.client.post(GENERATE, json={**PROMPT, "locale": locale}), 400, "BAD_REQUEST")["message"]
        assert locale in message
        assert "it can en" in message


def test_title_and_prompt_reach_the_screenwriter(farm: Any) -> None:
    spec = claimed(farm, title="Wings")
    assert (spec.title, spec.prompt, spec.characters) == ("Wings", PROMPT["prompt"], ())


def test_characters_have_their_portraits_and_voices(farm: Any) -> None:
    made = farm.client.post(GENERATE, json=PROMPT).json()
    assert farm.worker.step()
    story = farm.client.get(made["pollUrl"]).json()["storyId"]
    people = farm.client.get(f"/api/v1/stories/{story}/characters").json()["data"]
    assert [(person["name"], person["role"], person["order"], person["imageUrl"]) for person in people] == [
        ("Old Tom", "protagonist", 0, None), ("the whale", "supporting", 1, None),
    ]  # fmt: skip
    assert {person["voiceName"] for person in people} == {"heart"}
    farm.worker.run()
    for kind in ("characters", "scenes", "items"):
        for row in farm.client.get(f"/api/v1/stories/{story}/{kind}").json()["data"]:
            assert httpx.get(row["imageUrl"]).headers["content-type"] == "image/png"
    clips = farm.client.get(f"/api/v1/stories/{story}/clips").json()["data"]
    assert [httpx.get(clip["audioUrl"]).headers["content-type"] for clip in clips] == ["audio/wav"] * len(clips)
    assert all(isinstance(clip["duration"], float) for clip in clips)


def test_a_voice_speaks_the_stories_language(farm: Any) -> None:
    farm.client.post(GENERATE, json=PROMPT)
    assert farm.worker.step()
    spoken = []
    while (claim := farm.store.tasks.claim("test", "cpu", tuple(farm.catalog.models), (), 30.0)) is not None:
        if isinstance(claim.spec, SpeakSpec):
            spoken.append(claim.spec.locale)
        farm.store.tasks.fail(claim.lease, "seen enough", retry=False)
    assert set(spoken) == {"en"}


def test_every_code_of_the_document_is_met(farm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Store = farm.store
    poor = {"x-api-key": store.keys.create(store.teams.ensure("penniless"), "poor").key}
    reader = {"x-api-key": store.keys.create(farm.team, "reader", ("stories:read",)).key}
    check(httpx.post(farm.url + GENERATE, json=PROMPT), 401, "unauthorized".upper())
    check(httpx.post(farm.url + GENERATE, json=PROMPT, headers=reader), 403, "FORBIDDEN")
    check(farm.client.get("/api/v1/stories/seq_nosuch"), 404, "NOT_FOUND")
    check(farm.client.post(GENERATE, json={}), 400, "BAD_REQUEST")
    check(httpx.post(farm.url + GENERATE, json=PROMPT, headers=poor), 402, "INSUFFICIENT_CREDITS")
    strict = farm.serve({**NO_LIMITS, "generation": "1/3000"})
    try:
        answers = [httpx.post(strict.url + GENERATE, json=PROMPT, headers=poor) for _ in range(2)]
    finally:
        strict.stop()
    check(answers[1], 429, "RATE_LIMITED")
    assert 2900 < int(answers[1].headers["retry-after"]) <= 3000

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(store.ledger, "entries", broken)
    assert "secret" not in check(farm.client.get("/api/v1/credits"), 500, "INTERNAL_ERROR")["message"]


def test_sixty_an_hour_and_two_a_second_are_the_usual_limits(farm: Any) -> None:
    client = farm.client_with({"stories:generate"}, limited=True)
    response = client.post(GENERATE, json={})
    assert response.headers["ratelimit-policy"] == '"1s";q=2;w=1, "3600s";q=60;w=3600'
    other = client.post("/api/v1/series-assets/ensure-character-image", json={})
    assert other.headers["ratelimit-policy"] == response.headers["ratelimit-policy"]
