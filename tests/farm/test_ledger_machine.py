"""The ledger whatever happens: a state machine over the store, and a hundred jobs of which a third fail."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule, run_state_machine_as_test

from farm.store import Claim, InsufficientCredits, Store
from farm.store import tables as t
from farm.types import Scene, Screenplay, Shot
from tests.farm.farming import Hand, new_story, screenplay

STEPS = int(os.environ.get("STORYFARM_LEDGER_STEPS", "400"))
"""Steps over all examples; for a long run: STORYFARM_LEDGER_STEPS=100000, and --timeout 7200."""
_A_RUN = 50
SMALL = Screenplay(title="", scenes=(Scene(key="s", title="s", place="shore"),), shots=tuple(Shot(index=index, scene="s", seconds=3) for index in range(2)))


class LedgerMachine(RuleBasedStateMachine):
    """Requests, workers that succeed, fail, crash and come late, callers that cancel: after every step the books are right."""

    store: ClassVar[Store]
    steps: ClassVar[int] = 0
    teams: ClassVar[int] = 0
    stories, claims = Bundle("stories"), Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        type(self).teams += 1
        self.team = self.store.teams.ensure(f"team {self.teams}")
        self.hand = Hand(self.store, play=SMALL)
        self.granted = 0
        self.prices: dict[str, int] = {}
        self.made: list[str] = []

    @rule(amount=st.integers(1, 60))
    def grant(self, amount: int) -> None:
        self.granted += amount
        self.store.ledger.grant(self.team, amount)

    @rule(target=stories, price=st.integers(1, 30))
    def create(self, price: int) -> str:
        balance = self.store.ledger.balance(self.team)
        try:
            made = self.store.stories.create(new_story(self.team, credits=price, music=False, motion=False))
        except InsufficientCredits:
            assert balance < price
            return ""
        assert balance >= price
        self.prices[made.job] = price
        self.made.append(made.story)
        return made.story

    @rule(target=claims, how=st.sampled_from(["done", "done", "done", "fail", "retry", "crash", "hold"]))
    def work(self, how: str) -> Claim | None:
        claim = self.hand.claim()
        if claim is not None and how != "hold":
            self._end(claim, how)
        return claim

    @rule(claim=claims, how=st.sampled_from(["done", "fail", "retry", "crash"]))
    def come_late(self, claim: Claim | None, how: str) -> None:
        """A worker reports on a lease that it may have lost, or reported on before."""
        if claim is not None:
            self._end(claim, how)

    @rule(story=stories)
    def cancel(self, story: str) -> None:
        if story:
            self.store.stories.cancel(story, self.team)

    @rule(story=consumes(stories))
    def cancel_as_another_team(self, story: str) -> None:
        assert not self.store.stories.cancel(story or "seq_x", "team_other")

    @precondition(lambda self: self.made)
    @rule()
    def reap(self) -> None:
        self.store.tasks.reap(dead=[self.hand.name])

    @rule()
    def pauses_end(self) -> None:
        with self.store.database.write() as connection:
            connection.execute(t.tasks.update().where(t.tasks.c.team == self.team).values(not_before=0.0))

    def _end(self, claim: Claim, how: str) -> None:
        if how == "done":
            self.hand.complete(claim)
        else:
            self.store.tasks.fail(claim.lease, how, retry=how == "retry", crashed=how == "crash")

    @invariant()
    def the_books_are_right(self) -> None:
        type(self).steps += 1
        with self.store.database.read() as connection:
            entries = connection.execute(sa.select(t.ledger).where(t.ledger.c.team == self.team)).all()
            jobs = dict(connection.execute(sa.select(t.jobs.c.id, t.jobs.c.status).where(t.jobs.c.team == self.team)).all())  # type: ignore[arg-type]
        balance = self.store.ledger.balance(self.team)
        assert sum(entry.amount for entry in entries) == balance >= 0
        assert set(jobs) == set(self.prices)
        by_job: dict[str, dict[str, int]] = {}
        for entry in entries:
            if entry.job is not None:
                assert entry.kind not in by_job.setdefault(entry.job, {})  # nothing twice
                by_job[entry.job][entry.kind] = entry.amount
        assert sum(entry.amount for entry in entries if entry.job is None) == self.granted
        for job, price in self.prices.items():
            mine, status = by_job[job], jobs[job]
            assert mine["hold"] == -price
            assert 0 <= mine.get("refund", 0) <= price
            if status == "completed":
                assert mine["capture"] == 0
                assert mine.get("refund", 0) in (0, -(-price // 2))  # of two clips none or one was lost
            elif status == "failed":
                assert mine == {"hold": -price, "refund": price}
            elif status == "cancelled":
                assert mine in ({"hold": -price, "refund": price}, {"hold": -price, "capture": 0})
            else:
                assert mine == {"hold": -price}

    def teardown(self) -> None:
        for story in self.made:
            self.store.stories.cancel(story, self.team)


@pytest.fixture
def ledger_store(tmp_path: Path) -> Any:
    """A store on SQLite: the store's other tests hold both databases to the same."""
    store = Store.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    store.migrate()
    yield store
    store.close()


