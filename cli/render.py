"""`storyfarm render`: a prompt in, a film out, through the HTTP API of a running farm or of an embedded one."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import time
import unicodedata
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from cli.client import FarmAway, FarmClient
from cli.display import Display, View
from cli.embedded import ROOM_TO_GO_ON_MB, EmbeddedFarm
from cli.errors import CliError, Exit
from cli.home import Home
from cli.stream import fetch_stream
from farm.specs import CaptionLook, Deliverable

_ASPECTS = ("16:9", "9:16", "1:1", "4:5")
_LOOKS = get_args(CaptionLook)
_ALSO = get_args(Deliverable)
_SUFFIXES = {"film-strip": "-strip.jpg", "film-teaser": "-teaser.webp", "film-gif": "-teaser.gif", "film-otio": ".otio"}
_SHORTEST, _LONGEST = 10, 50_000
_SECONDS = (5, 300)
_PATIENCE_SECONDS = 120.0
"""How long a farm may be away in the middle of a render before the command gives up; the story goes on without it."""


@dataclass(frozen=True)
class Order:
    """What the film should be; validated on the way in."""

    prompt: str
    seconds: int | None
    aspect: str
    style: str | None
    seed: int | None
    title: str | None
    burn_captions: bool
    captions: str | None = None
    also: tuple[str, ...] = ()
    locale: str | None = None

    def check(self) -> Order:
        """The order with its prompt trimmed.

        Raises CliError naming what is wrong with which value.
        """
        prompt = self.prompt.strip()
        shown = repr(prompt if len(prompt) <= 40 else prompt[:37] + "...")
        if not prompt:
            raise _bad("the prompt is empty; say in a sentence what the film tells, for example: 'A lighthouse keeper befriends a stranded whale.'")
        if any(0xDC80 <= ord(character) <= 0xDCFF for character in prompt):
            raise _bad(f"the prompt {shown} holds bytes that are not UTF-8; give it as text")
        if any(unicodedata.category(character) == "Cc" and character not in "\n\r\t" for character in prompt):
            raise _bad(f"the prompt {shown} holds control characters; give it as plain text")
        if len(prompt) < _SHORTEST:
            raise _bad(f"the prompt {shown} has {len(prompt)} characters; a story needs at least {_SHORTEST}. Say who does what, and where")
        if len(prompt) > _LONGEST:
            raise _bad(f"the prompt has {len(prompt):,} characters; {_LONGEST:,} are the most. Cut it into several films")
        if self.aspect not in _ASPECTS:
            raise _bad(f"--aspect {self.aspect!r}: choose one of {', '.join(_ASPECTS)}")
        if self.seconds is not None and not _SECONDS[0] <= self.seconds <= _SECONDS[1]:
            raise _bad(f"--seconds {self.seconds}: choose {_SECONDS[0]} to {_SECONDS[1]}")
        if self.seed is not None and not 0 <= self.seed < 2**31:
            raise _bad(f"--seed {self.seed}: choose 0 to {2**31 - 1}")
        if self.captions not in (None, *_LOOKS):
            raise _bad(f"--captions {self.captions!r}: choose one of {', '.join(_LOOKS)}")
        for name in self.also:
            if name not in _ALSO:
                raise _bad(f"--also {name!r}: choose among {', '.join(_ALSO)}")
        return replace(self, prompt=prompt)

    def body(self) -> dict[str, Any]:
        """The create request of the sequences API."""
        wanted = {"title": self.title, "style": self.style, "seed": self.seed, "locale": self.locale, "targetSeconds": self.seconds}
        return {
            "script": self.prompt,
            "targetSeconds": self.seconds,
            "aspectRatio": self.aspect,
            "motion": True,
            "music": True,
            "burnCaptions": self.burn_captions or self.captions is not None,
            "captionLook": self.captions or "plain",
            "also": list(dict.fromkeys(self.also)),
            **{name: value for name, value in wanted.items() if value is not None},
        }


def render_film(order: Order, output: Path, *, farm: str | None, key: str | None, home: Path, workers: int | None, as_json: bool) -> None:
    """Make the film and write it to `output`, whole or not at all.

    Raises CliError for bad input, a farm that is away, a failed story or a machine that lacks something; on Ctrl-C the story is stopped,
    the embedded farm ended, and KeyboardInterrupt goes on.
    """
    order = order.check()
    target = _target(output)
    with Display(quiet=as_json) as display:
        began = time.monotonic()
        with _at_farm(farm, key, home, workers, display) as connect:
            result = _Render(order, target, connect, display).run()
    if as_json:
        told = {"film": str(target), "seconds": result["seconds"], "shots": result["shots"], "story": result["story"]}
        print(json.dumps(told | ({"files": result["files"]} if order.also else {})), flush=True)
    else:
        print(
            f"{target}: {result['seconds']:.1f} s of film, {result['shots']} shots, made in {time.monotonic() - began:.1f} s (story {result['story']})",
            flush=True,
        )
        for line in result["left_out"]:
            print(f"  left out: {line}", file=sys.stderr)


# ------------------------------------------------------------------ which farm


class _Remote:
    """A farm that runs elsewhere: connecting again is all that can be done for it."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    def __call__(self) -> FarmClient:
        return FarmClient(self._url, self._key)

    def check(self) -> None:
        """Nothing of ours to look after."""

    def close(self) -> None:
        """Nothing of ours to end."""


