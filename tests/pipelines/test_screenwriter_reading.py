"""Does the screenwriter read a prompt's grammar: who, what, to whom, where, when, why?"""

from __future__ import annotations

import pytest

from farm.specs import WriteSpec
from farm.types import Style
from pipelines.screenwriter.reading import read
from pipelines.screenwriter.spelling import mended
from pipelines.screenwriter.write import write

# prompt, hero's noun (or name), verb, object's head or None, kind of plot, and any of place, time, weather, goal
READINGS = [
    ("A lighthouse keeper befriends a stranded whale.", "lighthouse keeper", "befriend", "whale", "bond", {}),
    (
        "Old Tom the keeper races a tortoise across the desert at dawn to win the golden cup.",
        "Old Tom",
        "race",
        "tortoise",
        "contest",
        {"place": "desert", "time": "dawn", "goal": "win the golden cup"},
    ),
    ("A robot who is afraid of the dark learns to paint in a foggy harbour.", "robot", "paint", None, "teach", {"place": "foggy harbour", "weather": "fog"}),
    ("A tortoise races a hare through the forest.", "tortoise", "race", "hare", "contest", {"place": "forest"}),
    ("A robot chef opens a tiny restaurant on the moon.", "robot chef", "open", "restaurant", "make", {"place": "moon"}),
    ("A little girl finds a lost dragon in her garden.", "girl", "find", "dragon", "bond", {"place": "garden"}),
    ("The baker's apprentice steals a magic recipe at midnight.", "apprentice", "steal", "recipe", "crime", {"time": "night"}),
    ("A fox and a crow argue over a piece of cheese.", "fox", "argue", "cheese", "conflict", {}),
    ("Maya, a brave young astronaut, repairs a broken satellite before the storm hits.", "Maya", "repair", "satellite", "make", {"weather": "storm"}),
    ("A knight searches for the lost crown in a dark castle.", "knight", "search", "crown", "quest", {"place": "dark castle"}),
    ("A detective investigates a murder on a train in the snow.", "detective", "investigate", "murder", "crime", {"weather": "snow"}),
    ("An old fisherman battles a giant squid in a storm.", "fisherman", "battle", "squid", "conflict", {"weather": "storm"}),
    ("A cat wins the lottery.", "cat", "win", "lottery", "luck", {}),
    ("A wizard teaches a goblin to read.", "wizard", "teach", "goblin", "teach", {}),
    ("A lonely snowman falls in love with a candle.", "snowman", "fall", "candle", "bond", {}),
    (
        "Two sisters cross the mountains in winter to find their father.",
        "sister",
        "cross",
        "mountain",
        "journey",
        {"place": "mountains", "goal": "find their father"},
    ),
    ("A violinist plays for the ghosts of an abandoned theatre.", "violinist", "play", "ghost", "bond", {"place": "abandoned theatre"}),
    ("A boy builds a time machine out of junk to save his dog.", "boy", "build", "machine", "make", {"goal": "save his dog"}),
    ("An owl protects the forest from hunters.", "owl", "protect", "hunter", "conflict", {"place": "forest"}),
    ("A princess escapes from a tower with the help of a mouse.", "princess", "escape", None, "journey", {"place": "tower"}),
    ("A firefighter rescues a kitten from a burning house.", "firefighter", "rescue", "kitten", "rescue", {"place": "burning house"}),
    ("A mechanic falls asleep and dreams of a city under the sea.", "mechanic", "fall", None, "dream", {}),
    ("A hacker breaks into a bank to return stolen money.", "hacker", "break", None, "crime", {"goal": "return stolen money"}),
    ("A samurai defends a village against bandits.", "samurai", "defend", "bandit", "conflict", {"place": "village"}),
    ("A scientist invents a machine that can talk to plants.", "scientist", "invent", "machine", "make", {}),
    ("A teddy bear gets lost in a big train station.", "teddy bear", "lose", None, "ordeal", {"place": "big train station"}),
    ("A mouse chef cooks dinner for the king.", "mouse chef", "cook", "dinner", "make", {}),
    ("A monk climbs a mountain to ask the oldest question.", "monk", "climb", "mountain", "journey", {"goal": "ask the oldest question"}),
    ("A widow receives letters from the future.", "widow", "receive", "letter", "discovery", {}),
    ("After the flood, a carpenter builds a boat for the animals.", "carpenter", "build", "boat", "make", {}),
    ("Because the river dried up, an elephant leads her herd across the desert.", "elephant", "lead", "herd", "journey", {"place": "desert"}),
    ("Lila and her robot Bolt explore a sunken city.", "Lila", "explore", "city", "journey", {"place": "sunken city"}),
    ("A group of children discover a secret tunnel under their school.", "child", "discover", "tunnel", "discovery", {"place": "school"}),
    ("A king gives away his crown.", "king", "give", "crown", "loss", {}),
    (
        "A taxi driver picks up a mysterious passenger on a rainy night in Tokyo.",
        "taxi driver",
        "pick",
        "passenger",
        "bond",
        {"place": "Tokyo", "time": "night", "weather": "rain"},
    ),
    ("A dog waits at the station every day for his owner.", "dog", "wait", "owner", "loss", {"place": "station"}),
    ("She walks alone through the neon city, looking for her brother.", "woman", "walk", None, "journey", {"place": "neon city", "goal": "find her brother"}),
    ("A librarian discovers a book that writes itself.", "librarian", "discover", "book", "discovery", {}),
    ("An astronaut grows a sunflower on Mars.", "astronaut", "grow", "sunflower", "make", {"place": "Mars"}),
    ("Kenji, a young sushi chef, competes against his old master.", "Kenji", "compete", "master", "contest", {}),
    ("A soldier carries a wounded enemy through the snow.", "soldier", "carry", "enemy", "rescue", {"weather": "snow"}),
    ("Two brothers row across the lake in a thunderstorm to fetch a doctor.", "brother", "row", None, "journey", {"place": "lake", "goal": "fetch a doctor"}),
]


