"""The planner: from a request to its first task, from a screenplay to all the others. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from farm import labels, seeds, timing
from farm.specs import AnimateSpec, ComposeSpec, Cut, JoinSpec, KeyframeSpec, PortraitSpec, ScoreSpec, ShotTime, Speaker, SpeakSpec, Spec, Title, WriteSpec
from farm.story import NewStory
from farm.types import FILM_SIZES, AspectRatio, Character, Item, Scene, Screenplay, Shot, Size, TaskKind

PORTRAIT_SIZES = {"character": Size(width=512, height=640), "scene": Size(width=640, height=360), "item": Size(width=512, height=512)}

RANKS: Mapping[TaskKind, int] = {
    TaskKind.WRITE: 0,
    TaskKind.SPEAK: 10,
    TaskKind.SCORE: 15,
    TaskKind.KEYFRAME: 20,
    TaskKind.ANIMATE: 30,
    TaskKind.JOIN: 35,
    TaskKind.COMPOSE: 40,
    TaskKind.PORTRAIT: 50,
}
"""What goes first within a story: what others wait for and is short, then pictures that a caller wants to see early, then the long work."""

_QUOTES = re.compile(r"""["“”„«»]|^\s*[—–]|(?:^|[\s(\[—–-])[‘'](?=\w)""")

EARLY = 5
"""The rank of what would be late by its kind, but others wait for."""


@dataclass(frozen=True)
class Need:
    """A task whose result another needs. `soft`: it is waited for, but may fail."""

    name: str
    soft: bool = False


@dataclass(frozen=True)
class Planned:
    """A task as planned; `name` is unique in its job, `needs` says in which role each needed task's result is used."""

    kind: TaskKind
    name: str
    model: str
    spec: Spec
    shot: int | None = None
    needs: Mapping[str, Need] = field(default_factory=dict)
    early: bool = False  # a portrait that keyframes wait for

    @property
    def rank(self) -> int:
        """Its place in the order of its story: lower goes first."""
        return (EARLY if self.early else RANKS[self.kind]) * 10_000 + (self.shot or 0)


def first(new: NewStory) -> list[Planned]:
    """The task that every story begins with."""
    spec = WriteSpec(
        prompt=new.prompt,
        title=new.title,
        seconds=new.seconds,
        length_ordered=new.length_ordered,
        speech_seconds=round(timing.speech_seconds(new.seconds), 3),
        expand=new.expand,
        script_only=new.origin == "enhance",
        locale=new.locale,
        content_type=new.content_type,
        style=new.style,
        aspect=new.aspect,
        characters=new.characters,
        locations=new.locations,
        elements=new.elements,
        seed=seeds.derive(new.seed, "write"),
    )
    return [Planned(TaskKind.WRITE, "write", new.models[TaskKind.WRITE], spec)]


def expand(new: NewStory, play: Screenplay) -> list[Planned]:
    """Every task that follows the screenplay, needed ones before those that need them; none where only the script was wanted."""
    if new.origin == "enhance":
        return []
    size = FILM_SIZES[AspectRatio(new.aspect)]
    kept = _keeps_faces(new)
    plan = [_portrait(new, what, one, kept) for what, group in (("character", play.characters), ("scene", play.scenes), ("item", play.items)) for one in group]
    for shot in play.shots:
        plan += _shot(new, play, shot, size)
    spoken = {f"speak.{shot.index}": Need(f"speak.{shot.index}", soft=True) for shot in play.shots if shot.narration.strip()}
    title = Title(text=play.title, frames=timing.title_frames(new.fps)) if play.title.strip() else None
    if new.music:
        plan.append(_score(new, play, title, spoken))
    joins = _joins(new, play, size, title)
    plan += joins
    plan.append(_compose(new, play, size, title, spoken, joins))
    return plan


def _keeps_faces(new: NewStory) -> bool:
    """Whether keyframes are painted after the portraits of those in them: the model says that it takes `portraits`."""
    return "portraits" in new.takes.get(new.models[TaskKind.KEYFRAME], ())


def _portrait(new: NewStory, what: str, one: Character | Scene | Item, kept: bool) -> Planned:
    spec = PortraitSpec.model_validate(
        {what: one, "style": new.style, "size": PORTRAIT_SIZES[what], "seed": seeds.derive(new.seed, f"portrait.{what}.{one.key}")}
    )
    return Planned(TaskKind.PORTRAIT, f"portrait.{what}.{one.key}", new.models[TaskKind.PORTRAIT], spec, early=kept and what != "scene")


