"""Text made fit to be spoken: cleaned, cut into sentences, and its words matched with what the voice says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST_SENTENCE = 240  # characters spoken in one breath; the neural voice was trained on up to about 400 phonemes
LONGEST_WORD = 60  # a longer "word" is noise: its beginning is spoken, all of it is shown

_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,400}|!--.{0,2000}?--)>", re.S)
_LINK = re.compile(r"!?\[([^\[\]]{0,400})\]\([^()\s]{0,2000}\)")
_MARK = re.compile(r"[*_`~^|\\{}\[\]]+|^\s*#{1,6}\s+|(?<!\w)#(?=[A-Za-z])", re.M)
_UNDERSCORE_IN_WORD = re.compile(r"(?<=\w)_+(?=\w)")
_SPACE = re.compile(r"\s+")
_DASHES = re.compile(r"(?<=\w)(--+|—)(?=\w)")
_REPEATED = re.compile(r"([^\w\s])\1{3,}")
_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_CLAUSE_END = re.compile(r"[,;:—–][\"'”’)\]]*$")
_ABBREVIATION = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "rev", "hon", "gen", "col", "capt", "lt", "sgt", "maj", "mt", "no", "nos", "vs", "etc", "dept"}
    | {"approx", "fig", "vol", "ed", "eds", "p", "pp", "inc", "ltd", "co", "e.g", "i.e", "a.m", "p.m", "u.s", "u.k"}
    | {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec"}
)
_SPOKEN_SYMBOLS = frozenset("&@%+=#$£€¥°<>/")


@dataclass(frozen=True)
class Sentence:
    """What is spoken in one breath: its words as written, and how it ends."""

    words: tuple[str, ...]
    ends: str  # "paragraph", "sentence" or "clause": how long the voice pauses after it

    @property
    def text(self) -> str:
        """The words joined by spaces, overlong ones cut: what the voice is given."""
        return " ".join(word if len(word) <= LONGEST_WORD else word[:LONGEST_WORD] for word in self.words)


def clean(text: str) -> str:
    """Drop what cannot be spoken (markup, control characters, emoji, unassigned code points); paragraphs stay apart by a newline."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _TAG.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _UNDERSCORE_IN_WORD.sub(" ", text)
    text = _MARK.sub(" ", text)
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if char in {"\n", "\t"}:
            kept.append(char)
        elif category[0] in "LNP" or category in {"Mn", "Mc", "Zs", "Sc"} or char in "+=<>°&%½¼¾":
            # Combining marks are kept up to two deep: stacks of them are noise that no voice reads.
            if category == "Mn" and len(kept) >= 2 and all(unicodedata.category(last) == "Mn" for last in kept[-2:]):
                continue
            if category == "Mn" and 0xFE00 <= ord(char) <= 0xFE0F:
                continue  # a variation selector, left over from an emoji
            kept.append(char)
        # Joiners and other formatting characters vanish; symbols and emoji separate words.
        elif category not in {"Cf", "Cc", "Me"}:
            kept.append(" ")
    text = _REPEATED.sub(lambda match: match.group(1) * 3, "".join(kept))
    text = _DASHES.sub(r"\1 ", text)
    paragraphs = (_SPACE.sub(" ", paragraph).strip() for paragraph in text.split("\n"))
    return "\n".join(paragraph for paragraph in paragraphs if any(speakable(word) for word in paragraph.split()))


def speakable(word: str) -> bool:
    """Whether a voice says something for `word`: it has a letter, a digit or a symbol with a name."""
    return any(char.isalnum() for char in word) or (0 < len(word) <= 2 and all(char in _SPOKEN_SYMBOLS for char in word))


def words_of(paragraph: str) -> list[str]:
    """The paragraph's words as written; lone punctuation joins the word before it (or after it, at the beginning)."""
    words: list[str] = []
    waiting = ""
    for piece in paragraph.split():
        if speakable(piece):
            words.append(f"{waiting} {piece}".strip())
            waiting = ""
        elif words:
            words[-1] = f"{words[-1]} {piece}"
        else:
            waiting = f"{waiting} {piece}".strip()
    return words


def sentences(text: str) -> list[Sentence]:
    """Cut cleaned text into sentences, and overlong ones at clauses (or, without any, between words)."""
    found: list[Sentence] = []
    for paragraph in text.split("\n"):
        words = words_of(paragraph)
        start = 0
        for position, word in enumerate(words):
            last = position == len(words) - 1
            if last or _ends(word, words[position + 1]):
                found += _breaths(words[start : position + 1], "paragraph" if last else "sentence")
                start = position + 1
    return found


