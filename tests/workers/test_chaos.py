"""The farm in trouble: processes killed, Redis flushed, workers coming and going; each task's result is recorded once."""

from __future__ import annotations

import signal
import time
from collections import Counter

from tests.workers.conftest import until


def test_a_story_goes_through(farm):
    farm.worker()
    document = farm.ended(farm.story())
    assert document.status == "completed", farm.state(document.id)
    assert {task.state for task in document.tasks} == {"done"}
    assert document.task("compose").outputs["film"].size > 0
