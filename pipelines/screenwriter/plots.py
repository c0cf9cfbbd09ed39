"""The plots: loads `data/plots` and `data/shorts`, chooses one that the premise can carry, and settles its lines' wording."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from pipelines.screenwriter import lexicon
from pipelines.screenwriter.lexicon import table
from pipelines.screenwriter.premise import Place, Premise

_LINE = re.compile(r"^(\+|[a-z]+)([!^]*)(?:\[([a-z ]+)\])?([!^]*):\s*(.*)$")
PARTS = ("want", "try", "fail", "low", "turn", "win", "end")
_NEXT_BEST = ("plain", "dream", "ordeal", "make", "journey")
FORCES = lexicon.listing("forces")
_WATER = {"shore", "sea", "harbour", "island"}
_SWIMMERS = lexicon.listing("swimmers")
_VAGUE = re.compile(r"(?:ness|tion|sion|ship|hood|dom|ity|ment|ance|ence|ism)$")
_PLANTS = lexicon.listing("plants")


@dataclass(frozen=True)
class Line:
    """One event as prose with slots: which part of the plot it plays, and where and how it is shown."""

    part: str
    text: str
    tags: frozenset[str] = frozenset()
    more: bool = False  # can be left out
    keep: bool = False  # must not be left out
    back: bool = False  # speaks of the line before it, which then must not be left out either


@dataclass(frozen=True)
class Plot:
    """A course of events that a premise can take: what it needs, and its lines from the want to the end."""

    kind: str
    name: str
    needs: frozenset[str]
    verbs: frozenset[str]
    only: bool  # told of its own verbs and of no other
    side: str
    mood: str
    lines: tuple[Line, ...]
    brief: tuple[Line, ...] = ()


def lines_of(block: str) -> tuple[Line, ...]:
    """Parses a block of lines ("part[tags]: text", marks before or after the tags); a plus sign marks a line that may be left out, ! one that may not,
    ^ one that makes no sense without the line before it."""
    found: list[Line] = []
    for raw in block.strip().splitlines():
        match = _LINE.match(raw.strip())
        if match is None:
            raise ValueError(f"not a line of a plot: {raw!r}; write 'part[tags]: text'")
        more = match[1] == "+"
        _, early, tags, late, text = match.groups()
        marks = early + late
        found.append(
            Line(part=found[-1].part if more else match[1], text=text, tags=frozenset((tags or "").split()), more=more, keep="!" in marks, back="^" in marks)
        )
    return tuple(found)


@lru_cache(maxsize=32)
def plots(kind: str) -> tuple[Plot, ...]:
    """All plots of one kind."""
    if not (lexicon.DATA / "plots" / f"{kind}.yaml").exists():
        return ()  # told briefly only
    briefs = table("briefs").get(kind) or {}
    return tuple(
        Plot(
            kind=kind,
            name=entry["name"],
            needs=frozenset(entry.get("needs") or ()),
            verbs=frozenset(entry.get("verbs") or ()),
            only="for" in entry,
            side=entry.get("side", ""),
            mood=entry.get("mood", ""),
            lines=lines_of(entry["lines"]),
            brief=lines_of(briefs[entry["name"]]) if entry["name"] in briefs else (),
        )
        for entry in table(f"plots/{kind}")
    )


@lru_cache(maxsize=32)
def shorts(kind: str) -> tuple[Plot, ...]:
    """The plots of one kind for films of half a minute: those written for it, and the short forms of the long ones."""
    own = tuple(
        Plot(
            kind=kind,
            name=f"short.{entry['name']}",
            needs=frozenset(entry.get("needs", "").split()),
            verbs=frozenset(entry.get("verbs", "").split()),
            only=bool(entry.get("only")),
            side=entry.get("side", ""),
            mood=entry.get("mood", ""),
            lines=lines_of(entry["lines"]),
        )
        for entry in table("shorts").get(kind) or ()
    )
    return own + tuple(replace(plot, lines=plot.brief, brief=()) for plot in plots(kind) if plot.brief)


_OPTION = re.compile(r"^\(([a-z .-]+)\)\s+")


def settled(plot: Plot, offered: frozenset[str], random: Random) -> Plot:
    """The plot with one wording chosen for each line that has several ("|| " between them, "(inside -o.many)" before one that needs something).

    A line none of whose wordings fits is left out.
    """

    def chosen(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        found = []
        for line in lines:
            options = []
            for option in line.text.split(" || "):
                match = _OPTION.match(option)
                if match is None or _met(frozenset(match[1].split()), offered):
                    options.append(option[match.end() :] if match else option)
            if options:
                found.append(replace(line, text=random.choice(options)))
        return tuple(found)

    return replace(plot, lines=chosen(plot.lines), brief=chosen(plot.brief))


def facts(premise: Premise, place: Place | None = None) -> frozenset[str]:
    """What the premise and its place offer that a plot may need."""
    found: set[str] = set()
    other, side = premise.other, premise.side
    if other is not None:
        found.add("o")
        if other.alive:
            found.add("o.alive")
        else:
            found.add("o.thing")
        if other.kind in {"animal", "creature"}:
            found.add("o.animal")
        if other.kind == "human":
            found.add("o.human")
        if other.head in {"time", "clock", "midnight", "sunrise", "sunset", "night"}:
            found.add("o.time")
        elif other.kind == "force" or other.head in FORCES:
            found.add("o.force")
        elif other.kind == "place" and other.head not in lexicon.VEHICLES:
            found.add("o.place")
        if not other.alive and other.head in lexicon.VEHICLES:
            found.add("o.vehicle")
        if (
            other.kind == "thing"
            and other.head not in lexicon.VEHICLES | FORCES | lexicon.listing("vague") | lexicon.listing("ideas")
            and not _VAGUE.search(other.head)
        ):
            found.add("o.item")
        if other.head in _PLANTS:
            found.add("o.plant")
        if other.head in {"moon", "sun", "star", "rainbow", "cloud", "comet", "sky"}:
            found.add("o.sky")
        if other.plural:
            found.add("o.many")
        else:
            found.add("o.one")
    if re.search(r"\bagainst (?:time|the clock)\b", premise.text.lower()):
        found.add("o.time")
    if side is not None:
        found.add("s")
        if side.alive:
            found.add("s.alive")
    if premise.goal is not None:
        found.add("goal")
    if premise.deed is not None:
        found.add("deed")
    place = place or premise.place
    if place is not None and place.kind in _WATER:
        found.add("water")
    found.add("inside" if place is not None and lexicon.place_entry(place.kind).get("indoors") else "outside")
    if other is not None and other.kind in {"animal", "human", "robot"} and other.head not in _SWIMMERS and not other.plural:
        found.add("o.walks")
    if premise.hero.kind == "human":
        found.add("h.human")
    if premise.goal_place is not None or (place is not None and premise.kind == "journey"):
        found.add("far")
    if any(c.mark == "strange" for c in premise.clauses):
        found.add("strange")
    if any(c.mark == "because" for c in premise.clauses):
        found.add("because")
    if premise.deed is not None:
        if premise.deed.lemma == "sleep" or "asleep" in premise.deed.after:
            found.add("sleep")
        if premise.deed.lemma == "be" and re.match(r"(?:so |very )?(?:afraid|scared|frightened|terrified)\b", premise.deed.after):
            found.add("afraid")
        if not premise.deed.auxiliary:
            found.add("can")
    found.add(f"h.{premise.hero.kind}")
    found.add("h.many" if premise.hero.plural else "h.one")
    return frozenset(found | premise.facts)


_SAYS = {
    "o": re.compile(r"\{[Oo](?:\.|\})|\{poss_o\}"),
    "s": re.compile(r"\{[Ss](?:\.|\})"),
    "goal": re.compile(r"\{[Gg]oal"),
    "deed": re.compile(r"\{(?:deed|do|doing|had_done)\}"),
}


def _tellable(plot: Plot, offered: frozenset[str]) -> bool:
    """Whether the lines that are always told speak of nobody and nothing that the premise lacks."""
    told = " ".join(line.text for line in (*plot.lines, *plot.brief) if not line.more)
    there = offered | ({"s"} if plot.side else set())
    return all(need in there for need, says in _SAYS.items() if says.search(told))


def _met(needs: frozenset[str], offered: frozenset[str]) -> bool:
    """Whether all needs are offered; a need with a minus before it must not be."""
    return all((need[1:] not in offered) if need.startswith("-") else (need in offered) for need in needs)


def choose(premise: Premise, random: Random, place: Place | None = None, *, short: bool = False) -> Plot:
    """One plot of the premise's kind whose needs are met, its wording settled; the seed decides among those that fit best."""
    return settled(_chosen(premise, random, place, shorts if short else plots), facts(premise, place), random)


