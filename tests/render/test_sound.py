"""What is heard: narration, the clips' own sound and the score from any source, in balance, joined without a seam."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from farm.specs import ComposeSpec, Cut
from farm.types import Style
from farm.work import Work
from render import aac, sound, stems
from render.compose import compose
from render.engine import timeline_of
from render.loudness import RATE, measure
from render.stems import CHUNK, Placed, Stem, lay
from render.timeline import Entry, Speech, Timeline
from tests.render.conftest import FPS, SMALL, sound_of, speech


def tone(pitch: float, seconds: float, rate: int = RATE, level: float = 0.3) -> np.ndarray:
    return level * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)


def level(heard: np.ndarray, pitch: float, begin: float, seconds: float = 0.3) -> float:
    """How strong a pitch is in the film's sound from `begin` on, in dB."""
    part = heard[round(begin * RATE) :][: round(seconds * RATE), 0]
    return 20 * np.log10(abs(np.dot(part * np.hanning(len(part)), np.exp(-2j * np.pi * pitch * np.arange(len(part)) / RATE))) + 1e-9)


def sounding(clip: Path, target: Path, heard: np.ndarray, layout: str = "stereo", rate: int = RATE, codec: str = "aac") -> Path:
    """A clip with a sound track beside its packets; `heard` has shape (channels, n)."""
    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        video = out.add_stream_from_template(source.streams.video[0])
        audio = out.add_stream(codec, rate=rate)
        audio.layout = layout
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
        for at in range(0, heard.shape[1], 4096):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(heard[:, at : at + 4096], dtype=np.float32), format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
            out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    return target


def two_clips(clips, tmp_path, **changes) -> Timeline:
    """Two clips of 2 s with sounds of their own, 500 Hz and 1,500 Hz, dissolving over half a second from 1.5 s on."""
    files = [sounding(clips[n], tmp_path / f"{n}.mp4", np.stack([tone(pitch, 2.0)] * 2)) for n, pitch in ((0, 500), (1, 1500))]
    entries = tuple(Entry(name=f"shot {n + 1}", clip=file, frames=48) for n, file in enumerate(files))
    return Timeline(**{"entries": entries, "size": SMALL, "fps": FPS, "closing": 0} | changes)


def test_clips_are_heard_and_cross_over_in_a_transition(clips, tmp_path):
    compose(two_clips(clips, tmp_path), tmp_path / "film.mp4")
    heard = sound_of(tmp_path / "film.mp4")
    assert level(heard, 500, 0.8) - level(heard, 1500, 0.8) > 40
    assert level(heard, 1500, 2.6) - level(heard, 500, 2.6) > 40
    assert abs(level(heard, 500, 1.65, 0.2) - level(heard, 1500, 1.65, 0.2)) < 2  # about 1.75 s both are half as loud
    assert level(heard, 500, 0.8) - level(heard, 500, 1.65, 0.2) == pytest.approx(3 + 20 * np.log10(0.3 / 0.2), abs=1)  # equal power: 3 dB


def test_a_clips_own_sound_can_be_left_silent(clips, tmp_path):
    timeline = two_clips(clips, tmp_path)
    timeline = timeline.model_copy(update={"entries": tuple(entry.model_copy(update={"sound": False}) for entry in timeline.entries)})
    assert compose(timeline, tmp_path / "film.mp4").loudness == -70.0


def test_another_sound_in_place_of_a_clips_own(clips, tmp_path, wav):
    """An engine may give a clip's sound apart from it: the farm's `sound.<index>`."""
    timeline = two_clips(clips, tmp_path)
    rain = wav("rain", tone(3000, 2.0), RATE)
    compose(timeline.model_copy(update={"entries": (timeline.entries[0].model_copy(update={"sound": rain}), timeline.entries[1])}), tmp_path / "film.mp4")
    heard = sound_of(tmp_path / "film.mp4")
    assert level(heard, 3000, 0.8) - level(heard, 500, 0.8) > 40
    spec = ComposeSpec(cuts=(Cut(index=4, frames=48),), size=SMALL, style=Style(slug="plain", name="Plain"))
    work = Work(task="t", model="composer", spec=spec, files={"clip.4": clips[0], "sound.4": rain}, scratch=tmp_path)
    assert timeline_of(work).entries[0].sound == rain


