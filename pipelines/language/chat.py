"""One conversation with a server that speaks OpenAI's chat completions, and what that server turns out to accept.

What servers take is nowhere announced, so the most is asked for first and what is refused is left away for good: OpenAI's newer models want
`max_completion_tokens` and their own temperature, LM Studio knows no `json_object`, vLLM and SGLang refuse more tokens than their context has left, some chat
templates know no system role. llama.cpp answers 503 while it loads, vendors 429 with `Retry-After`. All of them end the work when the connection is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from farm.work import EngineError
from pipelines.language.asking import Answer, Messages

log = structlog.get_logger()

FORMATS = ("json_schema", "json_object", "none")
"""Ways to have JSON, from the strictest."""
BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
LONGEST_ANSWER = 400_000  # characters
LONGEST_LINE = 2_000_000  # characters of one event, or of a whole answer that is not streamed
LOOK_SECONDS = 0.25  # how often it is looked whether anybody still waits
LONGEST_PAUSE = 60.0  # seconds between two tries of a busy server
MOST_ADAPTIONS = 8
_CONTEXT = re.compile(
    r"context (?:length|size|window)|maximum context|exceed_context|model_max_prompt|token count exceeds|prompt is too long|too many tokens", re.IGNORECASE
)
_FORMAT = re.compile(r"response_format|json|schema|grammar|guided|structured|samplers", re.IGNORECASE)
_SYSTEM = re.compile(r"system role|role.{0,12}system|conversation roles must alternate", re.IGNORECASE)
_NEVER = ("insufficient_quota", "billing", "content_filter", "content_policy")


@dataclass
class Accepted:
    """What a server is known to take; it is kept as long as the engine lives."""

    format: str = FORMATS[0]
    limit: str | None = "max_tokens"  # under which name; None: the server decides
    system: bool = True
    refused: set[str] = field(default_factory=set)

    def fewer(self, said: str, parameter: str) -> str | None:
        """Ask for less after a refusal: what was left away, or None when it was about nothing that can be."""
        if self.limit and (parameter == self.limit or self.limit in said):
            self.limit = "max_completion_tokens" if self.limit == "max_tokens" and "max_completion_tokens" in said else None
            return "the name of the limit" if self.limit else "the limit"
        if self.limit and _CONTEXT.search(said):
            self.limit = None
            return "the limit"
        for name in ("temperature", "seed"):
            if name not in self.refused and (parameter == name or f"'{name}'" in said or f'"{name}"' in said or f"`{name}`" in said):
                self.refused.add(name)
                return name
        if self.system and _SYSTEM.search(said):
            self.system = False
            return "the system role"
        if self.format != FORMATS[-1] and (parameter.startswith("response_format") or _FORMAT.search(said)) and not _CONTEXT.search(said):
            self.format = FORMATS[FORMATS.index(self.format) + 1]
            return f"a stricter format than {self.format}"
        return None


@dataclass(frozen=True)
class Chat:
    """A model at a server. `look` is called a few times a second with a note, while nothing comes: it may raise, and the connection is closed then."""

    client: httpx.AsyncClient
    host: str
    model: str
    temperature: float
    most: int  # tokens
    extra: Mapping[str, Any]
    accepted: Accepted
    patience: float  # seconds for a server that is busy or starting
    look: Callable[[str], None]

    async def ask(self, messages: Messages, form: dict[str, Any], seed: int, hear: Callable[[str, int], None]) -> Answer:
        """An answer; `hear(text, thoughts)` is called as it grows, with how many characters were thought aloud.

        Raises EngineError: server_away (to be retried), server_refused, text_too_long, refused.
        """
        began, tries, adaptions = time.monotonic(), 0, 0
        while True:
            pause: float | None = None
            try:
                async with self._sent(self._request(messages, form, seed)) as answer:
                    if answer.status_code == httpx.codes.OK:
                        return await self._heard(answer, hear)
                    said = (await self._looked(answer.aread()))[:20_000].decode("utf-8", "replace")
                    if answer.status_code in (400, 404, 413, 422) and adaptions < MOST_ADAPTIONS:
                        left = self.accepted.fewer(said, _parameter(said))
                        if left is not None:
                            adaptions += 1
                            log.info("language.asked_for_less", server=self.host, without=left, said=said[:300])
                            continue
                    pause = self._pause(answer, said, tries, time.monotonic() - began)
                    what = f"answers {answer.status_code}"
            except httpx.ConnectError as error:
                if time.monotonic() - began > min(self.patience, 20.0):
                    raise self._away(error) from error
                pause, what = 1.0, "is not there"
            except httpx.HTTPError as error:
                raise self._away(error) from error
            tries += 1
            await self._waited(pause, what)

    def _request(self, messages: Messages, form: dict[str, Any], seed: int) -> dict[str, Any]:
        formats: dict[str, Any] = {
            "json_schema": {"response_format": {"type": "json_schema", "json_schema": {"name": "screenplay", "strict": True, "schema": form}}},
            "json_object": {"response_format": {"type": "json_object"}},
            "none": {},
        }
        if not self.accepted.system:
            messages = [{"role": "user", "content": messages[0]["content"] + "\n\n" + messages[1]["content"]}, *messages[2:]]
        choice: dict[str, Any] = {"seed": seed, "temperature": self.temperature}
        return {
            "model": self.model,
            "messages": messages,
            "stream": True,
            **{name: value for name, value in choice.items() if name not in self.accepted.refused},
            **({self.accepted.limit: self.most} if self.accepted.limit else {}),
            **formats[self.accepted.format],
            **self.extra,
        }

    @contextlib.asynccontextmanager
    async def _sent(self, request: dict[str, Any]) -> AsyncIterator[httpx.Response]:
        """The server's answer as it begins; a long queue or a long prompt may be in front of it."""
        response = await self._looked(self.client.send(self.client.build_request("POST", "chat/completions", json=request), stream=True))
        try:
            yield response
        finally:
            await response.aclose()

    async def _looked(self, what: Any, note: str = "waiting for the language server") -> Any:
        """What a coroutine gives, looking meanwhile whether anybody still wants it."""
        task, began = asyncio.ensure_future(what), time.monotonic()
        try:
            while not (await asyncio.wait({task}, timeout=LOOK_SECONDS))[0]:
                self.look(f"{note}, {time.monotonic() - began:.0f} s")
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
                    await task

    async def _waited(self, seconds: float, what: str) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.look(f"the language server {what}; asked again in {left:.0f} s")
            await asyncio.sleep(min(LOOK_SECONDS, left))

    def _pause(self, answer: httpx.Response, said: str, tries: int, waited: float) -> float:
        """How long to wait before a busy server is asked again.

        Raises EngineError for a refusal, and for a server that was busy for too long.
        """
        status = answer.status_code
        if _CONTEXT.search(said) and status < 500:
            raise EngineError(
                f"the story does not fit into the context of the model at {self.host}: {said[:300]}; start the server with a longer one, or shorten the story",
                code="text_too_long",
            )
        hint = {
            401: "; correct the key in defaults.key_file",
            403: "; the key may not use this model",
            404: "; correct defaults.url and defaults.model",
        }.get(status, "; correct defaults.url" if status < 400 else "")
        if status not in BUSY or any(word in said for word in _NEVER):
            raise EngineError(f"the language server {self.host} answered {status}{hint}: {said[:300]}", code="server_refused")
        pause = _asked_for(answer.headers.get("retry-after"))
        pause = min(LONGEST_PAUSE, 2.0**tries) if pause is None else pause
        if waited + pause > self.patience:
            raise EngineError(
                f"the language server {self.host} was busy for {waited:.0f} s and answered {status}: {said[:300]}; "
                "give it more room, or raise defaults.patience",
                code="server_away",
                retry=True,
            )
        return pause

    def _away(self, error: Exception) -> EngineError:
        return EngineError(f"the language server {self.host} did not answer ({type(error).__name__}: {error}); is it running?", code="server_away", retry=True)

    # ---------------------------------------------------------------- what it says

    async def _heard(self, answer: httpx.Response, hear: Callable[[str, int], None]) -> Answer:
        """The answer's text, from a stream of events or from one document, as the server likes."""
        if "text/event-stream" not in answer.headers.get("content-type", ""):
            part = _Part.of((await self._looked(answer.aread(), "waiting for the whole answer"))[:LONGEST_LINE].decode("utf-8", "replace"), "message")
            hear(part.text, part.thoughts)
            return self._ended(part.text, part.refusal, part.ended or "stop")
        text, refusal, thoughts, ended = "", "", 0, None
        lines = answer.aiter_lines().__aiter__()
        while True:
            try:
                line = await self._looked(anext(lines))
            except StopAsyncIteration:
                break
            if not line.startswith("data:") or not (data := line[5:].strip()):
                continue  # comments and names of events
            if data == "[DONE]":
                ended = ended or "stop"
                break
            part = _Part.of(data, "delta")
            text, refusal, thoughts, ended = text + part.text, refusal + part.refusal, thoughts + part.thoughts, part.ended or ended
            hear(text, thoughts)
            if len(text) + thoughts > LONGEST_ANSWER:
                raise EngineError(
                    f"the language server's answer is longer than {LONGEST_ANSWER} characters; lower defaults.max_tokens", code="bad_screenplay", retry=True
                )
        return self._ended(text, refusal, ended)

    def _ended(self, text: str, refusal: str, ended: str | None) -> Answer:
        if (refusal and not text) or ended == "content_filter":
            raise EngineError(
                f"the language model declines to write this{': ' + refusal[:300] if refusal else ' (content filter)'}; change the prompt", code="refused"
            )
        return Answer(text, ended)


