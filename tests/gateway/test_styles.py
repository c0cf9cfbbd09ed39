"""Styles: made by a team, named by id, slug or name, seen by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

STYLES = "/api/v1/styles"
FJORD = {
    "name": "Cold Fjord", "description": "Grey and still.", "prompt": "watercolour, cold light", "palette": ["#14202b", "#dfe8ea"],
    "grade": {"warmth": -0.3}, "aspectRatio": "4:5",
}  # fmt: skip
SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale."}

pytestmark = pytest.mark.parametrize("farm", ["sqlite", "postgresql"], indirect=True, scope="module")


def test_a_teams_style_is_listed_found_and_used(farm: Any) -> None:
    made = farm.client.post(STYLES, json=FJORD)
    assert made.status_code == 201
    style = made.json()
    assert made.headers["location"] == f"{STYLES}/{style['id']}"
    assert (style["slug"], style["aspectRatio"], style["palette"]) == ("cold-fjord", "4:5", FJORD["palette"])
    assert farm.client.get(STYLES).json()["styles"][0] == style
    for name in (style["id"], "cold-fjord", "COLD  fjord"):
        assert farm.client.get(f"{STYLES}/{name}").json() == style
        entry = farm.client.post("/api/v1/sequences", json={**SCRIPT, "style": name}).json()["sequences"][0]
        request = farm.store.stories.document(entry["id"]).request
        assert request.style.prompt == FJORD["prompt"]
        assert request.style.grade == {"warmth": -0.3}
        assert farm.client.get(entry["statusUrl"]).json()["aspectRatio"] == "4:5"
    # another team has none of it, and may use the name
    assert style["id"] not in farm.other.get(STYLES).text
    for name in (style["id"], "cold-fjord"):
        assert farm.other.get(f"{STYLES}/{name}").status_code == 404
        assert farm.other.post("/api/v1/sequences", json={**SCRIPT, "style": name}).status_code == 404
    assert farm.other.post(STYLES, json=FJORD).status_code == 201


@pytest.mark.parametrize("name", ["Storybook", "cinematic noir", "Cinematic-Noir"])
def test_a_built_in_name_is_taken(farm: Any, name: str) -> None:
    refused = farm.client.post(STYLES, json={"name": name})
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "CONFLICT"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "!!!"), ("name", 7), ("palette", ["red"]), ("palette", ["#12345g"]), ("grade", {"warmth": 2}), ("grade", {"grain": -1}),
     ("aspectRatio", "4:3"), ("prompt", "x" * 2001)],
)  # fmt: skip
def test_a_wrong_field_is_named(farm: Any, field: str, value: object) -> None:
    refused = farm.client.post(STYLES, json={"name": "Wrong", field: value})
    assert refused.status_code == 400
    assert refused.json()["error"]["details"]["issues"][0]["path"][0] == field


def test_the_same_key_makes_one_style(farm: Any) -> None:
    answers = [farm.client.post(STYLES, json={"name": "Только раз"}, headers={"Idempotency-Key": "one-style"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert farm.client.post(STYLES, json={"name": "Только раз"}).status_code == 409
