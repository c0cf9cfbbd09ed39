"""Whole films: frames, sync, sound, captions, faults, stopping, sameness."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from pathlib import Path

import av
import cv2
import imageio_ffmpeg
import numpy as np
import pytest

from farm.catalog import Model
from farm.specs import ComposeSpec, Cut, Title
from farm.types import Size, Style, TaskKind, Word
from farm.work import Cancelled, EngineError, FilmData, Work
from render.captions import spread
from render.compose import compose
from render.cut import wipe
from render.engine import Composer
from render.film import write_clip
from render.timeline import Card, Entry, Speech, Timeline, load
from tests.render.conftest import FPS, SMALL, lumas, sound_of, speech


def film_of(clips, **changes) -> Timeline:
    """Four clips of 48 frames with dissolves of 12."""
    entries = tuple(Entry(name=f"shot {number + 1}", clip=file, frames=48) for number, file in enumerate(clips))
    return Timeline(**{"entries": entries, "size": SMALL, "fps": FPS} | changes)


def changed(timeline: Timeline, number: int, **changes) -> Timeline:
    entries = list(timeline.entries)
    entries[number] = entries[number].model_copy(update=changes)
    return timeline.model_copy(update={"entries": tuple(entries)})


def plays(file: Path) -> str:
    """What ffmpeg complains about when it plays the film to its end, stopping at the first fault."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-xerror", "-i", str(file), "-map", "0:v", "-map", "0:a", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr + ("" if done.returncode == 0 else f"exit {done.returncode}")


@pytest.mark.parametrize("transition", ["cut", "dissolve", "dip", "fade", "wipe"])
def test_every_frame_is_there_and_plays(clips, tmp_path, transition):
    timeline = film_of(clips)
    timeline = timeline.model_copy(update={"entries": tuple(entry.model_copy(update={"transition": transition}) for entry in timeline.entries)})
    data = compose(timeline, tmp_path / "film.mp4")
    expected = 4 * 48 - (0 if transition == "cut" else 3 * 12)
    assert data == FilmData(seconds=expected / FPS, frames=expected, fps=FPS, width=160, height=90, loudness=-70.0, true_peak=-120.0)
    seen = lumas(tmp_path / "film.mp4")
    assert len(seen) == expected
    assert plays(tmp_path / "film.mp4") == ""
    assert seen[14:34] == pytest.approx([40 + 2 * number for number in range(14, 34)], abs=2.5)  # the first clip's own frames
    assert seen[-1] < 20  # it ends in black
    if transition == "dissolve":  # 36 + 4: frame 40 of one clip and 4 of the next, a third of the way
        assert seen[40] == pytest.approx((40 + 80) * (1 - 5 / 13) + (40 + 8) * 5 / 13, abs=2.5)
    if transition in ("dip", "fade"):
        assert min(seen[36:48]) < 40


def test_copied_packets_are_the_clips_own(clips, tmp_path):
    """Frames that no transition touches are the very bytes of the clip."""
    compose(film_of(clips), tmp_path / "film.mp4")

    def packets(file: Path) -> set[bytes]:
        with av.open(str(file)) as container:
            return {bytes(packet) for packet in container.demux(video=0) if packet.size}

    ours, theirs = packets(tmp_path / "film.mp4"), packets(clips[1])
    assert len(ours & theirs) >= 20


