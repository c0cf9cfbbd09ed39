"""What real models cost on this device, through the farm's own slots: python -m benchmarks.gpu.run [--only …] [--small] [--json FILE]

Real architectures at full size with random weights (benchmarks/gpu/shapes.py): steps, compile, FP8, batches, swaps, video and the farm's own share are what
they would be with real ones; caches that depend on what is seen prove nothing here and are left out. `--device cpu --tiny` runs every part with a few
thousand weights, to see that this script works; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import itertools
import json
import logging
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farm.catalog import Catalog, Model, Pool, Source
from farm.profiles import DeviceProfile
from farm.types import TaskKind
from farm.work import Work
from workers import events, health, samples
from workers.bench import Bench, BenchError
from workers.engines import table
from workers.slot import Slot

PARTS = ("farm", "speed", "swap", "batch", "likeness", "memory", "residency", "video")
STEPS = 8  # of one picture: enough for a step's time
Rows = list[dict[str, Any]]
WORDS = ({"attention": "cudnn"}, {"compile": "regional"}, {"quantize": "fp8"}, {"quantize": "fp8", "compile": "regional"}, {"quantize": "int8-weights"},
         {"layerwise-casting": "fp8"}, {"offload": "model"}, {"offload": "group"})  # fmt: skip
TINY_WORDS = ({"compile": "regional"}, {"layerwise-casting": "fp8"}, {"vae": ["tiling"]}, {"offload": "model"})


@dataclass
class Place:
    """Where and with what it is measured."""

    device: health.Device
    folder: Path
    tiny: bool
    small: bool
    repeats: int
    measured: DeviceProfile | None = None

    def model(self, name: str, kind: TaskKind = TaskKind.KEYFRAME, engine: str = "diffusion-picture", **defaults: Any) -> Model:
        """A model of the catalog around a pipeline that is built if need be."""
        from benchmarks.gpu import shapes

        said = {"steps": 2 if self.tiny else STEPS, "guidance": 3.5, **defaults}
        if self.tiny:
            said["pixels"] = 64 * 64
        folder = shapes.saved(name, self.folder, self.device.name, tiny=self.tiny, small=self.small)
        weights = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9
        return Model(
            name=name, tasks=(kind,), engine=engine, source=Source(folder=folder), device="cpu" if self.device.name == "cpu" else "cuda",
            memory_gb=round(weights * 1.3 + 0.1, 2), defaults=said, gives=("picture",),
        )  # fmt: skip

    @property
    def sizes(self) -> list[tuple[int, int]]:
        return [(64, 64), (80, 48)] if self.tiny else [(512, 512), (1024, 1024)]

    def bench(self, model: Model, **more: Any) -> DeviceProfile:
        """Measure a model as `storyfarm models bench` does."""
        return Bench(model, self.device, repeats=self.repeats, say=lambda note: print(f"    {model.name}: {note}", flush=True), **more).run()

    def flux(self) -> DeviceProfile:
        """FLUX.1 measured, once for every part that reads of it."""
        if self.measured is None:
            self.measured = self.bench(self.model("flux"), sizes=self.sizes, also=TINY_WORDS if self.tiny else WORDS)
        return self.measured


def main() -> int:
    """Run the parts asked for; 0 when all ran, 1 when one failed, 5 where there is no such device or no torch."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, separated by commas: {', '.join(PARTS)}")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N or cpu (default cuda)")
    parser.add_argument("--tiny", action="store_true", help="pipelines of a few thousand weights: does every part run?")
    parser.add_argument("--small", action="store_true", help="a sixth of the layers")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is measured; the median counts (default 3)")
    parser.add_argument("--folder", type=Path, help="keep the pipelines here for the next time (full size: 60 GB); default: a folder that is removed")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    asked = parser.parse_args()
    wanted = asked.only.split(",")
    if unknown := [part for part in wanted if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
        print("torch and diffusers are not installed here; install the gpu extra: pip install 'storyfarm[gpu]'.", file=sys.stderr)
        return 5
    try:
        device = health.describe(asked.device)
    except (ValueError, RuntimeError) as error:
        print(f"{error}. Nothing was measured; --device cpu --tiny shows that the script works.", file=sys.stderr)
        return 5
    import structlog
    import torch

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures: dict[str, Any] = {"device": device.title, "torch": torch.__version__, "cuda": torch.version.cuda, "python": platform.python_version()}
    figures["weights"] = "tiny: figures mean nothing" if asked.tiny else "random, a sixth of the layers" if asked.small else "random, full size"
    print(", ".join(f"{name} {value}" for name, value in figures.items()))
    failed = False
    with _folder(asked.folder) as folder:
        place = Place(device, folder, asked.tiny, asked.small, asked.repeats)
        for part in wanted:
            began = time.perf_counter()
            try:
                rows = globals()[f"{part}_part"](place)
            except Exception as error:  # one part's failure is a finding, not the end of the others
                rows = [{"what": "failed", "error": f"{type(error).__name__}: {error}"}]
                failed = True
            figures[part] = rows
            print(f"\n== {part} ({time.perf_counter() - began:.0f} s)", flush=True)
            for row in rows:
                print("  " + ", ".join(f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()), flush=True)
            if asked.json:
                asked.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
            clean()
    return int(failed)


# ---------------------------------------------------------------- parts


def limits(shape: str, size: str, seconds: float, place: Place) -> dict[str, float]:
    """How many times the physical limit of an H200 a step takes (benchmarks/results/memory.json); nothing for pipelines of another size than the traced."""
    path = Path(__file__).parents[1] / "results" / "memory.json"
    if place.tiny or place.small or not path.exists():
        return {}
    least = json.loads(path.read_text(encoding="utf-8"))["limits"].get(f"{shape} {size}")
    return {"least_s": least["step_s"], "step/least": seconds / least["step_s"]} if least and seconds else {}


def farm_part(place: Place) -> Rows:
    """Wall time a picture: the pipeline called directly, in the slot, and by a worker with database, queue and storage (aim: 1.02)."""
    model = place.model("flux")
    count = 3 if place.tiny else 8
    direct = _direct(place, model)
    clean()
    with _farm(model, place, count) as (tools, work_until_idle, ended):
        done = work_until_idle(tools)
        spans, inside = ended(), statistics.median(_runs(tools))
    if done != count + 1:
        raise RuntimeError(f"{done} of {count + 1} pictures were made")
    # From one picture's end to the next one's: everything between is in it. The first loads the model and does not count.
    through = statistics.median(spans)
    return [
        {"what": f"FLUX.1 1280x720, {model.defaults['steps']} steps", "direct_s": direct, "slot_s": inside, "farm_s": through,
         "slot/direct": inside / direct, "farm/direct": through / direct, **limits("flux", "1280x720", through / model.defaults["steps"], place)},
    ]  # fmt: skip


def speed_part(place: Place) -> Rows:
    """A run with each of the speed options against none."""
    words = place.flux().words
    plain = next((word.run_seconds for word in words if not word.speed), 0.0)
    return [
        {"what": ", ".join(f"{option} {value}" for option, value in word.speed.items()) or "none", "error": word.error}
        if word.error
        else {
            "what": ", ".join(f"{option} {value}" for option, value in word.speed.items()) or "none",
            "s_a_step": word.step_seconds,
            "s_a_run": word.run_seconds,
            "first_s": word.first_seconds,
            "peak_gb": word.peak_bytes / 1e9,
            "faster": plain / word.run_seconds if plain and word.run_seconds else 0.0,
        }
        for word in words
    ]


def swap_part(place: Place) -> Rows:
    """Onto the device from the machine's memory against loading from the disk, its cache full and empty."""
    found = place.flux()
    model = place.model("flux")
    cold = Bench(model, place.device).reload(place.sizes[0], before=lambda: _forget(model.source.folder))
    gb, back = found.weights_bytes / 1e9, found.unpark_seconds or 0.0
    rows: Rows = [
        {"what": "load, files in the cache", "gb": gb, "s": found.load_seconds},
        {"what": "load, files not in the cache", "gb": gb, "s": cold},
        {"what": "park", "gb": gb, "s": found.park_seconds or 0.0},
        {"what": "bring back", "gb": gb, "s": back},
    ]
    if back:
        rows.append({"what": "loading against bringing back", "cached": found.load_seconds / back, "cold": cold / back})
    return rows


def batch_part(place: Place) -> Rows:
    """Pictures a second at batches of 1, 2, 4 and 8."""
    rows: Rows = []
    rates: dict[str, float] = {}
    for row in place.flux().measured:
        rate = row.batch / row.run_seconds
        gain = rate / rates.setdefault(row.size, rate)
        least = limits("flux", row.size, row.step_seconds / row.batch, place)
        rows.append({"what": f"{row.size} batch {row.batch}", "pictures_a_s": rate, "gain": gain, "peak_gb": row.peak_bytes / 1e9, **least})
    return rows


def likeness_part(place: Place) -> Rows:
    """How near a picture in company is to the same alone."""
    import numpy as np

    model = place.model("flux")
    rows: Rows = []
    slot = Slot(table(), device=place.device.name, memory_gb=place.device.budget_gb)
    for size in place.sizes:
        alone = [_painted(place, model, size, [seed], slot=slot)[0][0] for seed in (0, 1)]
        for batch in (2, 4):
            together = _painted(place, model, size, list(range(batch)), slot=slot)[0]
            difference = [abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)) for one, other in zip(alone, together, strict=False)]
            rows.append({
                "what": f"{size[0]}x{size[1]} in a batch of {batch}", "largest": int(max(one.max() for one in difference)),
                "mean": float(statistics.fmean(float(one.mean()) for one in difference)),
            })  # fmt: skip
    slot.stop()
    return rows


