"""Weaves a plot and a premise into beats of prose that fill the time that may be spoken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from pipelines.screenwriter import lexicon, pace, words
from pipelines.screenwriter.plots import Line, Plot
from pipelines.screenwriter.premise import Clause, Premise
from pipelines.screenwriter.telling import Teller

BRIEF = 38.0  # seconds of speech up to which a plot's short form is told
MICRO = 9.5  # below this there is room for the deed and a line or two more
LEAST_OF_TWO = 3.0  # below this for the deed alone
_KEEP = {"want": 0, "turn": 0, "end": 0, "cause": 1, "then": 1, "open": 2, "low": 3, "win": 4, "try": 5, "fail": 6}


@dataclass(frozen=True)
class Beat:
    """A piece of narration with who is in it and how it is shown."""

    part: str
    text: str
    tags: frozenset[str] = frozenset()
    who: frozenset[str] = frozenset()


@dataclass
class Draft:
    """A line that may be told, and how soon it is left out: 0 never, larger earlier."""

    line: Line
    rank: float
    block: int = 0  # lines of one block come and go together
    before: Draft | None = None  # the line that this one speaks of
    chosen: bool = False
    size: float = field(default=0.0)


def weave(
    premise: Premise,
    plot: Plot,
    teller: Callable[[], Teller],
    seconds: float,
    random: Random,
    extras: tuple[Line, ...] = (),
    form: str = "",
    *,
    brief: bool = False,
) -> list[Beat]:
    """Beats from the opening to the last line, within about a tenth of `seconds` of speech where the plot has so much to tell.

    `brief`: the deed and a line or two more, no plot.
    """
    if brief:
        return _micro(premise, teller, seconds)
    order = _order(premise, plot, seconds, random, extras, form)
    for draft in order:
        draft.size = pace.seconds(re.sub(r"\{[^}]*\}", "mmmm", draft.line.text.replace("{TROUBLE}", "m" * 110).replace("{SENSE}", "m" * 45)).replace("~", ""))
    budget = seconds
    beats: list[Beat] = []
    for _ in range(5):
        _fill(order, budget)
        beats = _render([draft.line for draft in order if draft.chosen], teller())
        spoken = sum(pace.seconds(beat.text) for beat in beats)
        if 0.93 * seconds <= spoken <= 1.06 * seconds or spoken == 0:
            break
        budget = max(4.0, budget + (seconds - spoken) * 0.8)
    return beats


def _order(premise: Premise, plot: Plot, seconds: float, random: Random, extras: tuple[Line, ...], form: str) -> list[Draft]:
    brief = seconds <= BRIEF
    lines = plot.brief if plot.brief and brief else plot.lines
    drafts: list[Draft] = [
        Draft(line, 4.5 if brief and rank == 2.0 else rank, block)
        for line, rank, block in _opening(premise, random, tells_cause=any("{CAUSE" in line.text for line in lines))
    ]
    tells_goal = any("{goal" in line.text for line in lines)
    tells_side = any("{s" in line.text.lower() for line in lines)
    if premise.goal is not None and not tells_goal:
        drafts.append(
            Draft(Line("cause", random.choice(("{He} wanted to {goal}.", "{He} had one thing in mind: to {goal}.", "{He} had only one wish: to {goal}."))), 1.0)
        )
    beside = (
        []
        if tells_side or premise.side is None or not premise.side.alive or _told_already(premise)
        else [Draft(Line("open", "With {him} went {s.a}." if not premise.side.definite else "{S} {was_s} always by {his} side."), 2.5)]
    )
    seen_first: dict[str, int] = {}
    before: Draft | None = None
    for index, line in enumerate(lines):
        rank = min(1.0, float(_KEEP.get(line.part, 4))) if line.keep else float(_KEEP.get(line.part, 4)) if not line.more else 20.0 + (index * 7 % 10)
        if line.part == "find":
            rank = 0.0 if not line.more else rank
        if line.text.strip() in {"{SENSE}", "{TROUBLE}"}:
            rank = 31.0
        if line.part == "end" and not line.more:
            drafts += [Draft(extra, 1.0) for extra in _then(premise, random)]
            if premise.goal is not None and not tells_goal:
                drafts.append(Draft(Line("then", random.choice(("And in the end, {he} {goaled}.", "And {he} {goaled} after all."))), 1.5))
        drafts.append(Draft(line, rank, before=before if line.back else None))
        before = drafts[-1]
        if beside and line.part in {"want", "find"} and not line.more:
            drafts += beside
            beside = []
        if not line.more:
            seen_first.setdefault(line.part, len(drafts))
        if line.part == "try" and not line.more:
            drafts += [Draft(extra, 1.0) for extra in (*_meanwhile(premise), *extras)]
    if form:
        drafts = [d for d in drafts if d.line.part not in {"open", "cause"} or (d.line.part == "cause" and form == "persona_channel")]
        if form == "persona_channel":
            first = next(d for d in drafts if d.line.part == "want")
            drafts.remove(first)
            drafts.insert(0, first)
        elif form in {"news_analysis", "ad_spot"}:
            drafts = [d for d in drafts if "And in the end" not in d.line.text]
    for draft in reversed(drafts):  # what is spoken of must have been told
        if draft.before is not None:
            draft.before.rank = min(draft.before.rank, draft.rank)
    if seconds > 60:
        drafts = _episodes(drafts, premise, random)
    return drafts


def _told_already(premise: Premise) -> bool:
    """Whether the deed itself names the companion."""
    return premise.deed is not None and premise.side is not None and bool(premise.side.phrase) and premise.side.phrase in premise.deed.after


def _opening(premise: Premise, random: Random, *, tells_cause: bool = False) -> list[tuple[Line, float, int]]:
    found: list[tuple[Line, float, int]] = [(Line("open", "{OPEN}", frozenset({"wide"})), 2.0, 0)]
    habit = lexicon.trade(premise.hero.noun).get("habit")
    if habit and not premise.hero.plural:
        usual = not re.match(r"(?:knew|was|had|lost)\b", habit) and premise.time not in {"dusk", "night", "sunset"}
        frame = random.choice(("Every day {he} %s.", "Day after day, {he} %s.", "Each morning {he} %s.")) if usual else "{He} %s."
        found.append((Line("open", frame % habit, frozenset(), more=True), 12.0, 0))
    if premise.hero.tail and not premise.hero.plural and premise.hero.tail.startswith(("who was ", "who had ", "who could ", "who did ")):
        pass
    found.append((Line("open", "{SENSE}", frozenset({"wide"}), more=True), 14.0, 0))
    for clause in premise.clauses:
        text = (
            clause.text[:1].lower() + clause.text[1:]
            if not clause.text[:2].istitle() or clause.text.startswith(("The ", "A ", "An ", "His ", "Her "))
            else clause.text
        )
        if clause.mark in {"because", "when", "since", "as", "once", "whenever"} and not tells_cause:
            found.append((Line("cause", "{One}, " + (text if clause.subject is not None else "{he} " + text) + "."), 1.0, 0))
        elif clause.mark == "first":
            found.append((Line("cause", "{One}, {h} " + text + "."), 1.0, 0))
        elif clause.mark == "after":
            found.append(
                (
                    Line(
                        "cause",
                        (f"It was soon after {text}." if clause.deed is None else "{One}, " + (text if clause.subject is not None else "{he} " + text) + "."),
                    ),
                    1.0,
                    0,
                )
            )
    return found


def _meanwhile(premise: Premise) -> list[Line]:
    found = []
    for clause in premise.clauses:
        if clause.mark == "before":
            found.append(Line("try", f"There was little time: it had to be done before {clause.text}."))
        elif clause.mark == "while" and clause.subject is None:
            found.append(Line("try", "All the while {he} " + clause.text + "."))
        elif clause.mark in {"but", "although", "though"}:
            found.append(Line("fail", "But " + (clause.text if clause.subject is not None else "{he} " + clause.text) + "."))
    for clause in premise.more:
        text = clause.text
        found.append(Line("try", words.capital(text) + "."))
    return found


def _then(premise: Premise, random: Random) -> list[Line]:
    found = []
    frames = ["And then {he} %s.", "After that, {he} %s.", "And so {he} %s."]
    random.shuffle(frames)
    for clause in premise.clauses:
        if clause.mark in {"and", "then", "so"}:
            if clause.subject is None:
                found.append(Line("then", frames.pop() % clause.text if frames else "{He} " + clause.text + "."))
            else:
                found.append(Line("then", "And " + _lower(clause) + "."))
        elif clause.mark in {"until", "till"}:
            found.append(Line("then", "So it went on, until " + (_lower(clause) if clause.subject is not None else "{he} " + clause.text) + "."))
    return found


def _lower(clause: Clause) -> str:
    text = clause.text
    return (
        text[:1].lower() + text[1:] if re.match(r"(?:The|A|An|His|Her|Their|Its|Some|One|No|Two|Three|Every)\b|(?:Someone|Nobody|Everyone)\b", text) else text
    )


def _episodes(drafts: list[Draft], premise: Premise, random: Random) -> list[Draft]:
    """Longer stories meet more on the way: blocks of lines between the first try and the failure."""
    from pipelines.screenwriter.plots import facts, lines_of

    offered = facts(premise)
    listed = [entry for entry in lexicon.table("episodes") if set(entry.get("needs") or ()) <= offered]
    random.shuffle(listed)
    at = next((i for i, draft in enumerate(drafts) if draft.line.part in {"fail", "low"}), len(drafts) - 1)
    blocks: list[Draft] = []
    settled = premise.kind not in {"journey", "quest", "ordeal"}
    if settled and listed:
        leave = (
            "{H} did not know what to do next. So {he} went out into the world to ask.",
            "There was nobody here who could help. {H} shut the door, and went to look for advice.",
            '"I need to think," said {h}, and {he} thought best when {he} walked.',
        )
        blocks.append(Draft(Line("episode", random.choice(leave), frozenset({"away", "wide"})), 40.5, block=1))
    for number, entry in enumerate(listed, start=1):
        lines = lines_of(entry["lines"])
        blocks += [Draft(replace(line, part="episode", more=False, tags=line.tags | {"away"}), 40.0 + number, block=number) for line in lines]
        if not settled and number % 2:
            blocks.append(Draft(Line("episode", "{TROUBLE}", frozenset({"away"}), more=True), 38.0 + number))
    if settled and listed:
        back = (
            "Then {h} turned round and went home, with full pockets and no answer.",
            "At last {he} had gone all the way round, and stood where {he} had set out.",
            "{H} came back one evening, tired and dusty, and everything was as {he} had left it.",
        )
        blocks.append(Draft(Line("episode", random.choice(back), frozenset({"dusk", "wide"})), 40.5, block=1))
    return drafts[:at] + blocks + drafts[at:]


def _fill(order: list[Draft], budget: float) -> None:
    """Chooses drafts by rank until the budget is full; the lines without which there is no story always."""
    for draft in order:
        draft.chosen = draft.rank <= 1.0
    left = budget - sum(draft.size for draft in order if draft.chosen)
    done: set[int] = set()
    for draft in sorted((d for d in order if d.rank > 1.0), key=lambda d: d.rank):
        if draft.block:
            if draft.block in done:
                continue
            block = [d for d in order if d.block == draft.block]
            done.add(draft.block)
        else:
            block = [draft]
        size = sum(d.size for d in block)
        if size <= left + 1.8:
            for d in block:
                d.chosen = True
            left -= size


def _render(lines: list[Line], teller: Teller) -> list[Beat]:
    beats = []
    opened = any(line.text == "{OPEN}" for line in lines)
    if not opened:
        teller.placed = False
    for line in lines:
        teller.homed = False
        if line.text == "{OPEN}":
            text = _open(teller)
        else:
            try:
                text = teller.line(line.text)
            except KeyError:
                if not line.more and line.part != "episode":
                    raise
                continue
        if text.strip():
            beats.append(Beat(part=line.part, text=text, tags=line.tags | ({"home"} if teller.homed else set()), who=frozenset(teller.seen)))
    return beats


_NOT_HOME = {"station", "stage", "hospital", "school", "kitchen", "church", "cave", "sky", "space", "underwater", "sea", "workshop", "stadium"}


def _open(teller: Teller) -> str:
    """The first sentence: who, and where."""
    told = _opened(teller)
    if re.match(r"There (?:was|were) once", told) and len(told) < 48 and teller.hero.being.alive and not teller.hero.being.tail and not teller.hero.plural:
        return told
    return told


def _opened(teller: Teller) -> str:
    hero, random = teller.hero, teller.random
    place = teller.place
    in_deed = teller._place_in_deed()
    teller.opened, teller.placed = True, True
    teller.introduced.add("h")
    teller.seen = {"h"}
    intro = teller.intro()
    once = re.sub(r"^the (?=.)", "" if hero.plural else "the ", intro).rstrip(",")
    if not hero.plural and once.startswith("the ") and " named " in once:
        once = words.a(once.removeprefix("the "))  # "there was once a chicken named Hazel"
    named = intro.endswith(",")
    home = str(lexicon.trade(hero.being.noun).get("home") or "")
    if hero.being.definite and hero.being.tail.startswith("of ") and hero.name and hero.being.kind == "human" and not hero.plural:
        return f"{hero.name} was the {hero.being.text} {hero.being.tail}."
    at_home = bool(home) and lexicon.place_kind(home) == place.kind
    if in_deed and place.kind in {"city", "sea", "space"}:
        home = home.removeprefix("village ")  # "a village bakery" is in no city
    if in_deed and home and not at_home:
        teller.homed = True
        return f"{words.capital(_home(teller, home))} lived {intro.rstrip(',')}." if not named else f"{intro} lived {_home(teller, home)}."
    if hero.name and (not hero.being.noun or hero.name.lower().startswith(hero.being.noun)):
        where = teller.a_place()
        return f"This is the story of {hero.name}." if in_deed or place.kind in _NOT_HOME else words.tidy(f"{hero.name} lived {where}.")
    if in_deed or place.phrase.lower() in intro.lower() or place.kind == "stadium":
        return f"There {'were' if hero.plural else 'was'} once {once}."
    if place.owner or hero.being.owner:
        return f"There {'were' if hero.plural else 'was'} once {once}."
    where = teller.a_place()
    if named:
        return words.tidy(
            random.choice((f"{intro} lived {where}.", f"{words.capital(where)} lived {intro.rstrip(',')}."))
            if at_home or place.kind not in _NOT_HOME
            else f"{words.capital(teller.one())}, {intro} came to {_came(where)}."
        )
    if at_home or (place.kind not in _NOT_HOME and (hero.being.kind != "human" or teller.premise.place is None)) or teller.premise.place is None:
        return (
            words.capital(
                random.choice(
                    (f"{where} lived {intro}.", f"{intro} lived {where}.", f"there {'were' if hero.plural else 'was'} once {once}, who lived {where}.")
                )
            )
            if not hero.being.tail
            else words.capital(f"{where} lived {intro}.")
        )
    return words.capital(f"{teller.one()}, {intro} came to {_came(where)}.")


def _came(where: str) -> str:
    return where.split(" ", 1)[1]


def _home(teller: Teller, home: str) -> str:
    from pipelines.screenwriter.premise import Place

    return teller.a_place(Place(phrase=home, kind=lexicon.place_kind(home)))


def _bare(premise: Premise, teller: Teller, seconds: float) -> list[Beat]:
    """One sentence for a film of five seconds: who does what, and no more."""
    hero = teller.hero
    who = hero.name if hero.being.name else words.a(hero.being.text) if hero.being.noun and not hero.plural and not hero.being.definite else hero.a
    deed = teller.deed(premise.deed, "past") if premise.deed is not None else f"was {teller.a_place()}"
    if any(c.mark == "strange" for c in premise.clauses):
        text = next(c.text for c in premise.clauses if c.mark == "strange")
    elif premise.kind in {"thing", "idea"} and teller.other is not None:
        text = f"this is {teller.other.bare if premise.kind == 'idea' else teller.other.the}"
    else:
        text = f"{who} {deed}"
        spare = [*(teller.other.being.adjectives if teller.other is not None else ()), *hero.being.adjectives, *hero.being.noun.split()[:-1]]
        for adjective in spare:
            if pace.seconds(text) > seconds * 1.15:
                text = re.sub(rf"\b{re.escape(adjective)} ", "", text, count=1)
        if pace.seconds(text) > seconds * 1.15 and len((shorter := _NEAR_END.sub("", text)).split()) > 3:
            text = shorter
    return [Beat("want", words.capital(_articled(words.tidy(text))) + ".", frozenset({"wide"}), frozenset({"h", "o"}))]


_NEAR_END = re.compile(r" (?:in|on|at|under|through|across|with|from|near|during) (?:\w+ ){0,4}\w+$")


def _articled(text: str) -> str:
    """A and an set right after words were left out."""
    return re.sub(r"\b([Aa])n? ([A-Za-z]+)", lambda m: (m[1] + words.a(m[2])[1:]) if m[2].islower() else m[0], text)


def _micro(premise: Premise, teller: Callable[[], Teller], seconds: float) -> list[Beat]:
    """Who does what, and one line more: the tellings of two lines that come nearest to the time."""
    if seconds < LEAST_OF_TWO:
        return _bare(premise, teller(), seconds)
    closings = lexicon.table("closings").get(premise.kind) or lexicon.table("closings")["discovery"]
    firsts = ["{One}, {h} {deed}.", "{H} {deed}."] if premise.deed is not None else ["{One}, there was {h}."]
    if premise.kind in {"thing", "idea"}:
        firsts = ["{One}, {h} asked what {o.bare} was."]
    if any(c.mark == "strange" for c in premise.clauses):
        firsts = ["{CAUSE}."]
    tellings = []
    for first in firsts:
        for closing in closings:
            last = Line("end", closing, frozenset({"close"}))
            tellings.append(_render([Line("want", first, frozenset({"wide"})), last], teller()))
            tellings.append([*_bare(premise, teller(), seconds - 1.6), *_render([last], _met(teller()))])
            for opening in (("{OPEN}",), ("{OPEN}", "{SENSE}")):
                lines = [Line("open", text, frozenset({"wide"})) for text in opening]
                tellings.append(_render([*lines, Line("want", first), last], teller()))
    return min(tellings, key=lambda beats: abs(sum(pace.seconds(beat.text) for beat in beats) - seconds))


def _met(teller: Teller) -> Teller:
    """The teller after the parts were named."""
    teller.opened = teller.placed = teller.dated = True
    teller.introduced |= {"h", "o"}
    return teller
