"""Composing beside its peers: ffmpeg's concat by copy, ffmpeg's xfade, MoviePy, and a bare AAC encode.

    python -m benchmarks.compose [--shots 8,40,200] [--seconds 5] [--size 1280x720] [--skip moviepy,xfade,dissolves,sound] [--rounds 3] [--xfade-most 40]

Narration and score are made by the embedded engines before the clock starts, so that the sound that is encoded is a film's.
Prints a table per number of shots: processor and wall seconds of each way (the best of the rounds), and the ratios that issue 6 asks for.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import av
import cv2
import imageio_ffmpeg
import numpy as np

from farm.catalog import load
from farm.specs import ScoreSpec, SpeakSpec, Spec
from farm.types import Size, Style
from farm.work import Work
from render import join
from render.compose import Quiet, compose, produce
from render.film import write_clip
from render.media import to_yuv
from render.timeline import Entry, Speech, Timeline
from workers.engines import engine_class

FPS = 24
LAP = 12  # frames of a dissolve
LINES = (
    "The keeper climbed the narrow stairs and lit the lamp.",
    "Far below, a whale lay stranded on the cold sand.",
    "He poured water over her until the morning came.",
    "At dawn the tide came back, and she swam away.",
)


def main() -> None:
    """Make the material, run every way, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shots", default="8,40,200")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--skip", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--xfade-most", type=int, default=40, help="shots up to which the xfade peer is run; with 200 it takes ten minutes")
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    frames = round(arguments.seconds * FPS)
    skip = set(filter(None, arguments.skip.split(",")))
    with tempfile.TemporaryDirectory(prefix="compose-bench-") as name:
        folder = Path(name)
        clips = [clip(folder / f"{number}.mp4", number, Size(width=width, height=height), frames) for number in range(4)]
        talk, score = narration(folder), music(folder, 60)
        print(f"{os.cpu_count()} cores, {width}x{height}, clips of {arguments.seconds:g} s, load {os.getloadavg()[0]:.1f}\n")
        for shots in map(int, arguments.shots.split(",")):
            beside = skip | ({"xfade"} if shots > arguments.xfade_most else set())
            table(folder, [clips[number % 4] for number in range(shots)], talk, score, Size(width=width, height=height), frames, beside, arguments.rounds)


