"""Films that explain: definitions and open questions in the order of a frame of `data/explain.yaml`, with nothing invented about the world."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from farm.specs import WriteSpec
from farm.types import Screenplay
from pipelines.meaning.facts import fact
from pipelines.screenwriter import lexicon, names, pace, words
from pipelines.screenwriter.fit import fitted, length, stretched, target
from pipelines.screenwriter.hours import hour
from pipelines.screenwriter.notes import Notes, Sayings
from pipelines.screenwriter.plots import Line, lines_of
from pipelines.screenwriter.premise import Being, Place
from pipelines.screenwriter.showing import named_in, seen, shown
from pipelines.screenwriter.stage import Set, shoot
from pipelines.screenwriter.things import solid
from pipelines.screenwriter.titles import headline
from pipelines.screenwriter.topic import Topic
from pipelines.screenwriter.weave import Beat

SLOWER = 1.06
"""How much longer a film of definitions is than its letters say: their long words are spoken 9 % slower than a story's (40 lines measured), and speech is
three quarters of a film."""
SHORT = 13.0  # seconds of speech below which a frame has no room
_ABOUT = (
    (re.compile(r"\b(?:star|stars|planets?|galax\w+|celestial|orbit\w*|solar system|outer space|spacecraft|universe)\b"), "space"),
    (re.compile(r"\b(?:marine|cetacean|seas?|ocean\w*|saltwater|tides?)\b"), "sea"),
)
_ABOVE = frozenset({"moon", "sun", "sky", "star", "heaven", "cloud", "night"})
_NIGHTLY = re.compile(r"\b(?:moon|stars?|asleep|sleep|sleeps|bedtime|lullaby|goodnight)\b")
_SHOUTED = re.compile(r"!|%|[$\u20ac\u00a3]\s?\d|\s[-\u2013\u2014|]\s")
_ORDINALS = ("The first picture", "The second", "The third", "The fourth", "The fifth", "And another")
_PLACES = {
    "food": "kitchen",
    "plant": "garden",
    "body": "bedroom",
    "group": "city square",
    "artifact": "workshop",
    "substance": "laboratory",
    "animal": "meadow",
    "nature": "green hills",
}


def explain(spec: WriteSpec, topic: Topic, random: Random, step: Callable[[int, int, str], None]) -> Screenplay:
    """The screenplay that explains a topic in the format ordered."""
    taken: set[str] = set()
    host = _host(spec, random, taken)
    place = _place(spec, topic)
    frame, pool = _frame(spec, topic, random)
    state = random.getrandbits(32)
    short = spec.speech_seconds < SHORT

    sayings = Sayings(Notes(topic, Random(state)).own())

    def tell(speech: float) -> list[Beat]:
        return _told(frame, pool, topic, Notes(topic, Random(state)), sayings, host, place, speech, Random(state), hinted=[h.name for h in spec.elements])

    off, beats = fitted(tell, target(spec) / SLOWER, spec.speech_seconds)
    if short and off > 0.1:
        beats = _few(topic, sayings, target(spec) / SLOWER)
    step(3, 5, "explained")
    characters, calls = seen(spec, topic, beats, host, random, taken)
    beats = [replace(beat, who=beat.who | named_in(beat.text, calls)) for beat in beats]
    items = shown(spec, topic, beats, characters)
    time = (
        lexicon.time_of(re.findall(r"[a-z]+", topic.phrase.lower()))
        or ("night" if topic.kind == "verse" and _NIGHTLY.search(topic.phrase.lower()) else "dawn" if topic.kind == "pep" else "")
        or random.choice(("morning", "day", "afternoon"))
    )
    weather = lexicon.weather_of(re.findall(r"[a-z]+", topic.phrase.lower())) or "clear"
    indoors = bool(lexicon.place_entry(place.kind).get("indoors"))
    library = Place(phrase="old library", kind="school")
    outside = next(p for p in (Place(phrase="garden", kind="garden"), Place(phrase="city street", kind="city")) if p.kind != place.kind)
    scenery = Set(
        there=outside,
        place=place,
        time=time,
        weather=weather,
        indoors=indoors,
        away=library if place.kind != "school" else Place(phrase="workshop", kind="workshop"),
        fixed_time=True,
    )
    mood = {"news_analysis": "serious", "music_video": "lyrical", "youtube_clone": "energetic", "ad_spot": "bright", "persona_channel": "warm"}.get(
        spec.content_type
    )
    mood = mood or {
        "news": "serious",
        "product": "bright",
        "list": "playful",
        "place": "calm",
        "verse": "calm",
        "pep": "hopeful",
        "joke": "playful",
        "wish": "joyful",
    }.get(topic.kind, "curious")
    scenes, shots = shoot(beats, scenery, characters, items, calls, mood, random)
    step(4, 5, f"{len(shots)} shots staged")
    used = {key for shot in shots for key in shot.items}
    present = {key for shot in shots for key in shot.characters}
    screenplay = Screenplay(
        title=spec.title or headline(words.capital(re.sub(r"\s+", " ", _named(spec.prompt, topic)).strip(" .")))[:80],
        logline=words.capital(spec.prompt.strip().rstrip(".!? ")[:280]) + ".",
        locale="en",
        mood=mood,
        characters=tuple(c for c in characters.values() if c.key in present),
        scenes=tuple(scenes),
        items=tuple(item for item in items if item.key in used),
        shots=tuple(stretched(shots, target(spec) / SLOWER)),
    )
    step(5, 5, "written")
    return screenplay


def _named(prompt: str, topic: Topic) -> str:
    """The prompt as a title."""
    if topic.kind == "list":
        return _and([words.capital(thing) for thing in topic.things[:4]])
    if topic.kind == "product" and _SHOUTED.search(prompt) and topic.things:
        return topic.things[0]
    return topic.question or (f"How to {topic.do}" if topic.kind == "howto" and topic.do != topic.doing else prompt.lower() if prompt.isupper() else prompt)


def _host(spec: WriteSpec, random: Random, taken: set[str]) -> Being | None:
    """Who speaks to the camera, in the formats that have somebody; whom the caller named, else an invented name."""
    hint = spec.characters[0] if spec.characters else None
    if spec.content_type not in {"persona_channel", "youtube_clone", "news_analysis"} and hint is None:
        return None
    gender = names.gender_of(hint.name) if hint is not None else "neutral"
    gender = gender if gender != "neutral" else random.choice(("female", "male"))
    noun = "journalist" if spec.content_type == "news_analysis" else "woman" if gender == "female" else "man"
    name = hint.name if hint is not None else names.pick("human", gender, "adult", random, taken)
    return Being(noun=noun, head=noun, kind="human", gender=gender, name=name)


def _place(spec: WriteSpec, topic: Topic) -> Place:
    """Where it is shown: what the caller asked for, a place that the topic names, else where such a thing is at home."""
    if spec.locations:
        name = re.sub(r"^(?:the|an?)\s+", "", spec.locations[0].name.strip(), flags=re.IGNORECASE)
        return Place(phrase=name, kind=lexicon.place_kind(name) or lexicon.place_kind(spec.locations[0].description))
    if topic.kind == "pep":
        return Place(phrase="mountain path", kind="mountain")
    if topic.kind == "wish":
        return Place(phrase="garden", kind="garden")
    made = topic.do.startswith(("make ", "cook ", "bake ", "brew ", "boil ", "fry "))
    if topic.kind == "howto" and made and all((known := fact(thing)) is None for thing in topic.things):
        return Place(phrase="kitchen", kind="kitchen")  # what no dictionary knows and one makes is a dish
    if topic.kind == "howto" and any((known := fact(thing)) is not None and known.kind == "food" for thing in topic.things):
        return Place(phrase="kitchen", kind="kitchen")
    for thing in topic.things:
        if topic.kind == "verse" and thing in _ABOVE:
            continue
        known = fact(thing)
        if lexicon.place_kind(thing) and topic.kind != "product" and not solid(thing):
            return Place(phrase=thing, kind=lexicon.place_kind(thing), proper=thing[:1].isupper())
        if known is not None and known.noun[:1].isupper():
            return Place(
                phrase=known.noun,
                kind="city" if re.match(r"(?:a|the) .*?(?:city|town|capital|port)", known.what) else "mountain" if "mountain" in known.what else "field",
                proper=True,
            )
    for thing in topic.things[:1]:
        if (known := fact(thing)) is not None and (found := next((place for pattern, place in _ABOUT if pattern.search(known.what)), None)) is not None:
            return Place(phrase=found, kind=lexicon.place_kind(found))
    if topic.kind == "past":
        invented = re.search(r"\b(?:discover|invent|isolat|develop|measur|prove)", topic.phrase)
        where = next((m[1] for m in re.finditer(r"\b(?:on|in|at) (?:the )?([a-z]+)", topic.phrase.lower()) if lexicon.place_kind(m[1])), "")
        if where:
            return Place(phrase=where, kind=lexicon.place_kind(where))
        return Place(phrase="laboratory" if invented else "old town square", kind="workshop" if invented else "village")
    for thing in topic.things:
        home = str(lexicon.trade(words.singular(thing)).get("home") or "")
        if home:
            return Place(phrase=home, kind=lexicon.place_kind(home))
    for thing in topic.things:
        if thing in {"bed", "sleep", "dream", "morning routine", "routine", "pillow", "blanket"}:
            return Place(phrase="bedroom", kind="house")
        if thing.split()[-1] in lexicon.VEHICLES | {"bicycle", "bike", "shoe", "scooter"}:
            return Place(phrase="city street", kind="city")
        known = fact(thing)
        if known is not None and known.kind in _PLACES:
            phrase = "city street" if topic.kind == "news" else _PLACES[known.kind]
            return Place(phrase=phrase, kind=lexicon.place_kind(phrase))
    return Place(phrase="city street", kind="city") if topic.kind == "news" else Place(phrase="small town", kind="village")


def _frame(spec: WriteSpec, topic: Topic, random: Random) -> tuple[tuple[Line, ...], list[str]]:
    """The lines and the pool of the format, for documentaries of the topic's kind."""
    table = lexicon.table("explain")
    form = spec.content_type if spec.content_type in table and not topic.own else "documentary"
    if form == "documentary":
        listed = table[form][topic.tone if topic.kind == "news" and topic.tone else topic.kind]
    else:
        listed = table[form]["short" if spec.speech_seconds < 16 else "frames"]
    pool = list(table["pools"][topic.kind] if topic.own else table[form]["pool"])
    random.shuffle(pool)
    block = random.choice(listed)
    tokens = {"ITEMS": "+: {ITEMS}", "FACTS": "+: {FACTS}", "POOL": "+: {POOL}", "OWN": "own: {OWN}", "LAST": "own: {LAST}", "AGAIN": "own: {AGAIN}"}
    lines = lines_of("\n".join(tokens.get(line.strip(), line) for line in block.strip().splitlines()))
    return tuple(replace(line, text=random.choice(line.text.split(" || "))) for line in lines), pool


