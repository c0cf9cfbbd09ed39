"""The sequences family: what a request may say, and what it is answered."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from farm.specs import CaptionLook, Deliverable
from gateway.errors import PATTERN_MEANINGS
from gateway.models.base import HTTPS, LETTER, LOCALE, Answer, Links, Moment, Query, Request, Unless, Whole
from gateway.wait import WAIT_PATTERN

TOKEN = "^[A-Z0-9][A-Z0-9_-]*$"
PATTERN_MEANINGS[TOKEN] = "should be upper-case letters, digits, _ or -"

CURSOR = "^seq_[0-9a-z]{1,48}$"
PATTERN_MEANINGS[CURSOR] = "is not one of ours; follow _links.next, or leave it out for the first page"
ModelNames = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(min_length=1, max_length=8)]
Address = Annotated[str, Field(pattern=HTTPS, max_length=2048, json_schema_extra={"format": "uri"})]
HOOK = "^https://[A-Za-z0-9.-]+(:([1-9][0-9]{0,3}|[1-5][0-9]{4}))?([/?][!-~]*)?$"
PATTERN_MEANINGS[HOOK] = "should be an https:// address, without a user name"
Hook = Annotated[str, Field(pattern=HOOK, max_length=2048, json_schema_extra={"format": "uri"})]
Name = Annotated[str, Field(min_length=1, max_length=255)]


class CastMember(Request):
    """A character described in place."""

    name: Name
    description: Annotated[str, Field(max_length=2000)] = ""
    is_human: bool | None = None
    reference_image_urls: Annotated[list[Address], Field(max_length=8)] = Field([])


class Location(Request):
    """A place described in place."""

    name: Name
    description: Annotated[str, Field(max_length=2000)] = ""
    reference_image_urls: Annotated[list[Address], Field(max_length=8)] = Field([])


class Element(Request):
    """A logo or product that is to appear in pictures."""

    url: Address
    token: Annotated[str, Field(min_length=1, max_length=100, pattern=TOKEN)] | None = None
    filename: Annotated[str, Field(max_length=255)] | None = None


class CreateSequence(Request):
    """Create a video sequence from a script; only `script` is required."""

    script: Annotated[str, Field(min_length=10, max_length=50_000, pattern=LETTER, description="What the film tells: a line, a synopsis or a whole script.")]
    title: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(None, description="Made from the script when it is left out.")
    enhance: Literal["auto", "always", "off"] = Field("auto", description="auto expands a script shorter than 1,000 characters; off keeps its own words.")
    target_seconds: Annotated[int, Field(ge=5, le=300), Whole] | None = Field(None, description="About how long the film is to be when the script is expanded.")
    style: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(None, description="A style's id, name or slug.")
    aspect_ratio: Literal["16:9", "9:16", "1:1", "4:5"] | None = Field(None, description="The style's, else 16:9; 4:5 is ours.")
    analysis_models: ModelNames | None = Field(None, description="Who writes; one sequence is created for each.")
    image_models: ModelNames | None = Field(None, description="Who paints; the first is used.")
    video_models: ModelNames | None = Field(None, description="Who animates; the first is used.")
    audio_models: ModelNames | None = Field(None, description="Who composes music, and who speaks; the first of each is used.")
    motion: bool = Field(False, description="Clips that move; false makes stills only.")
    music: bool = Field(False, description="A score.")
    characters: Annotated[list[Name | CastMember], Field(max_length=20)] = Field(
        [], description="Who is in it: an id or name of an earlier sequence's, who looks the same again, or somebody new."
    )
    locations: Annotated[list[Name | Location], Field(max_length=20)] = Field(
        [], description="Where it is: an id or name of an earlier sequence's, or a new place."
    )
    elements: Annotated[list[Element], Field(max_length=20)] = Field([], description="Logos and products that are to be seen.")
    webhook_url: Hook | None = Field(None, description="Told when the sequence has completed, failed or been archived; signed (Standard Webhooks).")
    seed: Annotated[int, Field(ge=0, le=2**31 - 1), Whole] | None = Field(None, description="Ours: the same request with the same seed gives the same film.")
    locale: Annotated[str, Field(max_length=35, pattern=LOCALE)] | None = Field(
        None, description="Ours: the language that is written and spoken (BCP 47); default en, whatever the script is in."
    )
    burn_captions: bool = Field(False, description="Ours: captions in the picture, not only beside it.")
    caption_look: CaptionLook = Field("plain", description="Ours: how captions in the picture look: plain, in a box, or with the spoken word lit.")
    also: Annotated[list[Deliverable], Field(max_length=len(get_args(Deliverable)))] = Field(
        [], description="Ours: what is made of the film besides it (docs/composing.md); the status document links to it as `film-<name>`."
    )


class WaitQuery(Query):
    """How long to be held."""

    wait: Annotated[str, Field(max_length=400, json_schema_extra={"pattern": WAIT_PATTERN, "examples": ["60s", "30", "2m", "1500ms"]})] | None = Field(
        None, description="How long to be held until something changes: digits, then ms, s, m or nothing (seconds); at most 90 s."
    )


class PageQuery(Query):
    """A page of sequences, newest first."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(pattern=CURSOR, description="From `_links.next`.")] | None = None