def test_what_is_under_the_voice_steps_back(clips, tmp_path, wav):
    """The clips' sound and the score, each by 10 dB while somebody speaks (and what the limiter takes); the voice stays on top."""
    talk = wav("talk", np.concatenate([speech(1.6), np.zeros(2400)]))
    timeline = two_clips(clips, tmp_path, score=wav("score", tone(5000, 4.0), RATE))
    without = timeline.entries[0].model_copy(update={"speech": None})
    with_voice = timeline.entries[1].model_copy(update={"speech": Speech(file=talk, at=0.5, seconds=1.6)})  # from 2.0 to 3.6
    compose(timeline.model_copy(update={"entries": (without, with_voice)}), tmp_path / "film.mp4")
    heard = sound_of(tmp_path / "film.mp4")
    assert 9 < level(heard, 5000, 1.0) - level(heard, 5000, 2.6) < 14
    assert 9 < level(heard, 500, 0.8) - level(heard, 1500, 2.6) < 14
    assert level(heard, 130, 2.6, 0.6) > level(heard, 1500, 2.6, 0.6)


@pytest.mark.parametrize(
    ("layout", "rate", "codec"), [("mono", 22050, "aac"), ("stereo", 44100, "ac3"), ("5.1", 48000, "ac3"), ("5.1", 44100, "aac"), ("7.1", 48000, "flac")]
)
def test_any_layout_becomes_stereo(tmp_path, clips, layout, rate, codec):
    """Front left carries one tone and the centre another: left has both, right has the centre alone."""
    names = [channel.name for channel in av.AudioLayout(layout).channels]
    lines = [
        tone(400, 1.5, rate)
        if name in ("FL", "FC") and len(names) == 1
        else tone(400, 1.5, rate)
        if name == "FL"
        else tone(900, 1.5, rate)
        if name == "FC"
        else np.zeros(round(1.5 * rate))
        for name in names
    ]
    suffix = "mkv" if codec == "flac" else "mp4"
    if codec == "flac":
        file = flac(tmp_path / "in.flac", np.stack(lines), layout, rate)
    else:
        file = sounding(clips[0], tmp_path / f"in.{suffix}", np.stack(lines), layout, rate, codec)
    heard = np.concatenate(list(stems.decode(file, 10 * RATE)), axis=1)
    assert heard.shape == (2, pytest.approx(1.5 * RATE, abs=2100))
    right = heard[::-1].T
    assert level(heard.T, 400, 0.5) > -20
    if len(names) > 2:
        assert level(heard.T, 900, 0.5) == pytest.approx(level(right, 900, 0.5), abs=0.5)
    if len(names) > 1:
        assert level(heard.T, 400, 0.5) - level(right, 400, 0.5) > 30


def flac(file: Path, heard: np.ndarray, layout: str, rate: int) -> Path:
    with av.open(str(file), "w") as out:
        audio = out.add_stream("flac", rate=rate)
        audio.layout, audio.format = layout, "s16"
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray((heard.T * 32767).astype(np.int16).reshape(1, -1)), format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    return file


def test_where_there_is_nothing_there_is_silence(clips, tmp_path, wav):
    """A shot without speech or sound of its own, in a film that has both elsewhere."""
    timeline = two_clips(clips, tmp_path)
    silent = Entry(name="shot 3", clip=clips[2], frames=48, transition="cut")
    compose(timeline.model_copy(update={"entries": (*timeline.entries, silent)}), tmp_path / "film.mp4")
    heard = sound_of(tmp_path / "film.mp4")
    assert np.abs(heard[round(3.6 * RATE) : round(5.4 * RATE)]).max() < 1e-3
    assert np.abs(heard[round(3.0 * RATE) : round(3.4 * RATE)]).max() > 0.1


def test_sound_that_begins_late_stays_late(clips, tmp_path):
    """A clip's sound track that starts after its picture is heard where it stands."""
    late = np.concatenate([np.zeros((2, RATE), np.float32), np.stack([tone(700, 1.0)] * 2)], axis=1)
    file = sounding(clips[0], tmp_path / "whole.mp4", late)
    with av.open(str(file)) as source, av.open(str(tmp_path / "late.mp4"), "w") as out:
        video, audio = (out.add_stream_from_template(stream) for stream in source.streams)
        for packet in source.demux():
            if packet.dts is not None and (packet.stream.type == "video" or packet.pts * packet.time_base >= 1):
                packet.stream = video if packet.stream.type == "video" else audio
                out.mux(packet)
    heard = np.concatenate(list(stems.decode(tmp_path / "late.mp4", 3 * RATE)), axis=1)
    begins = int(np.argmax(np.abs(heard[0]) > 0.1)) / RATE
    assert begins == pytest.approx(1.0, abs=0.03)


