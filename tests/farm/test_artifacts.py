"""Artifacts in a folder and in S3-compatible storage (a real server): whole or not at all, by hash, with addresses that nobody else can make."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from obstore.store import S3Store

from farm.artifacts import CHUNK, Artifacts, Missing, StorageAway

SECRET = "a secret of thirty-two characters"
NOWHERE = "0" * 64


@pytest.fixture
def bucket(s3: str, tmp_path: Path) -> Artifacts:
    return Artifacts.open(f"s3://films/{tmp_path.name}", SECRET)


@pytest.fixture
def folder(tmp_path: Path) -> Artifacts:
    return Artifacts.open(f"file://{tmp_path / 'with space'}", SECRET)


@pytest.fixture(params=["folder", "bucket"])
def artifacts(request: pytest.FixtureRequest) -> Artifacts:
    return request.getfixturevalue(request.param)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.write_bytes(bytes(range(256)) * (CHUNK // 64))  # four chunks
    return path


def test_what_is_put_comes_back(artifacts: Artifacts, data: Path, tmp_path: Path) -> None:
    put = artifacts.put(data, "video/mp4")
    assert (put.sha, put.size, put.media_type) == (hashlib.sha256(data.read_bytes()).hexdigest(), data.stat().st_size, "video/mp4")
    assert artifacts.size(put.sha) == put.size
    (tmp_path / "scratch").mkdir()
    path = artifacts.local(put.sha, tmp_path / "scratch")
    assert path.read_bytes() == data.read_bytes()
    assert artifacts.put(data, "video/mp4") == put


def test_a_folder_s_file_is_not_copied(folder: Artifacts, data: Path, tmp_path: Path) -> None:
    sha = folder.put(data, "video/mp4").sha
    assert folder.local(sha, tmp_path / "scratch").read_bytes() == data.read_bytes()
    assert not (tmp_path / "scratch").exists()


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


def test_removed(artifacts: Artifacts, data: Path) -> None:
    sha = artifacts.put(data, "video/mp4").sha
    artifacts.remove(sha)
    artifacts.remove(sha)  # again is no harm
    with pytest.raises(Missing):
        artifacts.size(sha)


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


def test_a_put_that_breaks_leaves_nothing(folder: Artifacts, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("farm.artifacts.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        folder.put(data, "video/mp4")
    assert [path for path in (tmp_path / "with space").rglob("*") if path.is_file()] == []


def test_a_file_that_was_cut_short_is_replaced(folder: Artifacts, data: Path, tmp_path: Path) -> None:
    put = folder.put(data, "video/mp4")
    folder.local(put.sha, tmp_path).write_bytes(b"half")
    folder.put(data, "video/mp4")
    assert folder.size(put.sha) == put.size


def test_many_put_the_same(folder: Artifacts, data: Path, tmp_path: Path) -> None:
    threads = [threading.Thread(target=folder.put, args=(data, "video/mp4")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([path for path in (tmp_path / "with space").rglob("*") if path.is_file()]) == 1


def test_a_large_file_goes_up_in_parts_and_comes_down_checked(bucket: Artifacts, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 60_000)  # 15 MB: three parts
    put = bucket.put(path, "video/mp4")
    (tmp_path / "scratch").mkdir()
    assert bucket.local(put.sha, tmp_path / "scratch").read_bytes() == path.read_bytes()


def test_bytes_that_changed_in_the_bucket_are_not_taken_for_the_artifact(bucket: Artifacts, data: Path, tmp_path: Path) -> None:
    sha = bucket.put(data, "video/mp4").sha
    S3Store("films", prefix=tmp_path.name, client_options={"allow_http": True}).put(f"{sha[:2]}/{sha}", b"x" * data.stat().st_size)
    with pytest.raises(Missing, match="not whole"):
        bucket.local(sha, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(sha)] == []


def test_a_presigned_address_is_the_storage_s_own(bucket: Artifacts, folder: Artifacts, s3: str, data: Path) -> None:
    sha = bucket.put(data, "video/mp4").sha
    address = bucket.presigned(sha, 60)
    assert address is not None
    assert address.startswith(s3)
    part = httpx.get(address, headers={"range": "bytes=1-3"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, data.read_bytes()[1:4], "video/mp4")
    assert folder.presigned(sha, 60) is None


def test_a_bucket_that_is_not_there_is_an_error_that_says_so(bucket: Artifacts, data: Path) -> None:
    missing = Artifacts.open("s3://no-such-bucket", SECRET)
    with pytest.raises(StorageAway, match="could not be put into its storage"):
        missing.put(data, "video/mp4")


def test_a_storage_that_does_not_answer_is_an_os_error(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.artifacts._PATIENCE", {"max_retries": 0, "retry_timeout": timedelta(seconds=2)})
    for name, value in {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "unsaid"}.items():
        monkeypatch.setenv(name, value)
    away = Artifacts.open("s3://films", SECRET)
    with pytest.raises(StorageAway, match="storage"):
        away.put(data, "video/mp4")
    with pytest.raises(StorageAway, match="storage"):
        away.size(NOWHERE)


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
