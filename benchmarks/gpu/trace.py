"""Peak memory and operations of the entries of models.yaml, without a GPU: python -m benchmarks.gpu.trace [NAME …] [--quick] [--table]

Runs each entry's engine on a shadow device (benchmarks/gpu/shadow.py) at its published configuration (published.yaml). Figures are kept in
benchmarks/results/memory.json, an entry at a time, and the table of all is written to benchmarks/results/memory.md. Needs a build of torch for CUDA (the
gpu extra), no GPU; an entry takes 10 to 60 seconds of one core.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
FIGURES, TABLE = RESULTS / "memory.json", RESULTS / "memory.md"
ROOT = Path(__file__).parents[2]
BENCHED = {"flux": ("flux-dev", ("512x512", "1024x1024", "1280x720"), 1), "sdxl": ("sdxl", ("512x512", "1024x1024"), 1),
           "wan-1.3b": ("wan-1.3b", ("832x480",), 81), "wan-14b": ("wan-14b", ("832x480",), 81)}  # fmt: skip
"""What benchmarks/gpu/run.py times: its shape, the entry of the same architecture, sizes, frames."""


def main() -> int:
    """Trace what is asked for; 0 when all ran, 1 when one failed, 5 where torch is not built for CUDA."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="entries of models.yaml; all with device cuda")
    parser.add_argument("--quick", action="store_true", help="one work with the entry's own options, nothing else")
    parser.add_argument("--limits", action="store_true", help="operations a step of what benchmarks.gpu.run times")
    parser.add_argument("--table", action="store_true", help="write the table of the figures that are kept, trace nothing")
    asked = parser.parse_args()
    from farm import catalog

    models = {name: model for name, model in catalog.load(ROOT / "models.yaml").models.items() if model.device == "cuda"}
    if unknown := [name for name in asked.names if name not in models]:
        parser.error(f"models.yaml has no entry {unknown[0]!r} with device cuda; there are {', '.join(models)}")
    figures: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {"entries": {}, "limits": {}}
    if asked.table:
        TABLE.write_text(table(figures, models), encoding="utf-8")
        return 0
    import torch

    if torch.version.cuda is None:
        print(f"torch {torch.__version__} is built for processors only; take the build for CUDA (the gpu extra). No GPU is needed.", file=sys.stderr)
        return 5
    from benchmarks.gpu.tracing import quiet

    quiet()
    failed = False
    for name in () if asked.limits else asked.names or models:
        found = _apart(models[name], asked.quick)
        failed = failed or bool(found["error"])
        if found["error"]:
            print(f"{name}: {found['error']}", flush=True)
            continue
        figures["entries"][name] = found
        print(f"{name}: {found['size']}, peak {found['peak'] / 1e9:.1f} GB, needs {found['need']:.1f} GB, {found['took']:.0f} s", flush=True)
        _keep(figures, models)
    if asked.limits or not asked.names:
        for shape, (name, sizes, frames) in BENCHED.items():
            for size in sizes:
                figures["limits"][f"{shape} {size}"] = _limit(models[name], size, frames)
                print(f"{shape} {size}: {figures['limits'][f'{shape} {size}']}", flush=True)
        _keep(figures, models)
    return int(failed)


def _keep(figures: dict[str, Any], models: Mapping[str, Any]) -> None:
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    TABLE.write_text(table(figures, models), encoding="utf-8")


