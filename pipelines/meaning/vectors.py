"""Words as vectors: how alike two phrases are, which of some candidates is nearest, what kind of thing a noun names."""
# ruff: noqa: E501, SIM905 - tables of words

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).parent
OTHERS = 0.55  # what a phrase's other words weigh beside its last one, which says what the thing is ("brass bird" is a bird)
IDLE = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "by",
        "with",
        "and",
        "or",
        "his",
        "her",
        "their",
        "its",
        "my",
        "your",
        "our",
        "some",
        "any",
        "this",
        "that",
        "these",
        "those",
        "very",
    ]
)
IRREGULAR = {
    "mice": "mouse",
    "geese": "goose",
    "children": "child",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "teeth": "tooth",
    "oxen": "ox",
    "people": "person",
}
ANIMALS = (  # whose commonest sense in WordNet is a person, a fur, a dish or a measure
    "alligator badger beaver bunny canary chameleon chimp chimpanzee cub doe donkey duckling fawn foal giraffe goldfish grizzly gull heron hippo hippopotamus hog jackal kitty kiwi koala leopard lioness llama mink "
    "minnow mole orangutan orca ostrich otter piglet porpoise puma raccoon ram scorpion shrimp skunk sloth songbird stag starling tiger turtle vixen wasp weasel whale"
).split()  # fmt: skip
PEOPLE = "barista builder businesswoman cleaner climber cosmonaut fiddler firefighter fireman flutist jester mage mapmaker policewoman ringmaster superhero sweeper toddler toymaker zookeeper spaceman".split()
KINDS = {  # where WordNet's commonest sense is not the one that a story means
    "queen": "person", "king": "person", "prince": "person", "princess": "person", "chess": "artifact", "knight": "person", "witch": "person", "fairy": "person",
    "robot": "artifact", "dragon": "animal", "unicorn": "animal", "ghost": "person", "giant": "person", "monster": "animal", "alien": "person", "baker": "person",
    "turkey": "animal", "duck": "animal", "chicken": "animal", "fish": "animal", "lamb": "animal", "goose": "animal", "mouse": "animal", "crane": "animal",
    "kid": "person", "kids": "person", "boss": "person", "cook": "person", "guard": "person", "guide": "person", "judge": "person", "miner": "person",
    "conductor": "person", "ruler": "person", "player": "person", "keeper": "person", "caterpillar": "animal", "buck": "animal", "phoenix": "animal",
    "penguin": "animal", "polar": "", "owl": "animal", "bat": "animal", "seal": "animal", "bug": "animal", "ant": "animal", "bee": "animal",
    "crew": "person", "family": "person", "people": "person", "team": "person", "band": "person", "choir": "person", "twins": "person", "crowd": "person",
}  # fmt: skip


@cache
def _table() -> tuple[dict[str, int], dict[str, str], npt.NDArray[np.int8]]:
    rows: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for row, line in enumerate((HERE / "words.txt").read_text(encoding="utf-8").splitlines()):
        word, _, kind_ = line.partition(" ")
        rows[word] = row
        if kind_:
            kinds[word] = kind_
    return rows, kinds | dict.fromkeys(ANIMALS, "animal") | dict.fromkeys(PEOPLE, "person") | KINDS, np.load(HERE / "vectors.npy", mmap_mode="r")


def stems(word: str) -> list[str]:
    """The word, then what it may be an inflection of: singular, infinitive."""
    forms = [word, IRREGULAR[word]] if word in IRREGULAR else [word]
    if word.endswith("men") and len(word) > 4:
        forms.append(word[:-3] + "man")
    if word.endswith("ies") and len(word) > 4:
        forms.append(word[:-3] + "y")
    if word.endswith("ves") and len(word) > 4:
        forms += [word[:-3] + "f", word[:-3] + "fe"]
    if word.endswith("es") and len(word) > 3:
        forms.append(word[:-2])
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        forms.append(word[:-1])
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            root = word.removesuffix(ending)
            forms += [root, root + "e"]
            if root[-1] == root[-2]:
                forms.append(root[:-1])
    return forms


@lru_cache(maxsize=4096)
def _word(word: str) -> npt.NDArray[np.float32] | None:
    rows, _, packed = _table()
    for form in stems(word):
        if form in rows:
            row = packed[rows[form]].astype(np.float32)
            return row / np.linalg.norm(row)
    return None


def known(word: str) -> bool:
    """Whether the word, or what it is an inflection of, has a vector."""
    return _word(word.lower()) is not None


@lru_cache(maxsize=8192)
def vector(phrase: str) -> npt.NDArray[np.float32] | None:
    """A unit vector for a phrase (256 floats), its last known word weighing most; None when no word of it is known."""
    words = [word for word in re.findall(r"[a-z]+", phrase.lower()) if word not in IDLE]
    found = [one for one in (_word(word) for word in words[-12:]) if one is not None]
    if not found:
        return None
    total = found[-1] + OTHERS * np.sum(found[:-1], axis=0) if len(found) > 1 else found[0]
    return total / np.linalg.norm(total)


def similarity(a: str, b: str) -> float:
    """How alike two phrases are: 1 the same, around 0.2 for words that have nothing in common; 0 when a phrase has no known word."""
    one, other = vector(a), vector(b)
    return float(one @ other) if one is not None and other is not None else 0.0


def ranked(phrase: str, candidates: Iterable[str]) -> list[tuple[str, float]]:
    """All candidates with their similarity to the phrase, the nearest first; equals keep their order."""
    return sorted(((candidate, similarity(phrase, candidate)) for candidate in candidates), key=lambda pair: -pair[1])


def nearest(phrase: str, candidates: Iterable[str]) -> tuple[str, float]:
    """The candidate most like the phrase, and its similarity.

    Raises ValueError when there are no candidates.
    """
    order = ranked(phrase, candidates)
    if not order:
        raise ValueError(f"no candidates to compare {phrase!r} with; give at least one")
    return order[0]


def kind(noun: str) -> str:
    """What kind of thing a noun names by its last word: person, animal, plant, food, artifact, place, nature, body, group … or "" when unknown."""
    _, kinds, _ = _table()
    words = re.findall(r"[a-z]+", noun.lower())
    for form in stems(words[-1]) if words else []:
        if form in kinds:
            return kinds[form]
    return ""
