"""Rate limits: exact windows in Redis and in the process, and the fall back between them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis

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
