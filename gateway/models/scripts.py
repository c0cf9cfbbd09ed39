"""Expanding a script without making a film of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.models.base import LETTER, LOCALE, Request, Whole
from gateway.models.sequences import ModelNames
from gateway.models.styles import Ratio


class EnhanceScript(Request):
    """Expand a script; only `script` is required."""

    script: Annotated[str, Field(min_length=10, max_length=50_000, pattern=LETTER, description="A line, a synopsis, or a draft.")]
    title: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    target_seconds: Annotated[int, Field(ge=5, le=300), Whole] | None = Field(None, description="About how long a film of it is to be.")
    style: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(None, description="A style's id, name or slug.")
    aspect_ratio: Ratio | None = None
    analysis_models: ModelNames | None = Field(None, description="Who writes; the first is used.")
    locale: Annotated[str, Field(max_length=35, pattern=LOCALE)] | None = Field(None, description="The language to write (BCP 47); default en.")
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), Whole] | None = Field(None, description="Another seed, another telling.")
