"""Screenplays by servers: the manners, limits and faults of vLLM, SGLang, llama.cpp, LM Studio, Ollama and the vendors, over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from farm.specs import Hint
from farm.work import Cancelled, EngineError
from pipelines.language.server import OpenAICompatible
from tests.pipelines.talker import LINES, SPEC, Listener, Server, draft, engine, objected, objects, refuses, written

KEY = "sk-very-secret"
GERMAN = (
    "Jeden Abend stieg die alte Mara die Treppe hinauf zu ihrer Lampe.",
    "Niemand brauchte sie mehr, aber sie zündete sie doch an.",
    "Eines Nachts kam ein Wal aus dem schwarzen Wasser und sah sie an.",
    "Sie schwenkte die Lampe einmal, und der Wal folgte ihr.",
    "Von da an wartete er jede Nacht am Steg auf sie.",
    "Und als der Sturm kam, war es der Wal, der ihr den Weg wies.",
)


@pytest.fixture
def serving() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(manners: Callable[[dict[str, Any]], Response | None] = lambda _: None) -> Server:
        running.append(Server(manners))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture
def server(serving) -> Server:
    return serving()


# ---------------------------------------------------------------- each server as it is


def openai(body: dict[str, Any]) -> Response | None:
    """A reasoning model of OpenAI's: its own name for the limit, its own temperature, and the strict subset of JSON Schema."""
    if "max_tokens" in body:
        message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        return JSONResponse(objected(message, "max_tokens", "unsupported_parameter"), 400)
    if body.get("temperature", 1) != 1:
        message = "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported."
        return JSONResponse(objected(message, "temperature", "unsupported_value"), 400)
    schema = body["response_format"]["json_schema"]["schema"]
    for one in objects(schema):
        if one.get("type") == "object" and (one.get("additionalProperties") is not False or set(one["required"]) != set(one["properties"])):
            return JSONResponse(objected("Invalid schema for response_format 'screenplay'", "response_format"), 400)
        if isinstance(one.get("type"), str) and set(one) - {"type", "enum", "description", "items", "properties", "required", "additionalProperties"}:
            return JSONResponse(objected(f"Invalid schema: {sorted(one)} is not permitted.", "response_format"), 400)
    return None


def llamacpp(body: dict[str, Any]) -> Response | None:
    """llama.cpp gives up on grammars whose repetitions multiply beyond 2,000."""
    repeated = [one.get(name, 0) for one in objects(body.get("response_format", {})) for name in ("maxItems", "maxLength", "minItems")]
    if sum(repeated) > 40:
        return JSONResponse({"error": {"code": 400, "message": "Failed to initialize samplers: failed to parse grammar", "type": "invalid_request_error"}}, 400)
    return None


def lmstudio(body: dict[str, Any]) -> Response | None:
    if body.get("response_format", {}).get("type") not in ("json_schema", "text", None):
        return JSONResponse({"error": "'response_format.type' must be 'json_schema' or 'text'"}, 400)
    return None


def vllm(body: dict[str, Any]) -> Response | None:
    if body.get("max_tokens", 0) > 6000:
        message = (
            "This model's maximum context length is 8192 tokens. However, you requested 16000 output tokens and your prompt contains at least 2100 "
            "input tokens, for a total of at least 18100 tokens. Please reduce the length of the input prompt or the number of requested output tokens."
        )
        return JSONResponse({"error": {"message": message, "type": "BadRequestError", "param": "input_tokens", "code": 400}}, 400)
    return None