@pytest.mark.parametrize("start", [0.0, 0.5, 1.37])
def test_sound_and_picture_meet(tmp_path, wav, start):
    """Given a click at a known time and a flash in the same frame, when composed, then both come within one frame."""
    flash = round((1.0 + start) * FPS)

    def pictures():
        for number in range(96):
            picture = np.full((SMALL.height * 3 // 2, SMALL.width), 128, dtype=np.uint8)
            picture[: SMALL.height] = 235 if number == flash else 20
            yield picture

    write_clip(tmp_path / "flash.mp4", pictures(), size=SMALL, fps=FPS)
    click = np.zeros(24000 * 2)
    click[24000 : 24000 + 240] = 0.9
    entry = Entry(name="shot 1", clip=tmp_path / "flash.mp4", frames=96, speech=Speech(file=wav("click", click), at=flash / FPS - 1.0, seconds=2))
    compose(Timeline(entries=(entry,), size=SMALL, fps=FPS), tmp_path / "film.mp4")
    heard = np.abs(sound_of(tmp_path / "film.mp4")).max(axis=1)
    first = int(np.argmax(heard > heard.max() / 3)) / 48000
    seen = lumas(tmp_path / "film.mp4")
    assert int(np.argmax(seen)) == flash
    assert abs(first - flash / FPS) < 0.5 / FPS
    assert abs(len(heard) / 48000 - 4.0) <= 1 / FPS


@pytest.mark.parametrize("what", ["voice", "voice and score", "score", "whisper", "shout", "5.1 score", "8 kHz voice"])
def test_loudness_of_any_sound(clips, tmp_path, wav, what):
    at = np.arange(44100 * 8) / 44100
    tune = 0.3 * np.stack([np.sin(2 * np.pi * 220 * at), np.sin(2 * np.pi * 331 * at)], axis=1) * (0.7 + 0.3 * np.sin(at))[:, None]
    rate = 8000 if "8 kHz" in what else 24000
    level = {"whisper": 0.03, "shout": 8.0}.get(what, 1.0)
    talk = None if what in ("score", "5.1 score") else wav("talk", level * speech(1.4, rate), rate)
    score = wav("score", np.repeat(tune, 3, axis=1) if "5.1" in what else tune, 44100) if "score" in what else None
    timeline = film_of(clips, score=score)
    for number in range(4):
        timeline = changed(timeline, number, speech=Speech(file=talk, at=0.5, seconds=1.4) if talk else None)
    data = compose(timeline, tmp_path / "film.mp4")
    assert data.loudness == pytest.approx(-14, abs=0.5)
    assert data.true_peak <= -1.0
    assert data.left_out == ()
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats", "-i", str(tmp_path / "film.mp4"), "-map", "0:a"]
    said = subprocess.run([*command, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
    assert float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]) == pytest.approx(-14, abs=0.5)
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]) <= -1.0


def test_music_steps_back_under_the_voice(clips, tmp_path, wav):
    """The score's own tone is at least 6 dB softer where somebody speaks."""
    at = np.arange(48000 * 8) / 48000
    score = wav("score", 0.3 * np.sin(2 * np.pi * 5000 * at), 48000)
    timeline = changed(film_of(clips, score=score), 2, speech=Speech(file=wav("talk", speech(2.0)), at=0.0, seconds=2.0))  # from 3.0 to 5.0
    compose(timeline, tmp_path / "film.mp4")
    sound = sound_of(tmp_path / "film.mp4")[:, 0]

    def tone(begin: float) -> float:
        part = sound[round(begin * 48000) :][:19200]
        return abs(np.dot(part, np.exp(-2j * np.pi * 5000 * np.arange(19200) / 48000)))

    assert tone(3.8) < tone(1.0) / 2
    assert tone(1.0) > 0


def test_captions_are_a_soft_track_and_two_files(clips, tmp_path):
    words = spread("The keeper lit the lamp, and the whale came.", 1.4)
    timeline = changed(film_of(clips, locale="en-GB"), 1, speech=Speech(at=0.5, seconds=1.4, text="x", words=words))
    compose(timeline, tmp_path / "film.mp4")
    assert (tmp_path / "film.srt").read_text().startswith("1\n00:00:02,000 --> ")
    assert (tmp_path / "film.vtt").read_text().startswith("WEBVTT\n\n00:00:02.000 --> ")
    with av.open(str(tmp_path / "film.mp4")) as container:
        track = container.streams.subtitles[0]
        texts = [bytes(packet)[2:].decode() for packet in container.demux(track) if packet.size]
        assert track.language == "eng"
        assert track.disposition & av.stream.Disposition.default
    assert [text.replace("\n", " ") for text in texts if text] == ["The keeper lit the lamp, and the whale came."]


def test_burned_captions_change_only_what_they_must(clips, tmp_path):
    """Given a caption in the second clip, when burned in, then its pixels are there, and the other clips stay copied."""
    timeline = changed(film_of(clips), 1, speech=Speech(at=0.6, seconds=0.8, text="The keeper lit the lamp"))
    compose(timeline, tmp_path / "soft.mp4")
    data = compose(timeline.model_copy(update={"burn_captions": True}), tmp_path / "hard.mp4")
    assert data.frames == 156
    soft, hard = frames_of(tmp_path / "soft.mp4"), frames_of(tmp_path / "hard.mp4")
    middle = 36 + round(1.0 * FPS)
    assert np.abs(hard[middle].astype(int) - soft[middle]).max() > 100
    assert np.array_equal(hard[20], soft[20])
    assert np.array_equal(hard[150], soft[150])
    assert plays(tmp_path / "hard.mp4") == ""


