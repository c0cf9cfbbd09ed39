"""Deliverables: each is opened and measured, as whoever gets it would."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import av
import pytest
from PIL import Image

from farm.catalog import Model
from farm.specs import ComposeSpec, Cut
from farm.types import Style, TaskKind, Word
from farm.work import Cancelled, EngineError, Work
from render import ffmpeg
from render.compose import compose
from render.deliver import SUFFIXES, WAYS
from render.engine import Composer
from render.timeline import Card, Entry, Speech, Timeline
from tests.render.conftest import FPS, SMALL, lumas, speech

FRAMES = 30 + 4 * 48 - 4 * 12


@pytest.fixture
def timeline(clips, wav) -> Timeline:
    said = Speech(file=wav("talk", speech(1.0)), at=0.5, seconds=1.0, words=(Word(text="Good", start=0.0, end=0.4), Word(text="morning.", start=0.4, end=1.0)))
    entries = tuple(Entry(name=f"shot {number}", clip=file, frames=48, speech=said) for number, file in enumerate(clips, 1))
    return Timeline(entries=entries, title=Card(text="Four", frames=30), score=wav("score", speech(8.0, seed=1)), size=SMALL, fps=FPS)


@pytest.mark.parametrize(("name", "codec"), [("hevc", "hevc"), ("av1", "av1")])
def test_the_film_in_another_codec_keeps_frames_sound_and_captions(timeline, tmp_path, name, codec):
    compose(timeline, tmp_path / "film.mp4", also=[name])
    file = tmp_path / f"film-{name}.mp4"
    with av.open(str(file)) as container:
        assert container.streams.video[0].codec_context.name in (codec, "libdav1d")
        assert container.streams.audio[0].codec_context.name == "aac"
        assert container.streams.subtitles[0].language == "eng"
    ours, theirs = lumas(tmp_path / "film.mp4"), lumas(file)
    assert len(theirs) == FRAMES
    assert max(abs(one - other) for one, other in zip(ours, theirs, strict=True)) < 4


def test_the_strip_shows_each_time_its_picture(timeline, tmp_path):
    compose(timeline, tmp_path / "my film.mp4", also=["strip"])
    text = (tmp_path / "my film-strip.vtt").read_text()
    cells = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)", text)
    assert len(cells) == 4  # 7.25 s, one each 2 s
    assert cells[0][0] == "00:00:00.000"
    assert cells[-1][1] == "00:00:07.250"
    assert {cell[2] for cell in cells} == {"my%20film-strip.jpg"}
    sheet = Image.open(tmp_path / "my film-strip.jpg")
    seen = [sheet.crop((x, y, x + w, y + h)).convert("L").getextrema()[1] for x, y, w, h in (map(int, cell[3:]) for cell in cells)]
    assert all(level > 40 for level in seen)  # a picture in every cell


@pytest.mark.parametrize(("name", "form"), [("teaser", "WEBP"), ("gif", "GIF")])
def test_a_teaser_moves(timeline, tmp_path, name, form):
    compose(timeline, tmp_path / "film.mp4", also=[name])
    with Image.open(tmp_path / f"film{SUFFIXES[name]}") as image:
        assert image.format == form
        assert image.size == (160, 90)
        assert 40 <= image.n_frames <= 62
        image.seek(10)
        first = image.convert("L").getextrema()
        image.seek(image.n_frames - 5)
        assert image.convert("L").getextrema() != first


def test_hls_is_the_films_own_packets_in_segments(timeline, tmp_path):
    for _ in range(2):  # the second time there is a folder already
        compose(timeline, tmp_path / "film.mp4", also=["hls"])
    folder = tmp_path / "film-hls"
    assert sorted(file.name for file in folder.iterdir()) == ["captions.m3u8", "captions.vtt", "film.m3u8", "film.m4s", "index.m3u8"]
    playlist = (folder / "film.m3u8").read_text()
    assert sum(map(float, re.findall(r"#EXTINF:([\d.]+)", playlist))) == pytest.approx(FRAMES / FPS, abs=0.1)
    assert "#EXT-X-BYTERANGE" in playlist
    assert int(re.findall(r"TARGETDURATION:(\d+)", playlist)[0]) >= max(map(float, re.findall(r"#EXTINF:([\d.]+)", playlist)))
    assert (folder / "captions.vtt").read_text() == (tmp_path / "film.vtt").read_text()

    def slices(file: Path) -> list[bytes]:
        with av.open(str(file)) as container:
            return [bytes(packet) for packet in container.demux(video=0) if packet.size]

    with av.open(str(tmp_path / "film.mp4")) as container:
        profile, level = container.streams.video[0].codec_context.extradata[1], container.streams.video[0].codec_context.extradata[3]
    assert f'CODECS="avc1.{profile:02x}00{level:02x},mp4a.40.2"' in (folder / "index.m3u8").read_text()
    assert (profile, level) == (100, 10)  # High, and the level of a picture as small as this
    assert slices(folder / "film.m4s") == slices(tmp_path / "film.mp4")
    with av.open(str(folder / "film.m3u8")) as container:
        assert sum(1 for _ in container.decode(video=0)) == FRAMES


def test_the_same_deliverables_have_the_same_bytes(timeline, tmp_path):
    names = ["strip", "teaser", "gif", "hls", "hevc", "av1", "otio"]
    compose(timeline, tmp_path / "film.mp4", also=names)
    first = {file: file.read_bytes() for file in tmp_path.rglob("film*") if file.is_file()}
    compose(timeline, tmp_path / "film.mp4", also=names)
    assert {file.name for file, data in first.items() if file.read_bytes() != data} == set()
    assert len(first) == 13


def test_an_editor_gets_the_cut(timeline, tmp_path):
    """Given the real library, when it reads the file, then the cut has the film's length and every clip enough media under its transitions."""
    otio = pytest.importorskip("opentimelineio")
    compose(timeline, tmp_path / "film.mp4", also=["otio"])
    cut = otio.adapters.read_from_file(str(tmp_path / "film.otio"))
    video = cut.video_tracks()[0]
    assert video.duration().to_frames() == FRAMES
    assert [type(item).__name__ for item in video] == ["Clip", "Clip", "Transition", "Clip", "Transition", "Clip", "Transition", "Clip"]
    for clip in cut.find_clips():
        have, taken = clip.available_range(), clip.source_range
        assert have.start_time <= taken.start_time
        assert taken.end_time_exclusive() <= have.end_time_exclusive()
        assert Path(clip.media_reference.target_url.removeprefix("file://")).is_file()
    starts = [clip.range_in_parent().start_time.to_frames() for clip in cut.audio_tracks()[0].find_clips()]
    assert starts == [18 + 36 * number + 12 for number in range(4)]
    assert cut.audio_tracks()[1].name == "Score"
    first, second = list(video)[2], list(video)[3]
    assert (first.in_offset.to_frames(), first.out_offset.to_frames(), second.source_range.start_time.to_frames()) == (6, 6, 6)


