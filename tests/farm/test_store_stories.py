"""A story's way through the store: creating, claiming, completing, failing, cancelling, paying."""

from __future__ import annotations

import pytest

from farm.store import InsufficientCredits, Store
from farm.types import TaskKind
from tests.farm.farming import ALL, Hand, new_story, screenplay, states


@pytest.fixture
def team(store: Store) -> str:
    """A team with a hundred credits."""
    team = store.teams.ensure("payers")
    store.ledger.grant(team, 100)
    return team


def entries(store: Store, team: str) -> list[tuple[str, int]]:
    return [(entry.kind, entry.amount) for entry in reversed(store.ledger.entries(team))]


def test_a_story_from_prompt_to_film(store: Store, team: str) -> None:
    # given
    made = store.stories.create(new_story(team))
    assert store.stories.document(made.story, team).status == "draft"
    assert store.ledger.balance(team) == 75
    # when
    hand = Hand(store)
    first = hand.must_claim()
    document = store.stories.document(made.story, team)
    assert (first.kind, document.status, document.job_status) == (TaskKind.WRITE, "processing", "generating_story")
    assert hand.complete(first) is not None
    assert store.stories.document(made.story, team).job_status == "generating_videos"
    done = hand.run()
    # then
    document = store.stories.document(made.story, team)
    assert (document.status, document.job_status, document.error) == ("completed", "completed", None)
    assert document.title == "Light and Tide"
    assert set(states(store, made.story).values()) == {"done"}
    assert set(done) == {task.name for task in document.tasks} - {"write"}
    assert set(document.task("compose").outputs) == {"film", "poster", "captions", "captions.vtt"}
    assert document.created_at <= document.job_started_at <= document.job_ended_at
    assert done.index("compose") > max(done.index(name) for name in done if name.startswith(("animate", "speak", "score", "keyframe")))
    assert entries(store, team) == [("grant", 100), ("hold", -25), ("capture", 0)]


def test_tasks_wait_for_what_they_need(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    hand = Hand(store)
    hand.complete(hand.must_claim())
    assert {name for name, state in states(store, made.story).items() if state == "waiting"} == {"animate.0", "animate.1", "animate.2", "score", "compose"}
    speak = hand.must_claim(models=("model-speak",))
    hand.complete(speak)
    assert states(store, made.story)[f"animate.{speak.shot}"] == "waiting"
    hand.complete(hand.must_claim(models=("model-keyframe",)))
    assert states(store, made.story)["animate.0"] == "runnable"


@pytest.mark.parametrize("broken", ["keyframe.1", "animate.1"])
def test_a_failed_shot_does_not_fail_the_story_and_its_share_comes_back(store: Store, team: str, broken: str) -> None:
    made = store.stories.create(new_story(team))
    Hand(store).run(fail={broken})
    document = store.stories.document(made.story, team)
    assert document.status == "completed"
    assert document.task("animate.1").state == ("failed" if broken == "animate.1" else "skipped")
    assert document.task("compose").state == "done"
    assert entries(store, team) == [("grant", 100), ("hold", -25), ("capture", 0), ("refund", 9)]  # a third of 25, rounded up
    assert store.ledger.balance(team) == 84


def test_a_failed_voice_leaves_its_shot_silent(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    Hand(store).run(fail={"speak.0"})
    document = store.stories.document(made.story, team)
    assert document.status == "completed"
    assert document.task("animate.0").state == "done"


def test_no_shot_left_fails_the_job_and_refunds_all(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    Hand(store).run(fail={f"animate.{index}" for index in range(3)})
    document = store.stories.document(made.story, team)
    assert (document.status, document.job_status) == ("failed", "failed")
    assert "animate" in (document.error or "")
    assert entries(store, team) == [("grant", 100), ("hold", -25), ("refund", 25)]


def test_a_story_that_cannot_be_written_fails(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    Hand(store).run(fail={"write"})
    document = store.stories.document(made.story, team)
    assert (document.status, document.job_status) == ("failed", "failed")
    assert "write was told to fail" in (document.error or "")
    assert store.ledger.balance(team) == 100


def test_a_screenplay_that_is_no_whole_fails_its_task_and_nothing_is_kept_of_it(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    hand = Hand(store, play=screenplay().model_copy(update={"scenes": ()}))
    for _ in range(5):
        store.tickets.ring(0.0)
        claim = hand.claim()
        if claim is None:
            break
        hand.complete(claim)
    document = store.stories.document(made.story, team)
    assert document.task("write").state != "done"
    assert document.screenplay is None
    assert "scene" in (document.task("write").error or "")


def test_without_motion_and_music(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team, motion=False, music=False))
    done = Hand(store).run()
    assert not [name for name in done if name.startswith(("animate", "score"))]
    assert store.stories.document(made.story, team).status == "completed"


def test_credits_are_needed(store: Store) -> None:
    poor = store.teams.ensure("poor")
    store.ledger.grant(poor, 24)
    with pytest.raises(InsufficientCredits, match="24"):
        store.stories.create(new_story(poor))
    assert store.ledger.balance(poor) == 24
    assert store.stories.page(poor) == []
    rich = store.teams.ensure("rich", unlimited=True)
    store.stories.create(new_story(rich))
    assert ("hold", -25) in entries(store, rich)


def test_another_teams_story_is_none(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    other = store.teams.ensure("others")
    assert store.stories.document(made.story, other) is None
    assert store.stories.of_job(made.job, other) is None
    assert store.stories.of_job(made.job, team) == made.story
    assert not store.stories.cancel(made.story, other)
    assert store.stories.page(other) == []


def test_cancelling_stops_everything_and_settles_once(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    hand = Hand(store)
    hand.complete(hand.must_claim())
    running = hand.must_claim()
    # when
    assert store.stories.cancel(made.story, team)
    assert store.stories.cancel(made.story, team)
    # then
    assert hand.claim() is None
    assert store.tasks.renew(running.lease).cancelled
    assert hand.complete(running) is None
    assert store.tasks.fail(running.lease, "too late", retry=True) is None
    assert set(states(store, made.story).values()) == {"done", "cancelled"}
    document = store.stories.document(made.story, team)
    assert (document.status, document.job_status) == ("archived", "cancelled")
    assert [kind for kind, _ in entries(store, team)].count("capture") == 1  # it had been begun: what was begun is paid


def test_cancelling_before_the_start_gives_everything_back(store: Store, team: str) -> None:
    made = store.stories.create(new_story(team))
    # when
    assert store.stories.cancel(made.story, team)
    assert store.stories.cancel(made.story, team)
    # then
    assert sorted(entries(store, team))[-2:] == [("hold", -25), ("refund", 25)]
    assert Hand(store).claim() is None


def test_lists_are_newest_first_and_paged(store: Store, team: str) -> None:
    made = [store.stories.create(new_story(team)).story for _ in range(4)]
    assert store.stories.page(team) == made[::-1]
    assert store.stories.page(team, limit=2) == made[:1:-1]
    assert store.stories.page(team, limit=2, before=made[2]) == [made[1], made[0]]
    assert store.stories.count(team) == 4


def test_two_pools_get_a_ticket_each(store: Store, team: str) -> None:
    store.stories.create(new_story(team, pools=dict.fromkeys(ALL, ("cpu", "gpu-24g"))))
    assert sorted(ticket.pool for ticket in store.tickets.take()) == ["cpu", "gpu-24g"]
    store.tickets.sent([ticket.id for ticket in store.tickets.take()])
    assert store.tickets.take() == []
    assert store.tickets.ring(60.0) == 0
    assert store.tickets.ring(-1.0) == 1
    assert len(store.tickets.take()) == 2
