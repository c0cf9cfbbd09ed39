"""Captions: breaks, reading speed, times, and the two text formats."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from farm.types import FILM_SIZES, AspectRatio, Word
from render.captions import GAP, LINES, READING, SHORTEST, Cue, cues, join, line_width, spread, srt, vtt, width

TEXT = (
    "Every night, the old keeper climbed the winding stairs and lit the lamp. One morning he found a whale on the sand, "
    "breathing slowly, and he ran to fetch water; because nobody else would come."
)


def test_words_at_a_speaking_pace_are_read_in_time():
    """Given narration at 2.8 words a second, when cut into captions, then all limits of the field hold."""
    words = spread(TEXT, len(TEXT.split()) / 2.8)
    found = cues(words, 2.0, 2.0 + words[-1].end + 1.0, 42)
    assert join([line for cue in found for line in cue.lines]) == TEXT
    for cue in found:
        assert len(cue.lines) <= LINES
        assert all(width(line) <= 42 for line in cue.lines)
        assert cue.end - cue.start >= SHORTEST - 1e-6
        assert sum(map(width, cue.lines)) / (cue.end - cue.start) <= READING
    assert all(after.start - before.end >= GAP - 2e-3 for before, after in pairwise(found))


def test_captions_follow_the_words():
    """A caption starts with its first word (or a reading's breath before) and never ends before its last one."""
    words = spread(TEXT, len(TEXT.split()) / 2.8)
    for cue in cues(words, 5.0, 60.0, 42):
        assert cue.start <= cue.words[0].start + 1e-3
        assert cue.start >= cue.words[0].start - 0.5
        assert cue.end >= cue.words[-1].end - GAP - 1e-3


def test_lines_break_at_phrases():
    found = cues(spread("He opened the heavy door, and the sea came in.", 4.0), 0, 6, 30)
    assert found[0].lines == ("He opened the heavy door,", "and the sea came in.")


def test_sentences_do_not_share_a_caption_where_there_is_time():
    found = cues(spread("The storm had passed at last. Nobody spoke for a while.", 6.0), 0, 8, 42)
    assert [cue.text.replace("\n", " ") for cue in found] == ["The storm had passed at last.", "Nobody spoke for a while."]


@given(
    some.lists(some.tuples(some.text(max_size=50), some.floats(-2, 40), some.floats(0, 3)), max_size=40),
    some.floats(0, 10),
    some.floats(0, 60),
    some.sampled_from([24, 30, 34, 42]),
)
def test_hostile_words_give_orderly_captions(raw, start, length, columns):
    """Whatever words and times come, cues are in order, positive, and no line is wider than may be."""
    words = [Word(text=text, start=begin, end=begin + lasts) for text, begin, lasts in raw]
    found = cues(words, start, start + length, columns)
    for cue in found:
        assert cue.end > cue.start >= 0
        assert len(cue.lines) <= LINES
        assert all(width(line) <= columns for line in cue.lines)
    assert all(after.start >= before.start for before, after in pairwise(found))
    srt(found).encode()
    vtt(found).encode()


def test_scripts_without_spaces_are_broken_too():
    text = "灯台守は毎晩階段を上り鯨のために明かりを灯した。" * 2
    found = cues(spread(text, 12), 0, 14, 42)
    assert "".join(line for cue in found for line in cue.lines) == text
    assert all(width(line) <= 42 for cue in found for line in cue.lines)


def test_narrow_pictures_get_narrow_lines():
    widths = [line_width(FILM_SIZES[ratio]) for ratio in (AspectRatio.WIDE, AspectRatio.SQUARE, AspectRatio.PORTRAIT, AspectRatio.TALL)]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == 42
    assert len(set(widths)) == 4


def test_formats():
    items = [Cue(("Tom & <i>Jerry</i>", "--> run"), 1.5, 3.25), Cue(("Two",), 3661.0, 3662.0)]
    assert srt(items).startswith("1\n00:00:01,500 --> 00:00:03,250\nTom & ‹i›Jerry‹/i›\n--› run\n\n2\n01:01:01,000 --> ")
    text = vtt(items)
    assert text.startswith("WEBVTT\n\n00:00:01.500 --> 00:00:03.250\nTom &amp; &lt;i&gt;Jerry&lt;/i&gt;\n--&gt; run\n\n")
    assert len(re.findall("-->", text)) == 2


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        (
            "灯台守は毎晩階段を登った。誰も灯りを必要としなくなっていたが、彼女は毎晩、海に向かって灯りをともし続けた。",
            ("登った。", "必要としなく", "向かって"),
        ),
        ("每天晚上，年老的守塔人都爬上楼梯，点亮那盏多年来没有人需要的灯。", ("守塔人", "楼梯，")),
        ("ทุกเย็นหญิงชราผู้เฝ้าประภาคารเดินขึ้นบันไดไปจุดตะเกียงของเธอ แม้ไม่มีใครต้องการมันมาหลายปีแล้ว", ("ประภาคาร",)),
        ("매일 저녁 늙은 등대지기는 계단을 올랐다. 아무도 그 등불을 필요로 하지 않았다.", ("늙은 등대지기는",)),
    ],
)
def test_scripts_without_spaces_break_between_phrases_and_run_with_the_voice(text, breaks):
    """One spoken "word" of a whole clause: its captions follow one another in time, and no phrase is torn."""
    found = cues(spread(text, 9.0), 0.0, 10.0, 24)
    lines = [line for cue in found for line in cue.lines]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= 24 for line in lines)
    assert len(found) > 1
    assert all(first.end < second.start for first, second in pairwise(found))
    assert max(cue.end - cue.start for cue in found) < 6, "a caption stands while another is spoken"
    for part in breaks:
        assert any(part in line for line in lines) or any(part in " ".join(cue.lines) for cue in found), part


def test_clauses_of_thai_keep_the_space_between_them():
    made = cues(spread("เธอจุดตะเกียง แม้ไม่มีใคร", 4.0), 0.0, 10.0, 42)
    assert [cue.text for cue in made] == ["เธอจุดตะเกียง แม้ไม่มีใคร"]
