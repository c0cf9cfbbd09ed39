"""Checking a screenplay: what a model wrote is taken only when a film can be made of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from farm.types import Screenplay

MOST_SHOTS = 2_000
_LONGEST_NARRATION = 5_000
_LONGEST_KEY = 200
_UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")
"""Characters that no database keeps in text: NUL, and halves of surrogate pairs."""


class BadScreenplay(Exception):
    """A screenplay that no film can be made of; the message names the places."""


def check(data: Any) -> Screenplay:
    """The screenplay in `data`, checked: keys unique and known, shots numbered from 0, lengths within bounds.

    Raises BadScreenplay naming every place that is wrong.
    """
    try:
        play = Screenplay.model_validate(data)
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:5])
        raise BadScreenplay(f"the screenplay does not have the form of one: {places}") from None
    wrong: list[str] = []
    if not play.shots:
        wrong.append("it has no shots")
    if len(play.shots) > MOST_SHOTS:
        wrong.append(f"it has {len(play.shots)} shots, {MOST_SHOTS} are the most")
    if [shot.index for shot in play.shots] != list(range(len(play.shots))):
        wrong.append("its shots are not numbered 0, 1, 2 …")
    for what, group in (("character", play.characters), ("scene", play.scenes), ("item", play.items)):
        counts = Counter(one.key for one in group)
        wrong += [f"{what} {key!r} is there {count} times" for key, count in counts.items() if count > 1]
        wrong += [
            f"{what} {key[:40]!r} has a key of {len(key)} characters, 1 to {_LONGEST_KEY} are allowed" for key in counts if not 0 < len(key) <= _LONGEST_KEY
        ]
    characters, scenes, items = ({one.key for one in group} for group in (play.characters, play.scenes, play.items))
    for shot in play.shots:
        if shot.scene not in scenes:
            wrong.append(f"shot {shot.index} plays in scene {shot.scene!r}, which is not there")
        wrong += [f"shot {shot.index} shows character {key!r}, who is not there" for key in shot.characters if key not in characters]
        wrong += [f"shot {shot.index} shows item {key!r}, which is not there" for key in shot.items if key not in items]
        if shot.speaker and shot.speaker not in characters:
            wrong.append(f"shot {shot.index} is spoken by character {shot.speaker!r}, who is not there")
        if len(shot.narration) > _LONGEST_NARRATION:
            wrong.append(f"shot {shot.index} has {len(shot.narration)} characters of narration, {_LONGEST_NARRATION} are the most")
        if not 0 < shot.seconds <= 600:
            wrong.append(f"shot {shot.index} is to last {shot.seconds} s, which is not between 0 and 600")
    wrong += [f"a text has a character that cannot be kept: {text[:40]!r}" for text in _texts(play.model_dump()) if _UNKEEPABLE.search(text)]
    if wrong:
        raise BadScreenplay("the screenplay is no whole: " + "; ".join(wrong[:8]))
    return play


def _texts(value: Any) -> Iterator[str]:
    """Every text in nested data, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
