"""Pictures from outside: fetched from public https addresses only, capped, decoded, and re-encoded by us."""

from __future__ import annotations

import asyncio
import contextlib
import io
import ipaddress
import socket
import ssl
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpcore
from PIL import Image, UnidentifiedImageError

LARGEST_BYTES = 10 << 20
LARGEST_PIXELS = 40_000_000
LARGEST_SIDE = 1536
"""Pixels of the longer side after re-encoding: more than any engine looks at."""
_SMALLEST_SIDE = 16
_REDIRECTS = 3
_SECONDS = 20.0
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_PORT = 443
_REDIRECT_STATUS = frozenset({301, 302, 303, 307, 308})


class Refused(Exception):
    """A picture that we do not take; the message names the address and the reason."""


class Resolve(Protocol):
    """Finds the addresses of a host."""

    async def __call__(self, host: str) -> Iterable[str]: ...


async def resolve(host: str) -> Iterable[str]:
    """Every address of a host, by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def public(address: str) -> bool:
    """Whether an address is on the public internet: not private, loopback, link-local, multicast, reserved, nor one of these wrapped in IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that were just resolved and checked: a name that changes its mind afterwards changes nothing."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend, find: Resolve) -> None:
        self._inner, self._find = inner, find

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = list(await self._find(host))
        except OSError:
            raise Refused(f"the host {host} cannot be found") from None
        if not addresses:
            raise Refused(f"the host {host} has no address")
        for address in addresses:  # every one, so that a mixed answer is refused whole
            if not public(address):
                raise Refused(f"the host {host} leads to {address}, which is not a public address")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("a socket file is not a public address")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class Outside:
    """Fetches pictures; `find` and `network` are the system's unless a test brings its own."""

    def __init__(self, *, find: Resolve = resolve, network: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._network = _Pinned(network or httpcore.AnyIOBackend(), find)
        self._tls = ssl.create_default_context()

    @contextlib.asynccontextmanager
    async def picture(self, url: str) -> AsyncIterator[Path]:
        """A checked, re-encoded PNG of the picture at `url`; gone when the block ends.

        Raises Refused with the reason.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                raw = await self._fetch(url)
        except TimeoutError:
            raise Refused(f"{_short(url)} did not come within {_SECONDS:.0f} s") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError, ssl.SSLError) as error:
            raise Refused(f"{_short(url)} cannot be fetched: {type(error).__name__}") from None
        with tempfile.TemporaryDirectory(prefix="storyfarm-picture-") as folder:
            path = Path(folder) / "picture.png"
            try:
                await asyncio.get_running_loop().run_in_executor(None, reencode, raw, path)
            except Refused as error:
                raise Refused(f"{_short(url)}: {error}") from None
            yield path

    async def _fetch(self, url: str) -> bytes:
        async with httpcore.AsyncConnectionPool(ssl_context=self._tls, network_backend=self._network, http2=False) as pool:
            for _ in range(_REDIRECTS + 1):
                target = _checked(url)
                async with pool.stream("GET", target, headers={"host": urlsplit(target).netloc, "accept": "image/*", "user-agent": "storyfarm"}) as response:
                    if response.status in _REDIRECT_STATUS:
                        location = next((value for name, value in response.headers if name.lower() == b"location"), b"")
                        url = urljoin(target, location.decode("latin-1"))
                        continue
                    if response.status != 200:
                        raise Refused(f"{_short(url)} answered {response.status}")
                    parts, size = [], 0
                    async for part in response.aiter_stream():
                        size += len(part)
                        if size > LARGEST_BYTES:
                            raise Refused(f"{_short(url)} is larger than {LARGEST_BYTES >> 20} MiB")
                        parts.append(part)
                    return b"".join(parts)
        raise Refused(f"{_short(url)} redirects more than {_REDIRECTS} times")


def _checked(url: str) -> str:
    """The address, if it is a plain https one on the usual port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(f"{_short(url)} is not an address") from None
    if parts.scheme != "https" or not parts.hostname:
        raise Refused(f"{_short(url)} is not an https:// address")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"{_short(url)} carries a user name; leave it out")
    if port not in (None, _PORT):
        raise Refused(f"{_short(url)} is on port {port}; only {_PORT} is allowed")
    if not url.isascii() or any(ord(letter) <= 32 for letter in url):
        raise Refused(f"{_short(url)} is not a plain address; percent-encode what is not ASCII")
    return url


def reencode(raw: bytes, target: Path) -> None:
    """Decode a picture and write it anew as PNG, without anything that rode along; its longer side is at most LARGEST_SIDE.

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
                picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
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
    fresh = Image.new(clean.mode, clean.size)
    fresh.paste(clean)
    fresh.save(target, "PNG", compress_level=3)


def _short(url: str) -> str:
    return repr(url if len(url) <= 100 else url[:97] + "...")
