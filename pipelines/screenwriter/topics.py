"""Recognises prompts that ask to be explained and not to be told: questions, how-tos, histories, headlines, products, lists, plain things."""

from __future__ import annotations

import re

from pipelines.meaning import vectors
from pipelines.meaning.facts import fact
from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.headlines import headline
from pipelines.screenwriter.questions import howto, question
from pipelines.screenwriter.topic import Topic, made, nouns_of, small

_HISTORY = re.compile(
    r"^(?:the |a |brief |short )*(history|invention|origins?|birth|discovery|evolution"
    r"|rise|fall|end|sinking|building|construction|collapse|story|science|making|future|secrets?|art"
    r"|importance|beauty|power|benefits?|anatomy) (?:of|behind) (.+)$",
    re.IGNORECASE,
)
_LIFE = re.compile(
    r"^(?:the |an? |one )*(?:life ?cycle|secret life|daily life|inner life|day in the life|life|journey|lives|world) of (.+)$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"^(?:an? |the |early |late |one )*(dawn|sunrise|morning|noon|afternoon|evening|sunset|night|midnight|autumn|winter|spring|summer|sunday"
    r"|saturday|rain|snow|fog)s? (in|on|at|over) (.+)$",
    re.IGNORECASE,
)
_SELLING = lexicon.listing("selling")


def topic_of(text: str, form: str = "") -> Topic | None:
    """The topic of a prompt of one sentence, or None where it wants a story.

    `form` is the format that was ordered: a headline is sooner seen in a sentence for the news, a product in a noun for an advertisement.
    """
    text = lowered(text.strip().rstrip(".! "))
    if len(text.split()) > 24 or re.search(r"[.!?]\s+\S", text):
        return None
    for reader in (howto, question, _about, _second, _when, _list, headline, _product, _thing):
        if (found := reader(text, form)) is not None:
            return found
    return None


def product_topic(text: str, form: str = "ad_spot") -> Topic | None:
    """The topic of an offer: "crunchy oat cookies baked in small batches"."""
    return _product(f"introducing {text}", form)


def lowered(text: str) -> str:
    """Text in capitals in small letters, so that its words are known."""
    letters = [c for c in text if c.isalpha()]
    return words.capital(text.lower()) if len(letters) > 3 and all(c.isupper() for c in letters) and " " in text else text


def _about(text: str, form: str) -> Topic | None:
    if match := _LIFE.match(text):
        phrase = small(match[1])
        head = phrase.split()[-1].lower()
        alive = lexicon.kind_of(words.singular(head)) in {"animal"} or (
            (known := fact(phrase)) is not None and known.kind in {"animal", "plant", "nature", "artifact"}
        )
        return made("life", phrase) if alive else None
    match = _HISTORY.match(text)
    if match is None:
        return None
    phrase = small(match[2])
    named = phrase[:1].isupper() and fact(phrase) is None
    head = words.singular(phrase.split()[-1].lower())
    if match[1].lower() == "story" and (named or lexicon.kind_of(head) in {"human", "animal", "creature", "robot", "toy"} or len(phrase.split()) > 4):
        return None
    past = match[1].lower() in {
        "history",
        "invention",
        "origin",
        "origins",
        "birth",
        "discovery",
        "evolution",
        "rise",
        "fall",
        "end",
        "sinking",
        "building",
        "construction",
        "collapse",
        "story",
        "making",
    }
    return made("history", phrase) if past else made("thing", phrase, ask=f"the {match[1].lower()} of {phrase}")


def _second(text: str, form: str) -> Topic | None:
    if not re.match(r"(?:your|you|imagine (?:you|your))\b", text, re.IGNORECASE):
        return None
    phrase = re.sub(r"^imagine\s+(?:that\s+)?", "", small(text), flags=re.IGNORECASE)
    return made("you", phrase, things=nouns_of(phrase))


_STILL = re.compile(
    r"^(?:an? |the )?((?:[a-z]+ ){0,3}[a-z]+) (?:on|in|at|during) (?:an? |the )?(?:[a-z]+ ){0,2}"
    r"(morning|afternoon|evening|night|day|sunday|winter|summer|autumn|spring|rain|snow)$",
    re.IGNORECASE,
)
"""A thing and an hour: "a cup of coffee on a rainy morning"."""


def _alive(phrase: str) -> bool:
    """Whether somebody is named, who has a story."""
    return any(lexicon.kind_of(words.singular(word)) in {"human", "animal", "creature", "robot", "toy"} for word in phrase.lower().split()) or any(
        t.tag_ in {"VBZ", "VBD", "VBP"} for t in grammar.parse(f"the {phrase}")
    )


def _when(text: str, form: str) -> Topic | None:
    match = _WHEN.match(text)
    if match is None and (still := _STILL.match(text)) is not None and not _alive(still[1]) and len(text.split()) < 12:
        return made("place", small(text), things=tuple(dict.fromkeys((*nouns_of(still[1]), still[2].lower()))))
    if match is None or len(text.split()) > 7:
        return None
    return made("place", small(text), things=(re.sub(r"^(?:the|an?) ", "", match[3]), match[1].lower()))


def _list(text: str, form: str) -> Topic | None:
    parts = [re.sub(r"^and ", "", part.strip()) for part in re.split(r",|;|\n| & | \| ", text) if part.strip()]
    if (
        len(parts) < 3
        or any(len(part.split()) > 4 for part in parts)
        or any(t.pos_ == "VERB" and t.tag_ in {"VBZ", "VBD", "VBP"} for part in parts for t in grammar.parse(f"the {part}"))
    ):
        return None
    parts = [small(part) for part in parts]
    return made("list", ", ".join(parts), things=tuple(re.sub(r"^(?:the|an?) ", "", part) for part in parts))


def _product(text: str, form: str) -> Topic | None:
    match = re.match(
        r"^(?:introducing |meet )?((?:an?|the|our|your) )?((?:[\w-]+ )*?[\w-]+?)"
        r"(?: (?:that|which|made|baked|brewed|roasted|grown|crafted|handmade|picked|designed|built|for|with|from)\b.*)?$",
        text,
        re.IGNORECASE,
    )
    if match is None or any(t.pos_ == "VERB" and t.tag_ in {"VBZ", "VBD"} and t.dep_ == "ROOT" for t in grammar.parse(text)):
        return None
    noun = match[2].lower()
    sold = (
        bool(set(noun.split()) & _SELLING)
        or re.search(r"\b(?:made (?:from|of|for|with)|designed|for the whole family|that (?:\w+ )?you)\b", text, re.IGNORECASE)
        or re.match(r"(?:introducing|our)\b", text, re.IGNORECASE)
    )
    if not (sold or form == "ad_spot") or not (vectors.kind(noun) in {"artifact", "food", "substance", "plant", "act"} or fact(noun) is not None):
        return None
    if lexicon.kind_of(noun) in {"human", "animal", "creature", "robot", "toy"} or lexicon.place_kind(noun):
        return None
    noun = " ".join(word for word in noun.split() if word not in _SELLING - {"electric", "solar-powered"}) or noun
    return made(
        "product",
        re.sub(r"^(?:introducing|meet) ", "", small(text), flags=re.IGNORECASE),
        things=tuple(dict.fromkeys((noun, *(n for n in nouns_of(text) if n not in noun)))),
    )


def _thing(text: str, form: str) -> Topic | None:
    bare = re.sub(r"^(?:the|an?) ", "", text, flags=re.IGNORECASE).lower()
    known = fact(bare)
    if known is None or len(bare.split()) > 2 or len(known.noun.split()) < len(bare.split()) - 1:
        return None
    if known.kind in {"person", "abstract", "feeling", "animal"} or lexicon.kind_of(words.singular(bare)) in {"human", "animal", "creature", "robot", "toy"}:
        return None
    if bare in lexicon.listing("ideas") and bare not in {"summer", "music"}:
        return None
    if any(t.pos_ == "VERB" and t.dep_ == "ROOT" and t.tag_ != "NN" for t in grammar.parse(text)) and len(bare.split()) > 1:
        return None
    if len(bare.split()) == 2 and grammar.parse(f"the {bare}")[1].pos_ == "ADJ" and re.match(r"(?:the|an?) ", text, re.IGNORECASE):
        return None  # "the last bookstore", "a lonely lighthouse": somebody's story
    return made("thing", small(text), things=(known.noun,))
