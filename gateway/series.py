"""Series: registering a character's picture, and what is registered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from farm.specs import Hint
from farm.store import SeriesCharacter, SeriesRecord
from gateway.call import Call
from gateway.documents import Writer
from gateway.errors import ApiError, Problem, invalid
from gateway.models import series as shown
from gateway.outside import Refused
from gateway.records import writer
from gateway.route import Reply
from gateway.view import File

_LONGEST_ID = 128
_MOST_UNASKED = 3
"""Registered characters that a story which names none of them is given: as many as a screenwriter can make parts of."""
_WEAK = frozenset(
    {"the", "and", "old", "young", "little", "big", "captain", "doctor", "chef", "king", "queen", "prince", "princess", "lady", "lord", "sir", "von"}
)
"""Words of a name that do not name anybody by themselves."""


async def ensure(call: Call) -> Reply:
    """`POST /series-assets/ensure-character-image`: fetch, check, re-encode and keep a character's picture; again is safe."""
    house, wanted = call.house, call.given(shown.EnsureCharacterImage)
    try:
        async with house.outside.picture(wanted.image_url) as path:
            kept = await house.threads.call(house.artifacts.put, path, "image/png")
    except Refused as error:
        raise invalid("imageUrl", str(error)) from None
    character, created = await house.threads.call(house.store.series.ensure, call.team, wanted.series_id, wanted.character_name, kept)
    url = _address(writer(call), character)
    return Reply(shown.EnsuredCharacterImage(series_id=wanted.series_id, character_name=character.name, image_url=url, created=created))


async def listing(call: Call) -> Reply:
    """`GET /series`: newest first, by page."""
    query, shelf = call.asked(shown.SeriesQuery), call.house.store.series
    found = await call.house.threads.call(shelf.page, call.team, limit=query.limit, offset=(query.page - 1) * query.limit)
    total = await call.house.threads.call(shelf.count, call.team)
    return Reply(shown.SeriesPage(data=[_shown(writer(call), one) for one in found], page=query.page, limit=query.limit, total=total))


async def one(call: Call) -> Reply:
    """`GET /series/{id}`: a series with its characters."""
    return Reply(_shown(writer(call), await there(call, call.request.path_params["id"])))


async def there(call: Call, name: str) -> SeriesRecord:
    """The team's series of that id.

    Raises ApiError (404) where there is none.
    """
    plain = len(name) <= _LONGEST_ID and name.isascii() and name.isprintable()
    found = await call.house.threads.call(call.house.store.series.get, call.team, name) if plain else None
    if found is None:
        raise ApiError(Problem.NOT_FOUND, f"there is no series {name[:80]!r}; it begins when a character's picture is registered for it")
    return found


def hints(series: SeriesRecord, prompt: str) -> tuple[Hint, ...]:
    """Whom of a series a story shows, in the order in which its prompt names them; the first registered where it names none."""
    found = [(place, character) for character in series.characters if (place := _named(character.name, prompt)) is not None]
    chosen: Sequence[SeriesCharacter] = [character for _, character in sorted(found, key=lambda pair: pair[0])] or series.characters[:_MOST_UNASKED]
    return tuple(Hint(name=character.name, reference=character.sha) for character in chosen)


def _named(name: str, prompt: str) -> int | None:
    """Where a prompt names somebody: by the whole name, else by a word of it that is telling and capitalised there; None where it does not."""
    whole = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", " ".join(prompt.split()), re.IGNORECASE)
    if whole:
        return whole.start()
    for word in re.findall(r"\w{3,}", name):
        if word.casefold() not in _WEAK and word[:1].isupper() and (match := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", " ".join(prompt.split()))):
            return match.start()
    return None


def _address(words: Writer, character: SeriesCharacter) -> str:
    return words.url(File(character.sha, "image/png"), character.name) or ""


def _shown(words: Writer, series: SeriesRecord) -> shown.Series:
    return shown.Series(
        id=series.id,
        characters=[
            shown.SeriesCharacter(
                name=character.name,
                image_url=_address(words, character),
                created_at=datetime.fromtimestamp(character.created_at, UTC),
                updated_at=datetime.fromtimestamp(character.updated_at, UTC),
            )
            for character in series.characters
        ],
        created_at=datetime.fromtimestamp(series.created_at, UTC),
    )
