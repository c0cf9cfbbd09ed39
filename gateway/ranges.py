"""Byte ranges of HTTP (RFC 9110, section 14): which part of a file a request asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes\s*=\s*(.+)", re.IGNORECASE)
_PART = re.compile(r"\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")


class Unsatisfiable(Exception):
    """The range lies outside the file."""


@dataclass(frozen=True)
class Span:
    """Bytes `start` to `end`, the end not included."""

    start: int
    end: int


def span(header: str | None, size: int) -> Span | None:
    """The part that a `Range` header asks for; None means the whole file.

    A header that is malformed, of another unit, or names several ranges is ignored, as RFC 9110 allows. Raises Unsatisfiable for
    a range that begins after the end.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    part = _PART.fullmatch(match.group(1))
    if part is None:
        return None
    first, last = part.groups()
    if first:
        start, stop = int(first), (int(last) + 1 if last else size)
        if last and stop <= start:
            return None  # backwards: invalid, so ignored
        if start >= size:
            raise Unsatisfiable
        return Span(start, min(stop, size))
    if not last:
        return None
    if int(last) == 0 or size == 0:
        raise Unsatisfiable
    return Span(max(0, size - int(last)), size)


def fresh(if_range: str | None, etag: str) -> bool:
    """Whether a range may be served under `If-Range`: only the strong entity tag itself counts; a date or a weak tag does not."""
    return if_range is None or if_range.strip() == etag


def unchanged(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller has these bytes already (`If-None-Match`, compared weakly)."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag in tags
