"""What `storyfarm models bench` shows and writes: one model measured on one device."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.errors import CliError, Exit
from farm import profiles
from farm.catalog import Model
from farm.profiles import DeviceProfile


def bench(
    model: Model, home: Path, *, device: str | None, sizes: Sequence[str], batches: Sequence[int], repeats: int, frames: int, words: bool,
    also: Sequence[str], as_json: bool,
) -> None:  # fmt: skip
    """Measure `model`, write its profile under `home`, show it.

    Raises CliError for a device or size that there is not, and for a model that cannot run here.
    """
    from farm.work import EngineError
    from workers import health
    from workers.bench import Bench, BenchError

    try:
        here = health.describe(device or model.device)
    except (ValueError, RuntimeError) as error:
        raise CliError(f"{error}", Exit.MACHINE) from error
    with _bar(quiet=as_json) as say:
        try:
            found = Bench(
                model, here, sizes=[_size(size) for size in sizes], batches=sorted(set(batches)) or (1,), repeats=repeats, frames=frames,
                say=say, words=words, also=[_speed(one) for one in also],
            ).run()  # fmt: skip
        except (BenchError, EngineError) as error:
            raise CliError(str(error), Exit.MACHINE) from error
    path = profiles.save(home, found)
    if as_json:
        print(json.dumps({"file": str(path), "profile": found.model_dump(mode="json")}, indent=1))
        return
    _show(found)
    print(f"written to {path}: workers of this home reckon with it from their next start")


def _show(found: DeviceProfile) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items()) or "no model libraries"
    console.print(f"[bold]{escape(found.model)}[/] on {escape(found.device)} ({escape(versions)})")
    parks = found.park_seconds is not None
    park = f"parked in {_seconds(found.park_seconds)}, back in {_seconds(found.unpark_seconds)}" if parks else "cannot be parked"
    console.print(f"loads in {_seconds(found.load_seconds)} ({_seconds(found.first_load_seconds)} with its libraries), {park}")
    console.print(f"weights {_gb(found.weights_bytes)}, work beside them {_gb(found.working_bytes)}")
    table = _table("size", "batch", "a step", "a pass", "works a second", "gain", "peak")
    rates: dict[str, float] = {}
    for row in found.measured:
        rate = row.batch / row.run_seconds if row.run_seconds else 0.0
        base = rates.setdefault(row.size, rate)
        width, _, height = row.size.partition("x")
        best = found.best_batch(*(int(width), int(height)) if height else ()) == row.batch
        gain = f"{rate / base:.2f} ×" if base else "–"
        table.add_row(
            row.size or "–", f"{row.batch}{' (taken)' if best else ''}", _seconds(row.step_seconds), _seconds(row.run_seconds), f"{rate:.3f}", gain,
            _gb(row.peak_bytes),
        )  # fmt: skip
    console.print(table)
    if found.words:
        table = _table("speed options", "first run", "a run", "a step", "against none", "peak")
        plain = next((word.run_seconds for word in found.words if not word.speed and not word.error), 0.0)
        for word in found.words:
            name = ", ".join(f"{option} {value}" for option, value in word.speed.items()) or "none"
            if word.error:
                table.add_row(escape(name), escape(word.error), "", "", "", "")
                continue
            ratio = f"{plain / word.run_seconds:.2f} ×" if plain and word.run_seconds else "–"
            table.add_row(escape(name), _seconds(word.first_seconds), _seconds(word.run_seconds), _seconds(word.step_seconds), ratio, _gb(word.peak_bytes))
        console.print(table)


def _table(*headings: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _bar(*, quiet: bool) -> Any:
    """A context whose value is told what is being done; on a terminal a line with a spinner and the time, else nothing."""
    import contextlib

    @contextlib.contextmanager
    def shown() -> Any:
        if quiet or not sys.stderr.isatty():
            yield lambda note: None
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("starting")
            yield lambda note: bar.update(task, description=note)

    return shown()


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit() and 16 <= int(width) <= 8192 and 16 <= int(height) <= 8192):
        raise CliError(f"--size {text!r}: a size reads like 1024x1024, both sides from 16 to 8192", Exit.BAD_INPUT)
    return int(width), int(height)


def _speed(text: str) -> dict[str, Any]:
    """ "compile=regional,quantize=fp8" as options."""
    found: dict[str, Any] = {}
    for part in text.split(","):
        option, equals, word = part.strip().partition("=")
        if not (option and equals and word):
            raise CliError(f"--also {text!r}: speed options read like compile=regional,quantize=fp8", Exit.BAD_INPUT)
        found[option] = [word] if option == "vae" else int(word) if word.isdigit() else word
    return found


def _seconds(seconds: float | None) -> str:
    if not seconds:
        return "–"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def _gb(amount: int) -> str:
    return f"{amount / 1e9:.2f} GB" if amount else "–"
