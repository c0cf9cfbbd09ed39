"""What a frame of the camera costs: ways of composing it, and the encoder, in milliseconds of processor time.

    python -m benchmarks.camera [--frames 48] [--width 1280] [--height 720]

Six layers (an opaque sky, three ridges, a figure, grass before everything), bleed 0.08, a push. Rows are processor time, not waiting, because two
workers share two cores. Limits at the top: copying a finished frame, and the encoder alone on frames that are ready.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from farm.types import SPLICE
from pipelines.camera import clip, plate
from pipelines.camera.layers import Layer, LayeredPicture
from pipelines.camera.move import Path as CameraPath
from pipelines.camera.plate import TO_YUV, Canvas
from pipelines.camera.scene import Scene

BLEED = 0.08
Image = NDArray[np.uint8]


def picture(width: int, height: int) -> LayeredPicture:
    """A landscape with as much in it as a keyframe has."""
    across, down = round(width * (1 + 2 * BLEED)), round(height * (1 + 2 * BLEED))
    chance = np.random.default_rng(1)
    rows, columns = np.arange(down), np.arange(across)
    sky = np.zeros((down, across, 4), np.uint8)
    for channel, (top, bottom) in enumerate(((220, 160), (160, 190), (90, 210))):
        sky[:, :, channel] = np.linspace(top, bottom, down)[:, None]
    sky[:, :, 3] = 255
    layers = [Layer(sky, 0.0)]
    for number, (base, colour, depth) in enumerate(((0.45, (150, 130, 110), 0.2), (0.58, (110, 120, 80), 0.4), (0.75, (60, 90, 60), 0.75))):
        ridge = np.zeros((down, across, 4), np.uint8)
        noise = cv2.resize(chance.integers(-20, 20, (down // 8, across // 8)).astype(np.float32), (across, down))
        ridge[:, :, :3] = np.clip(np.array(colour) + noise[:, :, None], 0, 255)
        edge = down * (base + 0.08 * np.sin(columns / across * 9 + number * 2) + 0.03 * np.sin(columns / across * 31 + number))
        ridge[:, :, 3] = np.clip((rows[:, None] - edge[None]) * 170, 0, 255)
        layers.append(Layer(ridge, depth))
    figure = np.zeros((down, across, 4), np.uint8)
    cv2.circle(figure, (across // 2, int(down * 0.6)), down // 6, (40, 60, 220, 255), -1, cv2.LINE_AA)
    cv2.rectangle(figure, (across // 3, int(down * 0.4)), (across // 3 + across // 20, int(down * 0.8)), (240, 240, 240, 255), -1)
    layers.insert(3, Layer(figure, 0.6))
    grass = np.zeros((down, across, 4), np.uint8)
    for x, y in chance.random((60, 2)):
        cv2.ellipse(grass, (int(x * across), int(down * (0.9 + 0.1 * y))), (across // 60, down // 14), 20 * y, 0, 360, (30, 60, 20, 255), -1, cv2.LINE_AA)
    layers.append(Layer(grass, 1.0))
    return LayeredPicture(tuple(layers), BLEED)


def premultiplied(image: Image) -> Image:
    """BGRA with colours multiplied by alpha."""
    alpha = image[:, :, 3:].astype(np.uint16)
    return np.dstack([((image[:, :, :3] * alpha + 127) // 255).astype(np.uint8), image[:, :, 3]])


def matrix(path: CameraPath, frame: int, depth: float) -> NDArray[np.float64]:
    """Frame pixel to layer pixel, for a warp."""
    place, (width, height) = path.place(frame, depth), path.size
    shift = 0.5 / place.scale - 0.5
    return np.array([[1 / place.scale, 0, place.left + BLEED * width + shift], [0, 1 / place.scale, place.top + BLEED * height + shift]])


def by_warp_and_numpy(layers: list[tuple[Image, float]], path: CameraPath) -> Callable[[int], object]:
    """Every layer warped as BGRA, blended in NumPy floats: the plain way."""

    def frame(index: int) -> object:
        total: Any = np.zeros((path.size[1], path.size[0], 3), np.float32)
        for image, depth in layers:
            warped = cv2.warpAffine(image, matrix(path, index, depth), path.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            total = warped[:, :, :3] + total * (1 - warped[:, :, 3:] / np.float32(255))
        return to_planes(total.astype(np.uint8))

    return frame


def by_warp_and_cv2(layers: list[tuple[Image, float]], path: CameraPath) -> Callable[[int], object]:
    """Every layer warped as BGRA, blended by OpenCV in 8 bits."""

    def frame(index: int) -> object:
        total: Any = np.zeros((path.size[1], path.size[0], 4), np.uint8)
        for image, depth in layers:
            warped = cv2.warpAffine(image, matrix(path, index, depth), path.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
            rest = cv2.bitwise_not(cv2.extractChannel(warped, 3))
            total = cv2.add(cv2.multiply(total, cv2.merge([rest] * 4), scale=1 / 255), warped)
        return to_planes(np.asarray(cv2.cvtColor(total, cv2.COLOR_BGRA2BGR), np.uint8))

    return frame


def by_skia(layers: list[tuple[Image, float]], path: CameraPath) -> Callable[[int], object]:
    """Skia's raster canvas with linear sampling."""
    surface = skia.Surface.MakeRaster(skia.ImageInfo.MakeN32Premul(*path.size))
    images = [(skia.Image.fromarray(image, colorType=skia.kBGRA_8888_ColorType, alphaType=skia.kPremul_AlphaType), depth) for image, depth in layers]
    sampling = skia.SamplingOptions(skia.FilterMode.kLinear)

    def frame(index: int) -> object:
        canvas = surface.getCanvas()
        for image, depth in images:
            place = path.place(index, depth)
            canvas.save()
            canvas.scale(place.scale, place.scale)
            canvas.translate(-place.left - BLEED * path.size[0], -place.top - BLEED * path.size[1])
            canvas.drawImage(image, 0, 0, sampling)
            canvas.restore()
        return to_planes(np.ascontiguousarray(surface.toarray(colorType=skia.kBGRA_8888_ColorType)[:, :, :3]))

    return frame


