"""The courier: delivers webhooks, beside the relay, to public addresses only."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore
import structlog
from sqlalchemy.exc import SQLAlchemyError

from farm import webhooks as standard
from farm.outside import Pinned, Refused, Resolve, checked, public, resolve
from farm.store import Store
from farm.store.webhooks import Delivery, Secret

log = structlog.get_logger(__name__)

LOOP_SECONDS = 1.0
AT_ONCE = 16  # deliveries under way together
_LEASE_SECONDS = 3 * standard.ANSWER_SECONDS  # after which another courier takes up what a killed one had


@dataclass(frozen=True)
class Taken:
    """What a receiver answered: its status, and the seconds that it asked to be left alone."""

    status: int
    retry_after: float = 0.0


class Courier:
    """Delivers what is due; `find`, `allowed`, `plain` and `tls` are the public internet's unless a test brings its own."""

    def __init__(
        self,
        store: Store,
        *,
        find: Resolve = resolve,
        allowed: Callable[[str], bool] = public,
        check: Callable[[str], str] = lambda url: checked(url, any_port=True),
        tls: ssl.SSLContext | None = None,
        answer_seconds: float = standard.ANSWER_SECONDS,
    ) -> None:
        self._store, self._check, self._answer_seconds = store, check, answer_seconds
        self._network = Pinned(httpcore.AnyIOBackend(), find, allowed)
        self._tls = tls or ssl.create_default_context()

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop`; with the database away, try again."""
        while not stop.wait(LOOP_SECONDS):
            try:
                while self.round() and not stop.is_set():
                    pass
            except SQLAlchemyError as error:
                log.warning("webhooks wait, the database is away", error=str(error).splitlines()[0])
            except Exception:  # a defect in one message must not silence all others
                log.exception("the courier's round broke")

    def round(self) -> int:
        """Deliver what is due now, some at a time; how many were tried."""
        due = self._store.webhooks.claim(AT_ONCE, _LEASE_SECONDS)
        if due:
            asyncio.run(self._all(due))
        return len(due)

    async def _all(self, due: list[tuple[Delivery, Secret]]) -> None:
        await asyncio.gather(*(self._one(delivery, secret) for delivery, secret in due))

    async def _one(self, delivery: Delivery, secret: Secret) -> None:
        answered, wait, error = None, 0.0, ""
        try:
            async with asyncio.timeout(self._answer_seconds):
                taken = await self._post(delivery, secret)
            answered, wait = taken.status, taken.retry_after
        except Refused as refused:
            error = str(refused)
        except TimeoutError:
            error = f"no answer within {self._answer_seconds:.0f} s"
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError, ssl.SSLError) as trouble:
            error = f"cannot be reached: {type(trouble).__name__}"
        except Exception as trouble:  # whatever a hostile receiver provokes ends its own delivery only
            log.exception("a webhook broke", delivery=delivery.id)
            error = f"cannot be delivered: {type(trouble).__name__}"
        if answered is not None and 200 <= answered < 300:
            await asyncio.to_thread(self._store.webhooks.delivered, delivery, answered)
            log.info("webhook delivered", delivery=delivery.id, event_type=delivery.event, attempt=delivery.attempts)
            return
        error = error or f"answered {answered}" + (" (a redirect, which is not followed)" if answered is not None and 300 <= answered < 400 else "")
        pause = None if answered == standard.GONE else standard.pause(delivery.attempts, wait)
        await asyncio.to_thread(self._store.webhooks.failed, delivery, error, answered=answered, pause=pause)
        log.info("webhook not delivered", delivery=delivery.id, event_type=delivery.event, attempt=delivery.attempts, error=error, again_in=pause)

    async def _post(self, delivery: Delivery, secret: Secret) -> Taken:
        url, body = self._check(delivery.url), delivery.body
        signed = standard.headers(secret.valid, delivery.id, int(time.time()), body)
        headers: list[tuple[bytes | str, bytes | str]] = [("host", urlsplit(url).netloc), ("content-length", str(len(body))), *signed.items()]
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self._tls, network_backend=self._network) as pool,
            pool.stream("POST", url, headers=headers, content=body) as response,
        ):
            return Taken(response.status, _retry_after(response.headers))  # what else it says, nobody reads


def _retry_after(headers: list[tuple[bytes, bytes]]) -> float:
    """The seconds of a Retry-After header; its date form is not worth a parser here."""
    value = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    return float(value) if value.isdigit() and len(value) < 8 else 0.0
