"""Fetching a film's stream from a farm: its playlists, and what they name, into one folder that any player or web server takes."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urljoin

from cli.client import FarmClient, umask
from cli.errors import CliError, Exit

_NAMED = re.compile(r"\.\./[0-9a-f]{64}/([A-Za-z0-9_-][A-Za-z0-9._-]{0,79})(?:\?signature=[\w-]*)?")
_FIRST = "index.m3u8"
_MOST_FILES = 64
"""A stream of ours has five."""


def fetch_stream(client: FarmClient, href: str, folder: Path) -> Path:
    """Fetch the stream whose first playlist is at `href` into `folder`, in the place of what may be there; the path of its first playlist.

    All of it is there or nothing is. Raises CliError, FarmAway.
    """
    try:
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:100]}.", suffix=".part"))
        try:
            _fetch_all(client, href, scratch)
            scratch.chmod(0o777 & ~umask())
            _swap(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise CliError(f"{folder}: cannot be written: {error.strerror or error}. The stream is kept at {href}", Exit.MACHINE) from None
    return folder / _FIRST


def _fetch_all(client: FarmClient, href: str, folder: Path) -> None:
    """Fetch the first playlist and, from playlist to playlist, all that is named: there by bytes, here by the name beside them."""
    wanted = {_FIRST: href}
    had: set[str] = set()
    while missing := sorted(set(wanted) - had):
        if len(wanted) > _MOST_FILES:
            raise CliError(f"{client.url}: the stream at {href} names more than {_MOST_FILES} files; is it a Storyfarm gateway?", Exit.FARM_AWAY)
        name = missing[0]
        client.download(wanted[name], folder / name)
        had.add(name)
        if name.endswith(".m3u8"):
            text = (folder / name).read_text(encoding="utf-8", errors="replace")
            for found in _NAMED.finditer(text):
                wanted.setdefault(found[1], urljoin(wanted[name], found[0]))
            (folder / name).write_text(_NAMED.sub(r"\1", text), encoding="utf-8")


def _swap(new: Path, folder: Path) -> None:
    former = new.with_suffix(".former")
    with contextlib.suppress(FileNotFoundError):
        folder.rename(former)
    try:
        new.rename(folder)
    except OSError:
        with contextlib.suppress(OSError):
            former.rename(folder)
        raise
    if former.is_dir() and not former.is_symlink():
        shutil.rmtree(former, ignore_errors=True)
    else:
        former.unlink(missing_ok=True)
