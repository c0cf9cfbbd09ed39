"""The grammar of `?wait`: how long a caller asks to be held."""

from __future__ import annotations

import re

LONGEST_WAIT = 90.0
"""Seconds after which a wait is cut short, as the sequences document says."""

WAIT_PATTERN = r"^[ \t\r\n]*(?:[0-9]+(?:[mM][sS]|[sS]|[mM])?)?[ \t\r\n]*$"
"""The same grammar, as the published schema shows it."""

_BLANKS = " \t\r\n"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "": 1.0}
_GRAMMAR = re.compile(r"([0-9]+)(ms|s|m|)")
_CERTAINLY_LONG = 9  # digits: more than any unit needs to reach the cap, and cheap to parse


class BadWait(ValueError):
    """A wait that is not digits followed by ms, s, m or nothing."""


def parse_wait(text: str) -> float:
    """Seconds to wait, 0 to `LONGEST_WAIT`; an empty text is 0.

    Raises BadWait, which names the value and the grammar.
    """
    trimmed = text.strip(_BLANKS).lower()
    if not trimmed:
        return 0.0
    match = _GRAMMAR.fullmatch(trimmed)
    if match is None:
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise BadWait(f"wait is {shown!r}; it is digits followed by ms, s, m or nothing (seconds): 60s, 30, 2m, 1500ms")
    digits = match.group(1).lstrip("0") or "0"
    if len(digits) > _CERTAINLY_LONG:
        return LONGEST_WAIT
    return min(int(digits) * _UNITS[match.group(2)], LONGEST_WAIT)
