"""The outermost layer: every failure becomes JSON in its family's dialect, and every answer says which request it was."""

from __future__ import annotations

import re
import secrets

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import ApiError, Problem, error_response, family_of

log = structlog.get_logger()
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_RETRY_SECONDS = "2"


class Dialect:
    """Pure ASGI: turns exceptions into the errors of the path's family; never HTML, never a redirect."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        started = False

        async def send_marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-content-type-options"] = "nosniff"
            await send(message)

        try:
            await self.app(scope, receive, send_marked)
        except ClientDisconnect:
            return
        except Exception as error:
            answer = _as_error(error)
            if answer.problem is Problem.INTERNAL:
                log.exception("a request failed", method=scope["method"], path=scope["path"], request=request_id)
            elif answer.problem is Problem.UNAVAILABLE:
                log.warning("the database does not answer", method=scope["method"], path=scope["path"], error=type(error).__name__)
            if started:
                raise  # half an answer is out: the server cuts the connection, which is how the caller learns of it
            await error_response(family_of(scope["path"]), answer)(scope, receive, send_marked)


def _as_error(error: Exception) -> ApiError:
    if isinstance(error, ApiError):
        return error
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return not_found()
        return ApiError(Problem.VALIDATION, str(error.detail))
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return ApiError(Problem.UNAVAILABLE, "the farm's database does not answer; try again in a moment", headers={"retry-after": _RETRY_SECONDS})
    return ApiError(Problem.INTERNAL, "the gateway failed to answer this request; its log says why, under the x-request-id of this answer")


def not_found() -> ApiError:
    """An unknown address."""
    return ApiError(Problem.NOT_FOUND, "there is nothing at this address; GET /api/v1 lists what there is")


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """What answers where no route does."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    raise not_found()


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(text := value.decode("latin-1")):
            return text
    return secrets.token_hex(8)
