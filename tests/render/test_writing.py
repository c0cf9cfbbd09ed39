"""Names and headings: in the picture when they should be, nowhere else, and never as boxes."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from farm.specs import Label
from farm.types import Size, Style
from render import card, lettering, phrases
from render.compose import compose
from render.inscription import FADE, Inscriber, Inscription
from render.timeline import Card, Entry, Timeline
from tests.render.conftest import FPS, SMALL, lumas

NEON = Style(slug="neon", name="Neon", palette=("#0a0620", "#5b1fa8", "#19e3ff", "#ff3bd4"))
WIDE = Size(width=640, height=360)


def grey(size: Size) -> np.ndarray:
    return np.full((size.height * 3 // 2, size.width), 128, np.uint8)


def changed(size: Size, item: Inscription, number: int, **more) -> np.ndarray:
    """Where the picture's brightness differs in a frame; shape (height, width)."""
    one = Inscriber([item], size, NEON, **{"raised": False} | more)
    return one.draw(number, grey(size))[: size.height].astype(int) != 128


@pytest.mark.parametrize("size", [WIDE, Size(width=360, height=640), Size(width=480, height=480), Size(width=432, height=540)])
@pytest.mark.parametrize(("name", "right"), [("Maren Solberg", False), ("سلمى الحارثي", True), ("A" * 300, False)])
def test_a_name_stands_in_the_lower_third_where_its_script_begins(size, name, right):
    seen = changed(size, Inscription("name", name, "lighthouse keeper", 0, 60), 30)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert rows.min() > size.height * 0.6
    assert rows.max() < size.height * 0.97  # players' controls
    assert (columns.max() > size.width * 0.9) == right
    assert (columns.min() < size.width * 0.1) != right
    raised = np.flatnonzero(changed(size, Inscription("name", name, "", 0, 60), 30, raised=True).any(axis=1))
    assert raised.max() < size.height * 0.85  # captions have their room


def test_an_inscription_comes_and_goes():
    item = Inscription("heading", "The Night", "II", 10, 60)
    one = Inscriber([item], WIDE, NEON, raised=False)
    strength = [int(np.abs(one.draw(number, grey(WIDE)).astype(int) - 128).sum()) for number in (9, 10, 15, 10 + FADE, 40, 55, 59, 60)]
    assert strength[0] == strength[-1] == 0
    assert 0 < strength[1] < strength[2] < strength[3] == strength[4] > strength[5] > strength[6] > 0
    assert [one.touches(0, 10), one.touches(0, 11), one.touches(59, 80), one.touches(60, 80)] == [False, True, True, False]


def film(clips, **changes) -> Timeline:
    entries = [Entry(name=f"shot {number + 1}", clip=file, frames=48, transition_frames=4) for number, file in enumerate(clips)]
    entries[1] = entries[1].model_copy(update=changes)
    return Timeline(entries=tuple(entries), size=SMALL, fps=FPS, style=NEON)


def pictures(file: Path) -> list[np.ndarray]:
    with av.open(str(file)) as container:
        return [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]


def test_only_the_shot_that_is_named_changes(clips, tmp_path):
    compose(film(clips), tmp_path / "plain.mp4")
    data = compose(film(clips, introduces=Label(text="Maren", under="keeper")), tmp_path / "named.mp4")
    assert data.left_out == ()
    off = np.array(
        [
            number
            for number, (one, two) in enumerate(zip(*map(pictures, (tmp_path / "plain.mp4", tmp_path / "named.mp4")), strict=True))
            if np.abs(one - two).max() > 25
        ]
    )
    assert len(off) > 25
    assert off.min() >= 48  # the transition into it ends there
    assert off.max() < 44 * 2  # the transition out of it begins there


def test_what_has_no_letters_here_is_named_and_not_drawn(clips, tmp_path, monkeypatch):
    """A machine without a font for a script: no boxes in the picture, a sentence in the answer."""
    monkeypatch.setattr(lettering, "_system", lambda sign: None)
    monkeypatch.setattr(lettering, "_FILES", {name: lettering._FILES[name] for name in (lettering.SERIF, lettering.SANS)})
    timeline = film(clips, chapter=Label(text="海が静まった夜", under="II"))
    timeline = timeline.model_copy(update={"title": Card(text="海", subtitle="A story 🐋", frames=48)})
    data = compose(timeline, tmp_path / "film.mp4")
    assert [note.split(":")[0] for note in data.left_out] == ["the title", "a name or heading cannot be drawn"]
    assert all("no font with '海'" in note for note in data.left_out)
    compose(film(clips).model_copy(update={"title": Card(text="", subtitle="A story", frames=48)}), tmp_path / "other.mp4")
    assert lumas(tmp_path / "film.mp4") == pytest.approx(lumas(tmp_path / "other.mp4"), abs=0.01)


def test_a_shot_too_short_to_read_goes_without(clips, tmp_path):
    compose(film(clips), tmp_path / "plain.mp4")
    entries = film(clips, introduces=Label(text="Maren")).entries
    short = tuple(entry.model_copy(update={"frames": 38}) if entry.introduces else entry for entry in entries)
    plain = tuple(entry.model_copy(update={"introduces": None}) for entry in short)
    made = [film(clips).model_copy(update={"entries": given}) for given in (short, plain)]
    for number, timeline in enumerate(made):
        compose(timeline, tmp_path / f"{number}.mp4")
    assert (tmp_path / "0.mp4").read_bytes() == (tmp_path / "1.mp4").read_bytes()


def test_titles_break_between_words_and_phrases_alone():
    """Narrow lines of even length, and no word torn for it: long German ones, and Japanese, which could break anywhere."""
    long = "Die Leuchtturmwärterin und der Wal"
    word = lettering.measure("Leuchtturmwärterin", family=lettering.SERIF, size=48.0, width=10_000, spacing=1.4)[0]
    assert card.even(long, lettering.SERIF, 48.0, 1.4, 500, 1.12) >= word
    kept = phrases.unbroken("霧の夜に灯台守が出会った鯨")
    assert kept.replace(phrases.JOINER, "") == "霧の夜に灯台守が出会った鯨"
    assert phrases.JOINER.join("灯台守が") in kept
    assert phrases.unbroken(long) == long
