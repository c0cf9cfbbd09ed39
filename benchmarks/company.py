"""How near a picture painted in company comes to the same picture painted alone: each architecture with tiny random weights, on the CPU.

python -m benchmarks.company [architecture …]    (in the environment of `make test-models`)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from farm.work import Outcome
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny
from tests.diffusion.working import Listener, keyframe, painter

TOGETHER = 4
PROMPTS = ("a lamp", "a keeper climbs the long winding stairs of the old lighthouse at the end of the pier", "waves", "two gulls over the harbour")


def picture(outcome: Outcome | Exception) -> np.ndarray:
    """The pixels of an outcome's picture."""
    if isinstance(outcome, Exception):
        raise outcome
    with Image.open(outcome.outputs[0].path) as file:
        return np.asarray(file.convert("RGB")).astype(int)


def compared(name: str, dtype: str, scratch: Path) -> tuple[int, float]:
    """The largest and the mean difference, in levels of 255, between works alone and the same in one pass."""
    defaults = {**tiny.DEFAULTS.get(name, {}), "steps": 8, "dtype": dtype}
    engine = DiffusionPicture(painter(tiny.saved(name, scratch), defaults=defaults), "cpu")
    engine.load(Listener())
    works = []
    for number, prompt in enumerate(PROMPTS[:TOGETHER]):
        work = keyframe(scratch / f"{name}-{dtype}-{number}", seed=number)
        works.append(work.model_copy(update={"spec": work.spec.model_copy(update={"prompt": prompt})}))
    alone = [picture(engine.run(work, Listener())) for work in works]
    together = [picture(one) for one in engine.run_batch(works, [Listener() for _ in works])]
    apart = np.abs(np.stack(alone) - np.stack(together))
    return int(apart.max()), float(apart.mean())


def main() -> None:
    """Print a table."""
    print("| architecture | float32: max, mean | bfloat16: max, mean |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or [*tiny.PICTURES, *tiny.OTHERS]:
            cells = [f"{most}, {mean:.4f}" for most, mean in (compared(name, dtype, Path(folder)) for dtype in ("float32", "bfloat16"))]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
