"""How long a device waits between two tasks of a slot: python -m benchmarks.gaps [--works 8] [--step 0.05] [--steps 8] [--plain]

A whole worker (database, queue, storage, slot) paints keyframes with a pipeline that does nothing but wait, as a host waits for a device: `--steps` of
`--step` seconds, then a decoder's. Everything else is real: claim, inputs, PNG of 1280x720, hash, storage, record. The gap is what lies between one
work's decoder and the next one's text encoder. "wall" is what a picture takes in the
farm, over what the waiting alone takes (issue 5 aims at 1.02).
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from PIL import Image

from farm.catalog import Catalog, Model, Pool
from farm.types import TaskKind
from farm.work import Outcome, Work
from pipelines.diffusion.pictures import _save
from pipelines.engine import Engine, Report, Rest

SIZE = (1280, 720)
DECODING = 0.08  # seconds: a decoder at that size


class Waiting(Engine):
    """A painter whose pipeline waits; `defaults`: steps, step_seconds, trace (a file that gets a line for each begin and end)."""

    kinds = frozenset({TaskKind.KEYFRAME})

    def load(self, report: Report) -> None:
        """Nothing to load but a picture with noise in it, as a painted one has."""
        rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
        smooth = np.stack([rows / SIZE[1], columns / SIZE[0], (rows + columns) / sum(SIZE)], axis=-1) * 200
        self.picture = (smooth + np.random.default_rng(0).normal(20, 6, smooth.shape)).clip(0, 255).astype(np.uint8)

    def compute(self, works: Sequence[Work], reports: Sequence[Report]) -> list[Outcome | Rest | Exception]:
        """Wait, then leave to be saved what the real one leaves."""
        said = self.model.defaults
        with open(said["trace"], "a", encoding="ascii") as trace:
            print("begin", time.monotonic(), file=trace, flush=True)
            for step in range(said["steps"]):
                time.sleep(said["step_seconds"])
                for report in reports:
                    report.step(step + 1, said["steps"])
            time.sleep(DECODING)
            print("end", time.monotonic(), file=trace, flush=True)
        rests = [Rest(partial(_save, Image.fromarray(self.picture), SIZE, work)) for work in works]
        return [rest.finish() for rest in rests] if said["plain"] else [*rests]

    def run(self, work: Work, report: Report) -> Outcome:
        """The same for one work, written before it returns."""
        (found,) = self.compute([work], [report])
        if isinstance(found, Exception):
            raise found
        return found.finish() if isinstance(found, Rest) else found


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--works", type=int, default=8)
    parser.add_argument("--step", type=float, default=0.05, help="seconds")
    parser.add_argument("--plain", action="store_true", help="claim when the last work is written, and write before the next is computed, as it once was")
    parser.add_argument("--steps", type=int, default=8)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder = Path(tempfile.mkdtemp(prefix="sf"))
    server = None
    try:
        from cli import valkey

        server = subprocess.Popen([str(valkey.server()), "--port", "0", "--unixsocket", str(folder / "v.sock"), "--save", ""], stdout=subprocess.DEVNULL)
        while not (folder / "v.sock").exists():
            time.sleep(0.01)
        trace = folder / "trace"
        began = time.monotonic()
        done = worked(folder, asked.works, {"steps": asked.steps, "step_seconds": asked.step, "trace": str(trace), "plain": asked.plain})
        lines = [line.split() for line in trace.read_text().splitlines()]
        begins, ends = ([float(at) for word, at in lines if word == which] for which in ("begin", "end"))
        gaps = [1000 * (begin - end) for end, begin in zip(ends, begins[1:], strict=False)][1:]
        device = statistics.median(end - begin for begin, end in zip(begins, ends, strict=True))
        through = statistics.median(later - earlier for earlier, later in itertools.pairwise(ends))
        print(f"{done} works, {time.monotonic() - began:.1f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"device {device * 1000:.0f} ms a work; gap {statistics.median(gaps):.1f} ms, at most {max(gaps):.1f}; wall {through / device:.3f}")
    finally:
        if server is not None:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def worked(folder: Path, count: int, defaults: dict[str, Any]) -> int:
    """Have a worker paint `count` keyframes."""
    from farm.artifacts import Artifacts
    from farm.progress import Progress
    from farm.store import Store
    from farm.tickets import Tickets
    from tests.farm.farming import MODELS, Hand, new_story, screenplay
    from workers.actors import work_until_idle
    from workers.slot import Slot
    from workers.tools import Tools

    model = Model(name="waiting", tasks=(TaskKind.KEYFRAME,), engine="waiting", memory_gb=0.1, defaults=defaults, gives=("picture",))
    engines = {"waiting": "benchmarks.gaps:Waiting"}
    store = Store.open(f"sqlite:///{folder / 'farm.db'}")
    try:
        store.migrate()
        team = store.teams.ensure("bench", unlimited=True)
        models = {**MODELS, TaskKind.KEYFRAME: model.name}
        store.stories.create(new_story(team, models=models, pools={**dict.fromkeys(models.values(), ("cpu",)), model.name: ("gpu",)}))
        hand = Hand(store, play=screenplay(count))
        hand.complete(hand.must_claim(models=(models[TaskKind.WRITE],)))
        while (other := hand.claim(models=(models[TaskKind.PORTRAIT],))) is not None:
            hand.complete(other)
        address = f"unix://{folder / 'v.sock'}"
        tools = Tools(
            store=store, artifacts=Artifacts.open(f"file://{folder / 'artifacts'}", "s" * 32), progress=Progress(address), tickets=Tickets(address),
            slot=Slot(engines), catalog=Catalog(models={model.name: model}, pools={"gpu": Pool(name="gpu", models=(model.name,))}, profiles={}),
            worker="bench", pool="gpu", scratch=folder / "scratch", engines=engines, ahead=not defaults["plain"],
        )  # fmt: skip
        try:
            return work_until_idle(tools)
        finally:
            tools.slot.kill()
    finally:
        store.close()


if __name__ == "__main__":
    main()
