"""One gateway process: uvicorn with uvloop and httptools around the application, from bound socket to polite end."""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
from collections.abc import Callable

import structlog
import uvicorn

from farm import parent
from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.settings import Settings
from farm.store import Store
from gateway.app import create_app
from gateway.wire import Protocol

log = structlog.get_logger()

GRACE_SECONDS = 8
"""How long open answers may take to end after SIGTERM; waits and event streams end at once."""
_BACKLOG = 2048


class PortError(Exception):
    """The address cannot be listened on; the message says which and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one.

    Raises PortError naming the address and the remedy.
    """
    if not 0 <= port <= 65535:
        raise PortError(f"cannot listen on {host!r} port {port}: a port is a number from 0 to 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, OverflowError) as error:
        raise PortError(f"cannot listen on {host!r} port {port}: {error}; give an address of this machine and a port from 0 to 65535") from None
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except (OSError, OverflowError) as error:
        bound.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise PortError(f"port {port} on {host} is in use; stop what uses it, or choose another with --port (0 takes a free one)") from None
        raise PortError(f"cannot listen on {host} port {port}: {error}; give an address of this machine and a port that you may use") from None
    return bound


def url_of(bound: socket.socket) -> str:
    """The address of a bound socket, as a browser on this machine can open it."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Uvicorn's server that says when it is ready and, at the end, first sends the waiting home."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready, self._leave = ready, leave

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leave()
        await super().shutdown(sockets=sockets)


def run_gateway(
    settings: Settings,
    catalog: Catalog,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    listener: int | None = None,
    ready: Callable[[str], None] | int | None = None,
    die_with_parent: bool = False,
) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code 0.

    `listener` is the file descriptor of a socket that is bound already (then host and port are not used). `ready` is called with the
    gateway's URL once it takes requests; a number is a file descriptor that gets the URL as one line and is closed. Raises PortError,
    and SettingsError for an address of the database or the artifacts that cannot be used.
    """
    if die_with_parent:
        parent.die_with_parent(number=signal.SIGTERM)
    _raise_file_limit()
    # Opened here and not when the application starts: what is wrong with their addresses is told by whoever called, not by the server's log.
    artifacts, store = Artifacts.open(settings.artifacts_url, settings.secret), Store.open(settings.database_url)
    bound = listen(host, port) if listener is None else socket.socket(fileno=listener)
    url = url_of(bound)
    app = create_app(settings, catalog, store, artifacts)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="on",
        backlog=_BACKLOG,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config, ready=lambda: _tell(ready, url), leave=lambda: app.state.leave())  # noqa: PLW0108 - it is another function once the app has started
    # uvicorn raises the signal again once it has stopped; with these handlers that is an ordinary end.
    previous = {number: signal.signal(number, _noted) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        server.run(sockets=[bound])
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        bound.close()
        store.close()
    return 0 if server.started else 1


def _noted(number: int, frame: object) -> None:
    """The signal has done its work already."""


def _tell(ready: Callable[[str], None] | int | None, url: str) -> None:
    log.info("the gateway takes requests", url=url)
    if isinstance(ready, int):
        with os.fdopen(ready, "w") as pipe:
            pipe.write(url + "\n")
    elif ready is not None:
        ready(url)


def _raise_file_limit() -> None:
    """Every waiting caller is an open file: take what the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (ValueError, OSError) as error:
            log.debug("cannot raise the limit of open files", soft=soft, hard=hard, error=str(error))
