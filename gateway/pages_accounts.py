"""What the pages do: sign in, sign out, and the API keys page with its forms."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from farm.store import Key, Session
from gateway.accounts import begin, create_key, end, end_all, revoke_key
from gateway.accounts_session import check_origin, find, give, take, token_of
from gateway.call import Call
from gateway.dispatch import plain, read
from gateway.errors import ApiError, Problem
from gateway.pages import keys_page, sign_in_page
from gateway.route import SCOPES

_LARGEST_FORM = 16 << 10
_MOST_FIELDS = 20
_SEE_OTHER = 303
KEYS, SIGN_IN = "/api-keys", "/sign-in"


async def sign_in_form(call: Call) -> Response:
    """`GET /sign-in`."""
    return _to(KEYS) if await find(call.house, call.request) else sign_in_page()


async def sign_in(call: Call) -> Response:
    """`POST /sign-in`: a session and the way to the keys, or the form again with the reason."""
    fields = await _form(call.request)
    email = _first(fields, "email")
    try:
        session = await begin(call.house, call.request, email[:254], _first(fields, "password")[:1000])
    except ApiError as error:
        return _refused(sign_in_page(email=email[:254], problem=error.message, status=error.problem.status), error)
    response = _to(KEYS)
    give(call.house, call.request, response, session)
    return response


async def sign_out(call: Call) -> Response:
    """`POST /sign-out`: the session ends at once."""
    check_origin(call.house, call.request)
    await end(call.house, call.request)
    response = _to(SIGN_IN)
    take(call.house, call.request, response)
    return response


async def sign_out_everywhere(call: Call) -> Response:
    """`POST /sign-out-everywhere`: every session of this user ends at once."""
    check_origin(call.house, call.request)
    await end_all(call.house, call.request)
    response = _to(SIGN_IN)
    take(call.house, call.request, response)
    return response


async def keys(call: Call) -> Response:
    """`GET /api-keys`: with the keys that were just created in full, this once; loading the page again shows, and creates, none."""
    session = await find(call.house, call.request)
    if session is None:
        return _to(SIGN_IN)
    token = token_of(call.house, call.request)
    new = await call.house.threads.call(call.house.store.sessions.shown, token) if token and call.request.method == "GET" else []
    return keys_page(session.email, await _keys(call, session), made=new)


async def create(call: Call) -> Response:
    """`POST /api-keys`: back to the page, which shows the new key; or the form again with the reason."""
    fields = await _form(call.request)
    session = await _session(call)
    if session is None:
        return _to(SIGN_IN)
    name, scopes = _first(fields, "name"), tuple(scope for scope in SCOPES if scope in fields.get("scopes", []))
    try:
        if len(name) > 200:
            raise ApiError(Problem.VALIDATION, "a name has at most 200 characters")
        if not scopes:
            raise ApiError(Problem.VALIDATION, "choose at least one scope; a key without any can do nothing")
        made = await create_key(call.house, session.team, name, scopes)
    except ApiError as error:
        known = await _keys(call, session)
        return keys_page(session.email, known, problem=error.message, name=name[:200], chosen=scopes, status=error.problem.status)
    await call.house.threads.call(call.house.store.sessions.keep, token_of(call.house, call.request) or "", made)
    return _to(KEYS)


async def revoke(call: Call) -> Response:
    """`POST /api-keys/{id}/revoke`."""
    session = await _session(call)
    if session is None:
        return _to(SIGN_IN)
    if await revoke_key(call.house, session.team, call.request.path_params["id"]):
        return _to(KEYS)
    return keys_page(session.email, await _keys(call, session), problem="there is no such key", status=404)


async def _session(call: Call) -> Session | None:
    """Who is signed in and writes, from a page of ours."""
    check_origin(call.house, call.request)
    return await find(call.house, call.request)


async def _keys(call: Call, session: Session) -> list[Key]:
    return await call.house.threads.call(call.house.store.keys.list, session.team)


async def _form(request: Request) -> dict[str, list[str]]:
    raw = await read(request, _LARGEST_FORM)
    try:
        fields: dict[str, list[str]] = plain(parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise ApiError(Problem.VALIDATION, "this is no form of ours") from None
    return fields


def _first(fields: dict[str, list[str]], name: str) -> str:
    return fields.get(name, [""])[0]


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=_SEE_OTHER, headers={"cache-control": "no-store"})


def _refused(page: Response, error: ApiError) -> Response:
    page.headers.update(error.headers or {})
    return page
