"""Credits: holds, captures and refunds as the API shows them; 402 when short."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

PROMPT = {"prompt": "A dragon teaches a young knight how to fly"}


@pytest.fixture
def poor(farm: Any) -> httpx.Client:
    """A client of a team with 40 credits: one generation and a bit."""
    team = farm.store.teams.ensure(f"poor {farm.store.stories.count(farm.team)} {id(object())}")
    farm.store.ledger.grant(team, 40, "a present")
    return httpx.Client(base_url=farm.url, headers={"x-api-key": farm.store.keys.create(team, "poor").key})


def entries(client: httpx.Client) -> tuple[int, list[tuple[str, int]]]:
    """Balance, and the entries as (kind, amount), newest first."""
    answer = client.get("/api/v1/credits").json()
    assert set(answer) == {"balance", "unlimited", "spent", "entries"}
    assert not answer["unlimited"]
    assert answer["spent"] == -sum(entry["amount"] for entry in answer["entries"] if entry["jobId"])
    return answer["balance"], [(entry["kind"], entry["amount"]) for entry in answer["entries"]]


def test_a_generation_is_held_and_captured(farm: Any, poor: httpx.Client) -> None:
    poor.post("/api/v1/stories/generate", json=PROMPT)
    assert entries(poor) == (15, [("hold", -25), ("grant", 40)])
    farm.worker.run()
    assert entries(poor) == (15, [("capture", 0), ("hold", -25), ("grant", 40)])


def test_short_of_credits_is_402_in_both_dialects_and_creates_nothing(poor: httpx.Client) -> None:
    assert poor.post("/api/v1/stories/generate", json=PROMPT).status_code == 202
    story = poor.post("/api/v1/stories/generate", json=PROMPT)
    sequence = poor.post("/api/v1/sequences", json={"script": PROMPT["prompt"]})
    assert story.status_code == sequence.status_code == 402
    assert story.json()["error"]["code"] == "insufficient_credits"
    assert story.json()["error"]["status"] == 402
    assert sequence.json()["error"]["code"] == "INSUFFICIENT_CREDITS"
    assert poor.get("/api/v1/stories").json()["total"] == 1


def test_a_failed_and_a_cancelled_generation_are_refunded_once(farm: Any, poor: httpx.Client) -> None:
    poor.post("/api/v1/stories/generate", json=PROMPT)
    farm.worker.run(fail={"write"})
    assert entries(poor)[0] == 40
    story = poor.post("/api/v1/sequences", json={"script": PROMPT["prompt"]}).json()["sequences"][0]["id"]
    for _ in range(2):
        assert poor.delete(f"/api/v1/sequences/{story}").status_code == 200
    balance, listed = entries(poor)
    assert balance == 40
    assert [kind for kind, _ in listed].count("refund") == 2


def test_a_partly_failed_story_costs_its_share(farm: Any, poor: httpx.Client) -> None:
    poor.post("/api/v1/stories/generate", json={**PROMPT, "renderVideo": True})
    farm.worker.run(fail={"animate.1"})
    balance, listed = entries(poor)
    assert balance == 15 + 9  # a third of 25, rounded in the caller's favour
    assert listed[0] == ("refund", 9)
    page = poor.get("/api/v1/credits", params={"limit": 1}).json()["entries"]
    older = poor.get("/api/v1/credits", params={"before": page[0]["id"]}).json()["entries"]
    assert len(page) == 1
    assert all(entry["id"] < page[0]["id"] for entry in older)


def test_another_teams_entries_are_not_seen(farm: Any, poor: httpx.Client) -> None:
    assert farm.other.get("/api/v1/credits").json()["entries"] == []
    assert poor.get("/api/v1/credits").json()["balance"] == 40


def test_an_unlimited_team_has_no_balance_and_what_it_spends_is_told(farm: Any) -> None:
    team = farm.store.teams.ensure("rich", unlimited=True)
    rich = httpx.Client(base_url=farm.url, headers={"x-api-key": farm.store.keys.create(team, "rich").key})
    for _ in range(2):
        assert rich.post("/api/v1/stories/generate", json=PROMPT).status_code == 202
    answer = rich.get("/api/v1/credits").json()
    assert (answer["balance"], answer["unlimited"], answer["spent"]) == (None, True, 50)
    farm.worker.run(fail={"write"})
    assert rich.get("/api/v1/credits").json()["spent"] == 0
    rich.post("/api/v1/stories/generate", json=PROMPT)
    farm.worker.run()
    farm.store.teams.set_unlimited(team, False)
    limited = rich.get("/api/v1/credits").json()
    assert (limited["balance"], limited["unlimited"], limited["spent"]) == (0, False, 25)
    assert (limited["entries"][0]["kind"], limited["entries"][0]["amount"]) == ("grant", 25)
    assert rich.post("/api/v1/stories/generate", json=PROMPT).status_code == 402
    rich.close()
