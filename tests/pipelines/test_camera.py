"""The camera engine: exact, splice-ready clips whose colours are the picture's."""

from __future__ import annotations

import io
import json
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from farm.catalog import Model
from farm.specs import AnimateSpec
from farm.types import SPLICE, Size, TaskKind
from farm.work import Cancelled, EngineError, Outcome, Work
from pipelines.camera.engine import Camera
from pipelines.camera.flat import FlatScene
from pipelines.camera.layers import flat, read
from pipelines.camera.move import MOVES
from pipelines.camera.move import Path as CameraPath
from pipelines.camera.scene import Scene

CAMERA = Model(name="camera", tasks=(TaskKind.ANIMATE,), engine="camera")
MAGENTA = (255, 0, 255)  # what lies beyond the picture: it must never be seen


class Listener:
    """A report that remembers, and may cancel after some steps."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.steps: list[tuple[int, int]] = []
        self.previews: list[Path] = []
        self.cancel_at = cancel_at

    def loading(self, fraction: float, note: str = "") -> None:
        pass

    def step(self, step: int, of: int, note: str = "") -> None:
        self.steps.append((step, of))
        if self.cancel_at is not None and step >= self.cancel_at:
            raise Cancelled

    def preview(self, path: Path, media_type: str) -> None:
        self.previews.append(path)


def packed(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def layers_zip(path: Path, layers: list[tuple[np.ndarray, dict]], size: tuple[int, int], bleed: float, **extra: float) -> Path:
    rows = []
    with zipfile.ZipFile(path, "w") as archive:
        for index, (image, row) in enumerate(layers):
            archive.writestr(f"{index}.png", packed(image))
            rows.append({"file": f"{index}.png", "depth": 0.5, **row})
        archive.writestr("layers.json", json.dumps({"size": size, "bleed": bleed, "layers": rows, **extra}))
    return path


def canvas(size: tuple[int, int], bleed: float, colour: tuple[int, int, int, int]) -> np.ndarray:
    image = np.zeros((round(size[1] * (1 + 2 * bleed)), round(size[0] * (1 + 2 * bleed)), 4), np.uint8)
    image[:] = colour
    return image


def filmed(tmp_path: Path, files: dict[str, Path], listener: Listener | None = None, **spec: object) -> Outcome:
    asked = AnimateSpec(**{"size": Size(width=192, height=108), "frames": 12, **spec})
    scratch = tmp_path / f"scratch{len(list(tmp_path.iterdir()))}"
    scratch.mkdir()
    return Camera(CAMERA, "cpu").run(Work(task="t", model="camera", spec=asked, files=files, scratch=scratch), listener or Listener())


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24", src_colorspace="ITU709") for frame in file.decode(video=0)]


def packets(path: Path) -> list[av.Packet]:
    with av.open(str(path)) as file:
        return [packet for packet in file.demux(video=0) if packet.size]


@pytest.fixture
def scenery(tmp_path: Path) -> Path:
    """A layered picture: sky, a hill, a post, grass before everything."""
    size, bleed = (192, 108), 0.08
    sky = canvas(size, bleed, (200, 150, 90, 255))
    hill = canvas(size, bleed, (60, 110, 80, 0))
    height, width = hill.shape[:2]
    hill[height // 2 :, :, 3] = 255
    post = canvas(size, bleed, (30, 40, 220, 0))
    post[height // 3 : height * 2 // 3, width // 2 - 6 : width // 2 + 6, 3] = 255
    grass = canvas(size, bleed, (20, 90, 30, 0))
    grass[-height // 5 :, ::2, 3] = 255
    return layers_zip(tmp_path / "layers.zip", [(sky, {"depth": 0.0}), (hill, {"depth": 0.3}), (post, {"depth": 0.6}), (grass, {"depth": 1.0})], size, bleed)


@pytest.mark.parametrize(("frames", "fps", "size"), [(1, 24, (192, 108)), (2, 60, (108, 192)), (7, 5, (96, 96)), (50, 24, (64, 80)), (31, 30, (192, 108))])
def test_a_clip_has_exactly_the_frames_and_the_size_asked_for(scenery: Path, tmp_path: Path, frames: int, fps: int, size: tuple[int, int]) -> None:
    outcome = filmed(tmp_path, {"layers": scenery}, frames=frames, fps=fps, size=Size(width=size[0], height=size[1]))
    assert outcome.data == {"frames": frames, "fps": fps, "width": size[0], "height": size[1]}
    (output,) = outcome.outputs
    assert (output.name, output.media_type) == ("clip", "video/mp4")
    with av.open(str(output.path)) as file:
        (stream,) = file.streams
        assert (stream.codec_context.width, stream.codec_context.height) == size
        assert stream.time_base == Fraction(1, 12288)
        assert float(stream.average_rate) == pytest.approx(fps, rel=0.01)
        times = [frame.pts for frame in file.decode(video=0)]
    assert len(times) == frames
    assert all(abs(pts - index * 12288 / fps) <= 1 for index, pts in enumerate(times)), "constant frame rate"


def test_key_frames_are_where_they_were_asked_for(scenery: Path, tmp_path: Path) -> None:
    outcome = filmed(tmp_path, {"layers": scenery}, frames=60, key_frames=(12, 47))
    keys = {round(packet.pts * 24 / 12288) for packet in packets(outcome.outputs[0].path) if packet.is_keyframe}
    assert {0, 12, 47} <= keys


def test_clips_of_one_size_share_their_headers_and_can_be_joined_by_copying_packets(scenery: Path, tmp_path: Path) -> None:
    one = filmed(tmp_path, {"layers": scenery}, frames=20, camera="push", key_frames=(8,)).outputs[0].path
    two = filmed(tmp_path, {"layers": scenery}, frames=33, camera="pan-left", seed=5).outputs[0].path
    with av.open(str(one)) as a, av.open(str(two)) as b:
        assert a.streams.video[0].codec_context.extradata == b.streams.video[0].codec_context.extradata
        # and the headers are those of the settings that everybody shares, whatever thrift this writer allows itself
        plain = av.CodecContext.create(SPLICE.codec, "w")
        plain.width, plain.height, plain.pix_fmt = 192, 108, SPLICE.pixel_format
        plain.time_base, plain.framerate = Fraction(1, 24), Fraction(24)
        plain.options = dict(SPLICE.options)
        plain.color_primaries = plain.color_trc = plain.colorspace = plain.color_range = 1
        plain.flags |= av.codec.context.Flags.global_header
        plain.open()
        record = a.streams.video[0].codec_context.extradata
        for unit in plain.extradata.split(b"\0\0\0\1")[1:]:
            if unit[0] & 31 in {7, 8}:  # SPS, PPS
                assert unit in record
    # When: the second's packets are laid behind the first's
    joined = tmp_path / "joined.mp4"
    with av.open(str(joined), "w") as target, av.open(str(one)) as a, av.open(str(two)) as b:
        stream = target.add_stream_from_template(a.streams.video[0])
        offset = 0
        for source, count in ((a, 20), (b, 33)):
            for packet in source.demux(video=0):
                if packet.size:
                    packet.stream = stream
                    packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                    target.mux(packet)
            offset += count * 512
    # Then: it decodes to the sum of the frames, and each frame is the one it was
    together = decoded(joined)
    assert len(together) == 53
    assert np.array_equal(together[0], decoded(one)[0])
    assert np.array_equal(together[52], decoded(two)[-1])


@pytest.mark.parametrize("rgb", [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (12, 12, 12), (200, 120, 40), (90, 160, 230)])
def test_colours_come_out_as_they_went_in(tmp_path: Path, rgb: tuple[int, int, int]) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(packed(np.full((108, 192, 3), rgb[::-1], np.uint8)))
    outcome = filmed(tmp_path, {"picture": picture}, frames=2)
    with av.open(str(outcome.outputs[0].path)) as file:
        context = file.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1), "BT.709, limited"
        frame = next(file.decode(video=0)).reformat(format="yuv444p").to_ndarray()
    # Our own BT.709, so that the test does not rest on the decoder's matrix
    y, u, v = (float(plane[40:60, 80:110].mean()) for plane in frame)
    luma, cb, cr = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    red, blue = luma + 1.5748 * cr, luma + 1.8556 * cb
    green = (luma - 0.2126 * red - 0.0722 * blue) / 0.7152
    assert np.allclose([red * 255, green * 255, blue * 255], rgb, atol=5)


def test_unmoved_layers_give_the_picture(scenery: Path, tmp_path: Path) -> None:
    """A push begins where the picture is: composing is the same as laying the layers over one another."""
    with zipfile.ZipFile(scenery) as archive:
        images = [cv2.imdecode(np.frombuffer(archive.read(f"{i}.png"), np.uint8), cv2.IMREAD_UNCHANGED).astype(float) for i in range(3)]
    expected = images[0][:, :, :3]
    for image in images[1:]:
        alpha = image[:, :, 3:] / 255
        expected = image[:, :, :3] * alpha + expected * (1 - alpha)
    top, left = round(108 * 0.08), round(192 * 0.08)
    expected = expected[top : top + 108, left : left + 192, ::-1]
    first = decoded(filmed(tmp_path, {"layers": scenery}, frames=24, camera="push").outputs[0].path)[0].astype(float)
    rows = slice(0, 75)  # above the grass, whose one-pixel stripes 4:2:0 cannot hold
    assert np.abs(first[rows] - expected[rows]).mean() < 4
    # and in place to a fraction of a pixel: the post's edges are where they were
    row = 54
    assert abs(np.argmax(np.diff(first[row, :, 0])) - np.argmax(np.diff(expected[row, :, 0]))) <= 1


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("bleed", [0.0, 0.03, 0.1])
def test_no_border_is_ever_seen(tmp_path: Path, move: str, bleed: float) -> None:
    """Every layer's outermost pixels are magenta: where one is seen, the camera went too far."""
    size = (192, 108)
    background = canvas(size, bleed, (40, 80, 60, 255))
    front = canvas(size, bleed, (80, 60, 40, 0))
    front[:, ::16, 3] = 255
    edge = 1 if bleed else 0
    for image in (background, front):
        if edge:
            image[:edge], image[-edge:], image[:, :edge], image[:, -edge:] = ((*MAGENTA, 255),) * 4
    zipped = layers_zip(tmp_path / "layers.zip", [(background, {"depth": 0.0}), (front, {"depth": 1.0})], size, bleed)
    for frame in decoded(filmed(tmp_path, {"layers": zipped}, frames=30, fps=5, camera=move, seed=3).outputs[0].path):
        red, green, blue = (frame[:, :, channel].astype(int) for channel in range(3))
        assert (np.minimum(red, blue) - green).max() < 60
        assert green.min() > 25, "black came in"


