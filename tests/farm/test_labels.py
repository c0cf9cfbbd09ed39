"""Whose name is written where, and which shot begins a chapter."""

from __future__ import annotations

import pytest

from farm import labels
from farm.specs import Label
from farm.types import Character, Scene, Screenplay, Shot
from tests.farm.farming import new_story


def play(*shots: tuple[str, tuple[str, ...]]) -> Screenplay:
    """Shots given as scene and who is in them."""
    people = (
        Character(key="m", name="Maren", noun="lighthouse keeper"),
        Character(key="w", name="the whale", noun="whale"),
        Character(key="j", name="Jo", noun=""),
    )
    scenes = tuple(Scene(key=key, title=title) for key, title in (("a", "The Harbour"), ("b", "The Open Sea"), ("c", "Home"), ("d", "")))
    return Screenplay(
        title="T", characters=people, scenes=scenes, shots=tuple(Shot(index=n, scene=scene, characters=who) for n, (scene, who) in enumerate(shots))
    )


PEOPLE = play(("a", ("w",)), ("a", ("m", "j")), ("a", ("m",)), ("b", ("j", "m")))


def test_news_name_who_has_a_name_once_and_one_a_shot() -> None:
    new = new_story("team", content_type="news_analysis")
    assert labels.introductions(new, PEOPLE) == {1: Label(text="Maren", under="lighthouse keeper"), 3: Label(text="Jo")}


@pytest.mark.parametrize(("wishes", "names"), [({}, 0), ({"lower_thirds": True}, 2), ({"content_type": "news_analysis", "lower_thirds": False}, 0)])
def test_stories_name_nobody_unless_asked(wishes: dict[str, object], names: int) -> None:
    assert len(labels.introductions(new_story("team", **wishes), PEOPLE)) == names


LONG = play(*[(scene, ()) for scene in "aaabbbaacccddd"])


def test_long_films_have_headings_where_scenes_begin() -> None:
    """A scene that comes back, and one without a title, begin nothing."""
    found = labels.chapters(new_story("team", seconds=150), LONG)
    assert found == {0: Label(text="The Harbour", under="I"), 3: Label(text="The Open Sea", under="II"), 8: Label(text="Home", under="III")}


@pytest.mark.parametrize(
    ("seconds", "wish", "scenes", "count"),
    [(30, None, "aaabbb", 0), (30, True, "aaabbb", 2), (150, False, "aaabbb", 0), (150, None, "aaaaaa", 0), (150, None, "abc", 0)],
)
def test_headings_only_where_they_part_a_film(seconds: int, wish: bool | None, scenes: str, count: int) -> None:
    assert len(labels.chapters(new_story("team", seconds=seconds, chapters=wish), play(*[(scene, ()) for scene in scenes]))) == count


def test_numbers_are_roman() -> None:
    assert [labels.numeral(number) for number in (1, 4, 9, 14, 40, 88)] == ["I", "IV", "IX", "XIV", "XL", "LXXXVIII"]
