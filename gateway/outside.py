"""Pictures from outside: fetched from public https addresses only, capped, decoded, and re-encoded by us."""

from __future__ import annotations

import asyncio
import contextlib
import io
import ssl
import tempfile
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpcore
from PIL import Image, UnidentifiedImageError

from farm.outside import Pinned, Refused, Resolve, checked, public, resolve, short

__all__ = ["LARGEST_BYTES", "LARGEST_PIXELS", "LARGEST_SIDE", "Outside", "Refused", "Resolve", "public", "reencode", "resolve"]

LARGEST_BYTES = 10 << 20
LARGEST_PIXELS = 40_000_000
LARGEST_SIDE = 1536
"""Pixels of the longer side after re-encoding: more than any engine looks at."""
_SMALLEST_SIDE = 16
_AT_A_TIME = 2
"""Pictures that are decoded at once: each may take 200 MB."""
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture upright, by EXIF's Orientation."""
_REDIRECTS = 3
_SECONDS = 20.0
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_REDIRECT_STATUS = frozenset({301, 302, 303, 307, 308})


class Outside:
    """Fetches pictures; `find` and `network` are the system's unless a test brings its own."""

    def __init__(self, *, find: Resolve = resolve, network: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._network = Pinned(network or httpcore.AnyIOBackend(), find)
        self._tls = ssl.create_default_context()
        self._decoding = asyncio.Semaphore(_AT_A_TIME)

    @contextlib.asynccontextmanager
    async def picture(self, url: str) -> AsyncIterator[Path]:
        """A checked, re-encoded PNG of the picture at `url`; gone when the block ends.

        Raises Refused with the reason.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                raw = await self._fetch(url)
        except TimeoutError:
            raise Refused(f"{short(url)} did not come within {_SECONDS:.0f} s") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError, ssl.SSLError) as error:
            raise Refused(f"{short(url)} cannot be fetched: {type(error).__name__}") from None
        with tempfile.TemporaryDirectory(prefix="storyfarm-picture-") as folder:
            path = Path(folder) / "picture.png"
            try:
                async with self._decoding:
                    await asyncio.get_running_loop().run_in_executor(None, reencode, raw, path)
            except Refused as error:
                raise Refused(f"{short(url)}: {error}") from None
            yield path

    async def _fetch(self, url: str) -> bytes:
        async with httpcore.AsyncConnectionPool(ssl_context=self._tls, network_backend=self._network, http2=False) as pool:
            for _ in range(_REDIRECTS + 1):
                target = checked(url)
                async with pool.stream("GET", target, headers={"host": urlsplit(target).netloc, "accept": "image/*", "user-agent": "storyfarm"}) as response:
                    if response.status in _REDIRECT_STATUS:
                        location = next((value for name, value in response.headers if name.lower() == b"location"), b"")
                        try:
                            url = urljoin(target, location.decode("latin-1"))
                        except ValueError:
                            raise Refused(f"{short(target)} redirects to {short(location.decode('latin-1'))}, which is no address") from None
                        continue
                    if response.status != 200:
                        raise Refused(f"{short(url)} answered {response.status}")
                    parts, size = [], 0
                    async for part in response.aiter_stream():
                        size += len(part)
                        if size > LARGEST_BYTES:
                            raise Refused(f"{short(url)} is larger than {LARGEST_BYTES >> 20} MiB")
                        parts.append(part)
                    return b"".join(parts)
        raise Refused(f"{short(url)} redirects more than {_REDIRECTS} times")


def _turned(picture: Image.Image) -> Image.Transpose | None:
    """How a camera says that its picture is to be turned; None for what says nothing, or nonsense."""
    try:
        return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # whatever a hostile block of metadata makes of its reader, the picture is worth a look
        return None


def reencode(raw: bytes, target: Path) -> None:
    """Decode a picture and write it anew as PNG, upright, without anything that rode along; its longer side is at most LARGEST_SIDE.

    Of an animation the first picture is taken.

    Raises Refused with the reason.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as picture:
                width, height = picture.size
                if width * height > LARGEST_PIXELS:
                    raise Refused(f"it has {width}×{height} pixels; at most {LARGEST_PIXELS // 1_000_000} million are taken")
                if min(width, height) < _SMALLEST_SIDE:
                    raise Refused(f"it is {width}×{height} pixels; each side needs at least {_SMALLEST_SIDE}")
                turned = _turned(picture)
                picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
                if picture.mode in ("RGB", "RGBA", "L"):  # smaller first: a copy of 40 megapixels less
                    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
                clean = picture.convert("RGBA" if "A" in picture.mode or "transparency" in picture.info else "RGB")
    except Refused:
        raise
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        IndexError,
    ) as error:
        raise Refused(f"it is not a picture that we can read ({', '.join(_FORMATS)}): {type(error).__name__}") from None
    clean.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    if turned is not None:
        clean = clean.transpose(turned)
    fresh = Image.new(clean.mode, clean.size)
    fresh.paste(clean)
    fresh.save(target, "PNG", compress_level=3)