@dataclass
class _Entry:
    """One sentence that may be said, and how soon it is left out (0 never)."""

    beat: Beat
    rank: float


def _told(
    frame: tuple[Line, ...],
    pool: list[str],
    topic: Topic,
    notes: Notes,
    sayings: Sayings,
    host: Being | None,
    place: Place,
    speech: float,
    random: Random,
    hinted: list[str],
) -> list[Beat]:
    used: set[str] = set()
    definitions = (said for said in sayings if said not in used)
    values = _values(topic, host)
    time = lexicon.time_of(re.findall(r"[a-z]+", topic.phrase.lower())) or "day"
    senses = [
        str(s) for s in lexicon.place_entry(place.kind)["sense"] if hour(str(s), time) == time and not lexicon.weather_of(re.findall(r"[a-z]+", str(s).lower()))
    ]
    random.shuffle(senses)
    entries: list[_Entry] = []
    mixed = False
    named = host.name.lower().split()[0] if host is not None else ""

    def add(line: Line, text: str, rank: float) -> None:
        text = words.tidy(text)
        text = re.sub(r"(^|[.!?]\s+)([\"']?)([a-z])", lambda m: m[1] + m[2] + m[3].upper(), text)
        text = re.sub(r"(?<=: )(?:The|This|A|An)\b", lambda m: m[0].lower(), text)
        who = (
            frozenset({"host"})
            if host is not None and ({"close"} & line.tags or line.part in {"ask", "end"} or (named and named in text.lower()))
            else frozenset()
        )
        entries.append(_Entry(Beat(part=line.part, text=text, tags=line.tags | {"topic"}, who=who), rank))

    for number, line in enumerate(frame):
        rank = 0.0 if line.keep else (3.0 if "{FACT}" in line.text else 4.0) + number / 100 if not line.more else 20.0 + number / 100
        if line.more and "{FACT}" in line.text:
            rank = 3.9
        if line.text in {"{OWN}", "{LAST}", "{AGAIN}"}:
            said_own = {"{OWN}": topic.own[:-1] or topic.own, "{LAST}": topic.own[-1:] if len(topic.own) > 1 else (), "{AGAIN}": topic.own[-1:]}[line.text]
            for count, own in enumerate(said_own):
                add(Line("own", "", frozenset({"close"} if count % 2 else {"wide"})), own, 22.0 + count / 10 if line.text == "{AGAIN}" else 0.0)
        elif line.text == "{ITEMS}":
            for count, (thing, named_) in enumerate(zip(topic.things, topic.phrase.split(", "), strict=False)):
                known = fact(thing)
                said = notes.definition(known) if known is not None else ""
                add(Line("show", "", frozenset({"wide"})), f"{_ORDINALS[min(count, len(_ORDINALS) - 1)]}: {named_}.", 1.0)
                if said and known is not None:
                    used.add(said)
                    add(Line("fact", "", frozenset({"close"})), said, 5.0)
        elif line.text in {"{FACTS}", "{POOL}"}:
            extra = list(islice(definitions, 4 + int(speech / 4))) if line.text == "{FACTS}" else []
            spare = [] if mixed else list(pool)
            mixed = True
            at = 0
            for at, said in enumerate(extra):
                add(Line("fact", "", frozenset({"close"} if at % 2 else {"away"} if at % 6 == 4 else {"there"} if at % 6 == 2 else set())), said, 25.0 + at)
                if at % 2 and spare:
                    add(Line("point", "", frozenset({"away"} if at % 4 == 3 else {"wide"})), spare.pop(), 25.5 + at)
            for more, said in enumerate(spare):
                add(Line("point", "", frozenset({"wide"} if more % 2 else {"close"})), said, 27.0 + at + more if line.text == "{FACTS}" else 21.0 + more)
        else:
            text = line.text
            missing = False
            for slot, take in (("{FACT}", definitions), ("{SECOND}", definitions), ("{SENSE}", iter(senses))):
                if slot in text:
                    said = next(take, "")
                    if slot == "{SENSE}" and said:
                        senses.remove(said)
                    missing = missing or not said
                    text = text.replace(slot, said)
            for slot, what in (("{KINDS}", "kinds"), ("{PARTS}", "parts")):
                if slot in text:
                    said = notes.listed(what)
                    missing = missing or not said
                    text = text.replace(slot, said)
            if missing and not (line.keep and re.sub(r"[^A-Za-z]", "", text)):
                continue
            text = re.sub(r"\{([A-Za-z]+)\}", lambda m: words.capital(values[m[1].lower()]) if m[1][0].isupper() else values[m[1]], text)
            add(line, text, rank)
    for name in hinted:
        add(Line("show", ""), f"And this is {name if re.match(r'(?:the|an?|his|her)', name, re.I) else 'the ' + name}.", 1.0)
        entries.insert(2, entries.pop())
    return _chosen(entries, speech)


