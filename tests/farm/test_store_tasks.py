"""Claims, leases, attempts: who may do what, and what is refused."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from farm.protocol import ProgressEvent
from farm.store import Claim, Store
from farm.store import tables as t
from tests.farm.farming import ALL, Hand, artifacts_of, data_of, new_story, screenplay, states


@pytest.fixture
def team(store: Store) -> str:
    return store.teams.ensure("farmers", unlimited=True)


def written(store: Store, team: str, shots: int = 3, **fields: object) -> str:
    """A story whose screenplay is there."""
    story = store.stories.create(new_story(team, **fields)).story
    hand = Hand(store, play=screenplay(shots))
    hand.complete(hand.must_claim(models=("model-write",)))
    return story


def again(store: Store, claim: Claim) -> Claim:
    """Claim the same task anew once its pause is over."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if (found := Hand(store, "other").claim(models=(claim.model,))) is not None:
            assert found.task == claim.task
            return found
        time.sleep(0.05)
    raise AssertionError(f"{claim.name} was not given out again")


def test_a_stale_lease_is_refused_everywhere(store: Store, team: str) -> None:
    # given a lease that ran out and was reaped, and its task with another worker
    store.stories.create(new_story(team))
    hand = Hand(store)
    stale = hand.must_claim(lease=0.01)
    time.sleep(0.05)
    (reaped,) = store.tasks.reap()
    assert (reaped.task, reaped.worker, reaped.state) == (stale.task, "hand", "runnable")
    fresh = again(store, stale)
    assert fresh.epoch > stale.epoch
    # when the first one comes back, then
    assert store.tasks.renew(stale.lease).lost
    assert hand.complete(stale) is None
    assert store.tasks.fail(stale.lease, "late", retry=True) is None
    assert not store.tasks.release(stale.lease)
    assert not store.tasks.renew(fresh.lease).lost
    assert Hand(store, "other").complete(fresh) is not None


def test_a_second_completion_is_refused(store: Store, team: str) -> None:
    story = written(store, team)
    hand = Hand(store)
    claim = hand.must_claim()
    assert hand.complete(claim) is not None
    assert hand.complete(claim) is None
    assert store.tasks.fail(claim.lease, "late", retry=False) is None
    assert store.tasks.renew(claim.lease).lost
    assert states(store, story)[claim.name] == "done"


def test_a_lease_that_is_renewed_is_not_reaped(store: Store, team: str) -> None:
    store.stories.create(new_story(team))
    claim = Hand(store).must_claim(lease=1.0)
    for _ in range(3):
        time.sleep(0.4)
        assert not store.tasks.renew(claim.lease).lost
        assert store.tasks.reap() == []
    time.sleep(1.1)
    assert len(store.tasks.reap()) == 1
    assert store.tasks.reap() == []


def test_progress_is_kept(store: Store, team: str) -> None:
    story = store.stories.create(new_story(team)).story
    claim = Hand(store).must_claim()
    event = ProgressEvent(story=story, job=claim.job, task=claim.task, kind=claim.kind, state="running", step=3, of=8)
    assert not store.tasks.renew(claim.lease, event).lost
    task = store.stories.document(story).task("write")
    assert (task.step, task.of) == (3, 8)


def test_a_failure_that_may_pass_is_tried_three_times(store: Store, team: str) -> None:
    story = store.stories.create(new_story(team)).story
    claim = Hand(store).must_claim()
    assert store.tasks.fail(claim.lease, "out of memory", retry=True) == "runnable"
    assert Hand(store).claim() is None  # a pause first
    claim = again(store, claim)
    assert claim.attempt == 2
    assert store.tasks.fail(claim.lease, "out of memory", retry=True) == "runnable"
    claim = again(store, claim)
    assert store.tasks.fail(claim.lease, "out of memory", retry=True) == "failed"
    document = store.stories.document(story)
    assert document.status == "failed"
    assert "out of memory" in document.task("write").error


def test_a_failure_that_will_not_pass_is_not_repeated(store: Store, team: str) -> None:
    store.stories.create(new_story(team))
    claim = Hand(store).must_claim()
    assert store.tasks.fail(claim.lease, "no such model", retry=False) == "failed"


