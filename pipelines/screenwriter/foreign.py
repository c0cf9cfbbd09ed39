"""Scripts in other languages than English: kept word for word and cut into shots; a glossary says what their pictures show."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from random import Random

from farm.specs import WriteSpec
from farm.types import Character, Item, Scene, Screenplay, Shot
from pipelines.screenwriter import lexicon, pace, words
from pipelines.screenwriter.cast import part
from pipelines.screenwriter.names import gender_of
from pipelines.screenwriter.pieces import chunks, pieces_of
from pipelines.screenwriter.premise import Being, Place
from pipelines.screenwriter.stage import FRAMING_WORDS, Set, shoot
from pipelines.screenwriter.weave import Beat

GLOSSARY = ("de", "fr", "es", "pt", "it")
"""Languages whose commonest nouns are known; scripts in others are shown as a landscape with who speaks in it."""
_MOST = 8  # characters
_LETTERS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@lru_cache(maxsize=8)
def _glossary(language: str) -> dict[str, tuple[str, str]]:
    """A word of the language: what group of the table it is of, and the English noun."""
    found: dict[str, tuple[str, str]] = {}
    for group, nouns in lexicon.table("foreign").items():
        for noun, languages in nouns.items():
            for word in (languages.get(language) or "").split():
                found.setdefault(word, (group, noun))
    return found


def meant(text: str, language: str) -> list[tuple[str, str]]:
    """The nouns that a text names, as (group, English noun), in order; endings of number and case are allowed for."""
    known = _glossary(language)
    found: list[tuple[str, str]] = []
    for word in _LETTERS.findall(text.lower()):
        stems = (word[: len(word) - cut] for cut in ((0, 1, 2) if len(word) > 4 else (0,)))
        stem = next((stem for stem in stems if len(stem) > 2 and stem in known), None)
        if stem is not None and known[stem] not in found:
            found.append(known[stem])
    return found


def screenplay_in(spec: WriteSpec, language: str, text: str, step: Callable[[int, int, str], None]) -> Screenplay:
    """The script as a screenplay in its own language; narrations are its words, all that pictures are made from is English."""
    random = Random(spec.seed)
    pieces = pieces_of(text)
    spoken = [(chunk, piece) for piece in pieces for chunk in chunks(piece.text)]
    step(2, 5, f"{len(spoken)} shots cut")
    characters, keys = _cast(spec, [(chunk, piece.speaker) for chunk, piece in spoken], language, random)
    things = list(dict.fromkeys(noun for chunk, _ in spoken for group, noun in meant(chunk, language) if group == "things"))[:12]
    items = [
        Item(
            key=re.sub(r"[^\w]+", "-", hint.name.lower()).strip("-") or "item",
            name=hint.name,
            description=hint.description,
            significance="asked for by the caller",
            reference=hint.reference,
        )
        for hint in spec.elements
    ] + [Item(key=noun, name=noun, description=words.capital(words.a(noun))) for noun in things]
    step(3, 5, f"{len(characters)} characters found")
    last: list[str] = []
    shots: list[Shot] = []
    scenes: dict[str, Scene] = {}
    first = next((noun for chunk, _ in spoken for group, noun in meant(chunk, language) if group == "places"), "village")
    first = spec.locations[0].name if spec.locations else first
    place = Place(phrase=first, kind=lexicon.place_kind(first))
    time, weather = "day", "clear"
    for number, (chunk, piece) in enumerate(spoken):
        named = meant(f"{piece.slug[0]} {piece.slug[1]} {chunk}" if piece.slug and piece.text.startswith(chunk) else chunk, language)
        for group, noun in named:
            if group == "places" and not (spec.locations and number == 0):
                place = Place(phrase=noun, kind=lexicon.place_kind(noun))
            time = noun if group == "times" else time
            weather = noun if group == "weather" else weather
        who = [keys[noun] for group, noun in named if group in {"people", "animals"} and noun in keys]
        speaker = ""
        if piece.speaker and piece.speaker.lower() in keys:
            who.insert(0, keys[piece.speaker.lower()])
            speaker = characters[who[0]].key
        who += [key for name, key in keys.items() if key not in who and re.search(rf"\b{re.escape(name)}\b", chunk.lower())]
        if not who and not any(group == "things" for group, _ in named):
            who = last[:1]  # who was just told of goes on
        seen = ", ".join(noun for group, noun in named if group == "things")
        inside = bool(lexicon.place_entry(place.kind).get("indoors"))
        scenery = Set(place=place, time=time, weather=weather, indoors=inside, fixed_time=True)
        beat = Beat(part="script", text=seen, who=frozenset(who))
        some_scenes, some = shoot([beat], scenery, {k: characters[k] for k in who}, items, {}, "", random, docs=[None])
        for scene in some_scenes:
            scenes.setdefault(scene.key, scene)
        fresh = not shots or shots[-1].scene != some[0].scene
        framing = "wide" if fresh else ("medium", "close", "medium", "wide")[number % 4]
        length = max(pace.SHOT_SECONDS, pace.seconds(chunk) + 0.4)
        shots.append(
            some[0].model_copy(
                update={
                    "index": number,
                    "title": "",
                    "narration": chunk,
                    "speaker": speaker if speaker in some[0].characters else "",
                    "framing": framing,
                    "picture_prompt": some[0].picture_prompt.replace(FRAMING_WORDS["wide"], FRAMING_WORDS[framing], 1),
                    "camera": "push" if number % 2 else "drift",
                    "seconds": round(length, 2),
                }
            )
        )
        last = who or last
    step(4, 5, f"{len(shots)} shots staged")
    used = {key for shot in shots for key in shot.items}
    present = {key for shot in shots for key in shot.characters}
    play = Screenplay(
        title=spec.title or _title(pieces[0].text),
        logline=pieces[0].text[:200],
        locale=spec.locale,
        characters=tuple(c for c in characters.values() if c.key in present),
        scenes=tuple(scenes.values()),
        items=tuple(item for item in items if item.key in used),
        shots=tuple(shots),
    )
    step(5, 5, "written")
    return play


def _cast(spec: WriteSpec, spoken: list[tuple[str, str]], language: str, random: Random) -> tuple[dict[str, Character], dict[str, str]]:
    """The characters by key, and the keys by the nouns and names that mean them: whom the caller named, who speaks, who is told of."""
    characters: dict[str, Character] = {}
    keys: dict[str, str] = {}
    taken: set[str] = set()

    def add(called: str, being: Being, hint_name: str = "") -> None:
        if called in keys or len(characters) >= _MOST:
            return
        key = f"c{len(characters)}"
        hint = next((h for h in spec.characters if h.name == hint_name), None)
        made = part(key, being, random, taken, role="supporting" if characters else "protagonist", christen=False, hint=hint)
        if made.character is not None:
            slug = re.sub(r"[^a-z0-9]+", "-", called).strip("-") or key
            characters[key] = made.character.model_copy(update={"key": slug if slug not in {c.key for c in characters.values()} else f"{slug}-{key}"})
            keys[called] = key

    for hint in spec.characters:
        add(hint.name.lower(), Being(name=hint.name, kind="human" if hint.human is not False else "animal"), hint.name)
    for _, speaker in spoken:
        if speaker:
            add(speaker.lower(), Being(name=speaker, kind="human", gender=gender_of(speaker)))
    for chunk, _ in spoken:
        for group, noun in meant(chunk, language):
            if group in {"people", "animals"}:
                single = noun.split()[-1]
                gender = "female" if single in lexicon.group("female") else "male" if single in lexicon.group("male") else "neutral"
                age = next((a for a in ("child", "old", "young") if single in lexicon.group(a)), "adult")
                add(noun, Being(noun=noun, head=single, kind=lexicon.kind_of(noun), gender=gender, age=age))
    return characters, keys


def _title(text: str) -> str:
    """The first words of the script, as far as its first mark or eight of them."""
    first = re.split(r"[.!?,;:–—]", text, maxsplit=1)[0].split()
    return words.capital(" ".join(first[:8])) or "…"
