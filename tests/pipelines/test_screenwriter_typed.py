"""What people really type: labels, offers, ages, verses, jokes; each becomes the film that was meant."""

from __future__ import annotations

import re

import pytest

from farm import timing
from farm.screenplay import check
from farm.specs import WriteSpec
from farm.types import Screenplay, Style
from pipelines.screenwriter import pace
from pipelines.screenwriter.topics import topic_of
from pipelines.screenwriter.typed import plainly
from pipelines.screenwriter.write import write

STYLE = Style(slug="plain", name="Plain")


def film(prompt: str, seconds: float = 30.0, form: str = "cinematic_story", seed: int = 7) -> Screenplay:
    return write(WriteSpec(prompt=prompt, style=STYLE, seconds=seconds, speech_seconds=timing.speech_seconds(seconds), content_type=form, seed=seed))


def told(play: Screenplay) -> str:
    return " ".join(shot.narration for shot in play.shots)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a love story in paris between a baker and a street musician", "A baker falls in love with a street musician in Paris."),
        ("letter to the moon", "A girl writes a letter to the moon at night."),
        ("grandmas apple pie recipe", "How to make grandma's apple pie"),
        ("A 17 year old goalkeeper saves the penalty", "A young goalkeeper saves the penalty"),
        ("an 80-year-old sailor goes to sea", "an old sailor goes to sea"),
        ("Mia and her brother Tom who find an egg", "Mia and her brother Tom find an egg"),
        ("a trip to the moon", "A child travels to the moon."),
        ("Mr. Toad loses his car", "Mr Toad loses his car"),
        ("A lighthouse keeper befriends a stranded whale.", "A lighthouse keeper befriends a stranded whale."),
        ("A knight: brave, old and tired, rides home", "A knight: brave, old and tired, rides home"),
    ],
)
def test_a_prompt_is_read_as_the_sentence_it_means(typed: str, meant: str) -> None:
    assert plainly(typed).text == meant


def test_a_label_is_a_title_or_a_genre_or_a_place() -> None:
    # when
    named = plainly("The last elevator: a night guard hears someone breathing on an empty floor")
    kind = plainly("Office comedy: the new intern emails the whole company a picture of his cat")
    # then
    assert (named.text, named.title) == ("A night guard hears someone breathing on an empty floor", "The Last Elevator")
    assert (kind.title, kind.place) == ("", "office")
    assert film("The last elevator: a night guard hears someone breathing on an empty floor").title == "The Last Elevator"


@pytest.mark.parametrize(
    ("prompt", "own"),
    [
        ("Why did the chicken cross the road? To get to the other side.", ("To get to the other side.",)),
        ("You are stronger than you think. Never give up on your dreams.", ("You are stronger than you think.", "Never give up on your dreams.")),
        ("Roses are red, violets are blue, the moon is asleep and so should you", ("Roses are red.", "Violets are blue.")),
        ("The owl is up\nthe moon is round\nthe mice all dance\nwithout a sound", ("The owl is up.", "Without a sound.")),
        ("In 1928 Alexander Fleming discovered penicillin by accident.", ("In 1928 Alexander Fleming discovered penicillin by accident.",)),
    ],
)
def test_verses_jokes_encouragements_and_history_are_told_in_their_own_words(prompt: str, own: tuple[str, ...]) -> None:
    # when
    play = film(prompt)
    # then
    check(play.model_dump())
    assert all(line in told(play) for line in own), told(play)
    assert "named" not in told(play)  # nobody was invented
    assert 26.5 <= pace.film(max(shot.seconds, pace.shot(shot.narration)) for shot in play.shots) <= 33.5


def test_a_joke_keeps_its_point_until_the_end() -> None:
    play = film("Why did the chicken cross the road? To get to the other side.")
    assert (
        told(play).index("Why did the chicken") < told(play).index("no hurry" if "no hurry" in told(play) else "Take your time") < told(play).index("To get to")
    )
    assert all("chicken" in shot.characters for shot in play.shots)