def _shot(new: NewStory, play: Screenplay, shot: Shot, size: Size) -> list[Planned]:
    """A shot's keyframe, narration and clip."""
    number, scenes = shot.index, {scene.key: scene for scene in play.scenes}
    characters, items = {one.key: one for one in play.characters}, {one.key: one for one in play.items}
    mood = shot.mood or play.mood
    keyframe = KeyframeSpec(
        shot=shot,
        scene=scenes[shot.scene],
        characters=tuple(characters[key] for key in shot.characters),
        items=tuple(items[key] for key in shot.items),
        prompt=", ".join(part for part in (shot.picture_prompt, new.style.prompt) if part),
        negative_prompt=new.style.negative_prompt,
        mood=mood,
        style=new.style,
        size=size,
        seed=seeds.derive(new.seed, f"keyframe.{number}"),
    )
    shown: dict[str, Need] = {}
    if _keeps_faces(new):
        for what, keys in (("item", shot.items), ("character", shot.characters)):  # of one key, the character
            shown |= {f"portrait.{key}": Need(f"portrait.{what}.{key}", soft=True) for key in keys}
    plan = [Planned(TaskKind.KEYFRAME, f"keyframe.{number}", new.models[TaskKind.KEYFRAME], keyframe, number, shown)]
    needs = {"keyframe": Need(f"keyframe.{number}")}
    if shot.narration.strip():
        speak = SpeakSpec(
            text=shot.narration,
            voice=_voice(play),
            locale=play.locale,
            narrator=_narrator(new, play),
            speaker=_speaker(characters[shot.speaker]) if shot.speaker else None,
            speakers=_speakers(shot, characters),
            seed=seeds.derive(new.seed, "speak"),
        )
        plan.append(Planned(TaskKind.SPEAK, f"speak.{number}", new.models[TaskKind.SPEAK], speak, number))
        needs["speak"] = Need(f"speak.{number}", soft=True)
    if new.motion:
        animate = AnimateSpec(
            prompt=shot.motion_prompt,
            camera=shot.camera,
            framing=shot.framing,
            mood=mood,
            size=size,
            fps=new.fps,
            seconds=shot.seconds,
            seed=seeds.derive(new.seed, f"animate.{number}"),
        )
        plan.append(Planned(TaskKind.ANIMATE, f"animate.{number}", new.models[TaskKind.ANIMATE], animate, number, needs))
    return plan


def _voice(play: Screenplay) -> str | None:
    """The narrator's voice: one for the whole film."""
    return next((one.voice for one in play.characters if one.voice and one.role == "protagonist"), None)


def _speakers(shot: Shot, characters: Mapping[str, Character]) -> tuple[Speaker, ...]:
    """Who may be heard in a narration: those of the shot, where somebody is quoted at all (a face that changes is no reason to speak anew).

    In a line of one's own nobody else is heard.
    """
    if shot.speaker or not _QUOTES.search(shot.narration):
        return ()
    return tuple(_speaker(characters[key]) for key in shot.characters)


def _narrator(new: NewStory, play: Screenplay) -> Speaker | None:
    """The persona of a channel tells its story itself."""
    if new.content_type != "persona_channel":
        return None
    return next((_speaker(one) for one in play.characters if one.role == "protagonist"), None)


def _speaker(who: Character) -> Speaker:
    return Speaker(name=who.name, gender=who.gender, age=who.age, voice=who.voice)


def _score(new: NewStory, play: Screenplay, title: Title | None, spoken: Mapping[str, Need]) -> Planned:
    spec = ScoreSpec(
        mood=play.mood,
        prompt=play.logline,
        style=new.style,
        shots=tuple(ShotTime(index=shot.index, seconds=shot.seconds) for shot in play.shots),
        title_frames=title.frames if title else 0,
        fps=new.fps,
        seed=seeds.derive(new.seed, "score"),
    )
    return Planned(TaskKind.SCORE, "score", new.models[TaskKind.SCORE], spec, needs=dict(spoken))


def _joins(new: NewStory, play: Screenplay, size: Size, title: Title | None) -> list[Planned]:
    """What lies between shots, each made as soon as both neighbours are there; none where captions are drawn into it, or the composer takes no pieces."""
    model = new.models[TaskKind.COMPOSE]
    if not new.motion or new.burn_captions or "pieces" not in new.takes.get(model, ()):
        return []
    whole = JoinSpec(transition_frames=timing.TRANSITION_FRAMES, size=size, fps=new.fps, locale=play.locale, style=new.style)
    numbers = [shot.index for shot in play.shots]
    found = []
    for before, after in pairwise([None, *numbers, None]):
        if before is None and title is None:
            continue  # nothing is shown before the first shot
        spec = whole.model_copy(update={"before": before, "after": after, "title": title if before is None else None})
        sides = (("before", before), ("after", after))
        needs = {f"clip.{side}": Need(f"animate.{number}") for side, number in sides if number is not None}
        if before is None:
            needs["keyframe"] = Need(f"keyframe.{after}", soft=True)
        found.append(Planned(TaskKind.JOIN, f"join.{'end' if after is None else after}", model, spec, needs=needs))
    return found


def _compose(new: NewStory, play: Screenplay, size: Size, title: Title | None, spoken: Mapping[str, Need], joins: Sequence[Planned]) -> Planned:
    """The film needs everything before it to have ended, not to have succeeded."""
    needs = dict(spoken) | {join.name: Need(join.name, soft=True) for join in joins}
    for shot in play.shots:
        needs[f"keyframe.{shot.index}"] = Need(f"keyframe.{shot.index}", soft=True)
        if new.motion:
            needs[f"animate.{shot.index}"] = Need(f"animate.{shot.index}", soft=True)
    if new.music:
        needs["score"] = Need("score", soft=True)
    names, headings = labels.introductions(new, play), labels.chapters(new, play)
    cuts = tuple(
        Cut(
            index=shot.index,
            seconds=shot.seconds,
            narration=shot.narration,
            transition="dissolve",
            transition_frames=timing.TRANSITION_FRAMES,
            introduces=names.get(shot.index),
            chapter=headings.get(shot.index),
        )
        for shot in play.shots
    )
    spec = ComposeSpec(
        title=title,
        cuts=cuts,
        score=new.music,
        size=size,
        fps=new.fps,
        locale=play.locale,
        burn_captions=new.burn_captions,
        caption_look=new.caption_look,
        also=new.also,
        style=new.style,
    )
    return Planned(TaskKind.COMPOSE, "compose", new.models[TaskKind.COMPOSE], spec, needs=needs)
