"""Foreign clips: each kind made to fit as it is meant to be seen."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from farm.types import Size
from render.compose import compose
from render.conform import brought_down, foreign
from render.timeline import Entry, Timeline
from tests.render.conftest import FPS, SMALL, lumas

WHITE, BLACK = 235, 16


def ffmpeg(*arguments: str) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *arguments], check=True)


def luma(file: Path, size: Size = SMALL, frames: int = 24) -> list[np.ndarray]:
    """The conformed frames' brightness, shape (height, width) each."""
    return [picture[: size.height].astype(int) for picture in foreign(file, size, FPS, frames)]


def corners(plane: np.ndarray) -> str:
    """Which corners are bright, from the top left on, clockwise."""
    high, wide = plane.shape[0] // 5, plane.shape[1] // 5
    return "".join("x" if part.mean() > 120 else "." for part in (plane[:high, :wide], plane[:high, -wide:], plane[-high:, -wide:], plane[-high:, :wide]))


def marked(file: Path, size: str, *options: str) -> Path:
    """A dark clip of a second with its top left quarter white."""
    wide, high = map(int, size.split("x"))
    source = f"color=black:s={size}:r=24:d=1,drawbox=x=0:y=0:w={wide // 2}:h={high // 2}:color=white:t=fill"
    ffmpeg("-f", "lavfi", "-i", source, *options, str(file))
    return file


@pytest.mark.parametrize(("turn", "bright"), [(0, "x..."), (90, "...x"), (180, "..x."), (270, ".x..")])
def test_a_phones_turn_is_undone(tmp_path, turn, bright):
    """As ffmpeg itself shows it: the camera was held upright, and the file says how it must be turned."""
    marked(tmp_path / "flat.mp4", "320x180", "-pix_fmt", "yuv420p")
    ffmpeg("-display_rotation", str(turn), "-i", str(tmp_path / "flat.mp4"), "-c", "copy", str(tmp_path / "turned.mp4"))
    size = Size(width=90, height=160) if turn % 180 else SMALL
    assert corners(luma(tmp_path / "turned.mp4", size)[12]) == bright
    ffmpeg("-i", str(tmp_path / "turned.mp4"), "-frames:v", "1", str(tmp_path / "shown.png"))
    with av.open(str(tmp_path / "shown.png")) as container:
        assert corners(next(container.decode(video=0)).to_ndarray(format="gray").astype(int)) == bright


def test_pixels_that_are_not_square_are_made_so(tmp_path):
    """A circle stays one: 180x180 pixels, each 16:9 as wide as high, fill a 16:9 film without a crop."""
    file = marked(tmp_path / "wide.mp4", "180x180", "-vf", "setsar=16/9", "-pix_fmt", "yuv420p")
    plane = luma(file)[5]
    assert [int((plane[2] > 120).sum()), int((plane[:, 2] > 120).sum())] == [pytest.approx(80, abs=3), pytest.approx(45, abs=3)]


@pytest.mark.parametrize("form", ["yuv420p10le", "yuv444p", "yuv422p10le", "gray", "rgb24", "yuvj420p"])
def test_any_depth_and_sampling(tmp_path, form):
    codec = (
        ["-c:v", "ffv1"]
        if form in ("gray", "rgb24", "yuv422p10le", "yuv444p")
        else ["-c:v", "libx265", "-x265-params", "log-level=error"]
        if "10" in form
        else ["-c:v", "mjpeg"]
    )
    file = marked(tmp_path / "deep.mkv", "320x180", *codec, "-pix_fmt", form)
    plane = luma(file)[5]
    assert plane[10:80, 10:70].mean() < 256
    assert [plane[10:35, 10:70].mean(), plane[55:85, 90:150].mean()] == [pytest.approx(WHITE, abs=4), pytest.approx(BLACK, abs=4)]


@pytest.mark.parametrize("size", ["161x91", "33x17", "91x161", "1921x1081"])
def test_odd_sizes(tmp_path, size):
    file = marked(tmp_path / "odd.mkv", size, "-c:v", "ffv1", "-pix_fmt", "yuv444p")
    plane = luma(file)[5]
    assert plane.shape == (90, 160)
    assert corners(plane) == "x..."


