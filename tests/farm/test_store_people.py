"""Keys, credits, answers, workers: who may, who pays, what was said, who is there."""

from __future__ import annotations

import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.store import AlreadyAnswered, InsufficientCredits, Remember, Store
from farm.store import tables as t
from tests.farm.farming import Hand, new_story, screenplay

# ---------------------------------------------------------------- keys


def test_a_key_is_shown_once_and_only_its_hash_kept(store: Store) -> None:
    team = store.teams.ensure("owners")
    made = store.keys.create(team, "Production")
    assert re.fullmatch(r"sk_live_[0-9A-Za-z]{33}", made.key)
    assert made.prefix == made.key[:12]
    with store.database.read() as connection:
        kept = str(connection.execute(sa.select(t.keys)).mappings().all())
    assert made.key not in kept
    assert hashlib.sha256(made.key.encode()).hexdigest() in kept
    known = store.keys.authenticate(made.key)
    assert known is not None
    assert (known.id, known.team, known.scopes, known.key) == (made.id, team, ("stories:generate", "stories:read", "assets:read"), "")


def test_a_revoked_key_ends_at_once(store: Store) -> None:
    team, other = store.teams.ensure("owners"), store.teams.ensure("others")
    made = store.keys.create(team, "a", ["stories:read"])
    assert not store.keys.revoke(made.id, other)
    assert store.keys.authenticate(made.key) is not None
    assert store.keys.revoke(made.id, team)
    assert store.keys.revoke(made.id, team)
    assert store.keys.authenticate(made.key) is None
    (listed,) = store.keys.list(team)
    assert listed.revoked_at is not None


@pytest.mark.parametrize("text", ["", "sk_live_", "sk_live_" + "0" * 33, "'; DROP TABLE keys; --", "\x00", "\udcff", "x" * 100_000])
def test_what_is_no_key(store: Store, text: str) -> None:
    store.keys.create(store.teams.ensure("owners"), "a")
    assert store.keys.authenticate(text) is None


def test_a_scope_that_does_not_exist(store: Store) -> None:
    with pytest.raises(ValueError, match="stories:write"):
        store.keys.create(store.teams.ensure("owners"), "a", ["stories:write"])


# ---------------------------------------------------------------- credits


def test_two_requests_cannot_hold_the_same_credits(store: Store) -> None:
    team = store.teams.ensure("owners")
    store.ledger.grant(team, 60)

    def create(_: int) -> bool:
        try:
            store.stories.create(new_story(team))
        except InsufficientCredits:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 2
    assert store.ledger.balance(team) == 10


@pytest.mark.parametrize("amount", [0, -5])
def test_a_grant_gives(store: Store, amount: int) -> None:
    with pytest.raises(ValueError, match=str(amount)):
        store.ledger.grant(store.teams.ensure("owners"), amount)


STEPS = st.lists(st.sampled_from(["grant", "create", "film", "lose a shot", "lose all", "lose the story", "cancel", "cancel again"]), min_size=1, max_size=10)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, price=st.integers(1, 30))
def test_whatever_happens_the_ledger_adds_up(store: Store, steps: list[str], price: int) -> None:
    team = store.teams.ensure(f"team {time.monotonic_ns()}")
    made: list[str] = []
    expected = 0
    for step in steps:
        if step == "grant":
            store.ledger.grant(team, 40)
            expected += 40
        elif step.startswith("cancel"):
            for story in made[-1:]:
                store.stories.cancel(story, team)
        elif expected < price:
            with pytest.raises(InsufficientCredits):
                store.stories.create(new_story(team, credits=price))
        else:
            made.append(store.stories.create(new_story(team, credits=price, music=False)).story)
            lost = {"lose a shot": {"keyframe.0"}, "lose all": {"keyframe.0", "keyframe.1"}, "lose the story": {"write"}}.get(step, set())
            if step != "create":
                Hand(store, play=screenplay(2, narration="")).run(fail=lost)
        # then
        entries = store.ledger.entries(team, limit=1_000)
        assert sum(entry.amount for entry in entries) == store.ledger.balance(team) >= 0
        settled = [(entry.job, entry.kind) for entry in entries if entry.job]
        assert len(settled) == len(set(settled))
        expected = store.ledger.balance(team)
        for story in made:
            document = store.stories.document(story)
            assert document is not None
            mine = {entry.kind: entry.amount for entry in entries if entry.job == document.job}
            assert mine["hold"] == -price
            if document.job_status == "completed":
                lost_shots = sum(task.kind == "animate" and task.state != "done" for task in document.tasks)
                assert mine.get("refund", 0) == -(-price * lost_shots // 2)
                assert "capture" in mine
            elif document.job_status in ("failed", "cancelled"):
                assert mine == {"hold": -price, "refund": price}
            else:
                assert mine == {"hold": -price}


# ---------------------------------------------------------------- answers


def test_an_answer_is_kept_by_team_and_key(store: Store) -> None:
    team = store.teams.ensure("owners")
    assert store.answers.known(team, "key") is None
    store.answers.keep(team, "key", "hash", {"status": 202})
    store.answers.keep(team, "key", "hash", {"status": 200})  # with what was waited for
    kept = store.answers.known(team, "key")
    assert kept is not None
    assert (kept.request, kept.answer) == ("hash", {"status": 200})
    assert store.answers.known(store.teams.ensure("others"), "key") is None


def test_of_many_requests_with_one_key_one_creates_and_all_know_its_answer(store: Store) -> None:
    team = store.teams.ensure("owners", unlimited=True)

    def ask(number: int) -> str:
        remember = Remember(team, "key", "hash", lambda made: {"story": made[0].story})
        try:
            return store.stories.create_all([new_story(team)], remember)[0].story
        except AlreadyAnswered as first:
            return str(first.answer.answer["story"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert store.stories.count(team) == 1


def test_a_claim_that_an_older_gateway_left_behind_is_not_waited_for(store: Store) -> None:
    """Gateways of the release before wrote a row without an answer while a request was in flight."""
    team = store.teams.ensure("owners")
    with store.database.write() as connection:
        connection.execute(t.answers.insert().values(team=team, key="key", request="hash", created_at=t.now()))
    assert store.answers.known(team, "key") is None
    store.answers.keep(team, "key", "hash", {"status": 202})
    assert store.answers.known(team, "key") is not None


# ---------------------------------------------------------------- workers


def test_workers_come_and_go(store: Store) -> None:
    about: dict[str, Any] = {"pool": "cpu", "host": "here", "pid": 1, "models": ["model-write"], "device": {"name": "cpu"}}
    assert not store.workers.heartbeat("w1")
    store.workers.register("w1", **about)
    store.workers.register("w1", **about)
    store.workers.register("w2", **about)
    assert store.workers.heartbeat("w1")
    store.stories.create(new_story(store.teams.ensure("owners", unlimited=True)))
    claim = Hand(store, "w1").must_claim()
    first, second = store.workers.list()
    assert (first.name, first.task, first.models, second.task) == ("w1", claim.task, ("model-write",), None)
    assert store.workers.silent(60.0) == []
    time.sleep(0.02)
    assert {one.name for one in store.workers.silent(0.01)} == {"w1", "w2"}
    store.workers.drain("w2")
    assert store.workers.list()[1].state == "draining"
    store.workers.forget("w2")
    assert [one.name for one in store.workers.list()] == ["w1"]