def to_planes(bgr: Image) -> tuple[Image, Image, Image]:
    """The conversion that a frame blended in colours needs: BT.709, 4:2:0."""
    y, u, v = cv2.split(cv2.transform(bgr, TO_YUV))
    half = (bgr.shape[1] // 2, bgr.shape[0] // 2)
    return np.asarray(y), np.asarray(cv2.resize(u, half, interpolation=cv2.INTER_AREA)), np.asarray(cv2.resize(v, half, interpolation=cv2.INTER_AREA))


def cost(call: Callable[[int], object], frames: int) -> float:
    """Milliseconds of processor time a call, the better of two rounds."""
    call(0)
    rounds = []
    for _ in range(2):
        begun = time.process_time()
        for index in range(frames):
            call(index)
        rounds.append(1000 * (time.process_time() - begun) / frames)
    return min(rounds)


def encoder(frames: list[Canvas], folder: Path, thrift: str, threads: int) -> tuple[float, int]:
    """Milliseconds a frame and bytes of a clip, encoded with the shared settings and `thrift`."""
    kept, many = clip.THRIFT, clip.THREADS
    clip.THRIFT, clip.THREADS = thrift, threads
    try:
        rounds = []
        for _ in range(2):
            begun = time.process_time()
            height, width = frames[0].y.shape
            with clip.ClipWriter(folder / "clip.mp4", width, height, 24, ()) as writer:
                for canvas in frames:
                    writer.add(canvas)
            rounds.append(1000 * (time.process_time() - begun) / len(frames))
    finally:
        clip.THRIFT, clip.THREADS = kept, many
    return min(rounds), (folder / "clip.mp4").stat().st_size


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=720)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    size = (asked.width, asked.height)
    seen = picture(*size)
    path = CameraPath("push", asked.frames, 24, size, BLEED, 0)
    begun = time.process_time()
    scene = Scene(seen, path, 0)
    prepared = 1000 * (time.process_time() - begun)
    ready = []
    for index in range(asked.frames):
        canvas = scene.frame(index)
        ready.append(Canvas(canvas.y.copy(), canvas.u.copy(), canvas.v.copy()))
    layers = [(premultiplied(layer.image), layer.depth) for layer in seen.layers]
    target = np.empty_like(ready[0].y), np.empty_like(ready[0].u), np.empty_like(ready[0].v)

    def copy(index: int) -> None:
        for plane, place in zip((ready[index].y, ready[index].u, ready[index].v), target, strict=True):
            np.copyto(place, plane)

    rows = [("copying a finished frame (the memory's limit)", cost(copy, asked.frames), "")]
    with tempfile.TemporaryDirectory() as name:
        for label, thrift, threads in (
            ("x264 alone, shared settings, 1 thread", "", 1),
            ("x264 alone, shared settings, 2 threads", "", 2),
            ("x264 alone, without what a slide does not need, 2 threads: ours", clip.THRIFT, 2),
        ):
            milliseconds, size_bytes = encoder(ready, Path(name), thrift, threads)
            rows.append((label, milliseconds, f"{size_bytes / 1000:.0f} kB"))
    rows.append(("compose: cv2 warp BGRA, NumPy float blend", cost(by_warp_and_numpy(layers, path), min(12, asked.frames)), ""))
    rows.append(("compose: skia raster canvas", cost(by_skia(layers, path), min(12, asked.frames)), ""))
    rows.append(("compose: cv2 warp BGRA, cv2 8-bit blend", cost(by_warp_and_cv2(layers, path), min(24, asked.frames)), ""))
    rows.append(("compose: YUV plates by resize, whole layers", cost(whole_layers(scene), asked.frames), ""))
    rows.append(("compose: YUV plates by resize, only what is seen: ours", cost(scene.frame, asked.frames), ""))
    rows.append((f"preparing {len(layers)} layers, spread over {asked.frames} frames: ours", prepared / asked.frames, "without decoding PNG"))
    settings = f"{SPLICE.options['preset']} crf {SPLICE.options['crf']}"
    print(f"{size[0]}x{size[1]}, {len(layers)} layers, {asked.frames} frames, {settings}; ms of processor time a frame")
    for label, milliseconds, note in rows:
        print(f"  {label:66s} {milliseconds:7.2f}  {note}")


def whole_layers(scene: Scene) -> Callable[[int], object]:
    """Our composing, but with every layer drawn over its whole box, also where it is clear or hidden."""

    def frame(index: int) -> object:
        band, plate.BAND = plate.BAND, 1 << 20
        covered, plate.Plate.covered = plate.Plate.covered, lambda *_: (0, 0)  # type: ignore[method-assign,assignment]
        try:
            return scene.frame(index)
        finally:
            plate.BAND, plate.Plate.covered = band, covered  # type: ignore[method-assign]

    return frame


if __name__ == "__main__":
    main()
