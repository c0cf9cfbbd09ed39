"""What is known about a topic: definitions as sentences, each told once, from the topic's own nouns outwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from pipelines.meaning import vectors
from pipelines.meaning.facts import Fact, fact
from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.topic import Topic, nouns_of

MOST_FACTS = 90
_SHORTEST = 24  # characters of a definition that says something
_LONGEST = 118  # characters of a definition: seven seconds
_COUNTED = frozenset({"animal", "artifact", "group", "person", "place", "plant", "body", "shape", "nature"})
_FRAMES = ("{Y}", "{Y}", "Take {x}: {y}.", "{Y}", "Then there is {x}: {y}.", "{Y}")
FARTHER = 0.38  # the same where there is much time to fill
NEAR = 0.5  # how alike two definitions must be for the one to explain the other


class Sayings:
    """The definitions of a topic, worked out once and only as far as a telling asks for them."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source, self._known = source, list[str]()

    def __iter__(self) -> Iterator[str]:
        at = 0
        while True:
            if at == len(self._known):
                said = next(self._source, None)
                if said is None:
                    return
                self._known.append(said)
            yield self._known[at]
            at += 1


@dataclass
class Notes:
    """What is known about a topic, each thing told once."""

    topic: Topic
    random: Random
    told: set[str] = field(default_factory=set)

    def own(self) -> Iterator[str]:
        """One definition after another: the prompt's own nouns, then their kinds and parts, then the nouns that those definitions use."""
        count = 0
        for noun in dict.fromkeys(self.topic.things):
            known = fact(noun)
            if known is not None and known.noun not in self.told and (said := self._tell(known)):
                count += 1
                yield said
        for near in (NEAR, FARTHER):
            queue = [noun for thing in self.topic.things if (known := fact(thing)) is not None for noun in _around(known)]
            seen: set[str] = set()
            while queue and count < MOST_FACTS:
                noun = queue.pop(0)
                known = fact(noun)
                if known is None or known.noun in seen:
                    continue
                seen.add(known.noun)
                if known.noun not in self.told and _plain(known, wide=near < NEAR) and self._near(known, near) and (said := self._tell(known, count)):
                    count += 1
                    yield said
                if known.noun in self.told:
                    queue += _around(known)

    def _tell(self, known: Fact, number: int = 0) -> str:
        self.told.add(known.noun)
        return self.definition(known, number)

    def _near(self, known: Fact, near: float) -> bool:
        """Whether a noun that a definition used belongs to the topic in the sense that is known of it: the bank of a river explains no money."""
        if any(known.noun != thing and known.noun in thing.split() for thing in self.topic.things):
            return False
        own = [f.what for thing in self.topic.things if (f := fact(thing)) is not None]
        return any(known.above and known.above == f.noun for thing in self.topic.things if (f := fact(thing)) is not None) or any(
            vectors.similarity(known.what, what) >= near for what in own
        )

    def definition(self, known: Fact, number: int = 0) -> str:
        """ "A bicycle is a wheeled vehicle that has two wheels …", or empty where the definition is no sentence for a film."""
        what = _short(known.what)
        if _UNSEEMLY.search(f"{known.noun} {known.what}"):
            return ""
        if not what or set(re.findall(r"[a-z]{4,}", what.lower())) <= {w for word in known.noun.lower().split() for w in (word, words.plural(word))}:
            return ""
        if known.noun.lower() in what.lower().split()[:3] or (" " in known.noun and set(known.noun.lower().split()) <= set(what.lower().split()[:8])):
            return ""
        counted = _counted(known, self.topic)
        subject = known.noun if known.noun[:1].isupper() or not counted else words.a(known.noun)
        if re.search(rf"\bthe {re.escape(known.noun)}\b", f"{self.topic.phrase} {self.topic.ask} {self.topic.news}".lower()):
            subject = f"the {known.noun}"
        what = re.sub(r"^any of the (?=(?:two|three|four|five|six|seven|eight|nine|ten)\b)", "one of the ", what)
        what = re.sub(r"^any of (?:numerous|various|several|the|a number of) (?:\w+ (?:of )?)??(?=\w)", "one of the many ", what)
        what = re.sub(r"^any (?P<rest>\w.*)", lambda m: words.a(m["rest"]), what)
        if not re.match(
            r"(?:an?|the|one|someone|something|any|all|those|that|what|anything|some|every|each|in|to|of|\(|your|his)\b", what
        ) and not what.split()[0].endswith("ing"):
            doc = grammar.parse(f"It is {what}")
            head = next((t for t in doc if t.dep_ == "attr"), None) or next((c.root for c in doc.noun_chunks if c.start == 2), None)
            if re.match(r"\d|(?:\w+est|most|first|second)\b", what):
                what = f"the {what}"
                head = None
            if head is not None and head.tag_ == "NNS" and counted:
                return ""  # "a poppy is annual herbs"
            kind = fact(head.lemma_) if head is not None else None
            stuff = kind is not None and kind.kind in {"substance", "food", "feeling"} and not counted
            if not what.startswith("the ") and not stuff and (counted or (head is not None and head.tag_ in {"NN", "NNP"})):
                what = words.a(what)
        frame = _FRAMES[number % len(_FRAMES)] if len(what) < 70 else "{Y}"
        if frame == "{Y}":
            return words.capital(words.tidy(f"{subject} is {what}")) + "."
        return words.capital(words.tidy(frame.replace("{x}", subject).replace("{y}", what)))

    def listed(self, what: str) -> str:
        """A sentence that names the kinds or the parts of the first thing that has three of them, or empty."""
        for noun in self.topic.things:
            known = fact(noun)
            if known is None or f"{known.noun} {what}" in self.told:
                continue
            if what == "kinds":
                named = [
                    kind
                    for kind in known.kinds
                    if (k := fact(kind)) is not None and k.above == known.noun and len(kind) < 22 and not _UNSEEMLY.search(f"{kind} {k.what}")
                ]
            else:
                named = [
                    piece
                    for piece in known.parts
                    if (p := fact(piece)) is not None
                    and p.kind in {known.kind, "artifact", "body", "plant", "nature"}
                    and p.noun == piece
                    and not _UNSEEMLY.search(f"{piece} {p.what}")
                ]
            if len(named) < 3:
                continue
            self.told.add(f"{known.noun} {what}")
            several = words.plural(known.noun) if _counted(known, self.topic) else known.noun
            listed = [words.a(one) if what == "parts" or _counted(known, self.topic) else one for one in named[:3]]
            if what == "kinds":
                return f"There is more than one kind: {listed[0]}, {listed[1]}, {listed[2]}, and others."
            return f"Look at {several} closely, and you find {listed[0]}, {listed[1]}, {listed[2]}."
        return ""


