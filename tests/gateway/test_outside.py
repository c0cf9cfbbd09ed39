"""Pictures from outside: hostile addresses and hostile files are refused, honest ones re-encoded."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import httpcore
import pytest
from PIL import Image, PngImagePlugin

from gateway import outside
from gateway.outside import Outside, Refused, public, resolve


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
    # wrapped: mapped, translated (the public prefix and a network's own), 6to4, Teredo, ISATAP, compatible
    "::ffff:169.254.169.254", "::ffff:0:7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::808:808", "2002:a9fe:a9fe::1", "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe", "fe80::5efe:7f00:1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "::7f00:1", "::808:808",
    # withdrawn, for documents, for protocols
    "fec0::1", "3fff::1", "5f00::1", "100::1", "2001:10::1", "2001:20::1", "192.0.0.1", "192.0.0.8", "192.88.99.1", "198.51.100.1", "203.0.113.5",
    "100.127.255.255", "0.1.2.3", "0177.0.0.1", "127.1", "2130706433", "0x7f000001", "::1%lo", "1.2.3.4.5", "",
]  # fmt: skip

# What the system's own resolver makes of them is inside, or nothing: octal, hexadecimal, short and single numbers, trailing dots, brackets.
HOSTILE_SPELLINGS = [
    "https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://0x7f000001/", "https://2130706433/", "https://017700000001/", "https://127.1/", "https://0/",
    "https://127.0.0.1./", "https://localhost/", "https://LOCALHOST./", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
    "https://[0:0:0:0:0:ffff:7f00:1]/", "https://[::ffff:a9fe:a9fe]/", "https://[fe80::1%25lo]/", "https://169.254.169.254/latest/meta-data/",
    "https://0xA9FEA9FE/", "https://2852039166/", "https://10.0.0.1:443/", "https://127.0.0.1:443\\@example.com/", "https://example.com@127.0.0.1/",
    "https://127.0.0.1%2f@example.com/", "https://127.0.0.1#@example.com/", "https://127.0.0.1?@example.com/", "https://%31%32%37.0.0.1/",
    "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://ｌｏｃａｌｈｏｓｔ/", "https://exаmple.com/", "https://\t127.0.0.1/", "HTTPS://127.0.0.1/",
    "https:127.0.0.1/", "https:///127.0.0.1/", "https:\\\\127.0.0.1\\", "https://[v1.x]/", "https://[::1/", "https://127.0.0.1:0443/",
    f"https://{'a' * 64}.example/", f"https://{'a.' * 200}example/", "https://.../",
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


@pytest.mark.parametrize("url", HOSTILE_SPELLINGS)
def test_no_spelling_of_an_inside_address_leads_to_a_connection(url: str) -> None:
    async def scenario() -> list[tuple[str, int]]:
        network = Network([answer(png())])
        with pytest.raises(Refused):
            async with Outside(network=network).picture(url):  # by the system's own resolver
                pass
        return network.connected

    assert asyncio.run(scenario()) == []


@pytest.mark.parametrize("target", [url for url in HOSTILE_SPELLINGS if url.isascii() and "\t" not in url])
def test_no_redirect_leads_there_either(target: str) -> None:
    async def find(host: str) -> Iterable[str]:
        return ["93.184.216.34"] if host == "a.example" else await resolve(host)

    async def scenario() -> list[tuple[str, int]]:
        network = Network([answer(b"", "307 Temporary Redirect", f"Location: {target}"), answer(b"", "404 Not Found")])
        with pytest.raises(Refused):
            async with Outside(find=find, network=network).picture("https://a.example/1"):
                pass
        return network.connected

    # Some of them are no addresses of their own, but paths on the first host: then it is asked again.
    assert set(asyncio.run(scenario())) == {("93.184.216.34", 443)}


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2606:4700::5efe:808:808"]
)
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


def _encoded(kind: str, mode: str = "RGB", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, 0).save(target, kind, **options)
    return target.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB", "RGBA"])
def test_pictures_of_every_mode_come_as_colours(mode: str) -> None:
    assert fetch("https://example.com/a.png", answer(_encoded("PNG", mode)))[0] == (64, 48)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGBA"), ("GIF", "P"), ("BMP", "RGB")])
def test_pictures_of_every_kind(kind: str, mode: str) -> None:
    assert fetch("https://example.com/a", answer(_encoded(kind, mode)))[0] == (64, 48)


@pytest.mark.parametrize("orientation", range(10))
def test_a_cameras_picture_comes_upright(orientation: int, tmp_path: Path) -> None:
    flat = Image.new("RGB", (48, 24), "black")
    flat.paste("white", (0, 0, 16, 16))  # upright, the white is in the corner at the left and top
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, **{turn: how for turn, how in outside._TURNS.items() if turn not in (6, 8)}}
    target = io.BytesIO()
    (flat.transpose(back[orientation]) if orientation in back else flat).save(target, "JPEG", quality=95, exif=exif)
    outside.reencode(target.getvalue(), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (48, 24)
        assert picture.getpixel((4, 4))[0] > 200
        assert picture.getpixel((44, 20))[0] < 50
        assert not picture.getexif()


POLYGLOTS = {
    "png and html": png() + b"<script>alert(1)</script>",
    "jpeg and zip": _encoded("JPEG") + b"PK\x03\x04 evil PK\x05\x06" + b"\0" * 18,
    "jpeg with php in its comment": _encoded("JPEG", comment=b"<?php system($_GET[0]); ?>"),
    "gif and javascript": _encoded("GIF", "P") + b"*/=1;alert(1)//",
    "png with a script's text": png(64, 48, Comment="<script>alert(1)</script>"),
    "jpeg with nonsense for exif": _encoded("JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 64),
    "animated png": _encoded("PNG", save_all=True, append_images=[Image.new("RGB", (64, 48), (n, 0, 0)) for n in range(1, 200)]),
    "animated gif": _encoded("GIF", save_all=True, append_images=[Image.new("RGB", (64, 48), (n, 0, 0)) for n in range(1, 200)]),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_of_what_is_a_picture_and_more_the_picture_is_kept(name: str, tmp_path: Path) -> None:
    outside.reencode(POLYGLOTS[name], tmp_path / "a.png")
    kept = (tmp_path / "a.png").read_bytes()
    for word in (b"script", b"php", b"PK\x03", b"alert", b"acTL", b"tEXt", b"eXIf", b"iCCP"):
        assert word not in kept
    with Image.open(tmp_path / "a.png") as picture:
        assert (picture.size, picture.format, getattr(picture, "n_frames", 1)) == ((64, 48), "PNG", 1)


class Drip(httpcore.AsyncMockStream):
    """Sends a byte at a time and never comes to an end."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await asyncio.sleep(0.01)
        return await super().read(1) or b"x"


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_host_that_drips_is_left_after_a_while(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_SECONDS", 0.3)

    class Slow(Network):
        async def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
            return Drip([begin[index : index + 1] for index in range(len(begin))])

    async def find(host: str) -> Iterable[str]:
        return ["93.184.216.34"]

    async def scenario() -> None:
        async with Outside(find=find, network=Slow([])).picture("https://example.com/a.png"):
            pass

    with pytest.raises(Refused, match=r"did not come within|cannot be fetched"):
        asyncio.run(asyncio.wait_for(scenario(), 5))


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


def _with_chunk(kind: bytes, data: bytes) -> bytes:
    """A small PNG with one more chunk after its header."""
    whole = png()
    return whole[:33] + struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) + whole[33:]


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
    "gif canvas": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0," + struct.pack("<HHHH", 0, 0, 65535, 65535) + b"\0\x02\x02D\x01\0;",
    "bmp of impossible size": b"BM" + b"\0" * 8 + struct.pack("<IIiiHHIIiiII", 54, 40, 2**31 - 1, -(2**31), 1, 24, 0, 0, 0, 0, 0, 0),
    "profile bomb": _with_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * (20 << 20))),
    "text bomb": _with_chunk(b"zTXt", b"x\0\0" + zlib.compress(b"\0" * (20 << 20))),
    "svg bomb": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
    "svg that asks": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "tiff": _encoded("TIFF"),
    "icon": _encoded("ICO"),
    "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "mp4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2",
    "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "zip in a png's skin": b"\x89PNG\r\n\x1a\nPK\x03\x04" + b"\0" * 64,
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

    with pytest.raises(Refused, match=r"'nowhere\.example' cannot be found"):
        asyncio.run(scenario())


def test_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(
            f"\nrefused: {len(HOSTILE_ADDRESSES)} addresses by their form, {len(HOSTILE_SPELLINGS)} spellings of inside hosts (also as redirects),"
            f" {len(HOSTILE_HOSTS)} addresses that hosts lead to, {len(HOSTILE_FILES)} files; {len(POLYGLOTS)} polyglots kept as the picture alone"
        )
