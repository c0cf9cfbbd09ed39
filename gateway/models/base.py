"""Bases and field types that both families' models share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from gateway.errors import PATTERN_MEANINGS

LETTER = "[A-Za-z\u00aa-\u1fff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufefe\uff10-\uffee]"
"""A letter of any script in the basic plane; written out, because JSON Schema's dialects disagree about classes."""
PATTERN_MEANINGS[LETTER] = "should hold at least one word; there is none in it"
LOCALE = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
PATTERN_MEANINGS[LOCALE] = "should be a language tag such as en, en-GB or pt-BR"
HTTPS = '^https://[!"$-.0->@-~]+[!-~]*$'
PATTERN_MEANINGS[HTTPS] = "should be an https:// address"


class Request(BaseModel):
    """Base of request bodies: camelCase, strict types, unknown fields ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False, strict=True, extra="ignore", frozen=True)


class Query(BaseModel):
    """Base of query strings: values arrive as text; unknown ones are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class Answer(BaseModel):
    """Base of answers: camelCase, exactly the published fields."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, serialize_by_alias=True)


def _whole(value: Any) -> Any:
    """JSON does not tell 30.0 from 30: both are whole numbers."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(_whole)
"""After the bounds of an integer field: takes 30.0 for 30."""


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`."""
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


Moment = Annotated[datetime, PlainSerializer(iso, return_type=str), Field(json_schema_extra={"format": "date-time"})]
"""A time, written as ISO 8601 with milliseconds and `Z`."""


def absent(value: Any) -> bool:
    """Whether a field is to be left out of the JSON."""
    return value is None


Unless: Any = Field(None, exclude_if=absent)
"""An optional field that is left out, rather than null, where there is nothing to say."""


class Link(Answer):
    """One action available from a resource."""

    href: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    title: str | None = Unless
    templated: bool | None = Unless
    content_type: str | None = Unless
    examples: list[Any] | None = Unless


Links = dict[str, Link]
"""HAL's `_links`: by relation."""
