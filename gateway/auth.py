"""Who calls: API keys in either header form, with their team and scopes, or a session."""

from __future__ import annotations

from starlette.requests import Request

from gateway.accounts_session import signed_in
from gateway.call import Caller
from gateway.errors import ApiError, Problem
from gateway.house import House
from gateway.route import Route

_LONGEST_KEY = 200


def presented(request: Request) -> str | None:
    """The key that a request shows, by `Authorization: Bearer` or `x-api-key`; None where it shows none."""
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.headers.get("x-api-key", "").strip() or None


async def authenticate(house: House, request: Request, route: Route) -> Caller | None:
    """The caller of a route that needs one.

    Raises ApiError: 401 without a valid key or session, 403 where the key lacks the scope, or a session's write comes from another origin.
    """
    if route.signed_in:
        return await signed_in(house, request)
    if route.scope is None:
        return None
    key = presented(request)
    if key is None:
        raise ApiError(Problem.UNAUTHORIZED, "an API key is needed: send Authorization: Bearer <key> or x-api-key: <key>")
    # The store compares hashes in constant time; a text that cannot be a key is not worth a query.
    known = await house.threads.call(house.store.keys.authenticate, key) if len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable() else None
    if known is None:
        raise ApiError(Problem.UNAUTHORIZED, "this API key is unknown or revoked; create one with `storyfarm keys create`, or on the API keys page")
    if route.scope not in known.scopes:
        held = ", ".join(sorted(known.scopes)) or "none"
        raise ApiError(Problem.FORBIDDEN, f"this needs a key with the scope {route.scope}; this one has {held}")
    return Caller(team=known.team, key=known.id, scopes=frozenset(known.scopes))
