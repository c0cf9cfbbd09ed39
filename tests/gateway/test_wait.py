"""The grammar of ?wait."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wait import LONGEST_WAIT, WAIT_PATTERN, BadWait, parse_wait


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60),
        ("30", 30),
        ("2m", 90),
        ("1m", 60),
        ("1500ms", 1.5),
        ("", 0),
        ("0", 0),
        ("0ms", 0),
        ("  5S ", 5),
        ("10MS", 0.01),
        ("90", 90),
        ("91", 90),
        ("007s", 7),
    ],
)
def test_examples(text: str, seconds: float) -> None:
    assert parse_wait(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["-1", "+1", "1.5s", "1h", "s", "ms", "1 s", "1e3", "abc", "60s60s", "٣", "１０s", "1_000", "0x10", "1,5", "inf", "nan"])
def test_anything_else_is_refused_with_its_value_named(text: str) -> None:
    with pytest.raises(BadWait, match=re.escape(repr(text))):
        parse_wait(text)


@given(st.integers(0, 10**40), st.sampled_from(["ms", "s", "m", ""]), st.booleans(), st.text(" \t", max_size=3))
def test_digits_and_a_unit_are_seconds_up_to_the_cap(count: int, unit: str, shout: bool, pad: str) -> None:
    per_second = {"ms": 1000, "s": 1, "m": 1 / 60, "": 1}[unit]
    assert parse_wait(f"{pad}{count}{unit.upper() if shout else unit}{pad}") == pytest.approx(min(count / per_second, LONGEST_WAIT))


def test_more_digits_than_python_would_parse_are_the_cap() -> None:
    assert parse_wait("9" * 100_000) == LONGEST_WAIT
    assert parse_wait("0" * 100_000) == 0


@given(st.text(max_size=20))
def test_any_text_is_seconds_or_refused_and_the_published_pattern_agrees(text: str) -> None:
    try:
        seconds = parse_wait(text)
    except BadWait:
        assert not re.fullmatch(WAIT_PATTERN, text)
    else:
        assert 0 <= seconds <= LONGEST_WAIT
