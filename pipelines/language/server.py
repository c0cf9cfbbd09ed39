"""The engine behind `write` with a language model behind HTTP: any server that speaks OpenAI's chat completions (vLLM, SGLang, llama.cpp, a vendor's)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
import structlog

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import TaskKind
from farm.work import EngineError, Outcome, Work
from pipelines.engine import Engine, Report
from pipelines.language.asking import Messages, write
from pipelines.language.telling import Telling

log = structlog.get_logger()

CONNECT_SECONDS, SILENCE_SECONDS = 10.0, 120.0  # to the first byte a busy server may need long
LONGEST_ANSWER = 400_000  # characters
TOKENS = 16_000
FORMATS = ("json_schema", "json_object", "none")
"""Ways to have JSON, from the strictest; servers refuse what they do not know with a 400."""


class OpenAICompatible(Engine):
    """Writes screenplays by `POST {url}/chat/completions`, streamed.

    `defaults`: url (required), model (its name there), key_file (a file that holds the key; the slot has none in its environment), format,
    temperature, max_tokens, attempts, extra (further fields of the request).
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.WRITE})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._format = str(model.defaults.get("format") or FORMATS[0])

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What is wrong with its settings; the server is not asked."""
        said, lacks = model.defaults, []
        address = urlsplit(str(said.get("url") or ""))
        if address.scheme not in ("http", "https") or not address.hostname:
            lacks.append(f"Model {model.name!r}: defaults.url is {said.get('url')!r}; give the server's address, such as http://127.0.0.1:8000/v1.")
        if (said.get("format") or FORMATS[0]) not in FORMATS:
            lacks.append(f"Model {model.name!r}: defaults.format is {said['format']!r}; there are {', '.join(FORMATS)}.")
        if (path := said.get("key_file")) and not Path(str(path)).is_file():
            lacks.append(f"Model {model.name!r}: there is no file {path} with the server's key; write it there, readable by the worker only.")
        return lacks

    def run(self, work: Work, report: Report) -> Outcome:
        """Write; data is the Screenplay's dump. See `pipelines.engine.Engine.run`.

        Raises EngineError: server_away (to be retried), server_refused, bad_screenplay (to be retried).
        """
        if not isinstance(work.spec, WriteSpec):
            raise EngineError(
                f"{self.model.name!r} does write tasks and was given {work.spec.kind}; correct the model's tasks in models.yaml", code="wrong_task"
            )
        seed = work.spec.seed % 2**31
        headers = {"Authorization": f"Bearer {key}"} if (key := self._key()) else {}
        timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
        try:
            with httpx.Client(base_url=str(self.model.defaults["url"]).rstrip("/") + "/", headers=headers, timeout=timeout, trust_env=False) as client:
                telling = Telling(work.scratch) if work.spec.expand else None
                return write(
                    work.spec,
                    lambda messages, form, attempt: self._ask(client, messages, form, seed + attempt, report, telling),
                    int(self.model.defaults.get("attempts") or 3),
                )
        except httpx.HTTPError as error:
            raise EngineError(
                f"the language server {self._host()} did not answer ({type(error).__name__}: {error}); is it running?", code="server_away", retry=True
            ) from error

    def _ask(self, client: httpx.Client, messages: Messages, form: dict[str, Any], seed: int, report: Report, telling: Telling | None) -> str:
        while True:
            with client.stream("POST", "chat/completions", json=self._request(messages, form, seed)) as answer:
                if answer.status_code == httpx.codes.OK:
                    return self._text(answer, report, telling)
                said = answer.read()[:2000].decode("utf-8", "replace")
                later = FORMATS.index(self._format) + 1
                # Which formats a server takes is nowhere announced: a refused one is not asked for again.
                if (
                    answer.status_code in (400, 422)
                    and later < len(FORMATS)
                    and ("response_format" in said or "json" in said.lower() or "schema" in said.lower())
                ):
                    log.info("language.format_refused", server=self._host(), format=self._format, next=FORMATS[later])
                    self._format = FORMATS[later]
                    continue
                again = answer.status_code in (408, 409, 425, 429) or answer.status_code >= 500
                hint = {
                    401: "; correct the key in defaults.key_file",
                    403: "; the key may not use this model",
                    404: "; correct defaults.url and defaults.model",
                }
                raise EngineError(
                    f"the language server {self._host()} answered {answer.status_code}{hint.get(answer.status_code, '')}: {said[:300]}",
                    code="server_away" if again else "server_refused",
                    retry=again,
                )

    def _request(self, messages: Messages, form: dict[str, Any], seed: int) -> dict[str, Any]:
        said = self.model.defaults
        formats: dict[str, Any] = {
            "json_schema": {"response_format": {"type": "json_schema", "json_schema": {"name": "screenplay", "strict": True, "schema": form}}},
            "json_object": {"response_format": {"type": "json_object"}},
            "none": {},
        }
        return {
            "model": str(said.get("model") or self.model.name),
            "messages": messages,
            "stream": True,
            "seed": seed,
            "temperature": float(said.get("temperature", 0.7)),
            "max_tokens": int(said.get("max_tokens") or TOKENS),
            **formats[self._format],
            **dict(said.get("extra") or {}),
        }

    def _text(self, answer: httpx.Response, report: Report, telling: Telling | None) -> str:
        """The answer's text, from a stream of events or from one document, as the server likes."""
        if "text/event-stream" not in answer.headers.get("content-type", ""):
            return _content(answer.read().decode("utf-8", "replace"), "message")
        text, count = "", 0
        for line in answer.iter_lines():
            if not line.startswith("data:") or (data := line[5:].strip()) in ("", "[DONE]"):
                continue
            text += _content(data, "delta")
            count += 1
            if telling is not None:
                telling.hear(text)
            report.step(count, max(count + 1, int(self.model.defaults.get("expected_tokens") or 1500)), f"writing, {len(text)} characters")
            if len(text) > LONGEST_ANSWER:
                raise EngineError(
                    f"the language server's answer is longer than {LONGEST_ANSWER} characters; lower defaults.max_tokens", code="bad_screenplay", retry=True
                )
        if telling is not None:
            telling.hear(text, last=True)
        return text

    def _key(self) -> str:
        path = self.model.defaults.get("key_file")
        if not path:
            return ""
        try:
            return Path(str(path)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise EngineError(f"the language server's key cannot be read from {path}: {error}", code="model_missing") from error

    def _host(self) -> str:
        return urlsplit(str(self.model.defaults["url"])).netloc.rpartition("@")[2]


def _content(document: str, part: str) -> str:
    """The text in one document or event; servers also send events without one."""
    try:
        found = json.loads(document)
        if "error" in found:
            raise EngineError(f"the language server broke off: {str(found['error'])[:300]}", code="server_away", retry=True)
        return str(((found.get("choices") or [{}])[0].get(part) or {}).get("content") or "")
    except (ValueError, AttributeError, IndexError, TypeError) as error:
        raise EngineError(f"the language server's answer is not that of a chat completion: {document[:200]!r}", code="server_refused") from error
