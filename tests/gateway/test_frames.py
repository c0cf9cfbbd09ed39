"""Editing a frame: only what depends on it is made anew, versions are kept, a former one comes back without rendering."""

from __future__ import annotations

from typing import Any

import pytest

from farm.store import Created

SEQUENCES = "/api/v1/sequences"
SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale.", "music": True}
PROMPT = "The lighthouse at night in a storm"

pytestmark = pytest.mark.parametrize("farm", ["sqlite", "postgresql"], indirect=True, scope="module")


def finished(farm: Any, **fields: Any) -> dict[str, Any]:
    """A completed sequence's status document."""
    entry = farm.client.post(SEQUENCES, json={**SCRIPT, "motion": True, **fields}).json()["sequences"][0]
    farm.worker.run()
    return status(farm, entry["id"])


def status(farm: Any, story: str) -> dict[str, Any]:
    return farm.client.get(f"{SEQUENCES}/{story}").json()


def frame_of(document: dict[str, Any], index: int = 1) -> str:
    """The address of one of its frames."""
    return f"{SEQUENCES}/{document['id']}/frames/{document['frames'][index]['id']}"


def done_since(farm: Any, **how: Any) -> list[str]:
    """What a worker does now, by name."""
    names: list[str] = []
    complete = farm.worker._tell
    farm.worker._tell = lambda claim, state: (names.append(claim.name) if state == "running" else None, complete(claim, state))
    try:
        farm.worker.run(**how)
    finally:
        farm.worker._tell = complete
    return [name for name in names if not name.startswith("join.")]  # what lies between shots belongs to the film


@pytest.mark.parametrize(("motion", "again"), [(True, ["keyframe.1", "animate.1", "compose"]), (False, ["keyframe.1", "compose"])])
def test_an_edit_makes_anew_only_what_depends_on_it(farm: Any, motion: bool, again: list[str]) -> None:
    before = finished(farm, motion=motion)
    answer = farm.client.patch(frame_of(before), json={"prompt": PROMPT})
    assert answer.status_code == 202, answer.text
    begun = answer.json()
    assert (begun["status"], begun["frames"][1]["image"]["status"]) == ("processing", "pending")
    assert [begun["frames"][index] for index in (0, 2)] == [before["frames"][index] for index in (0, 2)]
    assert done_since(farm) == again
    after = status(farm, before["id"])
    assert after["status"] == "completed"
    assert after["frames"][1]["id"] == before["frames"][1]["id"]
    assert after["frames"][1]["image"]["url"] != before["frames"][1]["image"]["url"]
    assert after["frames"][0] == before["frames"][0]
    assert after["music"] == before["music"]
    film = farm.client.post(f"{SEQUENCES}/{before['id']}/exports").json()["export"]
    assert film["status"] == "ready"
    # what the painter is asked follows the prompt
    task = next(spec for name, spec in specs(farm, before["id"]) if name == "keyframe.1")
    assert (task["shot"]["picture_prompt"], task["scene"]["time_of_day"], task["scene"]["weather"]) == (PROMPT, "night", "storm")
    assert task["prompt"].startswith(PROMPT)


def specs(farm: Any, story: str) -> list[tuple[str, dict[str, Any]]]:
    from farm.store import tables as t

    with farm.store.database.read() as connection:
        job = connection.execute(t.stories.select().where(t.stories.c.id == story)).one().job
        return [(row.name, row.spec) for row in connection.execute(t.tasks.select().where(t.tasks.c.job == job))]


def test_versions_are_kept_and_one_comes_back_without_rendering(farm: Any) -> None:
    first = finished(farm)
    address = frame_of(first)
    known = farm.client.get(address + "/versions").json()
    assert [(one["number"], one["current"], one["status"]) for one in known["versions"]] == [(1, True, "completed")]
    for body in ({"prompt": PROMPT}, {"seed": 99}):
        assert farm.client.patch(address, json=body).status_code == 202
        farm.worker.run()
    third = status(farm, first["id"])
    versions = farm.client.get(address + "/versions").json()["versions"]
    assert [(one["number"], one["current"]) for one in versions] == [(1, False), (2, False), (3, True)]
    assert versions[2]["prompt"] == PROMPT  # an edit goes on from the current version
    assert versions[2]["seed"] == 99 != versions[1]["seed"]
    assert versions[0]["image"]["url"].split("/")[-2] == first["frames"][1]["image"]["url"].split("/")[-2]
    # going back
    entries = len(farm.store.ledger.entries(farm.team, limit=200))
    back = farm.client.post(versions[0]["_links"]["make-current"]["href"], headers={"Idempotency-Key": f"back-{first['id']}"})
    assert back.status_code == 202
    assert done_since(farm) == ["compose"]
    now = status(farm, first["id"])
    assert now["frames"] == first["frames"] != third["frames"]
    assert len(farm.store.ledger.entries(farm.team, limit=200)) == entries
    assert [one["current"] for one in farm.client.get(address + "/versions").json()["versions"]] == [True, False, False]
    assert farm.client.post(address + "/versions/1/current").status_code == 200
    for number in ("9", "x", "0"):
        assert farm.client.post(f"{address}/versions/{number}/current").status_code == 404


