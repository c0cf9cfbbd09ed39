"""What is not HTTP is answered with JSON all the same, in the dialect of its path; and nothing without end is read."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from gateway.wire import LONGEST_HEAD


def said(farm: Any, *parts: bytes) -> tuple[int, dict[str, str], Any]:
    """Send raw bytes; status, headers and body of the first answer."""
    host, port = farm.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        try:
            for part in parts:
                wire.sendall(part)
            wire.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has been answered before all was sent
        got = b""
        try:
            while more := wire.recv(65536):
                got += more
        except ConnectionResetError:
            pass
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, json.loads(body[: int(headers["content-length"])])


POST = b"POST /api/v1/%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-api-key: %s\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS spoken to a plain port",
        b"GET\r\n\r\n",
        b"HELLO /api/v1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1 HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /api/v1 HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET /api/v1/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"GET /api/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_what_is_no_request_is_a_400_in_json(farm: Any, raw: bytes) -> None:
    status, headers, body = said(farm, raw)
    assert status == 400
    assert headers["content-type"] == "application/json"
    assert headers["x-request-id"]
    assert body["error"]["code"] == "VALIDATION_ERROR"
    assert "HTTP" in body["error"]["message"]


@pytest.mark.parametrize(("path", "code"), [(b"sequences", "VALIDATION_ERROR"), (b"stories/generate", "bad_request")])
def test_bad_chunks_are_a_400_in_the_dialect_of_the_path(farm: Any, path: bytes, code: str) -> None:
    before = farm.count()
    chunked = POST % (path, farm.key.encode()) + b"Transfer-Encoding: chunked\r\n\r\n"
    status, headers, body = said(farm, chunked, b'5\r\n{"scr\r\nzz\r\nno chunk\r\n')
    assert (status, headers["content-type"], body["error"]["code"]) == (400, "application/json", code)
    assert farm.count() == before


def test_a_head_without_end_is_cut_short(farm: Any) -> None:
    endless = [b"GET /api/v1/stories HTTP/1.1\r\nHost: x\r\n", *(f"x-{number}: {'a' * 8000}\r\n".encode() for number in range(40))]
    for parts in (endless, [b"GET /api/v1/stories?" + b"a" * 40_000, *[b"a" * 40_000] * 8]):
        status, _, body = said(farm, *parts)
        assert status == 431
        assert str(LONGEST_HEAD) in body["error"]["message"]
    status, _, body = said(farm, POST % (b"sequences", farm.key.encode()) + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", *endless[1:])
    assert status == 400


def test_a_large_head_and_two_requests_on_one_connection_are_fine(farm: Any) -> None:
    filler = b"".join(f"x-{number}: {'a' * 1000}\r\n".encode() for number in range(40))
    request = b"GET /api/v1 HTTP/1.1\r\nHost: x\r\n" + filler + b"\r\n"
    status, _, body = said(farm, request, request, request)
    assert (status, body["version"]) == (200, "v1")
