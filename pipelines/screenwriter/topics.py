"""Recognises prompts that ask to be explained and not to be told: questions, how-tos, histories, headlines, products, lists, plain things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipelines.meaning import vectors
from pipelines.meaning.facts import fact
from pipelines.screenwriter import grammar, lexicon, words

KINDS = ("how", "why", "what", "howto", "history", "life", "news", "you", "product", "list", "place", "thing", "verse", "pep", "joke", "wish", "past")

_HOWTO = re.compile(
    r"^(?:how to|(?:an? |the )?(?:beginner'?s )?guide to|learn(?:ing)? (?:how )?to|steps to|(?:\w+ )?ways to|(?:\w+ )?tips (?:for|on))\s+(.+)$", re.IGNORECASE
)
_ASKED = re.compile(
    r"^(how|why|what|when|where|who)\b\s*(?:(is|are|do|does|did|was|were|can|will|would|should|has|have)\b)?\s*(.+?)\??$",
    re.IGNORECASE,
)
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
_BAD_NEWS = lexicon.listing("bad_news")
_GOOD_NEWS = lexicon.listing("good_news")
_BODIES = lexicon.listing("bodies")
_REPORTED = lexicon.listing("reported")
_SELLING = lexicon.listing("selling")
_TRAILING_PREPS = frozenset(["in", "on", "at", "for", "to", "of", "with", "from", "by", "and", "or", "the", "a", "an"])


@dataclass(frozen=True)
class Topic:
    """What is to be explained."""

    kind: str  # one of KINDS
    phrase: str  # as the prompt names it, in lower case where it is no name: "bees", "the perfect cup of tea", "rent prices"
    ask: str = ""  # the question as part of a sentence: "how bees find flowers"
    question: str = ""  # and by itself: "How do bees find flowers?"
    do: str = ""  # of a how-to: "brew the perfect cup of tea"
    doing: str = ""  # "brewing the perfect cup of tea"
    news: str = ""  # of a headline: "the central bank has raised interest rates"
    tone: str = ""  # of a headline: good, bad or empty
    things: tuple[str, ...] = ()  # the nouns worth a definition, the most important first
    plural: bool = False
    mass: bool = False  # "coffee": no article
    people: tuple[str, ...] = ()  # who is named in it
    own: tuple[str, ...] = ()  # lines that are spoken as they are: a verse's, a joke's


def topic_of(text: str, form: str = "") -> Topic | None:
    """The topic of a prompt of one sentence, or None where it wants a story.

    `form` is the format that was ordered: a headline is sooner seen in a sentence for the news, a product in a noun for an advertisement.
    """
    text = lowered(text.strip().rstrip(".! "))
    if len(text.split()) > 24 or re.search(r"[.!?]\s+\S", text):
        return None
    for reader in (_howto, _question, _about, _second, _when, _list, _headline, _product, _thing):
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


_PRIZES = frozenset({"championship", "election", "award", "deal", "prize", "record", "contract"})
_MEASURES = lexicon.listing("measures")
_OF = lexicon.listing("measures_of")


@lru_cache(maxsize=1024)
def nouns_of(text: str) -> tuple[str, ...]:
    """The nouns of a text with their compounds, in order: ("bee", "flower")."""
    found: list[str] = []
    doc = grammar.parse(text)
    for token in doc:
        if (
            token.pos_ not in {"NOUN", "PROPN"}
            or token.dep_ == "compound"
            or token.lemma_.lower() in _MEASURES
            or (token.lemma_.lower() in _OF and any(c.lower_ == "of" for c in token.rights))
        ):
            continue
        compound = " ".join(t.text for t in token.lefts if t.dep_ == "compound")
        before = doc[token.i - 1].lower_ if token.i else ""
        if (
            not compound
            and before
            and doc[token.i - 1].pos_ == "ADJ"
            and (known := fact(f"{before} {token.lower_}")) is not None
            and known.noun.startswith(before)
        ):
            compound = before  # "black hole"
        noun = (
            token.text
            if token.pos_ == "PROPN" and not compound
            else f"{compound} {words.singular(token.lower_) if token.tag_ == 'NNS' else token.text}".strip()
        )
        known_noun = fact(noun)
        found.append(noun if token.pos_ == "PROPN" and (known_noun is None or known_noun.noun[:1].isupper()) else noun.lower())
    return tuple(dict.fromkeys(found))


def _made(kind: str, phrase: str, **more: Any) -> Topic:
    phrase = phrase.strip(" ?.,")
    head = phrase.split()[-1].lower() if phrase else ""
    plural = words.singular(head) != head and not head.endswith(("ss", "ics"))
    known = fact(phrase)
    mass = (
        not plural
        and known is not None
        and known.kind in {"food", "substance", "abstract", "feeling", "time", "event", "act"}
        and not re.match(r"(?:an?|the|your|my|our)\b", phrase, re.I)
    )
    things = more.pop("things", None) or nouns_of(phrase)
    return Topic(kind=kind, phrase=phrase, plural=plural, mass=mass, things=tuple(things), **more)


def _howto(text: str, form: str) -> Topic | None:
    match = _HOWTO.match(text)
    if match is None:
        return None
    do = match[1].strip(" ?")
    doc = grammar.parse(f"I will {do}")
    verb = next((t for t in doc if t.i >= 2 and t.pos_ in {"VERB", "AUX", "NOUN"}), None)
    if verb is None or verb.i != 2:
        return _made("howto", do, do=do, doing=do)
    lemma = words.verb_lemma(verb.text) or verb.lower_
    rest = str(doc[3:]) if len(doc) > 3 else ""
    return _made(
        "howto",
        do,
        do=words.tidy(f"{lemma} {rest}"),
        doing=words.tidy(f"{words.inflected(lemma, 'VBG')} {rest}"),
        things=tuple(noun for noun in nouns_of(rest) if lexicon.kind_of(noun) != "human") or (words.inflected(lemma, "VBG"),),
    )


def _question(text: str, form: str) -> Topic | None:
    match = _ASKED.match(text)
    if match is None or len(text.split()) < 3:
        return None
    asked, auxiliary, rest = match[1].lower(), (match[2] or "").lower(), match[3].strip(" ?")
    if rest.lower().startswith("to "):
        return _howto(f"how {rest}", form)
    if asked in {"what", "who"} and auxiliary in {"is", "are", "was", "were"}:
        return _made("what", _small(rest), ask=f"{asked} {_small(rest)} {auxiliary}", question=words.capital(f"{asked} {auxiliary} {_small(rest)}?"))
    rest = _small(rest)
    if auxiliary:
        doc = grammar.parse(f"{auxiliary} {rest}?")
        subject = next((t for t in doc if t.dep_ in {"nsubj", "nsubjpass"}), None)
        end = max((t.i for t in subject.subtree), default=0) if subject is not None else 0
        who, does = str(doc[1 : end + 1]), str(doc[end + 1 :]).strip(" ?")
        if not who or not does:
            end = next((t.i for t in reversed(doc[1:-2]) if t.pos_ in {"NOUN", "PROPN", "PRON"}), 0)
            end = end or (len(doc) - 3 if len(doc) > 3 and words.verb_lemma(doc[-2].text) else 0)  # "rainbows form", two verbs to the parser
            if not end:
                return None
            who, does = str(doc[1 : end + 1]), str(doc[end + 1 :]).strip(" ?")
        if auxiliary in {"do", "does", "did"}:
            tag = {"do": "VB", "does": "VBZ", "did": "VBD"}[auxiliary]
            first, _, after = does.partition(" ")
            clause = f"{who} {words.inflected(first, tag)} {after}"
        else:
            clause = f"{who} {auxiliary} {does}"
        return _made(
            "why" if asked == "why" else "how",
            who,
            ask=words.tidy(f"{asked} {clause}"),
            question=words.capital(words.tidy(f"{asked} {auxiliary} {rest}?")),
            things=_asked_of(who, rest),
        )
    if asked == "what" and re.match(r"happen(?:s|ed)?\b", rest):
        return _made(
            "how",
            rest,
            ask=f"what {rest}",
            question=words.capital(f"what {rest}?"),
            things=nouns_of(rest) or tuple(t.lemma_ for t in grammar.parse(rest) if t.pos_ == "VERB" and fact(t.lemma_))[1:2],
        )
    if asked not in {"how", "why"}:
        return None
    reading, before = grammar.settle(words.capital(rest))
    root = next((t for t in reading if t.dep_ == "ROOT"), None)
    subject = next((t for t in root.children if t.dep_ in {"nsubj", "nsubjpass"}), None) if root is not None else None
    if root is None or subject is None:
        return _made("how", rest, ask=f"{asked} {rest}", question=words.capital(f"{asked} {rest}?"))
    who = before or str(reading[: max(t.i for t in subject.subtree) + 1])
    if re.match(r"(?:an?|the|one|his|her|my|two|three)\b", who, re.IGNORECASE) and lexicon.kind_of(subject.lemma_.lower()) in {
        "human",
        "animal",
        "creature",
        "robot",
        "toy",
    }:
        return None  # "how a fox found the moon" is a story
    aux = next((t for t in root.lefts if t.dep_ in {"aux", "auxpass"}), None)
    if aux is not None or root.lemma_ == "be":
        helper = aux or root
        after = str(reading[helper.i + 1 :]) if before == "" else rest
        question = f"{asked} {helper.lower_} {_small(who)} {after}?"
    else:
        past = root.tag_ == "VBD" and not {root.lemma_.lower(), words.inflected(root.lemma_, "VBZ")} & set(rest.lower().split())
        last = who.split()[-1].lower()
        helper_word = "did" if past and not before else "do" if words.singular(last) != last else "does"
        lemma = words.verb_lemma(root.text) or root.lemma_
        question = f"{asked} {helper_word} {_small(who)} {lemma} {reading[root.i + 1 :]!s}?"
    return _made(
        "why" if asked == "why" else "how",
        _small(who),
        ask=f"{asked} {rest}",
        question=words.capital(words.tidy(question.replace(".", ""))),
        things=_asked_of(_small(who), rest),
    )


def _asked_of(who: str, rest: str) -> tuple[str, ...]:
    """The nouns of a question, its subject's first: in "how do black holes form" the form is no noun, whatever the parser says of the bare words."""
    does = rest[len(who) :].split()[:1] if rest.startswith(who) else []
    things = tuple(dict.fromkeys((*nouns_of(f"The {who}."), *(noun for noun in nouns_of(rest) if noun not in does and noun.split()[-1] not in does))))
    return things or tuple(word for word in does if fact(word) is not None)  # "why do we dream"


