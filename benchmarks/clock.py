"""The engine of the dispatch benchmark: notes when a task begins and ends; model "quick" fails at once, so that nothing follows from it."""

from __future__ import annotations

import os

from benchmarks.dispatch import note
from farm.work import EngineError, Outcome, Work
from pipelines.engine import Report
from tests.workers.engines_for_tests import Troupe


class Clock(Troupe):
    """Troupe, with times."""

    def run(self, work: Work, report: Report) -> Outcome:
        trace = os.environ["PYTHON_BENCH_TRACE"]
        note(trace, "start")
        try:
            if self.model.name == "quick":
                raise EngineError("that was all", code="quick")
            return super().run(work, report)
        finally:
            note(trace, "end")