SequenceStatus = Literal["draft", "processing", "completed", "failed", "archived"]
ItemStatus = Literal["pending", "generating", "completed", "failed"]


class Poster(Answer):
    """The film's first picture."""

    url: str


class Media(Answer):
    """A picture's or the music's state, and its address once it is there."""

    status: ItemStatus
    url: str | None


class Video(Media):
    """A clip's state; `error` says what went wrong."""

    error: str | None


class Frame(Answer):
    """One shot of the film."""

    id: str
    order_index: int
    title: str
    image: Media
    video: Video


class Counts(Answer):
    """How many shots there are, and how far they are."""

    frames: int
    shots: int
    images_ready: int
    videos_ready: int
    videos_failed: int


class Sequence(Answer):
    """The status document."""

    id: str
    title: str
    status: SequenceStatus
    status_error: str | None
    aspect_ratio: Literal["16:9", "9:16", "1:1", "4:5"]
    created_at: Moment
    updated_at: Moment
    poster: Poster | None
    music: Media
    frames: list[Frame]
    shots: list[Frame]
    counts: Counts
    links: Links = Field(alias="_links")


class Created(Answer):
    """A sequence that was created: where to look."""

    id: str
    status: SequenceStatus
    workflow_run_id: str
    status_url: str
    links: Links = Field(alias="_links")


class Waited(Answer):
    """A sequence that was created and waited for."""

    id: str
    workflow_run_id: str
    state: Sequence | None
    wait_changed: bool
    wait_done: bool


class CreatedSequences(Answer):
    """The answer to a create request."""

    sequences: list[Created] | list[Waited]
    enhanced_script: str | None = Unless
    links: Links = Field(alias="_links")


class Summary(Answer):
    """A sequence in a list."""

    id: str
    title: str
    status: SequenceStatus
    aspect_ratio: Literal["16:9", "9:16", "1:1", "4:5"]
    created_at: Moment
    updated_at: Moment
    links: Links = Field(alias="_links")


class SequencePage(Answer):
    """A page of sequences; `_links.next` is there while more remain."""

    sequences: list[Summary]
    links: Links = Field(alias="_links")


class Root(Answer):
    """The discovery document."""

    name: str
    version: Literal["v1"]
    instructions: str
    request_schema: dict[str, Any]
    links: Links = Field(alias="_links")


class Export(Answer):
    """The stitched film."""

    id: str
    status: Literal["processing", "ready", "failed"]
    url: str | None
    duration_seconds: float | None
    error: str | None
    created_at: Moment


class ExportAnswer(Answer):
    """One export."""

    export: Export
    links: Links = Field(alias="_links")


class Exports(Answer):
    """All exports of a sequence."""

    sequence_id: str
    exports: list[Export]
    links: Links = Field(alias="_links")


class Issue(Answer):
    """One thing wrong with a request."""

    code: str
    path: list[str | int]
    message: str


class ErrorBody(Answer):
    """What went wrong, for programs and for people."""

    code: str
    message: str
    details: Any = Unless


class SequenceError(Answer):
    """An error in this family's dialect."""

    error: ErrorBody
