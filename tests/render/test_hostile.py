"""Broken and hostile inputs, each with the answer it gets: a film without it, a sentence, never a crash (issue 6)."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from render.compose import compose
from render.timeline import load
from tests.render.conftest import FPS, SMALL, lumas

FILM = 3 * 48 - 2 * 12  # what is left without the bad shot


def clip_of(folder: Path) -> bytes:
    return (folder / "good.mp4").read_bytes()


def patched(data: bytes, box: bytes, offset: int, value: bytes) -> bytes:
    """`data` with `value` laid `offset` bytes after the name of a box."""
    at = data.find(box) + 4 + offset
    return data[:at] + value + data[at + len(value) :]


def video(file: Path, codec: str, size: tuple[int, int], frames: int, **options: str) -> bytes:
    with av.open(str(file), "w") as out:
        stream = out.add_stream(codec, rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for _ in range(frames):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((size[1] * 3 // 2, size[0]), 100, np.uint8), format="yuv420p")))
        out.mux(stream.encode(None))
    return file.read_bytes()


def sound_only(folder: Path) -> bytes:
    with av.open(str(folder / "tone.mp4"), "w") as out:
        stream = out.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return (folder / "tone.mp4").read_bytes()


CLIPS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    # what is wrong: (the file's bytes, how the sentence about it begins; "" where the clip can be used all the same)
    "empty": (lambda _: b"", "the file is empty"),
    "one byte": (lambda _: b"\0", "it is no media file"),
    "text": (lambda _: b"I am no film. " * 500, "it is no media file"),
    "zeros": (lambda _: bytes(100_000), "it is no media file"),
    "a playlist that names an address": (lambda _: b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n", "it is no media file"),
    "a list that names /etc/passwd": (lambda _: b"ffconcat version 1.0\nfile /etc/passwd\n", "it is no media file"),
    "a page": (lambda _: b"<!doctype html><h1>404</h1>", "it is no media file"),
    "half of it": (lambda folder: clip_of(folder)[: len(clip_of(folder)) // 2], "there is no picture in it"),
    "its head alone": (lambda folder: clip_of(folder)[:40], "it is no media file"),
    "sound alone": (sound_only, "there is no picture in it"),
    "a moov that says it is 4 GB": (lambda folder: patched(clip_of(folder), b"moov", -8, b"\xff\xff\xff\xf0"), ""),
    "a box of no length": (lambda folder: patched(clip_of(folder), b"mdat", -8, b"\0\0\0\4"), "it is no media file"),
    "no slice in any packet": (lambda folder: b"".join([clip_of(folder)[:48], bytes(2000), clip_of(folder)[2048:]]), ""),
    "two thousand million samples": (lambda folder: patched(clip_of(folder), b"stsz", 8, b"\x7f\xff\xff\xff"), ""),
    "offsets beyond the end": (lambda folder: patched(clip_of(folder), b"stco", 8, b"\x7f\xff\xff\xff"), "no frame in it is whole"),
    "a size of 65535 x 65535": (lambda folder: patched(clip_of(folder), b"avc1", 24, b"\xff\xff\xff\xff"), ""),
    "a time scale of nought": (lambda folder: patched(clip_of(folder), b"mdhd", 12, struct.pack(">I", 0)), ""),
    "MPEG-4 in AVI": (lambda folder: video(folder / "a.avi", "mpeg4", (96, 64), 48), ""),
    "16 x 16 pixels": (lambda folder: video(folder / "b.mp4", "libx264", (16, 16), 48), ""),
    "a single frame": (lambda folder: video(folder / "c.mp4", "libx264", (160, 90), 1), ""),
}


@pytest.fixture
def folder(clips, tmp_path) -> Path:
    (tmp_path / "good.mp4").write_bytes(clips[0].read_bytes())
    return tmp_path


def timeline(folder: Path, **bad: object) -> dict:
    entries = [{"name": f"shot {number}", "clip": "good.mp4", "frames": 48} for number in (1, 2, 3, 4)]
    entries[2] = {"name": "the bad one", "frames": 48, **bad}  # type: ignore[dict-item]
    return {"entries": entries, "size": {"width": SMALL.width, "height": SMALL.height}}


def film(folder: Path, data: dict) -> tuple[int, tuple[str, ...]]:
    """Composes; the frames that a player shows, and what was left out."""
    (folder / "t.json").write_text(json.dumps(data))
    made = compose(load(folder / "t.json"), folder / "film.mp4")
    assert len(lumas(folder / "film.mp4")) == made.frames
    return made.frames, made.left_out


@pytest.mark.parametrize("what", CLIPS)
def test_a_bad_clip(folder, what):
    make, says = CLIPS[what]
    (folder / "bad.mp4").write_bytes(make(folder))

    frames, left_out = film(folder, timeline(folder, clip="bad.mp4"))

    if says:
        assert frames == FILM
        assert len(left_out) == 1
        assert left_out[0].startswith(f"the bad one: its clip cannot be used: {says}")
    else:  # shown as far as it goes, or named
        assert (frames, len(left_out)) in ((FILM + 36, 0), (FILM + 36, 1), (FILM, 1))


def half_a_png(file: Path) -> None:
    cv2.imwrite(str(file), np.random.default_rng(1).integers(0, 255, (90, 160, 3), dtype=np.uint8))
    file.write_bytes(file.read_bytes()[:9000])


PICTURES: dict[str, Callable[[Path], object]] = {
    "text": lambda file: file.write_text("no picture"),
    "a drawing with a script": lambda file: file.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
    "half a PNG": half_a_png,
    "a PNG of 30000 x 30000": lambda file: Image.new("1", (30_000, 30_000)).save(file),
    "a folder": lambda file: file.mkdir(),
}


@pytest.mark.parametrize("what", PICTURES)
def test_a_bad_picture(folder, what):
    PICTURES[what](folder / "bad.png")

    frames, left_out = film(folder, timeline(folder, picture="bad.png"))

    assert frames == FILM
    assert len(left_out) == 1
    assert left_out[0].startswith("the bad one: its picture cannot be used: ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"speech": {"file": "/dev/null", "seconds": 1, "text": "hello"}}, "narration"),
        ({"speech": {"file": "t.json", "seconds": 1}}, "narration"),
        ({"speech": {"file": "good.mp4", "seconds": 1}}, "there is no sound in it"),
        ({"clip": "a\0b.mp4"}, "its clip cannot be used"),
        ({"clip": "http://127.0.0.1:9/clip.mp4"}, "the file is missing"),
        ({"clip": "concat:good.mp4|good.mp4"}, "the file is missing"),
        ({"clip": "x" * 5000}, "its clip cannot be used"),
        ({"clip": "/dev/zero"}, "its clip cannot be used"),
    ],
)
def test_a_bad_name(folder, change, said):
    _, left_out = film(folder, timeline(folder, **({"clip": "good.mp4"} | change)))

    assert len(left_out) == 1
    assert said in left_out[0]


@pytest.mark.parametrize(
    "change",
    [
        {"style": {"slug": "x", "name": "x", "palette": ["#zzzzzz", "red", "#12345", "#-1-1-1"]}, "title": {"text": "x"}},
        {"locale": "\u202e../../x" * 500, "title": {"text": "\0\u202e{\\an8}<b>", "subtitle": "\ud83d\ude00" * 900, "frames": 1}},
        {"title": {"text": "x", "picture": "/dev/null", "frames": 30}},
        {"closing": 240, "fps": 24},
        {"score": "good.mp4"},
    ],
)
def test_a_bad_wish_for_the_whole_film(folder, change):
    data = {**timeline(folder, clip="good.mp4", transition="dip", transition_frames=240), **change}

    frames, left_out = film(folder, data)

    assert frames > 48
    assert len(left_out) == (1 if "score" in change or "picture" in change.get("title", {}) else 0)


def test_words_that_no_clock_can_hold(folder):
    """Given word times of NaN, infinity and the end before the beginning, then those words are dropped or bent into the shot."""
    words = '[{"text": "a", "start": NaN, "end": 1}, {"text": "b", "start": -Infinity, "end": Infinity}, {"text": "c", "start": 9e99, "end": -9e99}]'
    text = json.dumps(timeline(folder, clip="good.mp4", speech={"seconds": 1, "words": "WORDS"})).replace('"WORDS"', words)
    (folder / "t.json").write_text(text)

    assert compose(load(folder / "t.json"), folder / "film.mp4").frames == FILM + 36
    assert "nan" not in (folder / "film.srt").read_text().lower()
