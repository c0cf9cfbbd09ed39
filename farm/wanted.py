"""What a caller asked for by name is in the screenplay, whoever wrote it: the cast, places and things, with their reference pictures. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from farm.specs import Hint
from farm.story import NewStory
from farm.types import Character, Item, Scene, Screenplay, Shot

MOST_SEEN = 4
"""Characters of one picture; more are a crowd that no engine paints."""
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_CALLED = re.compile(r"(?:^|\s)(?:the|an?)\s+(.{2,60})$", re.IGNORECASE)
_DESCRIBED = re.compile(r"\s*(?:the|an?)\s+([^,.;:]{2,60}?)(?=\s+(?:with|in|who|that|wearing|of|from|and|holding|on|at)\b|[,.;:]|$)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_REMEMBERED = ("noun", "description", "human", "age", "look", "voice")

Thing = TypeVar("Thing", Character, Scene, Item)


def honoured(new: NewStory, play: Screenplay) -> Screenplay:
    """The screenplay with everybody and everything in it that `new` names: found by name and given its pictures, else added to shots that have room."""
    return _elements(new.elements, _locations(new.locations, _characters(new.characters, play)))


# ---------------------------------------------------------------- who


def _characters(hints: Sequence[Hint], play: Screenplay) -> Screenplay:
    found, left = _matched(hints, play.characters, lambda one: (one.name,), heads=False)  # two Smiths are two people
    known = [_cast(one, found.get(one.key)) for one in play.characters]
    shots = list(play.shots)
    for hint in left:
        what = Character(key=_key(hint.name, known), name=hint.name, noun=_noun(hint), description=hint.description, human=hint.human is not False)
        fresh = _cast(what, hint)
        known.append(fresh)
    shown = {key for shot in shots for key in shot.characters}
    asked = [one for one in known if one.key in found or one.key not in {other.key for other in play.characters}]
    for one in asked:
        if one.key in shown:
            continue
        for index in _places(one.name, shots, lambda shot: len(shot.characters), MOST_SEEN):
            shots[index] = _seen(shots[index], one.name, characters=(*shots[index].characters, one.key))
    return play.model_copy(update={"characters": tuple(known), "shots": tuple(shots)})


def _noun(hint: Hint) -> str:
    """What somebody is, as far as name or description say it: "The cat", "Tom the keeper", "a small brown dog with a bell"."""
    if match := _CALLED.search(hint.name) or _DESCRIBED.match(hint.description):
        return match[1].strip().casefold()
    return ""


def _cast(one: Character, hint: Hint | None) -> Character:
    """A character as the hint has them: as an earlier story showed them, with the caller's pictures."""
    if hint is None:
        return one
    changes = _pictures(hint)
    if hint.character is not None:
        changes |= {name: getattr(hint.character, name) for name in _REMEMBERED}
    if hint.description:
        changes["description"] = hint.description
    return one.model_copy(update=changes)


# ---------------------------------------------------------------- where


def _locations(hints: Sequence[Hint], play: Screenplay) -> Screenplay:
    found, left = _matched(hints, play.scenes, lambda one: (one.place, one.title))
    scenes = [_furnished(one, found[one.key]) if one.key in found else one for one in play.scenes]
    shots = list(play.shots)
    for hint in left:
        free = [shot for shot in shots if shot.scene not in found]
        counts = {scene: sum(shot.scene == scene for shot in shots) for scene in dict.fromkeys(shot.scene for shot in shots)}
        if not free and max(counts.values(), default=0) < 2:
            break  # every shot is in a place that was asked for
        wide = sorted(free or [shot for shot in shots if counts[shot.scene] > 1], key=lambda shot: (shot.framing != "wide", shot.index))[0]
        source = next(scene for scene in scenes if scene.key == wide.scene)
        place = _ARTICLE.sub("", hint.name.strip())
        changes = {"title": hint.name, "place": place, "description": hint.description or hint.name, "lighting": ""}
        if wide.scene in found:  # a shot of it moves to a scene of its own
            fresh = _furnished(source.model_copy(update={**changes, "key": _key(place, scenes), "reference": None, "references": ()}), hint)
            scenes.append(fresh)
            shots[wide.index] = _seen(wide.model_copy(update={"scene": fresh.key}), hint.name)
            found[fresh.key] = hint
        else:
            scenes = [_furnished(scene.model_copy(update=changes), hint) if scene.key == source.key else scene for scene in scenes]
            shots = [_seen(shot, hint.name) if shot.scene == source.key else shot for shot in shots]
            found[source.key] = hint
    return play.model_copy(update={"scenes": tuple(scenes), "shots": tuple(shots)})


