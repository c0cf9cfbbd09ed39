"""Fills the slots of a written line: names, pronouns and deeds in the right form for who is in the story.

Slots: {h} the hero's name, {he} {him} {his} {himself} pronouns; {o} whom or what it is about, {o.a} at first mention, {o.the},
{o.he} {o.him} {o.his}; {s} the third part; {deed} what the prompt says was done, {do} its infinitive, {had_done} its perfect;
{goal} and {goaled} its purpose; {one} "one winter night"; {hands} what the hero has for hands. A capital letter in a slot gives a
capital; SENSE, TROUBLE, FEAR and CAUSE fetch whole sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

from pipelines.screenwriter import lexicon, words
from pipelines.screenwriter.cast import Part
from pipelines.screenwriter.premise import Deed, Place, Premise

_SLOT = re.compile(r"\{([A-Za-z_.?]+)\}")
_SINGULAR = "was|has|is|does|goes|comes|likes|rings|says|tells|walks|calls|drinks|keeps|hangs|wears|looks|wonders|lives|hums"
_EITHER = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_SEASON_TIMES = {"dawn": "morning", "morning": "morning", "day": "day", "afternoon": "afternoon", "sunset": "evening", "dusk": "evening", "night": "night"}
_SKY = {"storm": "stormy", "rain": "rainy", "snow": "snowy", "fog": "foggy", "wind": "windy"}
_ALWAYS_THE = {
    "sea",
    "ocean",
    "moon",
    "sun",
    "sky",
    "desert",
    "forest",
    "world",
    "earth",
    "jungle",
    "woods",
    "arctic",
    "mountains",
    "countryside",
    "city",
    "stars",
    "beach",
    "sahara",
    "edge",
}
_NO_ARTICLE = {"space", "downtown", "home", "outer space", "heaven", "antarctica"}


@dataclass
class Teller:
    """Knows the parts and the premise; renders lines one after another and remembers what was said."""

    premise: Premise
    hero: Part
    other: Part | None
    side: Part | None
    place: Place
    random: Random
    opened: bool = False  # whether the hero was introduced
    placed: bool = False  # whether the place was told
    dated: bool = False  # whether "one night" was used
    seen: set[str] = field(default_factory=set)  # parts in the line rendered last
    introduced: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)  # sense and trouble told already
    homed: bool = False  # whether the line rendered last tells where the hero lives, away from the story's place
    first_person: bool = False  # the hero speaks

    # -------------------------------------------------------- phrases

    def in_place(self, place: Place | None = None) -> str:
        """ "in the foggy harbour"."""
        place = place or self.place
        prep = (
            place.prep
            if place.prep in {"in", "on", "at", "under", "inside", "aboard", "beneath", "by", "near"}
            else lexicon.preposition(place.phrase, place.kind)
        )
        if prep == "at" and place.kind in {"sea", "forest", "desert", "lake", "river"}:
            prep = lexicon.preposition(place.phrase, place.kind)  # "at the bottom of the sea"
        if prep == "on" and place.prep == "on" and place.kind in {"village", "city", "house", "castle"}:
            prep = lexicon.preposition(place.phrase, place.kind)
        if place.kind == "space" and place.phrase.split()[-1] in {"moon", "mars", "planet", "base", "asteroid", "venus", "jupiter"}:
            prep = place.prep if place.prep in {"on", "in", "at"} else "on"
        return f"{prep} {self.the_place(place)}"

    def the_place(self, place: Place | None = None) -> str:
        """ "the foggy harbour"; proper names bare."""
        place = place or self.place
        if place.proper or place.phrase in _NO_ARTICLE:
            return place.phrase
        return f"{place.owner or 'the'} {place.phrase}"

    def a_place(self, place: Place | None = None) -> str:
        """ "on a rocky shore": at first mention, with its preposition."""
        place = place or self.place
        prep, _, the = self.in_place(place).partition(" ")
        if place.proper or place.phrase in _NO_ARTICLE:
            return f"{prep} {the}"
        if place.owner:
            return f"{prep} {place.owner} {place.phrase}"
        if place.definite or place.phrase.split()[-1].lower() in _ALWAYS_THE:
            return f"{prep} the {place.phrase}"
        last = place.phrase.split()[-1]
        if words.singular(last) != last:
            return f"{prep} the {place.phrase}"
        return f"{prep} {words.a(place.phrase)}"

    def one(self) -> str:
        """ "one winter night", the first time; later "then"."""
        if self.dated:
            free = [phrase for phrase in ("before long", "soon after that", "then") if phrase not in self.used]
            self.used.add(free[0] if free else "")
            return free[0] if free else "then"
        self.dated = True
        time = _SEASON_TIMES.get(self.premise.time, "day")
        adjective = self.premise.season or _SKY.get(self.premise.weather, "")
        said = self.premise.deed.after.lower() if self.premise.deed is not None else ""
        if self.premise.weather and self.premise.weather in said:
            adjective = self.premise.season
        if adjective == "snowy" and self.premise.season == "winter":
            adjective = "winter"
        if not adjective:
            adjective = self.random.choice(("", "quiet", "grey", "clear", "", "still")) if not self.premise.weather else ""
        if self.premise.time == "dawn":
            return f"one {adjective} morning, at dawn".replace("  ", " ")
        if self.premise.time == "sunset":
            return f"one {adjective} evening, at sunset".replace("  ", " ")
        if time == "night" and "midnight" in self.premise.text.lower():
            return f"one {adjective} night, at midnight".replace("  ", " ")
        return words.tidy(f"one {adjective} {time if self.premise.time else self.random.choice(('morning', 'day'))}")

    # -------------------------------------------------------- deeds

    def _of_hero(self, text: str) -> str:
        """Pronouns of the prompt that mean the hero, in the hero's gender; what was named once gets "the"."""
        hero = self.hero
        if self.first_person:
            text = re.sub(r"\b(?:his|her|its|their)\b(?= [a-z])", "our" if hero.plural else "my", text)
            text = re.sub(r"\b(?:himself|herself|itself|themselves)\b", "ourselves" if hero.plural else "myself", text)
        elif not hero.plural:
            text = re.sub(r"\bits\b", hero.his, text)
            text = re.sub(r"\bitself\b", hero.himself, text) if not (self.other and "itself" in (self.other.being.tail or "")) else text
            if hero.being.kind == "human" or hero.being.alive:
                text = re.sub(r"\btheir\b", hero.his, text) if not (self.other and self.other.plural) else text
        if self.other is not None and "o" in self.introduced and self.other.being.phrase:
            phrase = self.other.being.phrase
            if phrase in text and not re.search(r"\b(?:first|last|only)\b", phrase):
                text = text.replace(phrase, self.other.name or self.other.the, 1)
        return text

    def deed(self, deed: Deed, form: str) -> str:
        """The deed in a form: past, base, gerund, perfect."""
        if form == "past":
            return self._of_hero(deed.past(self.hero.plural))
        if form == "perfect":
            return self._of_hero(f"had {words.inflected(deed.lemma, 'VBN')} {deed.after}" if not deed.auxiliary else deed.past(self.hero.plural))
        return self._of_hero(deed.base() if form == "base" else deed.gerund())

    # -------------------------------------------------------- lines

    def line(self, text: str) -> str:
        """One written line with its slots filled; `seen` then holds the parts that it names."""
        self.seen = set()
        text = _EITHER.sub(lambda m: m[1] if self.hero.being.kind in {"human", "robot"} else m[2], text)
        told = _SLOT.sub(self._slot, text)
        told = words.tidy(told)
        told = re.sub(r"\bset out to set (out|off|sail)\b", r"set \1", told)
        told = re.sub(r"\b(wanted|decided|began|tried|hoped) to \1 to\b", r"\1 to", told)
        told = re.sub(r"(^|[.!?]\s+)([\"']?)([a-z])", lambda m: m[1] + m[2] + m[3].upper(), told)
        if self.first_person:
            return _mine(told)
        if self.hero.plural:
            told = self._agree(told, self.hero)
        for part in (self.other, self.side):
            if part is not None and part.plural:
                told = self._agree(told, part)
        return told

    def _agree(self, text: str, part: Part) -> str:
        subjects = "|".join(re.escape(s) for s in sorted({part.short, part.the, part.he}, key=len, reverse=True))

        def after(match: re.Match[str]) -> str:
            return match[1] + match[2] + _plural_verb(match[3])

        def before(match: re.Match[str]) -> str:
            return _plural_verb(match[1]) + match[2] + match[3]

        text = re.sub(
            rf"\b({subjects})( (?:still |never |only |always |almost |also |just )?)({_SINGULAR})\b",
            after,
            text,
            flags=re.IGNORECASE,
        )
        return re.sub(rf"\b(was|has|is|says)( )({subjects})\b(?!')", before, text, flags=re.IGNORECASE)

    def _slot(self, match: re.Match[str]) -> str:
        raw = match[1]
        if raw.rstrip("?").isupper() and len(raw) > 1:
            return self._sentences(raw)
        key = raw.lower()
        text = self._word(key)
        return words.capital(text) if any(c.isupper() for c in raw) else text

    def _sentences(self, key: str) -> str:
        if key == "SENSE":
            return self.sense()
        if key == "TROUBLE":
            return " ".join(_SLOT.sub(self._slot, line) for line in self.trouble())
        if key == "FEAR":
            tail = self.hero.being.tail
            self.seen.add("h")
            if tail.startswith(("who was", "who had", "that was", "that had")):
                return f"And there was the old trouble: {self.hero.he} {tail.split(' ', 1)[1]}."
            return f"At night {self.hero.he} lay awake and felt as small as a button."
        if key in {"CAUSE", "CAUSE?"}:
            for clause in self.premise.clauses:
                if clause.mark in {"because", "strange"}:
                    text = clause.text[:1].lower() + clause.text[1:]
                    return words.capital(f"{self.one()}, {text}") + (". " if key == "CAUSE?" else "")
        return ""

    def sense(self) -> str:
        """Something one sees, hears or smells there; never the same twice."""
        free = [s for s in lexicon.place_entry(self.place.kind)["sense"] if s not in self.used]
        if not free:
            return ""
        chosen = str(self.random.choice(free))
        self.used.add(chosen)
        return chosen

    def trouble(self) -> list[str]:
        """A small episode of the place; empty when all are told."""
        free = [t for t in lexicon.place_entry(self.place.kind)["trouble"] if t[0] not in self.used]
        if not free:
            return []
        chosen = self.random.choice(free)
        self.used.add(chosen[0])
        return [str(line) for line in chosen]

    def _hero_name(self, *, subject: bool) -> str:
        self.seen.add("h")
        if self.first_person:
            self.opened = True
            return "we" if self.hero.plural else "I"
        if not self.opened:
            self.opened = True
            self.introduced.add("h")
            return self.intro()
        return self.hero.short

    def intro(self) -> str:
        """ "a lighthouse keeper named Mara"; "Maya, a brave young astronaut,"; "two sisters"."""
        being, name = self.hero.being, self.hero.name
        if being.name and being.noun and not being.owner and not being.name.lower().startswith(being.noun):
            return f"{name}, {'the ' + being.text if being.definite else words.a(being.text)},"
        if name and not being.plural and not being.name and being.tail.startswith(("with ", "without ")) and not being.owner:
            return f"{name}, {'the ' + being.text if being.definite else words.a(being.text)} {being.tail},"
        return self.hero.a

    def _word(self, key: str) -> str:
        hero, premise = self.hero, self.premise
        if key in {"h", "h.a", "h.s"}:
            text = self._hero_name(subject=True)
            return words.possessive(text) if key == "h.s" else text
        if key in {"he", "him", "his", "himself", "she"}:
            self.seen.add("h")
            if not self.opened and key == "he":
                return self._hero_name(subject=True)
            if self.first_person:
                mine = (
                    {"he": "we", "him": "us", "his": "our", "himself": "ourselves"}
                    if hero.plural
                    else {"he": "I", "him": "me", "his": "my", "himself": "myself"}
                )
                return {**mine, "she": "she"}[key]
            return {"he": hero.he, "him": hero.him, "his": hero.his, "himself": hero.himself, "she": "she"}[key]
        if key == "poss_o":
            return hero.theirs
        if key[:2] in {"o", "o."} or key[:2] in {"s", "s."}:
            return self._part_word(key)
        if key in {"deed", "do", "doing", "had_done"} and premise.deed is not None:
            self.seen.update({"h", "o"} if self.other is not None and self.other.being.phrase and self.other.being.phrase in premise.deed.after else {"h"})
            text = self.deed(premise.deed, {"deed": "past", "do": "base", "doing": "gerund", "had_done": "perfect"}[key])
            if self.other is not None:
                self.introduced.add("o")
            return text
        if key == "was_s":
            return "were" if self.side is not None and self.side.plural else "was"
        if key in {"goal", "goaled"} and premise.goal is not None:
            return self._of_hero(premise.goal.base() if key == "goal" else premise.goal.past(hero.plural))
        if key == "one":
            text = self.one()
            if not self.placed and not self.opened:
                self.placed = True
                where = self.a_place()
                if not self._place_in_deed():
                    text = f"{text}, {where}"
            return text
        if key == "name":
            return hero.name or hero.the
        if key == "has":
            return "have" if hero.plural else "has"
        if key == "done" and premise.deed is not None:
            deed = premise.deed
            if self.other is not None and "o" not in self.introduced:
                self.introduced.add("o")
                return f"{words.inflected(deed.lemma, 'VBN')} {deed.after}" if not deed.auxiliary else f"been {deed.form} {deed.after}"
            if deed.auxiliary:
                return f"been {deed.form} {deed.after}" if deed.passive else f"come to {deed.form} {deed.after}"
            return self._of_hero(f"{words.inflected(deed.lemma, 'VBN')} {deed.after}")
        if key == "when_in":
            time = {
                "dawn": "at dawn",
                "morning": "this morning",
                "day": "today",
                "afternoon": "this afternoon",
                "sunset": "at sunset",
                "dusk": "this evening",
                "night": "last night",
            }.get(premise.time, "today")
            return f"{time} {self.a_place()}" if not self._place_in_deed() else time
        if key in {"hand", "hands", "arms", "feet"}:
            return hero.parts[key]
        if key == "in":
            return self.in_place()
        if key == "place":
            return self.the_place()
        raise KeyError(key)

    def _place_in_deed(self) -> bool:
        deed = self.premise.deed
        last = self.place.phrase.split()[-1].lower()
        told = " ".join(c.text for c in self.premise.clauses if c.mark in {"because", "when", "first", "strange", "once", "since", "as"})
        return (deed is not None and last in deed.after.lower()) or last in told.lower()

    def _part_word(self, key: str) -> str:
        part = self.other if key[0] == "o" else self.side
        if part is None:
            raise KeyError(key)
        name, _, form = key.partition(".")
        self.seen.add(name)
        clash = part.he == self.hero.he and part.he not in {"they"}
        if form in {"", "the"}:
            if (
                name not in self.introduced
                and (form == "" or part.being.adjectives or (part.name and part.being.noun))
                and not (form == "the" and not part.being.definite and not part.being.adjectives)
            ):
                self.introduced.add(name)
                if form == "" and not part.being.definite and not part.name:
                    return part.a
                if part.name and part.being.noun and not part.being.proper:
                    return words.tidy(f"{part.being.owner or 'the'} {part.being.noun} {part.name}")
                return part.name or (
                    words.tidy(
                        f"{'' if part.being.owner or part.being.proper else 'the '}{part.the if part.being.owner or part.being.proper else part.being.text}"
                    )
                )
            self.introduced.add(name)
            return part.short if form == "" else part.name or part.the
        if form == "a":
            if name in self.introduced:
                return part.short
            self.introduced.add(name)
            return part.a
        if form == "he":
            return part.short if clash else part.he
        if form == "him":
            return part.short if clash else part.him
        if form == "his":
            return words.possessive(part.short) if clash else part.his
        if form == "poss":
            return part.theirs
        if form == "bare":
            return part.bare
        if form == "it":
            return "they" if part.plural else "it"
        if form == "any":
            return f"any {part.bare}"
        raise KeyError(key)


def _mine(text: str) -> str:
    """Mends what the first person breaks: "said I", "I has"."""
    text = re.sub(r"\b(said|asked|whispered|called|thought|cried) (I|we)\b", r"\2 \1", text)
    return re.sub(
        rf"\bI ({_SINGULAR.removeprefix('was|')})\b",
        lambda m: "I " + {"is": "am"}.get(m[1], _plural_verb(m[1])),
        text,
    )


def _plural_verb(verb: str) -> str:
    table = {"was": "were", "has": "have", "is": "are", "does": "do", "goes": "go"}
    low = verb.lower()
    plain = table.get(low) or (low[:-1] if low.endswith("s") else low)
    return plain.capitalize() if verb[0].isupper() else plain
