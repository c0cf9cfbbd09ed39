"""Downloads: ranges, caching, signatures; what a browser needs to play and seek."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from farm.artifacts import Artifacts
from gateway.app import create_app
from tests.gateway.conftest import NO_LIMITS, Farm, Serving


@pytest.fixture
def film(farm: Any) -> tuple[str, bytes]:
    """The address and the bytes of some finished film."""
    poll = farm.client.post("/api/v1/stories/generate", json={"prompt": "A whale sings", "renderVideo": True}).json()["pollUrl"]
    farm.worker.run()
    url = farm.client.get(poll).json()["videoUrl"]
    return url, httpx.get(url).content


def test_a_whole_file(film: tuple[str, bytes]) -> None:
    url, data = film
    response = httpx.get(url)
    assert response.status_code == 200
    assert response.headers["content-length"] == str(len(data))
    assert response.headers["accept-ranges"] == "bytes"
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"] == "video/mp4"
    head = httpx.head(url)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(data))


@pytest.mark.parametrize("header", ["bytes=0-0", "bytes=0-9", "bytes=3-", "bytes=-4", "bytes=0-99999999"])
def test_a_part(film: tuple[str, bytes], header: str) -> None:
    url, data = film
    first, last = header.removeprefix("bytes=").split("-")
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last) + 1, len(data)) if first and last else len(data)
    response = httpx.get(url, headers={"range": header})
    assert response.status_code == 206
    assert response.content == data[start:end]
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{len(data)}"


def test_a_part_that_is_not_there(film: tuple[str, bytes]) -> None:
    url, data = film
    response = httpx.get(url, headers={"range": f"bytes={len(data)}-"})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(data)}"
    assert response.json()["error"]["code"] == "RANGE_NOT_SATISFIABLE"


def test_if_range_and_if_none_match(film: tuple[str, bytes]) -> None:
    url, data = film
    etag = httpx.get(url).headers["etag"]
    assert httpx.get(url, headers={"range": "bytes=0-1", "if-range": etag}).status_code == 206
    assert httpx.get(url, headers={"range": "bytes=0-1", "if-range": '"other"'}).content == data
    unchanged = httpx.get(url, headers={"if-none-match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_a_changed_address_opens_nothing(film: tuple[str, bytes]) -> None:
    url, _ = film
    address, _, query = url.partition("?")
    signature = query.removeprefix("signature=")
    other = address.rsplit("/", 2)
    for wrong in (
        address, f"{address}?signature=", f"{address}?signature=x", f"{address}?signature={signature[:-1]}", f"{address}?signature={signature}x",
        f"{other[0]}/{'0' * 64}/{other[2]}?{query}", f"{other[0]}/../{other[2]}?{query}", f"{other[0]}/%2e%2e%2ffarm.db/{other[2]}?{query}",
    ):  # fmt: skip
        response = httpx.get(wrong)
        assert response.status_code in {403, 404}, wrong
        assert response.headers["content-type"] == "application/json"


def test_an_address_needs_no_key_and_is_absolute(farm: Any, film: tuple[str, bytes]) -> None:
    url, _ = film
    assert url.startswith(farm.url + "/artifacts/")


def test_a_bucket_s_files_come_through_us_or_from_where_we_send_the_viewer(farm: Farm, s3: str, tmp_path: Path) -> None:
    bucket = Artifacts.open("s3://films/tests", farm.settings.secret)
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * 5_000)
    put = bucket.put(path, "video/mp4")
    farm.store.artifacts.record(put)
    address = bucket.address(put.sha, "film.mp4")
    for redirect in (False, True):
        settings = replace(farm.settings, artifacts_redirect=redirect)
        serving = Serving(create_app(settings, farm.catalog, farm.store, bucket, farm.tickets, rates=NO_LIMITS))
        try:
            part = httpx.get(serving.url + address, headers={"range": "bytes=300-309"}, follow_redirects=True)
            assert (part.status_code, part.content, part.headers["content-type"]) == (206, path.read_bytes()[300:310], "video/mp4")
            assert [one.status_code for one in part.history] == ([307] if redirect else [])
            assert str(part.url).startswith(s3 if redirect else serving.url)
            forged = httpx.get(serving.url + address[:-4] + "AAAA", follow_redirects=True)
            assert forged.status_code == 404
        finally:
            serving.stop()
