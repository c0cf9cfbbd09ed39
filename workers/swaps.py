"""How long models took to come and go on one worker's device, kept for its row in the register of workers."""

from __future__ import annotations

import threading
from typing import Any

from workers.events import Swapped


class Swaps:
    """Counts swaps by model and kind; heard on the thread that reads the slot, read on the one that heartbeats."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, dict[str, dict[str, float]]] = {}

    def hear(self, swap: Swapped) -> None:
        """One model came or went."""
        with self._lock:
            one = self._found.setdefault(swap.model, {}).setdefault(swap.what, {"count": 0, "seconds": 0.0, "longest": 0.0, "gb": 0.0})
            one["count"] += 1
            one["seconds"] = round(swap.seconds, 3)
            one["longest"] = max(one["longest"], round(swap.seconds, 3))
            one["gb"] = round(swap.bytes / 1e9, 3)

    def summary(self) -> dict[str, Any]:
        """By model and kind (load, park, unpark, unload): how often, the latest and the longest in seconds, and how much it moved in GB."""
        with self._lock:
            return {model: {what: dict(one) for what, one in kinds.items()} for model, kinds in self._found.items()}
