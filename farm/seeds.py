"""Seeds of tasks, derived from their story's: the same story seed gives every task the same seed again."""

from __future__ import annotations

import hashlib


def derive(seed: int, name: str) -> int:
    """A seed of 31 bits for the task or person called `name` in a story with `seed`."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:4], "big") >> 1
