"""A worker in the tests' own process that runs the embedded engines: what they make is what a farm makes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.resolve import resolve
from farm.specs import Spec
from farm.store import Store
from farm.taskkey import task_key
from farm.types import TaskKind
from farm.work import Outcome, Work
from pipelines.engine import Engine
from workers.engines import engine_class


class Quiet:
    """A report for nobody."""

    def loading(self, fraction: float, note: str = "") -> None: ...

    def step(self, step: int, of: int, note: str = "") -> None: ...

    def preview(self, path: Path, media_type: str) -> None: ...


class RealWorker:
    """Claims, resolves, runs the engine of models.yaml, puts what it made, completes."""

    _engines: dict[str, Engine] = {}  # by the engine's name: a parser is loaded once for all tests

    def __init__(self, store: Store, artifacts: Artifacts, catalog: Catalog) -> None:
        self.store, self.artifacts, self.catalog = store, artifacts, catalog

    def step(self, *kinds: TaskKind) -> TaskKind | None:
        """Do one task; of `kinds`, where some are named. None when there is none."""
        models = tuple(name for name, model in self.catalog.models.items() if model.device == "cpu" and (not kinds or set(kinds) & set(model.tasks)))
        claim = self.store.tasks.claim("real", "cpu", models, (), 120.0)
        if claim is None:
            return None
        spec, shas = resolve(claim.spec, claim.needs)
        with tempfile.TemporaryDirectory() as folder:
            made = self.run(claim.model, spec, shas, Path(folder))
            artifacts = [(output.name, self.artifacts.put(output.path, output.media_type)) for output in made.outputs]
        key = task_key(claim.kind, self.catalog.models[claim.model], spec, shas)
        assert self.store.tasks.complete(claim.lease, key, artifacts, made.data, {}) is not None
        return claim.kind

    def run(self, model: str, spec: Spec, shas: dict[str, str], scratch: Path) -> Outcome:
        """What the engine of `model` makes of a resolved specification and its input files."""
        one = self.catalog.models[model]
        engine = self._engines.get(one.engine)
        if engine is None:
            engine = self._engines[one.engine] = engine_class(one.engine)(one, "cpu")
            engine.load(Quiet())
        (scratch / "made").mkdir(exist_ok=True)
        files = {role: self.artifacts.local(sha, scratch) for role, sha in shas.items()}
        return engine.run(Work(task="test", model=model, spec=spec, files=files, scratch=scratch / "made"), Quiet())