@pytest.mark.parametrize("move", MOVES)
def test_the_same_work_gives_the_same_bytes_and_every_move_moves(scenery: Path, tmp_path: Path, move: str) -> None:
    one = filmed(tmp_path, {"layers": scenery}, frames=24, fps=5, camera=move, seed=9).outputs[0].path
    two = filmed(tmp_path, {"layers": scenery}, frames=24, fps=5, camera=move, seed=9).outputs[0].path
    assert one.read_bytes() == two.read_bytes()
    frames = decoded(one)
    assert np.abs(frames[0].astype(int) - frames[16].astype(int)).mean() > 0.15


def test_near_layers_move_more_than_far_ones_and_never_stutter(tmp_path: Path) -> None:
    size, bleed = (320, 180), 0.1
    back = canvas(size, bleed, (0, 0, 0, 255))
    far, near = canvas(size, bleed, (255, 255, 255, 0)), canvas(size, bleed, (255, 255, 255, 0))
    height, width = back.shape[:2]
    far[height // 4 : height // 3, width // 2 - 4 : width // 2 + 4, 3] = 255
    near[height * 2 // 3 : height * 3 // 4, width // 2 - 4 : width // 2 + 4, 3] = 255
    zipped = layers_zip(tmp_path / "layers.zip", [(back, {"depth": 0.0}), (far, {"depth": 0.1}), (near, {"depth": 1.0})], size, bleed)
    scene = Scene(read(zipped), CameraPath("pan-left", 90, 15, size, bleed, 0), 0)

    def centre(luma: np.ndarray) -> float:
        light = luma.astype(float) - 16
        return float((light.sum(axis=0) * np.arange(light.shape[1])).sum() / light.sum())

    lumas = [scene.frame(index).y.copy() for index in range(90)]
    upper, lower = [centre(luma[:90]) for luma in lumas], [centre(luma[90:]) for luma in lumas]
    assert lower[-1] - lower[0] > 2 * (upper[-1] - upper[0]) > 4, "the camera turns left: what it sees wanders right, the near more"
    for path in (upper, lower):
        steps = np.diff(path)
        assert steps.min() > -0.02, "never back"
        assert np.abs(np.diff(steps)).max() < 0.2, "pixels; on a grid of whole pixels steps would differ by one"


def test_a_layer_with_a_motion_of_its_own_wraps_around(tmp_path: Path) -> None:
    size, bleed = (160, 90), 0.1
    back, snow = canvas(size, bleed, (0, 0, 0, 255)), canvas(size, bleed, (255, 255, 255, 0))
    snow[10:14, :, 3] = 255  # one bar that falls through the picture once in 1.2 seconds
    zipped = layers_zip(tmp_path / "layers.zip", [(back, {"depth": 0}), (snow, {"depth": 0.5, "motion": [0.0, 1.0]})], size, bleed)
    frames = decoded(filmed(tmp_path, {"layers": zipped}, frames=25, fps=10, camera="still", size=Size(width=160, height=90)).outputs[0].path)
    places = [float((frame[:, 80, 0] * np.arange(90)).sum() / max(1, frame[:, 80, 0].sum())) if frame[:, 80, 0].max() > 100 else -1 for frame in frames]
    assert places[3] - places[1] == pytest.approx(18, abs=1.5), "a tenth of the picture in a tenth of a second"
    assert places[14] == pytest.approx(places[2], abs=1.5), "after one period (1.2 pictures high) it is where it was"


def test_grain_and_vignette_are_of_the_lens(tmp_path: Path) -> None:
    size, bleed = (160, 90), 0.08
    grey = canvas(size, bleed, (128, 128, 128, 255))
    plain, dark = (
        decoded(filmed(tmp_path, {"layers": layers_zip(tmp_path / f"{i}.zip", [(grey, {})], size, bleed, **extra)}, frames=3).outputs[0].path)
        for i, extra in enumerate(({}, {"vignette": 0.5, "grain": 0.6}))
    )
    assert plain[0].std() < 2
    assert dark[0][:8, :8].mean() < 90
    assert dark[0][40:50, 70:90].mean() == pytest.approx(128, abs=6)
    assert np.abs(dark[1].astype(int) - dark[0].astype(int)).mean() > 0.5, "grain lives"


def test_a_flat_picture_of_another_shape_is_cropped_not_squeezed(tmp_path: Path) -> None:
    image = np.full((200, 600, 3), 60, np.uint8)
    cv2.circle(image, (300, 100), 60, (255, 255, 255), -1)
    picture = tmp_path / "picture.jpg"
    cv2.imwrite(str(picture), image)
    frame = decoded(filmed(tmp_path, {"picture": picture}, frames=1, camera="still", size=Size(width=160, height=160)).outputs[0].path)[0]
    bright = frame[:, :, 0] > 150
    assert bright.any(axis=0).sum() == pytest.approx(bright.any(axis=1).sum(), abs=3)


@pytest.mark.parametrize("move", MOVES)
def test_a_flat_picture_is_never_left_and_its_tilt_is_steady(tmp_path: Path, move: str) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(packed(np.full((90, 160, 3), 90, np.uint8)))
    size = (160, 90)
    scene = FlatScene(flat(picture), CameraPath(move, 60, 12, size, 0.0, 2))
    corners = np.array([[0, 0, 1], [160, 0, 1], [0, 90, 1], [160, 90, 1]]).T
    paths = []
    for index in range(60):
        x, y, w = scene._matrix(index) @ corners
        assert (x / w).min() >= 0
        assert (x / w).max() <= 160
        assert (y / w).min() >= 0
        assert (y / w).max() <= 90
        paths.append(x[3] / w[3])
    assert np.abs(np.diff(paths, 3)).max() < 0.02


def test_steps_are_reported_and_one_preview_comes(scenery: Path, tmp_path: Path) -> None:
    listener = Listener()
    filmed(tmp_path, {"layers": scenery}, listener, frames=20)
    assert listener.steps == sorted(listener.steps)
    assert listener.steps[-1] == (20, 20)
    assert len(listener.steps) >= 4
    (preview,) = listener.previews
    assert cv2.imread(str(preview)).shape[1] == 192


def test_a_cancelled_clip_is_left_at_once(scenery: Path, tmp_path: Path) -> None:
    listener = Listener(cancel_at=6)
    with pytest.raises(Cancelled):
        filmed(tmp_path, {"layers": scenery}, listener, frames=500)
    assert listener.steps[-1][0] == 6


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("layers", b"no zip at all", "layers"),
        ("picture", b"\x89PNG broken", "picture"),
        ("picture", b"", "picture"),
    ],
)
def test_a_broken_picture_is_named(tmp_path: Path, name: str, raw: bytes, says: str) -> None:
    path = tmp_path / f"{name}.bin"
    path.write_bytes(raw)
    with pytest.raises(EngineError, match=says) as caught:
        filmed(tmp_path, {name: path})
    assert not caught.value.retry
    assert "paint the keyframe again" in caught.value.message


