"""What `storyfarm models pull` does: looks what a hub has, whether there is room, fetches what is not here, and sees that it arrived as it was announced."""

from __future__ import annotations

import contextlib
import glob
import importlib
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli import models_files
from cli.errors import CliError, Exit
from cli.models_pin import sha256
from cli.models_progress import bar, watching
from farm.catalog import Model, Source

ROOM = 1.02  # of what is fetched: the file system keeps something for itself


@dataclass(frozen=True)
class Remote:
    """One file as the hub announces it: bytes, and for large ones the SHA-256."""

    size: int
    sha256: str | None


@dataclass(frozen=True)
class Plan:
    """What a model needs of one repository: its files, and those of them that are not here."""

    source: Source
    commit: str
    files: Mapping[str, Remote]
    absent: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """All of it."""
        return sum(file.size for file in self.files.values())

    @property
    def to_fetch(self) -> int:
        """Bytes that are not here; of a file that was broken off, all of it."""
        return sum(self.files[name].size for name in self.absent)


def token_of(path: Path | None) -> str | None:
    """The hub's token in a file, or none.

    Raises CliError for a file that cannot be read or holds none.
    """
    if path is None:
        return None
    try:
        words = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"--token-file {path}: cannot be read: {getattr(error, 'strerror', None) or error}", Exit.BAD_INPUT) from error
    if len(words) != 1:
        raise CliError(f"--token-file {path}: holds {len(words)} words and a token is one, like hf_…", Exit.BAD_INPUT)
    return words[0]


def pull(model: Model, token: str | None, *, only_plan: bool, quiet: bool) -> dict[str, Any]:
    """Fetch a model and what it needs besides, or only say how much that is.

    Raises CliError naming the model, what went wrong, and what to do.
    """
    if importlib.util.find_spec("huggingface_hub") is None:
        raise CliError("the Python package huggingface_hub is not installed; install it: pip install huggingface_hub", Exit.MACHINE)
    from huggingface_hub import utils

    utils.disable_progress_bars()  # of each file one, and one of what they call reconstruction: ours is one of all
    sources = [source for source in (model.source, *model.further()) if source.hub is not None]
    if here := _offline(model, sources):
        return here
    plans = []
    for source in sources:
        with _told(model, source):
            plans.append(_planned(model, source, token))
    for plan in plans:
        _sweep(plan)
    _see_room(model, sum(plan.to_fetch for plan in plans))
    found = {
        "hub": plans[0].source.hub,
        "revision": plans[0].commit,
        "bytes": sum(plan.bytes for plan in plans),
        "to_fetch": sum(plan.to_fetch for plan in plans),
    }
    if only_plan:
        return {**found, "files": sum(len(plan.files) for plan in plans)}
    folders = [_fetched(model, plan, token, quiet=quiet) for plan in plans]
    return {**found, "files": sum(len(plan.files) for plan in plans), "folder": str(folders[0])}


def _offline(model: Model, sources: list[Source]) -> dict[str, Any] | None:
    """What is here already, where the hub may not be asked; None where it may, or where something is not here."""
    from huggingface_hub import constants

    from pipelines import weights

    found = [weights.snapshot(source.hub or "", source.revision) for source in sources]
    folders = [folder for folder in found if folder is not None and not weights.incomplete(folder)]
    if not constants.HF_HUB_OFFLINE or len(folders) < len(sources):
        return None
    files = [path for folder in folders for path in models_files.files(folder)]
    size = sum(path.stat().st_size for path in files)
    row = {"hub": sources[0].hub, "revision": folders[0].name, "bytes": size, "to_fetch": 0, "files": len(files)}
    return {**row, "folder": str(folders[0]), "asked": False}