def test_an_offer_is_shown_without_its_shouting() -> None:
    # when
    play = film("NEW!!! CRUNCHY OAT COOKIES - BAKED IN SMALL BATCHES - NOW 20% OFF", 20.0, "ad_spot")
    # then
    assert play.title == "Crunchy Oat Cookies"
    assert "crunchy oat cookies baked in small batches" in told(play).lower()
    assert "%" not in told(play)
    assert any("oat" in item.name for item in play.items)


def test_animals_with_titles_and_trades_are_animals() -> None:
    # when
    play = film("Mr. Badger the grumpy postman delivers a birthday cake to Lady Squirrel")
    # then
    cast = {c.name: c for c in play.characters}
    assert cast["Mr Badger"].noun == "badger postman"
    assert not cast["Mr Badger"].human
    assert cast["Lady Squirrel"].noun == "squirrel"
    assert not any(c.human for c in play.characters)


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("How do black holes form?", r"A black hole is a region of space"),
        ("space pirates", r"space pirates"),
        ("🦊🌧️☂️", r"searched for an umbrella in the rain"),
        ("The new intern accidentally emails the whole company a picture of his cat", r"emailed the whole company a picture of his cat"),
        ("a girl called Aya finds a broken robot on a junkyard planet and repairs it so it can go home", r"repaired it so it could go home"),
    ],
)
def test_what_was_typed_is_what_is_told(prompt: str, says: str) -> None:
    text = told(film(prompt))
    assert re.search(says, text), text
    assert not re.search(r"pirated|ultrasound|egged|\bcloud rain\b", text), text


def test_children_are_children_in_a_story_for_them() -> None:
    play = film("Tell me a bedtime story about Mia and her little brother Tom who find a dragon egg in the garden")
    assert {c.name: c.age for c in play.characters if c.name in {"Mia", "Tom"}} == {"Mia": "child", "Tom": "child"}
    assert any("dragon egg" in item.name for item in play.items)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Once upon a time there was a little bunny named Cotton who was afraid of the dark", "A little bunny named Cotton was afraid of the dark."),
        ("My boss is a vampire", "A vampire boss"),
        ("a day in the life of a barista in Tokyo", "A barista in Tokyo"),
        ("Pirates vs ninjas", "The pirates fight the ninjas."),
        ("Dog and cat are best friends", "A dog befriends a cat."),
        ("I lost my phone in Paris and found love", "A man lost his phone in Paris and found love"),
        ("Chocolate cake in 5 minutes!", "How to make chocolate cake in 5 minutes"),
        ("Buy our amazing running shoes today!", "amazing running shoes"),
        ("An alien crash lands on a farm", "An alien crashes on a farm"),
        ("Introducing AquaPure: the smart water bottle that tracks your hydration", "a smart water bottle that tracks your hydration"),
    ],
)
def test_what_is_said_in_a_roundabout_way_is_said_straight(typed: str, meant: str) -> None:
    assert plainly(typed, "ad_spot" if re.search("Aqua|Buy", typed) else "").text == meant


def test_a_wish_is_for_whom_it_names() -> None:
    # when
    play = film("Happy birthday Grandma!")
    # then
    assert "Happy birthday Grandma!" in told(play)
    assert [c.noun for c in play.characters] == ["grandma"]
    assert play.characters[0].age == "old"
    assert any("birthday-cake" in shot.items for shot in play.shots)


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("How do rainbows form?", "How do rainbows form?"),
        ("Explain how rainbows form", "How do rainbows form?"),
        ("A video explaining how volcanoes work", "How do volcanoes work?"),
        ("explain why the sky is blue to a child", "Why is the sky blue?"),
        ("Explain photosynthesis in simple terms", "What is photosynthesis?"),
        ("Describe what a black hole is", "What is a black hole?"),
        ("Teach me about sharks", "What are sharks?"),
        ("Show me a fox in the snow", ""),
        ("Tell me about a fox who learned to sing", ""),
    ],
)
def test_what_is_to_be_explained_is_a_question(typed, question):
    topic = topic_of(plainly(typed, "youtube_clone").text, "youtube_clone")
    assert (topic.question if topic is not None else "") == question