def sglang(body: dict[str, Any]) -> Response | None:
    if body.get("max_tokens", 0) > 6000:
        message = "Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total of 18100 tokens."
        return JSONResponse({"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}, 400)
    return None


def gemma(body: dict[str, Any]) -> Response | None:
    if body["messages"][0]["role"] == "system":
        return JSONResponse(objected("System role not supported"), 400)
    return None


def plain(body: dict[str, Any]) -> Response | None:
    if "response_format" in body or "seed" in body:
        name = "seed" if "seed" in body else "response_format"
        return JSONResponse({"detail": [{"loc": ["body", name], "msg": f"extra fields not permitted: '{name}'"}]}, 422)
    return None


@pytest.mark.parametrize(
    ("manners", "refusals"),
    [(openai, 2), (llamacpp, 0), (lmstudio, 0), (vllm, 1), (sglang, 1), (gemma, 1), (plain, 3)],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_server_is_asked_for_what_it_takes_and_not_again_for_what_it_refused(serving, tmp_path, manners, refusals):
    server = serving(manners)
    server.says(draft(), draft())
    made = engine(server)
    assert len(written(made, tmp_path).shots) == 6
    assert len(server.requests) == refusals + 1
    assert len(written(made, tmp_path).shots) == 6
    assert len(server.requests) == refusals + 2, "what was refused once was asked for again"
    assert "<material>" in "".join(message["content"] for message in server.requests[-1]["messages"])
    assert "screenwriter" in server.requests[-1]["messages"][0]["content"]


def test_a_format_that_lm_studio_does_not_know_is_left_away(serving, tmp_path):
    server = serving(lmstudio)
    server.says(f"Here you are:\n```json\n{json.dumps(draft())}\n```\nEnjoy!")
    assert len(written(server, tmp_path, format="json_object").shots) == 6


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_in_a_field_of_their_own_are_progress_and_no_answer(server, tmp_path, field):
    report = Listener()
    server.says(server.streamed(json.dumps(draft()), part=field, before="The user wants {a whale}. " * 20))
    assert len(written(server, tmp_path, report=report).shots) == 6
    assert any("thinking" in note for note in report.notes)
    assert any("writing" in note for note in report.notes)


@pytest.mark.parametrize(
    "text",
    [
        "<think>A whale {of course}</think>\n{}",
        "So {they} want a film.\n</think>\n\n{}",
        "[THINK]hm {[/THINK]{}",
        "<|channel|>analysis<|message|>Let me {think}<|end|><|start|>assistant<|channel|>final<|message|>{}",
        "Sure! {Here it is}:\n```json\n{}\n```\nShall I go on?",
        '{"screenplay": {}}',
    ],
)
def test_an_answer_is_found_among_thoughts_and_manners(server, tmp_path, text):
    server.says(text.replace("{}", json.dumps(draft())))
    assert written(server, tmp_path).title == "The Keeper"
    assert len(server.requests) == 1


@pytest.mark.parametrize("content", [json.dumps(draft()), [{"type": "thinking", "thinking": "{hm"}, {"type": "text", "text": json.dumps(draft())}]])
def test_an_answer_in_one_document_or_in_parts(server, tmp_path, content):
    server.says(lambda _: JSONResponse({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]}))
    assert len(written(server, tmp_path).shots) == 6


# ---------------------------------------------------------------- busy, broken, slow


def test_a_busy_server_is_waited_for_as_long_as_it_asks(server, tmp_path):
    report = Listener()
    server.says(refuses(429, objected("Rate limit reached"), retry_after="1"), refuses(503, {"error": {"message": "Loading model", "code": 503}}), draft())
    began = time.monotonic()
    assert len(written(server, tmp_path, report=report).shots) == 6
    assert 1.9 < time.monotonic() - began < 6
    assert any("answers 429; asked again in 1 s" in note for note in report.notes)


@pytest.mark.parametrize(
    ("status", "body", "code", "retry"),
    [
        (401, {"error": "no"}, "server_refused", False),
        (404, {"error": "no"}, "server_refused", False),
        (307, {}, "server_refused", False),
        (429, {"error": "slow"}, "server_away", True),
        (503, {"error": "loading"}, "server_away", True),
        (429, objected("You exceeded your current quota", code="insufficient_quota"), "server_refused", False),
        (400, objected("prompt is too long: 9000 tokens"), "text_too_long", False),
    ],
)
def test_refusals_say_what_to_do_and_never_the_key(server, tmp_path, status, body, code, retry):
    server.says(*[refuses(status, body)] * 3)
    key = tmp_path / "key"
    key.write_text(KEY)
    with pytest.raises(EngineError) as caught:
        written(server, tmp_path, key_file=str(key), patience=0.1)
    assert (caught.value.code, caught.value.retry) == (code, retry)
    assert KEY not in caught.value.message
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_server_that_is_not_there_or_speaks_something_else(server, tmp_path):
    with pytest.raises(EngineError, match="is it running") as caught:
        written("http://127.0.0.1:9/v1", tmp_path, patience=0)
    assert caught.value.retry
    server.says(lambda _: JSONResponse(["what"]))
    with pytest.raises(EngineError, match="chat completion"):
        written(server, tmp_path)


def test_a_stream_that_breaks_off_is_asked_for_again_by_the_farm(server, tmp_path):
    half = json.dumps(draft())[:400]
    server.says(server.streamed(half, ended=None, done=False))
    with pytest.raises(EngineError, match="broke off") as caught:
        written(server, tmp_path)
    assert (caught.value.code, caught.value.retry) == ("server_away", True)
    server.says(lambda _: Response(b'data: {"error": {"message": "engine died"}}\n\n', media_type="text/event-stream"))
    with pytest.raises(EngineError, match="engine died"):
        written(server, tmp_path)


def test_an_answer_that_was_cut_off_is_asked_for_more_briefly(server, tmp_path):
    server.says(server.streamed(json.dumps(draft())[:900], ended="length"), draft())
    assert len(written(server, tmp_path).shots) == 6
    assert "cut off after 900 characters" in server.requests[1]["messages"][-1]["content"]


def test_a_model_that_declines_is_not_asked_again(server, tmp_path):
    server.says(server.streamed("", part="refusal", before="I cannot help with that."))
    with pytest.raises(EngineError, match=r"declines.*I cannot help") as caught:
        written(server, tmp_path)
    assert (caught.value.code, caught.value.retry) == ("refused", False)


@pytest.mark.parametrize("when", ["waiting", "writing", "busy"])
def test_cancelling_closes_the_connection_whatever_it_waits_for(server, tmp_path, when):
    slow = server.streamed(json.dumps(draft()), pause=0.05)
    silent = server.streamed(json.dumps(draft()), pause=30)
    server.says({"waiting": silent, "writing": slow, "busy": refuses(429, {}, retry_after="30")}[when])
    report = Listener(cancel_on={"busy": "asked again", "waiting": "waiting for the language server, 0 s"}.get(when, when))
    began = time.monotonic()
    with pytest.raises(Cancelled):
        written(server, tmp_path, report=report)
    assert time.monotonic() - began < 3
    assert when == "busy" or server.left.wait(3), "the server goes on writing for nobody"


def test_silence_has_an_end(server, tmp_path):
    server.says(server.streamed(json.dumps(draft()), pause=30))
    with pytest.raises(EngineError, match="ReadTimeout"):
        written(server, tmp_path, timeout=1)


def test_progress_is_reckoned_with_the_films_length(server, tmp_path):
    report = Listener()
    server.says(draft())
    written(server, tmp_path, report=report)
    assert len(report.steps) > 10
    assert all(step < of for step, of in report.steps)
    assert 800 < report.steps[0][1] < 2000


def test_settings_that_cannot_be_are_named():
    def lacks(**defaults: Any) -> str:
        return " ".join(OpenAICompatible.missing(engine("http://x/v1", **defaults).model))

    assert "ftp://x" in lacks(url="ftp://x")
    assert "'yaml'" in lacks(format="yaml")
    assert "/nowhere" in lacks(key_file="/nowhere")
    assert "'long'" in lacks(timeout="long")
    assert lacks(timeout=5, patience=0) == ""


# ---------------------------------------------------------------- what models get wrong


def test_what_was_ordered_is_in_the_request(server, tmp_path):
    server.says(draft())
    written(server, tmp_path)
    system, asked = (message["content"] for message in server.requests[0]["messages"])
    assert "film noir" in system
    assert "English" in system
    assert "30 seconds: about 6 shots" in asked
    assert "words of narration" in asked


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("I cannot", "not valid"),
        (draft([line + " It was dark, and the sea was loud, and she thought of all the ships that she had seen." for line in LINES]), "30 s are ordered"),
        (draft(LINES[:2]), "tell more"),
        (draft(GERMAN), "English"),
        (draft([LINES[0]] * 6), "say the same"),
        (
            draft(shots=[shot | {"scene": "The Moon"} for shot in draft()["shots"]], scenes=[*draft()["scenes"], draft()["scenes"][0] | {"title": "The Sea"}]),
            "'The Moon'",
        ),
        (draft(shots=[shot | {"picture_prompt": "灯台守がランプを持つ"} for shot in draft()["shots"]]), "must be in English"),
        (draft(characters=[]), "'Mara' was asked for"),
    ],
    ids=["prose", "too long", "too short", "language", "repeated", "no such scene", "picture not English", "missing character"],
)
def test_what_is_wrong_is_told_to_the_model_in_words(server, tmp_path, wrong, told):
    server.says(wrong if isinstance(wrong, str) else json.dumps(wrong), draft())
    play = written(server, tmp_path, SPEC.model_copy(update={"characters": (Hint(name="Mara", reference="ab" * 32),)}))
    assert [shot.narration for shot in play.shots] == list(LINES)
    assert play.characters[0].reference == "ab" * 32
    assert told in server.requests[1]["messages"][-1]["content"]
    assert [request["seed"] for request in server.requests] == [0, 1]


def test_the_best_of_what_came_is_taken_and_only_the_last_failure_is_kept(server, tmp_path):
    long = draft([*LINES, *(f"{line} Again." for line in LINES[:2])])
    server.says(draft([*LINES, *(f"{line} Again." for line in LINES)]), long, "no")
    assert len(written(server, tmp_path).shots) == 8
    assert len(server.requests[2]["messages"]) == 4


def test_after_enough_bad_answers_the_task_fails_and_may_be_tried_again(server, tmp_path):
    endless = draft([f"{line} Number {number}." for number in range(5) for line in LINES])
    server.says("no", endless)
    with pytest.raises(EngineError, match=r"2 answers.*30 s are ordered") as caught:
        written(server, tmp_path, attempts=2)
    assert (caught.value.code, caught.value.retry) == ("bad_screenplay", True)
    server.says(endless)
    assert len(written(server, tmp_path, attempts=1, lenient=True).shots) == 30