def _planned(model: Model, source: Source, token: str | None) -> Plan:
    from huggingface_hub import HfApi, RepoFile, hf_hub_download

    from pipelines import weights

    assert source.hub is not None
    hub = HfApi(token=token)
    commit = hub.repo_info(source.hub, revision=source.revision).sha
    assert commit is not None
    tree = {
        entry.path: Remote(entry.size, entry.lfs.sha256 if entry.lfs is not None else None)
        for entry in hub.list_repo_tree(source.hub, recursive=True, revision=commit)
        if isinstance(entry, RepoFile)
    }
    parts = None
    if "model_index.json" in tree:
        path = hf_hub_download(source.hub, "model_index.json", revision=commit, token=token)
        try:
            parts = weights.parts_named(json.loads(Path(path).read_text(encoding="utf-8")))
        except ValueError:
            parts = {}
    names = models_files.wanted(tree, fetch=source.fetch, parts=parts, variant=model.defaults.get("variant"))
    if not any(name.endswith(models_files.SAFE) for name in names) and not source.fetch:
        raise CliError(
            f"{model.name}: {source.hub} has no {models_files.SAFE} file, and nothing else is loaded; take a repository that has, "
            "or name its files in source.fetch",
            Exit.BAD_INPUT,
        )
    here = weights.cache() / f"models--{source.hub.replace('/', '--')}" / "snapshots" / commit
    absent = tuple(name for name in names if not _whole(here / name, tree[name]))
    return Plan(source, commit, {name: tree[name] for name in names}, absent)


def _whole(path: Path, file: Remote) -> bool:
    try:
        return path.stat().st_size == file.size
    except OSError:
        return False


def _sweep(plan: Plan) -> None:
    """Remove what killed pulls left in the cache: the hub's client never looks at a half file again."""
    from filelock import FileLock, Timeout

    store = _snapshot(plan).parents[1]
    locks = store.parent / ".locks" / store.name
    for half in store.glob("blobs/*.incomplete"):
        lock = locks / f"{half.name.partition('.')[0]}.lock"
        try:
            with FileLock(lock, timeout=0) if locks.is_dir() else contextlib.nullcontext():
                half.unlink(missing_ok=True)
        except (Timeout, OSError):
            continue  # another pull is at it


def _see_room(model: Model, needed: int) -> None:
    """Raises CliError when the disk of the hub's cache has not as much room."""
    from pipelines import weights

    place = weights.cache()
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    if needed * ROOM > free:
        raise CliError(
            f"{model.name}: {size(needed)} are to be fetched and {weights.cache()} has room for {size(free)}; make room there, "
            "or point HF_HUB_CACHE to a larger disk",
            Exit.MACHINE,
        )


def _fetched(model: Model, plan: Plan, token: str | None, *, quiet: bool) -> Path:
    """Fetch what is absent, and see that it is what the hub announced; the folder."""
    from huggingface_hub import snapshot_download

    assert plan.source.hub is not None
    for name in plan.absent:  # a file of the right name and a wrong length would be taken for the right one
        _forget(_snapshot(plan) / name)
    with _told(model, plan.source):
        patterns = [glob.escape(name) for name in plan.files]
        with watching(f"fetching {model.name}", plan.to_fetch, lambda: _stored(plan), quiet=quiet):
            folder = Path(snapshot_download(plan.source.hub, revision=plan.source.revision, allow_patterns=patterns, token=token))
    announced = {name: digest for name in plan.absent if (digest := plan.source.files.get(name) or plan.files[name].sha256)}
    total = sum(plan.files[name].size for name in announced)
    with bar(f"checking {model.name}", total, quiet=quiet) as read:
        for name, digest in announced.items():
            if (actual := sha256(folder / name, read)) != digest.lower():
                _forget(folder / name)
                raise CliError(
                    f"{model.name}: {name} of {plan.source.hub} arrived with SHA-256 {actual}, announced was {digest}; it was removed: run it again. "
                    "If it comes so again, models.yaml pins another version, or something between here and the hub changes files",
                    Exit.MACHINE,
                )
    return folder


def _stored(plan: Plan) -> int:
    """Bytes of the repository that are on the disk, half files, too."""
    total = 0
    for path in (_snapshot(plan).parents[1] / "blobs").glob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def _snapshot(plan: Plan) -> Path:
    from pipelines import weights

    assert plan.source.hub is not None
    return weights.cache() / f"models--{plan.source.hub.replace('/', '--')}" / "snapshots" / plan.commit