def test_three_crashes_quarantine_a_task(store: Store, team: str) -> None:
    story = store.stories.create(new_story(team)).story
    claim = Hand(store).must_claim()
    for expected in ("runnable", "runnable", "failed"):
        assert store.tasks.fail(claim.lease, "the slot died", retry=True, crashed=True) == expected
        if expected == "runnable":
            claim = again(store, claim)
    task = store.stories.document(story).task("write")
    assert (task.state, task.error_code) == ("failed", "quarantined")


def test_a_released_task_has_not_been_tried(store: Store, team: str) -> None:
    store.stories.create(new_story(team))
    claim = Hand(store).must_claim()
    for _ in range(5):
        assert store.tasks.release(claim.lease)
        claim = Hand(store).must_claim()
        assert claim.attempt == 1


def test_a_dead_workers_tasks_come_back_before_their_leases_end(store: Store, team: str) -> None:
    store.stories.create(new_story(team))
    claim = Hand(store, "gone").must_claim(lease=600.0)
    assert store.tasks.reap() == []
    assert [one.task for one in store.tasks.reap(dead=["gone"])] == [claim.task]


def test_an_earlier_result_is_found_by_its_task_key(store: Store, team: str) -> None:
    written(store, team)
    assert store.tasks.find("0" * 64) is None
    claim = Hand(store).must_claim(models=("model-keyframe",))
    key = "a" * 64
    assert store.tasks.complete(claim.lease, key, artifacts_of(claim), {"any": 1}, {}) is not None
    found = store.tasks.find(key)
    assert found is not None
    assert (sorted(found.artifacts), found.data) == (sorted(artifacts_of(claim)), {"any": 1})


class TestOrder:
    """What is claimed first."""

    def test_only_what_the_worker_can_do(self, store: Store, team: str) -> None:
        written(store, team)
        assert Hand(store).claim(models=("model-compose",)) is None
        assert Hand(store).must_claim(models=("model-portrait", "model-compose")).model == "model-portrait"

    def test_priority_first(self, store: Store, team: str) -> None:
        store.stories.create(new_story(team))
        urgent = store.stories.create(new_story(team, priority=5)).story
        assert Hand(store).must_claim().story == urgent

    def test_then_the_team_that_has_less_running(self, store: Store, team: str) -> None:
        for _ in range(3):
            store.stories.create(new_story(team))
        other = store.teams.ensure("others", unlimited=True)
        store.stories.create(new_story(other))
        assert [Hand(store).must_claim().team for _ in range(4)] == [team, other, team, team]

    def test_then_what_is_loaded(self, store: Store, team: str) -> None:
        written(store, team)
        assert Hand(store).must_claim(warm=("model-portrait",)).model == "model-portrait"
        assert Hand(store).must_claim(warm=("model-keyframe",)).model == "model-keyframe"

    def test_stories_that_were_begun_are_finished_before_others_begin(self, store: Store, team: str) -> None:
        first = written(store, team)
        new = [store.stories.create(new_story(team)).story for _ in range(2)]
        hand, order = Hand(store), []
        while (claim := hand.claim()) is not None:
            order.append(claim.story)
            hand.complete(claim)
        assert list(dict.fromkeys(order)) == [first, *new]
        assert order == sorted(order, key=[first, *new].index)

    def test_early_shots_before_late_ones(self, store: Store, team: str) -> None:
        written(store, team)
        assert [Hand(store).must_claim(models=("model-keyframe",)).shot for _ in range(3)] == [0, 1, 2]


def test_many_hands_never_get_the_same_task(store: Store, team: str) -> None:
    """Twelve threads do four stories: every task is claimed once, and every story completes."""
    stories = [store.stories.create(new_story(team)).story for _ in range(4)]
    claimed: Counter[str] = Counter()
    lock, idle = threading.Lock(), threading.Event()

    def work(number: int) -> None:
        hand = Hand(store, f"hand{number}")
        until = time.monotonic() + 40
        while not idle.is_set() and time.monotonic() < until:
            claim = hand.claim()
            if claim is None:
                if all(store.stories.ended(story) for story in stories):
                    idle.set()
                time.sleep(0.02)
                continue
            with lock:
                claimed[claim.task] += 1
            assert hand.complete(claim) is not None

    with ThreadPoolExecutor(12) as pool:
        for ended in [pool.submit(work, number) for number in range(12)]:
            ended.result()
    assert {store.stories.document(story).status for story in stories} == {"completed"}
    assert set(claimed.values()) == {1}
    assert len(claimed) == sum(len(store.stories.document(story).tasks) for story in stories)
    assert [entry.kind for entry in store.ledger.entries(team)].count("capture") == 4


