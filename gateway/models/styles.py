"""Styles: named looks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.models.base import Answer, Links


class Style(Answer):
    """A named look."""

    id: str
    name: str
    slug: str
    description: str
    prompt: str
    aspect_ratio: Literal["16:9", "9:16", "1:1", "4:5"] | None
    palette: list[str]
    links: Links = Field(alias="_links")


class Styles(Answer):
    """All styles that a sequence can name."""

    styles: list[Style]
    links: Links = Field(alias="_links")
