"""Where deeds lead: who sets out for the forest is seen there."""

from __future__ import annotations

import pytest

from farm import timing
from farm.specs import WriteSpec
from farm.types import Style
from pipelines.screenwriter import grammar
from pipelines.screenwriter.leading import led
from pipelines.screenwriter.write import write

STYLE = Style(slug="plain", name="Plain")


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("One day, Maya set out to walk into the forest.", ("forest", "forest")),
        ("And so they sailed down the river.", ("river", "river")),
        ("The brothers crossed the wide ocean.", ("wide ocean", "sea")),
        ("He wanted to climb the mountain.", None),
        ("Nobody had ever sailed across the sea.", None),
        ("She climbed onto the boat.", None),
        ("She walked home along the road.", None),
        ("A letter lay on the shore.", None),
    ],
)
def test_where_a_line_leads(line, place):
    found = led(line)
    assert (found and (found.phrase, found.kind)) == place


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("A girl walks into the forest and finds a lost fox", "forest"),
        ("Two brothers sail down the river", "river"),
        ("A knight rides into the dark forest to find a dragon", "dark forest"),
    ],
)
def test_who_sets_out_is_seen_there(prompt, place):
    play = write(WriteSpec(prompt=prompt, style=STYLE, seconds=30, speech_seconds=timing.speech_seconds(30), seed=7))
    scenes = {scene.key: scene.place for scene in play.scenes}
    assert place in [scenes[shot.scene] for shot in play.shots]


def test_verbs_keep_their_silent_letter():
    said = grammar.parse("A knight rides on, the lamp shines, and she was hoping and staring; the frog hops.")
    assert [token.lemma_ for token in said if token.text in {"rides", "shines", "hoping", "staring", "hops"}] == ["ride", "shine", "hope", "stare", "hop"]
