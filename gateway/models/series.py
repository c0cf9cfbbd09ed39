"""Series and their characters' pictures: what a request may say, and what it is answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.errors import PATTERN_MEANINGS
from gateway.models.base import HTTPS, LETTER, Answer, Moment, Query, Request

SERIES_ID = "^[A-Za-z0-9_]([ -.0-~]*[!-.0-~])?$"
PATTERN_MEANINGS[SERIES_ID] = "should begin with a letter or digit and be plain ASCII without a slash"


class EnsureCharacterImage(Request):
    """Register a picture of a character, by which it is drawn in every later story of the series."""

    series_id: Annotated[
        str, Field(min_length=1, max_length=128, pattern=SERIES_ID, description="Your own name for the series; one that is not there yet is made.")
    ]
    character_name: Annotated[str, Field(min_length=1, max_length=255, pattern=LETTER, description="Unique within the series; case does not matter.")]
    image_url: Annotated[str, Field(max_length=2048, pattern=HTTPS, description="A picture on a public https address, at most 10 MiB.")]


class EnsuredCharacterImage(Answer):
    """The picture is kept; `created` says whether the character is new in the series."""

    series_id: str
    character_name: str
    image_url: str
    created: bool


class SeriesCharacter(Answer):
    """A registered face."""

    name: str
    image_url: str
    created_at: Moment
    updated_at: Moment


class Series(Answer):
    """A series with its characters, in the order in which they were registered."""

    id: str
    characters: list[SeriesCharacter]
    created_at: Moment


class SeriesQuery(Query):
    """A page of series, newest first."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class SeriesPage(Answer):
    """A page of series."""

    data: list[Series]
    page: int
    limit: int
    total: int
