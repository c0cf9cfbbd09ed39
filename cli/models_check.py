"""What `storyfarm models check` finds: files that are not what they should be, and what is missing for a model to run here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cli import models_files
from cli.models_pin import sha256
from cli.models_progress import bar
from farm.catalog import Model

HEADER_BYTES = 100 << 20  # no header of a safetensors file is longer


def checked(model: Model, why_not: list[str], *, quiet: bool) -> dict[str, Any]:
    """What is verified of a model, what is wrong; `why_not`: the sentences that say what is missing here."""
    bad: list[str] = []
    wanted = dict(model.source.files)
    folder = models_files.folder(model)
    files = list(models_files.files(folder)) if folder is not None else []
    for path in files:
        # The cache keeps a large file under its SHA-256, which the hub announced when it was fetched.
        name = path.resolve().name
        if model.source.hub and len(name) == 64 and set(name) <= set("0123456789abcdef"):
            wanted.setdefault(path.relative_to(_root(folder)).as_posix(), name)
    verified = 0
    there = {name: folder / name for name in wanted if folder is not None and (folder / name).is_file()}
    with bar(f"checking {model.name}", sum(path.stat().st_size for path in there.values()), quiet=quiet) as read:
        for name, digest in wanted.items():
            if name not in there:
                bad.append(f"{name} is not there; {_again(model)}")
            elif (actual := sha256(there[name], read)) != digest.lower():
                bad.append(
                    f"{name} has SHA-256 {actual}, expected {digest}; it is damaged or another version: remove {there[name].resolve()} and {_again(model)}"
                )
            else:
                verified += 1
    for path in files:
        name = path.relative_to(_root(folder)).as_posix()
        if name not in there and (wrong := torn(path)):
            bad.append(f"{name} {wrong}: remove {path.resolve()} and {_again(model)}")
    return {
        "name": model.name,
        "files": verified,
        "of": len(wanted),
        "unpinned": len(files) - len(there),
        "bad": bad,
        "missing": why_not,
        "pinned": model.source.hub is None or _is_commit(model.source.revision),
    }


def torn(path: Path) -> str:
    """What is wrong with a safetensors file by its own header: cut off, too long, or none; nothing for other files.

    The format: eight bytes with the header's length, little-endian, the header as JSON with each tensor's place in what follows.
    """
    if path.suffix != models_files.SAFE:
        return ""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > HEADER_BYTES:
                return "is no safetensors file"
            header = json.loads(file.read(length))
        end = 8 + length + max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return "is no safetensors file"
    return "" if end == size else f"has {size} bytes and its header says {end}"


def _root(folder: Path | None) -> Path:
    assert folder is not None
    return folder


def _again(model: Model) -> str:
    return f"run: storyfarm models pull {model.name}" if model.source.hub is not None else f"copy it to {model.source.folder} again"


def _is_commit(revision: str | None) -> bool:
    return revision is not None and len(revision) == 40 and set(revision) <= set("0123456789abcdef")
