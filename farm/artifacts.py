"""Artifacts: immutable bytes named by their SHA-256, in a folder or in S3-compatible storage; signed addresses to them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from farm.settings import SettingsError, check_artifacts
from farm.store.records import Artifact

CHUNK = 1 << 18
_PIECE = 1 << 20  # bytes hashed at a time
_SHA = re.compile(r"[0-9a-f]{64}\Z")
_INCOMING = ".incoming"
_PATIENCE: Any = {"max_retries": 6, "retry_timeout": timedelta(seconds=60)}  # then the task fails, and is tried again by the farm's own rules


class Missing(FileNotFoundError):
    """There are no such bytes, or they are not what their name says."""


class StorageAway(OSError):
    """The storage of the artifacts refused or did not answer; what was asked of it may be tried again."""


class Artifacts:
    """Puts files away, gives them back, signs addresses to them; safe in threads and in many processes."""

    def __init__(self, store: ObjectStore, folder: Path | None, secret: str) -> None:
        self._store, self._folder = store, folder
        self._key = hashlib.sha256(b"storyfarm artifact addresses\0" + secret.encode()).digest() if secret else b""

    @classmethod
    def open(cls, url: str, secret: str = "") -> Artifacts:
        """A folder (`file:///path`, made if need be) or `s3://bucket/prefix` (AWS_* variables say where and who).

        `secret` signs addresses; whoever makes none needs none. Raises SettingsError for another address, or a folder that cannot be used.
        """
        check_artifacts(url)
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.netloc in ("", "localhost"):
            folder = Path(unquote(parts.path))
            try:
                (folder / _INCOMING).mkdir(parents=True, exist_ok=True)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                raise SettingsError(
                    f"STORYFARM_ARTIFACTS_URL is {url!r}: its folder cannot be used: {reason}. Choose one that this user may write to"
                ) from None
            return cls(LocalStore(prefix=folder), folder, secret)
        if parts.scheme == "s3" and parts.netloc:
            plain = (os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or "").startswith("http://")
            options: Any = {"allow_http": True} if plain else None
            return cls(S3Store(parts.netloc, prefix=parts.path.strip("/") or None, client_options=options, retry_config=_PATIENCE), None, secret)
        raise AssertionError(f"check_artifacts let {url!r} pass")

    # ---------------------------------------------------------------- bytes

    def put(self, path: Path, media_type: str) -> Artifact:
        """Put a copy of the file at `path` away; the same bytes again cost a reading only.

        Either all of it is there under its name or nothing is. Raises OSError when it cannot be read or written (a full disk, StorageAway).
        """
        return self._put_folder(path, media_type) if self._folder is not None else self._put_remote(path, media_type)

    def _put_folder(self, path: Path, media_type: str) -> Artifact:
        assert self._folder is not None
        digest, size = hashlib.sha256(), 0
        incoming = self._folder / _INCOMING / secrets.token_hex(16)
        try:
            with path.open("rb") as source, incoming.open("xb") as copy:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    copy.write(piece)
                    size += len(piece)
                copy.flush()
                os.fsync(copy.fileno())  # SQL will soon say, durably, that these bytes are here
            final = self._path(digest.hexdigest())
            if final.is_file() and final.stat().st_size == size:
                incoming.unlink()
            else:
                final.parent.mkdir(exist_ok=True)
                incoming.replace(final)
                _sync(final.parent)
        except BaseException:
            incoming.unlink(missing_ok=True)
            raise
        return Artifact(digest.hexdigest(), size, media_type)

    def _put_remote(self, path: Path, media_type: str) -> Artifact:
        """An upload becomes visible as a whole or not at all, so that the bytes can go straight to their name."""
        with path.open("rb") as source:
            sha = hashlib.file_digest(source, "sha256").hexdigest()
        size = path.stat().st_size
        if self._stored_size(sha) != size:
            with _named_errors(f"artifact {sha} could not be put into its storage", FileNotFoundError):  # there is no such bucket
                obstore.put(self._store, _name(sha), path, attributes={"Content-Type": media_type, "Cache-Control": "public, max-age=31536000, immutable"})
        return Artifact(sha, size, media_type)

    def local(self, sha: str, scratch: Path) -> Path:
        """A path to read the bytes at, never to write to: the folder's own file, or a checked copy under `scratch`.

        Raises Missing, ValueError for what is no SHA-256, OSError for a full disk.
        """
        if self._folder is not None:
            path = self._path(sha)
            if not path.is_file():
                raise Missing(f"artifact {sha} is not in {self._folder}")
            return path
        path = scratch / _checked(sha)
        if path.is_file():
            return path
        incoming, digest = path.with_suffix(f".{secrets.token_hex(4)}"), hashlib.sha256()
        try:
            with incoming.open("xb") as copy:
                for piece in self.stream(sha):
                    digest.update(piece)
                    copy.write(piece)
            if digest.hexdigest() != sha:
                raise Missing(f"artifact {sha} is not whole in its storage: its bytes hash to {digest.hexdigest()}")
            incoming.replace(path)
        finally:
            incoming.unlink(missing_ok=True)
        return path

    def size(self, sha: str) -> int:
        """How many bytes it has. Raises Missing."""
        size = self._stored_size(sha)
        if size is None:
            raise Missing(f"artifact {sha} is not there")
        return size

    def stream(self, sha: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Its bytes from `start` to before `end`, in pieces. Raises Missing."""
        length = self.size(sha)
        end = length if end is None else min(end, length)
        if start < end:
            with _named_errors(f"artifact {sha} could not be read from its storage"):
                yield from map(bytes, obstore.get(self._store, _name(sha), options={"range": (start, end)}).stream(CHUNK))

    async def stream_async(self, sha: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """As `stream`, for asyncio."""
        with _named_errors(f"artifact {sha} could not be read from its storage"):
            try:
                length = (await obstore.head_async(self._store, _name(sha)))["size"]
            except FileNotFoundError:
                raise Missing(f"artifact {sha} is not there") from None
            end = length if end is None else min(end, length)
            if start < end:
                found = await obstore.get_async(self._store, _name(sha), options={"range": (start, end)})
                async for piece in found.stream(CHUNK):
                    yield bytes(piece)

    def sweep(self, older_than: float = 86_400.0) -> int:
        """Remove what puts that were killed left behind (a folder only), if older than that many seconds; returns how many."""
        if self._folder is None:
            return 0
        newest = (self._folder / _INCOMING).stat().st_mtime  # the folder's own clock; good enough for a day
        old = [path for path in (self._folder / _INCOMING).iterdir() if newest - path.stat().st_mtime > older_than]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def remove(self, sha: str) -> None:
        """Remove bytes of which nothing is recorded, such as a preview that another has followed; nothing happens when they are not there."""
        with contextlib.suppress(FileNotFoundError), _named_errors(f"artifact {sha} could not be removed from its storage"):
            obstore.delete(self._store, _name(sha))

    def free_bytes(self) -> int | None:
        """Room left in the folder's disk; None for remote storage."""
        return shutil.disk_usage(self._folder).free if self._folder is not None else None

    def _path(self, sha: str) -> Path:
        assert self._folder is not None
        return self._folder / _name(sha)

    def _stored_size(self, sha: str) -> int | None:
        try:
            with _named_errors(f"the storage could not be asked for artifact {sha}"):
                return int(obstore.head(self._store, _name(sha))["size"])
        except FileNotFoundError:
            return None

    # ---------------------------------------------------------------- addresses

    def address(self, sha: str, filename: str) -> str:
        """The path and query that serve an artifact under a name of the caller's choice; it stays valid as long as the secret.

        Raises ValueError without a secret, for what is no SHA-256, or for a name with a slash.
        """
        if not filename or "/" in filename or filename in (".", ".."):
            raise ValueError(f"{filename!r} is no file name; take one without slashes")
        return f"/artifacts/{_checked(sha)}/{quote(filename)}?signature={self._sign(sha, filename)}"

    def presigned(self, sha: str, seconds: int) -> str | None:
        """An absolute address at which the storage itself serves the bytes for so long; None for a folder. Asks nobody whether they are there."""
        if not isinstance(self._store, S3Store):
            return None
        return obstore.sign(self._store, "GET", _name(sha), timedelta(seconds=seconds))

    def verify(self, sha: str, filename: str, signature: str) -> bool:
        """Whether `signature` was made for this artifact and name; in constant time."""
        if not _SHA.match(sha):
            return False
        return hmac.compare_digest(self._sign(sha, filename).encode(), signature.encode("utf-8", "surrogatepass"))

    def _sign(self, sha: str, filename: str) -> str:
        if not self._key:
            raise ValueError("STORYFARM_SECRET is empty, so addresses of artifacts cannot be signed; set it to 32 random characters or more")
        mac = hmac.digest(self._key, f"{sha}/{filename}".encode("utf-8", "surrogatepass"), "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


@contextlib.contextmanager
def _named_errors(what: str, *more: type[Exception]) -> Iterator[None]:
    """The storage's own errors are no OSErrors, and their texts run over many lines."""
    named: tuple[type[Exception], ...] = (BaseError, *more)
    try:
        yield
    except named as error:
        said = str(error).partition("Debug source")[0]
        raise StorageAway(f"{what}: {' '.join(said.split())[:400]}") from error


def _checked(sha: str) -> str:
    if not _SHA.match(sha):
        raise ValueError(f"{sha[:80]!r} is no SHA-256 in hexadecimal")
    return sha


def _name(sha: str) -> str:
    """256 folders, so that none gets too full to list."""
    return f"{_checked(sha)[:2]}/{sha}"


def _sync(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
