"""Series: a face is registered once, kept by us, and asked for in every later story."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from farm.store import SeriesCharacter, SeriesRecord
from gateway.series import hints
from tests.gateway.conftest import painted
from tests.gateway.test_errors import check

ENSURE, SERIES, GENERATE = "/api/v1/series-assets/ensure-character-image", "/api/v1/series", "/api/v1/stories/generate"


def ensure(farm: Any, series: str, name: str, colour: str = "teal", client: httpx.Client | None = None) -> httpx.Response:
    """Register a picture of one colour."""
    url = farm.gallery.hang(f"{colour}.example", painted(colour))
    return (client or farm.client).post(ENSURE, json={"seriesId": series, "characterName": name, "imageUrl": url})


def test_the_documents_registration_is_idempotent(farm: Any) -> None:
    first = ensure(farm, "kitchen", "Chef Axon")
    assert first.status_code == 200
    assert set(first.json()) == {"seriesId", "characterName", "imageUrl", "created"}
    assert first.json()["created"] is True
    again = ensure(farm, "kitchen", "chef axon")
    assert again.json() == {**first.json(), "created": False}
    kept = httpx.get(first.json()["imageUrl"])
    assert kept.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(kept.content)) as picture:
        assert picture.getpixel((5, 5)) == (0, 128, 128)
    renewed = ensure(farm, "kitchen", "Chef Axon", "crimson").json()
    assert renewed["created"] is False
    assert renewed["imageUrl"] != first.json()["imageUrl"]


def test_what_is_registered_is_listed_for_the_team_alone(farm: Any) -> None:
    ensure(farm, "list me", "Axon")
    ensure(farm, "list me", "Bolt", "navy")
    shown = farm.client.get(f"{SERIES}/list me").json()
    assert set(shown) == {"id", "characters", "createdAt"}
    assert [set(character) for character in shown["characters"]] == [{"name", "imageUrl", "createdAt", "updatedAt"}] * 2
    assert [character["name"] for character in shown["characters"]] == ["Axon", "Bolt"]
    page = farm.client.get(SERIES, params={"limit": 1}).json()
    assert set(page) == {"data", "page", "limit", "total"}
    assert page["data"][0] == shown
    check(farm.other.get(f"{SERIES}/list me"), 404, "NOT_FOUND")
    assert farm.other.get(SERIES).json()["total"] == 0
    check(farm.other.post(GENERATE, json={"prompt": "Axon walks.", "seriesId": "list me"}), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seriesId": ""}, "seriesId"), ({"seriesId": "a/b"}, "seriesId"), ({"seriesId": "x" * 129}, "seriesId"), ({"seriesId": "ü"}, "seriesId"),
        ({"seriesId": 5}, "seriesId"), ({"characterName": ""}, "characterName"), ({"characterName": "!!"}, "characterName"),
        ({"characterName": "x" * 256}, "characterName"), ({"imageUrl": "http://x.example/a.png"}, "imageUrl"),
        ({"imageUrl": "https://169.254.169.254/latest"}, "imageUrl"), ({"imageUrl": "https://user:pw@x.example/a.png"}, "imageUrl"),
        ({"imageUrl": "https://nobody.example/a.png"}, "imageUrl"), ({"imageUrl": "HANGED"}, "imageUrl"), ({"imageUrl": None}, "imageUrl"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_registered(farm: Any, change: dict[str, Any], field: str) -> None:
    change = {name: farm.gallery.hang("evil.example", b"<svg onload='alert(1)'/>") if value == "HANGED" else value for name, value in change.items()}
    url = farm.gallery.hang("good.example", painted("teal"))
    before = farm.store.series.count(farm.team)
    response = farm.client.post(ENSURE, json={"seriesId": "wrong", "characterName": "Axon", "imageUrl": url, **change})
    assert field in check(response, 400, "BAD_REQUEST")["message"]
    assert farm.store.series.count(farm.team) == before


def test_a_story_of_the_series_asks_for_the_registered_face(farm: Any) -> None:
    sha = ensure(farm, "faces", "Mara Voss", "olive").json()["imageUrl"].split("/")[4]
    ensure(farm, "faces", "Bolt", "navy")
    for prompt, names in (
        ("mara voss repairs a lamp", ["Mara Voss"]),
        ("A storm comes. Mara waits for the tide.", ["Mara Voss"]),
        ("Bolt finds Mara Voss in the snow.", ["Bolt", "Mara Voss"]),
        ("A boltcutter is lost in the snow.", ["Mara Voss", "Bolt"]),  # nobody is named: the series' people play
    ):
        made = farm.client.post(GENERATE, json={"prompt": prompt, "seriesId": "faces"})
        assert made.status_code == 202
        document = farm.store.stories.document(farm.store.stories.of_job(made.json()["jobId"], farm.team))
        assert document.request.series == "faces"
        assert [hint.name for hint in document.request.characters] == names
        assert {hint.name: hint.reference for hint in document.request.characters}["Mara Voss"] == sha if "Mara Voss" in names else True


def test_registering_has_the_stricter_limit(farm: Any) -> None:
    client = farm.client_with({"stories:generate"}, limited=True)
    codes = [ensure(farm, "limited", "Axon", client=client).status_code for _ in range(4)]
    assert codes[:2] == [200, 200]
    assert 429 in codes


def _series(*names: str) -> SeriesRecord:
    return SeriesRecord("s", 0.0, tuple(SeriesCharacter(name, str(number) * 64, 0.0, 0.0) for number, name in enumerate(names)))


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("CHEF   AXON cooks", ["Chef Axon"]),
        ("the chef cooks for Zoë", ["Zoë"]),
        ("Axons cook", ["Chef Axon", "Zoë", "A.B. (old)"]),
        ("Zoë and Axon", ["Zoë", "Chef Axon"]),
        ("a.b. (OLD) came", ["A.B. (old)"]),
        ("", ["Chef Axon", "Zoë", "A.B. (old)"]),
    ],
)
def test_who_is_named(prompt: str, names: list[str]) -> None:
    assert [hint.name for hint in hints(_series("Chef Axon", "Zoë", "A.B. (old)"), prompt)] == names
