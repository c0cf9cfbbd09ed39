"""What time of day a narration says: its own words decide when a scene plays."""

from __future__ import annotations

import re

_DAYLIGHT = frozenset({"morning", "day", "afternoon"})
# What a word of time allows, the usual one first.
_SAID: tuple[tuple[str, str, frozenset[str]], ...] = (
    (r"(?:just |long |shortly )?before (?:dawn|daybreak|sunrise)", "dawn", frozenset({"night", "dawn"})),
    (r"midnight|tonight|nights?|moonlight|moonlit|starlight|under the stars|struck twelve", "night", frozenset({"night"})),
    (r"the stars came out", "night", frozenset({"night", "dusk"})),
    (r"evenings?|twilight|dusk|nightfall|supper", "dusk", frozenset({"dusk", "sunset"})),
    (r"sunset|sundown|the sun (?:was setting|went down|set)|last light", "sunset", frozenset({"sunset", "dusk"})),
    (r"dawn|daybreak|sunrise|first light|the sun (?:rose|came up)", "dawn", frozenset({"dawn", "morning"})),
    (r"mornings?|breakfast", "morning", frozenset({"morning", "dawn"})),
    (r"noon|midday", "day", frozenset({"day"})),
    (r"afternoons?", "afternoon", frozenset({"afternoon"})),
    (r"day|today|daylight", "day", _DAYLIGHT),
)
_WORD = re.compile("|".join(f"(?P<t{number}>\\b(?:{pattern})\\b)" for number, (pattern, _, _) in enumerate(_SAID)), re.IGNORECASE)
# Times that are meant and do not pass: ends of a wait, habits, likenesses, greetings, a day that will come.
_MEANT = re.compile(
    r"(?:\b(?:until|till|since|like|good|than|of)\s+(?:(?:the|a|an|past|long past|that|next|late at|after)\s+)*$)|"
    r"\b(?:will|would)\b[^.!?]*\bone\s+$|\bday (?:by|after) $|\b(?:had|have)\s+until\s+$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"?')


def unquoted(text: str) -> str:
    """The text without what is said in quotation marks."""
    return _QUOTED.sub(" ", text)


def said(text: str) -> list[tuple[str, frozenset[str]]]:
    """Each time that the text itself says, in order: the usual hour, and all hours that do not contradict it."""
    bare = unquoted(text)
    found = []
    for match in _WORD.finditer(bare):
        if _MEANT.search(bare[: match.start()]):
            continue
        number = int(str(match.lastgroup)[1:])
        found.append((_SAID[number][1], _SAID[number][2]))
    return found


def hour(text: str, otherwise: str) -> str:
    """The time of day in which the text plays: `otherwise`, unless the text's first time word contradicts it."""
    times = said(text)
    if not times or any(otherwise in allowed for _, allowed in times[:1]):
        return otherwise
    return times[0][0]


def apart(one: str, other: str) -> bool:
    """Whether two texts cannot share a picture, because each says another time."""
    first, second = said(one), said(other)
    return bool(first and second) and not (first[0][1] & second[0][1])