def _about(text: str, form: str) -> Topic | None:
    if match := _LIFE.match(text):
        phrase = _small(match[1])
        head = phrase.split()[-1].lower()
        alive = lexicon.kind_of(words.singular(head)) in {"animal"} or (
            (known := fact(phrase)) is not None and known.kind in {"animal", "plant", "nature", "artifact"}
        )
        return _made("life", phrase) if alive else None
    match = _HISTORY.match(text)
    if match is None:
        return None
    phrase = _small(match[2])
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
    return _made("history", phrase) if past else _made("thing", phrase, ask=f"the {match[1].lower()} of {phrase}")


def _second(text: str, form: str) -> Topic | None:
    if not re.match(r"(?:your|you|imagine (?:you|your))\b", text, re.IGNORECASE):
        return None
    phrase = re.sub(r"^imagine\s+(?:that\s+)?", "", _small(text), flags=re.IGNORECASE)
    return _made("you", phrase, things=nouns_of(phrase))


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
        return _made("place", _small(text), things=tuple(dict.fromkeys((*nouns_of(still[1]), still[2].lower()))))
    if match is None or len(text.split()) > 7:
        return None
    return _made("place", _small(text), things=(re.sub(r"^(?:the|an?) ", "", match[3]), match[1].lower()))


def _list(text: str, form: str) -> Topic | None:
    parts = [re.sub(r"^and ", "", part.strip()) for part in re.split(r",|;|\n| & | \| ", text) if part.strip()]
    if (
        len(parts) < 3
        or any(len(part.split()) > 4 for part in parts)
        or any(t.pos_ == "VERB" and t.tag_ in {"VBZ", "VBD", "VBP"} for part in parts for t in grammar.parse(f"the {part}"))
    ):
        return None
    parts = [_small(part) for part in parts]
    return _made("list", ", ".join(parts), things=tuple(re.sub(r"^(?:the|an?) ", "", part) for part in parts))


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
    return _made(
        "product",
        re.sub(r"^(?:introducing|meet) ", "", _small(text), flags=re.IGNORECASE),
        things=tuple(dict.fromkeys((noun, *(n for n in nouns_of(text) if n not in noun)))),
    )


