"""Downloads of artifacts: signed addresses, ranges, immutable caching; streamed, never loaded whole."""

from __future__ import annotations

_HEADERS = {
    "accept-ranges": "bytes",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "content-length, content-range, etag, accept-ranges",
    "cross-origin-resource-policy": "cross-origin",
    # An SVG or a page among the artifacts must not act in our origin's name.
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self' data:",
}
_CACHE = "public, max-age=31536000, immutable"
