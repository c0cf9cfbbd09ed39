"""Who speaks what in which voice, and how long a word lasts where nobody knows: the parts of real speech that need no model."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.catalog import Model, Source
from farm.plan import _narrator, _speakers, expand
from farm.screenplay import BadScreenplay, check
from farm.specs import Speaker, SpeakSpec
from farm.story import NewStory
from farm.types import Character, Scene, Screenplay, Shot, TaskKind
from farm.work import EngineError
from pipelines.speech.estimate import estimate
from pipelines.speech.phonemes import spelled
from pipelines.speech.quotes import parts
from pipelines.speech.voices import Voices
from tests.farm.farming import new_story

MARA, TOM, KEEPER = Speaker(name="Mara Ellery", gender="female", age="old"), Speaker(name="Tom", gender="male"), Speaker(name="the Keeper")
CAST = {
    "heart": {"gender": "female", "locale": "en-US"},
    "alba": {"gender": "female", "age": "old", "locale": "en-GB"},
    "bella": {"gender": "female", "locale": "en-US"},
    "adam": {"gender": "male", "locale": "en-US"},
    "dora": {"gender": "female", "locale": "es"},
}


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("“Light it,” said Mara, “now.” Tom shook his head. “No.”", ["Mara Ellery", None, "Mara Ellery", None, "Tom"]),
        ('Tom asked: "Where is she?" Nobody knew.', [None, "Tom", None]),
        ('"Hush," Mara\'s voice came. "Hush." The Keeper whispered, "Listen."', ["Mara Ellery", None, "Mara Ellery", None, "the Keeper"]),
        ("„Geh“, sagte Mara.", ["Mara Ellery", None]),
        ("« Va ! » dit Tom.", ["Tom", None]),
        ('The ship "Aurora" carried Mara home.', [None]),
        ('"Unclosed, said Tom.', [None]),
        ('Mara and Tom said: "We go."', [None]),
        ('Somebody said: "We go."', [None]),
        ("‘Light it,’ said Mara, ‘now.’ Tom didn’t. ‘No.’", ["Mara Ellery", None, "Mara Ellery", None, "Tom"]),
        ("'Where is she?' asked Tom. 'Mara's gone.'", ["Tom", None, "Tom"]),
        ("'Twas Mara's lamp, the old ones' pride, said Tom.", [None]),
        ("Rock 'n' roll was all Tom knew. 'Play,' said Mara.", [None, "Mara Ellery", None]),
        ("The 'Aurora' carried Mara home, and the sailors' wives sang.", [None]),
        ("—No lo sé —dijo Mara—. Vete.", ["Mara Ellery", None, "Mara Ellery"]),
        ("— Иди, — сказала Mara. — Сейчас.", ["Mara Ellery", None, "Mara Ellery"]),
        ("— Va ! dit Tom.", [None]),
        ("— a pause — and Tom or Mara — went on.", [None]),
        ("The lamp — said Mara — was old.", [None]),
        ("", []),
    ],
)
def test_a_quotation_is_spoken_by_whom_the_sentence_names(text, spoken):
    found = parts(text, [MARA, TOM, KEEPER])
    assert [who.name if who else None for _, who in found] == spoken
    assert " ".join(piece for piece, _ in found) == text


@settings(deadline=None)
@given(st.text(alphabet="aM \"“”„«».,!?:-—'‘’Tom Mara\n", max_size=120))
def test_no_word_is_lost_whatever_the_marks(text):
    assert " ".join(piece for piece, _ in parts(text, [MARA, TOM])).split() == text.split()


def voices(**defaults: object) -> Voices:
    return Voices.of(Model(name="kokoro", tasks=(TaskKind.SPEAK,), engine="kokoro", defaults={"voices": CAST, "voice": "heart", **defaults}))


def test_a_character_keeps_a_voice_of_its_kind():
    cast = voices()
    narrator = cast.narrator(None, "en")
    assert narrator.name == "heart"
    assert cast.character(MARA, "en-GB", narrator).name == "alba"
    assert {cast.character(Speaker(name=name, gender="male"), "en", narrator).name for name in ("Tom", "Bo", "Cy", "Dan", "Gus", "Hal")} == {"adam"}
    assert cast.character(Speaker(name="Ann", gender="female"), "en-US", narrator).name == "bella", "not the narrator's, while there is another"
    assert cast.character(Speaker(name="Luz", gender="female"), "es", cast.narrator(None, "es")).name == "dora"
    many = [cast.character(Speaker(name=name), "en", narrator).name for name in ("Ann", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus")]
    assert many == [cast.character(Speaker(name=name.upper()), "en", narrator).name for name in ("Ann", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus")]
    assert len(set(many)) > 1
    assert voices(names={"tom": "dora"}).character(TOM, "en", narrator).name == "dora"
    assert cast.character(Speaker(name="Ann", voice="adam"), "en", narrator).name == "adam"


def test_the_narrator_is_who_was_asked_for_or_one_who_knows_the_language():
    assert voices().narrator("adam", "en").name == "adam"
    assert voices().narrator("kokoro", "es").name == "dora"
    with pytest.raises(EngineError, match=r"no voice 'zoe'.*adam"):
        voices().narrator("zoe", "en")
    with pytest.raises(EngineError, match=r"'de'.*es"):
        voices().narrator(None, "de")


@pytest.mark.parametrize(
    ("defaults", "says"),
    [
        ({"voices": ["heart"]}, "heart"),
        ({"voices": {"heart": {"gender": "loud"}}}, "'loud'"),
        ({"voice": "zoe"}, "'zoe'"),
        ({"names": {"Mara": "zoe"}}, "'zoe'"),
    ],
)
def test_wrong_voices_are_named(defaults, says):
    with pytest.raises(EngineError, match=says):
        voices(**defaults)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["The", "lamp,", "went", "out.", "1912", "—", "Ж", "a"]), min_size=1, max_size=12), st.floats(0.2, 30))
def test_estimated_words_fill_the_sound_in_order(words, seconds):
    spans = estimate(words, seconds, "en")
    assert len(spans) == len(words)
    assert spans[0][0] == 0
    assert spans[-1][1] == pytest.approx(seconds)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] + 1e-9 for left, right in itertools.pairwise(spans))


def test_without_the_speller_numbers_stay():
    assert spelled("no number", "en") == "no number"
    assert spelled("12", "xx") == "12"


def test_a_models_further_repositories_are_known():
    defaults = {"aligner": {"en": {"hub": "a/b"}, "de": {"hub": "c/d", "revision": "x"}}, "list": [{"hub": "a/b"}], "url": "http://x"}
    model = Model(name="m", tasks=(TaskKind.SPEAK,), engine="kokoro", defaults=defaults)
    assert model.further() == (Source(hub="a/b"), Source(hub="c/d", revision="x"))


def test_a_narration_without_a_quotation_does_not_depend_on_who_is_seen():
    mara = Character(key="mara", name="Mara", gender="female", age="old")
    shot = Shot(index=0, scene="pier", characters=("mara",), narration="Mara lights the lamp.")
    assert _speakers(shot, {"mara": mara}) == ()
    quoted = shot.model_copy(update={"narration": "“Light it,” said Mara."})
    assert _speakers(quoted, {"mara": mara}) == (Speaker(name="Mara", gender="female", age="old"),)


def test_a_line_is_its_speakers_and_nobody_is_quoted_in_it():
    mara, tom = Character(key="mara", name="Mara", gender="female", age="old"), Character(key="tom", name="Tom", gender="male")
    shot = Shot(index=0, scene="pier", characters=("mara", "tom"), narration="“Light it,” said Mara.", speaker="tom")
    assert _speakers(shot, {"mara": mara, "tom": tom}) == ()
    whole = Screenplay(title="T", characters=(mara, tom), scenes=(Scene(key="pier", title="Pier"),), shots=(shot,))
    assert check(whole.model_dump()) == whole
    with pytest.raises(BadScreenplay, match="spoken by character 'zoe'"):
        check(whole.model_copy(update={"shots": (shot.model_copy(update={"speaker": "zoe"}),)}).model_dump())


def test_a_line_reaches_the_speak_task_as_its_speakers():
    mara = Character(key="mara", name="Mara", gender="female", age="old")
    shots = (
        Shot(index=0, scene="a", narration="Stay.", characters=("mara",), speaker="mara"),
        Shot(index=1, scene="a", narration="“No,” said Mara.", characters=("mara",)),
    )
    play = Screenplay(title="T", characters=(mara,), scenes=(Scene(key="a", title="A"),), shots=shots)
    line, quoted = (one.spec for one in expand(new_story("t"), play) if isinstance(one.spec, SpeakSpec))
    who = Speaker(name="Mara", gender="female", age="old")
    assert (line.speaker, line.speakers) == (who, ())
    assert (quoted.speaker, quoted.speakers) == (None, (who,))


def test_a_persona_tells_its_own_story():
    mara = Character(key="mara", name="Mara", gender="female", role="protagonist")
    play = Screenplay(title="T", characters=(mara,), scenes=(Scene(key="a", title="A"),), shots=(Shot(index=0, scene="a"),))
    story = NewStory.model_construct(content_type="persona_channel")
    assert _narrator(story, play) == Speaker(name="Mara", gender="female")
    assert _narrator(NewStory.model_construct(content_type="ad_spot"), play) is None
    assert voices().character(TOM, "en").name == "adam"
