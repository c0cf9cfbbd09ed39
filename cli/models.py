"""`storyfarm models`: what models.yaml names, what can run here and why not, fetching weights, checking them."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterable
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import models_check, models_files, models_view
from cli.errors import CliError, Exit
from cli.models_progress import bar
from cli.models_view import missing
from farm.catalog import Catalog, Model
from farm.settings import Settings

__all__ = ["app", "missing"]

app = typer.Typer(
    help="List, show, check, fetch, pin and measure the models of models.yaml.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: print JSON instead of a table")]
NamesArgument = Annotated[list[str] | None, typer.Argument(help="Names of models [default: all]", show_default=False)]
ProfileOption = Annotated[str | None, typer.Option("--profile", help="All models of this profile, besides those named", show_default=False)]
Kind = Enum("Kind", {name: name for name in models_view.KINDS}, type=str)  # type: ignore[misc]


class Sale(StrEnum):
    """How free a licence has to be."""

    yes = "yes"
    limited = "limited"


@app.command("list")
def list_models(
    kind: Annotated[list[Kind] | None, typer.Option("--kind", help="Only models of this kind; several are possible", show_default=False)] = None,
    sale: Annotated[Sale | None, typer.Option("--sale", help="Only models whose films may be sold: yes, or within limits, too", show_default=False)] = None,
    fits: Annotated[bool, typer.Option("--fits", help="Only models that this machine has the device and the memory for")] = False,
    memory: Annotated[float | None, typer.Option("--memory", help="Only models that fit a GPU sold with so many GB", min=0.1, show_default=False)] = None,
    ready: Annotated[bool, typer.Option("--ready", help="Only models that can run here now")] = False,
    pool: Annotated[str | None, typer.Option("--pool", help="Only models that this pool serves", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """List models: memory, size on disk, whether films made with them may be sold, and whether they can run here."""
    _, catalog = _catalog()
    if pool is not None and pool not in catalog.pools:
        raise CliError(f"no pool {pool!r} in models.yaml; it has {', '.join(sorted(catalog.pools))}", Exit.BAD_INPUT)
    chosen = [model for model in catalog.models.values() if pool is None or model.name in catalog.pools[pool].models]
    if kind:
        chosen = [model for model in chosen if models_view.kind_of(model) in {one.value for one in kind}]
    if sale is not None:
        free = models_view.SALE[: models_view.SALE.index(sale.value) + 1]
        chosen = [model for model in chosen if model.sale in free]
    if memory is not None:
        chosen = [model for model in chosen if models_view.fits_card(model, memory)]
    rows = [models_view.described(model, catalog) for model in chosen]
    rows = [row for row in rows if (not ready or row["state"] == "ready") and (not fits or row["state"] not in models_view.NO_DEVICE)]
    if as_json:
        print(json.dumps({"models": rows}, indent=1))
        return
    if not rows:
        print(f"none of the {len(catalog.models)} models is of that sort; `storyfarm models list` shows them all")
        return
    models_view.table(rows)


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a model")], as_json: JsonOption = False) -> None:
    """Show everything that is known of one model."""
    import yaml

    _, catalog = _catalog()
    model = _chosen(catalog, [name])[0]
    known = models_view.described(model, catalog)
    settings = model.model_dump(mode="json", exclude_defaults=True)
    if as_json:
        print(json.dumps({**known, "settings": settings}, indent=1))
        return
    models_view.card(known, yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=100))


@app.command("profiles")
def list_profiles(as_json: JsonOption = False) -> None:
    """List the profiles: whether their films may be sold, and what of each stays loaded together on its GPU."""
    _, catalog = _catalog()
    rows = models_view.profile_rows(catalog)
    if as_json:
        print(json.dumps({"profiles": rows}, indent=1))
        return
    models_view.print_profiles(rows)


@app.command()
def check(names: NamesArgument = None, profile: ProfileOption = None, as_json: JsonOption = False) -> None:
    """Check that models can run here and that their files have the SHA-256 that models.yaml or the hub's cache says, and are whole.

    Exit code 5 when a file is not what it should be or, for models named by name, something is missing.
    """
    _, catalog = _catalog()
    names = _named(catalog, names, profile)
    found = [models_check.checked(model, missing(model), quiet=as_json) for model in _chosen(catalog, names)]
    if as_json:
        print(json.dumps({"models": found}, indent=1))
    else:
        silent = [] if names else [row["name"] for row in found if row["missing"] and not row["bad"] and not row["of"] and not row["unpinned"]]
        for row in found:
            if row["name"] in silent:
                continue
            state = "bad" if row["bad"] else "missing" if row["missing"] else "ok"
            unpinned = f", {row['unpinned']} without a SHA-256 to hold to (storyfarm models pin {row['name']})" if row["unpinned"] else ""
            verified = f"{row['files']} of {row['of']} files verified{unpinned}" if row["of"] or row["unpinned"] else "it has no files of its own here"
            print(f"{row['name']}: {state}, {verified}")
            for line in (*row["bad"], *row["missing"]):
                print(f"  {line}")
        if silent:
            few = f" ({', '.join(silent)})" if len(silent) <= 8 else ""
            print(f"{len(silent)} more are not here{few}; `storyfarm models list` says why")
    if any(row["bad"] or (names and row["missing"]) for row in found):
        raise typer.Exit(Exit.MACHINE)


@app.command()
def pull(
    names: Annotated[list[str] | None, typer.Argument(help="Names of models", show_default=False)] = None,
    profile: ProfileOption = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="File with a hub token, for models whose licence must be accepted [default: HF_TOKEN]", show_default=False),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would be fetched")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch weights into the standard hub cache; files that have come are not fetched again, whatever broke it off.

    Before anything is fetched, the room on the disk is looked at; what has arrived is compared with the SHA-256 that the hub announced.
    """
    from cli import models_pull

    _, catalog = _catalog()
    chosen = _chosen(catalog, _wanted(catalog, names, profile))
    if profile is not None:
        chosen = [model for model in chosen if model.name in (names or ()) or model.source.hub is not None or model.further()]
    if without := [model.name for model in chosen if model.source.hub is None and not model.further()]:
        raise CliError(f"{', '.join(without)}: no hub repository in models.yaml, nothing to fetch", Exit.BAD_INPUT)
    token = models_pull.token_of(token_file)
    rows = []
    failed: list[CliError] = []
    for model in chosen:
        row = {"name": model.name, "licence": model.licence, "sale": model.sale, "terms": model.terms}
        try:
            rows.append({**row, **models_pull.pull(model, token, only_plan=plan, quiet=as_json)})
        except CliError as error:  # the others are fetched all the same: it may be night
            failed.append(error)
            rows.append({**row, "error": error.message})
        if not as_json and "error" not in rows[-1]:
            _say_pulled(rows[-1], only_plan=plan)
    if as_json:
        print(json.dumps({"models": rows}, indent=1))
    for one in failed[:-1]:
        print(f"storyfarm: {one.message}", file=sys.stderr)
    if failed:
        raise failed[-1]


