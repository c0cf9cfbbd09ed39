"""What a narration shows somebody do: a short verb phrase in the present, from its parse; what a trade does when nothing is told."""

from __future__ import annotations

from typing import Any

from farm.types import Character
from pipelines.screenwriter import lexicon, words

_STATIC = lexicon.listing("static")
_SPEECH = frozenset({"say", "ask", "whisper", "call", "answer", "tell", "reply", "cry", "shout"})
_FRAMES = frozenset({"want", "begin", "start", "set", "try", "promise", "decide", "make", "learn", "need", "wake", "have", "hope", "wish"})
_TIMES = frozenset({"until", "after", "before", "since", "for", "by"})
_IDLE = {"low": "sits down", "fail": "looks down", "turn": "looks up", "win": "cheers", "end": "smiles"}


def working(character: Character) -> str:
    """What one sees somebody of this trade do on a day like any other."""
    tokens = character.noun.lower().split()
    known = lexicon.table("works")
    for start in range(len(tokens)):
        found = known.get(" ".join(tokens[start:]))
        if found:
            return str(found)
    return "walks along" if not character.human else "works"


def idle(part: str, character: Character) -> str:
    """What somebody does in a picture whose words tell of no deed."""
    return _IDLE.get(part) or working(character)


def _phrase(token: Any) -> str:
    """The verb in the present with its object, or with a particle and one short phrase."""
    lemma = words.verb_lemma(token.text) or token.lemma_
    if lemma in _SPEECH:
        return "speaks"
    first = words.inflected(lemma, "VBZ")
    if any(c.lower_ == "asleep" for c in token.rights):
        return f"{first} asleep"
    particle = next((c.text for c in token.rights if c.dep_ == "prt"), "")
    direct = next((c for c in token.rights if c.dep_ == "dobj" and (c.pos_ in {"NOUN", "PROPN"} or c.lower_ in {"him", "her", "it", "them"})), None)
    after = []
    if direct is not None:
        inside = [t for t in direct.lefts if t.dep_ in {"det", "poss", "amod", "compound", "nummod"} and t.text.replace("-", "").isalpha()]
        after = [t.text for t in inside[-3:]] + [direct.text]
    else:
        prep = next(
            (c for c in token.rights if c.dep_ == "prep" and c.i <= token.i + 2 and c.lower_ not in {"until", "after", "before", "since", "for", "by"}), None
        )
        goal = next((c for c in prep.children if c.dep_ == "pobj" and c.pos_ in {"NOUN", "PROPN"}), None) if prep is not None else None
        if prep is not None and goal is not None:
            inside = [t for t in goal.lefts if t.dep_ in {"det", "poss", "amod", "compound"} and t.text.isalpha()]
            after = [prep.text, *(t.text for t in inside[-2:]), goal.text]
    parts = [first, *after, particle] if direct is not None and direct.pos_ == "PRON" else [first, particle, *after]
    return words.tidy(" ".join(parts))


def action(doc: Any, pronouns: dict[str, set[str]]) -> tuple[str, str]:
    """Who acts (a key of `pronouns`, or empty) and the phrase: the first visible deed, else the first of any kind; empty where nothing is done."""
    found: list[tuple[int, str, str]] = []
    quoted = False
    for token in doc:
        if token.text == '"':
            quoted = not quoted
        if quoted or token.pos_ != "VERB" or token.tag_ not in {"VBD", "VBZ", "VBP", "VBN"}:
            continue
        subject = next((c for c in token.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
        head = token
        while subject is None and head.dep_ == "conj":
            head = head.head
            subject = next((c for c in head.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
        if subject is None or any(c.dep_ in {"neg", "auxpass"} for c in token.children) or token.dep_ in {"relcl"}:
            continue
        text = " ".join(t.text for t in subject.subtree if t.i <= subject.i).lower()
        actor = next((k for k, ws in pronouns.items() if text in ws or subject.lower_ in ws), "")
        lemma = words.verb_lemma(token.text) or token.lemma_
        shown = token
        if lemma in _FRAMES:
            inner = next((t for t in token.subtree if t.tag_ == "VB" and t.pos_ == "VERB" and any(c.lower_ == "to" for c in t.lefts)), None)
            if inner is not None:
                shown, lemma = inner, inner.lemma_
        if lemma in {"live", "be", "have"}:
            continue
        found.append(((0 if actor else 4) + (2 if lemma in _STATIC | _SPEECH | _FRAMES else 0), actor, _phrase(shown)))
    if not found:
        return "", ""
    _, actor, phrase = min(found, key=lambda row: row[0])
    return actor, phrase


def gerund(phrase: str) -> str:
    """ "sweeps the deck" as "sweeping the deck"."""
    verb, _, rest = phrase.partition(" ")
    lemma = words.verb_lemma(verb) or verb
    return words.tidy(f"{words.inflected(lemma, 'VBG')} {rest}")
