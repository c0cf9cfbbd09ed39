"""Texts that name other files: a player follows them without knowing of signatures, and nothing else is opened."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

PLAYLIST = "application/vnd.apple.mpegurl"


def kept(farm: Any, folder: Path, name: str, data: bytes, media_type: str) -> str:
    """A file in the farm's storage, written down; its SHA-256."""
    (folder / name).write_bytes(data)
    made = farm.worker.artifacts.put(folder / name, media_type)
    farm.worker.store.artifacts.record(made)
    assert made.sha == hashlib.sha256(data).hexdigest()
    return made.sha


def address(farm: Any, sha: str, name: str) -> str:
    return farm.url + farm.worker.artifacts.address(sha, name)


def test_a_stream_is_followed_from_its_first_playlist_to_its_bytes(farm: Any, tmp_path: Path) -> None:
    media = kept(farm, tmp_path, "film.m4s", b"media " * 200, "video/mp4")
    film = kept(farm, tmp_path, "film.m3u8", f'#EXTM3U\n#EXT-X-MAP:URI="../{media}/film.m4s",BYTERANGE="8@0"\n../{media}/film.m4s\n'.encode(), PLAYLIST)
    index = kept(farm, tmp_path, "index.m3u8", f"#EXTM3U\n../{film}/film.m3u8\n".encode(), PLAYLIST)
    first = address(farm, index, "film-hls.m3u8")
    answer = httpx.get(first)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, PLAYLIST)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert httpx.head(first).headers["content-length"] == str(len(answer.content))
    second = urljoin(first, answer.text.splitlines()[1])
    lines = httpx.get(second).text.splitlines()
    mapped = re.search('URI="([^"]*)"', lines[1])
    assert mapped
    for reference in (mapped[1], lines[2]):
        assert httpx.get(urljoin(second, reference), headers={"range": "bytes=0-4"}).content == b"media"
    assert httpx.get(urljoin(second, f"../{media}/film.m4s")).status_code == 404  # unsigned, as the composer wrote it


def test_captions_sign_nothing(farm: Any, tmp_path: Path) -> None:
    """What a story's own words say is never taken for a reference."""
    secret = kept(farm, tmp_path, "secret.png", b"somebody else's", "image/png")
    text = f"WEBVTT\n\n00:00.000 --> 00:01.000\n../{secret}/secret.png\n".encode()
    captions = kept(farm, tmp_path, "captions.vtt", text, "text/vtt")
    assert httpx.get(address(farm, captions, "film-captions.vtt")).content == text
    strip = kept(farm, tmp_path, "strip.vtt", text + b"\n", "text/vtt; of=thumbnails")
    answer = httpx.get(address(farm, strip, "film-strip.vtt"))
    assert "secret.png?signature=" in answer.text
    assert answer.headers["content-type"].startswith("text/vtt")
