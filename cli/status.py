"""`storyfarm status`: who works, what waits, and how long it has: what an operator scales pools by."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.books import books
from cli.errors import CliError, Exit
from farm import catalog as catalogs
from farm.catalog import Catalog
from farm.settings import Settings

if TYPE_CHECKING:
    from farm.store.records import Backlog, WorkerRecord

_SILENT_SECONDS = 10.0
"""As the reaper has it: a worker not heard of for so long counts as lost."""


def show(home: Path | None, *, as_json: bool) -> None:
    """Print pools, workers and what waits.

    Raises CliError where there is no farm, or its database does not answer.
    """
    settings = Settings.from_environment()
    try:
        catalog = catalogs.load(settings.models)
    except catalogs.CatalogError as error:
        raise CliError(str(error), Exit.BAD_INPUT) from None
    with books(home) as store:
        workers, backlog, silent = store.workers.list(), store.tasks.backlog(), {one.name for one in store.workers.silent(_SILENT_SECONDS)}
    found = report(catalog, workers, backlog, silent)
    if as_json:
        print(json.dumps(found))
    else:
        _print(found)


def report(catalog: Catalog, workers: Sequence[WorkerRecord], backlog: Sequence[Backlog], silent: Collection[str]) -> dict[str, Any]:
    """What is told, as data: workers, and for each model what waits, and whether anybody serves it."""
    serving = {model for worker in workers if worker.state == "serving" and worker.name not in silent for model in worker.models}
    return {
        "workers": [
            {
                "name": one.name, "pool": one.pool, "state": "silent" if one.name in silent else one.state, "task": one.task,
                "device": one.device.get("title", ""), "models": list(one.models), "lacks": one.device.get("lacks", {}),
            }
            for one in workers
        ],
        "models": [
            {**asdict(one), "oldest_seconds": round(one.oldest_seconds, 1), "pools": list(catalog.serving(one.model)), "served": one.model in serving}
            for one in backlog
        ],
    }  # fmt: skip


def _print(found: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    console = Console()
    workers = Table(*(Column(name, overflow="fold") for name in ("worker", "pool", "state", "does", "device")), box=box.SIMPLE_HEAD)
    for one in found["workers"]:
        workers.add_row(*(escape(str(text)) for text in (one["name"], one["pool"], one["state"], one["task"] or "-", one["device"])))
    console.print(workers if found["workers"] else "No worker is there. Start one with: storyfarm worker --pool NAME")
    models = Table("model", "waiting", "running", "oldest waits", "pools that serve it", box=box.SIMPLE_HEAD)
    for one in found["models"]:
        pools = ", ".join(one["pools"]) + ("" if one["served"] else " (no worker now)")
        models.add_row(one["model"], str(one["waiting"]), str(one["running"]), f"{one['oldest_seconds']:.0f} s" if one["waiting"] else "-", pools)
    console.print(models if found["models"] else "Nothing waits, and nothing is being done.")
