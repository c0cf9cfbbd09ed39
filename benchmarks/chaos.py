"""What the farm does when parts of it are killed in the middle of a render: `python -m benchmarks.chaos [--seconds 30]`.

Each trial starts an embedded farm of its own, renders through its HTTP API, injects one fault while the clips are made, and then reads from
SQL what happened: does the film come, was each task's result recorded once, how long until the lost work was taken up again. The first
row has no fault, for comparison.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import redis

ROOT = Path(__file__).resolve().parents[1]
PROMPT = "A lighthouse keeper befriends a stranded whale."


@dataclass
class Farm:
    """An embedded farm under test."""

    home: Path
    process: subprocess.Popen[str]
    url: str
    key: str

    @classmethod
    def up(cls, home: Path, workers: int) -> Farm:
        """Start it."""
        command = [sys.executable, "-m", "cli", "up", "--home", str(home), "--port", "0", "--json", "--workers", str(workers)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        return cls(home, process, said["url"], said["key"])

    def down(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(60)

    def create(self, prompt: str, seconds: int) -> str:
        """Order a film; its id."""
        body = {"script": prompt, "targetSeconds": seconds, "motion": True, "music": True, "seed": 1}
        answer = httpx.post(f"{self.url}/api/v1/sequences", headers={"x-api-key": self.key}, json=body, timeout=60)
        return str(answer.raise_for_status().json()["sequences"][0]["id"])

    def status(self, story: str) -> dict[str, object]:
        """Its status document, whatever happens to the gateway meanwhile."""
        while True:
            try:
                answer = httpx.get(f"{self.url}/api/v1/sequences/{story}?wait=2s", headers={"x-api-key": self.key}, timeout=30)
                if answer.status_code == httpx.codes.OK:
                    return dict(answer.json())
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def sql(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Ask the farm's database."""
        with sqlite3.connect(f"file:{self.home / 'farm.db'}?mode=ro", uri=True, timeout=10) as connection:
            return connection.execute(query, values).fetchall()

    def processes(self, part: str) -> list[psutil.Process]:
        """Its processes of one part: worker, gateway, relay, valkey-server."""
        return [child for child in psutil.Process(self.process.pid).children(recursive=True) if _is(child, part)]

    def busy_worker(self) -> tuple[psutil.Process, str, float]:
        """A worker that animates a clip now, the task's id, and the database's time of its start."""
        while True:
            rows = self.sql(
                "select t.id, w.pid, t.started_at from tasks t join workers w on w.name = t.worker "
                "where t.state = 'running' and t.kind = 'animate' and t.step > 3"
            )
            for task, pid, began in rows:
                for worker in self.processes("worker"):
                    if worker.pid == pid:
                        return worker, str(task), float(str(began))
            time.sleep(0.02)