def _headline(text: str, form: str) -> Topic | None:
    if match := re.match(r"^((?:[A-Za-z-]+ ){1,3}?)([a-z]+(?:ed|en|lost|found|sold|built|won|held|shut))( by| after| from| in| for| at)( .+)$", text):
        text = (
            f"{match[1]}is {match[2]}{match[3]}{match[4]}"
            if grammar.parse(match[1].strip())[-1].pos_ in {"NOUN", "PROPN"} and not words.verb_lemma(match[1].split()[-1])
            else text
        )
    if (comma := re.match(r"^([^,;:]{12,}?)[,;:] ", text)) is not None and len(comma[1].split()) > 2:
        text = comma[1]  # "Volcano erupts near village, thousands evacuated"
    if len(text.split()) == 2 and not text.lower().endswith(("s", "ed")):
        return None  # "autumn rain"
    reading, before = grammar.settle(text)
    root = next((t for t in reading if t.dep_ == "ROOT"), None)
    if root is None or root.pos_ not in {"VERB", "AUX"}:
        return None
    subject = next((t for t in root.children if t.dep_ in {"nsubj", "nsubjpass"}), None)
    if subject is None or (subject.pos_ == "PRON" and not before) or _somebody(text):
        return None
    who = before or str(reading[subject.left_edge.i : subject.right_edge.i + 1])
    if " and " in who or fact(who) is None or not all(words.known(word) or fact(word) is not None for word in who.lower().split()):
        return None  # somebody's name, or two
    head = (who.split()[-1] if before else subject.text).lower()
    noun = words.singular(head)
    articled = re.match(r"(?:an?|the|one|two|three|four|five|his|her|their|my|our|your|every|some)\b", who, re.IGNORECASE)
    kind = lexicon.kind_of(noun)
    body = noun in _BODIES or head in _BODIES
    reported = head in _REPORTED
    bare = (
        not articled
        and words.singular(head) == head
        and kind in {"thing", "place", "force"}
        and not (subject.pos_ == "PROPN" and not before and fact(who) is None)
    )
    if form == "news_analysis" and not articled and kind not in {"animal", "creature", "toy", "robot"} and subject.pos_ != "PROPN":
        reported = True
    if not (body or reported or bare):
        return None
    plural = words.singular(head) != head
    verb = words.verb_lemma(root.text) or root.lemma_
    passive = any(c.dep_ in {"nsubjpass", "auxpass"} for c in root.children) or (root.tag_ == "VBN" and not any(c.dep_ == "aux" for c in root.children))
    after = _articled(str(reading[root.i + 1 :]).rstrip(" ."))
    named = subject.pos_ == "PROPN" and not before and fact(who.lower()) is None
    the = _small(who) if articled or named or plural else f"{'a' if kind == 'thing' and not body else 'the'} {_small(who)}"
    if the.startswith("a "):
        the = words.a(the[2:])
    done = f"been {root.lower_}" if passive else words.inflected(verb, "VBN")
    lemmas = set(re.findall(r"[a-z]+", text.lower())) | {t.lemma_.lower() for t in reading}
    tone = "bad" if lemmas & _BAD_NEWS else "good" if lemmas & _GOOD_NEWS else ""
    return _made(
        "news",
        _small(who),
        news=words.tidy(f"{the} {'have' if plural else 'has'} {done} {after}"),
        tone=tone,
        things=tuple(dict.fromkeys((*nouns_of(f"The {who}."), *nouns_of(f"I saw {after}.")))),
    )


