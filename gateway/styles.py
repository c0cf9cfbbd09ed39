"""Styles: the named looks that a sequence can have; the built-in ones, and those that a team made."""

from __future__ import annotations

import re
import unicodedata
from typing import cast

from starlette.responses import Response

from farm.store import Remember
from farm.store.styles import OwnStyle
from farm.styles import builtin, find
from farm.types import AspectRatio, Style
from gateway.call import Call
from gateway.errors import ApiError, Problem
from gateway.models import styles as shown
from gateway.once import Recorder, once
from gateway.route import Reply, Table

MOST = 200
"""Styles that one team can have."""
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


async def listing(call: Call) -> Reply:
    """`GET /styles`: all of them, the team's own first."""
    table = call.house.table
    links = {"self": table.link("styles"), "create-style": table.link("create-style"), "create-sequence": table.link("create-sequence")}
    styles = [_shown(table, one.style, one.id) for one in await _own(call)] + [_shown(table, one, one.slug) for one in builtin().values()]
    return Reply(shown.Styles(styles=styles, links=links))


async def style(call: Call) -> Reply:
    """`GET /styles/{id}`: by id, slug or name."""
    name = call.request.path_params["id"]
    own = await _own(call)
    found = _named(name, own)
    if found is None:
        raise _no_style(name, own)
    return Reply(_shown(call.house.table, found, next((one.id for one in own if one.style is found), found.slug)))


async def create(call: Call) -> Reply | Response:
    """`POST /styles`: a new one, 201."""
    return await once(call, lambda recorder: _create(call, recorder))


async def _create(call: Call, recorder: Recorder) -> Reply:
    body = call.given(shown.CreateStyle)
    own = await _own(call)
    if len(own) >= MOST:
        raise ApiError(Problem.CONFLICT, f"the team has {MOST} styles, which is as many as there can be")
    made = Style(
        slug=slug_of(body.name),
        name=" ".join(body.name.split()),
        description=body.description,
        prompt=body.prompt,
        negative_prompt=body.negative_prompt,
        palette=tuple(body.palette),
        grade=body.grade.model_dump(exclude_none=True) if body.grade else {},
        aspect=AspectRatio(body.aspect_ratio) if body.aspect_ratio else None,
    )
    taken = find(made.name) or find(made.slug)
    table = call.house.table

    def reply(name: str) -> Reply:
        return Reply(_shown(table, made, name), status=201, headers={"location": table.path("style", id=name)})

    def answer(name: str) -> Remember | None:
        return recorder.remember(lambda _: reply(name))

    kept = None if taken else await call.house.threads.call(call.house.store.styles.create, call.team, made, answer)
    if kept is None:
        raise ApiError(Problem.CONFLICT, f"there is a style {(taken.name if taken else made.name)!r} already; choose another name")
    return reply(kept.id)


async def chosen(call: Call, name: str | None, default: str) -> Style:
    """The style that a request names by id, slug or name; the default one where it names none.

    Raises ApiError (404) for one that there is not.
    """
    own = await _own(call) if name else []
    found = _named(name or default, own)
    if found is None:
        raise _no_style(name or default, own)
    return found


def slug_of(name: str) -> str:
    """A name as a slug: lower-case ASCII and dashes, at most 64 characters; of letters that ASCII lacks, their code points."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", plain).strip("-")[:64].strip("-") or "style-" + "-".join(f"{ord(letter):x}" for letter in name.strip()[:8])


async def _own(call: Call) -> list[OwnStyle]:
    return await call.house.threads.call(call.house.store.styles.list, call.team)


def _named(name: str, own: list[OwnStyle]) -> Style | None:
    return next((one.style for one in own if one.id == name), None) or find(name, tuple(one.style for one in own))


def _no_style(name: str, own: list[OwnStyle]) -> ApiError:
    known = ", ".join(one.name for one in (*(one.style for one in own[:20]), *builtin().values()))
    return ApiError(Problem.NOT_FOUND, f"there is no style {name[:80]!r}; there are {known}")


def _shown(table: Table, one: Style, name: str) -> shown.Style:
    links = {"self": table.link("style", id=name), "create-sequence": table.link("create-sequence", examples=[{"style": name}])}
    return shown.Style(
        id=name,
        name=one.name,
        slug=one.slug,
        description=one.description,
        prompt=one.prompt,
        aspect_ratio=cast(str, one.aspect.value) if one.aspect else None,  # type: ignore[arg-type]
        palette=list(one.palette),
        links=links,
    )
