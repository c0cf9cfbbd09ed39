"""The sample table of a plain MP4, read without a demuxer: where each coded frame lies, how long it is, and when it is shown.

Only the layout that splice-ready clips have is read (ISO/IEC 14496-12: one H.264 track, one description, constant frame duration); `table` gives None for any
other, and the demuxer looks at that. Opening a clip through the demuxer costs 16 ms, because it probes by decoding; this costs 1.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

_MOOV = 8 << 20  # bytes: a table of 500,000 frames; more is hostile
_FRAMES = 500_000


class _Odd(Exception):
    """The file is laid out in another way than splice-ready clips are."""


@dataclass(frozen=True)
class Table:
    """What an MP4's only video track says of itself; lists run in decoding order."""

    width: int
    height: int
    rate: Fraction
    avcc: bytes
    offsets: list[int]
    sizes: list[int]
    shown: list[int]  # number in showing order, from 0
    keys: frozenset[int]  # places in decoding order
    sound: bool = False  # whether there is a sound track beside it


def table(handle: int) -> Table | None:
    """Read the table of an open file; None where the file is laid out otherwise, or is no MP4.

    Raises OSError when it cannot be read.
    """
    try:
        return _table(handle, os.fstat(handle).st_size)
    except (_Odd, struct.error, LookupError, ValueError, OverflowError, ZeroDivisionError):
        return None


def _table(handle: int, length: int) -> Table:
    moov = _moov(handle, length)
    tracks = list(_tracks(moov))
    videos = [media for media in tracks if media["hdlr"][8:12] == b"vide"]
    if len(videos) != 1 or b"mvex" in {kind for kind, _ in _boxes(moov)}:
        raise _Odd
    media = videos[0]
    entries = struct.unpack_from(">I", media["stsd"], 4)[0]
    size, kind = struct.unpack_from(">I4s", media["stsd"], 8)
    if entries != 1 or kind != b"avc1":
        raise _Odd
    entry = media["stsd"][16 : 8 + size]
    width, height = struct.unpack_from(">HH", entry, 24)
    avcc = dict(_boxes(entry[78:]))[b"avcC"]
    count, delta = _constant(media["stts"])
    scale = struct.unpack_from(">I", media["mdhd"], 12 if media["mdhd"][0] == 0 else 20)[0]
    sizes = _sizes(media["stsz"])
    if len(sizes) != count or not count:
        raise _Odd
    times = [at * delta + late for at, late in zip(range(count), _lateness(media.get("ctts"), count), strict=True)]
    zero = times[0]
    if any((time - zero) % delta for time in times) or _begins(media.get("elst"), zero) != zero:
        raise _Odd
    keys = frozenset(number - 1 for number in _numbers(media["stss"])) if "stss" in media else frozenset(range(count))
    sound = any(media["hdlr"][8:12] == b"soun" for media in tracks)
    return Table(width, height, Fraction(scale, delta), bytes(avcc), _places(media, sizes), sizes, [(time - zero) // delta for time in times], keys, sound)


def _moov(handle: int, length: int) -> bytes:
    at = 0
    for _ in range(64):
        head = os.pread(handle, 16, at)
        size, kind = struct.unpack_from(">I4s", head)
        if size == 1:
            size = struct.unpack_from(">Q", head, 8)[0]
        if size < 8 or at + size > length or (at == 0 and kind != b"ftyp"):
            raise _Odd
        if kind == b"moov":
            if size > _MOOV:
                raise _Odd
            return os.pread(handle, size, at)[8:]
        at += size
    raise _Odd


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            raise _Odd
        yield kind, data[at + 8 : at + size]
        at += size


_INNER = frozenset({b"mdia", b"minf", b"stbl", b"edts"})


def _tracks(moov: bytes) -> Iterator[dict[str, bytes]]:
    for kind, data in _boxes(moov):
        if kind == b"trak":
            found: dict[str, bytes] = {}
            waiting, folders = [data], 0
            while waiting:
                for inner, body in _boxes(waiting.pop()):
                    if inner in _INNER:
                        folders += 1
                        if folders > len(_INNER):  # boxes in boxes in boxes would be copied for ever
                            raise _Odd
                        waiting.append(body)
                    else:
                        found[inner.decode("latin-1")] = body
            yield found


def _constant(stts: bytes) -> tuple[int, int]:
    """Frames, and their common duration; the last frame's own may differ, as its showing ends with the film."""
    runs = list(struct.iter_unpack(">II", stts[8 : 8 + 8 * min(struct.unpack_from(">I", stts, 4)[0], 3)]))
    if not runs or len(runs) > 2 or (len(runs) == 2 and runs[1][0] != 1) or not runs[0][1]:
        raise _Odd
    return sum(run[0] for run in runs), runs[0][1]


def _sizes(stsz: bytes) -> list[int]:
    same, count = struct.unpack_from(">II", stsz, 4)
    if count > _FRAMES:
        raise _Odd
    return [same] * count if same else list(struct.unpack_from(f">{count}I", stsz, 12))


def _lateness(ctts: bytes | None, count: int) -> list[int]:
    if ctts is None:
        return [0] * count
    late: list[int] = []
    for run, value in struct.iter_unpack(">Ii", ctts[8 : 8 + 8 * struct.unpack_from(">I", ctts, 4)[0]]):
        if len(late) + run > count:
            raise _Odd
        late += [value] * run
    return late


def _begins(elst: bytes | None, otherwise: int) -> int:
    """The media time at which the track begins to be shown."""
    if elst is None:
        return otherwise
    if struct.unpack_from(">I", elst, 4)[0] != 1:
        raise _Odd
    return struct.unpack_from(">q" if elst[0] == 1 else ">i", elst, 16 if elst[0] == 1 else 12)[0]  # type: ignore[no-any-return]


def _numbers(box: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f">{min(struct.unpack_from('>I', box, 4)[0], _FRAMES)}I", box, 8)


def _places(media: dict[str, bytes], sizes: list[int]) -> list[int]:
    """Where each frame begins in the file: chunks hold runs of frames."""
    if "co64" in media:
        box = media["co64"]
        chunks: tuple[int, ...] = struct.unpack_from(f">{min(struct.unpack_from('>I', box, 4)[0], _FRAMES)}Q", box, 8)
    else:
        chunks = _numbers(media["stco"])
    runs = list(struct.iter_unpack(">III", media["stsc"][8 : 8 + 12 * struct.unpack_from(">I", media["stsc"], 4)[0]]))
    places: list[int] = []
    for number, (first, each, _) in enumerate(runs):
        until = runs[number + 1][0] if number + 1 < len(runs) else len(chunks) + 1
        for chunk in chunks[first - 1 : until - 1]:
            inside = sizes[len(places) : len(places) + each]
            places += list(accumulate(inside[:-1], initial=chunk)) if inside else []
            if len(places) >= len(sizes):
                return places
    raise _Odd