class Quiet:
    """A report that tells nobody."""

    loading = preview = step = staticmethod(lambda *_, **__: None)


def test_a_farm_gets_what_it_asked_for_and_a_film_in_any_case(clips, tmp_path, monkeypatch):
    """Deliverables are outputs of the task; an editor's file names parts as the farm gives them; what cannot be made is named."""
    monkeypatch.setattr("render.deliver.encodes", lambda encoder: False)
    cuts = tuple(Cut(index=index, frames=48) for index in range(3))
    spec = ComposeSpec(cuts=cuts, size=SMALL, style=Style(slug="plain", name="Plain"), also=("otio", "nvenc", "gif", "hls"))
    model = Model(name="composer", tasks=(TaskKind.COMPOSE,), engine="composer", defaults={"also": ["strip"]})
    files = {f"clip.{index}": clips[index] for index in range(3)}
    outcome = Composer(model, "cpu").run(Work(task="t", model="composer", spec=spec, files=files, scratch=tmp_path / "scratch"), Quiet())
    given = {output.name: output for output in outcome.outputs}
    assert list(given) == ["film", "poster", "captions", "captions.vtt", "strip", "strip.vtt", "otio", "gif", "hls", "hls.film", "hls.captions", "hls.media"]
    assert all(output.path.stat().st_size > 0 for output in given.values() if not output.name.startswith("captions"))
    assert [given[name].media_type for name in ("strip", "strip.vtt", "gif")] == ["image/jpeg", "text/vtt; of=thumbnails", "image/gif"]
    assert re.findall(r'"target_url": ?"([^"]*)"', given["otio"].path.read_text()) == [f"clip-0{number}.mp4" for number in (1, 2, 3)]
    assert [note.split(":")[0] for note in outcome.data["left_out"]] == ["nvenc"]
    shas = {hashlib.sha256(output.path.read_bytes()).hexdigest(): output.name for output in outcome.outputs}  # as a farm names them
    leads = {
        name: {shas[sha] for sha in re.findall(r"\.\./([0-9a-f]{64})/", given[name].path.read_text())}
        for name in ("hls", "hls.film", "hls.captions", "strip.vtt")
    }
    assert leads == {"hls": {"hls.film", "hls.captions"}, "hls.film": {"hls.media"}, "hls.captions": {"captions.vtt"}, "strip.vtt": {"strip"}}
    assert "film.m4s" not in given["hls.film"].path.read_text().replace("/film.m4s", "")


