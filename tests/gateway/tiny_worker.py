"""A worker that drives the store as workers do, with a fixed screenplay and files of a few bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.progress import Progress
from farm.protocol import ProgressEvent
from farm.store import Claim, Store
from farm.types import Character, Item, Scene, Screenplay, Shot, TaskKind

PLAY = Screenplay(
    title="Light and Tide",
    mood="tender",
    characters=(
        Character(key="tom", name="Old Tom", noun="lighthouse keeper", role="protagonist", description="a keeper in a yellow coat"),
        Character(key="whale", name="the whale", noun="whale", human=False, description="a young whale"),
    ),
    scenes=(
        Scene(key="shore", title="The shore", description="a stormy shore", place="shore", time_of_day="dusk", weather="storm", lighting="a turning beam"),
        Scene(key="bay", title="The bay", description="a calm bay", place="bay"),
    ),
    items=(Item(key="lamp", name="the lamp", description="brass and glass", significance="it leads the whale home"),),
    shots=tuple(
        Shot(index=index, title=title, scene="shore" if index < 2 else "bay", characters=("tom",), items=("lamp",), narration=f"{title}.", seconds=3)
        for index, title in enumerate(("Tom sees the whale", "He lights the lamp", "The whale swims home"))
    ),
)
OUTPUTS: dict[TaskKind, dict[str, str]] = {
    TaskKind.WRITE: {},
    TaskKind.PORTRAIT: {"picture": "image/png"},
    TaskKind.KEYFRAME: {"picture": "image/png", "layers": "application/zip"},
    TaskKind.ANIMATE: {"clip": "video/mp4"},
    TaskKind.SPEAK: {"speech": "audio/wav"},
    TaskKind.SCORE: {"score": "audio/wav"},
    TaskKind.COMPOSE: {"film": "video/mp4", "poster": "image/jpeg", "captions": "application/x-subrip", "captions.vtt": "text/vtt"},
}
PIECE = {"piece": "video/mp4"}
"""Of the kinds that only the composer knows."""
DATA: dict[TaskKind, dict[str, Any]] = {
    TaskKind.WRITE: PLAY.model_dump(mode="json"),
    TaskKind.SPEAK: {"seconds": 1.5, "words": []},
    TaskKind.ANIMATE: {"frames": 72, "fps": 24, "width": 1280, "height": 720},
    TaskKind.COMPOSE: {"seconds": 10.5, "frames": 252, "fps": 24, "width": 1280, "height": 720, "loudness": -14.0, "true_peak": -1.0, "left_out": []},
}


class TinyWorker:
    """Claims, makes files of a few bytes, completes; `fail` names tasks that fail for good."""

    def __init__(self, store: Store, artifacts: Artifacts, catalog: Catalog, progress: Progress, scratch: Path) -> None:
        self.store, self.artifacts, self.catalog, self.progress, self.scratch = store, artifacts, catalog, progress, scratch

    def step(self, fail: frozenset[str] | set[str] = frozenset()) -> bool:
        """Do one task; False when there is none."""
        claim = self.store.tasks.claim("tiny", "cpu", tuple(self.catalog.models), (), 30.0)
        if claim is None:
            return False
        self._tell(claim, "running")
        if claim.name in fail:
            self.store.tasks.fail(claim.lease, f"{claim.name} was told to fail", retry=False)
            self._tell(claim, "failed")
            return True
        made = []
        for name, media_type in OUTPUTS.get(claim.kind, PIECE).items():
            path = self.scratch / f"{claim.task}.{name}"
            path.write_bytes(f"{claim.story} {claim.name} {name} {claim.spec.model_dump_json()}".encode())
            made.append((name, self.artifacts.put(path, media_type)))
            path.unlink(missing_ok=True)
        key = hashlib.sha256(claim.task.encode()).hexdigest()
        assert self.store.tasks.complete(claim.lease, key, made, DATA.get(claim.kind, {}), {"run_seconds": 0.0}) is not None
        self._tell(claim, "done")
        return True

    def run(self, fail: frozenset[str] | set[str] = frozenset()) -> int:
        """Do tasks until there are none; how many."""
        count = 0
        while self.step(fail):
            count += 1
        return count

    def _tell(self, claim: Claim, state: str) -> None:
        names = {"story": claim.story, "job": claim.job, "task": claim.task, "kind": claim.kind, "shot": claim.shot, "attempt": claim.attempt}
        self.progress.publish(ProgressEvent.make(**names, worker="tiny", state=state))

    def publish(self, story: str, **fields: Any) -> None:
        """Tell of a step of a story's first picture."""
        names = {"story": story, "job": "job_x", "task": "task_x", "kind": TaskKind.KEYFRAME, "shot": 0, "worker": "tiny", "state": "running"}
        assert self.progress.publish(ProgressEvent.make(**{**names, **fields}))
