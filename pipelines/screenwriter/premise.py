"""What a prompt says, as data: beings, deeds, place, time, and the clauses around the main one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipelines.screenwriter import words


@dataclass(frozen=True)
class Being:
    """Somebody or something that a prompt names."""

    noun: str = ""  # singular head with its compounds: "lighthouse keeper"
    head: str = ""  # "keeper"
    adjectives: tuple[str, ...] = ()
    name: str = ""
    count: int = 1
    plural: bool = False
    kind: str = "thing"  # human, animal, creature, robot, toy, force, thing, place
    gender: str = "neutral"
    age: str = "adult"
    owner: str = ""  # "his", "the king's": whose it is
    tail: str = ""  # "who was afraid of the dark", "of cheese"
    definite: bool = False
    proper: bool = False  # the noun is a name itself: "Mars"
    phrase: str = ""  # as the prompt says it, with its article, in the past tense

    @property
    def alive(self) -> bool:
        """Whether it can want something: people, animals, creatures, robots, toys."""
        return self.kind in {"human", "animal", "creature", "robot", "toy"}

    @property
    def text(self) -> str:
        """Adjectives and noun, no article: "old lighthouse keeper"."""
        return " ".join([*self.adjectives, self.nouns])

    @property
    def nouns(self) -> str:
        """The noun in its number."""
        return words.plural(self.noun) if self.plural and self.noun else self.noun

    def named(self, name: str) -> Being:
        """The same being with a name."""
        return replace(self, name=name)


@dataclass(frozen=True)
class Deed:
    """A verb with what follows it: "cross" + "the mountains in winter"."""

    lemma: str
    after: str = ""  # what follows the verb, particle first
    object: Being | None = None
    auxiliary: str = ""  # "could not"; the verb then keeps its form `form`
    form: str = ""  # the verb's own form after an auxiliary
    passive: bool = False

    def past(self, plural: bool = False) -> str:
        """ "crossed the mountains" (with was or were for the subject's number)."""
        if self.auxiliary:
            aux = self.auxiliary
            if plural:
                aux = " ".join("were" if word == "was" else word for word in aux.split())
            return words.tidy(f"{aux} {self.form} {self.after}")
        form = "were" if plural and self.lemma == "be" else words.inflected(self.lemma, "VBD")
        return words.tidy(f"{form} {self.after}")

    def base(self) -> str:
        """ "cross the mountains"."""
        if self.passive:
            return words.tidy(f"be {self.form} {self.after}")
        return words.tidy(f"{self.lemma} {self.after}")

    def gerund(self) -> str:
        """ "crossing the mountains"."""
        if self.passive:
            return words.tidy(f"being {self.form} {self.after}")
        return words.tidy(f"{words.inflected(self.lemma, 'VBG')} {self.after}")

    def present(self, plural: bool = False) -> str:
        """ "crosses the mountains"."""
        if self.passive:
            return words.tidy(f"{'are' if plural else 'is'} {self.form} {self.after}")
        return self.base() if plural else words.tidy(f"{words.inflected(self.lemma, 'VBZ')} {self.after}")


@dataclass(frozen=True)
class Place:
    """Where: the plain noun phrase, the kind of place it is, and the preposition that the prompt used."""

    phrase: str  # "foggy harbour"
    kind: str = ""
    prep: str = ""
    definite: bool = False
    proper: bool = False
    owner: str = ""  # "her": her garden


@dataclass(frozen=True)
class Clause:
    """A clause beside the main one, told in the past tense: "the river had dried up"."""

    mark: str  # and, but, then, until, before, after, because, when, while, so, if
    text: str
    subject: Being | None = None  # None: the hero's own deed
    deed: Deed | None = None


@dataclass(frozen=True)
class Premise:
    """A prompt understood."""

    text: str  # the cleaned prompt
    hero: Being
    deed: Deed | None = None
    other: Being | None = None  # whom or what the deed is done to
    side: Being | None = None  # a companion or a third party
    kind: str = "discovery"
    place: Place | None = None
    goal_place: Place | None = None  # where the way leads: "to the moon"
    time: str = ""
    weather: str = ""
    season: str = ""
    goal: Deed | None = None  # "to win the golden cup"
    frame: str = ""  # learn, want, try, refuse … before the deed proper
    clauses: tuple[Clause, ...] = ()
    items: tuple[str, ...] = ()  # other things named
    only_noun: bool = False  # the prompt had no verb
    more: tuple[Clause, ...] = ()  # what further sentences say
    facts: frozenset[str] = field(default_factory=frozenset)
