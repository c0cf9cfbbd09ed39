"""Webhooks as Standard Webhooks 1.0 has them: secret, signature, headers, retry schedule. Pure; https://www.standardwebhooks.com."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import secrets
from collections.abc import Sequence

ANSWER_SECONDS = 20.0
"""How long a receiver may take (the specification: 15 to 30)."""
FORMER_SECONDS = 24 * 3600.0
"""How long a rotated secret still signs beside the new one."""
DELAYS = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Seconds before the second attempt, the third, and so on: the specification's schedule; after the tenth a delivery has failed."""
_JITTER = 0.1
_PREFIX = "whsec_"
_SECRET_BYTES = 32
GONE = 410


def new_secret() -> str:
    """A secret: `whsec_` and 256 random bits in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """One signature of a message's id, timestamp (seconds since 1970) and body: `v1,` and HMAC-SHA256 in base64."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, f"{message}.{timestamp}.".encode() + body, hashlib.sha256)).decode()


def headers(valid: Sequence[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a delivery, signed with every secret that is valid now."""
    return {
        "content-type": "application/json",
        "user-agent": "storyfarm",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret, message, timestamp, body) for secret in valid),
    }


def pause(attempts: int, retry_after: float = 0.0) -> float | None:
    """Seconds until the next attempt after `attempts` failed ones, with some jitter, at least what the receiver asked for; None: it was the last."""
    if attempts > len(DELAYS):
        return None
    usual = DELAYS[attempts - 1]
    return max(usual * (1 + _JITTER * random.random()), min(retry_after, DELAYS[-1]))
