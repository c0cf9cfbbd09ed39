"""`storyfarm models`: what models.yaml names, what can run here and why not, fetching weights, checking them."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import CliError, Exit
from cli.models_pin import sha256
from farm import profiles
from farm.catalog import Catalog, Model, Source
from farm.settings import Settings

app = typer.Typer(
    help="List, show, check, fetch, pin and measure the models of models.yaml.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: print JSON instead of a table")]
NamesArgument = Annotated[list[str] | None, typer.Argument(help="Names of models [default: all]", show_default=False)]

FETCHED = ["*.json", "*.txt", "*.model", "*.jinja", "LICENSE*", "NOTICE*", "README.md"]
"""What is fetched of a repository besides its weights: no pickles, no code."""


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """List every model: task, licence, memory, size on disk, and whether it can run here."""
    _, catalog = _catalog()
    found = [_described(model, catalog) for model in catalog.models.values()]
    if as_json:
        print(json.dumps({"models": found}, indent=1))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("model", "tasks", "licence", "memory", "on disk", "pools", "here"):
        table.add_column(heading, overflow="fold")
    for row in found:
        here = "[green]can run[/]" if not row["missing"] else "[yellow]" + escape(row["missing"][0]) + "[/]"
        size = f"{row['bytes'] / 1e9:.1f} GB" if row["bytes"] else "–"
        table.add_row(escape(row["name"]), ", ".join(row["tasks"]), escape(row["licence"]), _memory(row), size, ", ".join(row["pools"]) or "–", here)
    Console().print(table)


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a model")], as_json: JsonOption = False) -> None:
    """Show everything that is known of one model."""
    _, catalog = _catalog()
    model = _chosen(catalog, [name])[0]
    known = {**_described(model, catalog), "settings": model.model_dump(mode="json", exclude_defaults=True)}
    if as_json:
        print(json.dumps(known, indent=1))
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    for key, value in known.items():
        if key == "settings":
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        console.print(f"[bold]{key:<12}[/] {escape(str(text)) if text not in ('', None) else '–'}", soft_wrap=True)
    console.print(escape(json.dumps(known["settings"], indent=1)))


@app.command()
def check(names: NamesArgument = None, as_json: JsonOption = False) -> None:
    """Check that models can run here and that their files have the SHA-256 that models.yaml or the hub's cache says.

    Exit code 5 when a file is not what it should be or, for models named by name, something is missing.
    """
    _, catalog = _catalog()
    found = [_checked(model) for model in _chosen(catalog, names)]
    if as_json:
        print(json.dumps({"models": found}, indent=1))
    else:
        for row in found:
            state = "bad" if row["bad"] else "missing" if row["missing"] else "ok"
            print(f"{row['name']}: {state}, {row['files']} of {row['of']} files verified")
            for line in (*row["bad"], *row["missing"]):
                print(f"  {line}")
    if any(row["bad"] or (names and row["missing"]) for row in found):
        raise typer.Exit(Exit.MACHINE)


@app.command()
def pull(
    names: Annotated[list[str], typer.Argument(help="Names of models")],
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="File with a hub token, for models whose licence must be accepted", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch weights into the standard hub cache; what is there already is not fetched again, what was broken off is continued."""
    _, catalog = _catalog()
    chosen = _chosen(catalog, names)
    if without := [model.name for model in chosen if model.source.hub is None and not model.further()]:
        raise CliError(f"{', '.join(without)}: no hub repository in models.yaml, nothing to fetch", Exit.BAD_INPUT)
    token = token_file.read_text(encoding="utf-8").strip() if token_file else None
    pulled = [{"name": model.name, "licence": model.licence, **_pull(model, token, quiet=as_json)} for model in chosen]
    if as_json:
        print(json.dumps({"models": pulled}, indent=1))
        return
    for row in pulled:
        print(f"{row['name']}: {row['files']} files, {row['bytes'] / 1e9:.2f} GB in {row['folder']}; licence {row['licence']}")
        print(f"  to write revision {row['revision']} and the files' SHA-256 into models.yaml: storyfarm models pin {row['name']}")


