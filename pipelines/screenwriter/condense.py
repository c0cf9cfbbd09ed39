"""A long text in few sentences: its own, those that say most of it, in their order."""

from __future__ import annotations

import re

import numpy as np

from pipelines.meaning import vectors
from pipelines.screenwriter import pace
from pipelines.screenwriter.cut import sentences

_LEANS = re.compile(r"^[\"']?(?:he|she|it|they|this|that|these|those|but|and|so|then|because|which|his|her|their|its|there|here|yet|still|or)\b", re.IGNORECASE)

_SOMEBODY = re.compile(r"\b(?:he|she|him|her|them|they)\b")


def condensed(text: str, seconds: float) -> str:
    """Whole sentences of `text` that take about `seconds` to speak: the first, the last, and those most like the whole; all when they fit.

    A sentence that leans on the one before it ("She laughed.") is taken together with it or not at all. Blank lines stay where they were.
    """
    blocks: list[list[str]] = []  # sentences that belong together
    breaks: set[int] = set()
    for paragraph in re.split(r"\n\s*\n", text):
        fresh = True
        for sentence in sentences(" ".join(paragraph.split())):
            if not fresh and _LEANS.match(sentence) and sum(pace.seconds(s) for s in blocks[-1]) < seconds / 5:
                blocks[-1].append(sentence)
            else:
                if fresh:
                    breaks.add(len(blocks))
                blocks.append([sentence])
            fresh = False
    sizes = [sum(pace.seconds(s) for s in block) for block in blocks]
    if sum(sizes) <= seconds or len(blocks) < 3:
        return text
    rows = [vectors.vector(" ".join(block)) for block in blocks]
    known = [row for row in rows if row is not None]
    middle = np.mean(known, axis=0) if known else None
    scores = [0.0 if row is None or middle is None else float(row @ middle) for row in rows]
    for index in range(len(scores)):
        if _SOMEBODY.search(blocks[index][0]) and not re.search(r"\s[A-Z][a-z]", blocks[index][0]):
            scores[index] -= 0.08  # whom it means was told in a sentence that may be gone
        scores[index] -= 0.02 * max(0.0, sizes[index] - 6.0)  # a long one pays for its length
    kept = {0}
    left = seconds - sizes[0]
    if sizes[-1] <= left * 0.6:
        kept.add(len(blocks) - 1)
        left -= sizes[-1]
    parts = max(1, round(left / 7.0))  # the text is covered evenly: the best of each stretch first
    stretches = np.array_split(np.arange(1, len(blocks) - 1), min(parts, max(1, len(blocks) - 2)))
    order = [max(stretch, key=lambda i: scores[i]) for stretch in stretches if len(stretch)] + sorted(range(1, len(blocks) - 1), key=lambda i: -scores[i])
    for index in order:
        if int(index) not in kept and sizes[index] <= left + 0.5:
            kept.add(int(index))
            left -= sizes[index]
    out, last = "", -1
    for index in sorted(kept):
        apart = any(at in breaks for at in range(last + 1, index + 1))
        out += ("" if not out else "\n\n" if apart else " ") + " ".join(blocks[index])
        last = index
    return out