def memory_part(place: Place) -> Rows:
    """Too little memory: the ladder is climbed, and the picture is the one that was ordered."""
    import numpy as np

    plain = place.model("sdxl")
    size = (64, 64) if place.tiny else (2048, 2048)
    (right,), answer = _painted(place, plain, size, [7])
    tight = 1.0 if place.device.name == "cpu" else round(answer[0].peak_bytes / 1e9 * 0.75, 2)
    model = plain.model_copy(update={"engine": "tight", "defaults": {**plain.defaults, "tight": tight}})
    (made,), answer = _painted(place, model, size, [7], engines={"tight": "benchmarks.gpu.tight:Tight"})
    difference = abs(np.asarray(right, np.int16) - np.asarray(made, np.int16))
    return [
        {"what": f"SDXL {size[0]}x{size[1]}, {tight} {'failures' if place.device.name == 'cpu' else 'GB'}", "tried": ", ".join(answer[0].relieved),
         "size": f"{made.width}x{made.height}", "largest": int(difference.max()), "mean": float(difference.mean())},
    ]  # fmt: skip


def residency_part(place: Place) -> Rows:
    """Two models take turns on a device with a budget for one: swaps, and the same pictures as before."""
    import numpy as np

    models = [place.model("sdxl"), place.model("flux")]
    weights = [sum(path.stat().st_size for path in model.source.folder.rglob("*.safetensors")) / 1e9 for model in models if model.source.folder]
    models = [model.model_copy(update={"memory_gb": size}) for model, size in zip(models, weights, strict=True)]
    slot = Slot(table(), device=place.device.name, memory_gb=max(weights) * 1.02, parked_gb=sum(weights) * 2)
    swaps: list[events.Swapped] = []
    pictures: dict[str, list[Any]] = {model.name: [] for model in models}
    try:
        for model in models * 3:
            made, _ = _painted(place, model, place.sizes[0], [3], slot=slot, swaps=swaps)
            pictures[model.name].append(np.asarray(made[0], np.int16))
    finally:
        slot.stop()
    rows: Rows = []
    for name, seen in pictures.items():
        times = {what: [swap.seconds for swap in swaps if swap.model == name and swap.what == what] for what in ("load", "park", "unpark", "unload")}
        row: dict[str, Any] = {"what": name} | {f"{what}_s": statistics.median(found) for what, found in times.items() if found}
        rows.append({**row, "largest_difference": int(max(abs(one - seen[0]).max() for one in seen))})
    return rows