def test_the_books_are_right_after_every_step(ledger_store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    LedgerMachine.store, LedgerMachine.steps = ledger_store, 0
    examples = max(4, min(400, STEPS // _A_RUN))
    bounds = settings(max_examples=examples, stateful_step_count=_A_RUN, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    while LedgerMachine.steps < STEPS:
        run_state_machine_as_test(LedgerMachine, settings=bounds)
        with capsys.disabled():
            if STEPS > 10_000:
                print(f"{LedgerMachine.steps} steps, {LedgerMachine.teams} teams", flush=True)


# ---------------------------------------------------------------- a hundred jobs

FAULTS: tuple[tuple[frozenset[str], int], ...] = (
    (frozenset({"write"}), 0),  # the story cannot be written: nothing is kept
    (frozenset({"keyframe.0", "keyframe.1", "keyframe.2"}), 0),
    (frozenset({"animate.1"}), 16),  # a third of 25 goes back, in the caller's favour: 9
    (frozenset({"keyframe.0", "animate.2"}), 8),
    (frozenset({"compose"}), 0),
    (frozenset({"portrait.character.tom"}), 25),  # the film is whole without it
)


def test_of_a_hundred_jobs_a_third_fail_and_every_credit_is_where_it_belongs(store: Store) -> None:
    # given
    team = store.teams.ensure("owners")
    store.ledger.grant(team, 100 * 25)
    faults: dict[str, frozenset[str]] = {}
    kept: dict[str, int] = {}
    crash_once: set[str] = set()
    for number in range(100):
        made = store.stories.create(new_story(team, music=False))
        broken, price = FAULTS[number // 3 % len(FAULTS)] if number % 3 == 0 else (frozenset[str](), 25)
        faults[made.story], kept[made.job] = broken, price
        if number % 7 == 0:
            crash_once.add(made.story)
    with pytest.raises(InsufficientCredits):
        store.stories.create(new_story(team))
    assert store.ledger.balance(team) == 0
    seen = threading.Lock()

    def work(name: str) -> None:
        hand = Hand(store, name, play=screenplay(3, narration=""))
        while (claim := hand.claim()) is not None:
            with seen:
                crash = claim.story in crash_once
                crash_once.discard(claim.story)
            if crash:
                assert store.tasks.fail(claim.lease, "the worker died", retry=True, crashed=True) is not None
            elif claim.name in faults[claim.story]:
                assert store.tasks.fail(claim.lease, "an injected fault", retry=False) is not None
            else:
                assert hand.complete(claim) is not None

    # when
    hands = [threading.Thread(target=work, args=(f"hand {number}",)) for number in range(3)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    work("the last")
    # then
    assert store.stories.unfinished() == 0
    entries = store.ledger.entries(team, limit=1_000)
    for job, price in kept.items():
        mine = {entry.kind: entry.amount for entry in entries if entry.job == job}
        assert -sum(mine.values()) == price, mine
        assert ("capture" in mine) is (price > 0)
    assert store.ledger.balance(team) == 2500 - sum(kept.values())
    assert sum(price < 25 for price in kept.values()) == 29
    assert len(entries) == len({(entry.job, entry.kind) for entry in entries if entry.job}) + 1