def test_an_edit_costs_its_share_and_a_failed_one_nothing(farm: Any) -> None:
    before = finished(farm, webhookUrl="https://hooks.example.com/")
    balance = farm.store.ledger.balance(farm.team)
    farm.client.patch(frame_of(before), json={"seed": 1})
    farm.worker.run(fail={"keyframe.1"})
    after = status(farm, before["id"])
    assert after["status"] == "completed"
    assert after["frames"] == before["frames"]
    assert "Frame 2 could not be changed" in after["statusError"]
    assert farm.store.ledger.balance(farm.team) == balance
    versions = farm.client.get(frame_of(before) + "/versions").json()["versions"]
    assert [(one["status"], one["current"]) for one in versions] == [("completed", True), ("failed", False)]
    assert farm.client.post(frame_of(before) + "/versions/2/current").status_code == 409
    told = farm.client.get("/api/v1/webhooks/deliveries", params={"sequence": before["id"]}).json()["deliveries"]
    assert [one["body"]["data"]["statusError"] for one in told] == [after["statusError"], None]
    farm.client.patch(frame_of(before), json={"seed": 1})
    farm.worker.run()
    assert status(farm, before["id"])["statusError"] is None
    assert farm.store.ledger.balance(farm.team) == balance - 9  # 25 for three clips, rounded up


def test_an_edit_with_a_key_is_made_once(farm: Any) -> None:
    before = finished(farm)
    balance, headers = farm.store.ledger.balance(farm.team), {"Idempotency-Key": f"edit-{before['id']}"}
    first = farm.client.patch(frame_of(before), json={"seed": 3}, headers=headers)
    again = farm.client.patch(frame_of(before), json={"seed": 3}, headers=headers)
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (202, 202, "true")
    assert first.json() == again.json()
    other = farm.client.patch(frame_of(before), json={"seed": 4}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    farm.worker.run()
    assert farm.client.patch(frame_of(before), json={"seed": 3}, headers=headers).json() == first.json()
    assert len(farm.client.get(frame_of(before) + "/versions").json()["versions"]) == 2
    assert farm.store.ledger.balance(farm.team) == balance - 9


def test_while_it_is_made_nothing_else_is_edited_and_it_can_be_stopped(farm: Any) -> None:
    running = farm.client.post(SEQUENCES, json=SCRIPT).json()["sequences"][0]["id"]
    assert farm.client.patch(f"{SEQUENCES}/{running}/frames/shot_x", json={"seed": 1}).status_code == 404
    before = finished(farm)
    assert farm.client.patch(frame_of(before), json={"seed": 1}).status_code == 202
    refused = farm.client.patch(frame_of(before, 0), json={"seed": 1})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CONFLICT")
    balance = farm.store.ledger.balance(farm.team)
    stopped = farm.client.delete(f"{SEQUENCES}/{before['id']}").json()
    assert (stopped["status"], stopped["frames"]) == ("archived", before["frames"])
    assert farm.store.ledger.balance(farm.team) == balance + 9  # it had not begun
    assert done_since(farm) == []


def test_lists_show_an_edited_story_once(farm: Any) -> None:
    before = finished(farm)
    count = farm.count()
    farm.client.patch(frame_of(before), json={"seed": 4})
    farm.worker.run()
    assert farm.count() == count
    for path in ("/api/v1/stories?limit=100&status=completed", "/api/v1/stories?limit=100"):
        assert [one["id"] for one in farm.client.get(path).json()["data"]].count(before["id"]) == 1


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": None}, {"seed": -1}, {"seed": "1"}, {"prompt": "x" * 2001}])
def test_a_wrong_edit_is_refused(farm: Any, body: dict[str, Any]) -> None:
    assert farm.client.patch(f"{SEQUENCES}/seq_x/frames/shot_x", json=body).status_code == 400


def test_another_teams_frame_is_as_good_as_none(farm: Any) -> None:
    address = frame_of(finished(farm))
    assert farm.other.patch(address, json={"seed": 1}).status_code == 404
    assert farm.other.get(address + "/versions").status_code == 404
    assert farm.other.post(address + "/versions/1/current").status_code == 404
    assert farm.store.versions.edit(address.split("/")[4], farm.other_team, 1, prompt=None, seed=1) is None
    assert isinstance(farm.store.versions.edit(address.split("/")[4], farm.team, 1, prompt=None, seed=1), Created)