def _is(process: psutil.Process, part: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return any(word == part or word.endswith("/" + part) for word in words)


Fault = Callable[[Farm], Callable[[], str]]


def no_fault(_farm: Farm) -> Callable[[], str]:
    """Nothing happens."""
    return lambda: "–"


def worker_killed(farm: Farm) -> Callable[[], str]:
    """kill -9 of a worker that is animating a clip."""
    worker, task, _ = farm.busy_worker()
    at = time.time()
    worker.send_signal(signal.SIGKILL)

    def recovery() -> str:
        rows = farm.sql("select started_at from attempts where task = ? order by epoch", task)
        return f"{float(str(rows[1][0])) - at:.2f} s until its task ran again" if len(rows) > 1 else "its task had ended"

    return recovery


def slot_killed(farm: Farm) -> Callable[[], str]:
    """kill -9 of the slot of such a worker."""
    worker, task, _ = farm.busy_worker()
    at = time.time()
    for child in worker.children(recursive=True):
        child.send_signal(signal.SIGKILL)

    def recovery() -> str:
        rows = farm.sql("select started_at from attempts where task = ? order by epoch", task)
        return f"{float(str(rows[1][0])) - at:.2f} s until its task ran again" if len(rows) > 1 else "its task had ended"

    return recovery


def redis_flushed(farm: Farm) -> Callable[[], str]:
    """FLUSHALL, while clips are made."""
    farm.busy_worker()
    environment = farm.processes("worker")[0].environ()
    redis.Redis.from_url(environment["STORYFARM_REDIS_URL"]).flushall()
    return _next_start(farm, time.time())


def redis_killed(farm: Farm) -> Callable[[], str]:
    """kill -9 of the Valkey server, while clips are made."""
    farm.busy_worker()
    at = time.time()
    for server in farm.processes("valkey-server"):
        server.send_signal(signal.SIGKILL)
    return _next_start(farm, at)


def gateway_killed(farm: Farm) -> Callable[[], str]:
    """kill -9 of the gateway, which is started again."""
    farm.busy_worker()
    at = time.monotonic()
    for gateway in farm.processes("gateway"):
        gateway.send_signal(signal.SIGKILL)
    farm_answers = httpx.get(f"{farm.url}/api/v1", timeout=60)
    took = time.monotonic() - at
    return lambda: f"{took:.2f} s until it answered ({farm_answers.status_code})"


def _next_start(farm: Farm, at: float) -> Callable[[], str]:
    def recovery() -> str:
        rows = farm.sql("select min(started_at) from attempts where started_at > ?", at)
        return f"{float(str(rows[0][0])) - at:.2f} s until the next task began"

    return recovery


def two_renders_with_workers_coming_and_going(folder: Path, seconds: int) -> None:
    """Two films at once; meanwhile one worker is started and another drained."""
    farm = Farm.up(folder / "two", 1)
    try:
        began = time.monotonic()
        stories = [farm.create(PROMPT, seconds), farm.create("A robot chef learns to bake bread for her village.", seconds)]
        worker, _, _ = farm.busy_worker()
        environment = {**worker.environ()}
        added = subprocess.Popen(
            [sys.executable, "-m", "cli", "worker", "--pool", "cpu"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not any(row[0] == added.pid for row in farm.sql("select pid from workers")):
            time.sleep(0.05)
        farm.busy_worker()
        drained = next(process for process in farm.processes("worker") if process.pid != added.pid)
        drained.send_signal(signal.SIGTERM)  # the embedded farm starts another in its place
        ended = [_wait(farm, story) for story in stories]
        added.terminate()
        left = added.wait(60)
        doubled = farm.sql("select count(*) from (select task from attempts where ended = 'done' group by task having count(*) > 1)")[0][0]
        lost = farm.sql("select count(*) from attempts where ended in ('crashed', 'failed')")[0][0]
        print(
            f"two films at once, one worker started, another drained: {[status['status'] for status in ended]} after {time.monotonic() - began:.1f} s; "
            f"results recorded twice: {doubled}; attempts crashed or failed: {lost}; the started worker drained with exit code {left}"
        )
    finally:
        farm.down()


def _wait(farm: Farm, story: str) -> dict[str, object]:
    while (status := farm.status(story))["status"] not in ("completed", "failed", "archived"):
        pass
    return status


def trial(name: str, fault: Fault, folder: Path, seconds: int, workers: int) -> None:
    """One row of the table."""
    farm = Farm.up(folder / name.replace(" ", "-"), workers)
    try:
        began = time.monotonic()
        story = farm.create(PROMPT, seconds)
        said: list[Callable[[], str]] = []
        thread = threading.Thread(target=lambda: said.append(fault(farm)), daemon=True)
        thread.start()
        status = _wait(farm, story)
        took = time.monotonic() - began
        thread.join(90)
        tasks = farm.sql("select count(*), sum(state = 'done') from tasks")[0]
        doubled = farm.sql("select count(*) from (select task from attempts where ended = 'done' group by task having count(*) > 1)")[0][0]
        again = farm.sql("select count(*) from attempts where epoch > 1")[0][0]
        recovery = said[0]() if said else "the fault found no moment"
        print(
            f"{name:16} {status['status']!s:10} {took:6.1f} s   {tasks[1]}/{tasks[0]} tasks done   "
            f"done twice: {doubled}   attempts again: {again}   {recovery}",
            flush=True,
        )
    finally:
        farm.down()


def main() -> None:
    """Run every trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="length of the films")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="one trial's name")
    given = parser.parse_args()
    trials: dict[str, Fault] = {
        "no fault": no_fault,
        "worker killed": worker_killed,
        "slot killed": slot_killed,
        "redis flushed": redis_flushed,
        "redis killed": redis_killed,
        "gateway killed": gateway_killed,
    }
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        for name, fault in trials.items():
            if given.only in ("", name):
                trial(name, fault, Path(folder), given.seconds, given.workers)
        if given.only in ("", "two"):
            two_renders_with_workers_coming_and_going(Path(folder), given.seconds)


if __name__ == "__main__":
    main()