def _say_pulled(row: dict[str, Any], *, only_plan: bool) -> None:
    from cli.models_pull import size

    whole = f"{row['files']} files, {size(row['bytes'])}"
    licence = f"licence {row['licence']}" + (f" ({row['terms']})" if row["terms"] else "")
    if only_plan:
        print(f"{row['name']}: {whole} of {row['hub']}, {size(row['to_fetch'])} of it not here yet; {licence}")
        return
    here = "" if row.get("asked", True) else " (here already; the hub was not asked, HF_HUB_OFFLINE forbids it)"
    print(f"{row['name']}: {whole} in {row['folder']}{here}; {licence}")
    print(f"  to write revision {row['revision']} and the files' SHA-256 into models.yaml: storyfarm models pin {row['name']}", flush=True)


@app.command()
def pin(
    names: Annotated[list[str] | None, typer.Argument(help="Names of models", show_default=False)] = None,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down in models.yaml which revision of a model is here and the SHA-256 of each of its files, so that `check` and other machines hold to it.

    Nothing is fetched. Comments and the order of models.yaml are kept. What was made with the model before counts as made by another.
    """
    from cli import models_pin

    settings, catalog = _catalog()
    pins: dict[str, tuple[Model, str | None, dict[str, str]]] = {}
    for model in _chosen(catalog, _wanted(catalog, names, profile)):
        if profile is not None and model.name not in (names or ()) and model.source.hub is None and model.source.folder is None:
            continue
        folder = models_files.folder(model)
        if folder is None:
            raise CliError(f"{model.name}: {' '.join(missing(model)) or 'it has no files of its own to pin'}", Exit.BAD_INPUT)
        files = list(models_files.files(folder))
        with bar(f"hashing {model.name}", sum(path.stat().st_size for path in files), quiet=as_json) as read:
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


def _named(catalog: Catalog, names: list[str] | None, profile: str | None) -> list[str] | None:
    """The names said, and those of a profile, each once; None where nothing was said."""
    if profile is None:
        return names
    if profile not in catalog.profiles:
        raise CliError(f"no profile {profile!r} in models.yaml; it has {', '.join(sorted(catalog.profiles))}", Exit.BAD_INPUT)
    return list(dict.fromkeys([*(names or ()), *catalog.profiles[profile].models.values()]))


def _wanted(catalog: Catalog, names: list[str] | None, profile: str | None) -> list[str]:
    """As `_named`, where something must be said."""
    found = _named(catalog, names, profile)
    if not found:
        raise CliError("no model is named; name some, or a profile: --profile NAME", Exit.BAD_INPUT)
    return found


def _chosen(catalog: Catalog, names: Iterable[str] | None) -> list[Model]:
    wanted = list(names or catalog.models)
    for name in wanted:
        if name not in catalog.models:
            near = difflib.get_close_matches(name, catalog.models, n=4, cutoff=0.5)
            hint = f"; near it are {', '.join(near)}" if near else ""
            raise CliError(f"no model {name!r} in models.yaml{hint}; `storyfarm models list` names all {len(catalog.models)}", Exit.BAD_INPUT)
    return [catalog.models[name] for name in wanted]


def _catalog() -> tuple[Settings, Catalog]:
    from farm import catalog as catalogs

    settings = Settings.from_environment()
    try:
        return settings, catalogs.load(settings.models)
    except catalogs.CatalogError as error:
        raise CliError(str(error), Exit.BAD_INPUT) from None