@pytest.mark.parametrize(("prompt", "hero", "verb", "what", "kind", "more"), READINGS, ids=[row[0][:40] for row in READINGS])
def test_reads_who_does_what(prompt: str, hero: str, verb: str, what: str | None, kind: str, more: dict[str, str]) -> None:
    # when
    premise = read(prompt)
    # then
    assert hero in {premise.hero.noun, premise.hero.name}
    assert premise.deed is not None
    assert premise.deed.lemma == verb
    assert (premise.other.head if premise.other else None) == what or what is None
    assert premise.kind == kind
    if "place" in more:
        assert premise.place is not None
        assert premise.place.phrase == more["place"]
    if "time" in more:
        assert premise.time == more["time"]
    if "weather" in more:
        assert premise.weather == more["weather"]
    if "goal" in more:
        assert premise.goal is not None
        assert premise.goal.base() == more["goal"]


def test_reads_several_clauses() -> None:
    # when
    premise = read("A waitress wins the lottery and buys a lighthouse.")
    # then
    assert [(clause.mark, clause.text) for clause in premise.clauses] == [("and", "bought a lighthouse")]


def test_a_companion_is_not_the_object() -> None:
    # when
    premise = read("Lila and her robot Bolt explore a sunken city.")
    # then
    assert premise.side is not None
    assert (premise.side.name, premise.side.kind) == ("Bolt", "robot")


def test_a_hero_of_two_words_is_what_its_first_word_says() -> None:
    # then
    assert read("A mouse chef cooks dinner for the king.").hero.kind == "animal"
    assert read("A robot chef opens a tiny restaurant on the moon.").hero.kind == "robot"
    assert read("A toy soldier comes to life on Christmas Eve.").hero.kind == "toy"


@pytest.mark.parametrize(
    ("prompt", "said", "not_said"),
    [
        ("A pengin wants to lern to fly", "penguin", "pengin"),  # slips of the pen
        ("A GIRL FINDS A DRAGON EGG IN HER LUNCHBOX", "dragon egg", "EGG"),
        ("Kwame repairs radios in the market of Accra.", "Kwame", "a kwame"),  # a name that no list has
        ("Princess Amara refuses to marry the prince.", "refused to marry", "although the prince"),
        ("A mother elephant leads her calf to water.", "lead her calf", "wish: to water"),
        ("A widow sets out across the Sahara.", "set out", "set out to set out"),
        ("A detective with amnesia investigates a theft.", "a detective with amnesia", "with amnesia investigated"),
        ("A jazz band plays on the deck of a ship.", "jazz band", "jazz band named"),
        ("A satellite falls in love with a lighthouse.", "satellite", "The wise held a meeting"),
        ("A robot nanny hides a child from the storm.", "robot nanny", "nobody knew why"),
    ],
)
def test_what_a_prompt_says_is_kept_and_nothing_odd_is_made_of_it(prompt: str, said: str, not_said: str) -> None:
    for seed in range(3):
        text = " ".join(shot.narration for shot in write(WriteSpec(prompt=prompt, style=Style(slug="s", name="S"), seed=seed)).shots)
        assert not_said not in text
    assert said in text or said.capitalize() in text or "led her calf" in text


@pytest.mark.parametrize(
    ("word", "right"),
    [("lern", "learn"), ("samuri", "samurai"), ("recieve", "receive"), ("lighhouse", "lighthouse"), ("whale", "whale"), ("kubernetes", "kubernetes")],
)
def test_a_slip_of_the_pen_is_mended_and_a_strange_word_is_not(word: str, right: str) -> None:
    assert mended(word) == right
