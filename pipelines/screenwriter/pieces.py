"""A script's pieces: paragraphs, dialogue under its speaker, headings; and a paragraph cut into stretches for a shot each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pipelines.screenwriter import pace
from pipelines.screenwriter.cut import sentences
from pipelines.screenwriter.names import gender_of

_SLUG = re.compile(r"^\s*(?:\d+[.)]?\s*)?(?:INT|EXT|INT\.?/EXT|I/E)[. ]+(?P<place>.+?)(?:\s+[-–—]+\s+(?P<time>[A-Z ]+))?\s*$")
_CUE = re.compile(r"^\s*([A-Z][A-Z0-9 .'-]{1,30}?)(?:\s*\([^)]*\))?\s*$")
_COLON_CUE = re.compile(r"^\s*([A-Z][A-Za-z .'-]{1,24}):\s+(\S.*)$")
_ASIDE = re.compile(r"^\s*\([^)]*\)\s*$")
_CUT_TO = re.compile(r"^\s*(?:FADE (?:IN|OUT|TO)|CUT TO|DISSOLVE TO|SMASH CUT|THE END|TITLE)\b.*$")
_CLAUSE = re.compile(r"(?<=[,;:—])\s+|\s+(?=(?:and|but|or|because|while|when|until|which|who|so|then|as)\s)")


@dataclass(frozen=True)
class Piece:
    """A stretch of script with the heading it stands under and, in dialogue, who speaks."""

    text: str
    speaker: str = ""
    slug: tuple[str, str] | None = None  # place, time of a heading that begins here


_SPOKEN = re.compile(r"^\s*([A-Z][A-Z .'-]{1,24}|[A-Z][A-Za-z.'-]{1,24}(?: [A-Z][A-Za-z.'-]{1,24}){0,2}):\s+\S")
_INLINE = re.compile(r"^\([^)]*\)\s*")  # "(whispering) Is anyone there?"


def _dialogue(lines: list[str]) -> bool:
    """Whether a script without headings is dialogue: half of its lines, and two at least, are a name, a colon and what is said.

    A name is in capitals, or a given name, or comes again ("Method:" comes once).
    """
    said = [line for line in lines if line.strip()]
    names = Counter(match[1] for line in said if (match := _SPOKEN.match(line)))
    spoken = sum(count for name, count in names.items() if count > 1 or name.isupper() or gender_of(name) != "neutral")
    return spoken >= 2 and spoken * 2 >= len(said)


def _name(cue: str) -> str:
    """A cue's name as it is written in prose: "GIRL'S VOICE" is the Girl's Voice."""
    return re.sub(r"'S\b", "'s", cue.strip().title())


def pieces_of(text: str) -> list[Piece]:
    """The script's paragraphs: prose, dialogue under its speaker, headings."""
    found: list[Piece] = []
    slug: tuple[str, str] | None = None
    speaker, buffer = "", list[str]()

    def flush() -> None:
        nonlocal slug
        body = " ".join(" ".join(buffer).split())
        if body:
            found.append(Piece(text=body, speaker=speaker, slug=slug))
            slug = None
        buffer.clear()

    lines = text.split("\n")
    formatted = any(_SLUG.match(line) for line in lines) or _dialogue(lines)
    for number, line in enumerate(lines):
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if match := _SLUG.match(line):
            flush()
            speaker = ""
            slug = (match["place"].strip(" -.").lower(), (match["time"] or "").strip().lower())
        elif not line.strip():
            flush()
            speaker = ""
        elif formatted and _CUT_TO.match(line):
            flush()
        elif formatted and _CUE.match(line) and following and (not buffer or not following.isupper()):
            flush()
            speaker = _name(_CUE.match(line)[1])  # type: ignore[index]
        elif formatted and _ASIDE.match(line):
            continue
        elif formatted and (match := _COLON_CUE.match(line)):
            flush()
            found.append(Piece(text=_INLINE.sub("", match[2]).strip() or match[2].strip(), speaker=_name(match[1]), slug=slug))
            slug = None
        else:
            buffer.append(line.strip())
    flush()
    return found or [Piece(text=" ".join(text.split()))]


def chunks(text: str) -> list[str]:
    """A paragraph in shots of 3 to 7 seconds of speech: whole sentences where they fit, else parted at clauses, at last at words."""
    parts: list[str] = []
    for sentence in sentences(text):
        parts += [sentence] if pace.seconds(sentence) <= pace.LONGEST_SHOT + 0.8 else _part(sentence)
    shots: list[str] = []
    for piece in parts:
        if shots and (
            pace.seconds(f"{shots[-1]} {piece}") <= 5.6
            or (min(pace.seconds(piece), pace.seconds(shots[-1])) < pace.SHOT_SECONDS and pace.seconds(f"{shots[-1]} {piece}") <= pace.LONGEST_SHOT + 0.5)
        ):
            shots[-1] = f"{shots[-1]} {piece}"
        else:
            shots.append(piece)
    return shots


def _part(sentence: str) -> list[str]:
    """A long sentence at its clauses; a clause that is still too long at every so many words."""
    small: list[str] = []
    for clause in (c for c in _CLAUSE.split(sentence) if c and c.strip()):
        tokens = clause.split()
        while pace.seconds(" ".join(tokens)) > pace.LONGEST_SHOT and len(tokens) > 1:
            take = 1
            while take < len(tokens) and pace.seconds(" ".join(tokens[: take + 1])) <= 5.5:
                take += 1
            small.append(" ".join(tokens[:take]))
            tokens = tokens[take:]
        if tokens:
            small.append(" ".join(tokens))
    joined: list[str] = []
    for clause in small:
        if joined and pace.seconds(f"{joined[-1]} {clause}") <= 5.5:
            joined[-1] = f"{joined[-1]} {clause}"
        else:
            joined.append(clause)
    return joined
