"""Prompts that want to be explained: recognised, explained without inventing, in every format and length."""

from __future__ import annotations

import re

import pytest

from farm import timing
from farm.screenplay import check
from farm.specs import WriteSpec
from farm.types import Screenplay, Style
from pipelines.meaning.facts import fact
from pipelines.screenwriter import pace
from pipelines.screenwriter.forms import FORMS
from pipelines.screenwriter.topics import topic_of
from pipelines.screenwriter.write import write

STYLE = Style(slug="plain", name="Plain")
TOPICS = {
    "How bees find flowers": "how",
    "Why do cats purr?": "why",
    "Why is the sky blue?": "why",
    "What is a black hole?": "what",
    "How to plant a tomato": "howto",
    "5 tips for better sleep": "howto",
    "The history of the bicycle": "history",
    "The life of a honeybee": "life",
    "Central bank raises interest rates": "news",
    "Scientists discover water on Mars": "news",
    "Local library saved by a crowd of children": "news",
    "GOVERNMENT ANNOUNCES NEW TAX": "news",
    "your morning routine": "you",
    "A running shoe made from ocean plastic": "product",
    "Robots, roses, a runaway train": "list",
    "Morning in Kyoto": "place",
    "rain": "thing",
}
STORIES = [
    "A lighthouse keeper befriends a stranded whale.",
    "How a boy tamed a dragon",
    "The sun refuses to rise.",
    "Robots build a city.",
    "The last bookstore on Mars",
    "Princess Amara refuses to marry the prince.",
    "Kwame repairs radios in the market of Accra.",
    "Lila and her robot Bolt explore a sunken city.",
    "The story of a girl who could fly",
    "friendship",
    "a wizard",
    "My dog ate the wedding cake",
]


def film(prompt: str, seconds: float = 30.0, form: str = "cinematic_story", seed: int = 3) -> Screenplay:
    return write(WriteSpec(prompt=prompt, style=STYLE, seconds=seconds, speech_seconds=timing.speech_seconds(seconds), content_type=form, seed=seed))


def told(play: Screenplay) -> str:
    return " ".join(shot.narration for shot in play.shots)


@pytest.mark.parametrize(("prompt", "kind"), TOPICS.items())
def test_what_wants_to_be_explained_is_recognised(prompt: str, kind: str) -> None:
    found = topic_of(prompt)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize("prompt", STORIES)
def test_what_wants_to_be_told_stays_a_story(prompt: str) -> None:
    assert topic_of(prompt.rstrip(".")) is None


@pytest.mark.parametrize("prompt", TOPICS)
def test_it_is_explained_in_clean_english_and_shown(prompt: str) -> None:
    # when
    play = film(prompt)
    text = told(play)
    # then
    check(play.model_dump())
    assert not re.search(r"[{}<>|~]|\b([a-z]+) \1\b|\s[,.;]|\.\.|: [A-Z][a-z]+ is|\ba [aeio]|\ban [bcdfgjklmnpqrstvwxz]", text), text
    assert "lived" not in text  # nobody was invented
    assert 27.0 <= pace.film(max(shot.seconds, pace.shot(shot.narration)) for shot in play.shots) <= 33.0


@pytest.mark.parametrize("form", FORMS)
def test_every_format_explains_in_its_own_way(form: str) -> None:
    # when
    play = film("How bees find flowers", form=form)
    # then
    assert "bee" in told(play).lower()
    assert told(play) != told(film("How bees find flowers"))
    assert any("bee" in shot.characters for shot in play.shots)


def test_what_is_said_of_things_is_what_is_known() -> None:
    # given
    known = fact("bicycle")
    assert known is not None
    # when
    text = told(film("The history of the bicycle", 60.0))
    # then
    assert known.what in text
    assert not re.search(r"\d", text)  # no invented years and figures


@pytest.mark.parametrize("seconds", [5, 8, 15, 60, 300])
def test_a_film_that_explains_is_as_long_as_was_ordered_and_repeats_nothing(seconds: int) -> None:
    for prompt in ("Central bank raises interest rates", "coffee"):
        # when
        play = film(prompt, seconds)
        lines = [shot.narration for shot in play.shots if shot.narration]
        # then
        assert 0.9 * seconds <= pace.film(max(shot.seconds, pace.shot(shot.narration)) for shot in play.shots) <= 1.13 * seconds, prompt
        assert len(lines) - len(set(lines)) <= 1


@pytest.mark.parametrize("prompt", ["why do we dream", "What is a body?", "Why do people kiss?", "The history of medicine"])
def test_nothing_unseemly_is_explained(prompt: str) -> None:
    # WordNet is for grown-ups: among the kinds of a dream is one that no child's film is about
    assert not re.search(r"erotic|semen|sexual|genital|intercourse|excrement|anus|nipple|heroin|suicid", told(film(prompt, 120.0)).lower())
