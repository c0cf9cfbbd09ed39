"""Styles: the named looks that a sequence can have."""

from __future__ import annotations

from typing import cast

from farm.styles import builtin, find
from farm.types import Style
from gateway.call import Call
from gateway.errors import ApiError, Problem
from gateway.models import styles as shown
from gateway.route import Reply, Table


async def listing(call: Call) -> Reply:
    """`GET /styles`: all of them."""
    table = call.house.table
    links = {"self": table.link("styles"), "create-sequence": table.link("create-sequence")}
    return Reply(shown.Styles(styles=[_shown(table, style) for style in builtin().values()], links=links))


async def style(call: Call) -> Reply:
    """`GET /styles/{id}`: by id, slug or name."""
    name = call.request.path_params["id"]
    found = find(name)
    if found is None:
        raise no_style(name)
    return Reply(_shown(call.house.table, found))


def no_style(name: str) -> ApiError:
    """There is none of that name."""
    known = ", ".join(one.name for one in builtin().values())
    return ApiError(Problem.NOT_FOUND, f"there is no style {name[:80]!r}; there are {known}")


def _shown(table: Table, one: Style) -> shown.Style:
    links = {"self": table.link("style", id=one.slug), "create-sequence": table.link("create-sequence", examples=[{"style": one.slug}])}
    return shown.Style(
        id=one.slug,
        name=one.name,
        slug=one.slug,
        description=one.description,
        prompt=one.prompt,
        aspect_ratio=cast(str, one.aspect.value) if one.aspect else None,  # type: ignore[arg-type]
        palette=list(one.palette),
        links=links,
    )
