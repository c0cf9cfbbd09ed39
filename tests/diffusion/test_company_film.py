"""Keyframes of several stories in one pass of a real pipeline, by a real farm: store, queue, worker and slot process; films come out."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image

from farm.artifacts import Artifacts
from farm.specs import KeyframeSpec
from farm.store import tables as t
from farm.story import Hint, NewStory
from farm.tickets import flush
from farm.types import Style, TaskKind
from farm.work import Work
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny
from tests.diffusion.working import Listener
from tests.workers.conftest import Farm, Valkey, until

NEAR = 1  # levels of 255 that a picture in company may differ from itself alone in, float32 (docs/models.md)
MODELS = """
models:
  words: {{tasks: [write], engine: screenwriter}}
  flux: {{tasks: [keyframe, portrait], engine: diffusion-picture, batch: 4, source: {{folder: {flux}}}, defaults: {{steps: 4, pixels: 16384}}}}
  slow: {{tasks: [keyframe, portrait], engine: diffusion-picture, batch: 4, source: {{folder: {flux}}}, defaults: {{steps: 200, pixels: 9216}}}}
  heart: {{tasks: [speak], engine: voice}}
  composer: {{tasks: [compose], engine: composer}}
pools: {{cpu: {{models: [words, heart, composer]}}, painters: {{models: [flux, slow]}}}}
profiles: {{}}
"""
PROMPTS = ("A keeper lights a lamp.", "An old fox crosses the frozen river to find her cubs.", "A boat.", "A baker bakes bread.")


class Company(Farm):
    """A farm of two workers, one of which paints; its stories are films of still keyframes."""

    def tell(self, number: int, painter: str = "flux", **more: Any) -> str:
        """A story whose keyframes `painter` paints."""
        models = {TaskKind.WRITE: "words", TaskKind.SPEAK: "heart", TaskKind.COMPOSE: "composer", TaskKind.SCORE: "composer", TaskKind.ANIMATE: "composer"}
        models |= {TaskKind.PORTRAIT: "flux", TaskKind.KEYFRAME: painter}
        new = NewStory(
            team=self.team, prompt=PROMPTS[number], style=Style(slug="noir", name="Noir", prompt="film noir"), models=models, seconds=5, motion=False,
            music=False, seed=number, pools={name: self.catalog.serving(name) for name in self.catalog.models}, **more,
        )  # fmt: skip
        return self.store.stories.create(new).story

    def open(self) -> None:
        """Start both workers."""
        self.await_workers([self.start([sys.executable, "-m", "workers", "--pool", pool, "--no-warm"]) for pool in ("cpu", "painters")])

    @property
    def painters(self) -> int:
        """The worker that paints."""
        return self.processes[1].pid

    @contextlib.contextmanager
    def before_the_painters(self) -> Iterator[None]:
        """Whoever paints waits until the stories told meanwhile are written: then there is enough to do for a pass."""
        os.kill(self.painters, signal.SIGSTOP)
        with self.store.database.read() as connection:
            before = set(connection.execute(sa.select(t.stories.c.id)).scalars())
        try:
            yield
            flush(self.store, self.tickets)
            with self.store.database.read() as connection:
                told = set(connection.execute(sa.select(t.stories.c.id)).scalars()) - before
            until(lambda: all(self.keyframes(story) for story in told), 60)
        finally:
            os.kill(self.painters, signal.SIGCONT)

    def keyframes(self, story: str) -> list[Any]:
        """Its keyframes' tasks."""
        return [task for task in self.document(story).tasks if task.kind is TaskKind.KEYFRAME]

    def tried(self, story: str) -> list[Any]:
        """Attempts at its keyframes."""
        return [attempt for attempt in self.attempts(story) if attempt.name.startswith("keyframe")]

    def apart(self, story: str, painter: DiffusionPicture, scratch: Path) -> int:
        """How far its keyframes are, in levels of 255, from those that the same works give alone."""
        files, farthest = Artifacts.open(self.settings.artifacts_url, self.settings.secret), 0
        with self.store.database.read() as connection:
            specs = {row.id: row.spec for row in connection.execute(sa.select(t.tasks.c.id, t.tasks.c.spec).where(t.tasks.c.story == story))}
        for task in self.keyframes(story):
            (scratch / task.id).mkdir(parents=True)
            work = Work(task=task.id, model="flux", spec=KeyframeSpec.model_validate(specs[task.id]), scratch=scratch / task.id)
            alone = painter.run(work, Listener()).outputs[0].path
            both = [np.asarray(Image.open(path)).astype(int) for path in (alone, files.local(task.outputs["picture"].sha, scratch))]
            farthest = max(farthest, int(np.abs(both[0] - both[1]).max()))
        return farthest

    def film(self, story: str, scratch: Path) -> int:
        """Frames of its film, counted."""
        (film,) = (task.outputs["film"] for task in self.document(story).tasks if task.kind is TaskKind.COMPOSE)
        with av.open(str(Artifacts.open(self.settings.artifacts_url, self.settings.secret).local(film.sha, scratch))) as file:
            return sum(1 for _ in file.decode(video=0))

    def at_work(self, *stories: str) -> bool:
        """Whether a keyframe of each is in the middle of its pass."""
        return all(any(str(task.state) == "running" and 0 < task.step < task.of for task in self.keyframes(story)) for story in stories)


