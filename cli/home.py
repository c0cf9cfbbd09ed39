"""The home folder of an embedded farm: its lock, its secret, its key and the address it answers on."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CliError, Exit

_LONGEST_SOCKET_PATH = 100
"""A unix socket's path has at most 108 bytes on Linux, 104 on macOS; some are left for the server's temporary names."""


@dataclass(frozen=True)
class Running:
    """A farm that runs in a home: process id of its supervisor, address and key."""

    pid: int
    url: str
    key: str


class Home:
    """A folder that one embedded farm at a time may use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: int | None = None

    def prepare(self) -> None:
        """Make the folder, private to its owner.

        Raises CliError when it cannot be made or written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            for name in ("logs", "scratch"):
                (self.folder / name).mkdir(exist_ok=True)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CliError(f"home {self.folder}: cannot be used: {reason}. Choose another with --home DIR or STORYFARM_HOME", Exit.MACHINE) from None

    def room(self, needed_mb: int) -> None:
        """See that the home's disk has room.

        Raises CliError naming how much there is when it is less than `needed_mb`.
        """
        free = shutil.disk_usage(self.folder).free / 1e6
        if free < needed_mb:
            said = f"home {self.folder}: its disk has {free:.0f} MB left, {needed_mb} MB are needed"
            raise CliError(f"{said}. Free some space, or choose another home with --home DIR; what is done already is kept", Exit.MACHINE)

    def acquire(self) -> bool:
        """Take the home's lock; False when another farm holds it. The lock ends with this process, however it ends."""
        if self._lock is not None:
            return True
        try:
            handle = os.open(self.folder / "farm.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CliError(
                f"home {self.folder}: cannot be written to: {error.strerror}. Choose another with --home DIR or STORYFARM_HOME", Exit.MACHINE
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._lock = handle
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def announce(self, running: Running) -> None:
        """Write down where the farm answers, for other commands in the same home."""
        self._write("farm.json", json.dumps({"pid": running.pid, "url": running.url, "key": running.key}))

    def withdraw(self) -> None:
        """Remove the announcement."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "farm.json").unlink()

    def running(self) -> Running | None:
        """The farm announced here, or None."""
        try:
            found = json.loads((self.folder / "farm.json").read_text())
            return Running(int(found["pid"]), str(found["url"]), str(found["key"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def secret(self) -> str:
        """The secret that signs this home's artifact addresses; made on first use."""
        return self._keep("secret", lambda: secrets.token_urlsafe(32))

    def key(self) -> str | None:
        """The embedded team's API key, kept readable for the owner alone; None before there is one."""
        path = self.folder / "key"
        return path.read_text().strip() or None if path.exists() else None

    def keep_key(self, key: str) -> None:
        """Keep the embedded team's key."""
        self._write("key", key)

    def socket(self) -> Path:
        """Where the embedded Valkey listens: in the home, or, where that path is too long for a socket, in the temporary folder."""
        path = self.folder / "redis.sock"
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
            return path
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"storyfarm-{os.getuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise CliError(f"{folder} belongs to somebody else; set TMPDIR to a folder of your own, or --home to a shorter path", Exit.MACHINE)
        return folder / "redis.sock"

    def _keep(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name
        if not path.exists():
            self._write(name, make())
        return path.read_text().strip()

    def _write(self, name: str, text: str) -> None:
        # Written whole under another name and moved: a reader never sees half of it, a full disk leaves the former one.
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=f".{name}.")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(text)
            os.replace(temporary, self.folder / name)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
