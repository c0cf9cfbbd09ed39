"""Styles: named looks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.errors import PATTERN_MEANINGS
from gateway.models.base import LETTER, Answer, Links, Request

COLOR = "^#[0-9a-fA-F]{6}$"
PATTERN_MEANINGS[COLOR] = "should be a colour such as #1f3a5f"
Ratio = Literal["16:9", "9:16", "1:1", "4:5"]
Amount = Annotated[float, Field(ge=-1, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Grade(Request):
    """What happens to every colour; 0 is neutral."""

    contrast: Amount | None = None
    saturation: Amount | None = None
    warmth: Amount | None = None
    grain: Share | None = None
    vignette: Share | None = None
    haze: Share | None = None
    glow: Share | None = None


class CreateStyle(Request):
    """A new look for the team; only `name` is required."""

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=LETTER)]
    description: Annotated[str, Field(max_length=1000)] = ""
    prompt: Annotated[str, Field(max_length=2000, description="Added to every picture's prompt; its words choose the technique, too.")] = ""
    negative_prompt: Annotated[str, Field(max_length=2000)] = ""
    palette: Annotated[list[Annotated[str, Field(pattern=COLOR)]], Field(max_length=16, description="From darkest to lightest, then accents.")] = Field([])
    grade: Grade | None = None
    aspect_ratio: Ratio | None = Field(None, description="For sequences that name none.")


class Style(Answer):
    """A named look."""

    id: str
    name: str
    slug: str
    description: str
    prompt: str
    aspect_ratio: Ratio | None
    palette: list[str]
    links: Links = Field(alias="_links")


class Styles(Answer):
    """All styles that a sequence can name."""

    styles: list[Style]
    links: Links = Field(alias="_links")