def hostile(described: object, **members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("layers.json", described if isinstance(described, str) else json.dumps(described))
        for name, raw in members.items():
            archive.writestr(name, raw)
    return target.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30000, 30000), (2**31 - 1, 2**31 - 1), (100_000, 500)])
def test_a_picture_that_claims_to_be_huge_is_not_unpacked(tmp_path: Path, size: tuple[int, int]) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(bomb(*size))
    with pytest.raises(EngineError, match="picture"):
        filmed(tmp_path, {"picture": picture})


@pytest.mark.parametrize(
    "raw",
    [
        hostile("not json"),
        hostile([]),
        hostile({"layers": []}),
        hostile({"layers": [{"file": "gone.png", "depth": 0}]}),
        hostile({"layers": [{"depth": 0}]}),
        hostile({"layers": [{"file": "a", "depth": 7}]}, a=packed(np.zeros((4, 4, 4), np.uint8))),
        hostile({"layers": [{"file": "a", "depth": float("nan")}]}, a=packed(np.zeros((4, 4, 4), np.uint8))),
        hostile({"layers": [{"file": "a", "depth": 0, "motion": "x"}]}, a=packed(np.zeros((4, 4, 4), np.uint8))),
        hostile({"layers": [{"file": "a", "depth": 0}], "bleed": -3}, a=packed(np.zeros((4, 4, 4), np.uint8))),
        hostile({"layers": [{"file": "a", "depth": 0}] * 65}, a=packed(np.zeros((4, 4, 4), np.uint8))),
        hostile({"layers": [{"file": "a", "depth": 0}]}, a=b"no picture"),
    ],
)
def test_hostile_layers_are_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "layers.zip"
    path.write_bytes(raw)
    with pytest.raises(EngineError):
        filmed(tmp_path, {"layers": path})


def test_what_cannot_be_filmed_is_said(scenery: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="0 frames"):
        filmed(tmp_path, {"layers": scenery}, frames=0)
    with pytest.raises(EngineError, match="speech"):
        filmed(tmp_path, {"speech": scenery})


@pytest.mark.parametrize("shape", [(1, 1, 4), (3, 500, 4), (40, 40), (40, 40, 3)])
def test_odd_layers_are_filmed(tmp_path: Path, shape: tuple[int, ...]) -> None:
    zipped = layers_zip(tmp_path / "layers.zip", [(np.full(shape, 77, np.uint8), {}), (np.zeros((20, 20, 4), np.uint8), {"depth": 1})], (192, 108), 0.05)
    assert len(decoded(filmed(tmp_path, {"layers": zipped}, frames=3).outputs[0].path)) == 3
