"""Downloads of artifacts: signed addresses, ranges, immutable caching; streamed, never loaded whole."""

from __future__ import annotations

import re

from starlette.responses import Response, StreamingResponse

from farm.artifacts import Artifacts, Missing, StorageAway
from farm.store.records import Artifact
from gateway.call import Call
from gateway.errors import ApiError, Problem
from gateway.ranges import Span, Unsatisfiable, fresh, span, unchanged

_HEADERS = {
    "accept-ranges": "bytes",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "content-length, content-range, etag, accept-ranges",
    "cross-origin-resource-policy": "cross-origin",
    # Whatever a file says it is, it must not act in our origin's name.
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self' data:",
}
_NAMING = frozenset({"application/vnd.apple.mpegurl", "text/vtt; of=thumbnails"})
"""Texts of the composer's that name other files by their bytes, as `../<sha>/<name>`: each reference is signed for whoever may read the text."""
_NAMED = re.compile(r"\.\./([0-9a-f]{64})/([A-Za-z0-9._-]{1,80})")
_LONGEST_NAMING = 4 << 20
_CACHE = "public, max-age=31536000, immutable"
PREVIEW = "preview.jpg"
"""A task's preview by name: such pictures are in the storage alone, and nothing is recorded of them."""
_AWAY_SECONDS = 3_600
"""How long a presigned address is good for; a player that seeks later comes back to ours, which is cached for half of that."""


async def _signed(call: Call, sha: str, size: int) -> str:
    """A text with the files that it names signed, so that a player which knows nothing of signatures can follow it."""
    artifacts = call.house.artifacts
    try:
        text = b"".join([piece async for piece in artifacts.stream_async(sha, 0, size)]).decode()
    except Missing:
        raise ApiError(Problem.NOT_FOUND, "the file is not there any more") from None
    except StorageAway:
        raise ApiError(Problem.UNAVAILABLE, "the storage that has the file does not answer now; try again in a minute") from None
    return _NAMED.sub(lambda found: "../" + artifacts.address(found[1], found[2]).removeprefix("/artifacts/"), text)


def _preview(artifacts: Artifacts, sha: str) -> Artifact | None:
    """A preview as far as the storage knows of it."""
    try:
        return Artifact(sha=sha, size=artifacts.size(sha), media_type="image/jpeg")
    except (Missing, StorageAway):
        return None


async def download(call: Call) -> Response:
    """`GET /artifacts/{sha}/{filename}?signature=`: the bytes, or the part that `Range` asks for.

    Raises ApiError: 404 for an address that we did not sign or bytes that are gone, 416 for a range outside, 503 while the storage is away.
    """
    request, house = call.request, call.house
    sha, filename = request.path_params["sha"], request.path_params["filename"]
    if not house.artifacts.verify(sha, filename, request.query_params.get("signature", "")):
        raise ApiError(Problem.NOT_FOUND, "there is no such file; use the address whole, with its signature, as it was given")
    known = await house.threads.call(house.store.artifacts.get, sha)
    if known is None and filename == PREVIEW:
        known = await house.threads.call(_preview, house.artifacts, sha)
    if known is None:
        raise ApiError(Problem.NOT_FOUND, f"the file {filename!r} is not there any more")
    etag = f'"{sha}"'
    headers = {**_HEADERS, "etag": etag, "cache-control": _CACHE}
    if known.media_type in _NAMING and known.size <= _LONGEST_NAMING:
        return Response(await _signed(call, sha, known.size), headers=headers, media_type=known.media_type.partition(";")[0])
    if unchanged(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    if house.settings.artifacts_redirect and (elsewhere := house.artifacts.presigned(sha, _AWAY_SECONDS)):
        return Response(status_code=307, headers={**headers, "location": elsewhere, "cache-control": f"private, max-age={_AWAY_SECONDS // 2}"})
    wanted: Span | None = None
    if fresh(request.headers.get("if-range"), etag):
        try:
            wanted = span(request.headers.get("range"), known.size)
        except Unsatisfiable:
            message = f"the range {request.headers.get('range', '')[:80]!r} lies outside a file of {known.size} bytes"
            raise ApiError(Problem.RANGE, message, headers={"content-range": f"bytes */{known.size}", "accept-ranges": "bytes"}) from None
    part = wanted or Span(0, known.size)
    headers["content-length"] = str(part.end - part.start)
    if wanted is not None:
        headers["content-range"] = f"bytes {part.start}-{part.end - 1}/{known.size}"
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=known.media_type)
    pieces = house.artifacts.stream_async(sha, part.start, part.end)
    try:
        first = await anext(pieces, b"")  # so that bytes that are gone are a 404, not a torn answer
    except Missing:
        raise ApiError(Problem.NOT_FOUND, f"the file {filename!r} is not there any more") from None
    except StorageAway:
        raise ApiError(Problem.UNAVAILABLE, f"the storage that has the file {filename!r} does not answer now; try again in a minute") from None

    async def body():  # type: ignore[no-untyped-def]
        yield first
        async for piece in pieces:
            yield piece

    return StreamingResponse(body(), status_code=status, headers=headers, media_type=known.media_type)