def _furnished(one: Scene, hint: Hint) -> Scene:
    return one.model_copy(update={**_pictures(hint), **({"description": hint.description} if hint.description else {})})


# ---------------------------------------------------------------- what


def _elements(hints: Sequence[Hint], play: Screenplay) -> Screenplay:
    found, left = _matched(hints, play.items, lambda one: (one.name,))
    items = [one.model_copy(update=_pictures(found[one.key])) if one.key in found else one for one in play.items]
    for hint in left:
        said = hint.description or hint.name
        items.append(Item(key=_key(hint.name, items), name=_ARTICLE.sub("", hint.name), description=said).model_copy(update=_pictures(hint)))
    asked = [one for one in items if one.key in found or one.key not in {other.key for other in play.items}]
    shots = list(play.shots)
    for one in asked:
        if any(one.key in shot.items for shot in shots):
            continue
        for index in _places(one.name, shots, lambda shot: sum(item in {other.key for other in asked} for item in shot.items), len(asked)):
            shots[index] = _seen(shots[index], one.name, items=(*shots[index].items, one.key))
    # What was asked for comes first in its shots: painters show a few things only.
    wanted = {one.key for one in asked}
    shots = [shot.model_copy(update={"items": tuple(sorted(shot.items, key=lambda key: key not in wanted))}) for shot in shots]
    return play.model_copy(update={"items": tuple(items), "shots": tuple(shots)})


# ---------------------------------------------------------------- all three


def _pictures(hint: Hint) -> dict[str, object]:
    return {"reference": hint.reference, "references": hint.references} if hint.reference else {}


def _matched(
    hints: Sequence[Hint], things: Iterable[Thing], names: Callable[[Thing], tuple[str, ...]], *, heads: bool = True
) -> tuple[dict[str, Hint], list[Hint]]:
    """Which hint means which thing, by its key, and the hints that mean none: by the picture that it carries, by name, by words of the name."""
    open_hints, open_things, found = list(hints), list(things), dict[str, Hint]()

    def by_picture(hint: Hint, one: Thing) -> bool:
        return hint.reference is not None and hint.reference == one.reference

    def by_name(hint: Hint, one: Thing) -> bool:
        return any(_plain(hint.name) == _plain(name) for name in names(one) if name)

    def by_part(hint: Hint, one: Thing) -> bool:
        return any(_within(hint.name, name) or _within(name, hint.name) for name in names(one) if name)

    def by_head(hint: Hint, one: Thing) -> bool:
        return any(_plain(hint.name)[-1:] == _plain(name)[-1:] for name in names(one) if _plain(name))

    ways: list[Callable[[Hint, Any], bool]] = [by_picture, by_name, by_part]
    for same in [*ways, by_head] if heads else ways:
        for hint in list(open_hints):
            one = next((one for one in open_things if same(hint, one)), None)
            if one is not None:
                found[one.key] = hint
                open_hints.remove(hint)
                open_things.remove(one)
    return found, open_hints


def _plain(name: str) -> list[str]:
    return _WORD.findall(_ARTICLE.sub("", name.strip()).casefold())


def _within(part: str, whole: str) -> bool:
    """Whether the words of one name stand in the other, in one piece."""
    few, many = _plain(part), _plain(whole)
    return bool(few) and any(many[start : start + len(few)] == few for start in range(len(many) - len(few) + 1))


def _places(name: str, shots: Sequence[Shot], held: Callable[[Shot], int], most: int) -> list[int]:
    """The shots in which to show what no shot shows: those that tell of it, else two of the emptiest, one early and one late."""
    room = [shot for shot in shots if held(shot) < most] or list(shots)
    told = [shot.index for shot in room if _within(name, shot.narration)]
    if told:
        return told
    least = min(held(shot) for shot in room)
    empty = [shot.index for shot in room if held(shot) == least]
    return sorted({empty[len(empty) // 3], empty[-1]})


def _seen(shot: Shot, name: str, **changes: object) -> Shot:
    """The shot with what is seen in it, in the words that a painter reads as well."""
    prompt = shot.picture_prompt if not shot.picture_prompt or _within(name, shot.picture_prompt) else f"{shot.picture_prompt.rstrip('. ')}, with {name}"
    return shot.model_copy(update={**changes, "picture_prompt": prompt})


def _key(name: str, known: Sequence[Character | Scene | Item]) -> str:
    taken = {one.key for one in known}
    base = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:60] or "asked-for"
    return next(key for number in range(1, len(taken) + 2) if (key := base if number == 1 else f"{base}-{number}") not in taken)
