"""Scripts in other languages: spoken as they are, shown by a glossary, refused with a reason where a story would have to be invented."""

from __future__ import annotations

import pytest

from farm.screenplay import check
from farm.specs import WriteSpec
from farm.types import Screenplay, Style
from farm.work import EngineError
from pipelines.screenwriter.foreign import GLOSSARY
from pipelines.screenwriter.lexicon import table
from pipelines.screenwriter.write import write

GERMAN = """Es war einmal ein alter Fischer, der in einem Dorf am Meer lebte. Jeden Abend ging er mit seiner Laterne zum Hafen.

Eines Nachts hörte er ein Weinen. Am Strand lag ein kleiner Wal. Der Fischer holte sein Boot, und gemeinsam warteten sie auf die Flut."""
SCRIPTS = {
    "de": (GERMAN, "fisherman", "lantern"),
    "fr": ("Une petite fille trouva une clé dans la forêt. La nuit tombait et la pluie aussi.", "girl", "key"),
    "es-MX": ("El zorro abrió una tienda en el puerto. La niña compró un farol y volvió a casa.", "fox", "lantern"),
    "pt_BR": ("O gato subiu a montanha com um mapa. A lua nasceu sobre o mar.", "cat", "map"),
    "it": ("La nonna scrisse una lettera al re. Nevicava sul castello.", "grandmother", "letter"),
}


def film(text: str, locale: str, **more: object) -> Screenplay:
    play = write(WriteSpec.model_validate({"prompt": text, "locale": locale, "expand": False, "style": Style(slug="s", name="S"), **more}))
    check(play.model_dump())
    return play


@pytest.mark.parametrize(("locale", "script"), SCRIPTS.items())
def test_its_words_are_kept_and_its_nouns_are_shown(locale: str, script: tuple[str, str, str]) -> None:
    # given
    text, who, what = script
    # when
    play = film(text, locale)
    # then
    assert " ".join(shot.narration for shot in play.shots).split() == text.split()
    assert play.locale == locale
    assert who in {character.noun for character in play.characters}
    assert what in {item.name for item in play.items}
    assert all(shot.picture_prompt.isascii() for shot in play.shots)


def test_places_hours_and_weather_are_found() -> None:
    scenes = film(GERMAN, "de").scenes
    assert {"harbour", "beach"} <= {scene.place for scene in scenes}
    assert "night" in {scene.time_of_day for scene in scenes}


def test_speakers_are_characters_and_are_not_spoken() -> None:
    # when
    play = film("INT. KÜCHE - NACHT\n\nANNA\nWo ist der Schlüssel?\n\nOMA\nIm Garten.", "de")
    # then
    assert [character.name for character in play.characters] == ["Anna", "Oma"]
    assert "ANNA" not in " ".join(shot.narration for shot in play.shots)


def test_a_language_without_a_glossary_is_cut_all_the_same() -> None:
    assert film("En gammal man gick till skogen. Han hittade en nyckel.", "sv").shots


def test_a_story_is_invented_in_english_only() -> None:
    with pytest.raises(EngineError, match="enhance: off") as caught:
        film("Ein Fuchs findet den Mond.", "de", expand=True)
    assert caught.value.code == "unsupported_locale"


def test_the_glossary_names_its_languages_and_nothing_twice_in_a_group() -> None:
    for nouns in table("foreign").values():
        for language in GLOSSARY:
            listed = [word for entry in nouns.values() for word in (entry.get(language) or "").split()]
            assert set(listed) == {word.lower() for word in listed}
        assert all(set(entry) <= set(GLOSSARY) for entry in nouns.values())
