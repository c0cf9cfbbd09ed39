"""From a verb and what goes with it to the kind of plot that it begins."""

from __future__ import annotations

from functools import lru_cache

from pipelines.screenwriter.lexicon import table

KINDS = ("make", "journey", "quest", "bond", "discovery", "conflict", "crime", "contest", "teach", "rescue", "ordeal", "loss", "dream", "luck", "mishap")

# Verbs that only say how another verb is meant: "wants to fly" is about flying.
FRAMES = {
    "want": "dream",
    "wish": "dream",
    "hope": "dream",
    "long": "dream",
    "dream": "dream",
    "yearn": "dream",
    "need": "",
    "learn": "teach",
    "try": "",
    "decide": "",
    "plan": "",
    "begin": "",
    "start": "",
    "attempt": "",
    "manage": "",
    "have": "",
    "must": "",
    "get": "",
    "agree": "",
    "continue": "",
    "go": "",
    "refuse": "conflict",
    "promise": "",
    "struggle": "",
    "prepare": "",
    "vow": "",
    "set": "",
    "keep": "",
    "love": "",
    "like": "",
    "help": "rescue",
    "come": "",
}


_BUSINESSES = frozenset(
    [
        "bakery",
        "bar",
        "café",
        "cafe",
        "farm",
        "hotel",
        "inn",
        "library",
        "restaurant",
        "school",
        "shop",
        "stall",
        "stand",
        "store",
        "office",
        "practice",
        "clinic",
        "salon",
        "gym",
        "club",
        "studio",
        "gallery",
        "cinema",
        "garage",
    ]
)


_UNMEANT = frozenset(["", "journey", "conflict", "crime", "loss", "luck", "bond"])


def unmeant(kind: str) -> bool:
    """Whether a deed of this kind, done by accident, is a mishap; who finds or invents something by accident has found it all the same."""
    return kind in _UNMEANT


@lru_cache(maxsize=1)
def _verbs() -> dict[str, str]:
    known: dict[str, str] = {}
    for kind in KINDS:
        for verb in table("verbs")["verbs"][kind].split():
            known.setdefault(verb, kind)
    return known


@lru_cache(maxsize=1)
def _phrases() -> dict[str, str]:
    return {phrase: kind for kind, phrases in table("verbs")["phrases"].items() for phrase in phrases}


def plot_kind(lemma: str, following: list[str], object_head: str, *, object_alive: bool = False, object_place: bool = False) -> str:
    """The kind of plot, or an empty string for a verb that no table knows.

    `following` are the lemmas after the verb, `object_head` the lemma of what the deed is done to.
    """
    for length in (3, 2, 1):
        if (kind := _phrases().get(" ".join([lemma, *following[:length]]))) is not None:
            return kind
    if object_head and (kind := _phrases().get(f"{lemma} {object_head}")) is not None:
        return kind
    kind = _verbs().get(lemma, "")
    if lemma == "play" and not object_alive:
        return "make" if "for" not in following else "bond"
    if lemma in {"discover", "find", "uncover"} and object_alive:
        return "bond"
    if lemma in {"raise", "open"} and object_alive:
        return "bond"
    if lemma == "grow" and not object_head:
        return "luck"
    if lemma == "lose" and object_alive:
        return "loss"
    if lemma in {"face", "challenge"} and not object_alive:
        return "ordeal"
    if lemma in {"carry", "pull", "drag"} and object_alive:
        return "rescue"
    if lemma in {"hide", "bury"} and object_head:
        return "crime"
    if lemma in {"run", "open"} and object_head in _BUSINESSES:
        return "make"
    if lemma == "leave" and object_place:
        return "journey"
    return kind
