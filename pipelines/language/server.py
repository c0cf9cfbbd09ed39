"""The engine behind `write` with a language model behind HTTP: any server that speaks OpenAI's chat completions (vLLM, SGLang, llama.cpp, a vendor's)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import TaskKind
from farm.work import EngineError, Outcome, Work
from pipelines.engine import Engine, Report
from pipelines.language.asking import ATTEMPTS, Answer, Messages, Request, write
from pipelines.language.chat import FORMATS, Accepted, Chat
from pipelines.language.telling import Telling

CONNECT_SECONDS, SILENCE_SECONDS, PATIENCE_SECONDS = 10.0, 300.0, 120.0
TOKENS = 16_000
TOKENS_A_SHOT, TOKENS_BESIDE = 130, 500  # of an answer, about: what progress is reckoned with
NUMBERS = ("timeout", "patience", "max_tokens", "temperature", "attempts")


class OpenAICompatible(Engine):
    """Writes screenplays by `POST {url}/chat/completions`, streamed.

    `defaults`: url (required), model (its name there), key_file (a file that holds the key; the slot has none in its environment), format,
    temperature, max_tokens, attempts, lenient, timeout, patience, extra (further fields of the request).
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.WRITE})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._accepted = Accepted(format=str(model.defaults.get("format") or FORMATS[0]))

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
        lacks += [
            f"Model {model.name!r}: defaults.{name} is {said[name]!r}; it is a number, 0 or more."
            for name in NUMBERS
            if name in said and (isinstance(said[name], bool) or not isinstance(said[name], int | float) or said[name] < 0)
        ]
        return lacks

    def run(self, work: Work, report: Report) -> Outcome:
        """Write; data is the Screenplay's dump. See `pipelines.engine.Engine.run`.

        Raises EngineError: server_away (to be retried), server_refused, refused, text_too_long, bad_screenplay (to be retried).
        """
        if not isinstance(work.spec, WriteSpec):
            raise EngineError(
                f"{self.model.name!r} does write tasks and was given {work.spec.kind}; correct the model's tasks in models.yaml", code="wrong_task"
            )
        said, told = self.model.defaults, _Told(report)
        headers = {"Authorization": f"Bearer {key}"} if (key := self._key()) else {}
        silence = float(said.get("timeout") or SILENCE_SECONDS)
        telling = Telling(work.scratch) if work.spec.expand else None
        client = httpx.AsyncClient(
            base_url=str(said["url"]).rstrip("/") + "/", headers=headers, timeout=httpx.Timeout(silence, connect=CONNECT_SECONDS), trust_env=False
        )
        chat = Chat(
            client=client,
            host=urlsplit(str(said["url"])).netloc.rpartition("@")[2],
            model=str(said.get("model") or self.model.name),
            temperature=float(said.get("temperature", 0.7)),
            most=int(said.get("max_tokens") or TOKENS),
            extra=dict(said.get("extra") or {}),
            accepted=self._accepted,
            patience=float(said.get("patience", PATIENCE_SECONDS)),
            look=told.again,
        )
        seed = work.spec.seed % 2**31

        with asyncio.Runner() as runner:

            def ask(messages: Messages, request: Request, attempt: int) -> Answer:
                told.begin(TOKENS_A_SHOT * request.shots + TOKENS_BESIDE)
                answer = runner.run(chat.ask(messages, request.form, seed + attempt, lambda text, thoughts: _hear(told, telling, text, thoughts)))
                if telling is not None:
                    telling.hear(answer.text, last=True)
                return answer

            try:
                return write(work.spec, ask, int(said.get("attempts") or ATTEMPTS), lenient=bool(said.get("lenient")))
            finally:
                runner.run(client.aclose())

    def _key(self) -> str:
        path = self.model.defaults.get("key_file")
        if not path:
            return ""
        try:
            return Path(str(path)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise EngineError(f"the language server's key cannot be read from {path}: {error}", code="model_missing") from error


def _hear(told: _Told, telling: Telling | None, text: str, thoughts: int) -> None:
    if telling is not None and text:
        telling.hear(text)
    told.step(f"writing, {len(text)} characters" if text else f"thinking, {thoughts} characters" if thoughts else "the language model begins")


class _Told:
    """Counts an answer's events, which are tokens nearly everywhere, and says again how far it is while none comes."""

    def __init__(self, report: Report) -> None:
        self._report, self._count, self._expected = report, 0, 1

    def begin(self, expected: int) -> None:
        """Another answer begins; what was counted stays."""
        self._expected = self._count + expected

    def step(self, note: str) -> None:
        self._count += 1
        self.again(note)

    def again(self, note: str) -> Any:
        self._report.step(self._count, max(self._count + 1, self._expected), note)