class _Local:
    """The embedded farm of a home: the one that runs there, or, where none does, one of our own.

    When the farm of another command ends before our film is there, ours takes its place: all that was done is in the home.
    """

    def __init__(self, home: Home, workers: int | None, display: Display) -> None:
        self._home, self._workers, self._display = home, workers, display
        self._farm: EmbeddedFarm | None = None

    def __call__(self) -> FarmClient:
        if self._farm is None and self._home.acquire():
            self._home.withdraw()
            self._display.note("starting an embedded farm …")
            self._farm = EmbeddedFarm(self._home, workers=self._workers)
            try:
                self._farm.start()
            except BaseException:
                self.close()
                raise
        running = self._home.running()
        if running is None:  # another command holds the home and is starting its farm, or ending it
            raise FarmAway(f"home {self._home.folder}: its farm is starting or ending")
        return FarmClient(running.url, running.key)

    def check(self) -> None:
        """See that our farm's disk has room to go on; raises CliError when it has not."""
        if self._farm:
            self._home.room(ROOM_TO_GO_ON_MB)

    def close(self) -> None:
        """End our farm, if there is one."""
        if self._farm:
            # A second Ctrl-C must not leave half of the processes behind.
            former = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
            self._farm.stop()
            self._farm = None
            self._home.release()
            for number, handler in former.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _at_farm(url: str | None, key: str | None, folder: Path, workers: int | None, display: Display):  # type: ignore[no-untyped-def]
    if url is None:
        home = Home(folder)
        home.prepare()
        connect: _Remote | _Local = _Local(home, workers, display)
    else:
        if not re.match(r"https?://", url):
            raise _bad(f"--farm {url!r}: is not an address; give one such as http://farm.example:8000")
        if not key:
            raise _bad("--farm needs a key: give one with --key or STORYFARM_KEY")
        connect = _Remote(url, key)
    try:
        yield connect
    finally:
        connect.close()


# ------------------------------------------------------------------ the render itself


