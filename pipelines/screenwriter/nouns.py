"""Reads noun phrases: what a noun token and its modifiers name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.names import gender_of
from pipelines.screenwriter.premise import Being

_BUNCH = lexicon.listing("bunch")
_HOMES = frozenset(["holiday", "nursing", "care", "retirement", "summer", "winter", "mobile", "funeral", "dream", "foster", "country", "family", "tree"])
PART = lexicon.listing("part")
_AGES = {
    "old": "old",
    "elderly": "old",
    "ancient": "old",
    "aged": "old",
    "retired": "old",
    "young": "young",
    "teenage": "young",
    "little": "child",
    "small": "",
    "tiny": "",
    "baby": "child",
    "newborn": "child",
}


TITLES = frozenset(
    [
        "Mr",
        "Mrs",
        "Ms",
        "Dr",
        "Sir",
        "Lady",
        "Lord",
        "Miss",
        "Mister",
        "Madame",
        "Captain",
        "Professor",
        "Doctor",
        "King",
        "Queen",
        "Prince",
        "Princess",
        "Granny",
        "Grandma",
        "Grandpa",
        "Uncle",
        "Aunt",
    ]
)


class Nouns:
    """A parsed sentence whose noun phrases can be asked for."""

    def __init__(self, sentence: str) -> None:
        sentence, self.called = grammar.unname(sentence)
        self.doc, subject = grammar.settle(sentence)
        self.subject_doc = grammar.parse(subject) if subject else None
        self.root = next((token for token in self.doc if token.dep_ == "ROOT"), self.doc[0])
        self.dropped: set[int] = set()  # tokens told elsewhere: place, time, further clauses

    def being(self, token: Any) -> Being:
        """What a noun token and its modifiers name."""
        if token.lower_ in _BUNCH and (inner := self._of(token)) is not None:
            return replace(
                self.being(inner),
                plural=True,
                count=3 if token.lower_ not in {"pair", "couple", "duo"} else 2,
                phrase=grammar.render(token.subtree),
                definite=False,
            )
        if token.lower_ in PART and (inner := self._of(token)) is not None:
            return self.being(inner)
        left = [
            child
            for child in token.lefts
            if child.dep_ in {"amod", "compound", "nummod", "poss", "det", "nmod", "advmod", "npadvmod"} or child.pos_ in {"ADJ", "PROPN"}
        ]
        flat = sorted({t for child in left for t in ([child] if child.dep_ == "poss" else child.subtree)}, key=lambda t: t.i)
        owner, adjectives, compounds, names, count, definite = "", [], [], [], 1, False
        hyphened: set[int] = set()
        for t in flat:
            if t.i in hyphened:
                continue
            if t.i + 2 < len(self.doc) and self.doc[t.i + 1].text == "-" and not t.whitespace_ and t.i + 2 < token.i:  # neon-lit
                adjectives.append(f"{t.lower_}-{self.doc[t.i + 2].lower_}")
                hyphened |= {t.i + 1, t.i + 2}
                continue
            if t.dep_ == "poss" and t.head == token:
                owner = grammar.render(t.subtree)
            elif t.pos_ == "DET" or t.lower_ in {"a", "an", "the"}:
                definite = definite or t.lower_ in {"the", "this", "that"}
            elif t.pos_ == "NUM" or t.dep_ == "nummod":
                count = _count(t.lower_)
            elif t.tag_ == "POS" or t.is_punct or t.dep_ == "case" or any(p.dep_ == "poss" and p.head == token for p in t.ancestors):
                continue
            elif t.pos_ == "PROPN" and t.text[0].isupper() and not _common(t.text):
                names.append(t.text)
            elif t.dep_ in {"compound", "nmod"} or (t.pos_ == "NOUN" and t.dep_ != "amod"):
                compounds.append(t.text.lower() if _common(t.text) else t.text)
            else:
                adjectives.append(t.lower_ if not t.text.isupper() else t.text)
        head, noun, name = token.text, "", ""
        before = self.doc[token.i - 1].text if token.i else ""
        titled = before in TITLES and token.text[:1].isupper() and lexicon.kind_of(token.lower_) in {"animal", "creature"}  # Lady Squirrel
        if titled:
            adjectives, compounds, names = [a for a in adjectives if a != before.lower()], [], []
        owner = owner[:1].lower() + owner[1:] if owner.lower().startswith(("the ", "a ", "an ", "his ", "her ", "my ", "their ", "our ", "its ")) else owner
        plural = (token.tag_ in {"NNS", "NNPS"} and count != 1) or (token.tag_ in {"NNS", "NNPS"} and count == 1) or count > 1
        many = token.tag_ in {"NN", "NNP"} and not lexicon.listed(token.lower_) and lexicon.listed(words.singular(token.lower_))
        plural = plural or many  # "the ninjas", whatever the parser says
        proper = token.pos_ == "PROPN" and token.text[0].isupper() and not _common(token.text)
        strange = token.i == 0 and token.text[0].isupper() and token.is_alpha and not proper and _unheard(token.text)
        proper = proper or strange
        if proper:
            name = " ".join([*names, head])
            noun = " ".join(compounds)
            role = [w for w in adjectives if w in {"captain", "doctor", "grandma", "grandpa", "king", "queen", "professor"}]
            if not noun and role:
                noun = role[-1]
            if noun in {
                "captain",
                "doctor",
                "grandma",
                "grandpa",
                "king",
                "queen",
                "prince",
                "princess",
                "professor",
                "sir",
                "lady",
                "aunt",
                "uncle",
                "mr",
                "mrs",
            }:
                name = f"{noun.capitalize()} {name}"
        else:
            single = words.singular(head.lower()) if plural else head.lower()
            if single == "home" and compounds and lexicon.kind_of(compounds[-1]) not in {"human", "place"} and compounds[-1] not in _HOMES:
                single = compounds.pop()  # "race a thunderstorm home": home is where to
            noun, name = " ".join([*compounds, single]), " ".join(names)
            if adjectives and (f"{adjectives[-1]} {noun}" in lexicon.COMPOUNDS or lexicon.kind_of(adjectives[-1]) in {"creature", "robot", "animal"}):
                noun = f"{adjectives.pop()} {noun}"
            name = f"{before} {head}" if titled else name or self.called.pop(noun, "")
        appos = next((c for c in token.rights if c.dep_ == "appos" and c.pos_ in {"NOUN", "PROPN"}), None)
        kind = lexicon.kind_of(noun) if noun else ""
        if appos is not None:
            second = self.being(appos)
            if (name or second.name) and not (name and second.name):
                name = name or second.name
                noun, adjectives, kind = second.noun or noun, [*adjectives, *second.adjectives], second.kind if second.noun else kind
        called = next((c for c in token.rights if c.dep_ == "acl" and c.lemma_ in {"name", "call"}), None)
        if called is not None:
            named = [t.text for t in called.subtree if t.pos_ == "PROPN" or (t.text[0].isupper() and t.i > called.i)]
            name = " ".join(named) or name
        if proper and name.split()[0].lower() in _AGES and len(name.split()) > 1 and not noun:
            pass
        ent = token.ent_type_
        if not noun and kind == "":
            kind = "place" if (ent in {"GPE", "LOC", "FAC"} and not strange) or lexicon.place_kind(name) else "human"
        if name and kind in {"thing", "force", "place"} and ent == "PERSON" and noun and lexicon.kind_of(noun) == "thing" and not proper:
            kind = "human"
        tail = self._tail(token, appos, called)
        first = name.split()[0].lower() if name else ""
        age = next((_AGES[w] for w in [*adjectives, first, *noun.split()] if _AGES.get(w)), "")
        if not age:
            age = next((a for a in ("child", "old", "young") if noun.split()[-1:] and noun.split()[-1] in lexicon.group(a)), "adult")
        gender = (
            "female"
            if noun.split()[-1:] and noun.split()[-1] in lexicon.group("female")
            else "male"
            if noun.split()[-1:] and noun.split()[-1] in lexicon.group("male")
            else gender_of(name)
        )
        if gender == "neutral" and "mother" in noun.split():
            gender = "female"
        return Being(
            noun=noun,
            head=noun.split()[-1] if noun else head,
            adjectives=tuple(a for a in adjectives if a not in {"same", "own"}),
            name=name,
            count=count,
            plural=(plural and kind != "human") or (plural and not proper),
            kind=kind or "thing",
            gender=gender,
            age=age,
            owner=owner,
            tail=tail,
            definite=definite or bool(owner),
            proper=proper and kind == "place",
            phrase=self._phrase(token),
        )

    def _phrase(self, token: Any) -> str:
        """The noun with what stands before it and its of-phrase: "a piece of cheese"; clauses about it are left to the tail."""
        after = {t.i for c in token.rights if not (c.dep_ == "prep" and c.lower_ == "of") and c.dep_ not in {"case"} and c.tag_ != "POS" for t in c.subtree}
        text = grammar.render(t for t in token.subtree if t.i not in self.dropped and t.i not in after)
        return text.removesuffix(" home") if token.lower_ == "home" and self.being_head(token) != "home" else text

    def being_head(self, token: Any) -> str:
        """The head noun, when "home" after it only says where to."""
        before = [c.lower_ for c in token.lefts if c.dep_ == "compound"]
        return before[-1] if before and lexicon.kind_of(before[-1]) not in {"human", "place"} and before[-1] not in _HOMES else str(token.lower_)

    def _of(self, token: Any) -> Any:
        prep = next((c for c in token.rights if c.dep_ == "prep" and c.lower_ == "of"), None)
        return next((c for c in prep.children if c.dep_ == "pobj"), None) if prep is not None else None

    def _tail(self, token: Any, *skip: Any) -> str:
        """Relative clauses and of-phrases that belong to the noun."""
        parts = [
            c
            for c in token.rights
            if c.dep_ in {"relcl", "acl", "prep"}
            and c not in skip
            and c.i not in self.dropped
            and not (c.dep_ == "prep" and c.lower_ not in {"of", "with", "about", "without", "for", "from", "between"})
        ]
        return " ".join(grammar.render(t for t in c.subtree if t.i not in self.dropped) for c in parts).strip()


def _count(word: str) -> int:
    numbers = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}
    return numbers.get(word, int(word) if word.isdigit() and len(word) < 4 else 2)


def _unheard(word: str) -> bool:
    """Whether a capitalised word at the beginning is no English word, and so a name: "Kwame repairs radios"."""
    return len(word) > 2 and not words.known(word.lower()) and not words.known(words.singular(word.lower())) and not lexicon.listed(word.lower())


def _common(word: str) -> bool:
    """Whether a word is an ordinary noun although it may be capitalised: a trade, an animal, or written small."""
    return word.islower() or lexicon.listed(word.lower())
