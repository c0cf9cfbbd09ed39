"""Where a deed leads whoever does it: "set out to walk into the forest" is in the forest from then on. Pure."""

from __future__ import annotations

import re

from pipelines.screenwriter import lexicon
from pipelines.screenwriter.premise import Place

KINDS = frozenset({"shore", "sea", "underwater", "river", "lake", "island", "forest", "mountain", "cave", "desert", "snow", "castle", "space"})
"""Places that one sees when somebody is there; into a house or along a street nobody leaves the place that a story plays in."""
_MOVES = (
    "walk|walked|go|went|run|ran|sail|sailed|row|rowed|paddle|paddled|swim|swam|cross|crossed|climb|climbed|hike|hiked|ride|rode|drive|drove|fly|flew|travel|"
    "travelled|traveled|journey|journeyed|wander|wandered|march|marched|drift|drifted|dive|dived|dove|sneak|sneaked|venture|ventured|trek|trekked|float|floated"
)
_LED = re.compile(
    rf"\b(?:{_MOVES}) (?:(?:all the way|straight|deep|far|out|back|together|alone|slowly) )?(?:into|down|up|across|through|over|along|onto|to|on)? ?"
    r"(?:the|a|an) ((?:[a-z]+[ ]){0,2}[a-z]+)",
)
_ONLY_MEANT = re.compile(
    r"\b(?:want\w*|wish\w*|dream\w*|dreamt|hop(?:ed|ing)|longed|afraid|never|not|nobody|if|before|could|would|might|asked|once)\b[^.!?]*$", re.IGNORECASE
)
_NO_PLACE = frozenset("ship boat deck raft sailboat submarine vessel waves water deep horizon bridge ferry sand bay lighthouse cliff".split())  # noqa: SIM905


def led(text: str) -> Place | None:
    """The place that somebody goes to in a line of narration, None where nobody goes anywhere that one would see."""
    for match in _LED.finditer(text):
        if _ONLY_MEANT.search(text[: match.start()]):
            continue
        said = match[1].split()
        for count in range(1, len(said) + 1):
            phrase = " ".join(said[:count])
            if said[count - 1] not in _NO_PLACE and (kind := lexicon.place_kind(phrase)) in KINDS:
                return Place(phrase=phrase, kind=kind)
    return None