def _chosen(premise: Premise, random: Random, place: Place | None, listed: Callable[[str], tuple[Plot, ...]]) -> Plot:
    offered = facts(premise, place)
    verb = premise.frame if premise.frame in {"learn"} else premise.deed.lemma if premise.deed else ""
    for kind in dict.fromkeys((premise.kind, *_NEXT_BEST)):
        able = [
            p
            for p in listed(kind)
            if _met(p.needs, offered) and not (p.side and premise.side is not None and "recipient" not in premise.facts) and _tellable(p, offered)
        ]
        if "sleep" in offered and kind == "dream":
            able = [plot for plot in able if "sleep" in plot.needs] or able
        own = [plot for plot in able if verb in plot.verbs]
        open_ = [plot for plot in able if not plot.verbs]
        if any(plot.only for plot in own):
            return random.choice([plot for plot in own if plot.only])
        if "strange" in offered and any("strange" in plot.needs for plot in able):
            return random.choice([plot for plot in able if "strange" in plot.needs])
        if "afraid" in offered and (fitting := [plot for plot in able if "afraid" in plot.needs]):
            return random.choice(fitting)
        if own or open_:
            return random.choice(own * 3 + open_)
    able = [plot for kind in ("dream", "ordeal", "journey", "portrait", "discovery") for plot in plots(kind) if not plot.only and _tellable(plot, offered)]
    return min(able, key=lambda plot: len(plot.needs - offered))
