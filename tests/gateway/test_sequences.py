"""The sequences family: every example of its document, the exact shapes, waits, exports, other teams."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from gateway.discovery import EXAMPLE

SEQUENCES = "/api/v1/sequences"
SCRIPT = {"script": "A lighthouse keeper befriends a stranded whale."}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
STATUS_FIELDS = {
    "id", "title", "status", "statusError", "aspectRatio", "createdAt", "updatedAt", "poster", "music", "frames", "shots", "counts", "_links",
}  # fmt: skip

pytestmark = pytest.mark.parametrize("farm", ["sqlite", "postgresql"], indirect=True, scope="module")


def create(farm: Any, **fields: Any) -> dict[str, Any]:
    """Create one sequence; its entry in the answer."""
    response = farm.client.post(SEQUENCES, json={**SCRIPT, **fields})
    assert response.status_code == 202, response.text
    return response.json()["sequences"][0]


def test_the_root_tells_everything_without_a_key(farm: Any) -> None:
    document = httpx.get(farm.url + "/api/v1").json()
    assert set(document) == {"name", "version", "instructions", "requestSchema", "_links"}
    assert document["version"] == "v1"
    assert document["requestSchema"]["type"] == "object"
    assert document["requestSchema"]["required"] == ["script"]
    assert {"self", "openapi-spec", "create-sequence", "sequence-status"} <= set(document["_links"])
    for link in document["_links"].values():
        assert {"href", "method"} <= set(link) <= {"href", "method", "title", "templated", "contentType", "examples"}
        assert link.get("templated", False) == ("{" in link["href"])
    assert document["_links"]["sequence-status"]["href"] == "/api/v1/sequences/{id}{?wait}"
    specification = httpx.get(farm.url + document["_links"]["openapi-spec"]["href"]).json()
    assert specification["openapi"].startswith("3.1")


def test_the_documents_example(farm: Any) -> None:
    # given / when
    response = farm.client.post(SEQUENCES, json=EXAMPLE)
    # then
    assert response.status_code == 202
    body = response.json()
    assert set(body) - {"enhancedScript"} == {"sequences", "_links"}
    assert set(body["_links"]) == {"self", "root"}
    (entry,) = body["sequences"]
    assert set(entry) == {"id", "status", "workflowRunId", "statusUrl", "_links"}
    assert entry["id"].startswith("seq_")
    assert entry["status"] == "draft"
    assert entry["statusUrl"] == f"/api/v1/sequences/{entry['id']}"
    assert entry["_links"]["self"] == {"href": entry["statusUrl"], "method": "GET", "title": "A sequence's status document"}
    assert entry["_links"]["poll"]["href"] == entry["statusUrl"] + "{?wait}"
    assert entry["_links"]["poll"]["templated"] is True
    assert farm.client.get(entry["statusUrl"]).json()["title"] == "Sea Tale"


def test_a_new_sequences_document(farm: Any) -> None:
    entry = create(farm)
    document = farm.client.get(entry["statusUrl"]).json()
    assert set(document) == STATUS_FIELDS
    assert document["status"] in {"draft", "processing"}
    assert document["statusError"] is None
    assert document["poster"] is None
    assert document["music"] == {"status": "pending", "url": None}
    assert document["frames"] == document["shots"] == []
    assert document["counts"] == {"frames": 0, "shots": 0, "imagesReady": 0, "videosReady": 0, "videosFailed": 0}
    assert TIME.fullmatch(document["createdAt"])
    assert TIME.fullmatch(document["updatedAt"])
    assert {"self", "poll"} <= set(document["_links"])


def test_a_finished_sequence_and_its_export(farm: Any) -> None:
    entry = create(farm, motion=True, music=True)
    farm.worker.run()
    document = farm.client.get(entry["statusUrl"]).json()
    assert document["status"] == "completed"
    assert set(document) == STATUS_FIELDS
    assert document["frames"] == document["shots"]
    assert document["frames"]
    for index, frame in enumerate(document["frames"]):
        assert set(frame) == {"id", "orderIndex", "title", "image", "video"}
        assert frame["orderIndex"] == index
        assert set(frame["image"]) == {"status", "url"}
        assert set(frame["video"]) == {"status", "url", "error"}
        assert frame["image"]["status"] == frame["video"]["status"] == "completed"
        assert frame["video"]["error"] is None
        assert httpx.get(frame["image"]["url"]).headers["content-type"] == "image/png"
        assert httpx.get(frame["video"]["url"]).headers["content-type"] == "video/mp4"
    count = len(document["frames"])
    assert document["counts"] == {"frames": count, "shots": count, "imagesReady": count, "videosReady": count, "videosFailed": 0}
    assert document["music"]["status"] == "completed"
    assert httpx.get(document["music"]["url"]).status_code == 200
    assert httpx.get(document["poster"]["url"]).status_code == 200
    # the finished cut
    response = farm.client.post(f"{SEQUENCES}/{entry['id']}/exports")
    assert response.status_code == 200
    export = response.json()["export"]
    assert set(export) == {"id", "status", "url", "durationSeconds", "error", "createdAt"}
    assert export["status"] == "ready"
    assert export["durationSeconds"] > 0
    assert httpx.get(export["url"]).status_code == 200
    listed = farm.client.get(f"{SEQUENCES}/{entry['id']}/exports").json()
    assert listed["sequenceId"] == entry["id"]
    assert listed["exports"] == [export]
    assert farm.client.post(f"{SEQUENCES}/{entry['id']}/exports").json()["export"] == export


def test_a_failed_shot_does_not_fail_the_film_but_no_export_is_made(farm: Any) -> None:
    entry = create(farm, motion=True)
    farm.worker.run(fail={"animate.0"})
    document = farm.client.get(entry["statusUrl"]).json()
    assert document["status"] == "completed"
    assert document["counts"]["videosFailed"] == 1
    assert document["frames"][0]["video"]["status"] == "failed"
    assert document["frames"][0]["video"]["error"]
    assert farm.client.post(f"{SEQUENCES}/{entry['id']}/exports").status_code == 409


def test_a_film_that_could_not_be_composed_is_composed_again(farm: Any) -> None:
    balance = farm.store.ledger.balance(farm.team)
    entry = create(farm, motion=True, music=True)
    farm.worker.run(fail={"compose"})
    failed = farm.client.get(entry["statusUrl"]).json()
    assert failed["status"] == "failed"
    assert "could not be composed" in failed["statusError"]
    assert farm.store.ledger.balance(farm.team) == balance
    again = failed["_links"]["create-export"]
    # it fails once more, and then it does not
    for fails, status, left in (({"compose"}, "failed", balance), (set(), "completed", balance - 25)):
        answer = farm.client.post(again["href"])
        assert answer.status_code == 202
        assert answer.json()["export"]["status"] == "processing"
        assert farm.client.post(again["href"]).json()["export"]["id"] == answer.json()["export"]["id"]  # it is under way
        assert farm.client.get(entry["statusUrl"]).json()["status"] == "processing"
        assert farm.worker.run(fail=fails) == 1  # nothing else is made anew
        document = farm.client.get(entry["statusUrl"]).json()
        assert (document["status"], document["frames"]) == (status, failed["frames"])
        assert farm.store.ledger.balance(farm.team) == left
    export = farm.client.post(again["href"])
    assert (export.status_code, export.json()["export"]["status"]) == (200, "ready")
    assert document["statusError"] is None


def test_many_who_ask_for_it_at_once_have_it_composed_once(farm: Any) -> None:
    entry = create(farm)
    farm.worker.run(fail={"compose"})
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: farm.client.post(f"{entry['statusUrl']}/exports"), range(6)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["export"]["id"] for answer in answers}) == 1
    assert farm.worker.run() == 1


def test_what_was_archived_has_no_film_to_make(farm: Any) -> None:
    entry = create(farm)
    farm.worker.step()
    while farm.client.get(entry["statusUrl"]).json()["counts"]["imagesReady"] < 3:
        farm.worker.step()
    assert farm.client.delete(entry["statusUrl"]).json()["status"] == "archived"
    refused = farm.client.post(f"{entry['statusUrl']}/exports")
    assert (refused.status_code, "archived" in refused.json()["error"]["message"]) == (409, True)


def test_an_export_before_its_time_is_refused(farm: Any) -> None:
    entry = create(farm, motion=True)
    response = farm.client.post(f"{SEQUENCES}/{entry['id']}/exports")
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "CONFLICT"


def test_a_sequence_that_cannot_be_written_fails_and_says_why(farm: Any) -> None:
    entry = create(farm)
    farm.worker.run(fail={"write"})
    document = farm.client.get(entry["statusUrl"], params={"wait": "5s"})
    assert document.json()["status"] == "failed"
    assert document.json()["statusError"]
    assert document.headers["x-wait-done"] == "true"


def test_without_motion_there_are_stills_and_no_clips(farm: Any) -> None:
    entry = create(farm, motion=False, music=False)
    farm.worker.run()
    document = farm.client.get(entry["statusUrl"]).json()
    assert document["status"] == "completed"
    assert document["counts"]["videosReady"] == document["counts"]["videosFailed"] == 0
    assert {frame["video"]["status"] for frame in document["frames"]} == {"pending"}
    assert document["music"] == {"status": "pending", "url": None}
    assert farm.client.post(f"{SEQUENCES}/{entry['id']}/exports").status_code == 200


def test_one_sequence_for_each_analysis_model(farm: Any) -> None:
    response = farm.client.post(SEQUENCES, json={**SCRIPT, "analysisModels": ["screenwriter"], "imageModels": ["illustrator"]})
    assert len(response.json()["sequences"]) == 1
    assert farm.client.post(SEQUENCES, json={**SCRIPT, "style": "no such style"}).status_code == 404


@pytest.mark.parametrize("style", ["Cinematic Noir", "cinematic-noir", "CINEMATIC NOIR"])
def test_a_style_by_name_or_slug(farm: Any, style: str) -> None:
    assert create(farm, style=style)


def test_no_wait_no_wait_headers(farm: Any) -> None:
    entry = create(farm)
    for wait in (None, "", "0", "0ms"):
        response = farm.client.get(entry["statusUrl"], params={} if wait is None else {"wait": wait})
        assert "x-wait-changed" not in response.headers
        assert "x-wait-done" not in response.headers


def test_a_wait_that_runs_out_is_still_200(farm: Any) -> None:
    entry = create(farm)
    began = time.monotonic()
    response = farm.client.get(entry["statusUrl"], params={"wait": "300ms"})
    assert response.status_code == 200
    assert 0.25 < time.monotonic() - began < 3
    assert (response.headers["x-wait-changed"], response.headers["x-wait-done"]) == ("false", "false")


def test_a_wait_ends_when_the_sequence_changes(farm: Any) -> None:
    entry = create(farm)
    worker = threading.Timer(0.3, farm.worker.step)
    worker.start()
    began = time.monotonic()
    response = farm.client.get(entry["statusUrl"], params={"wait": "20s"})
    worker.join()
    assert response.headers["x-wait-changed"] == "true"
    assert time.monotonic() - began < 5


def test_a_terminal_sequence_answers_at_once(farm: Any) -> None:
    entry = create(farm)
    farm.worker.run()
    began = time.monotonic()
    response = farm.client.get(entry["statusUrl"], params={"wait": "60s"})
    assert time.monotonic() - began < 2
    assert (response.headers["x-wait-changed"], response.headers["x-wait-done"]) == ("false", "true")


def test_create_with_wait_embeds_the_first_snapshot(farm: Any) -> None:
    worker = threading.Timer(0.3, farm.worker.step)
    worker.start()
    response = farm.client.post(SEQUENCES, params={"wait": "20s"}, json=SCRIPT)
    worker.join()
    assert response.status_code == 202
    (entry,) = response.json()["sequences"]
    assert set(entry) == {"id", "workflowRunId", "state", "waitChanged", "waitDone"}
    assert entry["waitChanged"] is True
    assert entry["waitDone"] is False
    assert set(entry["state"]) == STATUS_FIELDS
    assert entry["state"]["id"] == entry["id"]


def test_pages_by_cursor_hold_every_sequence_once_newest_first(farm: Any) -> None:
    made = [create(farm)["id"] for _ in range(5)]
    seen, href = [], f"{SEQUENCES}?limit=2"
    while href:
        page = farm.client.get(href).json()
        assert len(page["sequences"]) <= 2
        seen += [entry["id"] for entry in page["sequences"]]
        href = page["_links"].get("next", {}).get("href")
    assert seen[:5] == made[::-1]
    assert len(seen) == len(set(seen)) == farm.count()


def test_models_that_nobody_serves_are_accepted_and_named(farm: Any) -> None:
    models = sorted(set(farm.catalog.profiles[farm.settings.profile].models.values()) - {"camera", "bandstand"})
    asleep = farm.client.post(SEQUENCES, json=SCRIPT)
    assert (asleep.status_code, asleep.headers["x-waiting-for"]) == (202, ", ".join(models))
    farm.store.workers.register("all but one", pool="cpu", host="here", pid=1, models=[*models, "camera"], device={})
    try:
        assert "x-waiting-for" not in farm.client.post(SEQUENCES, json={**SCRIPT, "motion": True}).headers
        assert farm.client.post(SEQUENCES, json={**SCRIPT, "music": True}).headers["x-waiting-for"] == "bandstand"
    finally:
        farm.store.workers.forget("all but one")


def test_lists_say_what_the_documents_say(farm: Any) -> None:
    long = {"script": "Zoë's whale — " + "and then the tide came in again, " * 30, "aspectRatio": "9:16"}
    names = [create(farm, **fields)["id"] for fields in ({}, {"title": "Sea Tale", "aspectRatio": "1:1"}, long)]
    farm.worker.run()
    names += [create(farm, **fields)["id"] for fields in ({}, long)]
    farm.client.delete(f"{SEQUENCES}/{names[3]}")
    listed = {one["id"]: one for one in farm.client.get(SEQUENCES, params={"limit": 100}).json()["sequences"]}
    others = {one["id"]: one for one in farm.client.get("/api/v1/stories", params={"limit": 100}).json()["data"]}
    for name in names:
        document = farm.client.get(f"{SEQUENCES}/{name}").json()
        assert {field: document[field] for field in listed[name] if field != "_links"} == {
            field: listed[name][field] for field in listed[name] if field != "_links"
        }
        assert listed[name]["_links"] == {relation: document["_links"][relation] for relation in ("self", "poll")}
        story = farm.client.get(f"/api/v1/stories/{name}").json()
        assert others[name] == {field: story[field] for field in others[name]}


def test_cancel_archives_and_stops(farm: Any) -> None:
    entry = create(farm, motion=True)
    farm.worker.step()
    document = farm.client.delete(entry["statusUrl"])
    assert document.status_code == 200
    assert document.json()["status"] == "archived"
    assert farm.worker.run() == 0
    assert farm.client.delete(entry["statusUrl"]).status_code == 200


def test_a_cancelled_sequence_sends_its_waiters_home_at_once(farm: Any) -> None:
    entry = create(farm)
    answers: list[httpx.Response] = []
    waiter = threading.Thread(target=lambda: answers.append(farm.client.get(entry["statusUrl"], params={"wait": "30s"})))
    waiter.start()
    time.sleep(0.3)
    began = time.monotonic()
    farm.client.delete(entry["statusUrl"])
    waiter.join()
    assert time.monotonic() - began < 2  # not at the next sweep
    assert answers[0].json()["status"] == "archived"
    assert (answers[0].headers["x-wait-changed"], answers[0].headers["x-wait-done"]) == ("true", "true")


def test_another_teams_sequence_does_not_exist(farm: Any) -> None:
    entry = create(farm)
    for method, path in (
        ("GET", entry["statusUrl"]), ("GET", entry["statusUrl"] + "?wait=5s"), ("DELETE", entry["statusUrl"]), ("GET", entry["statusUrl"] + "/events"),
        ("GET", entry["statusUrl"] + "/exports"), ("POST", entry["statusUrl"] + "/exports"), ("GET", f"/api/v1/stories/jobs/{entry['workflowRunId']}"),
        ("GET", f"/api/v1/stories/{entry['id']}"), ("GET", f"/api/v1/stories/{entry['id']}/clips"),
    ):  # fmt: skip
        theirs = farm.other.request(method, path)
        nothing = farm.other.request(method, path.replace(entry["id"], "seq_nosuch").replace(entry["workflowRunId"], "job_nosuch"))
        assert theirs.status_code == nothing.status_code == 404, path
    assert entry["id"] not in farm.other.get(SEQUENCES).text
    assert farm.client.get(entry["statusUrl"]).json()["status"] != "archived"


def test_an_idempotency_key_makes_one_sequence(farm: Any) -> None:
    before = farm.count()
    headers = {"Idempotency-Key": f"once-{before}"}
    first = farm.client.post(SEQUENCES, json=SCRIPT, headers=headers)
    again = farm.client.post(SEQUENCES, json=SCRIPT, headers=headers)
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert farm.count() == before + 1
    other = farm.client.post(SEQUENCES, json={**SCRIPT, "motion": True}, headers=headers)
    assert other.status_code == 422
    assert other.json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert farm.other.post(SEQUENCES, json=SCRIPT, headers=headers).status_code == 202  # keys are a team's own
    assert farm.client.post(SEQUENCES, json=SCRIPT, headers={"Idempotency-Key": "x" * 256}).status_code == 400


def test_a_missing_scope_is_403(farm: Any) -> None:
    reader = farm.client_with({"stories:read"})
    entry = create(farm)
    assert reader.get(entry["statusUrl"]).status_code == 200
    refused = reader.post(SEQUENCES, json=SCRIPT)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "FORBIDDEN"
    assert reader.get(f"/api/v1/stories/{entry['id']}/clips").json()["error"]["code"] == "forbidden"


def test_more_than_ten_requests_a_second_wait(farm: Any) -> None:
    client = farm.client_with({"stories:read"}, limited=True)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.get(SEQUENCES), range(60)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert sum(answer.status_code == 200 for answer in answers) >= 10
    assert len(refused) + sum(answer.status_code == 200 for answer in answers) == len(answers)
    assert refused
    assert refused[0].json()["error"]["code"] == "RATE_LIMITED"
    assert int(refused[0].headers["retry-after"]) == 1
    assert "q=10;w=1" in refused[0].headers["ratelimit-policy"]
