"""Deliverables besides the film: HEVC and AV1, HLS, thumbnail strip, teaser, an editor's timeline."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import av
import ffmpeg
import numpy as np
from PIL import Image

from farm.work import EngineError, FilmData
from render import editor
from render.ffmpeg import command, encodes, run, source
from render.layout import Placed
from render.timeline import Entry, Timeline

STRIP_MOST = 100  # thumbnails: a player shows one each percent at best
STRIP_EVERY = 2.0  # seconds at least between two: the film has a key frame at least that often
STRIP_COLUMNS = 10
STRIP_EDGE = 160  # pixels of a thumbnail's longer side
TEASER_PARTS, TEASER_PART = 4, 1.25  # moments, and seconds of each
TEASER_EDGE = 480
HLS_SEGMENT = 4  # seconds: a second's worth of start, few requests


@dataclass(frozen=True)
class Cutting:
    """A finished film in its folder, and what it was cut from."""

    folder: Path
    stem: str  # what the film is called where it goes: companions name each other by it
    timeline: Timeline
    data: FilmData
    shots: tuple[tuple[Entry | None, Placed], ...]  # None: the title card
    target: Path  # where the film will lie


Check = Callable[[], None]
Way = Callable[[Cutting, Check], dict[str, Path]]
"""Makes files in the cutting's folder; gives what is put after the film's stem, and the file (or folder) that goes there."""


def possible(wanted: Iterable[str]) -> None:
    """Raise EngineError for a deliverable that is not known or cannot be made here: before the film is composed for it."""
    for name in wanted:
        if name not in WAYS:
            raise EngineError(f"no deliverable {name!r}; there are {', '.join(sorted(WAYS))}", code="bad_deliverable")
        if name == "nvenc" and not encodes("hevc_nvenc"):
            raise EngineError("this machine's graphics card encodes no video (a trial frame failed); ask for 'hevc' instead", code="no_encoder")


def deliver(wanted: Iterable[str], cutting: Cutting, tell: Callable[[str], None], check: Check) -> dict[str, Path]:
    """Make the wanted deliverables: suffix after the film's stem ("-strip.jpg") to file or folder.

    Raises EngineError for one that cannot be made, and what `check` raises.
    """
    found: dict[str, Path] = {}
    for name in dict.fromkeys(wanted):
        tell(f"making {name}")
        found |= WAYS[name](cutting, check)
    return found


def strip(cutting: Cutting, check: Check) -> dict[str, Path]:
    """Thumbnails in one JPEG, and a WebVTT file that says which part of it belongs to which time (as players' scrub previews read it)."""
    data = cutting.data
    count = max(1, min(STRIP_MOST, math.ceil(data.seconds / STRIP_EVERY)))
    every = data.seconds / count
    scale = STRIP_EDGE / max(data.width, data.height)
    wide, high = max(2, round(data.width * scale)), max(2, round(data.height * scale))
    columns = min(count, STRIP_COLUMNS)
    sheet = np.zeros((-(-count // columns) * high, columns * wide, 3), np.uint8)
    with av.open(str(cutting.folder / "film.mp4")) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"  # nothing else is decoded
        best = [math.inf] * count
        for frame in container.decode(stream):
            check()
            at = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base else 0.0
            cell = min(count - 1, int(at / every))
            off = abs(at - (cell + 0.5) * every)  # the one nearest the middle: a film begins in black
            if off < best[cell]:
                best[cell] = off
                small = frame.reformat(width=wide, height=high, format="rgb24", interpolation="AREA").to_ndarray()
                _cell(sheet, cell, columns, high, wide)[:] = small
    for cell in range(1, count):  # a stretch without a key frame shows what was before
        if math.isinf(best[cell]):
            _cell(sheet, cell, columns, high, wide)[:] = _cell(sheet, cell - 1, columns, high, wide)
    image, text = cutting.folder / "strip.jpg", cutting.folder / "strip.vtt"
    Image.fromarray(sheet).save(image, quality=80, optimize=True)
    name = quote(f"{cutting.stem}-strip.jpg")
    cues = [
        f"{_clock(cell * every)} --> {_clock((cell + 1) * every)}\n{name}#xywh={cell % columns * wide},{cell // columns * high},{wide},{high}\n"
        for cell in range(count)
    ]
    text.write_text("\n".join(["WEBVTT\n", *cues]), encoding="utf-8")
    return {"-strip.jpg": image, "-strip.vtt": text}


def _cell(sheet: np.ndarray, number: int, columns: int, high: int, wide: int) -> np.ndarray:
    top, left = number // columns * high, number % columns * wide
    return sheet[top : top + high, left : left + wide]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _moments(cutting: Cutting) -> ffmpeg.nodes.FilterableStream:
    """A few short parts of the film in one stream, small and at 12 frames a second."""
    seconds = cutting.data.seconds
    parts = max(1, min(TEASER_PARTS, int(seconds / TEASER_PART)))
    length = min(TEASER_PART, seconds / parts)
    scale = min(1.0, TEASER_EDGE / max(cutting.data.width, cutting.data.height))
    wide, high = round(cutting.data.width * scale / 2) * 2, round(cutting.data.height * scale / 2) * 2
    starts = [(number + 0.5) * seconds / parts - length / 2 for number in range(parts)]
    taken = [source("film.mp4", ss=round(max(0.0, start), 3), t=round(length, 3)).video for start in starts]
    return ffmpeg.concat(*taken, v=1, a=0).filter("fps", 12).filter("scale", wide, high, flags="area")


def teaser(cutting: Cutting, check: Check) -> dict[str, Path]:
    """An animated WebP of a few moments, for a message or a page."""
    graph = _moments(cutting).output("file:teaser.webp", vcodec="libwebp_anim", quality=60, compression_level=3, loop=0, fflags="+bitexact", flags="+bitexact")
    run(command(graph), cutting.folder, check, making="teaser")
    return {"-teaser.webp": cutting.folder / "teaser.webp"}


def gif(cutting: Cutting, check: Check) -> dict[str, Path]:
    """The same moments as a GIF, its palette made for them."""
    both = _moments(cutting).filter_multi_output("split")
    palette = both.stream(0).filter("palettegen", max_colors=128, stats_mode="diff")
    graph = ffmpeg.filter([both.stream(1), palette], "paletteuse", dither="bayer", bayer_scale=4).output("file:teaser.gif", loop=0, fflags="+bitexact")
    run(command(graph), cutting.folder, check, making="GIF")
    return {"-teaser.gif": cutting.folder / "teaser.gif"}


def hls(cutting: Cutting, check: Check) -> dict[str, Path]:
    """A folder for streaming: packets as they are in one fragmented MP4 read by byte ranges, the captions as a rendition."""
    folder = cutting.folder / "hls"
    folder.mkdir()
    film = source("film.mp4")
    segments = {"hls_time": HLS_SEGMENT, "hls_playlist_type": "vod", "hls_segment_type": "fmp4", "hls_flags": "single_file"}
    options = {**segments, "hls_segment_filename": "hls/film.m4s", "c": "copy", "fflags": "+bitexact"}
    run(command(ffmpeg.output(film.video, film.audio, "hls/film.m3u8", f="hls", **options)), cutting.folder, check, making="HLS stream")
    _roomy(folder / "film.m3u8")
    (folder / "captions.vtt").write_bytes((cutting.folder / "film.vtt").read_bytes())
    seconds, data = cutting.data.seconds, cutting.data
    (folder / "captions.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{math.ceil(seconds)}\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:{seconds:.3f},\ncaptions.vtt\n#EXT-X-ENDLIST\n",
        encoding="utf-8",
    )
    rate = math.ceil((folder / "film.m4s").stat().st_size * 8 / max(seconds, 0.001))
    language = "".join(sign for sign in cutting.timeline.locale if sign.isalnum() or sign == "-")[:35] or "und"
    (folder / "index.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="Captions",LANGUAGE="{language}",DEFAULT=YES,AUTOSELECT=YES,URI="captions.m3u8"\n'
        f'#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION={data.width}x{data.height},FRAME-RATE={data.fps}.000,CODECS="{_codec(cutting)},mp4a.40.2",SUBTITLES="captions"\n'
        "film.m3u8\n",
        encoding="utf-8",
    )
    return {"-hls": folder}


def _roomy(playlist: Path) -> None:
    """No segment is longer than the playlist says: ffmpeg rounds half a second to the even number, players round it up."""
    text = playlist.read_text(encoding="utf-8")
    longest = max((math.ceil(float(seconds)) for seconds in re.findall(r"#EXTINF:([\d.]+)", text)), default=HLS_SEGMENT)
    playlist.write_text(re.sub(r"#EXT-X-TARGETDURATION:\d+", f"#EXT-X-TARGETDURATION:{longest}", text), encoding="utf-8")


def _codec(cutting: Cutting) -> str:
    """The film's video codec as RFC 6381 names it: profile, constraints and level, as the parameter sets say."""
    with av.open(str(cutting.folder / "film.mp4")) as container:
        described = container.streams.video[0].codec_context.extradata or b""
    return f"avc1.{described[1:4].hex()}"


def hevc(cutting: Cutting, check: Check) -> dict[str, Path]:
    """The film in H.265: about 40 % fewer bytes, tagged so that Apple's players take it."""
    return _again(cutting, check, "hevc", {"vcodec": "libx265", "preset": "fast", "crf": 24, "x265-params": "log-level=error:pools=none:frame-threads=1"})


def av1(cutting: Cutting, check: Check) -> dict[str, Path]:
    """The film in AV1: about half the bytes."""
    return _again(cutting, check, "av1", {"vcodec": "libsvtav1", "preset": 8, "crf": 32, "svtav1-params": "lp=2"})


def nvenc(cutting: Cutting, check: Check) -> dict[str, Path]:
    """The film in H.265 by the graphics card, where its encoder works; H100 and H200 have none."""
    return _again(cutting, check, "nvenc", {"vcodec": "hevc_nvenc", "preset": "p5", "cq": 26, "bitrate": 0})


def _again(cutting: Cutting, check: Check, name: str, options: Mapping[str, object]) -> dict[str, Path]:
    film = source("film.mp4")
    streams = [film.video, film.audio, film["s?"]]
    colours = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
    tag = {} if name == "av1" else {"tag:v": "hvc1"}
    keep = {"acodec": "copy", "scodec": "copy", "pix_fmt": "yuv420p", "movflags": "+faststart", "fflags": "+bitexact", "flags": "+bitexact"}
    graph = ffmpeg.output(*streams, f"file:{name}.mp4", **keep, **colours, **tag, **options)
    run(command(graph), cutting.folder, check, making=f"{name.upper()} film")
    return {f"-{name}.mp4": cutting.folder / f"{name}.mp4"}


def otio(cutting: Cutting, _check: Check) -> dict[str, Path]:
    """The cut as an OpenTimelineIO file: clips, transitions, narration and score on tracks, for Resolve, Premiere and others."""
    file = cutting.folder / "film.otio"
    file.write_text(editor.timeline(cutting.timeline, cutting.shots, cutting.data, cutting.target), encoding="utf-8")
    return {".otio": file}


WAYS: dict[str, Way] = {"strip": strip, "teaser": teaser, "gif": gif, "hls": hls, "hevc": hevc, "av1": av1, "nvenc": nvenc, "otio": otio}
"""Every deliverable by the name that callers use."""
SUFFIXES = {
    "strip": "-strip.vtt",
    "teaser": "-teaser.webp",
    "gif": "-teaser.gif",
    "hls": "-hls",
    "hevc": "-hevc.mp4",
    "av1": "-av1.mp4",
    "nvenc": "-nvenc.mp4",
    "otio": ".otio",
}
"""Where each deliverable is found: after the film's name without its suffix (the strip's picture is named in its VTT)."""