@dataclass(frozen=True)
class _Part:
    """One event of a stream, or a whole document."""

    text: str = ""
    refusal: str = ""
    thoughts: int = 0  # characters
    ended: str | None = None

    @staticmethod
    def of(document: str, where: str) -> _Part:
        try:
            found = json.loads(document)
            if found.get("error"):
                raise EngineError(f"the language server broke off: {str(found['error'])[:300]}", code="server_away", retry=True)
            choice = (found.get("choices") or [{}])[0]
            said = choice.get(where) or {}
            thought = said.get("reasoning_content") or said.get("reasoning") or said.get("thinking") or ""
            return _Part(_text(said.get("content")), _text(said.get("refusal")), len(str(thought)), choice.get("finish_reason"))
        except (ValueError, AttributeError, IndexError, KeyError, TypeError, RecursionError) as error:
            raise EngineError(f"the language server's answer is not that of a chat completion: {document[:200]!r}", code="server_refused") from error


def _text(content: Any) -> str:
    """A text, which some servers send in parts, their thoughts among them."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict) and part.get("type", "text") in ("text", "output_text"))
    return content if isinstance(content, str) else ""


def _parameter(said: str) -> str:
    """Which parameter a server's refusal names, where it says so in OpenAI's way."""
    try:
        found = json.loads(said)
        error = found.get("error") if isinstance(found, dict) else None
        return str(error.get("param") or "") if isinstance(error, dict) else ""
    except ValueError:
        return ""


def _asked_for(after: str | None) -> float | None:
    """The seconds of a Retry-After header, given as seconds or as a date."""
    if not after:
        return None
    try:
        return max(0.0, float(after))
    except ValueError:
        try:
            return max(0.0, email.utils.parsedate_to_datetime(after).timestamp() - time.time())
        except (ValueError, TypeError):
            return None
