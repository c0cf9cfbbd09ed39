"""Stories, screenplays and a worker without a device, for the tests of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from farm import styles
from farm.resolve import resolve
from farm.store import Artifact, Claim, Completed, Store
from farm.story import NewStory
from farm.types import Character, Item, Scene, Screenplay, Shot, TaskKind

MODELS = {kind: f"model-{kind}" for kind in TaskKind}
ALL = tuple(MODELS.values())
OUTPUTS: Mapping[TaskKind, tuple[str, ...]] = {
    TaskKind.WRITE: (),
    TaskKind.PORTRAIT: ("picture",),
    TaskKind.KEYFRAME: ("picture", "layers"),
    TaskKind.ANIMATE: ("clip",),
    TaskKind.SPEAK: ("speech",),
    TaskKind.SCORE: ("score",),
    TaskKind.COMPOSE: ("film", "poster", "captions", "captions.vtt"),
}


def new_story(team: str, **fields: Any) -> NewStory:
    """A story to be made, in two pools."""
    return NewStory.model_validate(
        {
            "team": team,
            "prompt": "A lighthouse keeper befriends a stranded whale.",
            "style": styles.builtin()[styles.DEFAULT],
            "models": MODELS,
            "pools": dict.fromkeys(ALL, ("cpu",)),
            **fields,
        }
    )


def screenplay(shots: int = 3, *, narration: str = "The light went round.") -> Screenplay:
    """A screenplay of so many shots, one of whose people has the key of a place."""
    return Screenplay(
        title="Light and Tide",
        characters=(Character(key="tom", name="Tom"),),
        scenes=(Scene(key="shore", title="The shore", place="shore"),),
        items=(Item(key="lamp", name="the lamp"),),
        shots=tuple(Shot(index=index, scene="shore", characters=("tom",), items=("lamp",), narration=narration, seconds=3) for index in range(shots)),
    )


def data_of(claim: Claim, play: Screenplay) -> dict[str, Any]:
    """What an engine would report."""
    if claim.kind is TaskKind.WRITE:
        return play.model_dump(mode="json")
    if claim.kind is TaskKind.SPEAK:
        return {"seconds": 1.5, "words": []}
    if claim.kind is TaskKind.ANIMATE:
        return {"frames": 72, "fps": 24, "width": 1280, "height": 720}
    return {}


def artifacts_of(claim: Claim) -> list[tuple[str, Artifact]]:
    """Artifacts whose bytes nobody needs."""
    return [(name, Artifact(hashlib.sha256(f"{claim.task}{name}".encode()).hexdigest(), 10, "image/png")) for name in OUTPUTS[claim.kind]]


class Hand:
    """A worker that does tasks by completing them."""

    def __init__(self, store: Store, name: str = "hand", play: Screenplay | None = None) -> None:
        self.store, self.name, self.play = store, name, play or screenplay()

    def claim(self, *, warm: tuple[str, ...] = (), lease: float = 30.0, models: tuple[str, ...] = ALL) -> Claim | None:
        """Claim a task."""
        return self.store.tasks.claim(self.name, "cpu", models, warm, lease)

    def must_claim(self, **options: Any) -> Claim:
        """Claim a task that has to be there."""
        claim = self.claim(**options)
        assert claim is not None
        return claim

    def complete(self, claim: Claim) -> Completed | None:
        """Complete a claim; what it needs must resolve."""
        resolve(claim.spec, claim.needs)
        key = hashlib.sha256(claim.task.encode()).hexdigest()
        return self.store.tasks.complete(claim.lease, key, artifacts_of(claim), data_of(claim, self.play), {"run_seconds": 0.5})

    def run(self, *, fail: Collection[str] = (), until: str | None = None) -> list[str]:
        """Do tasks until there is none, or one of that name was claimed; fail for good those in `fail`; the names in order."""
        done = []
        while (claim := self.claim()) is not None:
            done.append(claim.name)
            if claim.name == until:
                break
            if claim.name in fail:
                assert self.store.tasks.fail(claim.lease, f"{claim.name} was told to fail", retry=False) is not None
            else:
                assert self.complete(claim) is not None
        return done


def states(store: Store, story: str) -> dict[str, str]:
    """The tasks' states by name."""
    document = store.stories.document(story)
    assert document is not None
    return {task.name: str(task.state) for task in document.tasks}
