"""Opening files that may be broken or hostile: only known containers, only local files, never more pixels than a film needs."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray
from PIL import Image, ImageFile

from farm.types import Size

_CONTAINERS = "mov,mp4,m4a,matroska,webm,avi,wav,w64,flac,ogg,mp3,aac,aiff,mpegts,mpeg,dv,gif,image2,png_pipe,jpeg_pipe,webp_pipe,y4m,yuv4mpegpipe"
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS}  # a playlist could name other files and addresses
_PROBED = {"probesize": "8192"}  # a WAV says at its head what it is, yet as much as 5 MB of it would be looked at: 5 ms for each narration
PIXELS = 64_000_000  # of one picture: an 8K frame has half as many


class Unreadable(Exception):
    """A file is not what it should be; the message says why, for a person."""


def open_media(path: Path) -> InputContainer:
    """Open a local media file for reading.

    Raises Unreadable.
    """
    try:
        if path.stat().st_size == 0:
            raise Unreadable("the file is empty")
        options = _OPTIONS | _PROBED if path.is_file() and _is_wave(path) else _OPTIONS
        # The "file:" keeps a name from being taken for another protocol.
        return av.open(f"file:{path}", options=options, metadata_errors="replace")
    except OSError as error:  # PyAV's errors are OSErrors or ValueErrors too
        raise Unreadable(_why(error)) from None
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(_why(error)) from None


def _is_wave(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WAVE"


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "the file is missing"
    if isinstance(error, IsADirectoryError):
        return "it is a folder, not a file"
    if isinstance(error, PermissionError):
        return "the file may not be read"
    return "it is no media file that can be read"


def read_picture(path: Path, size: Size) -> NDArray[np.uint8]:
    """Read a picture, filling `size` (scaled and cropped about the middle); BGR, shape (height, width, 3).

    Raises Unreadable.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")) as image:
                if image.width * image.height > PIXELS:
                    raise Unreadable(f"the picture is too large: {image.width}x{image.height}")
                flat = image.convert("RGBA") if "A" in image.getbands() or "transparency" in image.info else image.convert("RGB")
                if flat.mode == "RGBA":
                    ground = Image.new("RGBA", flat.size, (0, 0, 0, 255))
                    flat = Image.alpha_composite(ground, flat).convert("RGB")
                pixels = np.asarray(flat)[:, :, ::-1]
    except FileNotFoundError:
        raise Unreadable("the file is missing") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("it is no picture that can be read") from None
    return fill(pixels, size)


def fill(pixels: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """Scale and crop a picture about its middle to `size`."""
    height, width = pixels.shape[:2]
    scale = max(size.width / width, size.height / height)
    if scale != 1.0:
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        pixels = cv2.resize(pixels, (max(size.width, round(width * scale)), max(size.height, round(height * scale))), interpolation=way)  # type: ignore[assignment]
    top, left = (pixels.shape[0] - size.height) // 2, (pixels.shape[1] - size.width) // 2
    return np.ascontiguousarray(pixels[top : top + size.height, left : left + size.width])


# BT.709, limited range, from full-range BGR: rows Y, Cb, Cr (ITU-R BT.709-6, 3.2 to 3.4).
_TO_YUV = np.array(
    [
        [0.0722 * 219, 0.7152 * 219, 0.2126 * 219],
        [0.5 * 224, -0.7152 / 1.8556 * 224, -0.2126 / 1.8556 * 224],
        [-0.0722 / 1.5748 * 224, -0.7152 / 1.5748 * 224, 0.5 * 224],
    ],
    dtype=np.float32,
) / np.float32(255)


def to_yuv(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A BGR picture as planar 4:2:0 in BT.709 limited range, shape (height * 3 / 2, width)."""
    height, width = pixels.shape[:2]
    matrix = np.hstack([_TO_YUV, np.array([[16], [128], [128]], dtype=np.float32)])
    planes = cv2.transform(pixels, matrix)
    out = np.empty((height * 3 // 2, width), dtype=np.uint8)
    out[:height] = planes[:, :, 0]
    chroma = cv2.resize(planes[:, :, 1:], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    quarter = height * width // 4
    flat = out[height:].reshape(-1)
    flat[:quarter] = chroma[:, :, 0].reshape(-1)
    flat[quarter:] = chroma[:, :, 1].reshape(-1)
    return out


def is_colour(text: str) -> bool:
    """Whether text is "#rrggbb"."""
    return re.fullmatch("#[0-9a-fA-F]{6}", text) is not None


def yuv_of(colour: str, size: Size) -> NDArray[np.uint8]:
    """A whole frame of one "#rrggbb" colour."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return to_yuv(np.full((size.height, size.width, 3), (blue, green, red), dtype=np.uint8))


ImageFile.LOAD_TRUNCATED_IMAGES = False