class _Render:
    """One film on its way; survives a farm that goes away for a while."""

    def __init__(self, order: Order, target: Path, connect: _Remote | _Local, display: Display) -> None:
        self._order, self._target, self._connect, self._display = order, target, connect, display
        self._once = f"render-{uuid.uuid4().hex}"
        self._story: str | None = None
        self._view = View()

    def run(self) -> dict[str, Any]:
        """Create the story, follow it, fetch the film; returns what `--json` prints."""
        last_heard = time.monotonic()
        while True:
            client = None
            try:
                client = self._connect()
                last_heard = time.monotonic()
                return self._with(client)
            except FarmAway as away:
                if time.monotonic() - last_heard > _PATIENCE_SECONDS:
                    kept = f" Story {self._story} is kept; ask for it when the farm is back" if self._story else ""
                    raise CliError(f"{away}. Nothing was heard for {_PATIENCE_SECONDS:.0f} s.{kept}", Exit.FARM_AWAY) from None
                if isinstance(self._connect, _Remote) and self._story is None:
                    raise CliError(f"{away}. Is the farm running, and is that its address?", Exit.FARM_AWAY) from None
                time.sleep(0.3)
            except KeyboardInterrupt:
                self._abandon(client)
                raise
            finally:
                if client:
                    client.close()

    def _with(self, client: FarmClient) -> dict[str, Any]:
        if self._story is None:
            self._story = client.create(self._order.body(), self._once)
        while not self._follow(client):
            pass
        status = client.status(self._story)
        if status["status"] != "completed":
            raise CliError(f"story {self._story} {status['status']}: {status.get('statusError') or 'no reason was given'}", Exit.STORY_FAILED)
        export = next((item for item in client.exports(self._story) if item["status"] == "ready"), None)
        if export is None:
            raise CliError(f"story {self._story} completed without a film", Exit.STORY_FAILED)
        client.download(export["url"], self._target)
        files = {name: self._companion(client, status, name) for name in dict.fromkeys(self._order.also)}
        left_out = [
            f"shot {frame['orderIndex'] + 1}: {frame['video'].get('error') or 'failed'}" for frame in status["frames"] if frame["video"]["status"] == "failed"
        ]
        return {"seconds": export["durationSeconds"], "shots": status["counts"]["frames"], "story": self._story, "left_out": left_out, "files": files}

    def _companion(self, client: FarmClient, status: dict[str, Any], name: str) -> str | None:
        """Fetch what was made of the film besides it; None (and said so) where the farm could not make it."""
        found = None
        for relation, link in status["_links"].items():
            if relation == "film-hls" == f"film-{name}":
                found = str(fetch_stream(client, link["href"], self._target.with_name(f"{self._target.stem}-hls")))
            elif relation == f"film-{name}" or relation.startswith(f"film-{name}-"):
                suffix = "-strip.vtt" if relation == "film-strip-vtt" else _SUFFIXES.get(relation, f"-{name}.mp4")
                place = self._target.with_name(self._target.stem + suffix)
                client.download(link["href"], place)
                if relation == "film-strip-vtt":  # it names the picture at the farm; here both lie side by side
                    here = quote(f"{self._target.stem}-strip.jpg")
                    place.write_text(re.sub(r"^\S+(?=#xywh=)", here, place.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")
                found = found or str(place)
        if found is None:
            print(f"  {name}: the farm could not make it; its workers' log says why", file=sys.stderr)
        return found

    def _follow(self, client: FarmClient) -> bool:
        """Show events until the stream ends; True when the story has ended."""
        assert self._story is not None
        view = self._view
        for event in client.events(self._story):
            self._connect.check()
            kind = event.get("type")
            if kind == "still":
                continue
            if kind in ("snapshot", "end"):
                view.title, view.status, view.doing = event.get("title") or "", event["status"], event.get("doing") or ""
                view.frames = event.get("frames") or []
                view.steps = {index: step for index, step in view.steps.items() if _busy(view.frames, index)}
            elif kind == "progress" and event.get("frame") is not None:
                view.steps[int(event["frame"])] = (str(event.get("task") or ""), int(event.get("step") or 0), int(event.get("of") or 0))
            view.percent = max(view.percent, float(event.get("percent") or 0))
            view.seconds_left = event.get("secondsLeft")
            self._display.show(view)
            if kind == "end":
                return True
        time.sleep(0.2)  # the gateway stopped: it says so by ending the stream without an end
        return False

    def _abandon(self, client: FarmClient | None) -> None:
        """Stop the story that nobody waits for any more."""
        if self._story and client:
            with contextlib.suppress(FarmAway, CliError, KeyboardInterrupt):
                client.cancel(self._story)


def _busy(frames: list[dict[str, Any]], index: int) -> bool:
    parts = ("image", "audio", "video")
    return any((frame.get(part) or {}).get("status") == "generating" for frame in frames if frame.get("orderIndex") == index for part in parts)


def _target(output: Path) -> Path:
    """The film's path, absolute, in a folder that can be written to."""
    target = Path(os.path.abspath(output.expanduser()))
    if target.is_dir():
        raise _bad(f"--output {output}: is a folder; name a file in it, such as {output / 'film.mp4'}")
    if not target.parent.is_dir():
        raise _bad(f"--output {output}: there is no folder {target.parent}; make it with: mkdir -p {target.parent}")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise CliError(f"--output {output}: the folder {target.parent} cannot be written to; choose another", Exit.MACHINE)
    return target


def _bad(message: str) -> CliError:
    return CliError(message, Exit.BAD_INPUT)
