"""A script's own words, cut into one narration a shot. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from farm import timing
from pipelines.language import lengths

MOST_SHOTS = 60  # in one draft: more do not fit into an answer
QUIET = timing.LEAD_SECONDS + timing.TAIL_SECONDS
_CLOSERS = "\"'”’»)）」』】"
_SENTENCE = re.compile(rf"\S.*?(?:[{re.escape('.!?…।؟')}]+[{re.escape(_CLOSERS)}]*(?=\s|$)|\n\s*\n|[。！？]+[{re.escape(_CLOSERS)}]*|$)", re.DOTALL)
_CLAUSE = re.compile(r"(?<=[,;:،؛、，；：—])")


def pieces(script: str, seconds: float) -> list[str]:
    """The script as narrations of about a shot's length each: at sentences' ends where that fits, else at clauses', else between words.

    No word is lost, none changed; at most MOST_SHOTS. `seconds` is how long the film is to be: with few, long shots where the script is long.
    """
    room = max(timing.SHOT_SECONDS, seconds / MOST_SHOTS) - QUIET
    found: list[str] = []
    for sentence in _SENTENCE.findall(script):
        for part in _fitting(" ".join(sentence.split()), room * 2):
            if found and lengths.spoken(found[-1]) + lengths.spoken(part) <= room:
                found[-1] = _joined(found[-1], part)
            else:
                found.append(part)
    while len(found) > MOST_SHOTS:  # a script longer than a draft: neighbours share a shot
        shortest = min(range(len(found) - 1), key=lambda index: len(found[index]) + len(found[index + 1]))
        found[shortest : shortest + 2] = [_joined(found[shortest], found[shortest + 1])]
    return found


def _fitting(sentence: str, room: float) -> Iterator[str]:
    """A sentence in parts that are spoken in at most about `room` seconds each."""
    if not sentence:
        return
    if lengths.spoken(sentence) <= room:
        yield sentence
        return
    part = ""
    for clause in _CLAUSE.split(sentence):
        for atom in [clause] if lengths.spoken(clause) <= room else re.findall(r"\s*\S{1,24}", clause):
            if part.strip() and lengths.spoken(part + atom) > room:
                yield part.strip()
                part = ""
            part += atom
    if part.strip():
        yield part.strip()


def _joined(one: str, other: str) -> str:
    """Two pieces as one text; a space between them only where their script has such."""
    unspaced = lengths.script(one[-1]) in ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC") or one[-1] in "。！？」』、，"
    return one + ("" if unspaced else " ") + other
