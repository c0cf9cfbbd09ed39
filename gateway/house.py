"""What every handler may use: the farm's parts, opened once a process."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from farm.artifacts import Artifacts
from farm.catalog import Catalog
from farm.settings import Settings
from farm.store import Store
from gateway.call import Threads
from gateway.limits import Limiter, Window
from gateway.outside import Outside
from gateway.route import Table
from gateway.waiters import Waiters


@dataclass
class House:
    """The farm as one gateway process sees it."""

    settings: Settings
    catalog: Catalog
    store: Store
    artifacts: Artifacts
    tickets: Any
    waiters: Waiters[Any, Any]
    limiter: Limiter
    rates: Mapping[str, tuple[Window, ...]]
    threads: Threads
    table: Table
    redis: Any
    outside: Outside
    enhance_grace: float
    """Seconds that a create request is held for its enhanced script to be in the answer."""
    flights: set[tuple[str, str]] = field(default_factory=set)
    """Team and Idempotency-Key of the requests that this process is answering."""
    holding: dict[str, tuple[float, asyncio.Future[bool]]] = field(default_factory=dict)
    """Keys that were asked for of late whether they hold: when (monotonic), and the answer."""
    measured: tuple[float, Mapping[str, float]] = (-math.inf, {})
    """Seconds that a work of each measured model takes, as live workers told, and when they were asked (monotonic)."""
    background: set[asyncio.Task[None]] = field(default_factory=set)
    """What is still to be done for callers who have gone."""
