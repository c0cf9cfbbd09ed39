"""The forms that a story can take besides the told one: news, song, channel, clip with three points, advertisement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from pipelines.screenwriter import lexicon, words
from pipelines.screenwriter.cut import sentences
from pipelines.screenwriter.plots import Line, Plot, lines_of
from pipelines.screenwriter.premise import Premise

FORMS = ("news_analysis", "music_video", "persona_channel", "youtube_clone", "ad_spot")


SHORT = 16.0  # seconds of speech below which a form has shorter frames


def shaped(form: str, premise: Premise, plot: Plot, random: Random, product: str, *, short: bool = False) -> Plot:
    """The plot in another form: its own lines, some of which quote the plot's; `short` for films of less than twenty seconds.

    `form` is one of FORMS; any other gives the plot back as it is.
    """
    if form not in FORMS:
        return plot
    table = lexicon.table("forms")[form]
    if form == "persona_channel":
        return _persona(table, premise, plot, random, short=short)
    frames: Sequence[str] = table["short"] if short else table["thing"] if form == "ad_spot" and premise.deed is None else table["frames"]
    frame = _filled(random.choice(list(frames)), list(table.get("pool") or ()), random)
    fills = {
        "WITNESS": lambda: str(random.choice(table["witness"])),
        "QUOTE": lambda: str(table["quote"].get(premise.kind, "I am as surprised as you are")),
        "WHY": lambda: str(random.choice(table["why"].get(premise.kind, table["why"]["discovery"]))),
        "NEXT": lambda: str(random.choice(table["next"])),
        "REFRAIN": lambda: str(table["refrain"].get(premise.kind, table["refrain"]["discovery"])),
        "LESSON": lambda: str(table["lesson"].get(premise.kind, table["lesson"]["discovery"])),
    }
    lines = []
    for line in lines_of(frame):
        text = re.sub(r"\{(WITNESS|QUOTE|WHY|NEXT|REFRAIN|LESSON)\}", lambda m: fills[m[1]](), line.text)
        text = re.sub(r"\{PLOT:([a-z]+)\}", lambda m: _quoted(plot, m[1]), text)
        text = text.replace("{product}", product).replace("{Product}", words.capital(product))
        keep = not line.more and line.part in ({"want", "try", "low", "turn", "end"} if form == "youtube_clone" else {"want", "find", "turn", "end"})
        keep = keep or ("{deed}" in line.text and not line.more)
        lines.append(_undone(Line(line.part, text, line.tags, line.more, keep=keep), premise))
    mood = {"news_analysis": "serious", "music_video": "lyrical", "youtube_clone": "energetic", "ad_spot": "bright"}[form]
    return Plot(plot.kind, f"{form}.{plot.name}", plot.needs, plot.verbs, plot.only, plot.side, mood, tuple(lines), ())


def _filled(frame: str, pool: list[str], random: Random) -> str:
    """The frame with the pool's lines where it says POOL, in an order of the seed: a longer film takes as many as it has time for."""
    random.shuffle(pool)
    return frame.replace("POOL", "\n".join(f"+: {line}" for line in pool))


def _quoted(plot: Plot, part: str) -> str:
    """The plot's line for a part, or the nearest that it has."""
    lines = [line for line in (plot.brief or plot.lines) if not line.more]
    lines = [line for line in lines if not line.back] + lines  # what stands by itself first
    order = {"try": ("try", "fail", "want"), "low": ("low", "fail"), "turn": ("turn", "win")}[part]
    text = next((line.text for name in order for line in lines if line.part == name), "")
    text = sentences(text)[0] if len(text) > 70 and sentences(text) else text
    return words.capital(re.sub(r"^(?:And|Then|But|So|Just then) (?=[a-z{])", "", text))


def _undone(line: Line, premise: Premise) -> Line:
    """A line that speaks of the deed, when the prompt has none."""
    if premise.deed is not None:
        return line
    text = line.text
    thing = "{o.bare}" if premise.kind == "idea" else "{o.the}"
    told = (
        (("{deed}", "came to stay {in}"), ("{has} {done}", "{has} been seen {in}"))
        if premise.kind == "portrait"
        else (("{deed}", f"fell for {thing}"), ("{has} {done}", f"{{has}} spoken up for {thing}"))
    )
    for slot, instead in told:
        text = text.replace(slot, instead)
    return Line(line.part, text, line.tags, line.more, line.keep)


def _persona(table: dict[str, list[str]], premise: Premise, plot: Plot, random: Random, *, short: bool) -> Plot:
    """The plot told by its hero to a camera."""
    first = Line("want", random.choice(table["open"]), frozenset({"close"}), keep=True)
    last = Line("end", random.choice(table["brief" if short else "close"]), frozenset({"close"}), keep=True)
    asides = [Line("low", text, frozenset({"close"}), more=True) for text in random.sample(table["pool"], len(table["pool"]))]
    if premise.deed is None:
        first = Line("want", "Hi, it's {name}. Nobody ever asks me, so today I will just tell you.", frozenset({"close"}), keep=True)

    def told(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        body = [
            replace(line, part="low", keep=not line.more and not short) if line.part == "end" else replace(line, keep=False)
            for line in lines
            if line.text not in {"{One}, {h} {deed}.", "{One}, {he} {deed}."}  # the first line tells that
        ]
        mixed: list[Line] = []
        for number, line in enumerate(body):
            mixed.append(line)
            if number % 2 and asides and not (number + 1 < len(body) and body[number + 1].back):
                mixed.append(replace(asides.pop(), part=line.part))
        return (first, *mixed, last)

    return Plot(
        plot.kind, f"persona.{plot.name}", plot.needs, plot.verbs, plot.only, plot.side, plot.mood, told(plot.lines), told(plot.brief) if plot.brief else ()
    )
