"""`storyfarm compose`: a timeline file in, a film out, without a farm."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.errors import CliError, Exit
from cli.render import _target
from farm.work import EngineError

_CODES = {"bad_timeline": Exit.BAD_INPUT, "no_folder": Exit.BAD_INPUT, "disk": Exit.MACHINE, "no_encoder": Exit.MACHINE}
"""What an error of the composer is to somebody at the command line; any other is a film that could not be made (4)."""


class Interrupt:
    """Takes Ctrl-C and SIGTERM as a wish that is met at the next report, so that no file is ever half moved into place."""

    def __init__(self) -> None:
        self.wanted = False
        self._former: dict[int, Any] = {}

    def __enter__(self) -> Interrupt:
        self._former = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.wanted = True


class Teller:
    """The composer's report: a bar on a terminal, a line for each change elsewhere, nothing where a program listens."""

    def __init__(self, interrupt: Interrupt, *, quiet: bool) -> None:
        self._interrupt, self._quiet, self._said, self._began = interrupt, quiet, "", time.monotonic()
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f}%"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console) if console.is_terminal and not quiet else None
        self._line = self._bar.add_task("composing", total=1) if self._bar else None

    def __enter__(self) -> Teller:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def step(self, step: int, of: int, note: str = "") -> None:
        """Show progress.

        Raises KeyboardInterrupt when the user wants to stop.
        """
        if self._interrupt.wanted:
            raise KeyboardInterrupt
        if self._bar and self._line is not None:
            self._bar.update(self._line, total=of, completed=step, description=note or "composing")
        elif not self._quiet and note != self._said:
            self._said = note
            print(f"{time.monotonic() - self._began:6.1f} s  {note}", file=sys.stderr, flush=True)


def compose_film(timeline: Path, output: Path, also: list[str], *, as_json: bool) -> None:
    """Compose `timeline` into `output`, with captions and poster beside it; whole or not at all.

    Raises CliError; KeyboardInterrupt when the user stopped it, with nothing left behind.
    """
    target = _target(output)
    if target.suffix.lower() != ".mp4":
        raise CliError(f"--output {output}: a film is an MP4; name it {output.with_suffix('.mp4')}", Exit.BAD_INPUT)
    # What is heavy to load comes after what is quick to refuse.
    from render.compose import compose
    from render.deliver import SUFFIXES
    from render.timeline import load

    for name in also:
        if name not in SUFFIXES:
            raise CliError(f"--also {name!r}: choose among {', '.join(sorted(SUFFIXES))}", Exit.BAD_INPUT)
    began = time.monotonic()
    try:
        with Interrupt() as interrupt, Teller(interrupt, quiet=as_json) as teller:
            data = compose(load(timeline), target, teller, also)
    except EngineError as error:
        raise CliError(error.message, _CODES.get(error.code, Exit.STORY_FAILED)) from error
    if as_json:
        suffixes = {"captions": ".srt", "captions.vtt": ".vtt", "poster": ".jpg", **{name: SUFFIXES[name] for name in also}}
        files = {name: str(target.with_name(target.stem + suffix)) for name, suffix in suffixes.items()}
        print(json.dumps({"film": str(target), **data.model_dump(), "files": files}, ensure_ascii=False), flush=True)
        return
    print(f"{target}: {data.seconds:.1f} s of film, {data.frames} frames, {data.loudness:.1f} LUFS, made in {time.monotonic() - began:.1f} s", flush=True)
    for line in data.left_out:
        print(f"  left out: {line}", file=sys.stderr)
