"""Turns beats into shots and scenes: where and when, who is seen doing what, how the camera stands and moves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, cast

from farm.types import Character, Item, Scene, Shot
from pipelines.screenwriter import grammar, lexicon, pace, words
from pipelines.screenwriter.cut import cut
from pipelines.screenwriter.doing import action as done
from pipelines.screenwriter.doing import gerund, idle
from pipelines.screenwriter.hours import hour, unquoted
from pipelines.screenwriter.leading import led
from pipelines.screenwriter.premise import Place
from pipelines.screenwriter.weave import Beat

Time = Literal["dawn", "morning", "day", "afternoon", "sunset", "dusk", "night"]
Weather = Literal["clear", "cloudy", "rain", "storm", "snow", "fog", "wind"]
Framing = Literal["wide", "medium", "close"]
Camera = Literal["push", "pull", "pan-left", "pan-right", "rise", "sink", "drift", "still"]

_TIMES = {"dawn", "morning", "day", "afternoon", "sunset", "dusk", "night"}
_LIGHT = {
    "dawn": "first pale light, long shadows",
    "morning": "soft morning light",
    "day": "bright daylight",
    "afternoon": "warm afternoon light",
    "sunset": "golden light, a red sky",
    "dusk": "blue evening light",
    "night": "moonlight, deep shadows",
}
_INDOOR_LIGHT = {
    "dawn": "first grey light at the windows",
    "morning": "sun through the windows",
    "day": "daylight through the windows",
    "afternoon": "slanting sun on the floor",
    "sunset": "red light through the windows",
    "dusk": "lamps being lit",
    "night": "lamplight and shadows",
}
_SKY = {
    "clear": "a clear sky",
    "cloudy": "low grey clouds",
    "rain": "rain",
    "storm": "storm clouds and lightning",
    "snow": "falling snow",
    "fog": "thick fog",
    "wind": "wind-blown clouds",
}
_MOVES = {
    "rain": "rain falls",
    "storm": "rain lashes and lightning flickers",
    "snow": "snow drifts down",
    "fog": "fog drifts past",
    "wind": "everything leans in the wind",
    "clear": "light shifts slowly",
    "cloudy": "clouds move overhead",
}
_CAMERAS: dict[str, tuple[Camera, ...]] = {
    "wide": ("push", "pan-right", "rise", "pan-left", "pull"),
    "medium": ("drift", "push", "pan-left", "pan-right", "pull"),
    "close": ("push", "drift", "still", "sink"),
}
_CAMERA_WORDS = {
    "push": "camera slowly pushes in",
    "pull": "camera slowly pulls back",
    "pan-left": "camera pans left",
    "pan-right": "camera pans right",
    "rise": "camera rises",
    "sink": "camera sinks",
    "drift": "camera drifts gently",
    "still": "camera holds still",
}
FRAMING_WORDS = {"wide": "wide establishing shot of", "medium": "medium shot of", "close": "close-up of"}
_PRONOUNS = lexicon.listing("pronouns")
_TITLES = {
    "open": "Once",
    "want": "The wish",
    "find": "The meeting",
    "cause": "How it began",
    "try": "The attempt",
    "fail": "What went wrong",
    "low": "The dark hour",
    "turn": "The turn",
    "win": "It happens",
    "then": "And then",
    "end": "After",
    "episode": "On the way",
    "ask": "The question",
    "fact": "What it is",
    "show": "A closer look",
    "point": "What follows",
}


_SETTING_OUT = frozenset({"open", "want", "find", "try"})
_HOMEWARD = re.compile(r"\b(?:home|came back|turned back|returned)\b", re.IGNORECASE)

MAIN = "what the story is about"
"""The significance of the item that "it" means where nobody else is meant."""


@dataclass(frozen=True)
class Set:
    """Where the story plays: its own place, the way, where it leads; the hour and the weather it begins with."""

    place: Place
    time: str
    weather: str
    indoors: bool
    away: Place | None = None
    there: Place | None = None
    dreamt: Place | None = None
    home: Place | None = None  # where the hero lives, when the story plays elsewhere
    fixed_time: bool = False  # the prompt says the hour


def scenes_of(beats: list[Beat], scenery: Set) -> tuple[list[Scene], list[str]]:
    """The scenes in order of appearance, and each beat's scene key."""
    scenes: dict[str, Scene] = {}
    keys: list[str] = []
    time, place = scenery.time, scenery.place
    moved: Place | None = None  # where a deed has led
    last = len(beats) - 1
    for index, beat in enumerate(beats):
        wanted = next((tag for tag in beat.tags if tag in _TIMES), None)
        if wanted and not (scenery.fixed_time and beat.part in {"open", "want", "find", "try", "fail"} and scenery.time in {"night", "dawn", "sunset", "dusk"}):
            time = "night" if wanted == "dusk" and time == "night" else wanted
        if beat.part != "script":
            time = hour(beat.text, time)
        leads = led(beat.text) if beat.part != "script" and "topic" not in beat.tags else None
        if leads is not None and leads.kind == scenery.place.kind:
            leads = None
        if leads is not None and beat.part in _SETTING_OUT:
            moved = leads
        elif _HOMEWARD.search(beat.text):
            moved = None
        place = (
            leads
            or (
                scenery.dreamt
                if "dreamt" in beat.tags and scenery.dreamt
                else scenery.home
                if "home" in beat.tags and scenery.home
                else scenery.away
                if "away" in beat.tags and scenery.away
                else scenery.there
                if "there" in beat.tags and scenery.there
                else moved
                if moved is not None
                else scenery.place
                if beat.part in {"open", "want", "cause"} or ("away" not in beat.tags and "there" not in beat.tags)
                else place
            )
            or scenery.place
        )
        weather = scenery.weather
        said = lexicon.weather_of(re.findall(r"[a-z]+", beat.text.lower()))
        if weather == "clear" and beat.part != "script" and "topic" not in beat.tags and said in {"storm", "rain", "snow", "fog"}:
            weather = said  # the line itself brings the weather
        if index == last and weather in {"rain", "storm"} and beat.part == "end" and index > 2 and "topic" not in beat.tags:
            weather = "clear"  # the sky clears for the last picture; fog and snow stay
        inside = bool(lexicon.place_entry(place.kind).get("indoors"))
        key = re.sub(r"[^a-z0-9]+", "-", f"{place.phrase} {time} {weather}".lower()).strip("-") or "scene"
        if key not in scenes:
            light = (_INDOOR_LIGHT if inside else _LIGHT)[time]
            at = {"night": "at night", "day": "by day", "morning": "in the morning", "afternoon": "in the afternoon"}.get(time, f"at {time}")
            scenes[key] = Scene(
                key=key,
                title=words.capital(f"{place.phrase}, {at}"),
                description=words.capital(f"{place.phrase} {at}; {light}" + ("" if inside and weather in {"clear", "wind"} else f"; {_SKY[weather]}") + "."),
                place=place.phrase,
                time_of_day=cast(Time, time),
                weather=cast(Weather, weather),
                lighting=light,
                indoors=inside,
            )
        keys.append(key)
    return list(scenes.values()), keys


