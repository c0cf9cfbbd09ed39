"""A real HTTP server that answers chat completions as the servers of the field do, each with its own limits and manners."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from farm import timing
from farm.catalog import Model
from farm.screenplay import check
from farm.specs import WriteSpec
from farm.types import Screenplay, Style, TaskKind
from farm.work import Cancelled, Work
from pipelines.language.server import OpenAICompatible

STYLE = Style(slug="noir", name="Noir", prompt="film noir")
SPEC = WriteSpec(prompt="A keeper befriends a whale.", style=STYLE, speech_seconds=timing.speech_seconds(30))
LINES = (
    "Every evening old Mara climbed the stairs to her lamp.",
    "Nobody had needed it for years, but she lit it still.",
    "One night, a whale rose in the black water and looked at her.",
    "She swung the lamp once to the left, and the whale followed.",
    "From then on, it waited at the pier for her every night.",
    "And when the storm came, it was the whale that lit her way.",
)


def draft(narrations: Sequence[str] = LINES, **changes: Any) -> dict[str, Any]:
    """An answer as a good model gives it for the usual 30 seconds."""
    one = {
        "title": "Night", "scene": "The Pier", "characters": ["Mara"], "items": ["lamp"],
        "picture_prompt": "The old keeper lifts a brass lamp on the foggy pier",
        "motion_prompt": "the flame flickers", "action": "lights a lamp", "framing": "medium", "camera": "push", "mood": "calm",
    }  # fmt: skip
    whole = {
        "title": "The Keeper", "logline": "A friendship.", "mood": "calm",
        "characters": [{"name": "Mara", "noun": "lighthouse keeper", "role": "protagonist",
                        "description": "old woman, grey braid, red oilskin coat", "human": True, "gender": "female", "age": "old"}],
        "scenes": [{"title": "The Pier", "place": "foggy pier", "description": "wet planks",
                    "time_of_day": "night", "weather": "fog", "lighting": "lamp", "indoors": False}],
        "items": [{"name": "Brass lamp", "description": "a brass lamp", "significance": "hope"}],
        "shots": [one | {"narration": narration} for narration in narrations],
    }  # fmt: skip
    return whole | changes


def pictures(count: int) -> dict[str, Any]:
    """An answer for a script of so many pieces."""
    whole = draft([""] * count)
    for number, shot in enumerate(whole["shots"], 1):
        del shot["narration"]
        shot["piece"] = number
    return whole


Script = Callable[[dict[str, Any]], Response]


class Server:
    """Answers each request by the next of its scripts; `left` counts callers who went before the end."""

    def __init__(self, manners: Callable[[dict[str, Any]], Response | None] = lambda _: None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.scripts: list[Script] = []
        self.left = threading.Event()

        async def answer(request: Request) -> Response:
            body = await request.json()
            self.requests.append(body)
            self.headers.append(dict(request.headers))
            return manners(body) or self.scripts.pop(0)(body)

        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        app = Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()

    def says(self, *answers: Any) -> None:
        """The next answers: a dict or a text is streamed, a callable makes its own response."""
        for answer in answers:
            self.scripts.append(answer if callable(answer) else self.streamed(answer if isinstance(answer, str) else json.dumps(answer)))

    def streamed(self, text: str, *, part: str = "content", before: str = "", ended: str | None = "stop", pause: float = 0.0, done: bool = True) -> Script:
        """Streams `text`, after thoughts in the field `part` where `before` is given; `ended` is its finish_reason."""

        async def events() -> AsyncIterator[bytes]:
            try:
                yield b": PROCESSING\n\n" + _event({"role": "assistant", "content": ""})
                for field, said in ((part, before), ("content", text)):
                    for at in range(0, len(said), 40):
                        yield _event({field: said[at : at + 40]})
                        await asyncio.sleep(pause)
                if ended:
                    yield _event({}, ended)
                if done:
                    yield b"data: [DONE]\n\n"
            except (asyncio.CancelledError, GeneratorExit):
                self.left.set()
                raise

        return lambda _: StreamingResponse(events(), media_type="text/event-stream")

    def close(self) -> None:
        """Stop."""
        self._server.should_exit = True
        self._thread.join(5)


def _event(delta: dict[str, Any], ended: str | None = None) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": ended}]}).encode() + b"\n\n"


def refuses(status: int, body: Any, **headers: str) -> Script:
    """A refusal in the server's own words."""
    return lambda _: JSONResponse(body, status, headers={name.replace("_", "-"): value for name, value in headers.items()})


def objected(message: str, parameter: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error in OpenAI's form."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": parameter, "code": code}}


class Listener:
    """Hears progress, and cancels at a step or after a note."""

    def __init__(self, cancel_at: int | None = None, cancel_on: str = "") -> None:
        self.steps: list[tuple[int, int]] = []
        self.notes: list[str] = []
        self.cancel_at, self.cancel_on = cancel_at, cancel_on

    def loading(self, fraction: float, note: str = "") -> None: ...

    def step(self, step: int, of: int, note: str = "") -> None:
        self.steps.append((step, of))
        self.notes.append(note)
        if (self.cancel_at is not None and step >= self.cancel_at) or (self.cancel_on and self.cancel_on in note):
            raise Cancelled

    def preview(self, path: Path, media_type: str) -> None: ...


def engine(server_or_url: Any, **defaults: Any) -> OpenAICompatible:
    """The engine for a server."""
    url = getattr(server_or_url, "url", server_or_url)
    return OpenAICompatible(Model(name="remote", tasks=(TaskKind.WRITE,), engine="openai-compatible", defaults={"url": url, "model": "big", **defaults}), "cpu")


def written(server_or_url: Any, tmp_path: Path, spec: WriteSpec = SPEC, report: Listener | None = None, **defaults: Any) -> Screenplay:
    """A screenplay that the farm accepts, written by way of a server."""
    made = server_or_url if isinstance(server_or_url, OpenAICompatible) else engine(server_or_url, **defaults)
    return check(made.run(Work(task="t", model="remote", spec=spec, scratch=tmp_path), report or Listener()).data)


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a schema or an answer, the outer ones first."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)
