"""One route as data: from the table of these come routing, OpenAPI, links and the human page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import quote

from pydantic import BaseModel
from starlette.responses import Response

from gateway.errors import Family, Problem, family_of
from gateway.models.base import Link, Query

if TYPE_CHECKING:
    from gateway.call import Call

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Scope = Literal["stories:generate", "stories:read", "assets:read"]
SCOPES: tuple[Scope, ...] = ("stories:generate", "stories:read", "assets:read")


@dataclass(frozen=True)
class Reply:
    """What a handler answers: a model of the route's table, its status and headers."""

    model: BaseModel
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler: TypeAlias = "Callable[[Call], Awaitable[Reply | Response]]"


@dataclass(frozen=True)
class Answered:
    """One documented answer of a route."""

    description: str
    model: type[BaseModel] | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # OpenAPI links: name to link object


def first(operation: str, name: str, where: str) -> dict[str, object]:
    """A link to what a list of an answer's body begins with."""
    return {"operationId": operation, "parameters": {name: f"$response.body#/{where}"}}


@dataclass(frozen=True)
class Route:
    """A method on a path: who may call it, with what, and what comes back."""

    name: str  # the link relation, and with underscores the operation id
    method: Method
    path: str
    summary: str
    handler: Handler
    answers: Mapping[int, Answered]
    scope: Scope | None = None
    signed_in: bool = False  # needs a session instead of a key
    body: type[BaseModel] | None = None
    body_required: bool = True
    query: type[Query] | None = None
    problems: tuple[Problem, ...] = ()  # beyond those that every such route has
    rate: Literal["general", "generation"] | None = "general"
    description: str = ""
    examples: Mapping[str, Any] = field(default_factory=dict)
    hidden: bool = False  # not part of the published document

    @property
    def family(self) -> Family:
        """Which dialect it speaks."""
        return family_of(self.path)

    @property
    def operation(self) -> str:
        """The operation id."""
        return self.name.replace("-", "_")

    @property
    def waits(self) -> bool:
        """Whether it takes `?wait`."""
        return self.query is not None and "wait" in self.query.model_fields

    @property
    def problems_in_full(self) -> tuple[Problem, ...]:
        """Every error it may answer, in order of status."""
        found = set(self.problems) | {Problem.INTERNAL}
        if self.scope is not None or self.signed_in:
            found |= {Problem.UNAUTHORIZED, Problem.FORBIDDEN, Problem.UNAVAILABLE}
        if self.rate is not None:
            found.add(Problem.RATE_LIMITED)
        if self.body is not None:
            found |= {Problem.INVALID_JSON, Problem.VALIDATION, Problem.TOO_LARGE}
        if self.query is not None:
            found.add(Problem.VALIDATION)
        if "{" in self.path:
            found.add(Problem.NOT_FOUND)
        return tuple(sorted(found, key=lambda problem: (problem.status, problem.name)))


_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Table:
    """All routes, by path and by name."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self.routes = routes
        self._by_name = {route.name: route for route in routes}
        if len(self._by_name) != len(routes):
            raise ValueError("two routes share a name")

    def by_path(self) -> dict[str, dict[str, Route]]:
        """Path template to method to route, in the table's order."""
        found: dict[str, dict[str, Route]] = {}
        for route in self.routes:
            found.setdefault(route.path, {})[route.method] = route
        return found

    def route(self, name: str) -> Route:
        """The route of that name."""
        return self._by_name[name]

    def has(self, name: str) -> bool:
        """Whether there is such a route."""
        return name in self._by_name

    def path(self, name: str, **values: str) -> str:
        """The path of a route with its placeholders filled, percent-encoded; unfilled ones stay templates."""
        return _PLACEHOLDER.sub(lambda match: quote(values[match.group(1)], safe="") if match.group(1) in values else match.group(0), self._by_name[name].path)

    def link(self, name: str, *, wait: bool = False, query: str = "", title: str | None = None, examples: list[Any] | None = None, **values: str) -> Link:
        """The HAL link to a route: relative, its method stated, templated where placeholders are left."""
        route = self._by_name[name]
        href = self.path(name, **values) + ("{?wait}" if wait else query)
        return Link(
            href=href,
            method=route.method,
            title=title or route.summary,
            templated=True if "{" in href else None,
            content_type="application/json" if route.body is not None else None,
            examples=examples,
        )
