"""What the diffusion engines cost and gain on this CUDA device: python -m benchmarks.gpu.run [--only farm,speed,swap,batch,video] [--small] [--json FILE]

Real architectures at full size, random weights (benchmarks/gpu/shapes.py): compile, FP8, batching, swapping and the farm's own cost are
what they would be with real ones; caches that depend on what is seen prove nothing here and are left out.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PARTS = ("farm", "speed", "swap", "batch", "video")
STEPS = 8  # of one picture: enough for a step's time
REPEATS = 3
Rows = list[dict[str, Any]]


def main() -> int:
    """Run the parts asked for; 0 when all ran, 5 where there is no CUDA device."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, separated by commas: {', '.join(PARTS)}")
    parser.add_argument("--small", action="store_true", help="a sixth of the layers: does everything run?")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    asked = parser.parse_args()
    wanted = asked.only.split(",")
    if unknown := [part for part in wanted if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
        print(
            "torch and diffusers are not installed here; install the gpu extra (pip install 'storyfarm[gpu]') on a machine with a CUDA device.", file=sys.stderr
        )
        return 5
    import torch

    if not torch.cuda.is_available():
        print(
            f"torch {torch.__version__} sees no CUDA device here; nothing was measured. Run this on a machine with an NVIDIA GPU and its driver.",
            file=sys.stderr,
        )
        return 5
    figures: dict[str, Any] = {
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "python": platform.python_version(),
    }
    print(", ".join(f"{name} {value}" for name, value in figures.items()))
    for part in wanted:
        began = time.perf_counter()
        try:
            rows = globals()[f"{part}_part"](asked.small)
        except Exception as error:  # one part's failure is a finding, not the end of the others
            rows = [{"what": "failed", "error": f"{type(error).__name__}: {error}"}]
        figures[part] = rows
        print(f"\n== {part} ({time.perf_counter() - began:.0f} s)")
        for row in rows:
            print("  " + ", ".join(f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()))
        if asked.json:
            asked.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
        clean()
    return 0


def farm_part(small: bool) -> Rows:
    """The engine's wall time a picture beside the pipeline called directly, same latents, same steps (aim: 1.02)."""
    import torch

    from benchmarks.gpu import shapes
    from farm.catalog import Model
    from farm.types import KeyframeSpec, Scene, Shot, Size, Style, TaskKind, Work
    from pipelines.diffusion.memory import Ladder
    from pipelines.diffusion.pictures import DiffusionPicture
    from pipelines.diffusion.preview import measure

    pipe, call = built(small), shapes.flux_call("cuda")
    direct = median(
        lambda: pipe(**call, width=1280, height=720, num_inference_steps=STEPS, guidance_scale=3.5, generator=torch.Generator("cpu").manual_seed(1)).images[0]
    )
    model = Model(name="bench", tasks=(TaskKind.KEYFRAME,), engine="diffusion-picture", device="cuda", defaults={"steps": STEPS, "guidance": 3.5})
    engine = DiffusionPicture(model, "cuda")
    engine._pipe, engine._ladder, engine._projection = Embedded(pipe, call), Ladder(pipe, "cuda"), measure(pipe)
    style = Style(slug="plain", name="Plain")
    spec = KeyframeSpec(
        shot=Shot(index=0, scene="s"), scene=Scene(key="s", title="Sea"), prompt="a keeper", style=style, size=Size(width=1280, height=720), seed=1
    )
    with tempfile.TemporaryDirectory() as folder:
        work = Work(task="t", model="bench", spec=spec, scratch=Path(folder))
        through = median(lambda: engine.run(work, Silent()))
    return [{"what": "FLUX.1 1280x720", "direct_s": direct, "engine_s": through, "ratio": through / direct, "steps": STEPS}]


def speed_part(small: bool) -> Rows:
    """Seconds a step and peak memory: plain, other attention, compiled, FP8, FP8 compiled."""
    import torch

    from benchmarks.gpu import shapes
    from farm.catalog import Model
    from farm.types import TaskKind
    from pipelines.diffusion.speed import Speed, place

    rows: Rows = []
    for words in (
        {},
        {"attention": "cudnn"},
        {"compile": "regional"},
        {"quantize": "fp8"},
        {"quantize": "fp8", "compile": "regional"},
        {"layerwise-casting": "fp8"},
    ):
        name = " + ".join(f"{option} {word}" for option, word in words.items()) or "plain"
        try:
            pipe, call = built(small), shapes.flux_call("cuda")
            place(pipe, Speed.of(Model(name="bench", tasks=(TaskKind.KEYFRAME,), engine="diffusion-picture", speed=words)), "cuda", lambda _: None)
            began = time.perf_counter()
            painted(pipe, call, 1024)
            first = time.perf_counter() - began
            torch.cuda.reset_peak_memory_stats()
            seconds = median(lambda pipe=pipe, call=call: painted(pipe, call, 1024))  # type: ignore[misc]
            rows.append({"what": name, "s_a_step": seconds / STEPS, "first_s": first, "peak_gb": torch.cuda.max_memory_allocated() / 1e9})
        except Exception as error:
            rows.append({"what": name, "error": f"{type(error).__name__}: {str(error).splitlines()[0]}"})
        pipe = call = None
        clean()
    return rows


def swap_part(small: bool) -> Rows:
    """Bringing a model onto the device: from pinned memory, from pageable memory, from its files."""
    import torch

    pipe = built(small)
    part = pipe.transformer
    size = sum(parameter.numel() * parameter.element_size() for parameter in part.parameters()) / 1e9
    rows: Rows = []
    with tempfile.TemporaryDirectory() as folder:
        part.save_pretrained(folder)
        part.to("cpu")
        clean()
        rows.append({"what": "pageable memory", "gb": size, "s": once(lambda: part.to("cuda"))})
        part.to("cpu")
        for tensor in (*part.parameters(), *part.buffers()):
            tensor.data = tensor.data.pin_memory()
        held = {name: tensor.data for name, tensor in part.named_parameters()}

        def bring() -> None:
            for name, tensor in part.named_parameters():
                tensor.data = held[name].to("cuda", non_blocking=True)

        rows.append({"what": "pinned memory", "gb": size, "s": once(bring)})
        for name, tensor in part.named_parameters():
            tensor.data = held[name]
        kind = type(part)
        held.clear()
        pipe = part = None
        clean()
        rows.append({"what": "files (in the page cache)", "gb": size, "s": once(lambda: kind.from_pretrained(folder, dtype=torch.bfloat16).to("cuda"))})
    return [{**row, "gb_a_second": row["gb"] / row["s"]} for row in rows]


def batch_part(small: bool) -> Rows:
    """Pictures a second at batches of 1, 2, 4 and 8; and how near a picture in company is to the same alone."""
    import numpy as np
    import torch

    from benchmarks.gpu import shapes

    pipe = built(small)
    rows: Rows = []
    for side in (512, 1024):
        alone: Any = None
        base = 0.0
        for batch in (1, 2, 4, 8):
            try:
                call = {name: tensor[:1].repeat(batch, *[1] * (tensor.ndim - 1)) for name, tensor in shapes.flux_call("cuda").items()}
                seconds = median(lambda call=call, batch=batch, side=side: painted(pipe, call, side, batch))  # type: ignore[misc]
                first = np.asarray(painted(pipe, call, side, batch)[0], np.int16)
                alone = first if alone is None else alone
                base = base or 1 / seconds
                gain = batch / seconds / base
                rows.append(
                    {"what": f"{side}² batch {batch}", "pictures_a_s": batch / seconds, "gain": gain, "largest_difference": int(abs(first - alone).max())}
                )
            except torch.OutOfMemoryError:
                rows.append({"what": f"{side}² batch {batch}", "error": "out of memory"})
                clean()
    return rows


def video_part(small: bool) -> Rows:
    """A clip of 81 frames at 832x480: the 1.3B and the 14B."""
    import torch

    from benchmarks.gpu import shapes

    rows: Rows = []
    steps = 2 if small else 4
    for billions in ("1.3", "14"):
        pipe, call = shapes.wan("cuda", billions), shapes.wan_call("cuda")
        torch.cuda.reset_peak_memory_stats()
        ask: Callable[[], Any] = lambda pipe=pipe, call=call: pipe(  # noqa: E731
            **call, width=832, height=480, num_frames=81, num_inference_steps=steps, guidance_scale=5.0, generator=torch.Generator("cpu").manual_seed(1)
        )
        ask()
        rows.append({"what": f"Wan {billions}B, 81 frames 832x480, {steps} steps", "s": once(ask), "peak_gb": torch.cuda.max_memory_allocated() / 1e9})
        pipe = call = ask = None  # type: ignore[assignment]
        clean()
    return rows


class Embedded:
    """A pipeline that is given made-up text outputs in place of a prompt."""

    def __init__(self, pipe: Any, call: dict[str, Any]) -> None:
        self._pipe, self._extra = pipe, call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipe, name)

    def __call__(self, width: int, height: int, num_inference_steps: int, guidance_scale: float = 1.0, prompt: str = "", **call: Any) -> Any:
        return self._pipe(**self._extra, width=width, height=height, num_inference_steps=num_inference_steps, guidance_scale=guidance_scale, **call)