def _ends(word: str, following: str) -> bool:
    """Whether a sentence ends after `word`; not after a title, an abbreviation or an initial, nor before a lower-case word."""
    if not _END.search(word):
        return False
    initial = next((char for char in following if char.isalnum()), "")
    if initial.islower():
        return False
    bare = word.strip("\"'“”‘’()[]").rstrip(".").casefold()
    return not (word.endswith(".") and (bare in _ABBREVIATION or (len(bare) == 1 and bare.isalpha() and bare != "i")))


def _breaths(words: list[str], ends: str) -> list[Sentence]:
    """Cut one sentence into pieces of at most LONGEST_SENTENCE characters, as late as possible and after a clause if there is one."""
    pieces: list[Sentence] = []
    while True:
        length, fits, clause = 0, 0, 0
        for position, word in enumerate(words):
            length += min(len(word), LONGEST_WORD) + 1
            if length > LONGEST_SENTENCE and position > 0:
                break
            fits = position + 1
            if _CLAUSE_END.search(word) and length > LONGEST_SENTENCE // 3:
                clause = position + 1
        if fits == len(words):
            return [*pieces, Sentence(tuple(words), ends)]
        cut = clause or fits
        pieces.append(Sentence(tuple(words[:cut]), "clause"))
        words = words[cut:]


Span = tuple[float, float]


def match(written: Sequence[str], spoken: Sequence[tuple[str, Span]], end: float) -> list[Span]:
    """Give every written word the time of what the voice said for it.

    `spoken` are the voice's own words (numbers and abbreviations written out) with their times in seconds; `end` is the
    length of the sound. Words that match exactly are anchors; between anchors the time is shared out by length.
    The result has one span for each written word, in order, none of them empty or overlapping unless the sound is.
    """
    keys_written = [_key(word) for word in written]
    keys_spoken = [_key(word) for word, _ in spoken]
    spans: list[Span | None] = [None] * len(written)
    for tag, w0, w1, s0, s1 in SequenceMatcher(None, keys_written, keys_spoken, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and w1 - w0 == s1 - s0):
            for offset in range(w1 - w0):
                spans[w0 + offset] = spoken[s0 + offset][1]
        elif tag == "replace":
            shared = _share(keys_written[w0:w1], spoken[s0][1][0], spoken[s1 - 1][1][1])
            spans[w0:w1] = shared
        elif tag == "insert" and w0 > 0 and spans[w0 - 1] is not None:
            start, _ = spans[w0 - 1] or (0.0, 0.0)
            spans[w0 - 1] = (start, spoken[s1 - 1][1][1])
    return _fill(keys_written, spans, end)


def _key(word: str) -> str:
    return "".join(char for char in word.casefold() if char.isalnum()) or word


def _share(keys: Sequence[str], start: float, end: float) -> list[Span | None]:
    """Share a stretch of time among words by their length; a digit takes as long as three letters."""
    weights = [sum(3 if char.isdigit() else 1 for char in key) + 1 for key in keys]
    total, passed = sum(weights), 0
    spans: list[Span | None] = []
    for weight in weights:
        spans.append((start + (end - start) * passed / total, start + (end - start) * (passed + weight) / total))
        passed += weight
    return spans


def _fill(keys: Sequence[str], spans: list[Span | None], end: float) -> list[Span]:
    """Give words that were not heard a part of the pause around them, or else of the word beside them."""
    position = 0
    while position < len(spans):
        if spans[position] is not None:
            position += 1
            continue
        stop = position
        while stop < len(spans) and spans[stop] is None:
            stop += 1
        before = spans[position - 1] if position else None
        after = spans[stop] if stop < len(spans) else None
        left = before[1] if before else 0.0
        right = after[0] if after else end
        if right - left < 0.04 * (stop - position) and (before or after):
            # No pause to live in: the neighbour's time is shared with it.
            low, high = position, stop
            if before:
                low, left = position - 1, before[0]
            else:
                high, right = stop + 1, after[1] if after else end
            spans[low:high] = _share(keys[low:high], left, right)
        else:
            spans[position:stop] = _share(keys[position:stop], left, right)
        position = stop
    return [span for span in spans if span is not None]
