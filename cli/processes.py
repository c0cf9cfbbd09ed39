"""Child processes that die with their parent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from farm import parent


class Child:
    """One child process of the embedded farm, its output in a log file of its own."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str], pass_fds: Sequence[int] = ()) -> None:
        self.name, self.command, self.log = name, list(command), log
        self._environment, self._pass_fds = dict(environment), tuple(pass_fds)
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.started_at = 0.0

    def start(self, more: Sequence[str] = (), more_fds: Sequence[int] = ()) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches only the parent, which stops it in order.

        `more` words and file descriptors are for this start alone. The thread that calls this must live as long as the process should.
        """
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", parent.__file__, str(os.getpid()), *self.command, *more],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                pass_fds=(*self._pass_fds, *more_fds),
                start_new_session=True,
            )
        self.starts += 1
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int | None:
        """Its process id, or None before the start."""
        return self._process.pid if self._process else None

    def ended(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll() if self._process else None

    def terminate(self) -> None:
        """Ask it to end."""
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for its end; True when it ended."""
        if not self._process:
            return True
        try:
            self._process.wait(timeout=max(seconds, 0.01))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it and its session at once."""
        if self._process and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def last_words(self, lines: int = 8) -> str:
        """The last lines of its log, for an error message."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - 8192))
                return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""
