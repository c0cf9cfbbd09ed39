"""Captions from word times: where they break, when they show, and how they are written. Pure."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from farm.types import Size, Word
from render.phrases import clausal, phrases, spaceless

LINES = 2
READING = 20.0  # characters a second, the usual limit for adults
SHORTEST = 0.8  # seconds on screen
LINGER = 0.6  # seconds that a caption may stay after its last word
GAP = 1 / 12  # seconds between two captions, so that a change is seen
CLAUSE = "\u2002"  # the space between clauses of scripts that have none between words


@dataclass(frozen=True)
class Cue:
    """One caption: its lines, when it shows (seconds in the film), and its words with their own times."""

    lines: tuple[str, ...]
    start: float
    end: float
    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


def line_width(size: Size) -> int:
    """Characters a line may hold: 42 in a wide picture, fewer the narrower it is."""
    aspect = size.width / size.height
    return 42 if aspect >= 1.5 else 34 if aspect >= 0.95 else 30 if aspect >= 0.7 else 24


def width(text: str) -> int:
    """Width in characters: East Asian wide ones count two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.category(sign) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def clean(text: str) -> str:
    """Text without control signs and line breaks, runs of space as one."""
    kept = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn"))
    return re.sub(" +", " ", kept).strip()


def spread(text: str, seconds: float) -> tuple[Word, ...]:
    """Words with times in proportion to their length: for speech whose word times are unknown."""
    words = clean(text).split()
    if not words or seconds <= 0:
        return ()
    weights = [width(word) + 1 for word in words]
    whole = sum(weights)
    found, at = [], 0.0
    for word, weight in zip(words, weights, strict=True):
        length = seconds * weight / whole
        found.append(Word(text=word, start=at, end=at + length))
        at += length
    return tuple(found)


def join(words: Sequence[str]) -> str:
    """Words with spaces between them, but none between signs of scripts that are written without."""
    out = ""
    for word in words:
        close = not out or (spaceless(out[-1]) and spaceless(word[0])) or (clausal(out[-1]) and clausal(word[0])) or out[-1] == CLAUSE
        out += word if close else f" {word}"
    return out.replace(CLAUSE, " ").rstrip()


def cues(words: Sequence[Word], start: float, until: float, columns: int) -> list[Cue]:
    """Captions of one shot's speech.

    `start` is when the speech begins in the film and `until` when the next caption may begin at the earliest, in seconds.
    Words out of order or outside the film are brought into order; nothing overlaps.
    """
    timed = _orderly(words, start, until, columns)
    if not timed:
        return []
    groups = _break(timed, until, columns)
    found: list[Cue] = []
    for number, (first, last) in enumerate(groups):
        group = timed[first:last]
        limit = timed[groups[number + 1][0]].start - GAP if number + 1 < len(groups) else until
        begin, spoken = group[0].start, group[-1].end
        lines = _lines([word.text for word in group], columns)
        needed = max(SHORTEST, sum(map(width, lines)) / READING)
        end = max(spoken, min(limit, max(spoken + min(LINGER, GAP * 3), begin + needed)))
        end = min(end, limit) if limit > begin + GAP else max(begin + GAP, min(spoken, until))
        if end - begin < needed and found:  # begin earlier where the one before leaves room
            begin = max(min(begin, found[-1].end + GAP), end - needed)
        elif end - begin < needed:
            begin = max(start - 0.2, end - needed, 0.0)
        found.append(Cue(lines, round(begin, 3), round(max(end, begin + 0.04), 3), tuple(group)))
    return found


def _orderly(words: Sequence[Word], start: float, until: float, columns: int) -> list[Word]:
    found: list[Word] = []
    before = start
    for word in words:
        if not (math.isfinite(word.start) and math.isfinite(word.end)):  # JSON may say NaN
            continue
        pieces = _pieces(clean(word.text), columns)
        whole, at = sum(map(width, pieces)) or 1, 0
        for piece in pieces:
            # A word in several pieces shares its time out among them.
            first, last = (word.start + (word.end - word.start) * part / whole for part in (at, at + width(piece)))
            at += width(piece)
            begin = min(max(start + first, before), until)
            if piece and begin < until:
                found.append(Word(text=piece, start=begin, end=min(max(start + last, begin + 0.01), until)))
                before = begin
    return found


