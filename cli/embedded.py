"""The embedded farm: Valkey, gateway, relay and workers as child processes of this one, everything under one home."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import structlog

from cli import valkey
from cli.errors import CliError, Exit
from cli.home import Home, Running
from cli.parts import profile_of
from cli.processes import Child
from farm import catalog as catalogs
from farm.settings import Settings, unix_url
from farm.types import TaskKind

_READY_SECONDS = 60.0
_ROOM_TO_START_MB = 200
"""A film of half a minute leaves about 40 MB of pictures, clips and sound."""
ROOM_TO_GO_ON_MB = 20
"""Less, and the database may refuse the next result: better to say so than to wait for room."""
_STOP_SECONDS = 12.0
_WORKER_GRACE_SECONDS = 4
_TEAM = "embedded"
_OWN = frozenset(f"STORYFARM_{name}" for name in ("DATABASE_URL", "REDIS_URL", "ARTIFACTS_URL", "ARTIFACTS_REDIRECT", "SECRET"))
"""Settings of a cluster: an embedded farm has its own, in its home."""
_log = structlog.get_logger()


class EmbeddedFarm:
    """Starts, tends and stops the processes of a farm on this machine."""

    def __init__(self, home: Home, *, host: str = "127.0.0.1", port: int = 0, workers: int | None = None, pool: str = "cpu") -> None:
        self.home, self.host, self.port, self.pool = home, host, port, pool
        self.worker_count = workers or max(1, min(os.cpu_count() or 1, 8))
        self._children: list[Child] = []
        self._listener: socket.socket | None = None
        self._stopping, self._stopped, self._tending = threading.Event(), threading.Event(), threading.Lock()
        self._keeper: threading.Thread | None = None

    def start(self) -> Running:
        """Start everything and return where it answers. The caller holds the home's lock.

        Raises CliError for a port in use, a corrupt models.yaml, a wrong profile, a missing server program, a full disk, or a part that does not come up.
        """
        self.home.room(_ROOM_TO_START_MB)
        self._listener = self._listen()
        self.port = self._listener.getsockname()[1]
        url = f"http://{self.host}:{self.port}"
        redis_socket = self.home.socket()
        surroundings = {name: value for name, value in os.environ.items() if name not in _OWN}
        settings = Settings.from_environment({**surroundings, "STORYFARM_SECRET": self.home.secret()}, home=self.home.folder)
        settings = replace(settings, redis_url=unix_url(redis_socket))
        try:
            catalog = catalogs.load(settings.models)
        except catalogs.CatalogError as error:
            raise CliError(str(error), Exit.BAD_INPUT) from None
        profile_of(settings, catalog)
        if self.pool not in catalog.pools:
            raise CliError(f"no pool {self.pool!r} in {settings.models}; it has {', '.join(sorted(catalog.pools))}", Exit.BAD_INPUT)
        program = valkey.server()
        if program is None:
            raise CliError(
                "no Valkey or Redis server for this machine: install valkey-server or redis-server, or set STORYFARM_REDIS_URL on a cluster", Exit.MACHINE
            )
        with contextlib.suppress(FileNotFoundError):
            redis_socket.unlink()  # a killed farm leaves its socket behind; the lock says that nobody serves on it
        environment = self._environment(settings)
        try:
            queue = self._child("redis", valkey.command(program, redis_socket, self.home.folder / "scratch"), environment)
            queue.start()
            key = self._open_store(settings)
            valkey.wait_until_up(settings.redis_url, _READY_SECONDS, lambda: queue.ended() is None)
            self._start_gateway(environment, url)
            python = [sys.executable, "-m"]  # the parts themselves, without the command line: the tables are up to date
            worker = [*python, "workers", "--pool", self.pool, "--grace", str(_WORKER_GRACE_SECONDS)]
            self._child("worker-0", worker, environment).start()
            self._await_gateway()
            # The first story is accepted and written by these two; whatever else starts at the same time only takes their cores away. One worker
            # holds what writes: it is a second and a half to load, once a story.
            writers = [word for name in catalog.pools[self.pool].models if catalog.models[name].tasks == (TaskKind.WRITE,) for word in ("--cold", name)]
            for number in range(1, self.worker_count):
                self._child(f"worker-{number}", [*worker, *writers], environment).start()
            self._child("relay", [*python, "workers.relay"], environment).start()
        except BaseException:
            self.stop()
            raise
        running = Running(os.getpid(), url, key)
        self.home.announce(running)
        self._keep_alive()
        return running

    def stop(self) -> None:
        """End every process: all that use the queue at once, workers giving their tasks back, then the queue."""
        with self._tending:
            self._stopping.set()
        self.home.withdraw()
        for names in (("worker", "relay", "gateway"), ("redis",)):
            group = [child for child in self._children if child.name.startswith(names)]
            for child in group:
                child.terminate()
            until = time.monotonic() + _STOP_SECONDS
            for child in group:
                if not child.wait(until - time.monotonic()):
                    _log.warning("a process did not end when asked and was killed", process=child.name, pid=child.pid)
                    child.kill()
        if self._keeper:
            self._stopped.set()
            self._keeper.join()
        self._children.clear()
        if self._listener:
            self._listener.close()
            self._listener = None

    # ------------------------------------------------------------------ parts

    def _listen(self) -> socket.socket:
        """Bind the gateway's address here, so that a gateway that is killed and started again loses no connection."""
        listener = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen(1024)
        except (OSError, OverflowError) as error:
            listener.close()
            reason = getattr(error, "strerror", None) or str(error)
            raise CliError(f"port {self.port} on {self.host}: {reason}. Choose another with --port N (0 takes a free one)", Exit.MACHINE) from None
        return listener

    def _open_store(self, settings: Settings) -> str:
        """Bring the database up to date and see that the embedded team has a key; returns the key."""
        from farm.store import Store

        store = Store.open(settings.database_url)
        try:
            store.migrate()
            team = store.teams.ensure(_TEAM, unlimited=True)
            key = self.home.key()
            if key is None or store.keys.authenticate(key) is None:
                key = store.keys.create(team, name="embedded").key
                self.home.keep_key(key)
            return key
        finally:
            store.close()

    def _start_gateway(self, environment: dict[str, str], url: str) -> None:
        assert self._listener is not None
        reader, writer = os.pipe()
        self._ready = reader
        listener = self._listener.fileno()
        child = self._child("gateway", [sys.executable, "-m", "gateway", "--fd", str(listener), "--public-url", url], environment, pass_fds=(listener,))
        child.start(more=["--ready-fd", str(writer)], more_fds=[writer])
        os.close(writer)

    def _await_gateway(self) -> None:
        gateway = next(child for child in self._children if child.name == "gateway")
        try:
            until = time.monotonic() + _READY_SECONDS
            while time.monotonic() < until:
                if select.select([self._ready], [], [], 0.2)[0]:
                    if os.read(self._ready, 4096):
                        return
                    break
                if gateway.ended() is not None:
                    break
            gateway.wait(1)
            raise CliError(f"the gateway did not come up (exit code {gateway.ended()}); {gateway.log} ends with:\n{gateway.last_words()}", Exit.MACHINE)
        finally:
            os.close(self._ready)

    def _child(self, name: str, command: list[str], environment: dict[str, str], pass_fds: tuple[int, ...] = ()) -> Child:
        child = Child(name, command, log=self.home.folder / "logs" / f"{name}.log", environment=environment, pass_fds=pass_fds)
        self._children.append(child)
        return child

    def _environment(self, settings: Settings) -> dict[str, str]:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.environ.get("PYTHONPATH")
        return {
            **{name: value for name, value in os.environ.items() if name not in _OWN and name != "STORYFARM_KEY"},
            "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root,
            "PYTHONUNBUFFERED": "1",
            "STORYFARM_HOME": str(settings.home),
            "STORYFARM_DATABASE_URL": settings.database_url,
            "STORYFARM_REDIS_URL": settings.redis_url,
            "STORYFARM_ARTIFACTS_URL": settings.artifacts_url,
            "STORYFARM_PUBLIC_URL": settings.public_url,
            "STORYFARM_SECRET": settings.secret,
            "STORYFARM_MODELS": str(settings.models),
            "STORYFARM_PROFILE": settings.profile,
        }

    # ------------------------------------------------------------------ tending

    def _keep_alive(self) -> None:
        self._keeper = threading.Thread(target=self._tend, name="keeper", daemon=True)
        self._keeper.start()

    def _tend(self) -> None:
        """Start again what ended: at once the first time, then after 1, 2, 4 … 30 s while it does not stay up for a minute."""
        due: dict[str, float] = {}
        failures: dict[str, int] = {}
        while not self._stopping.wait(0.2):
            with self._tending:
                for child in self._children if not self._stopping.is_set() else ():
                    self._revive(child, due, failures)
        self._stopped.wait()  # what this thread started ends with it: it stays until everything has ended

    @staticmethod
    def _revive(child: Child, due: dict[str, float], failures: dict[str, int]) -> None:
        code, now = child.ended(), time.monotonic()
        if code is None:
            return
        if child.name not in due:
            quick = now - child.started_at < 60
            failures[child.name] = failures.get(child.name, 0) + 1 if quick else 0
            due[child.name] = now + (0 if failures[child.name] <= 1 else min(2.0 ** (failures[child.name] - 2), 30.0))
            _log.warning("a process ended and is started again", process=child.name, exit_code=code, seconds=round(due[child.name] - now, 1))
        if now >= due[child.name]:
            del due[child.name]
            child.start()