def table(folder: Path, clips: list[Path], talk: list[Path], score: Path, size: Size, frames: int, skip: set[str], rounds: int) -> None:
    """One number of shots, every way."""
    shots = len(clips)

    def timeline(transition: str, *, sound: bool) -> Timeline:
        entries = tuple(
            Entry(
                name=f"shot {n}",
                clip=file,
                frames=frames,
                transition=transition,
                speech=Speech(file=talk[n % 4] if sound else None, at=0.6, seconds=frames / FPS - 1.5, text=LINES[n % 4]),
            )  # type: ignore[arg-type]
            for n, file in enumerate(clips, 1)
        )
        return Timeline(entries=entries, size=size, fps=FPS, score=score if sound else None, closing=0)

    ways: dict[str, Callable[[], object]] = {
        "ours, hard cuts, captions": lambda: compose(timeline("cut", sound=False), folder / "cut.mp4"),
        "ffmpeg concat -c copy": lambda: concat(folder, clips),
    }
    if "dissolves" not in skip:
        ways["ours, dissolves"] = lambda: compose(timeline("dissolve", sound=False), folder / "dissolve.mp4")
        pieces = joined(timeline("dissolve", sound=False), folder / f"joins-{shots}")
        ways["ours, dissolves, joined"] = lambda: composed(timeline("dissolve", sound=False), folder / "joined", pieces)
    if "sound" not in skip:
        compose(timeline("cut", sound=True), folder / "whole.mp4")
        ffmpeg("-i", str(folder / "whole.mp4"), "-vn", str(folder / "own.wav"))
        ways["bare AAC encode"] = lambda: ffmpeg("-i", str(folder / "own.wav"), "-c:a", "aac", "-b:a", "192k", str(folder / "bare.m4a"))
        ways["ours, hard cuts, sound"] = lambda: compose(timeline("cut", sound=True), folder / "whole.mp4")
    if "xfade" not in skip:
        ways["ffmpeg xfade, re-encoded"] = lambda: xfade(folder, clips, frames)
    if "moviepy" not in skip and shots <= 8:
        ways["MoviePy concatenate"] = lambda: moviepy(folder, clips)
    print(f"{shots} shots\n{'way':28}{'wall s':>9}{'cpu s':>9}")
    best: dict[str, tuple[float, float]] = {}
    for name, way in ways.items():
        for _ in range(1 if name.startswith(("MoviePy", "ffmpeg xfade")) else rounds):
            taken = timed(way)
            best[name] = min(best.get(name, taken), taken)
        print(f"{name:28}{best[name][0]:9.2f}{best[name][1]:9.2f}", flush=True)

    def ratio(mine: str, theirs: str) -> str:
        return f"{best[mine][0] / best[theirs][0]:.2f} (cpu {best[mine][1] / best[theirs][1]:.2f})" if theirs in best else "not run"

    print(f"  hard cuts / concat copy       {ratio('ours, hard cuts, captions', 'ffmpeg concat -c copy')}   wanted <= 1.2")
    if "MoviePy concatenate" in best:
        slow = ratio("MoviePy concatenate", "ours, hard cuts, captions")
        print(f"  MoviePy / hard cuts           {slow}   wanted >= 10")
    if "ours, hard cuts, sound" in best:
        wall, spent = (best["ours, hard cuts, sound"][at] - best["ours, hard cuts, captions"][at] for at in (0, 1))
        bare = best["bare AAC encode"]
        print(f"  sound / bare AAC of the same  {wall / bare[0]:.2f} (cpu {spent / bare[1]:.2f})   wanted <= 1.3")
    if "ours, dissolves, joined" in best:
        print(f"  joined / hard cuts            {ratio('ours, dissolves, joined', 'ours, hard cuts, captions')}   what is left of dissolves for the last task")
    if "ffmpeg xfade, re-encoded" in best and "ours, dissolves" in best:
        print(f"  dissolves / xfade             {ratio('ours, dissolves', 'ffmpeg xfade, re-encoded')}   wanted <= 0.25")
        print(f"  SSIM of dissolves to xfade    {ssim(folder / 'dissolve.mp4', folder / 'xfade.mp4', shots, frames):.4f}   wanted >= 0.98")
    print(f"  peak memory of this process   {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n")


def timed(way: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds, children included."""
    before, start = os.times(), time.monotonic()
    way()
    after, end = os.times(), time.monotonic()
    return end - start, sum(after[:4]) - sum(before[:4])


def ffmpeg(*arguments: str) -> None:
    """Run the bundled ffmpeg."""
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *arguments], check=True)


def concat(folder: Path, clips: list[Path]) -> None:
    """Video only, packets copied."""
    listing = folder / "list.txt"
    listing.write_text("".join(f"file '{file}'\n" for file in clips))
    ffmpeg("-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy", str(folder / "concat.mp4"))


def xfade(folder: Path, clips: list[Path], frames: int) -> None:
    """Every frame decoded and encoded again, with the same settings."""
    inputs = [part for file in clips for part in ("-i", str(file))]
    graph, before, length = [], "0:v", frames
    for number in range(1, len(clips)):
        graph.append(f"[{before}][{number}:v]xfade=transition=fade:duration={LAP / FPS}:offset={(length - LAP) / FPS}[x{number}]")
        before, length = f"x{number}", length + frames - LAP
    ffmpeg(
        *inputs, "-filter_complex", ";".join(graph), "-map", f"[{before}]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", str(folder / "xfade.mp4")
    )


def moviepy(folder: Path, clips: list[Path]) -> None:
    """MoviePy's concatenation, hard cuts."""
    from moviepy import VideoFileClip, concatenate_videoclips

    opened = [VideoFileClip(str(file), audio=False) for file in clips]
    concatenate_videoclips(opened).write_videofile(str(folder / "moviepy.mp4"), fps=FPS, preset="veryfast", audio=False, logger=None)
    for item in opened:
        item.close()


def joined(timeline: Timeline, folder: Path) -> dict[tuple[str | None, str | None], Path]:
    """What a farm's join tasks make while the other clips are still rendered."""
    found: dict[tuple[str | None, str | None], Path] = {}
    for number, (before, after) in enumerate(pairwise(timeline.entries)):
        place = folder / str(number)
        place.mkdir(parents=True)
        found[before.name, after.name] = join.make(timeline.model_copy(update={"entries": (before, after)}), place, lambda: None)
    return found


def composed(timeline: Timeline, folder: Path, pieces: dict[tuple[str | None, str | None], Path]) -> None:
    """The last task of a farm's story."""
    folder.mkdir(exist_ok=True)
    produce(timeline, folder, Quiet(), pieces)


def ssim(ours: Path, theirs: Path, shots: int, frames: int) -> float:
    """Mean structural similarity of luma in the dissolves (Wang et al. 2004, 11 pixel Gaussian), every third frame."""
    starts = [number * (frames - LAP) for number in range(1, shots)]
    wanted = {start + step for start in starts for step in range(0, LAP, 3)}
    found = []
    for number, (mine, other) in enumerate(zip(planes(ours), planes(theirs), strict=False)):
        if number in wanted:
            found.append(similarity(mine, other))
    return float(np.mean(found)) if found else math.nan


def planes(file: Path) -> Iterator[np.ndarray]:
    """Luma of every frame."""
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="gray").astype(np.float32)


