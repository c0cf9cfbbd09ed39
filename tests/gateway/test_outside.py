"""Pictures from outside: hostile addresses and hostile files are refused, honest ones re-encoded."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Iterable

import httpcore
import pytest
from PIL import Image, PngImagePlugin

from gateway import outside
from gateway.outside import Outside, Refused, public


def png(width: int = 64, height: int = 48, **info: str) -> bytes:
    """A small PNG, with text chunks where asked."""
    target, extra = io.BytesIO(), PngImagePlugin.PngInfo()
    for name, value in info.items():
        extra.add_text(name, value)
    Image.new("RGB", (width, height), "teal").save(target, "PNG", pnginfo=extra)
    return target.getvalue()


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An HTTP answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Network(httpcore.AsyncMockBackend):
    """Answers what it is told to, one answer a connection, and notes where it was connected."""

    def __init__(self, answers: list[bytes]) -> None:
        super().__init__([])
        self.answers, self.connected = answers, []

    async def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        return httpcore.AsyncMockStream([self.answers.pop(0)])


def fetch(url: str, *answers: bytes, hosts: dict[str, Iterable[str]] | None = None) -> tuple[tuple[int, int], dict[str, object], list[tuple[str, int]]]:
    """Fetch with a made-up network; size and metadata of what came, and where it was connected."""

    async def find(host: str) -> Iterable[str]:
        return (hosts or {}).get(host, ["93.184.216.34"])

    async def scenario() -> tuple[tuple[int, int], dict[str, object], list[tuple[str, int]]]:
        network = Network(list(answers))
        async with Outside(find=find, network=network).picture(url) as path:
            with Image.open(path) as picture:
                return picture.size, dict(picture.info), network.connected

    return asyncio.run(scenario())


HOSTILE_ADDRESSES = [
    "http://example.com/a.png", "ftp://example.com/a.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "gopher://example.com/", "//example.com/a.png",
    "javascript:alert(1)", "https://", "https:///a.png", "https://user:pw@example.com/a.png", "https://example.com:22/a.png", "https://example.com:80/",
    "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nX: y", "https://[::1/", "https://bücher.example/ü.png",
]  # fmt: skip

HOSTILE_HOSTS = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE_ADDRESSES)
def test_hostile_addresses_are_refused_before_any_connection(url: str) -> None:
    with pytest.raises(Refused):
        fetch(url)


@pytest.mark.parametrize("address", HOSTILE_HOSTS)
def test_hosts_that_lead_inside_are_refused(address: str) -> None:
    assert not public(address)
    with pytest.raises(Refused, match="not a public address"):
        fetch("https://example.com/a.png", answer(png()), hosts={"example.com": [address]})


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert public(address)


def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(Refused, match=r"10\.0\.0\.1"):
        fetch("https://example.com/a.png", answer(png()), hosts={"example.com": ["93.184.216.34", "10.0.0.1"]})


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    _, _, connected = fetch("https://example.com/a.png", answer(png()), hosts={"example.com": ["93.184.216.34"]})
    assert connected == [("93.184.216.34", 443)]


def test_a_redirect_is_checked_like_the_first_address() -> None:
    size, _, connected = fetch("https://a.example/1", answer(b"", "302 Found", "Location: https://b.example/2"), answer(png(80, 40)))
    assert (size, len(connected)) == ((80, 40), 2)
    for target in ("http://b.example/2", "https://inside.example/", "file:///etc/passwd"):
        with pytest.raises(Refused):
            fetch("https://a.example/1", answer(b"", "302 Found", f"Location: {target}"), answer(png()), hosts={"inside.example": ["10.0.0.1"]})


def test_redirects_without_end_are_refused() -> None:
    with pytest.raises(Refused, match="redirects more than"):
        fetch("https://a.example/1", *[answer(b"", "302 Found", "Location: /2")] * 6)


def test_what_rode_along_is_gone_and_the_size_is_kept() -> None:
    size, info, _ = fetch("https://example.com/a.png", answer(png(64, 48, Comment="<?php evil")))
    assert size == (64, 48)
    assert "Comment" not in info


def test_a_large_picture_becomes_smaller() -> None:
    size, _, _ = fetch("https://example.com/a.png", answer(png(3000, 1000)))
    assert size == (outside.LARGEST_SIDE, 512)


def _bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than it has bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


HOSTILE_FILES = {
    "nothing": b"",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(/etc/passwd) run",
    "pixel bomb": _bomb(60_000, 60_000),
    "wide bomb": _bomb(2_000_000_000, 1),
    "short data": _bomb(100, 100),
    "cut in the middle": png()[:-30],
    "one pixel": png(1, 1),
    "bad header": b"\x89PNG\r\n\x1a\n" + b"\xff" * 100,
    "gif cut": b"GIF89a" + b"\xff" * 20,
    "jpeg cut": b"\xff\xd8\xff\xe0" + b"\0" * 50,
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "too many bytes": b"\0" * (outside.LARGEST_BYTES + 1),
}


@pytest.mark.parametrize("name", HOSTILE_FILES)
def test_hostile_files_are_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"example\.com"):
        fetch("https://example.com/a.png", answer(HOSTILE_FILES[name]))


def test_an_error_of_the_host_is_named() -> None:
    with pytest.raises(Refused, match="answered 404"):
        fetch("https://example.com/a.png", answer(b"", "404 Not Found"))


def test_a_host_that_cannot_be_found_is_named() -> None:
    async def find(host: str) -> Iterable[str]:
        raise OSError("no such host")

    async def scenario() -> None:
        async with Outside(find=find, network=Network([])).picture("https://nowhere.example/a.png"):
            pass

    with pytest.raises(Refused, match=r"nowhere\.example cannot be found"):
        asyncio.run(scenario())
