"""What `storyfarm models pin` writes: which revision of a model is here, and the SHA-256 of each of its files, into models.yaml."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from cli.errors import CliError, Exit
from farm import catalog as catalogs
from farm.catalog import Model

CHUNK = 1 << 20


def sha256(path: Path, read: Callable[[int], None] = lambda count: None) -> str:
    """The SHA-256 of a file; `read` hears how many bytes were read, each time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            read(len(chunk))
    return digest.hexdigest()


def hashes(folder: Path, files: Iterable[Path], read: Callable[[int], None]) -> dict[str, str]:
    """SHA-256 by file name within `folder`, sorted."""
    return {path.relative_to(folder).as_posix(): sha256(path, read) for path in sorted(files)}


def write(path: Path, pins: Mapping[str, tuple[Model, str | None, Mapping[str, str]]]) -> None:
    """Write revision and files' hashes of models (by name) into the models.yaml at `path`; every other byte of it stays.

    Raises CliError when it cannot be read or written, or would not be valid afterwards; then it stays as it was.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CliError(f"{path}: cannot be read: {error}", Exit.BAD_INPUT) from error
    edits = []
    for name, (model, revision, files) in pins.items():
        entry = _child(_child(root, "models"), name)
        start, end = _span(path, text, name, entry)
        column = entry.value[0][0].start_mark.column
        edits.append((start, end, _source(model, revision, files, None if entry.flow_style else column)))
    for start, end, source in sorted(edits, reverse=True):
        text = text[:start].rstrip(" ") + source + text[end:]
    _replace(path, text)


def _child(node: Any, key: str) -> Any:
    """The value under `key` of a mapping's node, or None."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _span(path: Path, text: str, name: str, entry: Any) -> tuple[int, int]:
    """Where the value of the entry's `source` begins and ends in the text.

    Raises CliError for a source that is shared by anchors, because another model's would change with it.
    """
    for key, value in entry.value:
        if key.value == "source":
            start, end = value.start_mark.index, _end(value)
            between = text[key.end_mark.index : start]
            if start < key.end_mark.index or "&" in between or text[start : start + 1] == "&":
                break
            return start - (len(between) - len(between.rstrip(" \n"))), end
    raise CliError(f"{path}: model {name!r} shares its source with another (an anchor or a merge); write it out, then pin again", Exit.BAD_INPUT)


def _end(node: Any) -> int:
    """Where a node's own text ends: that of a block reaches to the next token, over comments and blank lines that belong to others."""
    if isinstance(node, yaml.MappingNode | yaml.SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _source(model: Model, revision: str | None, files: Mapping[str, str], column: int | None) -> str:
    """The source as YAML: lines under an entry whose keys stand at `column`, or, inside of an entry in braces, braces."""
    hub = model.source.hub
    place = {"hub": hub, "revision": revision or ""} if hub is not None else {"folder": str(model.source.folder)}
    if column is None:
        return " " + json.dumps({**place, "files": dict(files)}, ensure_ascii=False)  # JSON is YAML
    inner, deeper = " " * (column + 2), " " * (column + 4)
    lines = [f"{inner}{key}: {_scalar(value)}" for key, value in place.items()]
    return "\n".join(["", *lines, f"{inner}files:", *(f"{deeper}{_scalar(file)}: {digest}" for file, digest in files.items())])


def _scalar(text: str) -> str:
    """A text as one line of YAML, in quotes where it needs them."""
    plain = re.fullmatch(r"[A-Za-z_/.][\w/.@+-]*", text) and text.lower() not in {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
    return text if plain and yaml.safe_load(text) == text else json.dumps(text, ensure_ascii=False)


def _replace(path: Path, text: str) -> None:
    """Put `text` in the place of the file's, whole or not at all, after a look at whether it is valid."""
    target = path.resolve()
    try:
        descriptor, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, partial)
        try:
            catalogs.load(Path(partial))
        except catalogs.CatalogError as error:
            os.unlink(partial)
            raise CliError(f"{path}: pinning would make it invalid, so nothing was written: {error}", Exit.BAD_INPUT) from error
        os.replace(partial, target)
    except OSError as error:
        raise CliError(f"{path}: cannot be written: {error.strerror or error}; point STORYFARM_MODELS to a copy that can", Exit.MACHINE) from error
