"""Signing in and out, and the API keys that a signed-in user manages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from farm.store import Key, Session
from gateway.accounts_session import check_origin, find, give, take, token_of
from gateway.call import Call
from gateway.dispatch import render
from gateway.errors import ApiError, Problem, invalid
from gateway.house import House
from gateway.models.accounts import ApiKey, ApiKeys, CreateApiKey, CreatedApiKey, RevokedApiKey, SignedIn, SignedOut, SignIn
from gateway.records import plausible
from gateway.route import SCOPES, Reply, Scope

MOST_KEYS = 200
"""Keys that a team can have at a time; more would be a program gone astray."""
WRONG = "the e-mail address or the password is wrong"


async def begin(house: House, request: Request, email: str, password: str) -> Session:
    """Sign in: throttled by address and by user, and as slow for an unknown user as for a wrong password.

    Raises ApiError: 401 when address or password are wrong, 403 from another origin, 429 after too many attempts.
    """
    check_origin(house, request)
    windows = house.rates["sign-in"]
    for who in (f"address {request.client.host if request.client else ''}", f"user {email.strip().lower()}"):
        verdict = await house.limiter.take(who, "sign-in", windows)
        if not verdict.allowed:
            raise ApiError(Problem.RATE_LIMITED, f"too many attempts to sign in; try again in {verdict.retry_after} s", headers=verdict.headers())
    session = await house.threads.call(house.store.sessions.begin, email, password)
    if session is None:
        raise ApiError(Problem.UNAUTHORIZED, WRONG)
    return session


async def sign_in(call: Call) -> Response:
    """`POST /sessions`: a session, its token in a cookie."""
    wanted = call.given(SignIn)
    session = await begin(call.house, call.request, wanted.email, wanted.password)
    response = render(Reply(_signed_in(session), status=201))
    give(call.house, call.request, response, session)
    return response


async def current(call: Call) -> Reply:
    """`GET /sessions/current`: who is signed in."""
    session = await find(call.house, call.request)
    if session is None:  # it ended since the dispatcher asked
        raise ApiError(Problem.UNAUTHORIZED, "the session has ended; sign in again")
    return Reply(_signed_in(session))


async def sign_out(call: Call) -> Response:
    """`DELETE /sessions/current`: the session ends at once, everywhere."""
    await end(call.house, call.request)
    response = render(Reply(SignedOut()))
    take(call.house, call.request, response)
    return response


async def sign_out_everywhere(call: Call) -> Response:
    """`DELETE /sessions`: every session of this user ends at once, in every browser and program."""
    await end_all(call.house, call.request)
    response = render(Reply(SignedOut()))
    take(call.house, call.request, response)
    return response


async def end_all(house: House, request: Request) -> None:
    """End every session of the user whose session a request carries, if any."""
    if token := token_of(house, request):
        await house.threads.call(house.store.sessions.end_all, token)


async def end(house: House, request: Request) -> None:
    """End the session that a request carries, if any."""
    if token := token_of(house, request):
        await house.threads.call(house.store.sessions.end, token)


async def listing(call: Call) -> Reply:
    """`GET /api-keys`: the team's keys, revoked ones too."""
    keys = await call.house.threads.call(call.house.store.keys.list, call.team)
    return Reply(ApiKeys(data=[_shown(key) for key in keys]))


async def create(call: Call) -> Reply:
    """`POST /api-keys`: 201 with the full key, this once."""
    wanted = call.given(CreateApiKey)
    key = await create_key(call.house, call.team, wanted.name, tuple(wanted.scopes or SCOPES))
    scopes = cast("list[Scope]", list(key.scopes))
    return Reply(CreatedApiKey(id=key.id, key=key.key, name=key.name, key_prefix=key.prefix, scopes=scopes), status=201)


async def create_key(house: House, team: str, name: str, scopes: tuple[str, ...]) -> Key:
    """A new key of a team.

    Raises ApiError: 400 for a name without a word in it, 409 where the team has too many keys.
    """
    if not name.strip():
        raise invalid("name", "is empty; say what the key is for")
    store = house.store.keys
    if sum(key.revoked_at is None for key in await house.threads.call(store.list, team)) >= MOST_KEYS:
        raise ApiError(Problem.CONFLICT, f"the team has {MOST_KEYS} keys already; revoke one first")
    return await house.threads.call(store.create, team, name.strip(), [scope for scope in SCOPES if scope in scopes])


async def revoke(call: Call) -> Reply:
    """`DELETE /api-keys/{id}`: the key ends at once, everywhere; again is safe."""
    name = call.request.path_params["id"]
    if not await revoke_key(call.house, call.team, name):
        raise ApiError(Problem.NOT_FOUND, f"there is no API key {name[:80]!r}")
    return Reply(RevokedApiKey(id=name))


async def revoke_key(house: House, team: str, key: str) -> bool:
    """End a team's key; False where there is none."""
    return plausible(key) and await house.threads.call(house.store.keys.revoke, key, team)


def _signed_in(session: Session) -> SignedIn:
    return SignedIn(email=session.email, team=session.team, expires_at=datetime.fromtimestamp(session.expires_at, UTC))


def _shown(key: Key) -> ApiKey:
    return ApiKey(
        id=key.id,
        name=key.name,
        key_prefix=key.prefix,
        scopes=cast("list[Scope]", list(key.scopes)),
        revoked_at=datetime.fromtimestamp(key.revoked_at, UTC) if key.revoked_at else None,
        created_at=datetime.fromtimestamp(key.created_at, UTC),
    )
