"""Cuts narration into shots: between sentences, at clauses where one is long, never across a change of hour."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from pipelines.screenwriter import pace
from pipelines.screenwriter.hours import apart
from pipelines.screenwriter.weave import Beat

SPOKEN = 3.6
"""Usual seconds of speech in a shot: six or seven shots in half a minute, whose pauses and title take 6 of its 30 s."""
UNHURRIED = 4.0
"""The same for films of more than a minute."""
LEAST = 1.7  # less speech than this is not worth a picture
LEAST_OF_FEW = 0.9  # unless the film has but two or three pictures
FEW = 6.5  # seconds of speech of such a film
TWO = 2.9  # from here on a film has two pictures
MOST = 5.4  # two pieces are joined up to this
LONG = 5.9  # a sentence is parted from here on

_HOURS = {"dawn", "morning", "day", "afternoon", "sunset", "dusk", "night"}
_SENTENCE = re.compile(r".+?(?:[.!?…]+[\"')]*(?=\s|$)|$)", re.DOTALL)
_CLAUSE = re.compile(r"(?<=[,;:])\s+(?=(?:and|but|so|or|until|because|while|when|though|although|then)\s)")


def sentences(text: str) -> list[str]:
    """Sentences of a narration, quotations with what is said of them kept together."""
    found: list[str] = []
    for match in _SENTENCE.finditer(text):
        piece = match.group().strip()
        if not piece:
            continue
        if found and (re.match(r"[a-z]", piece) or found[-1].count('"') % 2):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found


def _clauses(sentence: str) -> list[str]:
    """A long sentence in two, at the clause nearest to its middle; any other as it is."""
    if pace.seconds(sentence) < LONG or '"' in sentence:
        return [sentence]
    ends = list(_CLAUSE.finditer(sentence))
    best = min(ends, key=lambda match: abs(match.start() - len(sentence) / 2), default=None)
    if best is None:
        return [sentence]
    halves = [sentence[: best.start()], sentence[best.end() :]]
    return halves if min(pace.seconds(half) for half in halves) >= LEAST + 0.6 else [sentence]


def cut(beats: list[Beat]) -> list[Beat]:
    """Beats as shots of about SPOKEN seconds; what follows in the same beat is seen closer."""
    pieces: list[Beat] = []
    owner: list[int] = []
    for number, beat in enumerate(beats):
        for at, text in enumerate(clause for sentence in sentences(beat.text) for clause in _clauses(sentence)):
            pieces.append(replace(beat, text=text) if at == 0 else replace(beat, text=text, tags=(beat.tags - {"wide"}) | {"close"}))
            owner.append(number)
    total = sum(pace.seconds(piece.text) for piece in pieces)
    wanted = max(2 if total >= TWO else 1, round(total / (SPOKEN if total < 55.0 else UNHURRIED)))
    least = LEAST if total >= FEW else LEAST_OF_FEW
    while len(pieces) > 1:
        short = [pace.seconds(piece.text) < least for piece in pieces]
        if len(pieces) <= wanted and not any(short):
            break
        costs = []
        for i, (first, second) in enumerate(pairwise(pieces)):
            together = pace.seconds(f"{first.text} {second.text}")
            hurried = short[i] or short[i + 1]
            hours = first.tags & _HOURS, second.tags & _HOURS
            moved = {"away", "there", "dreamt", "home"} & (first.tags ^ second.tags) or (hours[1] and hours[0] != hours[1] and owner[i] != owner[i + 1])
            if apart(first.text, second.text) or together > (pace.LONGEST_SHOT if hurried else MOST) or (moved and not hurried):
                continue
            if len(pieces) <= wanted and not hurried:
                continue
            costs.append((together + (1.0 if owner[i] != owner[i + 1] else 0.0) + (2.0 if moved else 0.0), i))
        if not costs:
            break
        _, i = min(costs)
        first, second = pieces[i], pieces[i + 1]
        joined = replace(
            first,
            text=f"{first.text} {second.text}",
            who=first.who | second.who,
            tags=first.tags if owner[i] == owner[i + 1] else first.tags | (second.tags - (_HOURS if first.tags & _HOURS else set())),
            part=second.part if second.part == "end" else first.part,
        )
        pieces[i : i + 2] = [joined]
        owner[i : i + 2] = [owner[i + 1]]
    return pieces
