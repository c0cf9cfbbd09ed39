"""Passwords: Argon2id, a few at a time, and the same work whether or not there is somebody to check."""

from __future__ import annotations

import functools
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 10, 200
"""Characters; the longest keeps a request from being work for its own sake."""

_HASHER = PasswordHasher()  # the library's defaults: RFC 9106, section 4, second recommended option (64 MiB, 3 passes, 4 lanes)
_AT_ONCE = threading.BoundedSemaphore(2)  # 128 MiB at most, however many sign in


def hashed(password: str) -> str:
    """The password's hash, with its salt and parameters.

    Raises ValueError for one that is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters, this one has {len(password)}")
    with _AT_ONCE:
        return _HASHER.hash(_bytes(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one whose hash was kept; None (nobody of that name) takes as long and is False."""
    with _AT_ONCE:
        try:
            _HASHER.verify(kept or _nobody(), _bytes(password))
        except (Argon2Error, InvalidHashError):
            return False
    return kept is not None


@functools.cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_bytes(32))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
