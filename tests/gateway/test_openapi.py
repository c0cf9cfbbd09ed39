"""The published document: valid, complete, and true of the gateway that publishes it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Flaky

from gateway.models.base import HTTPS, LETTER
from gateway.records import plausible
from gateway.requests import MODEL_FIELDS, usable_models
from gateway.route import SCOPES
from gateway.routes import TABLE
from tests.gateway.conftest import painted

CASES = int(os.environ.get("STORYFARM_OPENAPI_CASES", "120"))
"""Generated requests, half of them alone and half along links; for a long run: STORYFARM_OPENAPI_CASES=5000, with -s and --timeout 3600."""
LONG = CASES >= 1000
WHERE_LINKS_LEAD = {"job_status", "story", "clips", "style", "series", "cancel_sequence", "create_export", "edit_frame", "frame_versions", "revoke_api_key"}
PASSWORD = "correct horse battery"


def test_every_route_is_published_once_with_its_scope_errors_and_rate_headers(farm: Any) -> None:
    document = httpx.get(farm.url + "/api/v1/openapi.json").json()
    operations = {(path, method): operation for path, methods in document["paths"].items() for method, operation in methods.items()}
    routes = [route for route in TABLE.routes if not route.hidden]
    assert len(operations) == len(routes)
    assert len({operation["operationId"] for operation in operations.values()}) == len(routes)
    for route in routes:
        operation = operations[route.path, route.method.lower()]
        assert operation["summary"]
        assert bool(operation["security"]) is (route.scope is not None or route.signed_in)
        assert route.scope in (*SCOPES, None)
        assert {str(status) for status in route.answers} <= set(operation["responses"])
        if route.scope is not None or route.signed_in:
            assert {"401", "403", "429", "500", "503"} <= set(operation["responses"])
            assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_every_reference_leads_somewhere(farm: Any) -> None:
    document = httpx.get(farm.url + "/api/v1/openapi.json").json()
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    operations = {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}

    def visit(node: Any) -> Iterator[tuple[str, str]]:
        if isinstance(node, dict):
            for name, value in node.items():
                if name in ("$ref", "operationId") and isinstance(value, str):
                    yield name, value
                yield from visit(value)
        elif isinstance(node, list):
            for value in node:
                yield from visit(value)

    for name, value in visit(document):
        assert value in (known if name == "$ref" else operations)


def test_the_request_schema_names_the_models_that_there_are(farm: Any) -> None:
    schema = httpx.get(farm.url + "/api/v1").json()["requestSchema"]
    branch = next(part for part in schema["properties"]["imageModels"]["anyOf"] if part.get("type") == "array")
    assert branch["items"]["enum"] == usable_models(farm.catalog, MODEL_FIELDS["imageModels"])
    assert "illustrator" in branch["items"]["enum"]


def test_the_human_page_is_of_our_own_making_and_fetches_nothing(farm: Any) -> None:
    response = httpx.get(farm.url + "/docs")
    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "http://" not in response.text.replace(farm.url, "")
    assert "<script" not in response.text
    for route in TABLE.routes:
        assert route.hidden or route.path in response.text


class Session:
    """Somebody signed in, again whenever the session was ended."""

    def __init__(self, farm: Any) -> None:
        self._farm, self.asked, self.tamed = farm, 0, False
        farm.store.users.add("generated@example.org", farm.team, PASSWORD)
        self.key = farm.store.keys.create(farm.team, name="generated")
        self._begin()

    def _begin(self) -> None:
        with httpx.Client(base_url=self._farm.url) as client:
            self.cookie = str(client.post("/api/v1/sessions", json={"email": "generated@example.org", "password": PASSWORD}).headers["set-cookie"]).partition(
                ";"
            )[0]

    def headers(self) -> dict[str, str]:
        """Both ways to say who one is: every operation finds its own."""
        return {"x-api-key": self.key.key, "cookie": self.cookie}

    def tame(self, case: Any, picture: str) -> None:
        """Leave out what only waits, asks another machine, depends on more than the schema (the farm's languages, keys used before), or would end this run."""
        self.tamed = False
        if case.query and "wait" in case.query:
            self.tamed = case.query["wait"] != "0"
            case.query["wait"] = "0"
        if isinstance(case.body, dict):
            for name in ("elements", "characters", "locations", "locale"):
                self.tamed |= case.body.pop(name, None) is not None
            address = case.body.get("imageUrl")
            if isinstance(address, str) and len(address) <= 2048 and re.search(HTTPS, address):
                case.body["imageUrl"] = picture
        if case.headers:
            self.tamed |= case.headers.pop("Idempotency-Key", None) is not None
        if _operation(case) == "revoke_api_key" and case.path_parameters.get("id") == self.key.id:
            case.path_parameters["id"] = "key_another"

    def checks(self, *excluded: Any) -> list[Any]:
        """What not to look for in the answer to the case that was tamed last: what made it wrong may have been left out, so that it is accepted."""
        from schemathesis.specs.openapi.checks import negative_data_rejection

        return [*excluded, negative_data_rejection] if self.tamed else list(excluded)

    def after(self, case: Any, status: int) -> None:
        """Sign in again after one has signed out."""
        if _operation(case).startswith("sign_out") and status == 200:
            self._begin()


def _operation(case: Any) -> str:
    return str(case.operation.definition.raw["operationId"])


@pytest.fixture(scope="module")
def session(farm: Any) -> Session:
    return Session(farm)


@pytest.fixture
def working(farm: Any) -> Iterator[None]:
    """A worker beside the requests."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            farm.worker.step()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    stop.set()
    worker.join()


def _schema(farm: Any) -> Any:
    """The published document for the generator; in a short run only what the document allows is generated, and of the letters only the cheap ones."""
    schemathesis = pytest.importorskip("schemathesis")
    text = httpx.get(farm.url + "/api/v1/openapi.json").text
    if not LONG:
        text = text.replace(json.dumps(LETTER, ensure_ascii=False), '"[A-Za-z]"')
    schema = schemathesis.openapi.from_dict(json.loads(text))
    schema.config.update(base_url=farm.url)
    # Not keys and cookies of its own making: test_matrix.py and test_errors.py ask with those.
    schema.config.generation.update(with_security_parameters=False, modes=None if LONG else [schemathesis.GenerationMode.POSITIVE])
    return schema.exclude(operation_id="sequence_events")  # it does not end


def test_generated_requests_find_no_crash_and_no_broken_promise(farm: Any, session: Session, working: None) -> None:
    schema = _schema(farm)
    from schemathesis.specs.openapi.checks import ignored_auth

    picture = farm.gallery.hang("generated.example", painted("teal"))
    operations = [found.ok() for found in schema.get_all_operations()]
    tried: Counter[str] = Counter()
    for operation in operations:

        @settings(max_examples=max(2, CASES // 2 // len(operations)), deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def one(case: Any) -> None:
            session.tame(case, picture)
            headers = session.headers()
            response = case.call(headers=headers, timeout=20)
            session.after(case, response.status_code)
            tried[f"{_operation(case)} {response.status_code}"] += 1
            assert response.status_code < 500
            # Not ignored_auth: it sends a good and a bad key together, and one good key is enough here. test_errors.py asks for the rest.
            case.validate_response(response, headers=headers, excluded_checks=session.checks(ignored_auth))

        one()
    _tell("single requests", tried)
    session.asked = tried.total()
    assert tried.total() >= CASES // 4
    assert httpx.get(farm.url + "/api/v1/sequences", headers=session.headers()).status_code == 200


def test_what_links_lead_to_is_there(farm: Any, session: Session, working: None) -> None:
    """Stateful: an answer's links are followed with what the answer holds, step after step."""
    schema = _schema(farm)
    from schemathesis.specs.openapi.checks import ignored_auth, use_after_free

    picture = farm.gallery.hang("generated.example", painted("teal"))
    tried: Counter[str] = Counter()
    followed: Counter[str] = Counter()
    failures: list[Exception] = []

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def step(self, input: Any) -> Any:
            output = super().step(input)
            if input.transition is not None and input.is_applied and output.response.status_code < 300:
                followed[_operation(input.case)] += 1
            return output

        def before_call(self, case: Any) -> None:
            session.tame(case, picture)
            if _operation(case) in ("sequence_status", "job_status"):  # what has ended leads to more: frames to edit, a story to read
                _wait_for(farm, case.path_parameters.get("id"), case.path_parameters.get("jobId"))

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": session.headers(), "timeout": 20}

        def after_call(self, response: Any, case: Any) -> None:
            super().after_call(response, case)
            session.after(case, response.status_code)
            tried[f"{_operation(case)} {response.status_code}"] += 1

        def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **more: Any) -> None:
            # Not use_after_free: a deleted sequence is archived, a revoked key listed; both can still be read.
            try:
                case.validate_response(response, excluded_checks=session.checks(ignored_auth, use_after_free), transport_kwargs=more, recorder=self.recorder)
            except (Exception, BaseExceptionGroup) as failure:  # kept, and the walk goes on: a scenario cannot be repeated on a farm that has changed
                failures.append(failure)

    how = settings(
        max_examples=max(6, CASES // 20), stateful_step_count=10, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    enough = max(CASES // 2, CASES - session.asked) if LONG else CASES // 2
    # A long walk goes on for a while until it has come everywhere: what can be followed depends on which films were ready when.
    while tried.total() < enough or (LONG and not set(followed) >= WHERE_LINKS_LEAD and tried.total() < 2 * enough):
        with contextlib.suppress(Flaky):  # likewise: what can follow depends on what there is by now
            Walk.run(settings=how)
    _tell("steps along links", tried)
    _tell("links that were followed to something", followed)
    assert not failures, failures[:5]
    assert not [name for name in tried if name.split()[-1] >= "500"]
    assert followed
    assert not LONG or set(followed) >= WHERE_LINKS_LEAD, f"{sorted(WHERE_LINKS_LEAD - set(followed))} were never come to"


def _wait_for(farm: Any, story: Any, job: Any) -> None:
    """Give the worker a moment to finish a story of ours."""
    name = farm.store.stories.of_job(job, farm.team) if isinstance(job, str) and plausible(job) else story
    until = time.monotonic() + 2
    while isinstance(name, str) and plausible(name) and not farm.store.stories.ended(name) and time.monotonic() < until:
        time.sleep(0.02)


def _tell(what: str, counts: Counter[str]) -> None:
    """What was asked, for who reads the run's output."""
    print(f"{counts.total()} {what}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
