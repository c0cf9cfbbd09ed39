"""The sample table read by hand says what the demuxer says, and nothing that a file holds makes it fall."""

from __future__ import annotations

import os
import random
from pathlib import Path

import av

from farm.types import Size
from render.boxes import Table, table
from render.source import Clip, _demux, look
from tests.render.conftest import FPS, SMALL


def read(file: Path) -> Table | None:
    handle = os.open(file, os.O_RDONLY)
    try:
        return table(handle)
    finally:
        os.close(handle)


def test_the_table_is_the_demuxers(clips: list[Path]) -> None:
    for file in clips:
        found = read(file)
        assert found is not None
        with av.open(str(file)) as container:
            packets = [packet for packet in container.demux(video=0) if packet.size]
        assert [(packet.pos, packet.size, packet.pts // 512) for packet in packets] == list(zip(found.offsets, found.sizes, found.shown, strict=True))
        assert found.keys == {at for at, packet in enumerate(packets) if packet.is_keyframe}
        assert found.rate == FPS


def test_both_looks_agree(clips: list[Path]) -> None:
    quick, thorough = look(clips[0], SMALL, FPS), _demux(clips[0], SMALL, FPS)

    assert quick == thorough
    assert (quick.table is not None, thorough.table) == (True, None)
    read_by = [list(Clip(clips[0], 48, frozenset({0, 12, 36, 48}), one.table).packets(12, 36)) for one in (quick, thorough)]
    assert read_by[0] == read_by[1]
    assert len(read_by[0]) == 24


def test_another_size_is_left_to_the_thorough_look(clips: list[Path]) -> None:
    seen = look(clips[0], Size(width=320, height=180), FPS)

    assert not seen.conforming
    assert seen.reason == "its size is 160x90"


def test_damaged_tables_give_none_or_an_answer_never_a_fall(clips: list[Path], tmp_path: Path) -> None:
    """Given a clip with random bytes of its head, or of its table, changed, then reading ends, and what is copied is what was there."""
    whole = clips[0].read_bytes()
    start = whole.find(b"moov")
    dice = random.Random(6)
    file = tmp_path / "odd.mp4"
    answers = 0
    for turn in range(300):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(start, len(data)) if turn % 4 else dice.randrange(0, 48)
            data[at] = dice.choice([0, 1, 127, 128, 255, dice.randrange(256)])
        file.write_bytes(data[: dice.randrange(16, len(data))] if turn % 5 == 0 else data)
        answers += read(file) is not None
    assert 0 < answers < 300
