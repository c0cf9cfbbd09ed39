"""Splice-ready encoding: the same headers for every clip of a size, whoever encoded it."""

from __future__ import annotations

import av
import numpy as np
import pytest

from farm.types import FILM_SIZES, Size
from render.encode import encode, parameter_sets, sets_in_avcc, whole
from render.source import look
from tests.render.conftest import FPS, SMALL, numbered


@pytest.mark.parametrize("size", [*FILM_SIZES.values(), SMALL], ids=lambda size: f"{size.width}x{size.height}")
def test_the_cameras_clips_can_be_spliced(size: Size, tmp_path):
    """Given a clip as the camera writes it, when the composer looks, then it conforms."""
    from pipelines.camera.clip import ClipWriter
    from pipelines.camera.plate import Canvas

    file = tmp_path / "clip.mp4"
    with ClipWriter(file, size.width, size.height, FPS, (3,)) as writer:
        for number in range(6):
            grey = np.full((size.height // 2, size.width // 2), 128, np.uint8)
            writer.add(Canvas(np.full((size.height, size.width), 20 + number, np.uint8), grey, grey.copy()))
    seen = look(file, size, FPS)
    assert (seen.conforming, seen.frames, seen.keys) == (True, 6, frozenset({0, 3}))
    with av.open(str(file)) as container:
        assert sets_in_avcc(container.streams.video[0].codec_context.extradata) == parameter_sets(size, FPS)


def test_key_frames_are_where_they_are_wanted():
    coded = list(encode(numbered(60), SMALL, FPS, keys=(12, 50)))
    assert {frame.number for frame in coded if frame.key} == {0, 12, 50}
    assert sorted(frame.number for frame in coded) == list(range(60))
    assert all(whole(frame.data) for frame in coded)


def test_encoding_twice_gives_the_same_bytes():
    assert list(encode(numbered(20), SMALL, FPS)) == list(encode(numbered(20), SMALL, FPS))


@pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: b"\0" * len(data), lambda data: data + b"\1", lambda data: b""])
def test_torn_packets_are_noticed(damage):
    data = next(iter(encode(numbered(2), SMALL, FPS))).data
    assert whole(data)
    assert not whole(damage(data))


@pytest.mark.parametrize("junk", [b"", b"\1", b"\1" * 7, b"\1\0\0\0\xff\xff\xff\xff" * 3, bytes(range(256))])
def test_hostile_headers_do_not_raise(junk):
    assert sets_in_avcc(junk) != parameter_sets(SMALL, FPS)
