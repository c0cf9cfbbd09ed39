"""The task key: a hash of everything that decides a task's result, so that the same work is never done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from farm.catalog import Model
from farm.specs import Spec
from farm.types import TaskKind


def task_key(kind: TaskKind | str, model: Model, spec: Spec, files: Mapping[str, str]) -> str:
    """SHA-256 over kind, model (name, engine, version, source, defaults), the resolved spec and the input files' SHA-256s."""
    decides = {
        "kind": str(kind),
        "model": [model.name, model.engine, model.version, model.source.model_dump(mode="json"), model.defaults],
        "spec": spec.model_dump(mode="json"),
        "files": dict(files),
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()