def _somebody(text: str) -> bool:
    """Whether two or three words name some beings, though the last could be a verb: "space pirates"."""
    tokens = text.lower().split()
    last = words.singular(tokens[-1])
    return len(tokens) < 4 and last != tokens[-1] and lexicon.kind_of(last) in {"human", "animal", "creature", "robot", "toy"}


def _articled(text: str) -> str:
    """The rest of a headline with the articles that headlines leave out: "near island village" is near an island village."""
    doc = grammar.parse(f"It was seen {text}")
    out = text
    for chunk in doc.noun_chunks:
        head = chunk.root
        known = fact(head.lower_)
        if chunk.start < 3 or head.tag_ != "NN" or any(t.dep_ in {"det", "poss", "nummod"} for t in chunk) or known is None:
            continue
        if chunk.start and doc[chunk.start - 1].lower_ == "of":
            continue
        counted = known.kind in {"artifact", "person", "animal", "group"} or head.lower_ in _PRIZES
        if counted or (known.kind in {"place", "nature", "abstract"} and lexicon.place_kind(head.lower_)):
            out = re.sub(rf"(?<![\w-]){re.escape(chunk.text)}\b", words.a(chunk.text), out, count=1)
    return out


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
    return _made("thing", _small(text), things=(known.noun,))


def _small(text: str) -> str:
    """The text with a small first letter, unless it begins with a name."""
    first = text.split(maxsplit=1)[0] if text else ""
    if len(first) > 1 and first.isupper():
        return text
    tagged = grammar.parse(text)[0] if text else None
    name = tagged is not None and tagged.pos_ == "PROPN" and not words.known(first.lower()) and fact(first.lower()) is None
    place = tagged is not None and (known := fact(first)) is not None and known.noun[:1].isupper()
    return text if name or place or first == "I" else text[:1].lower() + text[1:]
