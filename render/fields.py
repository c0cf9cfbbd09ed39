"""Interlaced clips as whole pictures: fields are told apart, film that was stretched to video (telecine) is brought back to its own frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from av.filter import Graph

from render.media import open_media

_LOOKED_AT, _FEWEST = 75, 25
"""Frames that are looked at for a pulldown's beat, and fewest that tell: fifteen and five rounds of it."""
_BEAT = (0.12, 0.28)
"""Share of frames that repeat the top field, and the bottom field: one in five each, give or take frames in which nothing moves."""
_ORDERS = {2: "tff", 3: "bff", 4: "bff", 5: "tff"}
"""Which field is shown first, by FFmpeg's AVFieldOrder (TT, BB, TB, BT: the first letter is what is coded first, the second what is shown first)."""
Filters = tuple[tuple[str, str], ...]


def whole_pictures(file: Path, stream: av.VideoStream, frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """The frames, progressive; their times are theirs still, or of fields where two fields are two moments.

    From the first interlaced frame on (by its own flag, or by the stream's where frames say nothing) all go through bwdif, which leaves progressive ones
    alone. Raises av.FFmpegError for what cannot be decoded.
    """
    declared = _ORDERS.get(int(stream.codec_context.field_order), "")
    graph: Graph | None = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        now = (frame.width, frame.height, frame.format.name)
        if graph is not None and now != shape:  # a broadcast may change its size: what is left in the graph first
            yield from _rest(graph)
            graph = None
        if graph is None:
            if not frame.interlaced_frame and not declared:
                yield frame
                continue
            graph, shape = _graph(_chain(file, "" if frame.interlaced_frame else declared), frame, stream), now
        graph.push(frame)
        yield from _ready(graph)
    if graph is not None:
        yield from _rest(graph)


def _chain(file: Path, declared: str) -> Filters:
    """The filters; `declared` is the order of fields where frames do not say it themselves."""
    said: Filters = (("setfield", declared),) if declared else ()
    if telecined(file, declared):
        # Fields are matched to the frames they came from; what was cut as video is still interlaced then; one frame in five is there twice.
        return (*said, ("fieldmatch", "combmatch=full"), ("bwdif", "mode=send_frame:deint=interlaced"), ("decimate", ""))
    return (*said, ("bwdif", "mode=send_field:deint=interlaced"))


def telecined(file: Path, declared: str = "") -> bool:
    """Whether a clip is film stretched to video: among its first frames one in five repeats the top field, another the bottom field."""
    tops = bottoms = moving = 0
    with open_media(file) as container:
        stream = container.streams.video[0]
        graph: Graph | None = None
        try:
            for number, frame in enumerate(container.decode(stream)):
                if number >= _LOOKED_AT:
                    break
                if graph is None:
                    graph = _graph(((("setfield", declared),) if declared else ()) + (("idet", ""),), frame, stream)
                graph.push(frame)
                for seen in _ready(graph):
                    repeated = seen.metadata.get("lavfi.idet.repeated.current_frame", "")
                    tops, bottoms, moving = tops + (repeated == "top"), bottoms + (repeated == "bottom"), moving + 1
        except (av.FFmpegError, ValueError):
            pass  # what came before it tells enough, or whoever reads the clip says what is wrong with it
    return moving >= _FEWEST and all(_BEAT[0] <= count / moving <= _BEAT[1] for count in (tops, bottoms))


def _graph(filters: Filters, frame: av.VideoFrame, stream: av.VideoStream) -> Graph:
    graph = Graph()
    graph.threads = 1  # the composer has threads of its own
    known = {"video_size": f"{frame.width}x{frame.height}", "pix_fmt": frame.format.name, "time_base": f"{frame.time_base or stream.time_base}"}
    known |= {"colorspace": str(int(frame.colorspace)), "range": str(int(frame.color_range))}
    if rate := stream.average_rate or stream.base_rate:
        known["frame_rate"] = f"{rate}"
    graph.link_nodes(graph.add("buffer", None, **known), *(graph.add(name, options or None) for name, options in filters), graph.add("buffersink"))
    graph.configure()
    return graph


def _ready(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return


def _rest(graph: Graph) -> Iterator[av.VideoFrame]:
    graph.vpush(None)
    yield from _ready(graph)