def shoot(
    beats: list[Beat],
    scenery: Set,
    characters: dict[str, Character],
    items: list[Item],
    pronouns: dict[str, set[str]],
    mood: str,
    random: Random,
    *,
    docs: list[Any] | None = None,
    offset: int = 0,
    parsed: int = 10_000,
) -> tuple[list[Scene], list[Shot]]:
    """All scenes and shots of the beats; `pronouns` gives each part's words ("she", "mara", "the keeper") for finding who acts.

    Beats of a script come already cut, and with their parses (`docs`, this run's from `offset`, at most `parsed` of them).
    """
    script = any(beat.part == "script" for beat in beats)
    beats = beats if script else cut(beats)
    scenes, keys = scenes_of(beats, scenery)
    by_key = {scene.key: scene for scene in scenes}
    docs = docs[offset : offset + len(beats)] if docs is not None else list(grammar.parser().pipe([beat.text for beat in beats[:parsed]]))
    docs += [None] * (len(beats) - len(docs))
    shots: list[Shot] = []
    last_camera, last_framing = "", ""
    main = [item for item in items if item.significance == MAIN]
    main_told = False  # once it was named, "it" may mean it
    for index, (beat, key, doc) in enumerate(zip(beats, keys, docs, strict=True)):
        scene = by_key[key]
        actor, action = done(doc, pronouns) if doc is not None else ("", "")
        who = [k for k in characters if k in beat.who]
        lower = beat.text.lower()
        if not script:
            said = set(re.findall(r"[a-z]+", unquoted(lower)))
            who += [k for k in characters if k not in who and said & _PRONOUNS & pronouns.get(k, set())]
        who += [k for k in characters if k not in who and any(re.search(rf"\b{re.escape(w)}\b", lower) for w in pronouns.get(k, set()) if len(w) > 3)]
        shown = [item for item in items if _mentions(lower, item.name)]
        plain = {item.name for item in shown}
        shown = [item for item in shown if " " not in item.name or item.name.lower() in lower or item.name.split()[-1] not in plain]
        if not script and not who:
            if not shown and main_told and said & {"it", "something", "its"}:
                shown = main[:1]
            if not shown and "h" in characters and not (index == 0 and "wide" in beat.tags):
                who = ["h"]
        elif not script and main_told and not shown and beat.part in {"turn", "win", "end"} and said & {"it"} and "it" not in pronouns.get("h", set()):
            shown = main[:1]
        if index and index == len(beats) - 1 and beat.part == "end" and len(who) == 1 and "h" in characters and "h" not in who and "topic" not in beat.tags:
            who.append("h")  # a story ends with its hero in the picture
        if "topic" in beat.tags and not who and not shown:
            shown = main[:1] or items[:1]  # a film that explains always shows what it is about
            if not shown:
                who = [k for k in characters if characters[k].key != "people"][:1]
        if "topic" in beat.tags and who and not shown and beat.part in {"ask", "own", "end"}:
            shown = main[:1]  # and so does who speaks of it
        main_told = main_told or bool(main and main[0] in shown)
        if not actor and who:
            action = ""  # what a thing does is no pose for a person
        if actor in who:
            who.remove(actor)
            who.insert(0, actor)
        framing: Framing = "wide" if "wide" in beat.tags else "close" if "close" in beat.tags else "medium"
        if index == 0:
            framing = "wide"
        elif framing == last_framing == "close" and index + 1 < len(beats):
            framing = "medium"
        elif framing == last_framing == "medium":
            framing = "close" if index % 2 else "wide"
        if index and key != keys[index - 1] and framing == "medium":
            framing = "wide"
        options = [c for c in _CAMERAS[framing] if c != last_camera]
        camera: Camera = options[random.randrange(len(options))] if index else "push"
        if index == len(beats) - 1 and len(beats) > 1:
            framing, camera = ("wide", "pull") if last_framing != "wide" or "wide" in beat.tags else ("medium", "pull")
        last_camera, last_framing = camera, framing
        if who and not action:
            action = idle(beat.part, characters[who[0]]) if not script else "looks on"
        subject = _subject([characters[k] for k in who], shown, scene)
        doing = gerund(action) if who else ""
        where = "" if scene.place.lower() in f"{subject} {doing}".lower() else f", {_where(scene)}"
        at = {"night": "at night", "day": "in daylight", "morning": "in the morning", "afternoon": "in the afternoon"}.get(
            scene.time_of_day, f"at {scene.time_of_day}"
        )
        sky = "" if scene.indoors and scene.weather in {"clear", "cloudy", "wind"} else f", {_SKY[scene.weather]}"
        extra = f", with {words.a(shown[0].name)}" if shown and shown[0].name.lower() not in f"{subject} {doing}".lower() else ""
        prompt = words.tidy(f"{FRAMING_WORDS[framing]} {subject} {doing}{extra}{where}, {at}{sky}, {scene.lighting}, {mood} mood")
        moving = "light flickers softly" if scene.indoors else _MOVES[scene.weather]
        motion = words.tidy(f"{_mover([characters[k] for k in who[:1]], scene)} {action or 'lies still'}; {moving}; {_CAMERA_WORDS[camera]}")
        shots.append(
            Shot(
                index=index,
                title=_TITLES.get(beat.part, words.capital(action)[:60] or "Shot"),
                scene=key,
                characters=tuple(characters[k].key for k in who),
                items=tuple(item.key for item in shown),
                narration=beat.text,
                picture_prompt=prompt,
                motion_prompt=motion,
                action=action,
                framing=framing,
                camera=camera,
                mood=_mood(beat.part, mood),
                seconds=round(max(pace.SHOT_SECONDS, pace.seconds(beat.text) + 0.4), 2),
            )
        )
    return scenes, shots


