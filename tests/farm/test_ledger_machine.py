"""The ledger whatever happens: a state machine over the store, and a hundred jobs of which a third fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule, run_state_machine_as_test

from farm.states import TaskState
from farm.store import Claim, InsufficientCredits, NotEditable, Store
from farm.store import tables as t
from farm.types import Scene, Screenplay, Shot, TaskKind
from tests.farm.farming import Hand, new_story, screenplay

STEPS = int(os.environ.get("STORYFARM_LEDGER_STEPS", "300"))
"""Steps over all examples, on each database; for a long run: STORYFARM_LEDGER_STEPS=100000, and --timeout 7200."""
_A_RUN = 50
_A_STORE = 200
"""Examples in one database: a new one after these, so that a long run asks small tables."""
_number = count()
_MEMORY = Path("/dev/shm")
"""Where SQLite's files are kept, if there is such a folder: what is tested are the entries, not the disk."""
SMALL = Screenplay(title="", scenes=(Scene(key="s", title="s", place="shore"),), shots=tuple(Shot(index=index, scene="s", seconds=3) for index in range(2)))


class LedgerMachine(RuleBasedStateMachine):
    """Requests, workers that succeed, fail, crash and come late, callers that cancel: after every step the books are right."""

    store: ClassVar[Store]
    steps: ClassVar[int] = 0
    teams: ClassVar[int] = 0
    ends: ClassVar[Counter[str]] = Counter()
    """How the jobs of all examples ended."""
    stories, claims = Bundle("stories"), Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        type(self).teams += 1
        self.team = self.store.teams.ensure(f"team {self.teams}")
        self.hand = Hand(self.store, play=SMALL)
        self.granted = 0
        self.unlimited = False
        self.prices: dict[str, int] = {}
        self.edits: set[str] = set()
        self.made: list[str] = []

    @rule(amount=st.integers(1, 60))
    def grant(self, amount: int) -> None:
        self.granted += amount
        self.store.ledger.grant(self.team, amount)

    @rule()
    def unlimit_or_limit(self) -> None:
        """What was spent beyond the team's credits is forgiven when it gets a limit."""
        self.unlimited = not self.unlimited
        if not self.unlimited:
            self.granted += max(0, -self.store.ledger.balance(self.team))
        self.store.teams.set_unlimited(self.team, self.unlimited)

    @rule(target=stories, price=st.integers(1, 30))
    def create(self, price: int) -> str:
        return self._create(price)

    def _create(self, price: int) -> str:
        balance = self.store.ledger.balance(self.team)
        try:
            made = self.store.stories.create(new_story(self.team, credits=price, music=False, motion=False))
        except InsufficientCredits:
            assert balance < price
            assert not self.unlimited
            return ""
        assert balance >= price or self.unlimited
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

    @rule(target=stories, price=st.integers(1, 30))
    def make(self, price: int) -> str:
        """A story made to its end, as most are."""
        self.grant(price)
        story = self._create(price)
        for _ in range(8):
            self.work("done")
        return story

    @rule(story=stories, shot=st.integers(0, 2), seed=st.integers(0, 5))
    def edit(self, story: str, shot: int, seed: int) -> None:
        """One shot made anew costs its share; a shot that is not there, or a story that has not completed, costs nothing."""
        balance = self.store.ledger.balance(self.team)
        try:
            made = self.store.versions.edit(story or "seq_x", self.team, shot, prompt=None, seed=seed)
        except (NotEditable, InsufficientCredits):
            return
        if made is not None:
            self.prices[made.job] = balance - self.store.ledger.balance(self.team)
            self.edits.add(made.job)

    @rule(story=stories, shot=st.integers(0, 1), number=st.integers(1, 3))
    def go_back(self, story: str, shot: int, number: int) -> None:
        """A former version made current is free."""
        try:
            made = self.store.versions.restore(story or "seq_x", self.team, shot, number)
        except NotEditable:
            return
        if made is not None:
            self.prices[made.job] = 0

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
        assert sum(entry.amount for entry in entries) == balance
        assert balance >= 0 or self.unlimited
        assert set(jobs) == set(self.prices)
        by_job: dict[str, dict[str, int]] = {}
        for entry in entries:
            if entry.job is not None:
                assert entry.kind not in by_job.setdefault(entry.job, {})  # nothing twice
                by_job[entry.job][entry.kind] = entry.amount
        assert sum(entry.amount for entry in entries if entry.job is None) == self.granted
        for job, price in self.prices.items():
            mine, status = by_job.get(job, {}), jobs[job]
            if not price:
                assert not mine
                continue
            assert mine["hold"] == -price
            assert 0 <= mine.get("refund", 0) <= price
            if status == "completed":
                assert mine["capture"] == 0
                assert mine.get("refund", 0) in ((0,) if job in self.edits else (0, -(-price // 2)))  # of two clips none or one was lost
            elif status == "failed":
                assert mine == {"hold": -price, "refund": price}
            elif status == "cancelled":
                assert mine in ({"hold": -price, "refund": price}, {"hold": -price, "capture": 0})
            else:
                assert mine == {"hold": -price}

    def teardown(self) -> None:
        """A completed job kept what its clips were worth. What is left is cancelled, so that no other example's worker takes it."""
        with self.store.database.read() as connection:
            jobs = connection.execute(sa.select(t.jobs).where(t.jobs.c.team == self.team)).all()
            shown = sa.and_(t.tasks.c.team == self.team, t.tasks.c.kind == TaskKind.KEYFRAME.value)
            pictures = connection.execute(sa.select(t.tasks.c.job, t.tasks.c.shot, t.tasks.c.state).where(shown)).all()
            kept = sa.select(t.ledger.c.job, -sa.func.sum(t.ledger.c.amount)).where(t.ledger.c.team == self.team).group_by(t.ledger.c.job)
            spent = dict(connection.execute(kept).all())  # type: ignore[arg-type]
        for job in jobs:
            if job.status == "completed" and self.prices[job.id]:
                states = [one.state for one in pictures if one.job == job.id and job.shot in (None, one.shot)]
                lost = sum(state != "done" for state in states)
                assert spent[job.id] == self.prices[job.id] * (len(states) - lost) // len(states)
        self.ends.update(f"{'edit' if job.former else 'story'} {job.status}" for job in jobs)
        for story in self.made:
            self.store.stories.cancel(story, self.team)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens stores without rows, each in the place of the one before."""
    folder = Path(tempfile.mkdtemp(prefix="sfledger", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else tmp_path))
    stores: list[Store] = []

    def make() -> Store:
        if stores:
            stores.pop().close()
        if request.param == "sqlite":
            shutil.rmtree(folder)
            folder.mkdir()
            shutil.copy(request.getfixturevalue("_migrated_sqlite"), folder / "ledger.db")
            url = f"sqlite:///{folder / 'ledger.db'}"
        else:
            template = request.getfixturevalue("_migrated_postgres")
            url = request.getfixturevalue("postgres").create(f"ledger{next(_number)}", template)
        stores.append(Store.open(url))
        return stores[0]

    yield make
    for store in stores:
        store.close()
    shutil.rmtree(folder)


def test_the_books_are_right_after_every_step(new_store: Callable[[], Store], capsys: pytest.CaptureFixture[str]) -> None:
    LedgerMachine.steps = LedgerMachine.teams = 0
    LedgerMachine.ends.clear()
    examples = max(4, min(_A_STORE, STEPS // _A_RUN))
    bounds = settings(max_examples=examples, stateful_step_count=_A_RUN, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    while LedgerMachine.steps < STEPS:
        LedgerMachine.store = new_store()
        run_state_machine_as_test(LedgerMachine, settings=bounds)
        with capsys.disabled():
            if STEPS > 10_000:
                ends = ", ".join(f"{count} {name}" for name, count in sorted(LedgerMachine.ends.items()))
                print(f"{LedgerMachine.steps} steps, {LedgerMachine.teams} teams; jobs: {ends}", flush=True)


# ---------------------------------------------------------------- a hundred jobs

FAULTS: tuple[tuple[frozenset[str], int], ...] = (
    (frozenset({"write"}), 0),  # the story cannot be written: nothing is kept
    (frozenset({"keyframe.0", "keyframe.1", "keyframe.2"}), 0),
    (frozenset({"animate.1"}), 16),  # a third of 25 goes back, in the caller's favour: 9
    (frozenset({"keyframe.0", "animate.2"}), 8),
    (frozenset({"compose"}), 0),
    (frozenset({"portrait.character.tom"}), 25),  # the film is whole without it
)


DOOMED = """
import json, sys
from farm.store import Store
from tests.farm.farming import Hand, screenplay
url, name, faults = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
store = Store.open(url)
hand = Hand(store, name, play=screenplay(3, narration=""))
while (claim := hand.claim()) is not None:
    print(claim.task, flush=True)
    if claim.name in faults.get(claim.story, ()):
        store.tasks.fail(claim.lease, "an injected fault", retry=False)
    else:
        hand.complete(claim)
"""
KILLED_AFTER = (7, 60, 90)
"""Workers that are killed, after so many claims each: somewhere between the claim and the next one."""


def _killed(url: str, name: str, faults: dict[str, frozenset[str]], claims: int) -> None:
    """Let a worker do so many tasks, and kill it in the middle of the next."""
    told = json.dumps({story: sorted(broken) for story, broken in faults.items()})
    process = subprocess.Popen([sys.executable, "-c", DOOMED, url, name, told], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True)
    assert process.stdout is not None
    for _ in range(claims):
        assert process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()


def test_of_a_hundred_jobs_a_third_fail_and_every_credit_is_where_it_belongs(store: Store, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
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

    # when workers are killed between the holds and the settlements, and others go on
    for number, claims in enumerate(KILLED_AFTER):
        _killed(database_url, f"doomed {number}", faults, claims)
        reaped = store.tasks.reap(dead=[f"doomed {number}"])
        assert len(reaped) <= 1
        assert all(one.state == TaskState.RUNNABLE for one in reaped)
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
    refunds = Counter(entry.amount for entry in entries if entry.kind == "refund")
    with capsys.disabled():
        back = ", ".join(f"{number} × {amount}" for amount, number in sorted(refunds.items()))
        print(f"\n{store.database.dialect}: 2500 held, {sum(kept.values())} kept, refunds {back}; {len(KILLED_AFTER)} workers killed")
    assert refunds == Counter(25 - price for price in kept.values() if price < 25)