def similarity(one: np.ndarray, two: np.ndarray) -> float:
    """SSIM of two planes."""

    def soft(plane: np.ndarray) -> np.ndarray:
        blurred: np.ndarray = cv2.GaussianBlur(plane.astype(np.float32), (11, 11), 1.5)
        return blurred

    mean_one, mean_two = soft(one), soft(two)
    spread_one, spread_two = soft(one * one) - mean_one**2, soft(two * two) - mean_two**2
    shared = soft(one * two) - mean_one * mean_two
    low, high = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * mean_one * mean_two + low) * (2 * shared + high)) / ((mean_one**2 + mean_two**2 + low) * (spread_one + spread_two + high))).mean())


def clip(file: Path, number: int, size: Size, frames: int) -> Path:
    """A moving picture with texture, splice-ready."""
    rng = np.random.default_rng(number)
    coarse = cv2.resize(rng.integers(30, 225, (12, 20, 3), dtype=np.uint8), (size.width + 200, size.height + 100), interpolation=cv2.INTER_CUBIC)
    fine = rng.integers(0, 12, coarse.shape, dtype=np.uint8)
    picture = cv2.add(coarse, cv2.GaussianBlur(fine, (0, 0), 1.2))  # type: ignore[call-overload]

    def pictures() -> Iterator[np.ndarray]:
        for at in range(frames):
            move = np.array([[1, 0, -at * 0.8], [0, 1, -at * 0.3]])
            yield to_yuv(cv2.warpAffine(picture, move, (size.width, size.height)))  # type: ignore[arg-type]

    write_clip(file, pictures(), size=size, fps=FPS, keys=(LAP, frames - LAP))
    return file


class Still:
    """A report that tells nobody."""

    def step(self, step: int, of: int, note: str = "") -> None:
        """Nothing."""

    def loading(self, done: float, note: str = "") -> None:
        """Nothing."""

    def preview(self, path: Path, media_type: str) -> None:
        """Nothing."""


def made(model: str, spec: Spec, folder: Path) -> Path:
    """What an embedded engine makes."""
    catalog = load(Path(__file__).resolve().parent.parent / "models.yaml")
    engine = engine_class(catalog.models[model].engine)(catalog.models[model], "cpu")
    engine.load(Still())
    folder.mkdir()
    return engine.run(Work(task="bench", model=model, spec=spec, scratch=folder), Still()).outputs[0].path


def narration(folder: Path) -> list[Path]:
    """Four lines, spoken."""
    return [made("heart", SpeakSpec(text=line), folder / f"line-{number}") for number, line in enumerate(LINES)]


def music(folder: Path, seconds: float) -> Path:
    """A score; the film is silent where it is over."""
    return made("bandstand", ScoreSpec(mood="hopeful", style=Style(slug="plain", name="Plain"), seconds=seconds), folder / "score")


if __name__ == "__main__":
    main()