@pytest.fixture(scope="module")
def farm(weights: Path) -> Iterator[Company]:
    folder = Path(tempfile.mkdtemp(prefix="sf", dir="/tmp"))  # short: a socket's path has 107 characters at most
    valkey = Valkey(folder)
    valkey.start()
    made = Company(folder, valkey, MODELS.format(flux=tiny.saved("flux", weights)))
    try:
        made.open()
        yield made
    finally:
        made.close()
        valkey.kill()
        shutil.rmtree(folder, ignore_errors=True)


def alone(farm: Company, name: str) -> DiffusionPicture:
    painter = DiffusionPicture(farm.catalog.models[name], "cpu")
    painter.load(Listener())
    return painter


def slot_of(worker: int) -> int:
    """The slot process of a worker."""
    for thread in Path(f"/proc/{worker}/task").iterdir():  # it is the child of the thread that started it
        for child in (thread / "children").read_text().split():
            if b"workers.slot_child" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
    raise AssertionError("the worker has no slot")


@pytest.mark.timeout(180)
def test_stories_share_passes_and_one_without_its_reference_fails_alone(farm, tmp_path):
    nowhere = Hint(name="Mara", reference="0" * 64)
    with farm.before_the_painters():
        stories = [farm.tell(0), farm.tell(1), farm.tell(2, characters=(nowhere,))]
    for story in stories[:2]:
        assert farm.ended(story, 90).status == "completed", farm.state(story)
    shared = [attempt for story in stories[:2] for attempt in farm.tried(story)]
    assert {attempt.ended for attempt in shared} == {"done"}
    assert any(attempt.timings.get("batch", 1) >= 2 for attempt in shared), [attempt.timings for attempt in shared]
    assert all(attempt.timings["run_seconds"] > 0 for attempt in shared)
    painter = alone(farm, "flux")
    assert max(farm.apart(story, painter, tmp_path / story) for story in stories[:2]) <= NEAR
    for story in stories[:2]:
        (composed,) = (task.data for task in farm.document(story).tasks if task.kind is TaskKind.COMPOSE)
        assert farm.film(story, tmp_path) == composed["frames"] > 100
    until(lambda: any(attempt.ended == "failed" for attempt in farm.tried(stories[2])), 20, lambda: farm.state(stories[2]))
    assert "0" * 64 in next(attempt.error for attempt in farm.tried(stories[2]) if attempt.ended == "failed")


@pytest.mark.timeout(180)
def test_one_cancelled_in_the_middle_and_then_a_killed_slot_leave_the_pictures_as_they_are(farm, tmp_path):
    with farm.before_the_painters():
        stays, goes, also = (farm.tell(number, "slow") for number in (0, 1, 3))
    until(lambda: farm.at_work(stays, goes, also), 60, lambda: farm.state(stays))
    farm.store.stories.cancel(goes, farm.team)
    until(lambda: str(farm.keyframes(goes)[0].state) == "cancelled", 10)
    time.sleep(0.3)
    assert farm.at_work(stays, also), farm.state(stays)
    os.kill(slot_of(farm.painters), signal.SIGKILL)
    painter = alone(farm, "slow")
    for story in (stays, also):

        def painted(story: str = story) -> bool:
            return all(str(task.state) == "done" for task in farm.keyframes(story))

        until(painted, 90)
        ends = [attempt.ended for attempt in farm.tried(story)]
        assert ends.count("crashed") >= 1, ends
        assert ends.count("done") == len(farm.keyframes(story))
        assert farm.apart(story, painter, tmp_path / story) <= NEAR
    assert {attempt.ended for attempt in farm.tried(goes)} <= {"cancelled", "released"}, farm.tried(goes)
    assert farm.processes[1].poll() is None
