"""The live display of a render: every frame's progress, how far the whole is, and the time left."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_MARKS = {"pending": "[dim]·[/]", "generating": "[yellow]◐[/]", "completed": "[green]●[/]", "failed": "[red]✗[/]"}
_PARTS = (("image", "picture"), ("audio", "voice"), ("video", "clip"))


@dataclass
class View:
    """What is known of a story, from its events."""

    title: str = ""
    status: str = "draft"
    percent: float = 0.0
    seconds_left: float | None = None
    music: str = ""
    film: str = ""
    doing: str = "waiting for a worker"
    frames: list[dict[str, Any]] = field(default_factory=list)
    steps: dict[int, tuple[str, int, int]] = field(default_factory=dict)  # frame to (what, step, of)


class Display:
    """Shows a View: as a live table on a terminal, as a line for each change elsewhere, or not at all."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(stderr=True)
        self._quiet = quiet
        self._view = View()
        self._began = time.monotonic()
        self._said = ""
        self._live = (
            Live(console=self._console, refresh_per_second=8, transient=False, get_renderable=self._draw) if self._console.is_terminal and not quiet else None
        )

    def __enter__(self) -> Display:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def note(self, text: str) -> None:
        """Say one thing, above the table."""
        if not self._quiet:
            (self._live.console if self._live else self._console).print(escape(text), highlight=False)

    def show(self, view: View) -> None:
        """Show the story as it is now."""
        self._view = view
        if self._quiet or self._live:
            return
        ready = [sum(frame.get(part, {}).get("status") == "completed" for frame in view.frames) for part, _ in _PARTS]
        said = f"{view.percent:3.0f}%  {view.doing}"
        if view.frames:
            said += f"; of {len(view.frames)} shots {ready[0]} pictures, {ready[1]} voices, {ready[2]} clips"
        if said != self._said:
            self._said = said
            print(f"{time.monotonic() - self._began:6.1f} s  {said}{_left(view.seconds_left)}", file=sys.stderr, flush=True)

    def _draw(self) -> RenderableType:
        view = self._view
        head = Table.grid(padding=(0, 1))
        head.add_row(
            Text(view.title or "A new story", style="bold"),
            ProgressBar(total=100, completed=view.percent, width=30),
            f"{view.percent:3.0f}%",
            f"{time.monotonic() - self._began:.0f} s{_left(view.seconds_left)}",
        )
        table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=bool(view.frames), header_style="dim")
        for heading in ("shot", *(name for _, name in _PARTS), "now", ""):
            table.add_column(heading, no_wrap=True, max_width=46 if heading == "" else None)
        for frame in view.frames:
            index = int(frame.get("orderIndex", 0))
            what, step, of = view.steps.get(index, ("", 0, 0))
            bar: RenderableType = ProgressBar(total=of, completed=step, width=16) if of else ""
            marks = [_MARKS.get((frame.get(part) or {}).get("status", ""), " ") for part, _ in _PARTS]
            table.add_row(str(index + 1), *marks, bar, escape(f"{what}  {frame.get('title') or ''}".strip()))
        return Group(head, table, Text.from_markup(f"[dim]{escape(view.doing)}[/]"))


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"