def _chosen(entries: list[_Entry], speech: float) -> list[Beat]:
    """The entries that fit into the time, by rank, in the order of telling."""
    left = speech
    kept: set[int] = set()
    for index, entry in sorted(enumerate(entries), key=lambda pair: pair[1].rank):
        size = pace.seconds(entry.beat.text)
        if entry.rank <= 0 or size <= left + 1.2:
            kept.add(index)
            left -= size
    return [entry.beat for index, entry in enumerate(entries) if index in kept]


def _few(topic: Topic, sayings: Sayings, wanted: float) -> list[Beat]:
    """A film of a few seconds: what it is about, and one thing to know or think about it, whatever comes nearest to the time."""
    values = _values(topic, None)
    known = list(islice(sayings, 3))
    firsts = [words.capital(values["claim"]), words.capital(topic.phrase) + ".", f"Look at {topic.phrase}."]
    lasts = ["Look closely.", "There is more to it than one thinks.", "It is worth a second look.", ""]
    tellings = [[first, *told, last] for first in firsts for told in ([], known[:1], known[1:2], known[:2], known[:3]) for last in lasts]
    tellings = [[text for text in texts if text] for texts in tellings]
    two = 7.0  # seconds of a film that has two pictures

    def beats(texts: list[str]) -> list[Beat]:
        parts = ["ask", *["fact"] * (len(texts) - 2), "end"]
        return [Beat(part, text, frozenset({"topic", "wide" if part == "ask" else "close"})) for part, text in zip(parts, texts, strict=False)]

    told = [beats(texts) for texts in tellings if len(texts) > 1 or wanted < two]
    return min(told, key=lambda one: abs(length(one) - wanted))