def test_of_many_completions_of_one_lease_one_counts(store: Store, team: str) -> None:
    story = written(store, team)
    claim = Hand(store).must_claim(models=("model-keyframe",))

    def complete(_: int) -> bool:
        return store.tasks.complete(claim.lease, "k" * 64, artifacts_of(claim), data_of(claim, screenplay()), {}) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(complete, range(8))) == 1
    assert states(store, story)[claim.name] == "done"


def test_cancelling_while_many_complete_leaves_no_task_open_and_settles_once(store: Store, team: str) -> None:
    for _ in range(5):
        story = written(store, team, shots=4)
        claims = [claim for _ in range(8) if (claim := Hand(store).claim(models=ALL)) is not None]
        with ThreadPoolExecutor(9) as pool:
            ends = [pool.submit(Hand(store).complete, claim) for claim in claims]
            cancelled = pool.submit(store.stories.cancel, story, team)
            for end in ends:
                end.result()
            assert cancelled.result()
        assert set(states(store, story).values()) <= {"done", "cancelled"}
    assert [entry.kind for entry in store.ledger.entries(team, limit=100)].count("capture") == 5


# ---------------------------------------------------------------- several at once


def keyframe(store: Store, worker: str = "painter") -> Claim:
    return Hand(store, worker).must_claim(models=("model-keyframe",))


def test_tasks_of_several_stories_are_claimed_together_each_under_its_own_lease(store: Store, team: str) -> None:
    stories = [written(store, team, 2), written(store, team, 2)]
    first = keyframe(store)
    more = store.tasks.claim_more(first, 8, lambda spec, needs: True)
    claims = [first, *more]
    assert len({claim.task for claim in claims}) == len(claims) == 4
    assert {claim.story for claim in claims} == set(stories)
    assert {claim.kind for claim in claims} == {"keyframe"}
    assert all(claim.attempt == 1 and claim.lease.worker == "painter" for claim in claims)
    # each ends by itself
    assert Hand(store, "painter").complete(claims[0]) is not None
    assert store.tasks.fail(claims[1].lease, "no luck", retry=False) == "failed"
    assert store.tasks.release(claims[2].lease)
    assert not store.tasks.renew(claims[3].lease).lost
    (reaped,) = store.tasks.reap(["painter"])
    assert reaped.task == claims[3].task


def test_only_what_is_alike_and_no_more_than_asked_for_is_claimed(store: Store, team: str) -> None:
    written(store, team, 6)
    first = keyframe(store)
    odd = store.tasks.claim_more(first, 8, lambda spec, needs: spec.shot.index % 2 == 1)
    assert {claim.spec.shot.index for claim in odd} == {1, 3, 5}
    assert len(store.tasks.claim_more(first, 1, lambda spec, needs: True)) == 1
    assert store.tasks.claim_more(first, 0, lambda spec, needs: True) == []


def test_what_was_on_a_worker_that_crashed_goes_alone(store: Store, team: str) -> None:
    written(store, team, 3)
    crashed = keyframe(store)
    store.tasks.fail(crashed.lease, "the slot died", retry=True, crashed=True)
    again_first = keyframe(store)
    assert (again_first.task, again_first.crashes) == (crashed.task, 1)
    assert store.tasks.claim_more(again_first, 8, lambda spec, needs: True) == []
    # nor is it taken along by another: it waits as runnable while the others are claimed
    other = keyframe(store, "other")
    store.tasks.release(again_first.lease)
    taken = store.tasks.claim_more(other, 8, lambda spec, needs: True)
    assert len(taken) == 1
    assert crashed.task not in {other.task, *(claim.task for claim in taken)}


def test_two_that_claim_batches_at_once_share_nothing(store: Store, team: str) -> None:
    for _ in range(4):
        written(store, team, 4)

    def take(worker: str) -> list[str]:
        claimed = []
        while (first := Hand(store, worker).claim(models=("model-keyframe",))) is not None:
            claimed += [first.task, *(claim.task for claim in store.tasks.claim_more(first, 3, lambda spec, needs: True))]
        return claimed

    with ThreadPoolExecutor(4) as threads:
        taken = [task for tasks in threads.map(take, ["w1", "w2", "w3", "w4"]) for task in tasks]
    assert len(taken) == len(set(taken)) == 16


