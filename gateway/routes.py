"""The table of all routes, the one source of routing, OpenAPI, links and the human page; here are the rows of discovery and sequences."""

from __future__ import annotations

from gateway import artifacts, discovery, events, health, sequences, styles
from gateway.errors import Problem
from gateway.models import sequences as seq
from gateway.models import styles as sty
from gateway.route import Answered, Route, Table, first
from gateway.routes_accounts import ACCOUNTS, CREDITS, PAGES
from gateway.routes_beyond import BEYOND
from gateway.routes_stories import SERIES, STORIES

_SEQUENCE_LINK = {"operationId": "sequence_status", "parameters": {"id": "$response.body#/sequences/0/id"}}
_OF_FRAME = {"id": "$response.body#/id", "frameId": "$response.body#/frames/0/id"}
_MADE = (Problem.CREDITS, Problem.NOT_FOUND, Problem.CONFLICT, Problem.KEY_REUSED)


def _of_sequence(operation: str) -> dict[str, object]:
    return {"operationId": operation, "parameters": {"id": "$request.path.id"}}


DISCOVERY = (
    Route(
        name="root",
        method="GET",
        path="/api/v1",
        summary="What this API can do",
        description="An account of how to use it, the create request's JSON Schema, and a link for every action.",
        handler=discovery.root,
        answers={200: Answered("The discovery document.", seq.Root)},
        rate=None,
    ),
    Route(
        name="openapi-spec",
        method="GET",
        path="/api/v1/openapi.json",
        summary="This document",
        handler=discovery.specification,
        answers={200: Answered("OpenAPI 3.1.", None)},
        rate=None,
    ),
    Route(name="docs", method="GET", path="/docs", summary="The API for people", handler=discovery.human_page, answers={}, rate=None, hidden=True),
    Route(name="alive", method="GET", path="/healthz", summary="Is the process alive?", handler=health.alive, answers={}, rate=None, hidden=True),
    Route(name="ready", method="GET", path="/readyz", summary="Can it serve?", handler=health.ready, answers={}, rate=None, hidden=True),
    Route(
        name="artifact", method="GET", path="/artifacts/{sha}/{filename}", summary="Download", handler=artifacts.download, answers={}, rate=None, hidden=True
    ),
)

SEQUENCES = (
    Route(
        name="create-sequence",
        method="POST",
        path="/api/v1/sequences",
        summary="Create a sequence from a script",
        description="Answers at once with what was created; `?wait` holds the answer until each sequence's first change and embeds its state.",
        handler=sequences.create,
        answers={
            202: Answered(
                "Created; generation goes on.",
                seq.CreatedSequences,
                headers={"X-Waiting-For": "Models that no worker serves at the moment: their tasks wait for one. Not there where all are served."},
                links={"status": _SEQUENCE_LINK},
            )
        },
        scope="stories:generate",
        body=seq.CreateSequence,
        query=seq.WaitQuery,
        problems=_MADE,
        examples={"sea-tale": discovery.EXAMPLE},
    ),
    Route(
        name="sequences",
        method="GET",
        path="/api/v1/sequences",
        summary="List sequences, newest first",
        handler=sequences.listing,
        answers={
            200: Answered(
                "A page; `_links.next` is there while more remain.", seq.SequencePage, links={"sequence": first("sequence_status", "id", "sequences/0/id")}
            )
        },
        scope="stories:read",
        query=seq.PageQuery,
    ),
    Route(
        name="sequence-status",
        method="GET",
        path="/api/v1/sequences/{id}",
        summary="A sequence's status document",
        description="A completed sequence can have counts.videosFailed > 0: a failed frame does not fail the film.",
        handler=sequences.status,
        answers={
            200: Answered(
                "The status document.",
                seq.Sequence,
                links={
                    **{name: _of_sequence(name) for name in ("exports", "create_export", "cancel_sequence")},
                    **{name: {"operationId": name, "parameters": dict(_OF_FRAME)} for name in ("edit_frame", "frame_versions")},
                },
            )
        },
        scope="stories:read",
        query=seq.WaitQuery,
    ),
    Route(
        name="cancel-sequence",
        method="DELETE",
        path="/api/v1/sequences/{id}",
        summary="Stop and archive a sequence",
        handler=sequences.cancel,
        answers={200: Answered("Archived; its tasks are stopped.", seq.Sequence, links={"status": _of_sequence("sequence_status")})},
        scope="stories:generate",
    ),
    Route(
        name="sequence-events",
        method="GET",
        path="/api/v1/sequences/{id}/events",
        summary="Every frame's progress as an event stream",
        description="Server-sent events `snapshot`, `progress`, `end`; a snapshot comes first. Last-Event-ID gets what was missed. A comment every 10 s.",
        handler=events.events,
        answers={200: Answered("The stream.", None, media_type="text/event-stream")},
        scope="stories:read",
    ),
    Route(
        name="exports",
        method="GET",
        path="/api/v1/sequences/{id}/exports",
        summary="The finished film, or how far it is",
        handler=sequences.exports,
        answers={200: Answered("All exports.", seq.Exports)},
        scope="stories:read",
        query=seq.WaitQuery,
    ),
    Route(
        name="create-export",
        method="POST",
        path="/api/v1/sequences/{id}/exports",
        summary="Make, or find, the finished film",
        description="A film that could not be composed is composed again, for the price that was given back then.",
        handler=sequences.create_export,
        answers={200: Answered("The film is ready.", seq.ExportAnswer), 202: Answered("It is being composed.", seq.ExportAnswer)},
        scope="stories:generate",
        problems=(Problem.CREDITS, Problem.CONFLICT, Problem.KEY_REUSED),
    ),
)

STYLES = (
    Route(
        name="styles",
        method="GET",
        path="/api/v1/styles",
        summary="List styles",
        handler=styles.listing,
        answers={200: Answered("All styles.", sty.Styles, links={"style": first("style", "id", "styles/0/id")})},
        scope="stories:read",
    ),
    Route(
        name="style",
        method="GET",
        path="/api/v1/styles/{id}",
        summary="A style by id, slug or name",
        handler=styles.style,
        answers={200: Answered("The style.", sty.Style)},
        scope="stories:read",
    ),
)

TABLE = Table(DISCOVERY + SEQUENCES + STYLES + STORIES + CREDITS + SERIES + ACCOUNTS + PAGES + BEYOND)
