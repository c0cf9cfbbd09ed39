"""Interlaced clips: no combs, every moment where it belongs, and film that was stretched to video as the film it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from farm.types import Size
from render.conform import foreign
from render.fields import telecined
from tests.render.test_conform import ffmpeg

WIDE, HIGH = 240, 160
SIZE = Size(width=WIDE, height=HIGH)
SPEED = 100
"""Pixels a second that the bar travels: between two fields of a picture 2 or less. It stands on whole pixels, so places are a pixel's half off."""
FIELDS = ["-c:v", "libx264", "-qp", "4", "-flags", "+ilme+ildct"]


def bar(file: Path, rate: str, filters: str, *options: str, seconds: float = 2, speed: int = SPEED, fine: str = "1") -> Path:
    """A bright bar that travels to the right over black; `fine` is a pattern on it."""
    source = f"nullsrc=s={WIDE}x{HIGH}:r={rate}:d={seconds},format=gray,geq=lum='255*between(X-10-{speed}*T,0,15)*{fine}',format=yuv420p"
    ffmpeg("-f", "lavfi", "-i", source, "-vf", filters, *options, str(file))
    return file


def places(planes: Iterator[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Where the bar's middle is in each frame, in pixels, and how far its even and its odd lines lie apart."""
    across = np.arange(WIDE)
    middles, combs = [], []
    for plane in planes:
        light = np.clip(plane[8 : HIGH - 8].astype(float) - 40, 0, None)
        even, odd = (float((lines * across).sum() / lines.sum()) for lines in (light[::2], light[1::2]))
        middles.append((even + odd) / 2)
        combs.append(abs(even - odd))
    return np.array(middles), np.array(combs)


def raw(file: Path) -> Iterator[np.ndarray]:
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="gray")


def shown(file: Path, fps: int, frames: int) -> Iterator[np.ndarray]:
    return (picture[:HIGH] for picture in foreign(file, SIZE, fps, frames))


@pytest.mark.parametrize(
    ("name", "rate", "filters", "options"),
    [
        ("pal.mp4", "50", "interlace=scan=tff:lowpass=off", [*FIELDS, "-x264-params", "tff=1"]),
        ("ntsc.ts", "60000/1001", "interlace=scan=bff:lowpass=off", [*FIELDS, "-x264-params", "bff=1"]),
        ("dvd.mpg", "50", "interlace=scan=tff:lowpass=off", ["-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ilme+ildct"]),
        ("declared.mov", "50", "interlace=scan=bff:lowpass=off,format=yuvj420p", ["-c:v", "mjpeg", "-q:v", "2", "-field_order", "bb"]),
    ],
)
def test_fields_become_whole_pictures_in_their_time(tmp_path, name, rate, filters, options):
    file = bar(tmp_path / name, rate, filters, *options)
    assert np.median(places(raw(file))[1]) > 1.4  # the file has combs

    middles, combs = places(shown(file, 24, 40))

    assert combs[2:-2].max() < 0.5
    slack = 4 if name == "dvd.mpg" else 2  # a program stream's times are its packs', some frames' are guessed
    assert np.diff(middles)[2:-2] == pytest.approx(SPEED / 24, abs=slack)  # half a field's time and half a pixel, at either end
    assert np.diff(middles)[2:-2].mean() == pytest.approx(SPEED / 24, abs=0.15)


def test_every_field_is_a_moment_where_the_film_has_as_many(tmp_path):
    file = bar(tmp_path / "pal.mp4", "50", "interlace=scan=tff:lowpass=off", *FIELDS, "-x264-params", "tff=1")
    middles, combs = places(shown(file, 50, 80))
    assert combs[2:-2].max() < 0.5
    assert np.diff(middles)[2:-2] == pytest.approx(SPEED / 50, abs=1.1)


def test_film_on_video_is_the_film_it_was(tmp_path):
    """3:2 pulldown undone: of ten fields the four frames, each as long as the others; nothing of it is guessed."""
    film = bar(tmp_path / "film.mkv", "24000/1001", "null", "-c:v", "ffv1", speed=96, fine="gt(mod(X+2*Y,5),1)")
    ffmpeg("-i", str(film), "-vf", "telecine=pattern=23,setfield=tff", *FIELDS, "-x264-params", "tff=1", str(tmp_path / "video.mp4"))
    assert telecined(tmp_path / "video.mp4")
    assert sum(comb > 1.4 for comb in places(raw(tmp_path / "video.mp4"))[1]) > 20

    pairs = list(zip(shown(tmp_path / "video.mp4", 24, 44), shown(film, 24, 44), strict=True))

    errors = [np.abs(mine.astype(int) - theirs)[:, 8:].mean() for mine, theirs in pairs]
    assert max(errors) < 1.5  # every frame in its place, every line its own: fields that are made up are 1.9 and more off, on the mean of the whole picture


@pytest.mark.parametrize(("name", "filters"), [("pal.mp4", "interlace=scan=tff"), ("still.mp4", "trim=end_frame=1,loop=99:1,setfield=tff")])
def test_what_is_no_film_on_video_is_not_taken_for_it(tmp_path, name, filters):
    assert not telecined(bar(tmp_path / name, "50", filters, *FIELDS, "-x264-params", "tff=1"))


def test_progressive_frames_keep_every_line(tmp_path):
    """Neither frames that say they are progressive, nor their neighbours' fields, are mixed."""
    file = bar(tmp_path / "plain.mkv", "24", "null", "-c:v", "ffv1", seconds=1)
    for mine, theirs in zip(shown(file, 24, 20), raw(file), strict=False):
        assert np.abs(mine.astype(int) - (16 + theirs.astype(int) * 219 / 255)).max() < 12


def test_a_clip_that_begins_progressive_and_goes_on_interlaced(tmp_path):
    """As broadcasts do: from where there are fields they are told apart, and no frame is lost between."""
    bar(tmp_path / "one.ts", "25", "null", "-c:v", "libx264", "-qp", "4", "-g", "25", "-bf", "0", seconds=1)
    bar(tmp_path / "two.ts", "50", "interlace=scan=tff:lowpass=off", *FIELDS, "-x264-params", "tff=1", "-bf", "0", seconds=1)
    (tmp_path / "both.txt").write_text("file one.ts\nfile two.ts\n")
    ffmpeg("-f", "concat", "-i", str(tmp_path / "both.txt"), "-c", "copy", str(tmp_path / "both.ts"))

    middles, combs = places(shown(tmp_path / "both.ts", 25, 48))

    assert combs[:-2].max() < 0.6
    travelled = np.diff(middles)
    assert np.delete(travelled, 24)[1:-2] == pytest.approx(SPEED / 25, abs=2.2)
    assert travelled[24] == pytest.approx(-SPEED * 24 / 25, abs=4)  # where the second begins
