"""Engines with real bytes for weights, which can be parked, run together, and run out of memory; the prompt says how.

Words of a prompt, several with blanks: "ok", "fail" (an EngineError), "raise" (an unforeseen exception of its whole pass), "full 2" (out of memory with
more than 2 works in a pass), "rungs 2" (out of memory until `relieve` has been asked twice), "die", "steps 5 0.1", "crowd" (out of memory while others
are on the device).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Hashable, Sequence
from typing import ClassVar

from farm.catalog import Model
from farm.specs import Spec, WriteSpec
from farm.types import TaskKind
from farm.work import Cancelled, EngineError, Outcome, Output, Work
from pipelines.engine import Engine, OutOfMemory, Report
from tests.workers.engines_for_tests import Troupe, note

MEGABYTE = 1 << 20


class Heavy(Troupe):
    """Holds `defaults.megabytes` of weights, on the "device" or parked."""

    kinds = frozenset(TaskKind)
    on_device: ClassVar[dict[str, bytearray]] = {}

    def load(self, report: Report) -> None:
        if self.model.defaults.get("load_full_beside") and self.on_device:
            raise OutOfMemory("no room to load beside others")
        self.parked: bytearray | None = None
        self.taken = 0
        self.on_device[self.model.name] = bytearray(os.urandom(64)) * (int(self.model.defaults.get("megabytes", 1)) * MEGABYTE // 64)

    def footprint(self) -> int:
        return len(self.on_device.get(self.model.name, b""))

    def park(self) -> bool:
        if self.model.defaults.get("parks") is False:
            return False
        if self.model.defaults.get("parks") == "raises":
            raise RuntimeError("pinning failed")
        self.parked = self.on_device.pop(self.model.name)
        return True

    def unpark(self, report: Report) -> None:
        if self.model.defaults.get("unpark_fails"):
            raise EngineError("it does not come back", code="broken")
        assert self.parked is not None
        self.on_device[self.model.name], self.parked = self.parked, None

    def unload(self) -> None:
        self.on_device.pop(self.model.name, None)
        self.parked = None

    def relieve(self, work: Work) -> str | None:
        self.taken += 1
        return f"rung {self.taken}" if self.taken <= self.model.defaults.get("rungs", 0) else None

    @classmethod
    def batch_key(cls, model: Model, spec: Spec, roles: frozenset[str]) -> Hashable | None:
        size = getattr(spec, "size", None)
        return (spec.kind, roles, size.width if size else None, getattr(spec, "locale", None))

    @classmethod
    def batch_limit(cls, model: Model, spec: Spec) -> int:
        return int(model.defaults.get("limit", 8))

    def run(self, work: Work, report: Report) -> Outcome:
        [answer] = self.run_batch([work], [report])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def run_batch(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Outcome | Exception]:
        assert self.model.name in self.on_device, "run while parked"
        note(f"pass {len(works)} {' '.join(work.task for work in works)}")
        said = [self._words(work) for work in works]
        answers: list[Outcome | Exception | None] = [None] * len(works)
        for words in said:
            if "die" in words:
                os.kill(os.getpid(), signal.SIGKILL)
            if "raise" in words:
                raise ValueError("a pass that breaks")
            if "full" in words and len(works) > int(words[words.index("full") + 1]):
                raise OutOfMemory(f"{len(works)} works are too many")
            if "crowd" in words and len(self.on_device) > 1:
                raise OutOfMemory("others are here")
            if "rungs" in words and self.taken < int(words[words.index("rungs") + 1]):
                raise MemoryError("too small")
        steps = int(self.model.defaults.get("steps", 3))
        for step in range(1, steps + 1):
            time.sleep(float(self.model.defaults.get("seconds", 0.03)) / steps)
            for number, report in enumerate(reports):
                try:
                    if answers[number] is None:
                        report.step(step, steps)
                except Cancelled as cancelled:
                    answers[number] = cancelled
        for number, words in enumerate(said):
            if "fail" in words:
                answers[number] = answers[number] or EngineError("this one cannot be done", code="no_luck")
        return [answer or self._made(work) for answer, work in zip(answers, works, strict=True)]

    def _words(self, work: Work) -> list[str]:
        spec = work.spec
        return (spec.prompt if isinstance(spec, WriteSpec) else getattr(spec, "prompt", "")).split()

    def _made(self, work: Work) -> Outcome:
        if isinstance(work.spec, WriteSpec) and not self.model.defaults.get("story"):
            path = work.scratch / f"{work.task}.txt"
            path.write_text(f"{work.spec.prompt} {work.spec.seed}", encoding="utf-8")
            return Outcome(outputs=(Output(name="text", path=path, media_type="text/plain"),))
        return getattr(self, f"do_{work.spec.kind.value}")(work)


class Plain(Engine):
    """Neither parks nor says how large it is."""

    kinds = frozenset(TaskKind)

    def run(self, work: Work, report: Report) -> Outcome:
        return Outcome()


TABLE = {"heavy": "tests.workers.engines_with_weights:Heavy", "plain": "tests.workers.engines_with_weights:Plain"}
