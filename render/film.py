"""The MP4: video packets, sound packets and caption samples interleaved, moov in front, the same bytes for the same film."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import OutputContainer

from farm.types import SPLICE, Size
from render.captions import Cue
from render.encode import REORDER, Coded, Picture, encode
from render.loudness import RATE

# ISO 639-2 codes that MP4 wants, of the languages that have a two-letter code and are asked for; others are "und".
_PAIRS = (
    "ar:ara bg:bul bn:ben ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg gu:guj he:heb "
    "hi:hin hr:hrv hu:hun hy:hye id:ind is:isl it:ita ja:jpn ka:kat kn:kan ko:kor la:lat lt:lit lv:lav mk:mkd ml:mal mr:mar ms:msa nb:nob ne:nep "
    "nl:nld no:nor pa:pan pl:pol pt:por ro:ron ru:rus sk:slk sl:slv sq:sqi sr:srp sv:swe sw:swa ta:tam te:tel th:tha tr:tur uk:ukr ur:urd vi:vie zh:zho"
)
_LANGUAGES = dict(pair.split(":") for pair in _PAIRS.split())
_ASS_HEADER = (
    "[Script Info]\nScriptType: v4.00+\nPlayResX: 384\nPlayResY: 288\n\n[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, "
    "Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    "Style: Default,Sans,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


_HEAD = 8192  # bytes of moov besides the tables: headers, names, three descriptions


def language(locale: str) -> str:
    """The three-letter code of a locale such as "pt-BR"; "und" for one that is not known."""
    return _LANGUAGES.get(locale.replace("_", "-").split("-")[0].lower(), "und")


@lru_cache(maxsize=8)
def _template(size: Size, fps: int) -> bytes:
    """An MP4 of one black frame: its stream is the pattern of the film's."""
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = cast("av.VideoStream", container.add_stream(SPLICE.codec, rate=fps, options=dict(SPLICE.options)))
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, SPLICE.pixel_format
        black = np.full((size.height * 3 // 2, size.width), 128, dtype=np.uint8)
        black[: size.height] = 16
        container.mux(stream.encode(av.VideoFrame.from_ndarray(black, format=SPLICE.pixel_format)))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def write(
    target: Path,
    video: Iterator[Coded],
    sound: Path,
    cues: Sequence[Cue],
    *,
    frames: int,
    size: Size,
    fps: int,
    locale: str,
    title: str,
    each: Callable[[int], None],
) -> None:
    """Write the film to `target`.

    `video` yields coded frames in decoding order, numbered through the whole film; `each(n)` is called as frames are written and may raise.
    Raises ValueError when the frames are not exactly 0 … `frames` - 1, OSError when the disk is full.
    """
    tick, step = _clock(fps)
    room = _HEAD + 36 * frames + 28 * (frames * RATE // (fps * 1024) + 8) + 24 * (2 * len(cues) + 2)
    # moov in front without writing everything twice (faststart's way): its room is kept free from the start.
    options = {"moov_size": str(room), "video_track_timescale": str(tick.denominator), "fflags": "+bitexact"}
    with (
        av.open(BytesIO(_template(size, fps))) as pattern,
        av.open(str(sound)) as track,
        av.open(str(target), "w", format="mp4", options=options) as out,
    ):
        spoken = language(locale)
        picture = out.add_stream_from_template(pattern.streams.video[0])
        picture.time_base = tick
        audio = out.add_stream_from_template(track.streams.audio[0])
        text = _captions(out, spoken) if cues else None
        for stream in (picture, audio):
            stream.metadata["language"] = spoken
        if title:
            out.metadata["title"] = title
        packets = (packet for packet in track.demux(track.streams.audio[0]) if packet.size)
        samples = _samples(cues, Fraction(frames, fps)) if text is not None else iter(())
        heard, read = next(packets, None), next(samples, None)
        shown = bytearray(frames)
        at = 0
        for coded in video:
            if not 0 <= coded.number < frames or shown[coded.number] or coded.number + REORDER < at:
                raise ValueError(f"frame {coded.number} is out of its place at {at} of {frames}")
            shown[coded.number] = 1
            out.mux_one(_picture(picture, coded, at, tick, step))
            at += 1
            while heard is not None and heard.dts is not None and heard.dts * fps <= at * RATE:
                heard.stream = audio
                out.mux_one(heard)
                heard = next(packets, None)
            while read is not None and text is not None and read[0] * fps <= at * 1000:
                out.mux_one(_sample(text, *read))
                read = next(samples, None)
            each(at)
        if at != frames:
            raise ValueError(f"the film has {at} frames and should have {frames}")
        while heard is not None:
            heard.stream = audio
            out.mux_one(heard)
            heard = next(packets, None)
        while read is not None and text is not None:
            out.mux_one(_sample(text, *read))
            read = next(samples, None)


def _captions(out: OutputContainer, spoken: str) -> av.subtitles.stream.SubtitleStream:
    stream = out.add_stream("mov_text")
    stream.codec_context.subtitle_header = _ASS_HEADER.encode()
    stream.codec_context.time_base = Fraction(1, 1000)
    stream.time_base = Fraction(1, 1000)
    stream.metadata["language"] = spoken
    stream.disposition = av.stream.Disposition.default
    return stream  # type: ignore[return-value]


def _samples(cues: Sequence[Cue], seconds: Fraction) -> Iterator[tuple[int, int, str]]:
    """Start, length (milliseconds) and text of every sample: a text track has no holes, so pauses are empty samples."""
    at, end = 0, int(seconds * 1000)
    for cue in cues:
        start, stop = max(at, round(cue.start * 1000)), min(end, round(cue.end * 1000))
        if stop <= start:
            continue
        if start > at:
            yield at, start - at, ""
        yield start, stop - start, cue.text
        at = stop
    if at < end:
        yield at, end - at, ""


def _sample(stream: av.subtitles.stream.SubtitleStream, start: int, length: int, text: str) -> av.Packet:
    data = text.encode()
    packet = av.Packet(len(data).to_bytes(2, "big") + data)  # 3GPP TS 26.245, 5.17: length, then UTF-8
    packet.stream, packet.time_base = stream, Fraction(1, 1000)
    packet.pts = packet.dts = start
    packet.duration, packet.is_keyframe = length, True
    return packet


def write_clip(target: Path, pictures: Iterable[Picture], *, size: Size, fps: int, keys: Iterable[int] = ()) -> None:
    """Encode frames as a splice-ready clip with no sound.

    Raises OSError when the disk is full, and whatever `pictures` raises.
    """
    write_coded(target, encode(pictures, size, fps, keys=keys), size=size, fps=fps)


def write_coded(target: Path, frames: Iterable[Coded], *, size: Size, fps: int) -> None:
    """Put coded frames, in decoding order and numbered through, into a splice-ready clip.

    Raises OSError when the disk is full, and whatever `frames` raises.
    """
    tick, step = _clock(fps)
    options = {"video_track_timescale": str(tick.denominator), "fflags": "+bitexact"}
    with av.open(BytesIO(_template(size, fps))) as pattern, av.open(str(target), "w", format="mp4", options=options) as out:
        stream = out.add_stream_from_template(pattern.streams.video[0])
        stream.time_base = tick
        for at, coded in enumerate(frames):
            out.mux_one(_picture(stream, coded, at, tick, step))


def _clock(fps: int) -> tuple[Fraction, int]:
    """The video track's time base, and its ticks a frame."""
    if SPLICE.time_base_denominator % fps == 0:
        return Fraction(1, SPLICE.time_base_denominator), SPLICE.time_base_denominator // fps
    return Fraction(1, 512 * fps), 512


def _picture(stream: av.VideoStream, coded: Coded, at: int, tick: Fraction, step: int) -> av.Packet:
    packet = av.Packet(coded.data)
    packet.stream, packet.time_base = stream, tick
    packet.pts, packet.dts, packet.duration, packet.is_keyframe = coded.number * step, (at - REORDER) * step, step, coded.key
    return packet