def test_a_claim_looks_past_tasks_that_others_are_just_claiming(store: Store, team: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a claim looks at first: it finds the next one all the same, and the batch too."""
    if store.database.dialect == "sqlite":
        pytest.skip("SQLite locks the whole database for a writer: nothing is skipped there")
    monkeypatch.setattr("farm.store.tasks._CANDIDATES", 2)
    written(store, team, 6)
    with store.database.write() as other:
        query = sa.select(t.tasks.c.id).where(t.tasks.c.kind == "keyframe").order_by(t.tasks.c.rank, t.tasks.c.created_at, t.tasks.c.id)
        locked = set(other.execute(query.limit(3).with_for_update()).scalars())
        first = keyframe(store)
        more = store.tasks.claim_more(first, 2, lambda spec, needs: True)
    assert first.task not in locked
    assert not locked & {claim.task for claim in more}
    assert len(more) == 2


def test_the_backlog_says_what_waits_and_what_is_done(store: Store, team: str) -> None:
    written(store, team, 3)
    keyframe(store)
    with store.database.write() as connection:
        connection.execute(t.tasks.update().where(t.tasks.c.name == "keyframe.2").values(not_before=t.now() - 60))
    found = {one.model: one for one in store.tasks.backlog()}
    assert (found["model-keyframe"].waiting, found["model-keyframe"].running) == (2, 1)
    assert 60 <= found["model-keyframe"].oldest_seconds < 120
    assert "model-compose" not in found  # it waits for others, not for a worker


# ---------------------------------------------------------------- too little memory


def registered(store: Store, name: str, pool: str, memory_gb: float) -> None:
    store.workers.register(name, pool=pool, host="h", pid=1, models=ALL, device={"memory_gb": memory_gb})


def test_what_did_not_fit_is_left_to_workers_with_more_memory(store: Store, team: str) -> None:
    story = store.stories.create(new_story(team, pools=dict.fromkeys(ALL, ("small", "large")))).story
    store.tickets.sent([ticket.id for ticket in store.tickets.take(100)])
    registered(store, "large-1", "large", 80.0)
    claim = store.tasks.claim("small-1", "small", ALL, (), 30, memory_gb=24.0)
    assert claim is not None
    assert store.tasks.too_big(claim.lease, "it did not fit", 24.0) == "runnable"
    assert [ticket.pool for ticket in store.tickets.take(100)] == ["large"]
    assert store.tasks.claim("small-2", "small", ALL, (), 30, memory_gb=24.0) is None
    larger = store.tasks.claim("large-1", "large", ALL, (), 30, memory_gb=80.0)
    assert larger is not None
    assert (larger.task, larger.attempt) == (claim.task, 1)  # an attempt that could not succeed does not count
    assert store.tasks.too_big(claim.lease, "late", 24.0) is None
    assert Hand(store, "large-1").complete(larger) is not None
    assert states(store, story)["write"] == "done"


def test_with_nobody_larger_it_fails_in_words(store: Store, team: str) -> None:
    story = store.stories.create(new_story(team)).story
    registered(store, "w", "cpu", 24.0)
    claim = Hand(store).must_claim()
    assert store.tasks.too_big(claim.lease, "It ran out of memory.", 24.0) == "failed"
    task = store.stories.document(story).task("write")
    assert task.error_code == "out_of_memory"
    assert "No worker of the pools that serve it (cpu) has more than 24 GB" in task.error


def test_a_larger_pool_without_a_worker_just_now_is_waited_for(store: Store, team: str) -> None:
    store.stories.create(new_story(team, pools=dict.fromkeys(ALL, ("small", "large"))))
    claim = Hand(store).must_claim()
    assert store.tasks.too_big(claim.lease, "It ran out of memory.", 24.0, larger=["large", "foreign"]) == "runnable"


def test_a_model_in_the_machines_memory_is_preferred_to_one_on_the_disk_and_less_than_one_on_the_device(store: Store, team: str) -> None:
    written(store, team, 2)
    claim = store.tasks.claim("w", "cpu", ("model-keyframe", "model-speak"), (), 30, parked=("model-speak",))
    assert claim.model == "model-speak"
    store.tasks.release(claim.lease)
    claim = store.tasks.claim("w", "cpu", ("model-keyframe", "model-speak"), ("model-keyframe",), 30, parked=("model-speak",))
    assert claim.model == "model-keyframe"
