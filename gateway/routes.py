"""The table of all routes: the one source of routing, OpenAPI, links and the human page."""

from __future__ import annotations

from gateway import accounts, artifacts, credits, discovery, events, health, pages_accounts, sequences, series, stories, styles
from gateway.errors import Problem
from gateway.models import accounts as acc
from gateway.models import credits as cre
from gateway.models import sequences as seq
from gateway.models import series as ser
from gateway.models import stories as sto
from gateway.models import styles as sty
from gateway.route import Answered, Handler, Method, Route, Table
from gateway.routes_beyond import BEYOND

_SEQUENCE_LINK = {"operationId": "sequence_status", "parameters": {"id": "$response.body#/sequences/0/id"}}
_JOB_LINK = {"operationId": "job_status", "parameters": {"jobId": "$response.body#/jobId"}}


def _of_sequence(operation: str) -> dict[str, object]:
    return {"operationId": operation, "parameters": {"id": "$request.path.id"}}


def _first(operation: str, name: str, where: str) -> dict[str, object]:
    """A link to what a list of an answer's body begins with."""
    return {"operationId": operation, "parameters": {name: f"$response.body#/{where}"}}


_OF_FRAME = {"id": "$response.body#/id", "frameId": "$response.body#/frames/0/id"}


def _of_story(operation: str) -> dict[str, object]:
    return {"operationId": operation, "parameters": {"storyId": "$response.body#/id"}}


_MADE = (Problem.CREDITS, Problem.NOT_FOUND, Problem.CONFLICT, Problem.KEY_REUSED)
_YOH_EXAMPLE = {"prompt": "A dragon teaches a young knight how to fly", "aspectRatio": "16:9"}

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
                "A page; `_links.next` is there while more remain.", seq.SequencePage, links={"sequence": _first("sequence_status", "id", "sequences/0/id")}
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
        answers={200: Answered("All styles.", sty.Styles, links={"style": _first("style", "id", "styles/0/id")})},
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

STORIES = (
    Route(
        name="generate-story",
        method="POST",
        path="/api/v1/stories/generate",
        summary="Generate a video from a prompt",
        description="25 credits, refunded if the job fails after all retries. Poll the job every 5 seconds, or wait for it.",
        handler=stories.generate,
        answers={202: Answered("Accepted.", sto.GenerateAccepted, headers={"Retry-After": "Seconds until the first poll."}, links={"job": _JOB_LINK})},
        scope="stories:generate",
        body=sto.GenerateStory,
        problems=_MADE,
        rate="generation",
        examples={"dragon": _YOH_EXAMPLE},
    ),
    Route(
        name="job-status",
        method="GET",
        path="/api/v1/stories/jobs/{jobId}",
        summary="How far a job is",
        handler=stories.job,
        answers={200: Answered("The job.", sto.Job, links={"story": {"operationId": "story", "parameters": {"storyId": "$response.body#/storyId"}}})},
        scope="stories:read",
        query=seq.WaitQuery,
    ),
    Route(
        name="stories",
        method="GET",
        path="/api/v1/stories",
        summary="List stories, newest first",
        handler=stories.listing,
        answers={200: Answered("A page.", sto.StoryPage, links={"story": _first("story", "storyId", "data/0/id")})},
        scope="stories:read",
        query=sto.StoriesQuery,
    ),
    Route(
        name="story",
        method="GET",
        path="/api/v1/stories/{storyId}",
        summary="A story with its counts",
        handler=stories.story,
        answers={200: Answered("The story.", sto.Story, links={name: _of_story(name) for name in ("characters", "scenes", "items", "clips")})},
        scope="stories:read",
    ),
    Route(
        name="characters",
        method="GET",
        path="/api/v1/stories/{storyId}/characters",
        summary="A story's characters",
        handler=stories.characters,
        answers={200: Answered("Its characters.", sto.Characters)},
        scope="assets:read",
    ),
    Route(
        name="scenes",
        method="GET",
        path="/api/v1/stories/{storyId}/scenes",
        summary="A story's scenes",
        handler=stories.scenes,
        answers={200: Answered("Its scenes.", sto.Scenes)},
        scope="assets:read",
    ),
    Route(
        name="items",
        method="GET",
        path="/api/v1/stories/{storyId}/items",
        summary="A story's items",
        handler=stories.items,
        answers={200: Answered("Its items.", sto.Items)},
        scope="assets:read",
    ),
    Route(
        name="clips",
        method="GET",
        path="/api/v1/stories/{storyId}/clips",
        summary="A story's clips",
        handler=stories.clips,
        answers={200: Answered("Its clips.", sto.Clips)},
        scope="assets:read",
    ),
)

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

SERIES = (
    Route(
        name="ensure-character-image",
        method="POST",
        path="/api/v1/series-assets/ensure-character-image",
        summary="Register a character's picture for a series",
        description="Later stories of the series show the character by this picture. The same name again is safe; a new picture takes the old one's place.",
        handler=series.ensure,
        answers={200: Answered("Registered.", ser.EnsuredCharacterImage, links={"series": _first("series", "id", "seriesId")})},
        scope="stories:generate",
        body=ser.EnsureCharacterImage,
        rate="generation",
        examples={"axon": {"seriesId": "robot-kitchen", "characterName": "Chef Axon", "imageUrl": "https://cdn.example.com/characters/chef-axon.jpg"}},
    ),
    Route(
        name="series-list",
        method="GET",
        path="/api/v1/series",
        summary="List series, newest first",
        handler=series.listing,
        answers={200: Answered("A page.", ser.SeriesPage, links={"series": _first("series", "id", "data/0/id")})},
        scope="stories:read",
        query=ser.SeriesQuery,
    ),
    Route(
        name="series",
        method="GET",
        path="/api/v1/series/{id}",
        summary="A series with its characters",
        handler=series.one,
        answers={200: Answered("The series.", ser.Series)},
        scope="stories:read",
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
        answers={201: Answered("The new key.", acc.CreatedApiKey, links={"revoke": _first("revoke_api_key", "id", "id")})},
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

TABLE = Table(DISCOVERY + SEQUENCES + STYLES + STORIES + CREDITS + SERIES + ACCOUNTS + PAGES + BEYOND)