def test_overlapping_narrations_are_heard_together(tmp_path, wav):
    stem = Stem(tmp_path / "stem", 3 * RATE)
    files = [wav("one", tone(400, 1.0, level=0.2), RATE), wav("two", tone(1700, 1.0, level=0.2), RATE)]
    assert lay(stem, [Placed("one", files[0], 0.5), Placed("two", files[1], 1.0), Placed("far", files[0], 50.0)], lambda: None) == ()
    heard = stem.read(-10, 3 * RATE + 10)
    stem.close()
    assert heard.shape == (2, 3 * RATE + 20)
    assert (heard[:, :10] == 0).all()
    both = heard[:, 10:].T
    assert level(both, 400, 1.1) == pytest.approx(level(both, 400, 0.6), abs=0.2)
    assert level(both, 1700, 1.1) == pytest.approx(level(both, 1700, 1.6), abs=0.2)


def busy(seconds: float) -> np.ndarray:
    """Noise, a tone, and clicks that fall just before, on and just after where pieces join."""
    rng = np.random.default_rng(3)
    size = round(seconds * RATE)
    found = np.stack([tone(440, size / RATE), tone(443, size / RATE)]) + 0.02 * rng.standard_normal((2, size))
    for join in range(CHUNK, size, CHUNK):
        for off in (-3000, -1100, -500, 0, 300, 900, 2500):
            found[:, join + off : join + off + 200] += 0.5 * rng.standard_normal((2, 200))
    return found.astype(np.float32)


def test_pieces_join_without_a_seam(tmp_path):
    """Encoded in pieces, a sound comes out as near to what went in as encoded in one go, where pieces join too."""
    given = busy(21.5)
    size = given.shape[1]

    def read(first: int, last: int) -> np.ndarray:
        return given[:, first:last]

    pieces = [aac.encode(read, first, min(size, first + CHUNK), ends=first + CHUNK >= size, above=0.9) for first in range(0, size, CHUNK)]
    whole = aac.encode(read, 0, size, ends=True, above=0.9)
    errors = []
    for packets in ([packet for piece in pieces for packet in piece.packets], whole.packets):
        aac.write(packets, size, tmp_path / "track.mp4")
        heard = sound_of(tmp_path / "track.mp4").T[:, :size]
        assert heard.shape == given.shape
        errors.append(np.sqrt(np.square(heard - given).mean(axis=0)[: size // 1024 * 1024].reshape(-1, 1024).mean(axis=1)))
    near = np.concatenate([np.arange(join - 4, join + 5) for join in range(480, size // 1024, 480)])
    assert (errors[0][near] < errors[1][near] * 1.1 + 0.002).all()
    assert np.concatenate([piece.power for piece in pieces]).sum() == pytest.approx(whole.power.sum(), rel=0.01)
    assert max(piece.peaks.max() for piece in pieces) == pytest.approx(float(whole.peaks.max()), rel=0.2)


def test_threads_do_not_change_the_bytes(tmp_path, wav, monkeypatch):
    lanes = {
        sound.VOICE: [Placed("talk", wav("talk", speech(12.0)), 4.0)],
        sound.CLIPS: [],
        sound.SCORE: [Placed("score", wav("score", tone(330, 25.0), RATE), 0.0)],
    }
    made = []
    for cores in (1, 4):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        made.append(sound.track(lanes, Fraction(24), tmp_path, lambda: None).file.read_bytes())
    assert made[0] == made[1]
    assert not list(tmp_path.glob("*.f32"))


def test_the_balance_is_reckoned_as_it_sounds(tmp_path, wav):
    """Loudness by arithmetic on the stems' powers is that of the mix itself."""
    lanes = {sound.VOICE: [Placed("talk", wav("talk", speech(6.0)), 3.0)], sound.SCORE: [Placed("score", wav("score", tone(330, 12.0), RATE), 0.0)]}
    opened = {name: Stem(tmp_path / name, 12 * RATE) for name in lanes}
    for name, stem in opened.items():
        lay(stem, lanes[name], lambda: None)
    with ThreadPoolExecutor(2) as pool:
        mix = sound._Mix(opened, 12 * RATE, pool, lambda: None)
        reckoned = sound.integrated(mix.balance())
        assert measure(mix.mixed(0, 12 * RATE))[0] == pytest.approx(reckoned, abs=0.02)
    for stem in opened.values():
        stem.close()
