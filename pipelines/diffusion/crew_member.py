"""The process on another device: it holds denoisers and computes its part of their calls (`pipelines.diffusion.crew`).

Started as `python -m pipelines.diffusion.crew_member <descriptor> <rank> <count> <device> <folder>`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

import structlog
import torch

from pipelines.diffusion.crew import filled, join, parallel

log = structlog.get_logger()


def main() -> None:
    """Hold denoisers and compute parts of their calls until the pipe closes."""
    descriptor, rank, count, device, folder = sys.argv[1:]
    connection = Connection(int(descriptor))
    messages: list[Any] = []
    arrived = threading.Condition()

    def listen() -> None:
        while True:
            try:
                message = connection.recv()
            except (EOFError, OSError):
                os._exit(0)  # the slot is gone or done: even in the middle of a step nobody waits for it
            with arrived:
                messages.append(message)
                arrived.notify()

    threading.Thread(target=listen, daemon=True).start()
    join(int(rank), int(count), device, folder)
    place = torch.device("cuda", int(rank)) if device.startswith("cuda") else torch.device("cpu")
    parts: dict[str, Any] = {}
    while True:
        with arrived:
            while not messages:
                arrived.wait()
            what, key, *rest = messages.pop(0)
        if what == "load":
            failed = None
            try:
                parts[key] = _loaded(int(count), place, *rest)
            except Exception as error:
                failed = f"The denoiser could not be loaded onto {place}: {error}"
            connection.send((key, failed))
        elif what == "drop":
            for name in [name for name in parts if name.startswith(key)]:
                del parts[name]
            if place.type == "cuda":
                torch.cuda.empty_cache()
        else:
            with torch.no_grad():
                args, named = filled(rest[0], place)
                parts[key](*args, **named)


def _loaded(count: int, device: torch.device, kind: str, folder: str, options: dict[str, Any], speed: Any) -> Any:
    import diffusers

    from pipelines.diffusion import speed as speeds

    with contextlib.redirect_stdout(sys.stderr):
        part = getattr(diffusers, kind).from_pretrained(folder, **options)
    part.eval()
    speeds.tune(part, speed, str(device), log.debug)
    part.to(device)
    parallel(part, count)
    speeds.compile_part(part, speed)
    return part


if __name__ == "__main__":
    main()