def _pieces(text: str, columns: int) -> list[str]:
    """A word in pieces between which a line may break: phrases where a script has no spaces, else what a line can hold of an endless word.

    The last piece of a clause that a space ends in such a script keeps a sign for it.
    """
    pieces = [part for phrase in phrases(text) for part in _held(phrase, columns)]
    if text and clausal(text[-1]):
        pieces[-1] += CLAUSE
    return pieces


def _held(text: str, columns: int) -> list[str]:
    if width(text) <= columns:
        return [text]
    found, piece = [], ""
    for sign in text:
        if width(piece + sign) > columns // 2 and unicodedata.category(sign)[0] != "M":
            found.append(piece)
            piece = ""
        piece += sign
    return [*found, piece]


_FULL = re.compile(r"""[.!?…。！？؟।]["'”’»)\]」』]*$""")
_PHRASE = re.compile(r"""(?:[,;:—–،؛、，；：]["'”’»)\]」』]*|\u2002)$""")
_SMALL = "a an the of to in on at by for with from and or but as his her its their my your our is was were be that who"
_LEANS = frozenset(_SMALL.split())


def _break(words: list[Word], until: float, columns: int) -> list[tuple[int, int]]:
    """The cheapest way to part the words into captions, by dynamic programming over break points."""
    count = len(words)
    best = [0.0] + [float("inf")] * count
    came = [0] * (count + 1)
    for end in range(1, count + 1):
        for begin in range(end - 1, max(-1, end - 41), -1):
            texts = [word.text for word in words[begin:end]]
            if end - begin > 1 and not _fits(texts, columns):
                break
            cost = best[begin] + _cost(words, begin, end, until, columns)
            if cost < best[end]:
                best[end], came[end] = cost, begin
    groups, at = [], count
    while at:
        groups.append((came[at], at))
        at = came[at]
    return groups[::-1]


def _cost(words: list[Word], begin: int, end: int, until: float, columns: int) -> float:
    text = join([word.text for word in words[begin:end]])
    following = words[end].start if end < len(words) else until
    shown = max(0.05, min(following, words[end - 1].end + LINGER) - words[begin].start)
    length = width(text)
    cost = 12.0 + 0.5 * max(0, length - columns) / columns  # each caption costs; one line is easier than two
    cost += 200 * max(0.0, length / shown / READING - 1) + 60 * max(0.0, SHORTEST - shown)
    for inner in range(begin, end - 1):  # silence and full stops inside want a break there
        gap = words[inner + 1].start - words[inner].end
        cost += 25 * min(gap, 1.0) + (14 if _FULL.search(words[inner].text) else 0)
    last = words[end - 1].text
    if end < len(words) and not _FULL.search(last):
        pause = words[end].start - words[end - 1].end
        cost += 3 if _PHRASE.search(last) else 14 - 20 * min(pause, 0.5) + (10 if last.lower() in _LEANS else 0)
    return cost


def _fits(texts: Sequence[str], columns: int) -> bool:
    lines, first = 1, 0
    for at in range(len(texts)):
        if first < at and width(join(texts[first : at + 1])) > columns:
            lines, first = lines + 1, at
    return lines <= LINES


def _lines(texts: Sequence[str], columns: int) -> tuple[str, ...]:
    """One line where it fits, else two of about the same length, broken at a phrase where there is one."""
    whole = join(texts)
    if width(whole) <= columns or len(texts) == 1:
        return (whole,)
    best, chosen = float("inf"), (whole,)
    for at in range(1, len(texts)):
        upper, lower = join(texts[:at]), join(texts[at:])
        if max(width(upper), width(lower)) > columns:
            continue
        cost = abs(width(lower) - width(upper)) + (3 if width(upper) > width(lower) else 0)
        cost += -10 if _FULL.search(texts[at - 1]) or _PHRASE.search(texts[at - 1]) else 8 if texts[at - 1].lower() in _LEANS else 0
        if cost < best:
            best, chosen = cost, (upper, lower)  # type: ignore[assignment]
    return chosen


def srt(items: Sequence[Cue]) -> str:
    """SubRip text. Angle brackets, which players take for tags, become single guillemets."""
    blocks = [f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n{_plain(cue.text)}\n" for number, cue in enumerate(items, start=1)]
    return "\n".join(blocks)


def vtt(items: Sequence[Cue]) -> str:
    """WebVTT text."""
    blocks = [f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n{html.escape(cue.text, quote=False)}\n" for cue in items]
    return "\n".join(["WEBVTT\n", *blocks])


def _plain(text: str) -> str:
    return text.replace("<", "‹").replace(">", "›").replace("{\\", "(\\")


def _stamp(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
