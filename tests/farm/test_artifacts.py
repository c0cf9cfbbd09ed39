"""Artifacts in a folder: whole or not at all, by hash, with addresses that nobody else can make."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from farm.artifacts import CHUNK, Artifacts, Missing

SECRET = "a secret of thirty-two characters"
NOWHERE = "0" * 64


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts.open(f"file://{tmp_path / 'with space'}", SECRET)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_bytes(bytes(range(256)) * (CHUNK // 64))  # four chunks
    return path


def test_what_is_put_comes_back(artifacts: Artifacts, data: Path, tmp_path: Path) -> None:
    put = artifacts.put(data, "video/mp4")
    assert (put.sha, put.size, put.media_type) == (hashlib.sha256(data.read_bytes()).hexdigest(), data.stat().st_size, "video/mp4")
    assert artifacts.size(put.sha) == put.size
    path = artifacts.local(put.sha, tmp_path / "scratch")
    assert path.read_bytes() == data.read_bytes()
    assert not (tmp_path / "scratch").exists()  # a folder's file is not copied
    assert artifacts.put(data, "video/mp4") == put


@pytest.mark.parametrize(("start", "end"), [(0, None), (0, 1), (5, 5), (7, 10), (CHUNK - 3, CHUNK + 3), (100, 10**12), (10**12, None)])
def test_parts(artifacts: Artifacts, data: Path, start: int, end: int | None) -> None:
    sha = artifacts.put(data, "video/mp4").sha

    async def collect() -> bytes:
        return b"".join([piece async for piece in artifacts.stream_async(sha, start, end)])

    expected = data.read_bytes()[start:end]
    assert b"".join(artifacts.stream(sha, start, end)) == expected
    assert asyncio.run(collect()) == expected


def test_an_empty_file(artifacts: Artifacts, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    put = artifacts.put(tmp_path / "empty", "text/plain")
    assert (put.size, b"".join(artifacts.stream(put.sha))) == (0, b"")


def test_what_is_not_there(artifacts: Artifacts, tmp_path: Path) -> None:
    for missing in (lambda: artifacts.local(NOWHERE, tmp_path), lambda: artifacts.size(NOWHERE), lambda: list(artifacts.stream(NOWHERE))):
        with pytest.raises(Missing, match=NOWHERE):
            missing()


@pytest.mark.parametrize("sha", ["", "..", "../../etc/passwd", "0" * 63, "0" * 65, "G" * 64, "0" * 64 + "\n", "A" * 64])
def test_a_name_that_is_no_hash_reaches_no_file(artifacts: Artifacts, tmp_path: Path, sha: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        artifacts.local(sha, tmp_path)
    with pytest.raises(ValueError, match="SHA-256"):
        artifacts.address(sha, "a.png")
    assert not artifacts.verify(sha, "a.png", "x")


def test_a_put_that_breaks_leaves_nothing(artifacts: Artifacts, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("farm.artifacts.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        artifacts.put(data, "video/mp4")
    assert [path for path in (tmp_path / "with space").rglob("*") if path.is_file()] == []


def test_a_file_that_was_cut_short_is_replaced(artifacts: Artifacts, data: Path, tmp_path: Path) -> None:
    put = artifacts.put(data, "video/mp4")
    artifacts.local(put.sha, tmp_path).write_bytes(b"half")
    artifacts.put(data, "video/mp4")
    assert artifacts.size(put.sha) == put.size


def test_many_put_the_same(artifacts: Artifacts, data: Path, tmp_path: Path) -> None:
    threads = [threading.Thread(target=artifacts.put, args=(data, "video/mp4")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([path for path in (tmp_path / "with space").rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("name", ["film.mp4", "Old Tom's light.png", "später&=?#%.png", "名前.png"])
def test_addresses(artifacts: Artifacts, data: Path, tmp_path: Path, name: str) -> None:
    sha = artifacts.put(data, "video/mp4").sha
    parts = urlsplit(artifacts.address(sha, name))
    _, root, shown, filename = parts.path.split("/")
    (signature,) = parse_qs(parts.query)["signature"]
    assert (root, shown, unquote(filename)) == ("artifacts", sha, name)
    assert artifacts.verify(sha, name, signature)
    assert not artifacts.verify(sha, name + "x", signature)
    assert not artifacts.verify(NOWHERE, name, signature)
    assert not artifacts.verify(sha, name, signature[:-1])
    assert not artifacts.verify(sha, name, "")
    assert not artifacts.verify(sha, name, "\udcff ü")
    assert not Artifacts.open(f"file://{tmp_path}", "another secret").verify(sha, name, signature)


@pytest.mark.parametrize("name", ["", "a/b", ".", ".."])
def test_names_that_are_none(artifacts: Artifacts, name: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        artifacts.address(NOWHERE, name)


def test_without_a_secret_nothing_is_signed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="STORYFARM_SECRET"):
        Artifacts.open(f"file://{tmp_path}").address(NOWHERE, "a.png")


@pytest.mark.parametrize("url", ["", "/srv/artifacts", "http://bucket", "file://host/path", "s3://"])
def test_an_address_that_is_no_store(url: str) -> None:
    with pytest.raises(ValueError, match="STORYFARM_ARTIFACTS_URL"):
        Artifacts.open(url)