def _mood(part: str, mood: str) -> str:
    return {"low": "sad", "fail": "tense", "win": "joyful", "turn": "hopeful"}.get(part, mood)


def _mentions(text: str, name: str) -> bool:
    head = name.lower().split()[-1]
    return re.search(rf"\b(?:{re.escape(name.lower())}|{re.escape(head)}|{re.escape(words.plural(head))})\b", text) is not None


def _where(scene: Scene) -> str:
    prep = lexicon.preposition(scene.place, lexicon.place_kind(scene.place))
    last = scene.place.split()[-1]
    if last in {"moon", "sky", "sea", "ocean", "sun", "arctic"}:
        return f"{'on' if last == 'moon' else prep} the {scene.place}"
    bare = scene.place[:1].isupper() or scene.place == "space" or words.singular(last) != last
    return f"{prep} {scene.place if bare else words.a(scene.place)}"


def _subject(characters: list[Character], items: list[Item], scene: Scene) -> str:
    if characters:
        return " and ".join(c.description or c.noun for c in characters[:2])
    if items:
        return words.a(items[0].name)
    return words.a(scene.place) if not scene.place[:1].isupper() else scene.place


def _mover(characters: list[Character], scene: Scene) -> str:
    return f"the {characters[0].noun}" if characters else f"the {scene.place}"
