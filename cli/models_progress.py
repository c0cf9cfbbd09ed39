"""A bar of bytes on a terminal, nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

LOOK_SECONDS = 0.25


@contextlib.contextmanager
def bar(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar of `total` bytes; its value is told how many more were done."""
    if quiet or not total or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda count: shown.advance(task, count)


@contextlib.contextmanager
def watching(what: str, total: int, measure: Callable[[], int], *, quiet: bool) -> Iterator[None]:
    """A bar of `total` bytes for work that somebody else does: how far it is, `measure` is asked again and again, from where it was in the beginning."""
    began, ended = measure(), threading.Event()

    def look(done: Callable[[int], None]) -> None:
        shown = 0
        while not ended.wait(LOOK_SECONDS):
            now = max(shown, min(measure() - began, total))
            done(now - shown)
            shown = now
        done(total - shown)

    with bar(what, total, quiet=quiet) as done:
        thread = threading.Thread(target=look, args=(done,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
