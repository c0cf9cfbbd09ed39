"""Mends slips of the pen in a prompt: words that are no English words and are one letter from one."""

from __future__ import annotations

import re
import string
from functools import lru_cache

from pipelines.meaning import vectors
from pipelines.screenwriter import lexicon, words

_LETTERS = string.ascii_lowercase
_LEAST = 4  # letters; shorter words have too many neighbours


@lru_cache(maxsize=1024)
def mended(word: str) -> str:
    """The word that was meant, where a small word is unknown and has one neighbour that is likelier than others; else the word as it is.

    A letter left out, two letters swapped, a wrong letter and a letter too many are tried in that order; the first letter is never doubted.
    """
    if len(word) < _LEAST or not word.islower() or not word.isascii() or not word.isalpha() or _known(word):
        return word
    first, rest = word[0], word[1:]
    cuts = [(rest[:i], rest[i:]) for i in range(len(rest) + 1)]
    for kind in (
        (a + c + b for a, b in cuts for c in _LETTERS),
        (a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1),
        (a + c + b[1:] for a, b in cuts if b for c in _LETTERS),
        (a + b[1:] for a, b in cuts if b),
    ):
        found = sorted({first + one for one in kind if _common(first + one)}, key=lambda one: (lexicon.kind_of(one) == "thing", one))
        if found:
            return found[0]
    return word


def spelled(text: str) -> str:
    """A prompt with its small words mended; names, which are capitalised, and hyphened words stay."""
    return re.sub(r"(?<![\w'-])[a-z]{4,}(?![\w'-])", lambda m: mended(m[0]), text)


def _known(word: str) -> bool:
    return words.known(word) or vectors.known(word) or lexicon.kind_of(word) != "thing" or words.known(words.singular(word))


def _common(word: str) -> bool:
    return vectors.known(word) and words.known(word)
