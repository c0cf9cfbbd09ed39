"""The OpenAPI 3.1 document, made from the route table and the models that validate."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.accounts_session import COOKIE
from gateway.errors import Family, Problem
from gateway.models.sequences import SequenceError
from gateway.models.stories import StoryError
from gateway.route import Answered, Route, Table

_REF = "#/components/schemas/{model}"
_DIALECTS: dict[Family, type[BaseModel]] = {Family.OPENSTORY: SequenceError, Family.YOH: StoryError}
_TAGS = {Family.OPENSTORY: "sequences", Family.YOH: "stories"}
_MEANINGS = {
    Problem.INVALID_JSON: "The body is not JSON.",
    Problem.VALIDATION: "A field or parameter is wrong.",
    Problem.UNAUTHORIZED: "No key or session, or one that is unknown or revoked.",
    Problem.CREDITS: "Not enough credits.",
    Problem.FORBIDDEN: "The key lacks the scope; or a session's write came from another origin.",
    Problem.NOT_FOUND: "There is no such thing, or it is another team's.",
    Problem.CONFLICT: "The state it is in does not allow it.",
    Problem.TOO_LARGE: "The body is too large.",
    Problem.RANGE: "The range lies outside the file.",
    Problem.KEY_REUSED: "The idempotency key came before with another body.",
    Problem.HEADERS: "The request line and headers are too large.",
    Problem.RATE_LIMITED: "Too many requests.",
    Problem.INTERNAL: "A fault of ours.",
    Problem.UNAVAILABLE: "The database does not answer.",
    Problem.METHOD: "Another method is needed.",
}
_RATE_HEADERS = {
    "RateLimit": {"description": "What is left of the tightest window: `r` requests, `t` seconds.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "The windows: `q` requests in `w` seconds.", "schema": {"type": "string"}},
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def document(table: Table, *, version: str, base_url: str) -> dict[str, Any]:
    """The whole document; `base_url` is where the servers list points."""
    routes = [route for route in table.routes if not route.hidden]
    bodies = {route.body for route in routes if route.body is not None}
    answers = {answer.model for route in routes for answer in route.answers.values() if answer.model is not None}
    answers |= {_DIALECTS[route.family] for route in routes}
    # One name, one schema: requests are described as they are validated, answers as they are written.
    pairs = sorted(
        [(model, "validation") for model in bodies] + [(model, "serialization") for model in answers], key=lambda pair: (pair[0].__module__, pair[0].__name__)
    )
    references, definitions = models_json_schema(pairs, ref_template=_REF)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references)  # type: ignore[arg-type]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Storyfarm public API",
            "version": version,
            "description": "Turn a prompt or a script into a narrated film. Two families share the same rows: sequences and stories.",
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": "sequences", "description": "Create, poll, wait; HAL links."}, {"name": "stories", "description": "Generate, poll, download."}],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer <key>"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": f"Of who has signed in; by https its name is __Host-{COOKIE}."},
            },
        },
    }


def _operation(route: Route, references: dict[tuple[type[BaseModel], str], dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [_TAGS[route.family]],
        "responses": _responses(route, references),
    }
    if route.description:
        operation["description"] = route.description
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.body is not None:
        content: dict[str, Any] = {"schema": references[route.body, "validation"]}
        if route.examples:
            content["examples"] = {name: {"value": value} for name, value in route.examples.items()}
        operation["requestBody"] = {"required": route.body_required, "content": {"application/json": content}}
    operation["security"] = [{"session": []}] if route.signed_in else [{"bearer": []}, {"apiKey": []}] if route.scope is not None else []
    if route.signed_in or route.scope is not None:
        operation["x-scope"] = "session" if route.signed_in else route.scope
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in _PLACEHOLDER.findall(route.path)
    ]
    if route.query is not None:
        schema = route.query.model_json_schema()
        for name, field in schema.get("properties", {}).items():
            field.pop("title", None)
            field.pop("default", None) if field.get("default", 0) is None else None
            if "anyOf" in field:  # a query has no null: what may be left out is simply not there
                field.update({**next(part for part in field.pop("anyOf") if part.get("type") != "null"), **field})
            description = field.pop("description", None)
            entry = {"name": name, "in": "query", "required": False, "schema": field}
            found.append(entry | ({"description": description} if description else {}))
    if route.method in ("POST", "PATCH") and route.scope is not None and Problem.KEY_REUSED in route.problems:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body again give the same answer, for 24 hours.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
            }
        )
    return found


def _responses(route: Route, references: dict[tuple[type[BaseModel], str], dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, answer in route.answers.items():
        found[str(status)] = _answer(route, answer, references)
    reference = references[_DIALECTS[route.family], "serialization"]
    for problem in route.problems_in_full:
        entry = found.setdefault(str(problem.status), {"description": _MEANINGS[problem], "content": {"application/json": {"schema": reference}}})
        if _MEANINGS[problem] not in entry["description"]:
            entry["description"] += " " + _MEANINGS[problem]
        if problem is Problem.RATE_LIMITED:
            entry["headers"] = {"Retry-After": {"description": "Whole seconds.", "schema": {"type": "integer", "minimum": 1}}, **_RATE_HEADERS}
    return dict(sorted(found.items()))


def _answer(route: Route, answer: Answered, references: dict[tuple[type[BaseModel], str], dict[str, Any]]) -> dict[str, Any]:
    entry: dict[str, Any] = {"description": answer.description}
    if answer.model is not None:
        entry["content"] = {answer.media_type: {"schema": references[answer.model, "serialization"]}}
    elif answer.media_type:
        # No schema for a stream: tools apply it to each event, and docs/api.md describes those.
        schemas = {"text/event-stream": {}, "application/json": {"schema": {"type": "object"}}}
        entry["content"] = {answer.media_type: schemas.get(answer.media_type, {"schema": {"type": "string"}})}
    headers: dict[str, Any] = {name: {"description": words, "schema": {"type": "string"}} for name, words in answer.headers.items()}
    if route.waits and route.method == "GET":
        headers["X-Wait-Changed"] = {
            "description": "Did it change while it was waited for? Only where a wait was asked for.",
            "schema": {"enum": ["true", "false"]},
        }
        headers["X-Wait-Done"] = {"description": "Has it ended? Only where a wait was asked for.", "schema": {"enum": ["true", "false"]}}
    if route.rate is not None:
        headers |= _RATE_HEADERS
    if headers:
        entry["headers"] = headers
    if answer.links:
        entry["links"] = {name: dict(link) for name, link in answer.links.items()}
    return entry
