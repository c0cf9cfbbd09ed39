"""The engine behind `write` with a language model's weights on this machine: transformers, its words constrained to valid JSON."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import TaskKind
from farm.work import EngineError, Outcome, Work
from pipelines import weights
from pipelines.engine import Report
from pipelines.language.asking import ATTEMPTS, Answer, Messages, Request, write
from pipelines.language.telling import EVERY, Telling
from pipelines.speech.moving import Resident

TOKENS = 6_000
TOKENS_A_SHOT = 260  # at most, of an answer: more are given room for than are usual


class TransformersLanguage(Resident):
    """Writes screenplays with a causal language model; the same work gives the same screenplay on the same kind of device.

    `defaults`: temperature (0: the likeliest word), top_p, max_tokens, attempts, lenient, dtype, attention, template (arguments of the chat template).
    """

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.WRITE})

    def __init__(self, model: Model, device: str) -> None:
        super().__init__(model, device)
        self._language: Any = None
        self._tokenizer: Any = None
        self._grammar: Any = None

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: packages and weights."""
        return weights.lacking(("torch", "transformers", "llguidance")) + weights.missing(model, "config.json")

    def load(self, report: Report) -> None:
        """Bring the weights onto the device.

        Raises EngineError for weights that are not there, cannot be read or are not safe.
        """
        import llguidance.hf
        import torch
        import transformers

        folder = weights.find(self.model)
        weights.refuse_unsafe(self.model, folder)
        said = self.model.defaults
        name = str(said.get("dtype") or ("bfloat16" if self.device.startswith("cuda") else "float32"))
        report.loading(0.05, f"reading {folder.name}")
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
            extra = {"attn_implementation": said["attention"]} if said.get("attention") else {}
            self._language = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, name), use_safetensors=True, **options, **extra)
        except (OSError, ValueError, KeyError, AttributeError, ImportError) as error:
            raise EngineError(f"Model {self.model.name!r} cannot be read from {folder}: {error}", code="bad_model") from error
        report.loading(0.6, f"to {self.device}")
        with self.told():
            self._language.to(self.device).eval()
        self._grammar = llguidance.hf.from_tokenizer(self._tokenizer, n_vocab=self._language.config.get_text_config().vocab_size)
        report.loading(0.95, "ready")

    def unload(self) -> None:
        """Free the memory of device and machine."""
        self._language = self._tokenizer = self._grammar = None
        super().unload()

    def networks(self) -> list[Any]:
        """Every network that is loaded."""
        return [self._language] if self._language is not None else []

    def run(self, work: Work, report: Report) -> Outcome:
        """Write; data is the Screenplay's dump. See `pipelines.engine.Engine.run`."""
        spec = work.spec
        if not isinstance(spec, WriteSpec):
            raise EngineError(f"{self.model.name!r} does write tasks and was given {spec.kind}; correct the model's tasks in models.yaml", code="wrong_task")
        telling = Telling(work.scratch) if spec.expand else None
        return write(
            spec,
            lambda messages, request, attempt: self._ask(messages, request, spec.seed + attempt, report, telling),
            int(self.model.defaults.get("attempts") or ATTEMPTS),
            lenient=bool(self.model.defaults.get("lenient")),
        )

    def _ask(self, messages: Messages, request: Request, seed: int, report: Report, telling: Telling | None) -> Answer:
        import torch
        from transformers import LogitsProcessorList, StoppingCriteriaList

        said = self.model.defaults
        most = int(said.get("max_tokens") or max(TOKENS, 1500 + TOKENS_A_SHOT * request.shots))
        tokens = self._tokens(messages)
        room = getattr(self._language.config.get_text_config(), "max_position_embeddings", None)
        if room and tokens.shape[1] + 64 > room:
            raise EngineError(
                f"the prompt has {tokens.shape[1]} tokens and model {self.model.name!r} holds {room}; shorten it or take another model", code="text_too_long"
            )
        most = min(most, room - tokens.shape[1]) if room else most
        temperature = float(said.get("temperature", 0.7))
        chance = {"do_sample": True, "temperature": temperature, "top_p": float(said.get("top_p", 0.95))} if temperature > 0 else {"do_sample": False}
        devices = [torch.device(self.device)] if self.device.startswith("cuda") else []
        with self.told(), torch.inference_mode(), torch.random.fork_rng(devices=devices):
            torch.manual_seed(seed)  # generate() takes no generator
            found = self._language.generate(
                input_ids=tokens,
                attention_mask=torch.ones_like(tokens),
                max_new_tokens=most,
                logits_processor=LogitsProcessorList([_Grammar(self._grammar, request, self._tokenizer.eos_token_id)]),
                stopping_criteria=StoppingCriteriaList([_Told(report, tokens.shape[1], most, self._heard(telling, tokens.shape[1]))]),
                pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
                **chance,
            )
        answer = str(self._tokenizer.decode(found[0, tokens.shape[1] :], skip_special_tokens=True))
        if telling is not None:
            telling.hear(answer, last=True)
        return Answer(answer, "length" if found.shape[1] - tokens.shape[1] >= most else "stop")

    def _heard(self, telling: Telling | None, before: int) -> Callable[[Any], None]:
        """What a token does for who listens: the answer so far is told, as often as anybody could hear it."""
        heard = 0.0

        def hear(tokens: Any) -> None:
            nonlocal heard
            if telling is not None and (now := time.monotonic()) - heard >= EVERY:
                heard = now
                telling.hear(self._tokenizer.decode(tokens[0, before:], skip_special_tokens=True), last=True)

        return hear

    def _tokens(self, messages: Messages) -> Any:
        messages = [{**message, "content": self._without_control(message["content"])} for message in messages]
        if self._tokenizer.chat_template:
            text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **dict(self.model.defaults.get("template") or {}))
        else:
            text = "\n\n".join(message["content"] for message in messages) + "\n\n"
        return self._tokenizer(text, return_tensors="pt", add_special_tokens=not self._tokenizer.chat_template)["input_ids"].to(self.device)

    def _without_control(self, text: str) -> str:
        """A text in which nothing ends a turn or begins another: what the template writes so is not for callers to write."""
        for token in self._tokenizer.added_tokens_decoder.values():
            if token.special and len(token.content) > 2:
                text = text.replace(token.content, " ")
        return text


