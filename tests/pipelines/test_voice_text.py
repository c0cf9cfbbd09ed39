"""Text for the voice: cleaning, sentences, and written words matched with spoken ones."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.voice.text import LONGEST_SENTENCE, clean, match, sentences, words_of


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("plain text.", "plain text."),
        ("<p>Hello <b>you</b></p><script>x</script>", "Hello you x"),
        ("[name](https://example.com) here", "name here"),
        ("# Title\n\nbody", "Title\nbody"),
        ("**bold** _it_ snake_case", "bold it snake case"),
        ("a🐳b 🏴‍☠️ c", "a b c"),
        ("zero\u200bwidth\u00adsoft", "zerowidthsoft"),
        ("one\u00a0two\tthree", "one two three"),
        ("well--then", "well-- then"),
        ("wow!!!!!!!!", "wow!!!"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("Z̴̡̛̗a̷l̸g̶o", "Z̡̛̗algo"),
    ],
)
def test_cleaning(raw: str, cleaned: str) -> None:
    import unicodedata

    got = clean(raw)
    if "algo" in cleaned:
        assert [char for char in got if not unicodedata.combining(char)] == list("Zalgo")
        assert sum(map(bool, map(unicodedata.combining, got))) <= 6
    else:
        assert got == cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Who met Mr. Smith. They left.", ["Dr. Who met Mr. Smith.", "They left."]),
        ("J. R. Tolkien wrote.", ["J. R. Tolkien wrote."]),
        ("He said “No.” Then he left.", ["He said “No.”", "Then he left."]),
        ("It cost 3.50 euros. cheap", ["It cost 3.50 euros. cheap"]),
        ("At 5 p.m. sharp", ["At 5 p.m. sharp"]),
        ("Wait… what? No", ["Wait… what?", "No"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [part.text for part in sentences(text)] == expected


def test_lone_punctuation_joins_a_word() -> None:
    assert words_of("— so it – is , really &") == ["— so", "it –", "is ,", "really", "&"]


@given(st.text(max_size=400))
def test_no_word_is_lost_whatever_the_text(text: str) -> None:
    cleaned = clean(text)
    parts = sentences(cleaned)
    assert " ".join(word for part in parts for word in part.words).split() == cleaned.split()
    assert all(len(part.text) <= LONGEST_SENTENCE + 60 or len(part.words) == 1 for part in parts)


WORDS = st.lists(st.text(alphabet="abc1é'-", min_size=1, max_size=5), min_size=1, max_size=12)


@given(WORDS, WORDS)
def test_matching_gives_every_word_a_span_in_order(written: list[str], said: list[str]) -> None:
    spoken = [(word, (0.1 + 0.3 * i, 0.35 + 0.3 * i)) for i, word in enumerate(said)]
    end = 0.5 + 0.3 * len(said)
    spans = match(written, spoken, end)
    assert len(spans) == len(written)
    assert all(0 <= start < stop <= end + 1e-9 for start, stop in spans)
    assert all(a[1] <= b[0] + 1e-9 for a, b in itertools.pairwise(spans))


def test_equal_words_keep_their_own_times() -> None:
    spoken = [("doctor", (0.0, 0.4)), ("smith", (0.4, 0.8)), ("paid", (0.8, 1.0)), ("five", (1.0, 1.3)), ("fifty", (1.3, 1.7)), ("today", (1.8, 2.2))]
    assert match(["Dr.", "Smith", "paid", "$5.50", "today."], spoken, 2.4) == [(0.0, 0.4), (0.4, 0.8), (0.8, 1.0), (1.0, 1.7), (1.8, 2.2)]
    assert match(["a", "b"], [], 1.0) == [(0.0, 0.5), (0.5, 1.0)], "nothing heard: the time is shared"
