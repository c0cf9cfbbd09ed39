"""From a specification to a screenplay: cleans, reads, plots, tells and stages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from farm.script import as_script
from farm.specs import Hint, WriteSpec
from farm.types import Character, Item, Screenplay, Style
from farm.work import EngineError
from pipelines.screenwriter import clean, lexicon, words
from pipelines.screenwriter.cast import Part, part
from pipelines.screenwriter.crowd import met as bystanders
from pipelines.screenwriter.fit import FAIR, POOR, fitted, stretched, target
from pipelines.screenwriter.forms import FORMS, SHORT, shaped
from pipelines.screenwriter.invent import complete, somewhere
from pipelines.screenwriter.own import own_topic
from pipelines.screenwriter.plots import Line, Plot, choose
from pipelines.screenwriter.premise import Being, Place, Premise
from pipelines.screenwriter.reading import read
from pipelines.screenwriter.spelling import spelled
from pipelines.screenwriter.stage import MAIN, Set, shoot
from pipelines.screenwriter.telling import Teller
from pipelines.screenwriter.things import pictured, solid
from pipelines.screenwriter.titles import title
from pipelines.screenwriter.topics import lowered, product_topic, topic_of
from pipelines.screenwriter.typed import plainly
from pipelines.screenwriter.weave import BRIEF, MICRO, Beat, weave

LOCALES = ("en",)
PLOTS_TRIED = 10  # for one whose telling is as long as was ordered
LONGEST_SPOT = 60.0  # seconds of speech up to which a song or a spot about a thing has enough to say; beyond, it tells a story
SCRIPT_WORDS = 60  # from here on a text is a script with events of its own, not a premise

Step = Callable[[int, int, str], None]


def quiet(step: int, of: int, note: str) -> None:
    """A report for nobody."""


def write(spec: WriteSpec, step: Step = quiet) -> Screenplay:
    """The screenplay for a specification; the same specification gives the same screenplay.

    Raises EngineError: `unsupported_locale`, `bad_prompt`.
    """
    language = spec.locale.lower().replace("_", "-").split("-")[0]
    if language not in LOCALES:
        return _in_another(spec, language, step)
    text = clean.clean(spec.prompt)
    step(1, 5, "prompt read")
    if not spec.expand or len(text.split()) > SCRIPT_WORDS:
        from pipelines.screenwriter.script import screenplay_of

        return screenplay_of(spec, text, step)
    asked = plainly(spelled(lowered(clean.topic(text))), spec.content_type)
    text = asked.text
    if asked.title and not spec.title:
        spec = spec.model_copy(update={"title": asked.title})
    random = Random(_seed(spec))
    long_song = spec.content_type in {"music_video", "ad_spot"} and spec.speech_seconds > LONGEST_SPOT
    topic = None
    if asked.own:
        topic = own_topic(text, asked.own, asked.tone)
    elif asked.tone == "offer":
        topic = product_topic(text)
    elif not long_song:
        topic = topic_of(text, spec.content_type)
    if topic is not None:
        from pipelines.screenwriter.explain import explain

        step(2, 5, f"a film that explains ({topic.kind})")
        return explain(spec, topic, random, step)
    premise = read(text)
    if premise.place is None and asked.place:
        premise = replace(premise, place=Place(phrase=asked.place, kind=lexicon.place_kind(asked.place)))
    premise = complete(_young(_addressed(premise), spec.prompt), random)
    step(2, 5, f"a story of kind {premise.kind}")
    return tell(spec, premise, random, step)


def _in_another(spec: WriteSpec, language: str, step: Step) -> Screenplay:
    """A script in another language, told as it is."""
    if spec.expand and len(spec.prompt.split()) <= SCRIPT_WORDS:
        raise EngineError(
            f"the screenwriter invents stories in {', '.join(LOCALES)} only and was asked for {spec.locale!r}; send the whole script in that language "
            f"(more than {SCRIPT_WORDS} words, or enhance: off), choose locale 'en', or a model in models.yaml that writes {spec.locale!r}",
            code="unsupported_locale",
        )
    from pipelines.screenwriter.foreign import screenplay_in

    text = clean.clean(spec.prompt, english=False)
    step(1, 5, "script read")
    return screenplay_in(spec, language, text, step)


_BUNCH = lexicon.listing("bunch")


def enhance(script: str, style: Style, *, seconds: float = 26.0, seed: int = 0) -> str:
    """The script expanded to about `seconds` of speech, as plain prose with paragraphs; raises as `write` does."""
    return as_script(write(WriteSpec(prompt=script, style=style, speech_seconds=seconds, seed=seed)))


def _seed(spec: WriteSpec) -> int:
    """One number from all that shapes the story."""
    return int.from_bytes(hashlib.sha256(f"{spec.seed}\n{spec.prompt.strip()}\n{spec.content_type}".encode()).digest()[:8])


def _addressed(premise: Premise) -> Premise:
    """The hero's gender where only the prompt's pronouns say it: "a dog waits for his owner"."""
    hero = premise.hero
    if hero.gender == "neutral" and not hero.plural:
        low = f" {premise.text.lower()} "
        female, male = len(re.findall(r"\b(?:she|her|herself)\b", low)), len(re.findall(r"\b(?:he|his|him|himself)\b", low))
        taken = {being.gender for being in (premise.other, premise.side) if being is not None}
        if female and female > male and "female" not in taken:
            return replace(premise, hero=replace(hero, gender="female"))
        if male and male > female and "male" not in taken:
            return replace(premise, hero=replace(hero, gender="male"))
    return premise


_BEDTIME = re.compile(r"\b(?:bedtime|goodnight|good night|nursery|kids?|children'?s?) (?:story|tale|film|video|movie|cartoon)\b", re.IGNORECASE)
_SIBLINGS = frozenset({"brother", "sister", "twin", "cousin", "friend"})


def _young(premise: Premise, prompt: str) -> Premise:
    """A hero who is only a name is a child in a story for children, and beside a little brother or sister."""
    hero = premise.hero
    if not hero.name or hero.noun or hero.kind != "human" or hero.age != "adult":
        return premise
    beside = any(one is not None and one.age == "child" and one.head in _SIBLINGS for one in (premise.other, premise.side))
    return replace(premise, hero=replace(hero, age="child")) if beside or _BEDTIME.search(prompt) else premise


def tell(spec: WriteSpec, premise: Premise, random: Random, step: Step) -> Screenplay:
    """An invented story about a premise."""
    hints = list(spec.characters)
    taken: set[str] = {being.name for being in (premise.hero, premise.other, premise.side) if being is not None and being.name}
    hero_hint = _match(premise.hero, hints, first=True)
    hero = part("h", premise.hero, random, taken, role="protagonist", christen=premise.hero.head not in _BUNCH, hint=hero_hint)
    place = _hinted_place(spec) or somewhere(premise, random)
    plot = choose(premise, random, place, short=spec.speech_seconds <= BRIEF)
    side_of = plot.side
    form = spec.content_type if spec.content_type in FORMS else ""
    other = None
    if premise.other is not None:
        hint = _match(premise.other, hints) if premise.other.alive else None
        met = premise.other
        if met.gender == "neutral" and met.kind == "human" and not met.plural and hint is None and hero.being.gender in {"female", "male"}:
            met = replace(met, gender="male" if hero.being.gender == "female" else "female")  # two of one gender are hard to tell apart
        role = "antagonist" if premise.kind in {"conflict", "contest"} else "supporting"
        other = part("o", met, random, taken, role=role, christen=False, hint=hint)
    third = premise.side
    hint = None
    if third is not None:
        hint = _match(third, hints)
    elif hints:
        hint = hints.pop(0)
        third = Being(noun="" if hint.human is not False else "friend", head="friend", kind="human" if hint.human is not False else "animal", name=hint.name)
    elif plot.side:
        noun = plot.side.split()[-1]
        age = "old" if "old" in plot.side else "child" if noun == "child" else "adult"
        gender = "female" if noun == "woman" else "male" if noun == "man" else "neutral"
        third = Being(noun=plot.side, head=noun, kind="human", gender=gender, age=age)
    side = part("s", third, random, taken, role="supporting", christen=False, hint=hint) if third is not None else None
    scenery = _set(spec, premise, place, random)
    extras = _extras(spec, side if premise.side is None and hint is not None and not plot.side else None)
    state = random.getrandbits(32)

    def teller() -> Teller:
        return Teller(premise=premise, hero=hero, other=other, side=side, place=place, random=Random(state), first_person=form == "persona_channel")

    wanted, product = target(spec), _product(premise, hero, other, spec)
    best: tuple[float, list[Beat], Plot] = (float("inf"), [], plot)
    for number in range(PLOTS_TRIED):
        if number:  # another plot, for the same cast
            plot = choose(premise, random, place, short=spec.speech_seconds <= BRIEF)
            if plot.side != side_of:
                continue
        told = shaped(form, premise, plot, random, product, short=spec.speech_seconds < SHORT) if form else plot
        weaving = random.getrandbits(32)

        def tell(speech: float, told: Plot = told, weaving: int = weaving, brief: bool = spec.speech_seconds < MICRO) -> list[Beat]:
            return weave(premise, told, teller, speech, Random(weaving), extras, form, brief=brief)

        off, beats = fitted(tell, wanted, spec.speech_seconds)
        best = min(best, (off, beats, told), key=lambda one: one[0])
        if best[0] <= FAIR or spec.speech_seconds < MICRO:
            break
    if best[0] > POOR and spec.speech_seconds < 2 * MICRO:  # too short for a plot after all
        off, beats = fitted(lambda speech: weave(premise, plot, teller, speech, random, brief=True), wanted, spec.speech_seconds)
        best = min(best, (off, beats, plot), key=lambda one: one[0])
    _, beats, plot = best
    step(3, 5, "told")
    parts = {p.key: p for p in (hero, other, side) if p is not None}
    named = {key for beat in beats for key in beat.who}
    characters: dict[str, Character] = {}
    for key, p in parts.items():
        if p.character is not None and (key in named or key == "h"):
            slug = _key(p)
            taken_keys = {c.key for c in characters.values()}
            characters[key] = p.character.model_copy(update={"key": slug if slug not in taken_keys else f"{slug}-{key}"})
    pronouns = {key: _calls(p, hero if key != "h" else None) for key, p in parts.items() if key in characters}
    extras_, calls = bystanders(beats, pronouns, random, taken, wild=hero.being.kind == "animal")
    characters |= extras_
    pronouns |= calls
    items = _items(spec, premise, other)
    text = " ".join(beat.text for beat in beats).lower()
    items = [item for item in items if item.name.lower().split()[-1] in text or item.name.endswith(" sign")]
    scenes, shots = shoot(beats, scenery, characters, items, pronouns, plot.mood or "warm", random)
    step(4, 5, f"{len(shots)} shots staged")
    used = {key for shot in shots for key in shot.items}
    screenplay = Screenplay(
        title=spec.title or title(premise, hero, other, place, random),
        logline=words.capital(premise.text.rstrip(".!? ")[:280]) + ".",
        locale="en",
        mood=plot.mood,
        characters=tuple(characters.values()),
        scenes=tuple(_referenced(scenes, spec)),
        items=tuple(item for item in items if item.key in used),
        shots=tuple(stretched(shots, wanted)),
    )
    step(5, 5, "written")
    return screenplay


def _product(premise: Premise, hero: Part, other: Part | None, spec: WriteSpec) -> str:
    """What an advertisement is for: what the caller named, the thing that the prompt is about, else its title."""
    if spec.elements:
        return spec.elements[0].name
    if other is not None and not other.being.alive and other.being.noun:
        return words.tidy(f"the {re.sub(r'^(?:a|an|the|our|my|new) ', '', other.being.text)}") if not other.being.proper else other.being.noun
    return f'"{spec.title}"' if spec.title else str(lexicon.table("forms")["ad_spot"]["product"].get(premise.kind, "the one and only"))


def _key(p: Part) -> str:
    return re.sub(r"[^a-z0-9]+", "-", (p.name or p.being.noun or p.key).lower()).strip("-") or p.key


def _calls(p: Part, hero: Part | None) -> set[str]:
    """The lower-case words by which a narration may call a part."""
    forms = {p.he, p.him, p.his, p.himself} - ({hero.he, hero.him, hero.his, hero.himself} if hero is not None else set()) - {"it", "its", "itself"}
    if hero is None and p.being.plural:
        forms |= {"one", "both", "others"}  # of them
    if hero is None and not p.being.plural and p.he != "it":
        forms |= {"i", "me", "my"}  # told by its hero
    found = forms | {p.short.lower(), p.the.lower(), p.a.lower(), p.name.lower().split()[0] if p.name else p.the.lower(), p.being.head.lower()}
    if hero is None or p.he != hero.he:
        found.add(p.he)
    if hero is None and not p.being.plural:
        found.discard(p.being.head.lower()) if p.being.head in {"man", "woman"} else None
    return {word for word in found if word}


def _match(being: Being, hints: list[Hint], *, first: bool = False) -> Hint | None:
    """Takes the hint that means this being: by name, by noun, or by its description."""
    calls = {w for w in (being.name.lower(), *being.name.lower().split(), being.noun.lower(), being.head.lower()) if w}
    for hint in hints:
        said = f"{hint.name} {hint.description}".lower()
        if any(re.search(rf"\b{re.escape(w)}\b", said) for w in calls if w not in {"old", "young"}):
            hints.remove(hint)
            return hint
    if first and hints and not being.name and being.kind == "human":
        return hints.pop(0)
    return None


def _hinted_place(spec: WriteSpec) -> Place | None:
    if not spec.locations:
        return None
    name = spec.locations[0].name.strip()
    bare = re.sub(r"^(?:the|an?)\s+", "", name, flags=re.IGNORECASE)
    kind = lexicon.place_kind(bare) or lexicon.place_kind(spec.locations[0].description) or ""
    return Place(
        phrase=bare,
        kind=kind,
        definite=name.lower().startswith("the ") or bare[:1].isupper(),
        proper=bare[:1].isupper() and not name.lower().startswith("the "),
    )


def _extras(spec: WriteSpec, third: Part | None) -> tuple[Line, ...]:
    """Lines that bring in what the caller asked for."""
    found = []
    frames = ["{He} kept %s close by, as one keeps a promise.", "Beside {him} lay %s, and it would matter before long.", "{He} had brought %s along as well."]
    for hint, frame in zip(spec.elements, frames, strict=False):
        bare = hint.name.strip()
        named = bare if re.match(r"(?:the|an?|his|her)\b", bare, re.IGNORECASE) else f"the {bare}"
        found.append(Line("try", frame % named.replace("{", "").replace("}", "")))
    if third is not None:
        found.append(Line("try", "{S} came along, because some things are easier for two."))
    return tuple(found)


def _items(spec: WriteSpec, premise: Premise, other: Part | None) -> list[Item]:
    found: dict[str, Item] = {}
    for hint in spec.elements:
        key = re.sub(r"[^a-z0-9]+", "-", hint.name.lower()).strip("-")
        if key:
            found[key] = Item(
                key=key,
                name=re.sub(r"^(?:the|an?)\s+", "", hint.name, flags=re.IGNORECASE),
                description=hint.description,
                significance="asked for by the caller",
                reference=hint.reference,
            )
    main = pictured(other.being) if other is not None else ""
    for name in (main, *premise.items):
        key = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        if key and key not in found and solid(name) and not (name != main and main and name.split()[-1] == main.split()[-1]):
            about = other.being.text if other is not None and name == main else name
            found[key] = Item(key=key, name=name, description=words.capital(words.a(about)), significance=MAIN if name == main else "")
    return list(found.values())


def _referenced(scenes: list, spec: WriteSpec) -> list:  # type: ignore[type-arg]
    if not spec.locations:
        return scenes
    first = spec.locations[0]
    bare = re.sub(r"^(?:the|an?)\s+", "", first.name.strip(), flags=re.IGNORECASE)
    return [
        scene.model_copy(update={"reference": first.reference, "description": first.description or scene.description}) if scene.place == bare else scene
        for scene in scenes
    ]


def _set(spec: WriteSpec, premise: Premise, place: Place, random: Random) -> Set:
    away = None
    if premise.place is None or premise.place.kind in {"house", "village", "castle", "city", "kitchen", "workshop"}:
        away = Place(
            phrase={"animal": "forest path", "creature": "mountain path"}.get(premise.hero.kind) or "long country road",
            kind="forest" if premise.hero.kind in {"animal"} else "field",
        )
    if len(spec.locations) > 1:
        away = Place(
            phrase=re.sub(r"^(?:the|an?)\s+", "", spec.locations[1].name.strip(), flags=re.IGNORECASE), kind=lexicon.place_kind(spec.locations[1].name)
        )
    there = premise.goal_place
    dreamt = premise.place if premise.kind == "dream" and premise.place is not None else Place(phrase="dream city in the clouds", kind="sky")
    own = place
    if premise.kind == "dream" and premise.place is not None and premise.deed is not None and "asleep" in premise.deed.after:
        own = Place(
            phrase=str(lexicon.trade(premise.hero.noun).get("home") or "bedroom"),
            kind=lexicon.place_kind(str(lexicon.trade(premise.hero.noun).get("home") or "bedroom")),
        )
    living = str(lexicon.trade(premise.hero.noun).get("home") or "")
    home = Place(phrase=living, kind=lexicon.place_kind(living)) if living and living != own.phrase else None
    weather = premise.weather or "clear"
    if not premise.weather and place.kind == "snow":
        weather = "snow"
    time = premise.time or random.choice(("morning", "day", "afternoon"))
    indoors = bool(lexicon.place_entry(place.kind).get("indoors"))
    return Set(place=own, time=time, weather=weather, indoors=indoors, away=away, there=there, dreamt=dreamt, home=home, fixed_time=bool(premise.time))
