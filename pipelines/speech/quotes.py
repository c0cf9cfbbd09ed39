"""Who says what: a narration cut where a quotation by a known character begins and ends. Pure.

Nothing here knows a language: what stands between quotation marks, ends like a sentence, and has the name of exactly one character beside it in the
same sentence, is spoken by that character. All else is the narrator's; a doubt is the narrator's too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from farm.specs import Speaker

_OPENS = re.compile(r"^[(\[—–-]*[\"“”„«»‹›]")
_CLOSES = re.compile(r"[\"“”«»‹›][)\],.;:!?…—–-]*$")
_SINGLE = re.compile(r"^[(\[—–-]*[‘'](?=\w)")
_SINGLE_CLOSES = re.compile(r"[,.!?…—–-][’'][)\],.;:!?…—–-]*$")  # with a mark before it, which an apostrophe has not
_DASH_BEGINS, _LONE_DASH, _DASH_ENDS = re.compile(r"^[—–](?!\d)"), re.compile(r"^[—–]$"), re.compile(r"[—–][.,;:!?…]*$")
_SPOKEN = re.compile(r"(?:[,.!?…—–-][\"“”«»‹›’']?|[\"“”«»‹›][,.!?…—–-])[)\]]*$")
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*$")
_EDGES = re.compile(r"^\W+|\W+$")
_OWN = re.compile(r"['’]s?$")
_FULL_STOP = re.compile(r"\.[\"“”«»‹›’')\]]*$")
SHORTEST_NAME = 3  # letters of a part of a name that stands for the whole
LONGEST_ASIDE = 12  # words
LONGEST_QUOTE = 120  # words: an opening mark without its closing one makes no speech of the rest


@dataclass
class _Run:
    words: list[str] = field(default_factory=list)
    quoted: bool = False


def parts(paragraph: str, speakers: Sequence[Speaker]) -> list[tuple[str, Speaker | None]]:
    """The paragraph in pieces, in order and whole, each with who speaks it; None: the narrator."""
    if not speakers:
        return [(paragraph, None)] if paragraph.strip() else []
    runs = _runs(paragraph.split())
    if not any(run.quoted for run in runs) and (dashed := _dashed(paragraph.split(), speakers)):
        return dashed
    found: list[tuple[list[str], Speaker | None]] = []
    for index, run in enumerate(runs):
        speaker = _who(runs, index, speakers) if run.quoted else None
        if found and found[-1][1] is speaker:
            found[-1][0].extend(run.words)
        else:
            found.append((list(run.words), speaker))
    return [(" ".join(words), speaker) for words, speaker in found]


def casting(paragraph: str, speakers: Sequence[Speaker]) -> list[Speaker | None]:
    """Who speaks each of the paragraph's words, as spaces part them; None: the narrator."""
    return [who for text, who in parts(paragraph, speakers) for _ in text.split()]


def _runs(words: Sequence[str]) -> list[_Run]:
    """Words in and out of quotation marks, by turns; an unclosed quotation is none."""
    runs = [_Run()]
    position = 0
    while position < len(words):
        if _OPENS.match(words[position]) or _SINGLE.match(words[position]):
            end = _end(words, position)
            if end is not None:
                runs += [_Run(list(words[position:end]), quoted=True), _Run()]
                position = end
                continue
        runs[-1].words.append(words[position])
        position += 1
    return [run for run in runs if run.words]


def _dashed(words: Sequence[str], speakers: Sequence[Speaker]) -> list[tuple[str, Speaker | None]]:
    """A line that begins with a dash and has its aside between two ("— Vete —dijo Mara—."), as most of Europe writes; none: it is not one."""
    if not words or not _DASH_BEGINS.match(words[0]):
        return []
    runs, turn = [_Run([words[0]], quoted=True)], False
    for word in words[1:]:
        if turn or _DASH_BEGINS.match(word):
            runs.append(_Run(quoted=not runs[-1].quoted))
        runs[-1].words.append(word)
        turn = not _LONE_DASH.match(word) and _DASH_ENDS.search(word) is not None
    named = {speaker.name: speaker for run in runs if not run.quoted for speaker in _names(speakers, run.words)}
    who = next(iter(named.values())) if len(named) == 1 else None
    return [(" ".join(run.words), who if run.quoted else None) for run in runs] if who else []


def _end(words: Sequence[str], start: int) -> int | None:
    """The position after the word that closes the quotation which begins at `start`."""
    single = not _OPENS.match(words[start])
    opens, closes = (_SINGLE, _SINGLE_CLOSES) if single else (_OPENS, _CLOSES)
    for position in range(start, min(len(words), start + LONGEST_QUOTE)):
        body = opens.sub("", words[position], count=1) if position == start else words[position]
        if single and position > start and opens.match(body):
            return None  # the first was an apostrophe: 'twas, rock 'n' roll
        if closes.search(body):
            return position + 1
    return None


def _who(runs: Sequence[_Run], index: int, speakers: Sequence[Speaker]) -> Speaker | None:
    """Who speaks the quotation `index`: named where the sentence leads into it, else where it goes on after it, else the same as before its aside."""
    last = "".join(runs[index].words[-2:])
    if not _SPOKEN.search(last):
        return None  # a name in quotation marks, a word meant otherwise
    before = runs[index - 1].words if index > 0 and not runs[index - 1].quoted else []
    after = runs[index + 1].words if index + 1 < len(runs) and not runs[index + 1].quoted else []
    if open_ := _since_end(before):
        return _only(speakers, open_) or (None if _names(speakers, open_) else _only(speakers, _until_end(after)))
    if after and not _FULL_STOP.search(last):
        return _only(speakers, _until_end(after))
    # "Go," said Mara. "Now.": an aside of one sentence; whoever it names speaks on, and where it names nobody whoever spoke before it.
    if before and len(before) <= LONGEST_ASIDE and len(_until_end(before)) == len(before):
        return _only(speakers, before) or (None if _names(speakers, before) or index < 2 else _who(runs, index - 2, speakers))
    return None


def _only(speakers: Sequence[Speaker], words: Sequence[str]) -> Speaker | None:
    named = _names(speakers, words)
    return named[0] if len(named) == 1 else None


def _names(speakers: Sequence[Speaker], words: Sequence[str]) -> list[Speaker]:
    return [speaker for speaker in speakers if _named(speaker, words)]


def _until_end(words: Sequence[str]) -> list[str]:
    """The words up to the end of their first sentence."""
    for position, word in enumerate(words):
        if _SENTENCE_END.search(word):
            return list(words[: position + 1])
    return list(words)


def _since_end(words: Sequence[str]) -> list[str]:
    """The words since the end of the last whole sentence; what leads in with a colon or a comma goes on."""
    for position in range(len(words) - 1, -1, -1):
        if _SENTENCE_END.search(words[position]):
            return list(words[position + 1 :])
    return list(words)


def _named(speaker: Speaker, words: Sequence[str]) -> bool:
    plain = {_bare(word) for word in words}
    whole = [_bare(part) for part in speaker.name.split()]
    return bool(whole) and (set(whole) <= plain or any(len(part) >= SHORTEST_NAME and part in plain for part in (whole[0], whole[-1]) if _telling(part)))


def _telling(part: str) -> bool:
    """Whether a part of a name tells who is meant: "the" and "old" do not."""
    return part not in {"the", "old", "young", "little", "der", "die", "das", "les", "los", "las", "una", "von", "van"}


def _bare(word: str) -> str:
    return _OWN.sub("", _EDGES.sub("", word)).casefold()
