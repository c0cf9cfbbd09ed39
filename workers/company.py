"""Who may share a claimed task's pass through the model: as many as pay by this device's profile, and only what the engine takes together."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from farm.catalog import Model
from farm.profiles import DeviceProfile
from farm.resolve import Result, resolve
from farm.specs import Spec
from farm.store.records import Claim
from pipelines.engine import Engine
from workers.engines import engine_class
from workers.tools import AWAY, Tools

log = structlog.get_logger(__name__)


def company(tools: Tools, first: Claim) -> list[Claim]:
    """Claim more tasks to be done in one pass with `first`; empty where that does not pay or cannot be. The database being away is no reason to fail."""
    model = tools.catalog.models[first.model]
    profile = tools.profiles.get(model.name)
    if model.batch == 1 or (model.batch is None and profile is None):
        return []
    try:
        kind = engine_class(model.engine, tools.engines)
        spec, files = resolve(first.spec, first.needs)
        key = kind.batch_key(model, spec, frozenset(files))
        most = worth(model, profile, kind, spec) if key is not None else 1
    except Exception as error:  # what is wrong with it will be said when it is run
        log.warning("no company was looked for", task=first.task, model=model.name, error=f"{type(error).__name__}: {error}")
        return []
    if most < 2:
        return []

    def alike(other: Spec, needs: Mapping[str, Result]) -> bool:
        try:
            resolved, roles = resolve(other, needs)
            return kind.batch_key(model, resolved, frozenset(roles)) == key
        except Exception:
            return False  # it will say what is wrong with it when it is run by itself

    try:
        found = tools.store.tasks.claim_more(first, most - 1, alike, memory_gb=tools.memory_gb)
    except AWAY as error:
        log.warning("no company was claimed, the database is away", error=str(error).splitlines()[0])
        return []
    if found:
        log.info("tasks share a pass", model=model.name, tasks=1 + len(found), most=most)
    return found


def worth(model: Model, profile: DeviceProfile | None, kind: type[Engine], spec: Spec) -> int:
    """How many works like `spec` are to share a pass: as models.yaml says, else as measured, never more than the engine takes."""
    if model.batch is not None:
        wanted = model.batch
    else:
        size = getattr(spec, "size", None)
        wanted = profile.best_batch(*(size.width, size.height) if size else ()) if profile else 1
    return min(wanted, kind.batch_limit(model, spec))
