"""Sign-in and API keys: what a request may say, and what it is answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.errors import PATTERN_MEANINGS
from gateway.models.base import LETTER, Answer, Moment, Request
from gateway.route import Scope

NAME = "[!-~" + LETTER.removeprefix("[A-Za-z")
PATTERN_MEANINGS[NAME] = "is empty; say what the key is for"


class SignIn(Request):
    """Begin a session."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class SignedIn(Answer):
    """Who is signed in, and until when."""

    email: str
    team: str
    expires_at: Moment


class SignedOut(Answer):
    """The session has ended."""

    signed_out: Literal[True] = True


class CreateApiKey(Request):
    """A new API key."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=NAME, description="What it is for.")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=8)] | None = Field(None, description="Default: all of them.")


class ApiKey(Answer):
    """An API key; its text was shown when it was created."""

    id: str
    name: str
    key_prefix: str
    scopes: list[Scope]
    revoked_at: Moment | None
    created_at: Moment


class ApiKeys(Answer):
    """The team's API keys, newest first."""

    data: list[ApiKey]


class CreatedApiKey(Answer):
    """A new API key, with its text this once."""

    id: str
    key: str
    name: str
    key_prefix: str
    scopes: list[Scope]


class RevokedApiKey(Answer):
    """The key has ended."""

    id: str
    revoked: Literal[True] = True
