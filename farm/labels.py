"""Words over shots: whose name is written where, and which shot begins a chapter. Pure."""

from __future__ import annotations

from farm.specs import Label
from farm.story import NewStory
from farm.types import Character, Screenplay

LONG_SECONDS = 120
"""From this length on a film has chapters, where nobody said otherwise."""
CHAPTER_SHOTS = 3
"""Shots between two headings at least: a scene that is only passed through begins no chapter."""
_NUMERALS = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def introductions(new: NewStory, play: Screenplay) -> dict[int, Label]:
    """By shot, the name of who is seen in it for the first time, one a shot; empty where names are not wanted. News has them unless told otherwise."""
    if not (new.content_type == "news_analysis" if new.lower_thirds is None else new.lower_thirds):
        return {}
    waiting = {one.key: one for one in play.characters if _named(one)}
    found: dict[int, Label] = {}
    for shot in play.shots:
        key = next((key for key in shot.characters if key in waiting), None)
        if key is not None:
            one = waiting.pop(key)
            found[shot.index] = Label(text=one.name, under=one.noun if one.noun.casefold() != one.name.casefold() else "")
    return found


def _named(one: Character) -> bool:
    """Whether somebody has a name, and is not only called what they are ("the keeper")."""
    name = one.name.strip()
    return bool(name) and name.casefold() != one.noun.casefold() and not name.casefold().startswith(("the ", "a ", "an ")) and not name[0].islower()


def chapters(new: NewStory, play: Screenplay) -> dict[int, Label]:
    """By shot, the heading of the scene that begins with it; empty where none are wanted. Films of two minutes or more have them unless told otherwise."""
    if not (new.seconds >= LONG_SECONDS if new.chapters is None else new.chapters):
        return {}
    titles = {scene.key: scene.title.strip() for scene in play.scenes}
    found: dict[int, Label] = {}
    before, last, seen = None, -CHAPTER_SHOTS, set()
    for at, shot in enumerate(play.shots):
        title = titles.get(shot.scene, "")
        if shot.scene != before and title and title.casefold() not in seen and at - last >= CHAPTER_SHOTS:
            found[shot.index] = Label(text=title, under=numeral(len(found) + 1))
            last = at
            seen.add(title.casefold())
        before = shot.scene
    return found if len(found) > 1 else {}  # one chapter is the film itself


def numeral(number: int) -> str:
    """A Roman numeral, 1 to 89: a chapter's number in any language."""
    text = ""
    for value, sign in _NUMERALS:
        while number >= value:
            text, number = text + sign, number - value
    return text
