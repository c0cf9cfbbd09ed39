"""One frame edited: what may be asked, and the versions that there are."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from gateway.models.base import LETTER, Answer, Links, Moment, Request, Whole
from gateway.models.sequences import ItemStatus, Media, Video


def _at_least_one(schema: dict[str, Any]) -> None:
    """As the validator has it: one of them there, and not null."""
    schema["anyOf"] = [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in ("prompt", "seed")]


class EditFrame(Request):
    """Make a frame anew with another prompt, another seed, or both."""

    model_config = ConfigDict(json_schema_extra=_at_least_one)

    prompt: Annotated[str, Field(min_length=1, max_length=2000, pattern=LETTER, description="What the picture is to show.")] | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), Whole] | None = Field(None, description="Another seed, another picture of the same.")

    @model_validator(mode="after")
    def _something(self) -> EditFrame:
        if self.prompt is None and self.seed is None:
            raise ValueError("give prompt, seed, or both")
        return self


class Version(Answer):
    """One version of a frame."""

    number: int
    status: ItemStatus
    current: bool
    prompt: str
    seed: int
    error: str | None
    image: Media
    video: Video
    created_at: Moment
    links: Links = Field(alias="_links")


class Versions(Answer):
    """Every version of a frame, the first one first."""

    sequence_id: str
    frame_id: str
    versions: list[Version]
    links: Links = Field(alias="_links")