class _Grammar:
    """A logits processor that leaves only tokens with which the answer can still become JSON of the schema."""

    def __init__(self, tokenizer: Any, request: Request, end: int) -> None:
        import json

        import llguidance
        import llguidance.torch

        from pipelines.language.draft import bounded

        grammar = llguidance.LLMatcher.grammar_from_json_schema(
            json.dumps(bounded(request.form, len(request.own) if request.own else None)), overrides={"whitespace_flexible": False}
        )
        self._matcher = llguidance.LLMatcher(tokenizer, grammar)
        if problem := self._matcher.get_error():
            raise EngineError(f"the screenplay's schema cannot constrain this model: {problem}", code="bad_model")
        self._mask = llguidance.torch.allocate_token_bitmask(1, tokenizer.vocab_size)
        self._end, self._read = end, -1

    def __call__(self, tokens: Any, scores: Any) -> Any:
        import llguidance.torch

        if self._read >= 0:  # the last token is the answer's; those before the first call are the prompt
            self._matcher.consume_token(int(tokens[0, -1]))
        self._read = tokens.shape[1]
        if self._matcher.is_stopped():
            scores = scores.clone()
            scores[:, :] = float("-inf")
            scores[:, self._end] = 0.0
            return scores
        llguidance.torch.fill_next_token_bitmask(self._matcher, self._mask)
        width = scores.shape[-1]
        bits = (self._mask[0, :, None].to(scores.device) >> _shifts(scores.device)) & 1
        return scores.masked_fill(bits.reshape(1, -1)[:, :width] == 0, float("-inf"))


class _Told:
    """A stopping criterion that never stops: it reports each token, and lets Cancelled out."""

    def __init__(self, report: Report, before: int, most: int, hear: Callable[[Any], None]) -> None:
        self._report, self._before, self._most, self._hear = report, before, most, hear

    def __call__(self, tokens: Any, scores: Any, **_: Any) -> Any:
        import torch

        done = tokens.shape[1] - self._before
        self._hear(tokens)
        self._report.step(done, self._most, f"writing, {done} tokens")
        return torch.zeros(tokens.shape[0], dtype=torch.bool, device=tokens.device)


def _shifts(device: Any) -> Any:
    import torch

    return torch.arange(32, device=device, dtype=torch.int32)