def frames_of(file: Path) -> list[np.ndarray]:
    with av.open(str(file)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


@pytest.mark.parametrize("what", ["missing", "empty", "text", "folder", "truncated", "header only"])
def test_a_broken_clip_is_named_and_left_out(clips, tmp_path, what):
    bad = tmp_path / "bad.mp4"
    good = clips[2].read_bytes()
    if what == "folder":
        bad.mkdir()
    elif what != "missing":
        bad.write_bytes({"empty": b"", "text": b"no film\n" * 99, "truncated": good[: len(good) // 2], "header only": good[:40]}[what])
    data = compose(changed(film_of(clips), 2, clip=bad), tmp_path / "film.mp4")
    assert data.frames == 3 * 48 - 2 * 12
    assert len(lumas(tmp_path / "film.mp4")) == data.frames
    assert len(data.left_out) == 1
    assert data.left_out[0].startswith("shot 3: its clip cannot be used: ")
    assert plays(tmp_path / "film.mp4") == ""


def test_damage_inside_a_clip_is_found(clips, tmp_path):
    """A clip whose later packets are zeroed shows what is whole, holds the last good frame, and is named."""
    with av.open(str(clips[2])) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(clips[2].read_bytes())
    for place, size in packets[20:]:
        data[place : place + size] = b"\0" * size
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(data)
    made = compose(changed(film_of(clips), 2, clip=bad), tmp_path / "film.mp4")
    assert made.frames == 156
    assert "ends after" in made.left_out[0]
    assert len(lumas(tmp_path / "film.mp4")) == 156
    assert plays(tmp_path / "film.mp4") == ""


@pytest.mark.parametrize("held", [False, True])
def test_a_clip_that_breaks_where_a_transition_needs_it_is_left_out(clips, tmp_path, held):
    """Given nonsense in a well-formed packet (only decoding finds it), then the shot is named and the film made without its clip."""
    with av.open(str(clips[1])) as container:
        place, size = next((packet.pos, packet.size) for packet in container.demux(video=0) if packet.size and packet.pts == 40 * 512)
    data = bytearray(clips[1].read_bytes())
    data[place + 4 : place + size] = b"\x61" + b"\xff" * (size - 5)
    (tmp_path / "bad.mp4").write_bytes(data)
    cv2.imwrite(str(tmp_path / "picture.png"), np.full((90, 160, 3), 180, np.uint8))
    timeline = changed(film_of(clips), 1, clip=tmp_path / "bad.mp4", picture=tmp_path / "picture.png" if held else None)
    made = compose(timeline, tmp_path / "film.mp4")
    assert made.frames == (156 if held else 120)
    assert len(made.left_out) == 1
    assert made.left_out[0].startswith("shot 2: its clip cannot be used: frame 40 cannot be decoded")
    assert plays(tmp_path / "film.mp4") == ""


def test_a_broken_narration_and_score_are_named(clips, tmp_path):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF" + b"\xff" * 3000)
    timeline = changed(film_of(clips, score=bad), 0, speech=Speech(file=bad, at=0.2, seconds=1.0, text="Hello"))
    data = compose(timeline, tmp_path / "film.mp4")
    assert [note.split(":")[0] for note in data.left_out] == ["shot 1's narration", "the score"]
    assert plays(tmp_path / "film.mp4") == ""


def test_nothing_left_is_an_error_in_human_words(tmp_path):
    timeline = Timeline(entries=(Entry(name="shot 1", clip=tmp_path / "none.mp4", frames=24),), size=SMALL)
    with pytest.raises(EngineError, match=r"nothing to show: shot 1: its clip cannot be used: the file is missing"):
        compose(timeline, tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_playlist_cannot_name_other_files(clips, tmp_path):
    """ffmpeg's own list formats would open any file or address: they are not read."""
    bad = tmp_path / "bad.mp4"
    bad.write_text(f"ffconcat version 1.0\nfile '{clips[0]}'\n")
    data = compose(changed(film_of(clips), 1, clip=bad), tmp_path / "film.mp4")
    assert data.left_out[0].startswith("shot 2: ")


def test_foreign_clips_are_made_to_fit(clips, tmp_path):
    """A clip of another size, rate and codec keeps its time: 2 s at 30 frames a second are 48 frames."""
    foreign = tmp_path / "foreign.avi"
    with av.open(str(foreign), "w") as out:
        stream = out.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 96, "yuv420p"
        for number in range(60):
            picture = np.full((144, 96), 128, np.uint8)
            picture[:96] = 40 + 2 * number
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        out.mux(stream.encode(None))
    timeline = changed(film_of(clips), 0, clip=foreign)
    data = compose(changed(timeline, 1, transition="cut"), tmp_path / "film.mp4")
    seen = lumas(tmp_path / "film.mp4")
    assert len(seen) == data.frames == 168
    assert data.left_out == ()
    assert seen[24] == pytest.approx(40 + 2 * 30, abs=4)


def test_a_shot_without_motion_holds_its_picture(tmp_path):
    cv2.imwrite(str(tmp_path / "picture.png"), np.full((200, 200, 3), 180, np.uint8))
    entries = tuple(Entry(name=f"shot {number}", picture=tmp_path / "picture.png", frames=30) for number in (1, 2))
    data = compose(Timeline(entries=entries, size=SMALL), tmp_path / "film.mp4")
    seen = lumas(tmp_path / "film.mp4")
    assert len(seen) == data.frames == 48
    assert seen[20] == pytest.approx(16 + 180 * 219 / 255, abs=2)


@pytest.mark.parametrize("text", ["The Keeper", "", "x" * 5000, "🦊" * 50, "الحوت وحارس المنارة", "\0\n\u202e</title>", "灯台守と鯨"])
def test_any_title_makes_a_card(clips, tmp_path, text):
    timeline = film_of(clips[:1], title=Card(text=text, subtitle=text, frames=30))
    data = compose(timeline, tmp_path / "film.mp4")
    assert data.frames == 30 + 48 - 12
    assert plays(tmp_path / "film.mp4") == ""


def test_an_end_card_follows_the_last_shot(clips, tmp_path):
    data = compose(film_of(clips[:2], end=Card(text="The End", frames=40), closing=6), tmp_path / "film.mp4")
    assert data.frames == 48 + 48 + 40 - 12 - 12
    shown = frames_of(tmp_path / "film.mp4")
    assert shown[100].max() > 150  # type on a dark ground
    assert np.median(shown[100]) < 90
    assert plays(tmp_path / "film.mp4") == ""


def test_a_wipe_comes_from_the_left(tmp_path):
    """Given black wiped by white, half way through, then the left is white, the right black, and the edge between them soft."""
    black, white = np.full((135, 160), 128, np.uint8), np.full((135, 160), 128, np.uint8)
    black[:90], white[:90] = 16, 235
    half = wipe(black, white, 0.5, SMALL)
    assert (half[:90, :70] == 235).all()
    assert (half[:90, 90:] == 16).all()
    assert 100 < half[45, 79] < 150
    assert (half[90:] == 128).all()
    assert np.array_equal(wipe(black, white, 0.0, SMALL), black)
    assert np.array_equal(wipe(black, white, 1.0, SMALL), white)


def test_same_inputs_give_the_same_bytes(clips, tmp_path, wav):
    timeline = film_of(clips, score=wav("score", 0.2 * speech(8.0)), title=Card(text="Twice", frames=30))
    timeline = changed(timeline, 1, speech=Speech(file=wav("talk", speech(1.0)), at=0.5, seconds=1.0, text="the same again"))
    compose(timeline, tmp_path / "one.mp4")
    time.sleep(1.1)  # a creation time would differ now
    compose(timeline, tmp_path / "two.mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


class Stopper:
    """A report that cancels at its nth call."""

    def __init__(self, at: int) -> None:
        self.left, self.stopped = at, 0.0

    def step(self, step: int, of: int, note: str = "") -> None:
        self.left -= 1
        if self.left <= 0:
            self.stopped = self.stopped or time.monotonic()
            raise Cancelled


@pytest.mark.parametrize("at", [1, 2, 4])
def test_cancel_ends_within_a_second_and_leaves_nothing(clips, tmp_path, at):
    report = Stopper(at)
    card = Card(text="Long", frames=1000)
    before = threading.active_count()
    with pytest.raises(Cancelled):
        compose(film_of(clips, title=card), tmp_path / "film.mp4", report)
    assert time.monotonic() - report.stopped < 1.0
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() <= before


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 64 KB, where this user may mount one; tests/cli has a limit on file size in its place."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_told_and_the_old_film_stays(clips, tiny_disk):
    (tiny_disk / "film.mp4").write_bytes(b"the old film")
    with pytest.raises(EngineError, match="make room on the disk") as caught:
        compose(film_of(clips, title=Card(text="Big", frames=240), size=Size(width=640, height=360)), tiny_disk / "film.mp4")
    assert caught.value.retry
    assert caught.value.code == "disk"
    assert [file.name for file in tiny_disk.iterdir()] == ["film.mp4"]
    assert (tiny_disk / "film.mp4").read_bytes() == b"the old film"


def test_a_timeline_is_read_from_json(clips, tmp_path):
    (tmp_path / "a.mp4").write_bytes(clips[0].read_bytes())
    (tmp_path / "t.json").write_text('{"entries": [{"name": "one", "clip": "a.mp4", "frames": 48}], "size": {"width": 160, "height": 90}}')
    assert compose(load(tmp_path / "t.json"), tmp_path / "film.mp4").frames == 48
    (tmp_path / "t.json").write_text('{"entries": [{"name": "one", "clip": "a.mp4", "frames": 0}]}')
    with pytest.raises(EngineError, match=r"entries\.0\.frames"):
        load(tmp_path / "t.json")


def test_the_moov_comes_first_and_nothing_tells_the_time(clips, tmp_path):
    compose(film_of(clips, title=Card(text="A <title>", frames=24)), tmp_path / "film.mp4")
    data = (tmp_path / "film.mp4").read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    assert b"Lavf" not in data
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert container.metadata["title"] == "A <title>"


def test_the_engine_gives_film_poster_and_captions(clips, tmp_path, wav):
    """Given a composing task as the farm resolves it, when run, then its outputs and data are the contract's."""
    said = tuple(Word(text=text, start=at, end=at + 0.3) for at, text in ((0.0, "Good"), (0.4, "morning.")))
    cuts = tuple(Cut(index=index, frames=48, speech_at=0.5, speech_seconds=0.8, narration="Good morning.", words=said) for index in range(2))
    spec = ComposeSpec(title=Title(text="Morning", frames=36), cuts=cuts, score=True, size=SMALL, style=Style(slug="plain", name="Plain"))
    files = {"clip.0": clips[0], "clip.1": clips[1], "speech.0": wav("talk", speech(0.8)), "score": wav("score", speech(4.0))}
    work = Work(task="t", model="composer", spec=spec, files=files, scratch=tmp_path / "scratch")
    model = Model(name="composer", tasks=(TaskKind.COMPOSE,), engine="composer")
    assert Composer.missing(model) == []

    class Report:
        loading = preview = staticmethod(lambda *a, **k: None)
        steps: list[tuple[int, int]] = []

        def step(self, step, of, note=""):
            self.steps.append((step, of))

    report = Report()
    outcome = Composer(model, "cpu").run(work, report)
    assert [(output.name, output.media_type) for output in outcome.outputs] == [
        ("film", "video/mp4"),
        ("poster", "image/jpeg"),
        ("captions", "application/x-subrip"),
        ("captions.vtt", "text/vtt"),
    ]
    data = FilmData.model_validate(outcome.data)
    assert data.frames == 36 + 48 + 48 - 24
    assert data.loudness == pytest.approx(-14, abs=0.5)
    assert data.left_out == ()
    assert all(output.path.is_relative_to(work.scratch) for output in outcome.outputs)
    assert (cv2.imread(str(outcome.outputs[1].path)).shape[1], report.steps[-1][0]) == (160, report.steps[-1][1])
    assert not (work.scratch / "work").exists()


def test_memory_does_not_grow_with_shots(clips, tmp_path):
    """Forty shots are composed without keeping their packets: what is traced stays under a few MB."""
    import tracemalloc

    entries = tuple(Entry(name=f"shot {n}", clip=clips[n % 4], frames=48, transition="cut") for n in range(40))
    tracemalloc.start()
    compose(Timeline(entries=entries[:4], size=SMALL), tmp_path / "few.mp4")
    few = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    compose(Timeline(entries=entries, size=SMALL), tmp_path / "many.mp4")
    many = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert many < few + 40e6  # sound is worked on in chunks of 10 s, whole chunks only in the longer film


def test_sizes_are_even(tmp_path):
    with pytest.raises(ValueError, match="multiple_of"):
        Size(width=161, height=90)
