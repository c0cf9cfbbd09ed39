"""The film in a browser: opened, played to its end, its captions shown. Installs nothing; without a Chromium it is skipped."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from render.compose import compose
from render.timeline import Card, Entry, Speech, Timeline
from tests.render.conftest import FPS, SMALL, speech

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGE = """<!doctype html><meta charset=utf-8><body style="margin:0;background:#222">
<video id=film width=640 height=360 muted><track default kind=captions srclang=en src=film.vtt></video><script>
const film = document.querySelector('video'), shown = [];
const tell = (what) => fetch('/told', {method: 'POST', body: JSON.stringify({what, time: film.currentTime, length: film.duration, width: film.videoWidth,
  height: film.videoHeight, frames: film.getVideoPlaybackQuality().totalVideoFrames, sound: film.webkitAudioDecodedByteCount, shown,
  error: film.error && film.error.message})});
film.textTracks[0].mode = 'showing';
film.textTracks[0].oncuechange = (event) => { for (const cue of event.target.activeCues) shown.push(cue.text); };
film.onended = () => tell('ended');
film.onerror = () => tell('error');
film.src = 'film.mp4';
film.play().catch((error) => tell('refused: ' + error));
</script>"""


class Told:
    """What the page told, and when it has."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}
        self.there = threading.Event()


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, Told]]:
    told = Told()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def do_POST(self) -> None:
            told.said = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()
            told.there.set()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", told
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; apt-get install chromium")
def test_the_film_plays_to_its_end_with_captions(clips, wav, tmp_path):
    said = Speech(file=wav("talk", speech(1.0)), at=0.4, seconds=1.0, text="The keeper lit the lamp.")
    entries = tuple(Entry(name=f"shot {number}", clip=file, frames=48, speech=said) for number, file in enumerate(clips[:2], 1))
    timeline = Timeline(entries=entries, title=Card(text="Played", frames=24), score=wav("score", speech(4.0, seed=1)), size=SMALL, fps=FPS)
    data = compose(timeline, tmp_path / "film.mp4")
    (tmp_path / "index.html").write_text(PAGE)
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "--no-first-run"]
    with served(tmp_path) as (address, told):
        command = [str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'profile'}", "--remote-debugging-port=0", f"{address}/index.html"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            heard = told.there.wait(60)
        finally:
            browser.terminate()
            try:
                browser.wait(10)
            except subprocess.TimeoutExpired:
                browser.kill()
                browser.wait()

    assert heard, "the page told nothing for a minute"
    assert told.said["what"] == "ended", told.said
    assert told.said["error"] is None
    assert (told.said["width"], told.said["height"]) == (160, 90)
    assert told.said["length"] == pytest.approx(data.seconds, abs=0.05)
    assert told.said["time"] == pytest.approx(data.seconds, abs=0.1)
    assert told.said["frames"] >= data.frames * 0.9  # a busy machine drops some; what is not decoded at all would be missing by the second
    assert told.said["sound"] > 10_000
    assert told.said["shown"] == ["The keeper lit the lamp."] * 2