def _apart(model: Any, quick: bool) -> dict[str, Any]:
    """What was traced of an entry, in a process of its own: what one leaves behind is none of the next one's memory."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_one, args=(model, quick, there))
    child.start()
    there.close()
    try:
        found: dict[str, Any] = here.recv()
    except EOFError:
        found = {"error": "its process ended without an answer"}
    child.join()
    return found


def _one(model: Any, quick: bool, answer: Any) -> None:
    from benchmarks.gpu.tracing import trace

    found = trace(model, batches=not quick, others=not quick)
    answer.send({**found.dump(), "need": found.need, "limit": found.limit})


def _limit(model: Any, size: str, frames: int) -> dict[str, float]:
    """Operations and seconds at least of a step at `size`."""
    from benchmarks.gpu.tracing import trace

    width, height = (int(side) for side in size.split("x"))
    said = {**model.defaults, "pixels": width * height, **({"longest": frames} if frames > 1 else {})}
    model = model.model_copy(update={"speed": {}, "defaults": said, "sizes": (size,)})
    found = trace(model, batches=False, others=False)
    if found.error:
        raise RuntimeError(found.error)
    return {"step_tflop": found.step_flops / 1e12, "step_s": found.limit}


def table(figures: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    lines = HEAD.splitlines()
    traced = [name for name in models if name in figures["entries"]]
    for name in traced:
        found = figures["entries"][name]
        parts = ", ".join(f"{part} {_gb(count)}" for part, count in sorted(found["weights"].items(), key=lambda one: -one[1]) if count > 5e7)
        where = max(found["phases"], key=found["phases"].get, default="")
        speed = ", ".join(f"{option} {' '.join(value) if isinstance(value, list) else value}" for option, value in found["speed"].items())
        more = ", ".join(f"{what} {_gb(count)}" for what, count in found["batches"].items())
        others = ", ".join(f"{what} {_gb(count) if isinstance(count, int) else 'refused'}" for what, count in found["others"].items())
        limit = f"{found['step_flops'] / 1e12:.1f} | {found['limit'] * 1e3:.0f}" if found["step_flops"] else "| "
        lines.append(
            f"| {name} | {found['size']} | {speed or '–'} | {parts} | {_gb(found['held'])} | {_gb(found['peak'])} ({where}) | {more} | {others} "
            f"| {found['need']:g} | {limit} |"
        )
    lines += ["", f"Reckoned from weights and a margin, not traced: {', '.join(name for name in models if name not in traced) or 'none'}."]
    lines += ["", "## The least that a step can take (`--limits`): what `benchmarks.gpu.run` sets its times against", "| | TFLOP a step | ms on an H200 |"]
    lines += ["|---|---|---|", *(f"| {what} | {one['step_tflop']:.1f} | {one['step_s'] * 1e3:.1f} |" for what, one in sorted(figures["limits"].items()))]
    return "\n".join(lines) + "\n"


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f}"


HEAD = """# What the entries of models.yaml need, traced without a GPU (`python -m benchmarks.gpu.trace`)

Every entry was run by its own engine at its published configuration (`benchmarks/gpu/published.yaml`, with the source of each) on a shadow device: torch's
fake tensors on "cuda", every allocation and release counted. Nothing was computed and nothing timed: that it runs on real kernels, and how fast, is not shown.
GB are decimal. Film of 1280x720, which the entry makes at the size shown (a clip: its longest pass). *Idle*: loaded, waiting. *Peak*: of one work with the
entry's own options, and the part that ran at the time. *Needs*: the peak (with four reference pictures, where it takes them), 0.6 GB for the CUDA
context and cuBLAS, and 15 % of what the peak has above the weights, for blocks rounded up, holes between them and convolutions'
workspaces (models.yaml says it in halves, rounded up). What is made word by word is cut short; keys and values of the whole answer are added.
Attention is counted as the kernel that CUDA takes for it (flash, else memory-efficient, whose mask is a whole
matrix: most of HunyuanVideo 1.5's peak; heads shared under a mask, ACE-Step's, take the plain way). A step's
operations are all that the denoiser computes for one picture (with guidance: twice); the least time is these at 790 TFLOP/s, or its weights read at 4.3 TB/s.

| entry | makes | options | weights by part | idle | peak | more in a pass | with other options | needs | TFLOP a step | at least, ms on an H200 |
|---|---|---|---|---|---|---|---|---|---|---|"""


if __name__ == "__main__":
    sys.exit(main())
