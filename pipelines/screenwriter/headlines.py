"""Reads headlines: "Central bank raises interest rates"."""

from __future__ import annotations

import re

from pipelines.meaning.facts import fact
from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.topic import Topic, made, nouns_of, small

_BAD_NEWS = lexicon.listing("bad_news")
_GOOD_NEWS = lexicon.listing("good_news")
_BODIES = lexicon.listing("bodies")
_REPORTED = lexicon.listing("reported")
_PRIZES = frozenset({"championship", "election", "award", "deal", "prize", "record", "contract"})


def headline(text: str, form: str) -> Topic | None:
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
    the = small(who) if articled or named or plural else f"{'a' if kind == 'thing' and not body else 'the'} {small(who)}"
    if the.startswith("a "):
        the = words.a(the[2:])
    done = f"been {root.lower_}" if passive else words.inflected(verb, "VBN")
    lemmas = set(re.findall(r"[a-z]+", text.lower())) | {t.lemma_.lower() for t in reading}
    tone = "bad" if lemmas & _BAD_NEWS else "good" if lemmas & _GOOD_NEWS else ""
    return made(
        "news",
        small(who),
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