def video_part(place: Place) -> Rows:
    """A clip of 81 frames at 832x480: the 1.3B and the 14B class."""
    rows: Rows = []
    steps, frames, size = (2, 9, (64, 48)) if place.tiny else (4, 81, (832, 480))
    for name in ("wan-1.3b", "wan-14b"):
        model = place.model(name, TaskKind.ANIMATE, "diffusion-video", steps=steps, guidance=5.0, call={"strength": 0.9}, fps=24, longest=frames)
        found = place.bench(model, sizes=[size], frames=frames, words=False, batches=(1,))
        row = found.measured[0]
        rows.append({"what": f"{name}, {frames} frames {row.size}, {row.steps} steps", "s": row.run_seconds, "s_a_step": row.step_seconds,
                     "load_s": found.load_seconds, "back_s": found.unpark_seconds or 0.0, "peak_gb": row.peak_bytes / 1e9,
                     **limits(name, row.size, row.step_seconds, place)})  # fmt: skip
    return rows


# ---------------------------------------------------------------- what they share


def _painted(
    place: Place, model: Model, size: tuple[int, int], seeds: list[int], *, slot: Slot | None = None, swaps: list[events.Swapped] | None = None,
    engines: dict[str, str] | None = None,
) -> tuple[list[Any], list[events.Done]]:  # fmt: skip
    """Pictures with these seeds in one pass of a slot, and what was said of each."""
    from PIL import Image

    own = slot is None
    slot = slot or Slot({**table(), **(engines or {})}, device=place.device.name, memory_gb=place.device.budget_gb)
    done: dict[int, events.Done] = {}
    with tempfile.TemporaryDirectory() as folder:
        works = []
        for number, seed in enumerate(seeds):
            scratch = Path(folder) / str(number)
            scratch.mkdir()
            works.append(Work(task=f"p{number}", model=model.name, spec=samples.spec(model, size, 1, seed), scratch=scratch))
        try:
            run = slot.run(model, *works)
            while len(done) < len(seeds):
                event = slot.next_event(1.0)
                if isinstance(event, events.Swapped) and swaps is not None:
                    swaps.append(event)
                elif isinstance(event, events.Died):
                    raise BenchError(event.reason)
                elif isinstance(event, events.Failed) and event.run == run:
                    raise BenchError(event.message)
                elif isinstance(event, events.Done) and event.run == run:
                    done[event.member] = event
            answers = [done[number] for number in range(len(seeds))]
            return [Image.open(one.outcome.outputs[0].path).convert("RGB") for one in answers], answers
        finally:
            if own:
                slot.stop()


