"""Sessions as browsers carry them: the cookie, whom it belongs to, and where a write may come from."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from farm.store import Session
from gateway.call import Caller
from gateway.errors import ApiError, Problem
from gateway.house import House

COOKIE = "storyfarm_session"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_READS = frozenset({"GET", "HEAD"})
NEEDED = "this needs a session, not an API key: sign in at /sign-in, or with POST /api/v1/sessions, and send its cookie"


def secure(house: House, request: Request) -> bool:
    """Whether the world reaches us by https."""
    return (house.settings.public_url or str(request.base_url)).startswith("https://")


def cookie_name(house: House, request: Request) -> str:
    """The cookie's name; `__Host-` makes browsers refuse it from other hosts and paths, but needs https (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{COOKIE}" if secure(house, request) else COOKIE


def token_of(house: House, request: Request) -> str | None:
    """The session's token that a request carries, if it can be one."""
    text = request.cookies.get(cookie_name(house, request), "")
    return text if _TOKEN.fullmatch(text) else None


def give(house: House, request: Request, response: Response, session: Session) -> None:
    """Put a new session's cookie into an answer."""
    response.set_cookie(
        cookie_name(house, request),
        session.token,
        max_age=int(session.expires_at - session.created_at),
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure(house, request),
    )


def take(house: House, request: Request, response: Response) -> None:
    """Remove the session's cookie."""
    response.delete_cookie(cookie_name(house, request), path="/", httponly=True, samesite="lax", secure=secure(house, request))


async def find(house: House, request: Request) -> Session | None:
    """The session that a request belongs to, or None."""
    token = token_of(house, request)
    return await house.threads.call(house.store.sessions.find, token) if token is not None else None


async def signed_in(house: House, request: Request) -> Caller:
    """The caller of a route that needs a session; a write's origin is checked.

    Raises ApiError: 401 without a session, 403 from another origin.
    """
    if request.method not in _READS:
        check_origin(house, request)
    session = await find(house, request)
    if session is None:
        raise ApiError(Problem.UNAUTHORIZED, NEEDED)
    return Caller(team=session.team, key="", scopes=frozenset(), user=session.email)


def check_origin(house: House, request: Request) -> None:
    """Refuse a write that another site's page makes in the name of who is signed in here.

    Browsers say where a write comes from, in one of three headers; a program that says nothing has its cookie from nobody else's page.
    Raises ApiError (403).
    """
    headers = request.headers
    said = headers.get("origin") or headers.get("referer")
    if said is not None:
        if _origin(said) in _ours(house, request):
            return
        raise ApiError(
            Problem.FORBIDDEN, f"this came from {said[:100]!r}, which is not this farm; where it is, set STORYFARM_PUBLIC_URL to the address that browsers use"
        )
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ApiError(Problem.FORBIDDEN, "this came from another site's page")


def _ours(house: House, request: Request) -> set[str | None]:
    """The origins that are this farm: its public address, and the one that the request came to."""
    return {_origin(address) for address in (house.settings.public_url, str(request.base_url)) if address}


_USUAL = {"http": 80, "https": 443}


def _origin(address: str) -> str | None:
    """Scheme, host and port of an address; None for what has none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _USUAL or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.hostname.lower()}:{port or _USUAL[parts.scheme]}"
