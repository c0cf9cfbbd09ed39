"""Errors of the HTTP surface: one table of kinds, two dialects, and the path that decides between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from pydantic import ValidationError
from starlette.responses import JSONResponse


class Family(StrEnum):
    """Which of the two public APIs a path belongs to; it decides the shape of errors."""

    OPENSTORY = "openstory"
    YOH = "yoh"


YOH_PREFIXES = ("/api/v1/stories", "/api/v1/series-assets", "/api/v1/series", "/api/v1/api-keys", "/api/v1/credits", "/api/v1/sessions", "/api/v1/users")


def family_of(path: str) -> Family:
    """The family of a path: by whole segments, so `/api/v1/storiesx` is not a story."""
    for prefix in YOH_PREFIXES:
        if path == prefix or path.startswith(prefix + "/"):
            return Family.YOH
    return Family.OPENSTORY


class Problem(Enum):
    """What can go wrong: HTTP status, the sequences family's code, the stories family's code."""

    INVALID_JSON = (400, "INVALID_JSON", "bad_request")
    VALIDATION = (400, "VALIDATION_ERROR", "bad_request")
    UNAUTHORIZED = (401, "UNAUTHORIZED", "unauthorized")
    CREDITS = (402, "INSUFFICIENT_CREDITS", "insufficient_credits")
    FORBIDDEN = (403, "FORBIDDEN", "forbidden")
    NOT_FOUND = (404, "NOT_FOUND", "not_found")
    METHOD = (405, "METHOD_NOT_ALLOWED", "method_not_allowed")
    CONFLICT = (409, "CONFLICT", "conflict")
    TOO_LARGE = (413, "PAYLOAD_TOO_LARGE", "payload_too_large")
    RANGE = (416, "RANGE_NOT_SATISFIABLE", "range_not_satisfiable")
    KEY_REUSED = (422, "IDEMPOTENCY_KEY_REUSED", "idempotency_key_reused")
    HEADERS = (431, "HEADERS_TOO_LARGE", "headers_too_large")
    RATE_LIMITED = (429, "RATE_LIMITED", "rate_limited")
    INTERNAL = (500, "INTERNAL_ERROR", "internal_error")
    UNAVAILABLE = (503, "UNAVAILABLE", "unavailable")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    def code(self, family: Family) -> str:
        """The machine-readable code in a family's spelling."""
        return self.value[1] if family is Family.OPENSTORY else self.value[2]


@dataclass
class ApiError(Exception):
    """An answer that is an error: `message` is a sentence with the value and the remedy."""

    problem: Problem
    message: str
    details: Any = None
    headers: Mapping[str, str] | None = None

    def __str__(self) -> str:
        return self.message


def error_body(family: Family, error: ApiError) -> dict[str, Any]:
    """The error as the family's JSON."""
    code = error.problem.code(family)
    if family is Family.YOH:
        return {"error": {"code": code, "message": error.message, "status": error.problem.status}}
    body: dict[str, Any] = {"code": code, "message": error.message}
    if error.details is not None:
        body["details"] = error.details
    return {"error": body}


def error_response(family: Family, error: ApiError) -> JSONResponse:
    """The error as a response; never cached."""
    headers = {"cache-control": "no-store", **(error.headers or {})}
    if error.problem is Problem.UNAUTHORIZED:
        headers.setdefault("www-authenticate", 'Bearer realm="storyfarm"')
    return JSONResponse(error_body(family, error), status_code=error.problem.status, headers=headers)


def invalid(field: str, message: str, *, code: str = "invalid_value") -> ApiError:
    """A validation error of one field, as the request's own validation would report it."""
    path: Sequence[str] = field.split(".") if field else ()
    return ApiError(Problem.VALIDATION, f"{field}: {message}" if field else message, {"issues": [{"code": code, "path": list(path), "message": message}]})


_LONGEST_ISSUES = 50


def validation_error(error: ValidationError, *, of: str) -> ApiError:
    """Every problem of a body or query (`of`), as issues with code, path and message."""
    issues = [
        {"code": item["type"], "path": [part for part in item["loc"] if not _internal(part)], "message": _message(item)}
        for item in error.errors(include_url=False, include_input=False)[:_LONGEST_ISSUES]
    ]
    first = issues[0]
    where = ".".join(str(part) for part in first["path"])
    more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
    return ApiError(Problem.VALIDATION, f"{of}: {where + ': ' if where else ''}{first['message']}{more}", {"issues": issues})


def _internal(part: int | str) -> bool:
    """Whether a location names a branch of a union rather than a place in the body."""
    return isinstance(part, str) and (part[:1].isupper() or part in {"str", "constrained-str"} or part.startswith(("function-", "tagged-", "literal")))


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "string_pattern_mismatch":
        pattern = item.get("ctx", {}).get("pattern", "")
        return PATTERN_MEANINGS.get(pattern, item["msg"])
    return str(item["msg"])


PATTERN_MEANINGS: dict[str, str] = {}
"""What a published pattern means in words; filled by the models that use one."""