def _counted(known: Fact, topic: Topic) -> bool:
    """Whether the noun takes an article: as the prompt uses it, else by what it is."""
    said = f" {topic.phrase} {topic.news} {topic.do} {topic.ask} ".lower()
    noun = re.escape(known.noun.lower())
    if re.search(rf"\b(?:an?|each|every|one)\s+(?:[\w-]+\s+)?{noun}\b", said) or re.search(rf"\b{re.escape(words.plural(known.noun.lower()))}\b", said):
        return True
    if re.search(rf"(?<!the )(?<!your )(?<!my )\b{noun}\b", said) and known.noun in topic.things:
        return known.kind in {"artifact", "group", "person", "animal", "body"} and not topic.mass
    if known.kind == "food" and known.noun.split()[-1] in {
        "bean",
        "cake",
        "pie",
        "fruit",
        "vegetable",
        "berry",
        "apple",
        "tomato",
        "seed",
        "sandwich",
        "drink",
        "beverage",
    }:
        return True
    return known.kind in _COUNTED or (
        known.kind in {"abstract", "act", "event", "time"} and not known.noun.endswith(("ing", "ness", "ity", "ism", "ship", "ment", "tion", "sleep"))
    )


def _around(known: Fact) -> list[str]:
    """The nouns next to one: its own kinds and parts in the sense that is meant, and what its definition speaks of."""
    kinds = [kind for kind in known.kinds if (k := fact(kind)) is not None and k.noun == kind and k.above == known.noun]
    pieces = [piece for piece in known.parts if (p := fact(piece)) is not None and p.noun == piece and p.kind == known.kind]
    return list(dict.fromkeys([*kinds[:5], *pieces[:5], *(noun for noun in nouns_of(known.what) if noun != known.noun)]))


_SEEN = {"animal", "artifact", "plant", "food", "nature", "body", "place", "substance"}


_UNSEEMLY = re.compile(
    r"\b(?:semen|erotic\w*|sex|sexual\w*|genital\w*|intercourse|copulat\w*|penis|vagina\w*|nipple|breasts?|anus|anal|orgasm\w*|masturbat\w*|prostitut\w*|pornograph\w*"
    r"|excrement|feces|faeces|urine|urinat\w*|scrotum|testic\w*|testis|rape|rapist|incest|obscene|vulgar|slang|slur|ethnic|derogatory|offensive|disparag\w*|lewd"
    r"|heroin|cocaine|narcotic|suicid\w*|genocid\w*|tortur\w*)\b",
    re.IGNORECASE,
)
"""Words of definitions that have no place in a film that somebody may show to children."""
_GENERAL = lexicon.listing("general")


def _plain(known: Fact, *, wide: bool = False) -> bool:
    """Whether a noun that only a definition led to is worth a sentence: something to be seen, or (`wide`) to be thought of."""
    kinds = _SEEN | {"group", "abstract", "act", "event", "time"} if wide else _SEEN
    return known.kind in kinds and len(known.noun) > 2 and known.noun not in _GENERAL and words.known(known.noun.split()[-1])


def _short(what: str) -> str:
    """The definition, cut at a semicolon or colon when it is long; empty when even that is too long or is no plain English."""
    text = re.split(r";|: ", what)[0]
    more = what.split(";")[1].strip() if ";" in what else ""
    if len(text) < 40 and 0 < len(more) < 50 and re.match(r"(?:has|with|used|often|usually)\b", more):
        text = f"{text}, {more}"
    if len(text) > _LONGEST:
        text = re.split(r" (?:and|which|or) (?=[a-z]+s )", text)[0]
    return (
        text.strip()
        if _SHORTEST <= len(text) <= _LONGEST and not re.search(r"[A-Z]{2,}|\d{4}|genus|phylum|United States|Brit|Kentucky|\betc\b|`", text)
        else ""
    )