def varying(file: Path) -> Path:
    """A second of a frame every 20 ms, then frames 250 ms apart: the picture's brightness is its time, 100 a second."""
    with av.open(str(file), "w") as out:
        stream = out.add_stream("ffv1", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "gray"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for at in [*range(0, 1000, 20), *range(1000, 2100, 250)]:
            frame = av.VideoFrame.from_ndarray(np.full((36, 64), round(at / 10), np.uint8), format="gray")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file


def test_a_varying_rate_keeps_its_time(tmp_path):
    """Where frames are dense some are dropped, where they are rare they are held; no frame is shown before its time."""
    seen = [plane.mean() for plane in luma(varying(tmp_path / "varying.mkv"), frames=48)]
    time = [(level - 16) / 219 * 255 / 100 for level in seen]
    for number, shown in enumerate(time):
        now = number / FPS
        assert now - (0.06 if now < 1 else 0.3) < shown < now + 0.03


@pytest.mark.parametrize(("trc", "level"), [("smpte2084", 0.5807), ("arib-std-b67", 0.75)])
def test_high_dynamic_range_is_brought_down(tmp_path, trc, level):
    """Diffuse white is bright and not the brightest, black is black, and what the file says is what decides."""
    file = tmp_path / "hdr.mkv"
    value = round(64 + level * 876)
    grey = f"color=black:s=320x180:r=24:d=1,format=yuv420p10le,geq=lum='if(lt(X,160),{value},64)':cb=512:cr=512"
    tags = ["-color_trc", trc, "-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-color_range", "tv"]
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        grey,
        "-c:v",
        "libx265",
        "-x265-params",
        f"log-level=error:transfer={trc}:colorprim=bt2020:colormatrix=bt2020nc",
        *tags,
        "-pix_fmt",
        "yuv420p10le",
        str(file),
    )
    plane = luma(file)[5]
    assert 160 < plane[40:50, 20:60].mean() < 215
    assert plane[40:50, 100:150].mean() < 18


def test_highlights_are_told_apart_and_hues_kept():
    """PQ codes of 203, 600 and 1,000 cd/m2 rise; a red stays red."""
    codes = [0.5807, 0.6962, 0.7518]
    row = np.array([[[round(code * 65535)] * 3 for code in codes]], np.uint16)
    grey = brought_down(row, hlg=False)[0, :, 0].astype(int)
    assert grey[0] < grey[1] < grey[2] <= 255
    assert grey[2] > 245
    red = brought_down(np.array([[[40000, 8000, 8000]]], np.uint16), hlg=False)[0, 0]
    assert red[2] > 2 * max(red[0], red[1])  # BGR


def test_sound_alone_is_no_picture_but_is_named(tmp_path, clips):
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", str(tmp_path / "sound.m4a"))
    entries = (Entry(name="shot 1", clip=clips[0], frames=48), Entry(name="shot 2", clip=tmp_path / "sound.m4a", frames=48))
    data = compose(Timeline(entries=entries, size=SMALL, fps=FPS), tmp_path / "film.mp4")
    assert data.left_out == ("shot 2: its clip cannot be used: there is no picture in it",)


def test_a_turned_clip_is_conformed_once_and_in_time(tmp_path, clips):
    """Through the composer: a turned clip of another rate and size between two of ours."""
    marked(tmp_path / "flat.mp4", "180x320", "-r", "30", "-pix_fmt", "yuv420p")
    ffmpeg("-display_rotation", "90", "-i", str(tmp_path / "flat.mp4"), "-c", "copy", str(tmp_path / "turned.mov"))
    entries = tuple(Entry(name=f"shot {n}", clip=file, frames=24, transition="cut") for n, file in enumerate((clips[0], tmp_path / "turned.mov", clips[1])))
    data = compose(Timeline(entries=entries, size=SMALL, fps=FPS, closing=0), tmp_path / "film.mp4")
    seen = lumas(tmp_path / "film.mp4")
    assert (len(seen), data.left_out) == (72, ())
    assert seen[30] == pytest.approx(BLACK + (WHITE - BLACK) / 4, abs=4)