@app.command()
def pin(names: Annotated[list[str], typer.Argument(help="Names of models")], as_json: JsonOption = False) -> None:
    """Write down in models.yaml which revision of a model is here and the SHA-256 of each of its files, so that `check` and other machines hold to it.

    Nothing is fetched. Comments and the order of models.yaml are kept. What was made with the model before counts as made by another.
    """
    from cli import models_pin

    settings, catalog = _catalog()
    pins: dict[str, tuple[Model, str | None, dict[str, str]]] = {}
    for model in _chosen(catalog, names):
        folder = _folder(model)
        if folder is None:
            raise CliError(f"{model.name}: {'; '.join(missing(model)) or 'it has no files of its own to pin'}", Exit.BAD_INPUT)
        files = list(_files(folder))
        with _progress(f"hashing {model.name}", sum(path.stat().st_size for path in files), quiet=as_json) as read:
            pins[model.name] = model, folder.name if model.source.hub else None, models_pin.hashes(folder, files, read)
    models_pin.write(settings.models, pins)
    if as_json:
        found = [{"name": name, "revision": revision, "files": digests} for name, (_, revision, digests) in pins.items()]
        print(json.dumps({"file": str(settings.models), "models": found}, indent=1))
        return
    for name, (_, revision, digests) in pins.items():
        print(f"{name}: {f'revision {revision}, ' if revision else ''}{len(digests)} files pinned in {settings.models}")


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="Name of a model")],
    device: Annotated[str | None, typer.Option(help="cpu, cuda or cuda:N", show_default="the model's own")] = None,
    size: Annotated[list[str] | None, typer.Option(help="Size of a picture or clip, like 1024x1024; several are possible", show_default="usual ones")] = None,
    batch: Annotated[list[int] | None, typer.Option(help="How many works in one pass; several are possible", min=1, max=64, show_default="1 2 4 8")] = None,
    repeats: Annotated[int, typer.Option(help="How often each is measured; the median counts", min=1, max=50)] = 3,
    frames: Annotated[int, typer.Option(help="Length of a clip to measure with", min=1, max=2000)] = 49,
    words: Annotated[bool, typer.Option("--words/--no-words", help="Measure the speed options too: none, each by itself, all together")] = True,
    also: Annotated[list[str] | None, typer.Option(help="More speed options to try, like compile=regional,quantize=fp8", show_default=False)] = None,
    home: Annotated[Path | None, typer.Option(help="The farm's home, under which the profile is written", show_default="STORYFARM_HOME")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a model on this device: load, steps, memory, parking, batches, speed options.

    What is measured is written as a profile, by which the workers of this home decide from then on which models fit, how many tasks share a pass,
    and when silence means that something hangs. It holds for this device, these library versions and this entry of models.yaml. Nothing else should
    run on the device meanwhile.
    """
    from cli import models_bench

    settings, catalog = _catalog()
    model = _chosen(catalog, [name])[0]
    models_bench.bench(
        model, (home or settings.home).absolute(), device=device, sizes=size or (), batches=batch or (1, 2, 4, 8), repeats=repeats, frames=frames,
        words=words, also=also or (), as_json=as_json,
    )  # fmt: skip


def _pull(model: Model, token: str | None, *, quiet: bool) -> dict[str, Any]:
    """Fetch one model; raises CliError saying what to do."""
    if importlib.util.find_spec("huggingface_hub") is None:
        raise CliError("the Python package huggingface_hub is not installed; install it: pip install huggingface_hub", Exit.MACHINE)
    from huggingface_hub.utils import disable_progress_bars

    if quiet:
        disable_progress_bars()
    own = [_fetched(model, model.source, list(model.source.fetch) or _weights(model), token)] if model.source.hub is not None else []
    # And what it needs besides: a recogniser, an upscaler.
    first, *rest = [*own, *(_fetched(model, source, list(source.fetch) or ["*.safetensors"], token) for source in model.further())]
    return {**first, "files": sum(row["files"] for row in (first, *rest)), "bytes": sum(row["bytes"] for row in (first, *rest))}


def _fetched(model: Model, source: Source, weights: list[str], token: str | None) -> dict[str, Any]:
    import httpx
    from huggingface_hub import errors, snapshot_download

    assert source.hub is not None
    try:
        folder = Path(snapshot_download(source.hub, revision=source.revision, allow_patterns=[*FETCHED, *weights], token=token))
    except errors.GatedRepoError as error:
        raise CliError(
            f"{model.name}: {source.hub} asks to accept its licence ({model.licence}) at https://huggingface.co/{source.hub}; then pass --token-file",
            Exit.BAD_INPUT,
        ) from error
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        raise CliError(f"{model.name}: there is no {source.hub} at {source.revision or 'main'}; correct source in models.yaml", Exit.BAD_INPUT) from error
    except (errors.HfHubHTTPError, errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, httpx.HTTPError, OSError) as error:
        raise CliError(
            f"{model.name}: fetching {source.hub} broke off ({type(error).__name__}: {str(error).splitlines()[0]}); run it again to continue", Exit.MACHINE
        ) from error
    files = list(_files(folder))
    return {"hub": source.hub, "revision": folder.name, "folder": str(folder), "files": len(files), "bytes": sum(path.stat().st_size for path in files)}


def _weights(model: Model) -> list[str]:
    """Which weights are fetched: of a pipeline those of its parts, since many repositories hold the same once more in one file at the top."""
    if not model.engine.startswith("diffusion"):
        return ["*.safetensors"]
    variant = model.defaults.get("variant")
    return [f"*/*.{variant}*.safetensors"] if variant else ["*/*.safetensors"]


def _checked(model: Model) -> dict[str, Any]:
    """What is verified of a model, what is wrong, what is missing."""
    bad: list[str] = []
    wanted = dict(model.source.files)
    folder = _folder(model)
    if folder is not None:
        for path in _files(folder):
            # The cache keeps a large file under its SHA-256, which the hub announced when it was fetched.
            name = path.resolve().name
            if model.source.hub and len(name) == 64 and set(name) <= set("0123456789abcdef"):
                wanted.setdefault(str(path.relative_to(folder)), name)
    verified = 0
    for name, digest in wanted.items():
        file = (folder / name) if folder is not None else None
        if file is None or not file.is_file():
            bad.append(f"{name} is not there; run: storyfarm models pull {model.name}")
        elif (actual := sha256(file)) != digest.lower():
            bad.append(f"{name} has SHA-256 {actual}, expected {digest}; it is damaged or another version: remove {file.resolve()} and pull again")
        else:
            verified += 1
    return {
        "name": model.name,
        "files": verified,
        "of": len(wanted),
        "bad": bad,
        "missing": missing(model),
        "pinned": model.source.hub is None or _is_commit(model.source.revision),
    }


def _described(model: Model, catalog: Catalog) -> dict[str, Any]:
    folder = _folder(model)
    source = model.source
    return {
        "name": model.name,
        "title": model.title,
        "tasks": [kind.value for kind in model.tasks],
        "engine": model.engine,
        "licence": model.licence,
        "device": model.device,
        "memory_gb": model.memory_gb,
        "source": source.hub or source.package or (str(source.folder) if source.folder else ""),
        "revision": source.revision or "",
        "bytes": sum(path.stat().st_size for path in _files(folder)) if folder is not None else 0,
        "pools": list(catalog.serving(model.name)),
        **_measured(model),
        "profiles": [profile.name for profile in catalog.profiles.values() if model.name in profile.models.values()],
        "missing": missing(model),
    }


def missing(model: Model) -> list[str]:
    """Why a model cannot run here, a sentence each; memory as measured here, where it was."""
    from workers import health
    from workers.abilities import too_large
    from workers.engines import engine_class

    try:
        lacks = list(engine_class(model.engine).missing(model))
    except (ImportError, AttributeError, ValueError) as error:
        return [f"Its engine {model.engine!r} cannot be loaded: {error}."]
    if lacks:
        return lacks
    try:
        device = health.describe(model.device)
        reason = too_large(model, device, _profile(model, device.title))
    except (RuntimeError, ValueError) as error:
        return [f"{error}."]
    return [reason] if reason else []


def _memory(row: Mapping[str, Any]) -> str:
    said = f"{row['memory_gb']:g} GB"
    return f"{row['measured_gb']:.3g} GB measured" if row.get("measured_gb") else said


def _measured(model: Model) -> dict[str, Any]:
    """What was measured here: seconds of a step, the batch that pays for each size, gigabytes; nothing where nothing was."""
    from workers import health

    try:
        found = _profile(model, health.describe(model.device).title)
    except (RuntimeError, ValueError):
        found = None
    if found is None:
        return {}
    sizes = {row.size: tuple(map(int, row.size.split("x"))) if row.size else () for row in found.measured}
    return {
        "step_seconds": found.step_seconds(),
        "batch": {name: found.best_batch(*size) for name, size in sizes.items()},
        "measured_gb": round((found.weights_bytes + found.working_bytes) / 1e9, 3),
    }


def _profile(model: Model, title: str) -> profiles.DeviceProfile | None:
    return profiles.find(Settings.from_environment().home, model, title)


@contextlib.contextmanager
def _progress(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar of bytes on a terminal; its value is told how many more were done."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


def _folder(model: Model) -> Path | None:
    from farm.work import EngineError
    from pipelines import weights

    if model.source.folder is None and model.source.hub is None:
        return None
    try:
        return weights.find(model)
    except EngineError:
        return None


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and ".cache" not in path.relative_to(folder).parts)


def _is_commit(revision: str | None) -> bool:
    return revision is not None and len(revision) == 40 and set(revision) <= set("0123456789abcdef")


def _chosen(catalog: Catalog, names: Iterable[str] | None) -> list[Model]:
    wanted = list(names or catalog.models)
    for name in wanted:
        if name not in catalog.models:
            raise CliError(f"no model {name!r} in models.yaml; it has {', '.join(sorted(catalog.models))}", Exit.BAD_INPUT)
    return [catalog.models[name] for name in wanted]


def _catalog() -> tuple[Settings, Catalog]:
    from farm import catalog as catalogs

    settings = Settings.from_environment()
    try:
        return settings, catalogs.load(settings.models)
    except catalogs.CatalogError as error:
        raise CliError(str(error), Exit.BAD_INPUT) from None
