"""Reads what stands around the deed: place, time, companions, opponents, things."""

from __future__ import annotations

import re
from typing import Any

from pipelines.screenwriter import lexicon, words
from pipelines.screenwriter.nouns import Nouns
from pipelines.screenwriter.premise import Being, Place

_AT = lexicon.listing("at")
_PATH = {"through", "across", "along", "around", "past", "over", "from", "of"}
_TO = {"to", "into", "toward", "towards", "onto", "for"}
SEASONS = {
    "winter": "winter",
    "spring": "spring",
    "summer": "summer",
    "autumn": "autumn",
    "christmas": "winter",
    "halloween": "autumn",
    "harvest": "autumn",
    "snow": "winter",
    "blizzard": "winter",
}
WHEN = lexicon.listing("when")
_BRINGS = frozenset(["deliver", "bring", "carry", "send", "give", "take", "hand", "return"])
_SKY = {"rain", "snow", "storm", "thunderstorm", "blizzard", "fog", "mist", "wind", "sun", "dark", "cold", "heat", "moonlight", "sunshine"}
_ABSTRACT = re.compile(r"(?:ness|tion|sion|ship|hood|dom|ity|ment|ance|ence|ism)$")


class Adjuncts(Nouns):
    """A parsed sentence whose places, times and lesser parts can be asked for."""

    def _place(self, verb: Any) -> tuple[Place | None, Place | None]:
        here: list[tuple[int, Place, Any]] = []
        there: Place | None = None
        for token in self.doc:
            if token.dep_ not in {"prep", "pcomp", "agent"} and token.tag_ != "IN":
                continue
            obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
            if obj is None or (obj.lemma_.lower() in WHEN | _SKY and not lexicon.place_kind(obj.lemma_)):
                continue
            found = self._place_of(obj, token.lower_)
            if found is None:
                continue
            on_verb = token.head.pos_ in {"VERB", "AUX"}
            if token.lower_ in _TO:
                if on_verb and there is None and token.lower_ != "for":
                    there = found
                continue
            rank = (0 if token.lower_ in _AT else 1 if token.lower_ in _PATH else 3) + (0 if on_verb else 1) + (2 if token.i in self.dropped else 0)
            if token.lower_ == "of" and not found.kind:
                continue
            if token.lower_ not in _AT | _PATH:
                continue
            here.append((rank, found, token))
        here.sort(key=lambda row: row[0])
        for _, _found, token in here:
            near = token.head in {verb, *verb.children} and token.lower_ in {"in", "on", "at", "inside"} and token.i not in self.dropped
            if near:
                complete = any(c.dep_ in {"dobj", "xcomp", "acomp", "dative"} for c in verb.rights)
                if complete or token.i < verb.i:
                    self.dropped.update(t.i for t in token.subtree)
                    if token.i < verb.i:
                        after = self.doc[max(t.i for t in token.subtree) + 1 :][:1]
                        self.dropped.update(t.i for t in after if t.is_punct)
        if here:
            return here[0][1], there
        scenery = [token for token in self.doc if lexicon.place_kind(token.lemma_.lower()) and token.lemma_.lower() not in lexicon.VEHICLES]
        for token in scenery:  # a place as object or subject: "explore a sunken city"
            if (
                token.dep_ in {"dobj", "nsubj", "ROOT", "attr", "poss", "nsubjpass"}
                and token.pos_ in {"NOUN", "PROPN"}
                and token.i not in self.dropped
                and (found := self._place_of(token, "")) is not None
                and lexicon.kind_of(self.being(token).noun or token.text) == "place"
            ):
                return found, there
        return None, there

    def _place_of(self, noun: Any, prep: str) -> Place | None:
        if (inner := self._of(noun)) is not None and noun.lemma_ in {
            "edge",
            "middle",
            "heart",
            "end",
            "top",
            "bottom",
            "side",
            "back",
            "foot",
            "outskirts",
            "corner",
            "rest",
            "centre",
            "center",
        }:
            outer = self._place_of(inner, prep)
            return outer
        being = self.being(noun)
        phrase = words.tidy(f"{' '.join(being.adjectives)} {being.nouns or being.name}")
        kind = lexicon.place_kind(being.noun or being.name) or lexicon.place_kind(being.name)
        if not kind and noun.ent_type_ in {"GPE", "LOC", "FAC"}:
            kind = "village" if noun.ent_type_ == "FAC" else ""
        if not kind and being.kind != "place":
            return None
        if being.alive:
            return None
        name = being.name if (being.name and not being.noun) else ""
        if name:
            phrase = words.tidy(f"{' '.join(being.adjectives)} {name}")
        elif being.name:
            phrase = words.tidy(f"{' '.join(being.adjectives)} {being.nouns}")
        return Place(phrase=phrase, kind=kind, prep=prep, definite=being.definite, proper=bool(name), owner=being.owner)

    def _when(self, verb: Any) -> None:
        """Take time phrases out of the clause: they are told where the story opens."""
        for token in list(self.doc):
            if token.i in self.dropped:
                continue
            if token.dep_ == "prep" and token.head.pos_ in {"VERB", "AUX", "NOUN"} and token.lower_ in {"at", "on", "in", "during", "one", "before", "after"}:
                obj = next((g for g in token.children if g.dep_ == "pobj"), None)
                if obj is not None and obj.lemma_.lower() in WHEN and not any(c.dep_ == "relcl" for c in obj.children):
                    self.dropped.update(t.i for t in token.subtree)
                    if token.i == 0 or self.doc[token.i - 1].is_punct:
                        nxt = max(t.i for t in token.subtree) + 1
                        if nxt < len(self.doc) and self.doc[nxt].is_punct:
                            self.dropped.add(nxt)
            elif (
                token.dep_ == "npadvmod"
                and token.lemma_.lower() in WHEN
                and token.head.pos_ in {"VERB", "AUX"}
                and not any(c.lower_ in {"every", "all"} for c in token.lefts)
            ):
                self.dropped.update(t.i for t in token.subtree)

    def _items(self, hero: Being, other: Being | None, place: Place | None) -> tuple[str, ...]:
        taken = {hero.head, other.head if other else "", place.phrase.split()[-1] if place else ""}
        wanted = (
            token
            for token in self.doc
            if token.pos_ == "NOUN"
            and token.dep_ in {"dobj", "pobj", "conj", "attr"}
            and token.lemma_ not in taken | WHEN | _SKY
            and lexicon.kind_of(token.lemma_) == "thing"
            and concrete(token.lemma_)
        )
        found = [words.tidy(" ".join([*[c.text for c in token.lefts if c.dep_ in {"amod", "compound"}], token.lemma_])) for token in wanted]
        return tuple(dict.fromkeys(found))[:3]

    def _companion(self, verb: Any) -> Being | None:
        for token in verb.rights:
            if token.dep_ == "prep" and token.lower_ in {"with", "alongside"}:
                obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
                if obj is None:
                    continue
                if obj.lemma_ == "help" and (inner := self._of(obj)) is not None:
                    obj = inner
                being = self.being(obj)
                if (being.alive and any(c.dep_ == "dobj" for c in verb.rights)) or (
                    being.alive and verb.lemma_ in {"go", "walk", "travel", "sail", "escape", "live", "fly"}
                ):
                    return being
        return None

    def _recipient(self, verb: Any) -> Being | None:
        """Whom something is brought to: "delivers a cake to Lady Squirrel"."""
        if verb.lemma_ not in _BRINGS:
            return None
        for token in verb.subtree:
            if token.dep_ in {"prep", "dative"} and token.lower_ == "to" and token.i > verb.i:
                obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
                if obj is not None and (being := self.being(obj)).alive:
                    return being
        return None

    def _oblique(self, verb: Any) -> Being | None:
        """Whom an intransitive deed is about: "falls in love with a candle", "plays for the ghosts", "argue over a piece of cheese"."""
        for token in verb.subtree:
            if (
                token.dep_ == "prep"
                and token.i > verb.i
                and token.i not in self.dropped
                and token.lower_ in {"with", "for", "against", "about", "over", "after", "of", "to", "from", "like", "by"}
            ):
                obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
                if (
                    obj is not None
                    and obj.lemma_ not in WHEN
                    and obj.lemma_ != "help"
                    and obj.lemma_ not in {"love", "edge", "end", "way", "top", "world", "life", "time", "junk", "future", "past", "self"}
                ):
                    being = self.being(obj)
                    if being.kind != "place":
                        return being
        return None

    def _foe(self, verb: Any) -> Being | None:
        """Whom somebody is protected from: "from hunters", "against bandits"."""
        for token in verb.subtree:
            if token.dep_ == "prep" and token.lower_ in {"from", "against"} and token.i > verb.i:
                obj = next((g for g in token.children if g.dep_ == "pobj" and g.pos_ in {"NOUN", "PROPN"}), None)
                if obj is not None and (being := self.being(obj)).kind != "place":
                    return being
        return None

    def _agent(self, verb: Any) -> Being | None:
        for child in verb.rights:
            if child.dep_ == "agent" and (obj := next((g for g in child.children if g.dep_ == "pobj"), None)) is not None:
                return self.being(obj)
        return None


def concrete(noun: str) -> bool:
    """Whether a noun names a thing that one can see."""
    return not _ABSTRACT.search(noun) and noun not in {
        "piece",
        "kind",
        "way",
        "life",
        "love",
        "help",
        "power",
        "question",
        "story",
        "side",
        "place",
        "hour",
        "past",
        "future",
        "voice",
        "mystery",
        "name",
        "war",
        "peace",
        "fear",
        "company",
        "world",
        "god",
        "group",
        "thing",
        "job",
        "trip",
        "lot",
        "part",
    }
