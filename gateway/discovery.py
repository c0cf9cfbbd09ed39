"""What needs no key: the root, the OpenAPI document, the human page."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from starlette.responses import HTMLResponse, Response

from gateway import openapi
from gateway.call import Call
from gateway.models.base import Links
from gateway.models.sequences import CreateSequence, Root
from gateway.page import page
from gateway.requests import name_models
from gateway.route import Reply, Table

EXAMPLE: dict[str, Any] = {
    "script": "A lighthouse keeper befriends a stranded whale.",
    "title": "Sea Tale",
    "style": "Cinematic Noir",
    "targetSeconds": 30,
    "motion": True,
    "music": True,
    "characters": ["Old Tom the keeper", {"name": "The whale", "isHuman": False}],
    "locations": ["Stormy lighthouse"],
}

INSTRUCTIONS = """\
Storyfarm turns a script into a narrated film. 1. Send an API key with every request but these two documents, as `Authorization: Bearer <key>` or \
`x-api-key: <key>`. 2. POST /api/v1/sequences with a JSON body (requestSchema below; only `script` is required). The answer is 202 with the created \
sequences. 3. Follow each `_links.poll` until `status` is completed, failed or archived; add `?wait=60s` to be held until something changes (60s, 30, \
2m, 1500ms; at most 90 s). `X-Wait-Done: true` says that it has ended. 4. Read `counts.videosFailed`: a failed frame does not fail the whole film. \
Pictures, clips, music and poster are at the `url` of each. 5. Follow `_links.create-export` for the one finished MP4. Every answer has `_links` with what \
can be done next: follow them rather than building paths. An Idempotency-Key header makes a POST safe to repeat. Errors are JSON: \
{error: {code, message, details?}}. 10 requests a second per key; beyond that 429 with Retry-After in seconds."""

_ROOT_RELATIONS = {"self": "root", "openapi-spec": "openapi-spec", "create-sequence": "create-sequence", "sequence-status": "sequence-status"}


def our_version() -> str:
    """The installed version, or 0 where the code runs from a folder."""
    try:
        return version("storyfarm")
    except PackageNotFoundError:
        return "0"


def root_links(table: Table) -> Links:
    """A link for every action that there is."""
    links: Links = {}
    for relation, name in _ROOT_RELATIONS.items():
        examples = [EXAMPLE] if name == "create-sequence" else None
        links[relation] = table.link(name, wait=table.route(name).waits, examples=examples)
    for route in table.routes:
        if not route.hidden and route.name not in _ROOT_RELATIONS.values():
            links[route.name] = table.link(route.name, wait=route.waits)
    return links


async def root(call: Call) -> Reply:
    """The discovery document."""
    return Reply(
        Root(
            name="Storyfarm",
            version="v1",
            instructions=INSTRUCTIONS,
            request_schema=_request_schema(call),
            links=root_links(call.house.table),
        ),
        headers={"cache-control": "public, max-age=60", "access-control-allow-origin": "*"},
    )


def _request_schema(call: Call) -> dict[str, Any]:
    schema = CreateSequence.model_json_schema()
    name_models(schema, call.house.catalog)
    return schema


_published: dict[tuple[int, str], bytes] = {}  # by catalog and base address; a gateway has one of the one and few of the other
_MOST_ADDRESSES = 8


def _document(call: Call) -> bytes:
    """The OpenAPI document as JSON; the servers entry is the address that the caller came by."""
    key = (id(call.house.catalog), call.base_url)
    if key not in _published:
        document = openapi.document(call.house.table, version=our_version(), base_url=call.base_url)
        for request in ("CreateSequence", "EnhanceScript"):
            name_models(document["components"]["schemas"][request], call.house.catalog)
        if len(_published) >= _MOST_ADDRESSES:
            _published.clear()
        _published[key] = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return _published[key]


async def specification(call: Call) -> Response:
    """The OpenAPI document."""
    return Response(
        _document(call),
        media_type="application/json",
        headers={"cache-control": "public, max-age=60", "access-control-allow-origin": "*"},
    )


async def human_page(call: Call) -> Response:
    """The same table for people."""
    document = json.loads(_document(call))
    headers = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
    return HTMLResponse(page(document, INSTRUCTIONS), headers=headers)