def _direct(place: Place, model: Model) -> float:
    """Seconds a picture of the pipeline by itself, in this process."""
    import diffusers
    import torch

    on_cuda = place.device.name.startswith("cuda")
    pipe = diffusers.DiffusionPipeline.from_pretrained(str(model.source.folder), dtype=torch.bfloat16 if on_cuda else torch.float32).to(place.device.name)
    pipe.set_progress_bar_config(disable=True)
    size = {"width": 80, "height": 48} if place.tiny else {"width": 1280, "height": 720}

    def paint(seed: int) -> None:
        maker = torch.Generator("cpu").manual_seed(seed)
        pipe(samples.PROMPT, **size, num_inference_steps=model.defaults["steps"], guidance_scale=model.defaults["guidance"], generator=maker)
        if on_cuda:
            torch.cuda.synchronize()

    found = [_timed(lambda seed=seed: paint(seed)) for seed in range(max(5, place.repeats) + 1)]  # type: ignore[misc]
    return statistics.median(found[1:])  # what was loaded goes with this frame


@contextmanager
def _farm(model: Model, place: Place, count: int) -> Iterator[tuple[Any, Callable[[Any], int], Callable[[], list[float]]]]:
    """A worker's tools with `count` + 1 keyframes waiting for `model`; and the seconds between the ends of each two."""
    import sqlalchemy as sa

    from cli import valkey
    from farm.artifacts import Artifacts
    from farm.progress import Progress
    from farm.store import Store
    from farm.store import tables as t
    from farm.tickets import Tickets
    from tests.farm.farming import MODELS, Hand, new_story, screenplay
    from workers.actors import work_until_idle
    from workers.tools import Tools

    folder = Path(tempfile.mkdtemp(prefix="sf"))
    server = subprocess.Popen([str(valkey.server()), "--port", "0", "--unixsocket", str(folder / "v.sock"), "--save", ""], stdout=subprocess.DEVNULL)
    store = Store.open(f"sqlite:///{folder / 'farm.db'}")
    try:
        while not (folder / "v.sock").exists():
            time.sleep(0.01)
        store.migrate()
        team = store.teams.ensure("bench", unlimited=True)
        models = {**MODELS, TaskKind.KEYFRAME: model.name}
        store.stories.create(new_story(team, models=models, pools={**dict.fromkeys(models.values(), ("cpu",)), model.name: ("gpu",)}))
        hand = Hand(store, play=screenplay(count + 1))
        hand.complete(hand.must_claim(models=(models[TaskKind.WRITE],)))
        while (other := hand.claim(models=(models[TaskKind.PORTRAIT],))) is not None:
            hand.complete(other)
        catalog = Catalog(models={model.name: model}, pools={"gpu": Pool(name="gpu", models=(model.name,))}, profiles={})
        address = f"unix://{folder / 'v.sock'}"
        tools = Tools(
            store=store, artifacts=Artifacts.open(f"file://{folder / 'artifacts'}", "s" * 32), progress=Progress(address), tickets=Tickets(address),
            slot=Slot(table(), device=place.device.name, memory_gb=place.device.budget_gb), catalog=catalog, worker="bench", pool="gpu",
            scratch=folder / "scratch", ahead=True,
        )  # fmt: skip

        def ended() -> list[float]:
            with store.database.read() as connection:
                kept = sa.select(t.tasks.c.ended_at).where(t.tasks.c.model == model.name, t.tasks.c.state == "done").order_by(t.tasks.c.ended_at)
                times = [float(row.ended_at) for row in connection.execute(kept)]
            return [later - earlier for earlier, later in itertools.pairwise(times)]

        yield tools, work_until_idle, ended
        tools.slot.kill()
    finally:
        store.close()
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _runs(tools: Any) -> list[float]:
    """Seconds in the slot of each picture but the first."""
    import sqlalchemy as sa

    from farm.store import tables as t

    with tools.store.database.read() as connection:
        rows = connection.execute(sa.select(t.attempts.c.timings).where(t.attempts.c.worker == "bench").order_by(t.attempts.c.started_at)).all()
    return [float(row.timings["run_seconds"]) for row in rows][1:]


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    folder = Path(tempfile.mkdtemp(prefix="storyfarm-gpu-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _forget(folder: Path | None) -> None:
    """Have the kernel drop what it keeps of the files in its cache."""
    for path in folder.rglob("*") if folder else ():
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def clean() -> None:
    """Give memory back between parts."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


if __name__ == "__main__":
    sys.exit(main())
