"""Long-polls: hold a request until its story changes, ends, or the time is up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from gateway.errors import ApiError, Problem, invalid
from gateway.house import House
from gateway.records import load
from gateway.view import StoryView
from gateway.wait import BadWait, parse_wait

Advance = Callable[[StoryView], object]


@dataclass(frozen=True)
class Held:
    """How a wait ended."""

    view: StoryView
    changed: bool
    done: bool

    @property
    def headers(self) -> dict[str, str]:
        """`X-Wait-Changed` and `X-Wait-Done`."""
        return {"x-wait-changed": str(self.changed).lower(), "x-wait-done": str(self.done).lower()}


def seconds_of(wait: str | None) -> float:
    """The seconds that a `?wait` asks for, 0 for none.

    Raises ApiError (400) for anything outside the grammar.
    """
    try:
        return parse_wait(wait or "")
    except BadWait as error:
        raise invalid("wait", str(error)) from None


async def hold(house: House, story: str, team: str, seconds: float, advance: Advance, *, before: StoryView | None = None) -> Held:
    """Wait at most `seconds` until `advance` of the story differs from what it was at first, or the story has ended.

    `before` is the state to compare with, where the caller has it already. Raises ApiError (404) for another team's story.
    """
    until = asyncio.get_running_loop().time() + seconds
    with house.waiters.enter(story) as room:
        seen = room.generation
        view = await load(house, story, team)
        if view is None:
            raise ApiError(Problem.NOT_FOUND, f"there is no sequence or story {story!r}")
        first = advance(before or view)
        room.mark = room.mark or view.mark
        while not view.terminal and advance(view) == first and not house.waiters.stopping.is_set():
            left = until - asyncio.get_running_loop().time()
            if left <= 0 or not await room.rung(seen, left):
                break
            seen = room.generation
            view = await room.read(lambda: _again(house, story, team))
        return Held(view, advance(view) != first, view.terminal)


async def _again(house: House, story: str, team: str) -> StoryView:
    view = await load(house, story, team)
    if view is None:
        raise ApiError(Problem.NOT_FOUND, f"there is no sequence or story {story!r} any more")
    return view
