"""Resolving a planned task: what only its needs' results can tell is put into its specification. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from farm import timing
from farm.specs import AnimateSpec, ComposeSpec, Cut, JoinSpec, KeyframeSpec, PortraitSpec, ScoreSpec, Spec
from farm.types import Frozen
from farm.work import ClipData, SpeechData


class Result(Frozen):
    """What became of a needed task: its files by output name (SHA-256), its data; `done` is False when it failed."""

    done: bool
    outputs: dict[str, str] = {}
    data: dict[str, Any] = {}


_NOTHING = Result(done=False)


def resolve(spec: Spec, needs: Mapping[str, Result]) -> tuple[Spec, dict[str, str]]:
    """The specification that an engine gets, and its input files as role to SHA-256 (roles: see each spec's docstring)."""
    if isinstance(spec, AnimateSpec):
        return _animate(spec, needs)
    if isinstance(spec, ScoreSpec):
        return _score(spec, needs), {}
    if isinstance(spec, JoinSpec):
        return _join(spec, needs)
    if isinstance(spec, ComposeSpec):
        return _compose(spec, needs)
    if isinstance(spec, KeyframeSpec):
        return spec, _portraits(needs) | _references((*spec.characters, spec.scene, *spec.items))
    if isinstance(spec, PortraitSpec):
        one = spec.character or spec.scene or spec.item
        return spec, {role.replace(f"reference.{one.key}", "reference", 1): sha for role, sha in _references([one]).items()} if one is not None else {}
    return spec, {}


def _references(things: Iterable[Any]) -> dict[str, str]:
    """The reference pictures of things: each one's first before anyone's second, for engines that look at a few only."""
    shown = [one for one in things if one.reference]
    further = {f"reference.{one.key}.{number}": sha for one in shown for number, sha in enumerate(one.references, 2)}
    return {f"reference.{one.key}": one.reference for one in shown} | further


def _portraits(needs: Mapping[str, Result]) -> dict[str, str]:
    """Whoever has no reference of their own looks as in their portrait, where the planner made the keyframe wait for it."""
    found = {role.partition(".")[2]: result.outputs.get("picture") for role, result in needs.items() if role.startswith("portrait.") and result.done}
    return {f"reference.{key}": picture for key, picture in found.items() if picture}


def _spoken(result: Result) -> SpeechData:
    return SpeechData.model_validate(result.data) if result.done else SpeechData(seconds=0.0)


def _animate(spec: AnimateSpec, needs: Mapping[str, Result]) -> tuple[Spec, dict[str, str]]:
    frames = timing.shot_frames(_spoken(needs.get("speak", _NOTHING)).seconds, spec.seconds, spec.fps)
    files = {name: sha for name, sha in needs.get("keyframe", _NOTHING).outputs.items() if name in ("picture", "layers")}
    return spec.model_copy(update={"seconds": 0.0, "frames": frames, "key_frames": timing.key_frames(frames)}), files


def _score(spec: ScoreSpec, needs: Mapping[str, Result]) -> ScoreSpec:
    """The score's length is the film's: every shot counts, since whether one will fail is not known yet."""
    frames = [timing.shot_frames(_spoken(needs.get(f"speak.{shot.index}", _NOTHING)).seconds, shot.seconds, spec.fps) for shot in spec.shots]
    shared = [timing.TRANSITION_FRAMES if index or spec.title_frames else 0 for index in range(len(frames))]
    beats, at = [], spec.title_frames
    for own, over in zip(frames, shared, strict=True):
        at -= over
        beats.append(round(at / spec.fps, 4))
        at += own
    return spec.model_copy(update={"seconds": at / spec.fps, "beats": tuple(beats), "shots": (), "title_frames": 0})


def _join(spec: JoinSpec, needs: Mapping[str, Result]) -> tuple[Spec, dict[str, str]]:
    files: dict[str, str] = {}
    frames: dict[str, int] = {}
    for side in ("before", "after"):
        clip = needs.get(f"clip.{side}", _NOTHING)
        if clip.done:
            files[f"clip.{side}"] = clip.outputs["clip"]
            frames[f"{side}_frames"] = ClipData.model_validate(clip.data).frames
    picture = needs.get("keyframe", _NOTHING)
    if picture.done:
        files["picture.title"] = picture.outputs["picture"]
    return spec.model_copy(update=frames), files


def _compose(spec: ComposeSpec, needs: Mapping[str, Result]) -> tuple[Spec, dict[str, str]]:
    """Each shot with its clip, else with its still; a shot that has neither is not in the film."""
    files: dict[str, str] = {}
    cuts: list[Cut] = []
    for cut in spec.cuts:
        clip, picture, speech = (needs.get(f"{what}.{cut.index}", _NOTHING) for what in ("animate", "keyframe", "speak"))
        said = _spoken(speech)
        moving = clip.done and "clip" in clip.outputs
        if moving:
            files[f"clip.{cut.index}"] = clip.outputs["clip"]
            frames = ClipData.model_validate(clip.data).frames
        elif picture.done:
            frames = timing.shot_frames(said.seconds, cut.seconds, spec.fps)
        else:
            continue
        if picture.done and (not moving or not cuts):  # the first picture may lie under the title
            files[f"picture.{cut.index}"] = picture.outputs["picture"]
        if moving and "sound" in clip.outputs:  # an engine that gives it apart from the clip
            files[f"sound.{cut.index}"] = clip.outputs["sound"]
        if said.seconds > 0 and "speech" in speech.outputs:
            files[f"speech.{cut.index}"] = speech.outputs["speech"]
        update = {
            "seconds": 0.0,
            "frames": frames,
            "clip": moving,
            "speech_at": timing.LEAD_SECONDS,
            "speech_seconds": said.seconds,
            "words": said.words,
            **({} if cuts or spec.title else {"transition": "cut", "transition_frames": 0}),
        }
        cuts.append(cut.model_copy(update=update))
    if spec.title and cuts and f"picture.{cuts[0].index}" in files:
        files["picture.title"] = files[f"picture.{cuts[0].index}"]
    files |= _pieces(spec, cuts, needs)
    score = needs.get("score", _NOTHING)
    if score.done:
        files["score"] = score.outputs["score"]
    return spec.model_copy(update={"cuts": tuple(cuts), "score": score.done}), files


def _pieces(spec: ComposeSpec, cuts: Sequence[Cut], needs: Mapping[str, Result]) -> dict[str, str]:
    """What joins made, where both neighbours are in the film as it was planned."""
    shown: list[int | None] = [None, *(cut.index if cut.clip else -1 for cut in cuts), None]
    together = set(pairwise(shown))
    found: dict[str, str] = {}
    for before, after in pairwise([None, *(cut.index for cut in spec.cuts), None]):
        name = "end" if after is None else str(after)
        join = needs.get(f"join.{name}", _NOTHING)
        if join.done and (before, after) in together:
            found[f"piece.{name}"] = join.outputs["piece"]
    return found
