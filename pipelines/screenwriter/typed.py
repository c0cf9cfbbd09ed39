"""What people type, put as the sentence that they mean: labels, offers, ages, loves "between", letters "to", verses and jokes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.meaning.facts import fact
from pipelines.screenwriter import grammar, lexicon, words
from pipelines.screenwriter.offer import offer_in
from pipelines.screenwriter.titles import headline

_LABEL = re.compile(r"^\s*([^:;.!?\n\"]{2,60}?)\s*(?::|\s[-\u2013\u2014])\s+(?=\S)")
_GENRES = lexicon.listing("genres")
_CALLED = re.compile(r"^(?:a|an|the|my|our|about|called|titled|named|idea|of|for|short|and)$")
_WISH = re.compile(
    r"^(?:happy (?:birthday|anniversary|new year|easter|mother'?s day|father'?s day"
    r"|valentine'?s day|halloween|holidays?)|merry christmas|congratulations|congrats|get well"
    r"|welcome (?:home|back)|thank you|thanks|good luck|i love you|i miss you|best wishes|farewell|goodbye)\b",
    re.IGNORECASE,
)
_AGED = re.compile(r"\b(?P<n>\d{1,3}|[a-z]+(?:-[a-z]+)?)[- ]years?[- ]old\b(?P<noun>\s+[a-z])?", re.IGNORECASE)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
_BETWEEN = re.compile(
    r"^(?:(?:an?|the|some)\s+)?(?:[a-z-]+\s+){0,2}?(?P<what>love story|romance|love|friendship|rivalry|race|contest|duel"
    r"|fight|battle|war|feud|conversation|dialogue|meeting"
    r"|chess game|game)\b(?P<mid>[^.,;:]*?)\s+(?:between|of)\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)(?P<end>[.!]?)$",
    re.IGNORECASE,
)
_DEEDS = {
    "love story": "falls in love with",
    "romance": "falls in love with",
    "love": "falls in love with",
    "friendship": "befriends",
    "rivalry": "competes against",
    "race": "races",
    "contest": "competes against",
    "duel": "fights",
    "fight": "fights",
    "battle": "fights",
    "war": "fights",
    "feud": "fights",
    "conversation": "talks with",
    "dialogue": "talks with",
    "meeting": "meets",
    "chess game": "challenges",
    "game": "challenges",
}
_SENT = re.compile(
    r"^(?:(?:an?|the|my|one|last|first)\s+)*(?P<what>(?:love |thank[- ]you |farewell |birthday )?(?:letter|postcard|message|note|song|poem"
    r"|lullaby|present|gift|prayer|invitation))\s+"
    r"(?:to|for)\s+(?P<whom>[^.!?,;:]+)[.!]?$",
    re.IGNORECASE,
)
_WRITTEN = frozenset({"letter", "postcard", "message", "note", "song", "poem", "lullaby", "prayer", "invitation"})
_TRIP = re.compile(
    r"^(?:(?:an?|the|my|our|one|last|first|long|great)\s+)*(?:journey|trip|road|way|voyage|travel|adventure|flight|mission)\s+to\s+(?P<where>[^.!?,;:]+)[.!]?$",
    re.I,
)
_RECIPE = re.compile(
    r"^(?:(?:an?|the|my|our|easy|quick|simple|best|easiest)\s+)*(?:recipe (?:for|of)\s+(?P<for>.+?)|(?P<of>.+?)\s+recipes?)(?:\s+(?:please|ever))*[.!?]*$",
    re.IGNORECASE,
)
_KIN = r"(?:grandma|grandpa|granny|grandmother|grandfather|nana|mom|mum|dad|mother|father|sister|brother|aunt|uncle|santa)"
_JOKE = re.compile(
    r"^(?P<ask>(?:why (?:did|do|does|was|were|is|are|can't|don't|doesn't)|what (?:do you (?:call|get)|did|does|is the difference)|how (?:do you|does|many|did)"
    r"|where (?:do|does|did)|who|when)\b[^.?!]*\?)\s+(?P<answer>(?!explain|tell|show|make|write|let|here|find|learn|discover|the science|in this)[^?]{2,120})$",
    re.IGNORECASE | re.DOTALL,
)
_KNOCK = re.compile(r"^knock,? knock", re.IGNORECASE)
_YEAR = re.compile(
    r"\b(?i:in|on|since|by|around|from|of)\s+(?:[A-Z][a-z]+ \d{1,2}(?:st|nd|rd|th)?,? |\d{1,2} [A-Z][a-z]+ |the year |[A-Z][a-z]+ )?"
    r"(?P<year>1\d{3}|20[0-4]\d|\d{1,4} (?:BC|AD))\b"
)
_WHOM = r"(?:to|for) (?:me|us|kids|children|people|beginners|a child|a \w+[- ]year[- ]old)"
_EXPLAIN = re.compile(
    rf"^(?:(?:please|can you|could you|would you) |an? (?:short |quick )?(?:video|film|movie|clip|animation|documentary) (?:that |which )?)*"
    rf"(?P<how>explain(?:s|ing)?|clarify|describe|(?:tell|teach|show) (?:me|us|kids|children|people))\s+(?:{_WHOM}\s+)?"
    rf"(?P<about>(?:about|on) )?(?P<rest>(?P<asked>how|why|what|when|where|who)?\b.+?)(?:,? (?:please|{_WHOM}|simply|in simple (?:words|terms)))*[.!?]*$",
    re.IGNORECASE,
)
_IT_IS = re.compile(r"^(?P<asked>what|who) (?P<what>.+) (?P<verb>is|are|was|were)$", re.IGNORECASE)
_OWN_LONGEST = 60  # words of a verse or a saying; what is longer is a script


@dataclass(frozen=True)
class Typed:
    """A prompt as a sentence, and what it said besides."""

    text: str
    title: str = ""
    place: str = ""  # where a label says that it plays: "office" of "Office comedy: …"
    own: tuple[str, ...] = ()  # lines that are to be spoken as they are
    tone: str = ""  # of those: verse, pep, joke, wish; "past" for what happened in a year; "offer" for a product


def plainly(text: str, form: str = "") -> Typed:
    """The sentence that a cleaned prompt means, with the lines that are its own where it is a verse, a joke or an encouragement.

    `form` is the format that was ordered. A text that is a sentence already comes back as it is.
    """
    text = _ONCE.sub("", text.strip())
    if (found := _said(text)) is not None:
        return found
    text = re.sub(r"\b(Mr|Mrs|Ms|Dr|St)\.(?= [A-Z])", r"\1", re.sub(r"\s*\n\s*", " ", text))
    text = re.sub(r"\bcrash[ -]land(s|ed)\b", lambda m: "crashes" if m[1] == "s" else "crashed", text, flags=re.IGNORECASE)
    text = re.sub(r"\b((?:cup|league|championship|tournament)) finals?\b", r"\1 match", text, flags=re.IGNORECASE)  # the parser takes the noun for an adjective
    if (offer := offer_in(text, form)) is not None:
        return Typed(text=offer, tone="offer")
    text, title, place = _unlabelled(text)
    text = _aged(text)
    text = re.sub(
        rf"\b({_KIN})s(?= ([a-z]+))", lambda m: m[0] if words.verb_lemma(m[2]) == m[2] and fact(m[2]) is None else f"{m[1]}'s", text, flags=re.IGNORECASE
    )
    text = _places_named(text)
    for change in (_explained, _mine, _there, _quick, _recipe, _friends, _between, _against, _sent, _trip, _day_of, _is, _who):
        if (changed := change(text)) is not None:
            text = changed
            break
    if (told := _past(text)) is not None:
        return Typed(text=text, title=title, own=told, tone="past")
    return Typed(text=text, title=title, place=place)


def _explained(text: str) -> str | None:
    """ "Explain how rainbows form" asks how they do; "explain photosynthesis", what it is."""
    match = _EXPLAIN.match(text)
    if match is None:
        return None
    rest = match["rest"].strip()
    if match["asked"]:
        if (is_ := _IT_IS.match(rest)) is not None:
            return words.capital(f"{is_['asked']} {is_['verb']} {is_['what']}?")
        return rest
    meant = match["how"].lower().startswith(("explain", "clarify")) or (match["about"] and not match["how"].lower().startswith(("describe", "show")))
    if not meant or len(rest.split()) > 6 or re.search(r"[.!?;:]", rest):  # "show me a fox in the snow" asks for a film of it
        return None
    if match["about"] and re.match(r"(?:an?|one|two|three|my|our|his|her)\b|.*\b(?:who|that)\b", rest, re.IGNORECASE):
        return rest  # "tell me about a fox who learned to sing": a story
    head = rest.split()[-1].lower()
    return f"What {'are' if words.singular(head) != head and not head.endswith(('ss', 'is', 'ics')) else 'is'} {rest}?"


def _said(text: str) -> Typed | None:
    """Verses, jokes and encouragements, which are told in their own words."""
    if len(text.split()) > _OWN_LONGEST:
        return None
    flat = words.tidy(text)
    if (match := _JOKE.match(flat)) is not None and len(match["answer"].split()) <= 16:
        return Typed(text=flat, own=(_sentence(match["ask"]), _sentence(match["answer"])), tone="joke")
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if _KNOCK.match(flat) and len(lines) == 1:
        lines = [part.strip() for part in re.split(r"(?<=[.?!])\s+|\s+(?=who'?s there\b)", flat, flags=re.IGNORECASE) if part.strip()]
    if _KNOCK.match(flat) and len(lines) > 1:
        return Typed(text=flat, own=tuple(_sentence(line) for line in lines), tone="joke")
    if len(lines) > 3 and all(2 <= len(line.split()) <= 12 for line in lines) and not any(re.match(r"(?:[-*\u2022]|\d+[.)]|[A-Z ]+:)", line) for line in lines):
        return Typed(text=flat, own=tuple(_sentence(line) for line in lines), tone="verse")
    if _WISH.match(flat) and len(flat.split()) < 25 and not re.search(r"\b(?:says?|said|card|message)\b", flat):
        return Typed(text=flat, own=tuple(_sentence(s) for s in re.split(r"(?<=[.!?])\s+", flat)), tone="wish")
    sentences = [s.strip() for s in re.split(r"(?<=[.!])\s+", flat) if s.strip()]
    if sentences and all(_encouraging(s) for s in sentences) and (len(sentences) > 1 or len(flat.split()) > 2):
        return Typed(text=flat, own=tuple(_sentence(s) for s in sentences), tone="pep")
    if len(sentences) == 1:
        parts = [part.strip() for part in re.split(r"[,;]\s+(?:and\s+|but\s+)?", flat.rstrip(".!")) if part.strip()]
        if len(parts) > 2 and all(_clause(part) for part in parts):
            return Typed(text=flat, own=tuple(_sentence(part) for part in parts), tone="verse")
    return None


def _sentence(text: str) -> str:
    """A line with a capital and a mark at its end."""
    text = words.capital(words.tidy(text).rstrip(" ,;:-"))
    return text if text[-1:] in ".!?" or text[-2:-1] in ".!?" else text + "."


def _encouraging(sentence: str) -> bool:
    """Whether a sentence speaks to its hearer: "Never give up.", "You are stronger than you think."."""
    low = sentence.lower()
    if re.match(r"(?:how|what|why|when|where|who|which|ways|tips)\b", low) or re.search(
        r"\b(?:he|she|they|i|we|it's|once|video|film|movie|story|scene)\b", low
    ):
        return False
    doc = grammar.parse(sentence)
    root = next((t for t in doc if t.dep_ == "ROOT"), None)
    if root is None or root.pos_ not in {"VERB", "AUX"}:
        return False
    subject = next((c for c in root.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
    if subject is not None:
        return bool(subject.lower_ == "you" or (subject.i < root.i and any(c.lower_ == "your" for c in subject.lefts) and re.search(r"\byour?\b", low[8:])))
    return root.tag_ == "VB" and root.i <= 3 and (" you" in low or root.lemma_ in _URGED)


_URGED = lexicon.listing("urged")


def _clause(part: str) -> bool:
    """Whether a part of a line is a clause of its own with a subject that is no "she" of the part before."""
    doc = grammar.parse(words.capital(part))
    verb = next((t for t in doc if t.tag_ in {"VBZ", "VBP", "VBD", "MD"}), None)
    subject = next((t for t in doc if t.dep_ in {"nsubj", "nsubjpass", "expl"}), None)
    return verb is not None and subject is not None and subject.i < verb.i and subject.lower_ not in {"he", "she", "they", "it", "who", "which", "that"}


def _unlabelled(text: str) -> tuple[str, str, str]:
    """The text without its label, the title where the label is one, and the place where it names one."""
    match = _LABEL.match(text)
    if match is None:
        return text, "", ""
    label, rest = match[1].strip(), text[match.end() :].strip()
    if len(label.split()) > 6 or len(rest.split()) < 3 or re.search(r"\b(?:INT|EXT)\b", label):
        return text, "", ""
    lower = [w for w in re.findall(r"[a-z'-]+", label.lower()) if not _CALLED.match(w)]
    genre = [w for w in lower if w in _GENRES]
    if any(t.tag_ in {"VBZ", "VBD", "VBP", "MD"} for t in grammar.parse(label)) and not genre:
        return text, "", ""  # a sentence that goes on after its colon
    where = next((w for w in lower if w not in _GENRES and lexicon.place_kind(w)), "")
    if genre or not lower:
        return words.capital(rest), "", where
    if re.match(r"an?\b", label, re.IGNORECASE):
        return text, "", ""  # "A knight: brave and old, …"
    said = grammar.parse(rest)
    if not any(t.tag_ in {"VBZ", "VBD", "VBP", "MD"} for t in said) and len(rest.split()) < 5:
        return text, "", ""
    return words.capital(rest), headline(label)[:80], where


def _aged(text: str) -> str:
    """Ages in years as words: "a 17-year-old goalkeeper" is a young one, "a girl, 6 years old," a little one."""

    def age(match: re.Match[str]) -> str:
        first = match["n"].lower().split("-")[0]
        years = int(match["n"]) if match["n"].isdigit() else _TENS.get(first, {"five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}.get(first, 0))
        if not years and first not in {"two", "three", "four", "one"}:
            years = 12 if first in {"eleven", "twelve"} else 15 if first.endswith("teen") else 0
            if not years:
                return match[0]
        word = "little" if years < 13 else "young" if years < 30 else "" if years < 65 else "old"
        if match["noun"]:
            noun = match["noun"] if word else match["noun"].lstrip() if match.start() else match["noun"]
            return f"{word}{noun}" if word else noun.lstrip()
        return word or "grown"

    text = re.sub(r",?\s+(?:aged?|age of)\s+(\d{1,3})\b,?", "", text)
    text = re.sub(r"\ban (?=(?:8\d?|11|18|eight\w*|eleven|eighteen)[- ]years?[- ]old\b)", "a ", _AGED_BEFORE.sub(r"\1-year-old", text))
    changed = _AGED.sub(age, text)
    return re.sub(r"\ba (old)\b", r"an \1", changed)


_AGED_BEFORE = re.compile(r"\b(\d{1,3})\s?(?:yo|y/o|yr old|yrs old)\b", re.IGNORECASE)


def _places_named(text: str) -> str:
    """Cities and countries written small get their capital: "in paris"."""

    def named(match: re.Match[str]) -> str:
        word = match[2]
        known = fact(word)
        if (
            known is None
            or known.kind != "place"
            or not known.noun[:1].isupper()
            or known.noun.lower() != word
            or word in {"china", "turkey", "nice", "reading"}
        ):
            return match[0]
        return f"{match[1]} {words.capital(word)}"

    return re.sub(r"\b(in|to|from|near|of|at) ([a-z]{4,})\b", named, text)


def _recipe(text: str) -> str | None:
    match = _RECIPE.match(text)
    if match is None:
        return None
    dish = (match["for"] or match["of"]).strip()
    first = dish.split(maxsplit=1)[0] if dish else ""
    if first[1:].islower() and words.known(first.lower()) and fact(first) is not None:
        dish = dish[:1].lower() + dish[1:]
    return (
        f"How to make {dish}"
        if dish and len(dish.split()) < 7 and not any(t.tag_ in {"VBZ", "VBD"} and t.dep_ == "ROOT" for t in grammar.parse(dish))
        else None
    )


def _between(text: str) -> str | None:
    """ "a love story in Paris between a baker and a musician" as "A baker falls in love with a musician in Paris"."""
    match = _BETWEEN.match(text)
    if match is None or any(t.tag_ in {"VBZ", "VBD"} for t in grammar.parse(f"{match['a']} and {match['b']}") if t.dep_ == "ROOT"):
        return None
    what = match["what"].lower()
    if " of " in f" {text[: match.start('a')]} " and what not in {"love story", "romance", "love", "friendship"}:
        return None  # "the game of life and death"
    where = match["mid"].strip()
    return words.capital(words.tidy(f"{match['a']} {_DEEDS[what]} {match['b']} {where}")) + "."


def _sent(text: str) -> str | None:
    match = _SENT.match(text)
    if match is None:
        return None
    whom = re.sub(r"^(?:my|our) ", "her ", match["whom"].strip(), flags=re.IGNORECASE)
    what = match["what"].lower()
    verb = "writes" if what.split()[-1] in _WRITTEN else "brings"
    night = " at night" if re.search(r"\b(?:moon|stars?|sky|night|angel)\b", whom.lower()) else ""
    return f"A girl {verb} {words.a(what)} to {whom}{night}."


_ONCE = re.compile(r"^(?:once upon a time|one upon a time|a long time ago|long,? long ago|long ago)\b[,:]?\s*", re.IGNORECASE)
_THERE = re.compile(
    r"^(?:(?P<where>(?:in|on|at|by|under|deep in) [^,.;]{3,40}?),? )?there (?:once )?(?:was|were|is|lived|lives)(?: once)?,? "
    r"(?P<who>(?:an?|the|two|three|some|one) [^.;]{2,80}?)"
    r"(?:,? (?:who|that|which)(?: (?P<did>[^;]{3,})))?$",
    re.IGNORECASE,
)


def _there(text: str) -> str | None:
    """ "In a forest there was a bunny who was afraid of the dark" as "A bunny was afraid of the dark in a forest"."""
    sentence, _, rest = text.partition(". ")
    match = _THERE.match(sentence.rstrip(" .!"))
    if match is None or (match["did"] is None and re.search(r"\b(?:who|that|which)\b", match["who"])):
        return None
    did = match["did"] or ("lives" if match["where"] else "")
    where = f" {match['where'][:1].lower() + match['where'][1:]}" if match["where"] and " in " not in f" {did} " else ""
    return words.capital(words.tidy(f"{match['who']} {did}{where}")) + (f". {rest}" if rest else "." if did else "")


def _mine(text: str) -> str | None:
    """What happened to "I", told of somebody: "I lost my phone in Paris" is "A woman lost her phone in Paris"."""
    match = re.match(r"^i(?:'m| am| was|'ve| have)? ([a-z]+)\b", text, re.IGNORECASE)
    if match is None or re.match(r"^i(?:'d)? (?:want|need|would|like)\b", text, re.IGNORECASE):
        return None
    woman = len(text) % 2 == 0
    who, his, him = ("A woman", "her", "her") if woman else ("A man", "his", "him")
    first = re.sub(r"^i'm\b|^i am\b", f"{who} is", text, flags=re.IGNORECASE)
    first = re.sub(r"^i(?:'ve| have)\b", f"{who} has", first, flags=re.IGNORECASE)
    verb = grammar.parse(text)[1]
    if first == text and verb.tag_ in {"VBP", "VB"}:
        first = re.sub(r"^i \w+", f"{who} {words.inflected(words.verb_lemma(verb.text) or verb.lemma_, 'VBZ')}", text, flags=re.IGNORECASE)
    first = re.sub(r"^i\b", who, first, flags=re.IGNORECASE)
    changes = {"my": his, "me": him, "myself": f"{him}self", "mine": his, "i": "she" if woman else "he"}
    return re.sub(r"\b(my|me|myself|mine|i)\b", lambda m: changes[m[0].lower()], first, flags=re.IGNORECASE)


def _quick(text: str) -> str | None:
    """ "Chocolate cake in 5 minutes!": how to make one."""
    match = re.match(
        r"^(?:an? |the |easy |quick |perfect )*([a-z][a-z' -]{2,40}?) in (\w+ (?:easy |simple )?(?:minutes?|steps|seconds|hours?))[!.]*$", text, re.IGNORECASE
    )
    if match is None or (known := fact(match[1])) is None or known.kind not in {"food", "artifact", "substance"}:
        return None
    return f"How to make {match[1][:1].lower() + match[1][1:]} in {match[2]}"


def _friends(text: str) -> str | None:
    """ "Dog and cat are best friends": a dog befriends a cat."""
    match = re.match(
        r"^(?:an? |the |my |our |one )?([a-z ]{2,30}?) and (?:an? |the |his |her |my |our )?([a-z ]{2,30}?) "
        r"(?:are|become|became|were) (?:the |very )?(?:best |good |close )?"
        r"(friends|enemies|rivals)[.!]*$",
        text,
        re.IGNORECASE,
    )
    if match is None or any(lexicon.kind_of(one.lower()) not in {"human", "animal", "creature", "robot", "toy"} for one in match.groups()[:2]):
        return None
    a, b = (one.lower() if lexicon.listed(one.lower().split()[-1]) else one for one in match.groups()[:2])
    return f"{words.capital(words.a(a) if a.islower() else a)} {'befriends' if match[3] == 'friends' else 'fights'} {words.a(b) if b.islower() else b}."


def _against(text: str) -> str | None:
    match = re.match(r"^(?:the |an? )?([\w' -]{2,40}?) (?:vs\.?|versus|v\.) ([\w' -]{2,40}?)[.!]?$", text, re.IGNORECASE)
    if match is None:
        return None
    if all(words.singular(m.split()[-1].lower()) != m.split()[-1].lower() and m[1:].islower() for m in match.groups()):
        return f"The {match[1].lower()} fight the {match[2].lower()}."
    many = words.singular(match[1].split()[-1].lower()) != match[1].split()[-1].lower()
    one = lexicon.kind_of(match[1].lower()) != "thing" and not many and match[1].islower()
    return f"{words.capital(words.a(match[1]) if one else match[1])} {'fight' if many else 'fights'} {words.a(match[2]) if one else match[2]}."


def _day_of(text: str) -> str | None:
    """ "a day in the life of a barista in Tokyo": a barista in Tokyo."""
    match = re.match(r"^(?:an? |one |the )?(?:ordinary |normal |typical |busy )?day in the life of (.+?)[.!]?$", text, re.IGNORECASE)
    if match is None:
        return None
    head = next((t for t in grammar.parse(match[1]) if t.dep_ == "ROOT"), None)
    return words.capital(match[1]) if head is not None and lexicon.kind_of(words.singular(head.lower_)) in {"human", "robot", "creature"} else None


def _is(text: str) -> str | None:
    """ "My boss is a vampire": a vampire boss."""
    match = re.match(r"^(?:my|our|the|your) ((?:[a-z]+ )?[a-z]+) (?:is|was) (?:secretly |really |actually )?an? ([a-z]+)[.!]?$", text, re.IGNORECASE)
    if match is None or lexicon.kind_of(match[2].lower()) not in {"creature", "robot", "animal"} or lexicon.kind_of(match[1].lower()) != "human":
        return None
    return words.capital(words.a(f"{match[2].lower()} {match[1].lower()}"))


def _trip(text: str) -> str | None:
    match = _TRIP.match(text)
    if match is None or not (lexicon.place_kind(match["where"]) or match["where"].strip()[:1].isupper()):
        return None
    return f"A child travels to {match['where'].strip()}."


def _who(text: str) -> str | None:
    """ "Mia and her brother Tom who find an egg" as the sentence that it is without its "who"."""
    match = re.match(r"^([^.,;:!?]{3,80}?),? (?:who|that) ((?!is\b|are\b|was\b|were\b|has\b|had\b)[a-z]+)\b(.*)$", text)
    if match is None or " and " not in match[1] or words.verb_lemma(match[2]) is None:
        return None
    if any(t.tag_ in {"VBZ", "VBD", "VBP", "MD"} and t.dep_ == "ROOT" for t in grammar.parse(match[1])):
        return None
    return f"{words.capital(match[1])} {match[2]}{match[3]}"


def _past(text: str) -> tuple[str, ...] | None:
    """What happened in a year of history: the sentence itself."""
    match = _YEAR.search(text)
    if match is None or len(text.split()) > 30 or re.search(r"[.!?]\s+\S", text):
        return None
    year = re.sub(r"\D", "", match["year"])
    if "BC" not in match["year"] and int(year) > 2024:
        return None  # still to come: a story
    doc = grammar.parse(text)
    root = next((t for t in doc if t.dep_ == "ROOT"), None)
    subject = next((c for c in root.children if c.dep_ in {"nsubj", "nsubjpass"}), None) if root is not None else None
    if len(text.split()) <= 12 and (root is None or root.pos_ in {"NOUN", "PROPN"}) and re.match(r"the\b", text, re.IGNORECASE):
        return (_sentence(text),)  # "The fall of the Berlin Wall in 1989"
    if root is None or subject is None or (root.tag_ not in {"VBD", "VBN"} and not any(c.tag_ == "VBD" for c in root.children)):
        return None
    if subject.pos_ != "PROPN" and not any(t.lower_ in {"the", "first"} for t in subject.subtree):
        return None  # "In 1928 a girl found …": somebody's story
    return (_sentence(text),)