def test_the_graphics_card_is_asked_before_it_is_used(timeline, tmp_path, monkeypatch):
    ffmpeg.encodes.cache_clear()
    assert ffmpeg.encodes("libx264")
    assert not ffmpeg.encodes("no_such_encoder")
    if not ffmpeg.encodes("hevc_nvenc"):
        with pytest.raises(EngineError, match="ask for 'hevc' instead"):
            compose(timeline, tmp_path / "film.mp4", also=["nvenc"])
        assert [file.name for file in tmp_path.iterdir() if file.suffix == ".mp4"] == []


def test_a_fault_of_ffmpeg_is_a_sentence_and_its_words_are_logged(tmp_path, capsys):
    from structlog.testing import capture_logs

    (tmp_path / "film.mp4").write_bytes(b"no film")
    graph = ffmpeg.source("film.mp4").output("file:out.mp4")
    with capture_logs() as logged, pytest.raises(EngineError, match="the teaser could not be made: ffmpeg ended with code"):
        ffmpeg.run(ffmpeg.command(graph), tmp_path, lambda: None, making="teaser")
    assert "Invalid data" in logged[0]["said"]


def test_ffmpeg_is_stopped_at_once(tmp_path):
    import time

    calls = []

    def check() -> None:
        calls.append(time.monotonic())
        if len(calls) > 5:
            raise Cancelled

    endless = [*ffmpeg.command(ffmpeg.ffmpeg.input("testsrc=s=64x64", f="lavfi").output("-", f="null"))]
    began = time.monotonic()
    with pytest.raises(Cancelled):
        ffmpeg.run(endless, tmp_path, check, making="endless film")
    assert time.monotonic() - began < 1.5
    assert list(tmp_path.iterdir()) == []


def test_a_source_reaches_no_network_and_no_other_protocol(tmp_path):
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    arguments = ffmpeg.command(ffmpeg.source("list.m3u8").output("file:out.mp4"))
    assert arguments[arguments.index("-protocol_whitelist") + 1] == "file"
    with pytest.raises(EngineError, match="could not be made"):
        ffmpeg.run(arguments, tmp_path, lambda: None, making="film")


def test_what_is_not_known_is_named(timeline, tmp_path):
    with pytest.raises(EngineError, match="no deliverable 'vhs'; there are av1, gif"):
        compose(timeline, tmp_path / "film.mp4", also=["vhs"])
    assert set(WAYS) == set(SUFFIXES)