class Silent:
    """A report that nobody reads."""

    def loading(self, fraction: float, note: str = "") -> None: ...

    def step(self, step: int, of: int, note: str = "") -> None: ...

    def preview(self, path: Path, media_type: str) -> None: ...


def built(small: bool) -> Any:
    """FLUX.1 on the device."""
    from benchmarks.gpu import shapes

    return shapes.flux("cuda", layers=3, single=6) if small else shapes.flux("cuda")


def painted(pipe: Any, call: dict[str, Any], side: int, batch: int = 1) -> Any:
    """A batch of pictures, each with a generator of its own, so that its noise does not depend on its company."""
    import torch

    makers = [torch.Generator("cpu").manual_seed(1 + number) for number in range(batch)]
    return pipe(**call, width=side, height=side, num_inference_steps=STEPS, guidance_scale=3.5, generator=makers if batch > 1 else makers[0]).images


def once(call: Callable[[], Any]) -> float:
    """Seconds of one call, the device's work included."""
    import torch

    torch.cuda.synchronize()
    began = time.perf_counter()
    call()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def median(call: Callable[[], Any]) -> float:
    """The median of a few calls, after one that does not count."""
    call()
    return statistics.median(once(call) for _ in range(REPEATS))


def clean() -> None:
    """Give memory back between parts."""
    import torch

    gc.collect()
    torch.cuda.empty_cache()


if __name__ == "__main__":
    sys.exit(main())
