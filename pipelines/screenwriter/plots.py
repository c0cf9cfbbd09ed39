"""The plots: loads `data/plots`, and chooses one that the premise can carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from pipelines.screenwriter.lexicon import table
from pipelines.screenwriter.premise import Premise

_LINE = re.compile(r"^(\+|[a-z]+)(?:\[([a-z ]+)\])?:\s*(.*)$")
PARTS = ("want", "try", "fail", "low", "turn", "win", "end")
_NEXT_BEST = ("ordeal", "dream", "make", "journey", "loss", "bond")
_WATER = {"shore", "sea", "harbour", "island"}
_PLANTS = {
    "flower",
    "tree",
    "sunflower",
    "rose",
    "garden",
    "seed",
    "plant",
    "pumpkin",
    "vegetable",
    "bean",
    "carrot",
    "apple",
    "orchard",
    "tulip",
    "forest",
    "vine",
    "bush",
    "daisy",
    "lily",
}


@dataclass(frozen=True)
class Line:
    """One event as prose with slots: which part of the plot it plays, and where and how it is shown."""

    part: str
    text: str
    tags: frozenset[str] = frozenset()
    more: bool = False  # can be left out


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
    """Parses a block of lines ("part[tags]: text"); a plus sign marks a line that may be left out."""
    found: list[Line] = []
    for raw in block.strip().splitlines():
        match = _LINE.match(raw.strip())
        if match is None:
            raise ValueError(f"not a line of a plot: {raw!r}; write 'part[tags]: text'")
        more = match[1] == "+"
        found.append(Line(part=found[-1].part if more else match[1], text=match[3], tags=frozenset((match[2] or "").split()), more=more))
    return tuple(found)


@lru_cache(maxsize=32)
def plots(kind: str) -> tuple[Plot, ...]:
    """All plots of one kind."""
    return tuple(
        Plot(
            kind=kind, name=entry["name"], needs=frozenset(entry.get("needs") or ()), verbs=frozenset(entry.get("verbs") or ()), only="for" in entry, side=entry.get("side", ""),
            mood=entry.get("mood", ""), lines=lines_of(entry["lines"]), brief=lines_of(entry["brief"]) if entry.get("brief") else (),
        )
        for entry in table(f"plots/{kind}")
    )  # fmt: skip


def facts(premise: Premise) -> frozenset[str]:
    """What the premise offers that a plot may need."""
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
        if other.head in _PLANTS:
            found.add("o.plant")
        if other.plural:
            found.add("o.many")
        else:
            found.add("o.one")
    if side is not None:
        found.add("s")
        if side.alive:
            found.add("s.alive")
    if premise.goal is not None:
        found.add("goal")
    if premise.place is not None and premise.place.kind in _WATER:
        found.add("water")
    if any(c.mark == "strange" for c in premise.clauses):
        found.add("strange")
    if any(c.mark == "because" for c in premise.clauses):
        found.add("because")
    if premise.deed is not None:
        if premise.deed.lemma == "sleep" or "asleep" in premise.deed.after:
            found.add("sleep")
        if not premise.deed.auxiliary:
            found.add("can")
    found.add(f"h.{premise.hero.kind}")
    found.add("h.many" if premise.hero.plural else "h.one")
    return frozenset(found | premise.facts)


def choose(premise: Premise, random: Random) -> Plot:
    """One plot of the premise's kind whose needs are met; the seed decides among those that fit best."""
    offered = facts(premise)
    verb = premise.frame if premise.frame in {"learn"} else premise.deed.lemma if premise.deed else ""
    for kind in dict.fromkeys((premise.kind, *_NEXT_BEST)):
        able = [plot for plot in plots(kind) if plot.needs <= offered]
        own = [plot for plot in able if verb in plot.verbs]
        open_ = [plot for plot in able if not plot.verbs]
        if any(plot.only for plot in own):
            return random.choice(own)
        if "strange" in offered and any("strange" in plot.needs for plot in able):
            return random.choice([plot for plot in able if "strange" in plot.needs])
        if own or open_:
            return random.choice(own * 2 + open_)
        able = [plot for plot in able if not plot.only]
        if able:
            return random.choice(able)
    return plots("ordeal")[0]
