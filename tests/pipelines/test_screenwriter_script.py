"""Scripts keep their own words; people, places and headings are found in them."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm import timing
from farm.screenplay import check
from farm.specs import WriteSpec
from farm.types import Screenplay, Style
from pipelines.screenwriter import lexicon, pace
from pipelines.screenwriter.condense import condensed
from pipelines.screenwriter.cut import sentences
from pipelines.screenwriter.forms import FORMS
from pipelines.screenwriter.write import write

TALE = (
    "Once upon a time there was a poor miller who had three sons. The youngest got nothing but a cat. He sat by the river and was sad. "
    '"Do not cry," said the cat. "Get me a pair of boots, and you will see." The cat walked into the forest and caught a rabbit. '
    "He carried it to the castle at night and gave it to the king. Snow began to fall. The king laughed, and his daughter looked out of the window. "
)
PLAY = """INT. LIGHTHOUSE - NIGHT

Mara climbs the stairs with a lantern. Rain beats on the windows.

MARA
(whispering)
Is anyone there?

EXT. ROCKY SHORE - DAWN

A small boy walks down to the water.
"""


def cut(text: str, **changes: object) -> Screenplay:
    play = write(WriteSpec.model_validate({"prompt": text, "expand": False, "style": Style(slug="s", name="S"), **changes}))
    check(play.model_dump())
    return play


def words(play: Screenplay) -> list[str]:
    return " ".join(shot.narration for shot in play.shots).split()


def test_a_script_keeps_all_its_words_in_order() -> None:
    # when
    play = cut(TALE)
    # then
    assert words(play) == TALE.split()
    assert all(pace.seconds(shot.narration) <= pace.LONGEST_SHOT + 1.0 for shot in play.shots)


SOME = 'the old cat, walks; into a castle. Mara said: "no!" (softly) rain and then 42 boats - sail home? because late'
WORDS = st.sampled_from(SOME.split())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WORDS, min_size=3, max_size=120))
def test_any_words_are_kept(tokens: list[str]) -> None:
    # given
    text = "The fox sat. " + " ".join(tokens)
    # then
    assert words(cut(text)) == text.split()


def test_people_places_hours_and_weather_are_found() -> None:
    # when
    play = cut(TALE)
    # then
    assert {"cat", "king"} <= {character.noun for character in play.characters}
    castle = [scene for scene in play.scenes if scene.place == "castle"]
    assert castle
    assert castle[0].time_of_day == "night"
    assert any(scene.weather == "snow" for scene in castle)
    assert any("cat" in shot.characters for shot in play.shots if "The cat walked" in shot.narration)


def test_headings_and_cues_are_read_and_not_spoken() -> None:
    # when
    play = cut(PLAY)
    # then
    assert [(scene.place, scene.time_of_day) for scene in play.scenes] == [("lighthouse", "night"), ("rocky shore", "dawn")]
    assert "INT." not in " ".join(words(play))
    assert next(shot for shot in play.shots if "anyone there" in shot.narration).characters == ("mara",)


def test_a_medium_script_is_enriched_and_keeps_its_own_words() -> None:
    # when
    play = cut(TALE, expand=True, speech_seconds=60.0)
    # then
    told = " ".join(words(play))
    at = 0
    for sentence in ("Once upon a time", "The youngest got nothing", "He sat by the river", "walked into the forest", "The king laughed"):
        assert told.index(sentence) >= at
        at = told.index(sentence)
    assert len(words(play)) > len(TALE.split())


def test_fifty_thousand_characters_take_a_few_seconds() -> None:
    # given
    cut(TALE)
    text = TALE * (50_000 // len(TALE))
    # when
    start = time.process_time()
    play = cut(text)
    # then
    assert time.process_time() - start < 5.0  # seconds of one core; 2.3 s measured
    assert words(play) == text.split()


FERRY = (
    "The town of Harrow Bay had lost its ferry in the spring. The boat lay at the pier and rusted. Nora Bell had been its mate for twenty years.\n\n"
    "One morning Nora found a boy on the deck. His name was Tomas. He was drawing the engine. They began with the rust, and people came to look. "
    "The council sent a letter: the boat was to be towed away in July. Nora read it twice. Tomas pinned his drawings to the window of the bakery. "
    "By Friday only the pump was missing. On Saturday the baker brought it, wrapped in bread paper.\n\n"
    "At four in the morning the engine woke with a roar. Half the town stood on the deck. The ferry sails again, and its engineer is twelve years old. "
)


@pytest.mark.parametrize("form", FORMS)
def test_a_script_is_told_as_its_format_tells(form: str) -> None:
    # when
    play = cut(FERRY, expand=True, content_type=form, seconds=40.0, speech_seconds=timing.speech_seconds(40.0))
    text = " ".join(words(play))
    # then
    frame = lexicon.table("forms")[form]["script"]
    assert any(text.startswith(line) for line in frame["open"])
    assert any(text.endswith(line) for line in frame["close"])
    assert "Harrow Bay had lost its ferry" in text
    film = pace.film(max(shot.seconds, pace.shot(shot.narration)) for shot in play.shots)
    assert 36.0 <= film <= 44.0
    assert len([c for c in play.characters if "nora" in c.name.lower()]) <= 1


def test_a_script_keeps_its_words_where_no_length_was_ordered() -> None:
    text = " ".join(words(cut(FERRY, expand=True)))
    for sentence in ("The boat lay at the pier and rusted.", "Nora read it twice.", "Half the town stood on the deck."):
        assert sentence in text


def test_a_text_is_condensed_to_whole_sentences_in_their_order() -> None:
    # when
    short = condensed(FERRY, 20.0)
    # then
    assert pace.seconds(short) <= 22.0
    kept = sentences(short.replace("\n\n", " "))
    assert kept == [s for s in sentences(FERRY.replace("\n\n", " ")) if s in kept]
    assert kept[0].startswith("The town")
    assert condensed(FERRY, 500.0) == FERRY


def test_dialogue_without_headings_is_spoken_without_its_names() -> None:
    # when
    play = cut("ANNA: Where is the brass key?\nBEN: (shrugging) Ask the old gardener.\nANNA: He went down to the harbour.")
    text = " ".join(words(play))
    # then
    assert text == "Where is the brass key? Ask the old gardener. He went down to the harbour."
    assert {"Anna", "Ben"} <= {character.name for character in play.characters}
    assert "anna" in play.shots[0].characters


def test_a_note_with_a_colon_is_no_speaker() -> None:
    assert "NOTE: bring bread." in " ".join(words(cut("NOTE: bring bread. The baker laughed and shut the door.\nThen it rained on the roofs of the town.")))


def test_a_line_of_dialogue_is_its_speakers() -> None:
    # when
    play = cut(
        "INT. LIGHTHOUSE - NIGHT\nMara climbs the stairs.\nMARA\nStay here, Tom. The storm is near.\nTOM\n(softly)\nI hear the ship.\n\nThe lamp goes out."
    )
    # then
    assert [(shot.speaker, shot.characters[:1]) for shot in play.shots[:3]] == [("", ("mara",)), ("mara", ("mara",)), ("tom", ("tom",))]
    assert play.shots[-1].speaker == ""
    # and in a script of names and colons
    play = cut("Mara: Where is the boat?\nTom: It sank in the harbour.\nMara: Then we walk home.")
    assert [shot.speaker for shot in play.shots] == ["mara", "tom", "mara"]
    recipe = cut("Ingredients: two eggs and some flour.\nMethod: stir it all and wait for the baker.\nServe: with honey.")
    assert "Method: stir it all" in " ".join(words(recipe))


def test_a_script_is_as_long_as_was_ordered_and_as_it_is_where_nothing_was() -> None:
    # given
    script = " ".join(f"On day {number} the keeper lit the lamp, swept the stairs, and wrote one line about the sea." for number in range(1, 31))
    spec = WriteSpec(prompt=script, style=Style(slug="plain", name="Plain"), seconds=30.0, speech_seconds=timing.speech_seconds(30.0))
    # when
    own = write(spec)
    ordered = write(spec.model_copy(update={"length_ordered": True}))
    # then
    assert pace.film(pace.shot(shot.narration) for shot in own.shots) > 60
    assert pace.film(max(shot.seconds, pace.shot(shot.narration)) for shot in ordered.shots) < 36