def _forget(path: Path) -> None:
    """Remove a file of the cache and the blob behind it."""
    for one in (path.resolve(), path):
        one.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(model: Model, source: Source) -> Iterator[None]:
    """Turns what the hub's client raises into sentences."""
    from huggingface_hub import errors

    name, hub = model.name, source.hub
    page = f"{os.environ.get('HF_ENDPOINT', 'https://huggingface.co').rstrip('/')}/{hub}"
    try:
        yield
    except errors.GatedRepoError as error:
        raise CliError(
            f"{name}: {hub} opens only to who has accepted its licence ({model.licence}): do so at {page}, make a token that may read there, and pass "
            "--token-file FILE; if you did, ask whether your request was granted",
            Exit.BAD_INPUT,
        ) from error
    except errors.RevisionNotFoundError as error:
        raise CliError(f"{name}: there is no {hub} at {source.revision or 'main'}; correct source.revision in models.yaml", Exit.BAD_INPUT) from error
    except errors.RepositoryNotFoundError as error:
        raise CliError(
            f"{name}: there is no {hub} at {source.revision or 'main'}, or it is not open to this token; correct source in models.yaml, "
            "or pass --token-file FILE",
            Exit.BAD_INPUT,
        ) from error
    except errors.OfflineModeIsEnabled as error:
        raise CliError(
            f"{name}: nothing can be fetched, HF_HUB_OFFLINE forbids it; unset it, or copy the folder of {hub} from the hub cache of a machine that has it "
            f"(storyfarm models check {name} then says whether it is whole)",
            Exit.MACHINE,
        ) from error
    except errors.HfHubHTTPError as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status == 401:
            raise CliError(f"{name}: the hub does not know this token (401); make a new one and pass --token-file FILE", Exit.BAD_INPUT) from error
        if status == 403:
            raise CliError(f"{name}: the token may not read {hub} (403); give it the right to read gated repositories", Exit.BAD_INPUT) from error
        if status == 429:
            raise CliError(f"{name}: the hub asks to come back later (429); wait a few minutes, or pass --token-file FILE", Exit.MACHINE) from error
        raise CliError(f"{name}: the hub answered {status or 'with an error'} to {hub}: {_first(error)}; run it again later", Exit.MACHINE) from error
    except CliError:
        raise
    except Exception as error:
        if not isinstance(error, _transport()):
            raise
        if getattr(error, "errno", None) == 28:
            raise CliError(f"{name}: the disk is full; make room, or point HF_HUB_CACHE to a larger one, and run it again: it goes on", Exit.MACHINE) from error
        proxy = next((f"{key}={_without_password(value)}" for key in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY") if (value := os.environ.get(key))), "")
        through = f" through {proxy}" if proxy else ""
        raise CliError(
            f"{name}: fetching {hub} broke off{through} ({type(error).__name__}: {_first(error)}); run it again: what is here is kept", Exit.MACHINE
        ) from error


def _transport() -> tuple[type[Exception], ...]:
    """Errors of the connection itself: the hub's client changed the library that it speaks through, and does not wrap them."""
    found: list[type[Exception]] = [OSError, RuntimeError]
    for library in ("httpx2", "httpx", "requests"):
        if library in sys.modules:
            module = importlib.import_module(library)
            found += [getattr(module, kind) for kind in ("HTTPError", "InvalidURL", "RequestException") if hasattr(module, kind)]
    from huggingface_hub import errors

    found += [getattr(errors, kind) for kind in ("XetDownloadError", "FileMetadataError") if hasattr(errors, kind)]
    return tuple(found)


def _first(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else "no more was said"


def _without_password(address: str) -> str:
    before, at, after = address.rpartition("@")
    return f"{before.partition('://')[0]}://…@{after}" if at else address


def size(amount: int) -> str:
    """An amount of bytes for people."""
    return f"{amount / 1e9:.1f} GB" if amount >= 1e8 else f"{amount / 1e6:.1f} MB"
