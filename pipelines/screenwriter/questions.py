"""Reads questions and how-tos: "how do bees find flowers", "how to brew tea"."""

from __future__ import annotations

import re

from pipelines.meaning.facts import fact
from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.topic import Topic, made, nouns_of, small

_HOWTO = re.compile(
    r"^(?:how to|(?:an? |the )?(?:beginner'?s )?guide to|learn(?:ing)? (?:how )?to|steps to|(?:\w+ )?ways to|(?:\w+ )?tips (?:for|on))\s+(.+)$", re.IGNORECASE
)
_ASKED = re.compile(
    r"^(how|why|what|when|where|who)\b\s*(?:(is|are|do|does|did|was|were|can|will|would|should|has|have)\b)?\s*(.+?)\??$",
    re.IGNORECASE,
)


def howto(text: str, form: str) -> Topic | None:
    match = _HOWTO.match(text)
    if match is None:
        return None
    do = match[1].strip(" ?")
    doc = grammar.parse(f"I will {do}")
    verb = next((t for t in doc if t.i >= 2 and t.pos_ in {"VERB", "AUX", "NOUN"}), None)
    if verb is None or verb.i != 2:
        return made("howto", do, do=do, doing=do)
    lemma = words.verb_lemma(verb.text) or verb.lower_
    rest = str(doc[3:]) if len(doc) > 3 else ""
    return made(
        "howto",
        do,
        do=words.tidy(f"{lemma} {rest}"),
        doing=words.tidy(f"{words.inflected(lemma, 'VBG')} {rest}"),
        things=tuple(noun for noun in nouns_of(rest) if lexicon.kind_of(noun) != "human") or (words.inflected(lemma, "VBG"),),
    )


def question(text: str, form: str) -> Topic | None:
    match = _ASKED.match(text)
    if match is None or len(text.split()) < 3:
        return None
    asked, auxiliary, rest = match[1].lower(), (match[2] or "").lower(), match[3].strip(" ?")
    if rest.lower().startswith("to "):
        return howto(f"how {rest}", form)
    if asked in {"what", "who"} and auxiliary in {"is", "are", "was", "were"}:
        return made("what", small(rest), ask=f"{asked} {small(rest)} {auxiliary}", question=words.capital(f"{asked} {auxiliary} {small(rest)}?"))
    rest = small(rest)
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
        return made(
            "why" if asked == "why" else "how",
            who,
            ask=words.tidy(f"{asked} {clause}"),
            question=words.capital(words.tidy(f"{asked} {auxiliary} {rest}?")),
            things=_asked_of(who, rest),
        )
    if asked == "what" and re.match(r"happen(?:s|ed)?\b", rest):
        return made(
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
        return made("how", rest, ask=f"{asked} {rest}", question=words.capital(f"{asked} {rest}?"))
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
        question = f"{asked} {helper.lower_} {small(who)} {after}?"
    else:
        past = root.tag_ == "VBD" and not {root.lemma_.lower(), words.inflected(root.lemma_, "VBZ")} & set(rest.lower().split())
        last = who.split()[-1].lower()
        helper_word = "did" if past and not before else "do" if words.singular(last) != last else "does"
        lemma = words.verb_lemma(root.text) or root.lemma_
        question = f"{asked} {helper_word} {small(who)} {lemma} {reading[root.i + 1 :]!s}?"
    return made(
        "why" if asked == "why" else "how",
        small(who),
        ask=f"{asked} {rest}",
        question=words.capital(words.tidy(question.replace(".", ""))),
        things=_asked_of(small(who), rest),
    )


def _asked_of(who: str, rest: str) -> tuple[str, ...]:
    """The nouns of a question, its subject's first: in "how do black holes form" the form is no noun, whatever the parser says of the bare words."""
    does = rest[len(who) :].split()[:1] if rest.startswith(who) else []
    things = tuple(dict.fromkeys((*nouns_of(f"The {who}."), *(noun for noun in nouns_of(rest) if noun not in does and noun.split()[-1] not in does))))
    return things or tuple(word for word in does if fact(word) is not None)  # "why do we dream"
