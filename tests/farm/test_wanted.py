"""Whatever a writer made of it: who and what the caller asked for is in the screenplay, and in its shots."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from farm.resolve import resolve
from farm.screenplay import check
from farm.specs import Hint, PortraitSpec
from farm.types import Character, Item, Scene, Screenplay, Shot, Size
from farm.wanted import honoured
from tests.farm.farming import new_story

PLAY = Screenplay(
    title="Light and Tide",
    characters=(Character(key="tom", name="Old Tom", noun="keeper", role="protagonist"),),
    scenes=(Scene(key="shore", title="The shore", place="stormy shore"), Scene(key="bay", title="A bay", place="bay")),
    items=(Item(key="lamp", name="brass lamp"), Item(key="rope", name="rope")),
    shots=tuple(
        Shot(index=index, scene="shore" if index < 3 else "bay", characters=("tom",), items=("lamp", "rope"), narration=words, picture_prompt=words)
        for index, words in enumerate(("Tom woke.", "He lit the lamp.", "Anna Reed called him.", "The sea was calm."))
    ),
)


def asked(**fields: Any) -> Screenplay:
    """The screenplay for a request with these."""
    return check(honoured(new_story("team", **fields), PLAY).model_dump())


def test_who_is_there_gets_their_pictures_and_nobody_is_doubled() -> None:
    play = asked(characters=(Hint(name="Tom", reference="a", references=("b", "c")),))
    assert [(one.key, one.reference, one.references) for one in play.characters] == [("tom", "a", ("b", "c"))]
    assert play.shots == PLAY.shots


def test_whom_the_writer_forgot_plays_where_they_are_told_of_else_early_and_late() -> None:
    play = asked(characters=(Hint(name="Anna Reed", description="in a red scarf"), Hint(name="The cat", human=False)))
    anna, cat = play.characters[1:]
    assert (anna.name, anna.description, cat.human) == ("Anna Reed", "in a red scarf", False)
    assert [shot.index for shot in play.shots if anna.key in shot.characters] == [2]
    seen = [shot for shot in play.shots if cat.key in shot.characters]
    assert len(seen) == 2
    assert all("with The cat" in shot.picture_prompt for shot in seen)


def test_what_somebody_is_follows_from_name_or_description() -> None:
    wanted = (
        Hint(name="The stranded whale"), Hint(name="Ann the baker"), Hint(name="Rex", description="a small brown dog with a bell"),
        Hint(name="Zoë", description="tall"), Hint(name="Bo", description="An elf."),
    )  # fmt: skip
    assert [one.noun for one in asked(characters=wanted).characters[1:]] == ["stranded whale", "baker", "small brown dog", "", "elf"]


def test_two_of_one_family_name_are_two() -> None:
    play = asked(characters=(Hint(name="Bob Tom-Reed"), Hint(name="Ann Tom-Reed")))
    assert [one.name for one in play.characters] == ["Old Tom", "Bob Tom-Reed", "Ann Tom-Reed"]


def test_somebody_of_an_earlier_story_looks_the_same() -> None:
    before = Character(key="x", name="Tom", noun="baker", age="old", look={"coat": "#112233"}, description="a baker with a floury apron", gender="male")
    tom = asked(characters=(Hint(name="Tom", character=before),)).characters[0]
    assert (tom.key, tom.name, tom.noun, tom.look, tom.description) == ("tom", "Old Tom", "baker", {"coat": "#112233"}, "a baker with a floury apron")


def test_elements_are_seen_and_come_first() -> None:
    play = asked(elements=(Hint(name="ACME_LOGO", reference="logo"), Hint(name="the Lamp", reference="lamp")))
    logo = next(one for one in play.items if one.reference == "logo")
    assert play.items[0].reference == "lamp"
    shown = [shot for shot in play.shots if logo.key in shot.items]
    assert len(shown) == 2
    assert all(set(shot.items[:2]) == {logo.key, "lamp"} for shot in shown)


def test_places_are_found_or_take_a_scene_or_a_shot() -> None:
    play = asked(locations=(Hint(name="The Shore", reference="s"), Hint(name="Glass house", description="of green glass", reference="g")))
    assert [(one.key, one.reference) for one in play.scenes] == [("shore", "s"), ("bay", "g")]
    assert (play.scenes[1].place, play.scenes[1].description) == ("Glass house", "of green glass")
    three = asked(locations=(Hint(name="The Shore", reference="s"), Hint(name="bay", reference="b"), Hint(name="Glass house", reference="g")))
    fresh = three.scenes[2]
    assert (fresh.reference, [shot.scene for shot in three.shots].count(fresh.key)) == ("g", 1)
    assert len(three.shots) == len(PLAY.shots)


def test_every_reference_is_a_file_first_ones_first() -> None:
    one = Character(key="tom", name="Tom", reference="a", references=("b",))
    _, files = resolve(PortraitSpec(character=one, style=new_story("t").style, size=Size(width=64, height=64)), {})
    assert files == {"reference": "a", "reference.2": "b"}


NAMES = st.sampled_from(["Tom", "Old Tom", "The whale", "lamp", "shore", "Zoë", "李", "!", " the ", "x" * 255, "bay", "a b c"])
HINTS = st.lists(st.builds(Hint, name=NAMES, reference=st.sampled_from([None, "1", "2"]), description=st.sampled_from(["", "red"])), max_size=6)


@settings(max_examples=150, deadline=None)
@given(HINTS, HINTS, HINTS)
def test_whatever_is_asked_for_it_stays_a_screenplay_that_shows_it(characters: list[Hint], locations: list[Hint], elements: list[Hint]) -> None:
    play = asked(characters=tuple(characters), locations=tuple(locations), elements=tuple(elements))
    assert [shot.narration for shot in play.shots] == [shot.narration for shot in PLAY.shots]
    assert len(play.characters) >= len(characters)
    assert len(play.items) >= len(elements)
    for key in {one.key for one in play.characters} - {"tom"}:
        assert any(key in shot.characters for shot in play.shots)
    for reference in {hint.reference for hint in elements if hint.reference}:
        shown = {one.key for one in play.items if one.reference == reference}
        assert any(shown & set(shot.items) for shot in play.shots)


def test_nothing_asked_nothing_changed() -> None:
    assert asked() == PLAY