def _values(topic: Topic, host: Being | None) -> dict[str, str]:
    """The slots' words for a topic."""
    phrase = topic.phrase
    thing = topic.things[0] if topic.things else phrase
    about = topic.ask or {
        "howto": f"how to {topic.do}" if topic.do != topic.doing else topic.do,
        "history": f"the history of {phrase}",
        "life": f"the life of {phrase}",
        "news": f"what it means that {topic.news}",
    }.get(topic.kind, phrase)
    claim = (
        topic.question
        or (words.capital(topic.news) + "." if topic.news else "")
        or (f"This is about {about}." if topic.kind not in {"product", "place"} else f"{words.capital(phrase)}.")
    )
    return {
        "t": f"the {phrase}" if topic.kind == "news" and not re.match(r"the\b", phrase) and not topic.plural and not phrase[:1].isupper() else phrase,
        "thing": thing,
        "about": about,
        "claim": claim,
        "question": topic.question,
        "do": topic.do,
        "doing": topic.doing,
        "news": topic.news,
        "it": "them" if topic.plural else "it",
        "this": _this(phrase),
        "short": re.split(r" (?:that|which|made|designed|built|for|with|from|in|on) ", phrase)[0]
        if topic.kind == "product"
        else f"the {phrase}"
        if topic.kind == "news" and not topic.plural
        else phrase,
        "there": f"there {'are' if topic.plural else 'is'}",
        "list": _and(list(topic.things)),
        "number": words.number(len(topic.things)) if topic.things else "a few",
        "name": host.name if host is not None else "",
    }


def _this(phrase: str) -> str:
    """ "A smart bottle that …" as a sentence: "this is a smart bottle that …"."""
    return f"this is {phrase if re.match(r'(?:an?|the|our|your)', phrase, re.IGNORECASE) else words.a(phrase)}"


def _and(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else "".join(parts)
