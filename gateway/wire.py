"""HTTP as it comes over the wire: what is not HTTP, or is endless before its body begins, is answered in the APIs' own words."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.errors import ApiError, Problem, error_response, family_of

log = structlog.get_logger()

LONGEST_HEAD = 64 << 10
"""Bytes of a request line with its headers, and of a chunked body's trailers."""


class Protocol(HttpToolsProtocol):
    """Uvicorn's protocol, but a request that cannot be read is answered with JSON in its family's dialect, and its head is bounded."""

    _head = 0
    _head_ended = False

    def data_received(self, data: bytes) -> None:
        if not self._head_ended:
            self._head += len(data)
        super().data_received(data)
        if not self._head_ended and self._head > LONGEST_HEAD and not self.transport.is_closing():
            self._refuse(_too_long())

    def on_message_begin(self) -> None:
        super().on_message_begin()  # type: ignore[no-untyped-call]
        self._head_ended = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_ended:  # a trailer
            self._head += len(name) + len(value)
            if self._head > LONGEST_HEAD:
                raise ValueError("trailers without end")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head, self._head_ended = 0, True
        super().on_headers_complete()  # type: ignore[no-untyped-call]

    def on_message_complete(self) -> None:
        super().on_message_complete()  # type: ignore[no-untyped-call]
        self._head = 0

    def send_400_response(self, msg: str) -> None:
        """The request cannot be read; `msg` is uvicorn's, which says no more than that."""
        self._refuse(ApiError(Problem.VALIDATION, "this is not an HTTP request that can be read: check its request line, headers and chunks"))

    def _refuse(self, error: ApiError) -> None:
        cycle: Any = self.cycle
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            self.transport.close()  # half an answer is out
            return
        path = bytes(getattr(self, "url", b"")).partition(b"?")[0].decode("ascii", "replace")
        answer = error_response(family_of(path), error)
        headers = [*answer.raw_headers, (b"connection", b"close"), (b"x-content-type-options", b"nosniff"), (b"x-request-id", secrets.token_hex(8).encode())]
        status = HTTPStatus(answer.status_code)
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() + head + b"\r\n" + bytes(answer.body))
        self.transport.close()
        log.info("a request that cannot be read", path=path[:200], status=status.value)


def _too_long() -> ApiError:
    return ApiError(Problem.HEADERS, f"the request line and headers are longer than {LONGEST_HEAD} bytes")
