"""The rows of the route table for who may call: sessions, keys, credits, and the pages where people manage them."""

from __future__ import annotations

from gateway import accounts, credits, pages_accounts
from gateway.errors import Problem
from gateway.models import accounts as acc
from gateway.models import credits as cre
from gateway.route import Answered, Handler, Method, Route, first

CREDITS = (
    Route(
        name="credits",
        method="GET",
        path="/api/v1/credits",
        summary="The team's credits and its ledger",
        description="A generation holds 25 credits; they are captured when it completes, refunded when it fails, in part when it partly fails.",
        handler=credits.credits,
        answers={200: Answered("Balance and entries.", cre.Credits)},
        scope="stories:read",
        query=cre.EntriesQuery,
    ),
)

ACCOUNTS = (
    Route(
        name="sign-in",
        method="POST",
        path="/api/v1/sessions",
        summary="Sign in",
        description="Answers with the session's cookie; it ends after seven days, when one signs out, and when the password changes.",
        handler=accounts.sign_in,
        answers={201: Answered("Signed in.", acc.SignedIn, headers={"Set-Cookie": "The session."})},
        body=acc.SignIn,
        problems=(Problem.UNAUTHORIZED, Problem.FORBIDDEN, Problem.UNAVAILABLE),
    ),
    Route(
        name="session",
        method="GET",
        path="/api/v1/sessions/current",
        summary="Who is signed in",
        handler=accounts.current,
        answers={200: Answered("The session.", acc.SignedIn)},
        signed_in=True,
    ),
    Route(
        name="sign-out",
        method="DELETE",
        path="/api/v1/sessions/current",
        summary="Sign out",
        handler=accounts.sign_out,
        answers={200: Answered("The session has ended.", acc.SignedOut)},
        signed_in=True,
    ),
    Route(
        name="sign-out-everywhere",
        method="DELETE",
        path="/api/v1/sessions",
        summary="Sign out everywhere",
        description="Every session of this user ends at once, this one too.",
        handler=accounts.sign_out_everywhere,
        answers={200: Answered("The sessions have ended.", acc.SignedOut)},
        signed_in=True,
    ),
    Route(
        name="api-keys",
        method="GET",
        path="/api/v1/api-keys",
        summary="List the team's API keys",
        handler=accounts.listing,
        answers={200: Answered("All keys, newest first.", acc.ApiKeys)},
        signed_in=True,
    ),
    Route(
        name="create-api-key",
        method="POST",
        path="/api/v1/api-keys",
        summary="Create an API key",
        description="The full key is in this answer and never again.",
        handler=accounts.create,
        answers={201: Answered("The new key.", acc.CreatedApiKey, links={"revoke": first("revoke_api_key", "id", "id")})},
        signed_in=True,
        body=acc.CreateApiKey,
        problems=(Problem.CONFLICT,),
        examples={"integration": {"name": "My integration", "scopes": ["stories:generate", "stories:read", "assets:read"]}},
    ),
    Route(
        name="revoke-api-key",
        method="DELETE",
        path="/api/v1/api-keys/{id}",
        summary="Revoke an API key",
        description="It ends at once, everywhere; again is safe.",
        handler=accounts.revoke,
        answers={200: Answered("Revoked.", acc.RevokedApiKey)},
        signed_in=True,
    ),
)


def _page(name: str, method: Method, path: str, handler: Handler) -> Route:
    """A page for a browser: not part of the API, and limited by what it calls."""
    return Route(name=name, method=method, path=path, summary=name, handler=handler, answers={}, rate=None, hidden=True)


PAGES = (
    _page("sign-in-page", "GET", "/sign-in", pages_accounts.sign_in_form),
    _page("sign-in-form", "POST", "/sign-in", pages_accounts.sign_in),
    _page("sign-out-form", "POST", "/sign-out", pages_accounts.sign_out),
    _page("sign-out-everywhere-form", "POST", "/sign-out-everywhere", pages_accounts.sign_out_everywhere),
    _page("api-keys-page", "GET", "/api-keys", pages_accounts.keys),
    _page("create-api-key-form", "POST", "/api-keys", pages_accounts.create),
    _page("revoke-api-key-form", "POST", "/api-keys/{id}/revoke", pages_accounts.revoke),
)
