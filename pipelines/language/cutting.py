"""A script's own words, cut into one narration a shot. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from farm import timing
from pipelines.language import lengths
from pipelines.screenwriter.pieces import pieces_of

MOST_SHOTS = 60  # in one draft: more do not fit into an answer
QUIET = timing.LEAD_SECONDS + timing.TAIL_SECONDS
_CLOSERS = "\"'”’»)）」』】"
_SENTENCE = re.compile(rf"\S.*?(?:[{re.escape('.!?…।؟')}]+[{re.escape(_CLOSERS)}]*(?=\s|$)|\n\s*\n|[。！？]+[{re.escape(_CLOSERS)}]*|$)", re.DOTALL)
_CLAUSE = re.compile(r"(?<=[,;:،؛、，；：—])")


@dataclass(frozen=True)
class Piece:
    """What is spoken over one shot: words of the script, the name of whose line they are, and the heading that they begin under."""

    text: str
    speaker: str = ""
    heading: str = ""


def cut(script: str, seconds: float) -> list[Piece]:
    """A script as pieces of about a shot's length each; headings and cues (`INT. KITCHEN`, MARA over her line, `MARA: …`) are read and not spoken.

    A piece has the words of one speaker. `seconds` is how long the film is to be. At most MOST_SHOTS: of a longer
    dialogue, lines share shots, told by the narrator.
    """
    parts = pieces_of(script)
    if not any(part.speaker or part.slug for part in parts):
        return [Piece(text) for text in pieces(script, seconds)]
    found: list[Piece] = []
    runs = [parts[:1]]
    for part in parts[1:]:
        if part.slug is None and part.speaker == runs[-1][-1].speaker:
            runs[-1].append(part)
        else:
            runs.append([part])
    for run in runs:
        heading = ", ".join(word for word in run[0].slug or () if word)
        texts = pieces("\n\n".join(part.text for part in run), seconds)
        found += [Piece(text, run[0].speaker, "" if number else heading) for number, text in enumerate(texts)]
    return _together(found)


def _together(found: Sequence[Piece]) -> list[Piece]:
    """At most MOST_SHOTS pieces: the shortest neighbours share one; where two speak, their names are said with what they say."""
    some = list(found)
    while len(some) > MOST_SHOTS:
        at = min(range(len(some) - 1), key=lambda index: (some[index].speaker != some[index + 1].speaker, len(some[index].text) + len(some[index + 1].text)))
        one, other = some[at], some[at + 1]
        if one.speaker == other.speaker:
            joined = Piece(_joined(one.text, other.text), one.speaker, one.heading)
        else:
            joined = Piece(_joined(_told(one), _told(other)), "", one.heading)
        some[at : at + 2] = [joined]
    return some


def _told(piece: Piece) -> str:
    return f"{piece.speaker}: “{piece.text}”" if piece.speaker else piece.text


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
