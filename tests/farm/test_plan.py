"""The planner and the resolver, for whatever screenplay comes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm import edit, plan, timing
from farm.plan import Planned
from farm.resolve import Result, resolve
from farm.screenplay import BadScreenplay, check
from farm.specs import AnimateSpec, ComposeSpec, ScoreSpec
from farm.types import Scene, Screenplay, Shot, TaskKind
from tests.farm.farming import new_story, screenplay

KIND_OUTPUTS = {
    TaskKind.KEYFRAME: ("picture", "layers"),
    TaskKind.ANIMATE: ("clip",),
    TaskKind.SPEAK: ("speech",),
    TaskKind.SCORE: ("score",),
    TaskKind.JOIN: ("piece",),
}


@st.composite
def screenplays(draw: st.DrawFn) -> Screenplay:
    """Screenplays with spoken and silent shots of any length."""
    shots = tuple(
        Shot(index=index, scene="s", narration=draw(st.sampled_from(["", "  ", "Said."])), seconds=draw(st.floats(0.1, 30)))
        for index in range(draw(st.integers(1, 8)))
    )
    return screenplay(1).model_copy(update={"scenes": (Scene(key="s", title="S"),), "shots": shots, "title": draw(st.sampled_from(["", "A Title"]))})


def finish(tasks: list[Planned], broken: set[str], seconds: dict[str, float]) -> dict[str, tuple[object, dict[str, str], Result]]:
    """Do the tasks in an order that their needs allow; what each was given, and gave."""
    done: dict[str, tuple[object, dict[str, str], Result]] = {}
    for task in tasks:
        assert all(need.name in done for need in task.needs.values()), f"{task.name} comes before what it needs"
        needs = {role: done[need.name][2] for role, need in task.needs.items()}
        lost = any(not needs[role].done for role, need in task.needs.items() if not need.soft)
        if task.name in broken or lost:
            done[task.name] = (None, {}, Result(done=False))
            continue
        spec, files = resolve(task.spec, needs)
        data: dict[str, object] = {}
        if task.kind is TaskKind.SPEAK:
            data = {"seconds": seconds.get(task.name, 1.0), "words": []}
        if isinstance(spec, AnimateSpec):
            data = {"frames": spec.frames, "fps": spec.fps, "width": spec.size.width, "height": spec.size.height}
        outputs = {name: f"{task.name}/{name}" for name in KIND_OUTPUTS.get(task.kind, ())}
        done[task.name] = (spec, files, Result(done=True, outputs=outputs, data=data))
    return done


@settings(max_examples=40, deadline=None)
@given(screenplays(), st.booleans(), st.booleans(), st.data())
def test_every_plan_ends_in_a_film_as_long_as_its_score(play: Screenplay, motion: bool, music: bool, data: st.DataObject) -> None:
    new = new_story("team", motion=motion, music=music)
    tasks = plan.expand(new, check(play.model_dump()))
    names = [task.name for task in tasks]
    assert len(set(names)) == len(names)
    assert names.count("compose") == 1
    spoken = [task.name for task in tasks if task.kind is TaskKind.SPEAK]
    seconds = {name: data.draw(st.floats(0.05, 20)) for name in spoken}
    done = finish(tasks, set(), seconds)
    film, files, _ = done["compose"]
    assert isinstance(film, ComposeSpec)
    assert [cut.index for cut in film.cuts] == [shot.index for shot in play.shots]
    title = film.title.frames if film.title else 0
    total = timing.film_frames(title, [(cut.frames, cut.transition_frames) for cut in film.cuts])
    for cut in film.cuts:
        assert cut.clip is motion
        assert (f"clip.{cut.index}" in files) is motion
        assert motion or f"picture.{cut.index}" in files
        assert (f"speech.{cut.index}" in files) is (cut.speech_seconds > 0)
        # The narration begins after the transition in, and ends before the transition out: two voices never meet.
        assert cut.speech_at * film.fps >= cut.transition_frames or cut.transition == "cut"
        assert cut.speech_at + cut.speech_seconds <= (cut.frames - timing.TRANSITION_FRAMES) / film.fps + 1e-6 or not cut.speech_seconds
    if music:
        score = done["score"][0]
        assert isinstance(score, ScoreSpec)
        assert round(score.seconds * film.fps, 6) == total
        assert list(score.beats) == sorted(score.beats)
    if motion:
        for cut in film.cuts:
            clip = done[f"animate.{cut.index}"][0]
            assert isinstance(clip, AnimateSpec)
            assert clip.frames == cut.frames
            assert all(0 < frame < clip.frames for frame in clip.key_frames)


@settings(max_examples=40, deadline=None)
@given(screenplays(), st.booleans(), st.data())
def test_whatever_fails_the_rest_still_makes_a_film(play: Screenplay, motion: bool, data: st.DataObject) -> None:
    tasks = plan.expand(new_story("team", motion=motion), check(play.model_dump()))
    broken = data.draw(st.sets(st.sampled_from([task.name for task in tasks if task.kind is not TaskKind.COMPOSE])))
    film, files, _ = finish(tasks, broken, {})["compose"]
    assert isinstance(film, ComposeSpec)
    for cut in film.cuts:
        assert (f"clip.{cut.index}" if cut.clip else f"picture.{cut.index}") in files
        assert cut.frames > 2 * timing.TRANSITION_FRAMES
    assert {cut.index for cut in film.cuts} == {shot.index for shot in play.shots if f"keyframe.{shot.index}" not in broken}
    assert film.score == ("score" not in broken)


def test_the_same_story_plans_the_same_tasks() -> None:
    new, play = new_story("team", seed=7), screenplay()
    assert plan.expand(new, play) == plan.expand(new, play)
    other = plan.expand(new_story("team", seed=8), play)
    different = [task.name for task, one in zip(plan.expand(new, play), other, strict=True) if task.spec != one.spec]
    assert {"keyframe.0", "animate.0", "score"} <= set(different)


def test_short_scripts_are_expanded_and_long_ones_are_not() -> None:
    assert [new_story("t", prompt="x" * length).expand for length in (999, 1_000)] == [True, False]
    assert new_story("t", prompt=" " * 500 + "x" * 999).expand
    assert new_story("t", prompt="x" * 5_000, enhance="always").expand
    assert not new_story("t", prompt="x", enhance="off").expand


@given(st.floats(0.01, 60), st.floats(0.1, 60), st.sampled_from([24, 25, 30, 60]))
def test_a_shot_is_never_shorter_than_its_narration(spoken: float, wanted: float, fps: int) -> None:
    frames = timing.shot_frames(spoken, wanted, fps)
    assert frames / fps >= timing.LEAD_SECONDS + spoken + timing.TAIL_SECONDS - 1e-4
    assert frames >= round(wanted * fps)


BREAKS = {
    "no shots": {"shots": []},
    "unknown scene": {"shots": [{"index": 0, "scene": "nowhere"}]},
    "unknown character": {"shots": [{"index": 0, "scene": "shore", "characters": ["nobody"]}]},
    "unknown item": {"shots": [{"index": 0, "scene": "shore", "items": ["nothing"]}]},
    "wrong numbers": {"shots": [{"index": 1, "scene": "shore"}]},
    "endless": {"shots": [{"index": 0, "scene": "shore", "seconds": 1e9}]},
    "no number": {"shots": [{"index": 0, "scene": "shore", "seconds": float("nan")}]},
    "backwards": {"shots": [{"index": 0, "scene": "shore", "seconds": -1}]},
    "unknown field": {"colour": "red"},
    "two of a key": {"scenes": [{"key": "shore", "title": "a"}, {"key": "shore", "title": "b"}]},
    "wrong kind": {"title": 7},
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
def test_a_screenplay_that_is_no_whole_is_refused_with_a_reason(broken: dict[str, object]) -> None:
    with pytest.raises(BadScreenplay, match=r"\w+ \w+ \w+"):
        check({**screenplay(1).model_dump(mode="json"), **broken})


@pytest.mark.parametrize("data", [None, [], "text", {}, 7])
def test_what_is_no_screenplay_at_all(data: object) -> None:
    with pytest.raises(BadScreenplay):
        check(data)


@pytest.mark.parametrize("key", ["", "x" * 5_000, "a\x00b"])
def test_keys_that_no_table_could_keep(key: str) -> None:
    play = screenplay(1).model_dump(mode="json")
    play["characters"] = [{"key": key, "name": "N"}]
    play["shots"][0]["characters"] = [key]
    with pytest.raises(BadScreenplay):
        check(play)


def test_ranks_order_the_shots() -> None:
    tasks = plan.expand(new_story("team"), screenplay(4))
    keyframes = [task.rank for task in tasks if task.kind is TaskKind.KEYFRAME]
    assert keyframes == sorted(set(keyframes))
    assert all(early.rank < late.rank for early, late in itertools.product(tasks, tasks) if (early.kind, late.kind) == (TaskKind.KEYFRAME, TaskKind.ANIMATE))


def test_keyframes_of_a_model_that_takes_portraits_are_painted_after_them_and_look_like_them() -> None:
    play = screenplay(2)
    own = play.items[0].model_copy(update={"reference": "the-lamp-s-own"})
    play = play.model_copy(update={"items": (own,)})
    tasks = plan.expand(
        new_story("team", takes={"painter": ("reference", "portraits")}, models={**new_story("team").models, TaskKind.KEYFRAME: "painter"}), play
    )
    done = {task.name: Result(done=True, outputs={"picture": f"{task.name}/picture"}) for task in tasks if task.kind is TaskKind.PORTRAIT}
    keyframe = next(task for task in tasks if task.name == "keyframe.0")
    assert {role: (need.name, need.soft) for role, need in keyframe.needs.items()} == {
        "portrait.tom": ("portrait.character.tom", True),
        "portrait.lamp": ("portrait.item.lamp", True),
    }
    assert all(done_first.rank < keyframe.rank for done_first in tasks if done_first.name in {need.name for need in keyframe.needs.values()})
    _, files = resolve(keyframe.spec, {role: done[need.name] for role, need in keyframe.needs.items()})
    assert files == {"reference.tom": "portrait.character.tom/picture", "reference.lamp": "the-lamp-s-own"}
    _, without = resolve(keyframe.spec, {role: Result(done=False) for role in keyframe.needs})
    assert without == {"reference.lamp": "the-lamp-s-own"}


def test_keyframes_of_other_models_wait_for_no_portrait() -> None:
    tasks = plan.expand(new_story("team"), screenplay(2))
    assert not any(task.needs for task in tasks if task.kind is TaskKind.KEYFRAME)


def joining(**wishes: object) -> list[Planned]:
    """The plan of four shots by a composer that takes pieces."""
    new = new_story("team", **wishes)
    return plan.expand(new.model_copy(update={"takes": {new.models[TaskKind.COMPOSE]: ("pieces",)}}), screenplay(4))


def test_what_lies_between_shots_is_made_beforehand() -> None:
    """Title, three transitions and the end; each needs its own clips and nothing else."""
    tasks = {task.name: task for task in joining()}
    joins = {name: task for name, task in tasks.items() if task.kind is TaskKind.JOIN}
    assert list(joins) == ["join.0", "join.1", "join.2", "join.3", "join.end"]
    assert {role: need.name for role, need in joins["join.0"].needs.items()} == {"clip.after": "animate.0", "keyframe": "keyframe.0"}
    assert {role: need.name for role, need in joins["join.2"].needs.items()} == {"clip.before": "animate.1", "clip.after": "animate.2"}
    assert {role: need.name for role, need in joins["join.end"].needs.items()} == {"clip.before": "animate.3"}
    assert not any(need.soft for role, need in joins["join.2"].needs.items())
    assert all(tasks["compose"].needs[name].soft for name in joins)
    assert all(task.shot is None for task in joins.values())  # no shot of anybody's
    results = finish(list(tasks.values()), set(), {})
    spec, files, _ = results["join.1"]
    assert spec.before_frames == results["animate.0"][0].frames  # type: ignore[attr-defined]
    assert files == {"clip.before": "animate.0/clip", "clip.after": "animate.1/clip"}
    given = {name: sha for name, sha in results["compose"][1].items() if name.startswith("piece")}
    assert given == {f"piece.{place}": f"join.{place}/piece" for place in (0, 1, 2, 3, "end")}


@pytest.mark.parametrize(("lost", "kept"), [(0, {"2", "3", "end"}), (1, {"0", "3", "end"}), (3, {"0", "1", "2"})])
def test_no_piece_is_used_beside_a_shot_that_was_lost(lost: int, kept: set[str]) -> None:
    """With its keyframe gone a shot is not in the film; with its clip alone, a still is, which was not joined."""
    for broken in (f"keyframe.{lost}", f"animate.{lost}"):
        files = finish(joining(), {broken}, {})["compose"][1]
        assert {name.removeprefix("piece.") for name in files if name.startswith("piece")} == kept


@pytest.mark.parametrize("wishes", [{"motion": False}, {"burn_captions": True}])
def test_nothing_is_joined_that_could_not_be_copied(wishes: dict[str, object]) -> None:
    assert not [task for task in joining(**wishes) if task.kind is TaskKind.JOIN]


def test_a_changed_shot_is_joined_again() -> None:
    assert [task.name for task in joining() if edit.again(task.name, 2)] == ["join.2", "join.3", "join.end", "compose"]


def test_a_clips_sound_apart_reaches_the_composer() -> None:
    """Where the animating engine gives `sound` besides its clip."""
    spec = next(task.spec for task in plan.expand(new_story("team"), screenplay(2)) if task.kind is TaskKind.COMPOSE)
    clip = Result(done=True, outputs={"clip": "c", "sound": "s"}, data={"frames": 60, "fps": 24, "width": 1280, "height": 720})
    assert resolve(spec, {"animate.1": clip})[1] == {"clip.1": "c", "sound.1": "s"}
