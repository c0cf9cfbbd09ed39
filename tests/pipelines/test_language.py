"""Screenplays by a server: a real HTTP server that answers as OpenAI-compatible ones do, and as broken ones do."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.catalog import Model
from farm.screenplay import check
from farm.script import as_script
from farm.specs import Hint, WriteSpec
from farm.types import Style, TaskKind
from farm.work import Cancelled, EngineError, Work
from pipelines.language.draft import MOST_SHOTS, BadDraft, bounded, budget, pieces, read, schema
from pipelines.language.server import OpenAICompatible
from pipelines.language.telling import SAID, so_far
from workers.said import Said

STYLE = Style(slug="noir", name="Noir", prompt="film noir")
SPEC = WriteSpec(prompt="A keeper befriends a whale.", style=STYLE)
KEY = "sk-very-secret"


def draft(count: int = 3, **changes: Any) -> dict[str, Any]:
    one = {
        "title": "Night", "scene": "The Pier", "characters": ["Mara"], "items": ["lamp"], "narration": "Mara lights the lamp.",
        "picture_prompt": "Mara at the lamp",
        "motion_prompt": "the flame flickers", "action": "lights a lamp", "framing": "medium", "camera": "push", "mood": "calm",
    }  # fmt: skip
    whole = {
        "title": "The Keeper", "logline": "A friendship.", "mood": "calm",
        "characters": [{"name": "Mara", "noun": "keeper", "role": "protagonist",
                        "description": "old, red coat", "human": True, "gender": "female", "age": "old"}],
        "scenes": [{"title": "The Pier", "place": "foggy pier", "description": "planks",
                    "time_of_day": "night", "weather": "fog", "lighting": "lamp", "indoors": False}],
        "items": [{"name": "Brass lamp", "description": "a brass lamp", "significance": "hope"}],
        "shots": [one | {"narration": f"Mara lights lamp {number}."} for number in range(count)],
    }  # fmt: skip
    return whole | changes


class Server:
    """Answers each request by the next of its scripts: `script(request) -> (status, body or text to stream)`."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.scripts: list[Callable[[dict[str, Any]], tuple[int, Any]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append({**request, "path": self.path})
                outer.headers.append(dict(self.headers))
                status, body = outer.scripts.pop(0)(request)
                self.send_response(status)
                if isinstance(body, str) and status == 200:
                    self.send_header("content-type", "text/event-stream")
                    self.end_headers()
                    self.wfile.write(b": hello\n\ndata: " + json.dumps({"choices": [{"delta": {"role": "assistant"}}]}).encode() + b"\n\n")
                    for at in range(0, len(body), 40):
                        self.wfile.write(b"data: " + json.dumps({"choices": [{"delta": {"content": body[at : at + 40]}}]}).encode() + b"\n\n")
                    self.wfile.write(b"data: [DONE]\n\n")
                else:
                    content = json.dumps(body).encode()
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: Any) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def says(self, *answers: Any) -> None:
        for answer in answers:
            self.scripts.append(answer if callable(answer) else (lambda _, answer=answer: (200, answer)))

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


class Listener:
    def __init__(self, cancel_at: int | None = None) -> None:
        self.steps: list[tuple[int, int]] = []
        self.cancel_at = cancel_at

    def loading(self, fraction: float, note: str = "") -> None: ...

    def step(self, step: int, of: int, note: str = "") -> None:
        self.steps.append((step, of))
        if self.cancel_at is not None and step >= self.cancel_at:
            raise Cancelled

    def preview(self, path: Path, media_type: str) -> None: ...


def written(server_or_url: Any, tmp_path: Path, spec: WriteSpec = SPEC, report: Listener | None = None, **defaults: Any) -> Any:
    url = getattr(server_or_url, "url", server_or_url)
    model = Model(name="remote", tasks=(TaskKind.WRITE,), engine="openai-compatible", defaults={"url": url, "model": "big", **defaults})
    outcome = OpenAICompatible(model, "cpu").run(Work(task="t", model="remote", spec=spec, scratch=tmp_path), report or Listener())
    return check(outcome.data)


def test_a_streamed_answer_becomes_a_screenplay_that_the_farm_accepts(server, tmp_path):
    server.says("<think>hm {</think>```json\n" + json.dumps(draft()) + "\n```")
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    report = Listener()
    spec = SPEC.model_copy(update={"locale": "de", "content_type": "ad_spot", "characters": (Hint(name="mara", reference="ab" * 32),), "seed": 5})
    play = written(server, tmp_path, spec, report, key_file=str(key))
    assert (play.title, play.locale, len(play.shots)) == ("The Keeper", "de", 3)
    assert play.shots[0].characters == ("mara",)
    assert play.shots[0].items == ("brass-lamp",), "a thing is found by a part of its name"
    assert play.characters[0].reference == "ab" * 32
    request = server.requests[0]
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["seed"]) == ("big", 5)
    assert request["response_format"]["json_schema"]["schema"]["properties"]["shots"]
    assert "language de" in request["messages"][0]["content"]
    assert "advertisement" in request["messages"][1]["content"]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert len(report.steps) > 10
    assert all(step < of for step, of in report.steps)


def test_an_answer_that_is_no_screenplay_is_sent_back_with_what_is_wrong(server, tmp_path):
    shots = draft()["shots"]
    scenes = [*draft()["scenes"], draft()["scenes"][0] | {"title": "The Sea"}]
    server.says("I cannot", json.dumps(draft(scenes=scenes, shots=[shots[0] | {"scene": "The Moon"}])), json.dumps(draft()))
    assert len(written(server, tmp_path).shots) == 3
    assert "not valid" in server.requests[1]["messages"][-1]["content"]
    assert "'The Moon'" in server.requests[2]["messages"][-1]["content"]
    assert len(server.requests[2]["messages"]) == 4, "only the last failure is kept"
    assert [request["seed"] for request in server.requests] == [0, 1, 2]


def test_after_enough_bad_answers_the_task_fails_and_may_be_tried_again(server, tmp_path):
    server.says("no", "no")
    with pytest.raises(EngineError, match="2 answers") as caught:
        written(server, tmp_path, attempts=2)
    assert (caught.value.code, caught.value.retry) == ("bad_screenplay", True)


def test_a_server_without_json_schema_is_asked_for_less_and_not_again_for_more(server, tmp_path):
    def refuse(_: Any) -> tuple[int, Any]:
        return 400, {"error": {"message": "response_format json_schema is not supported"}}

    document = {"choices": [{"message": {"content": json.dumps(draft())}}]}
    server.says(refuse, refuse, "no json", document)
    written(server, tmp_path)
    assert [request.get("response_format", {}).get("type") for request in server.requests] == ["json_schema", "json_object", None, None]


def test_a_script_keeps_its_own_words_whatever_the_model_answers(server, tmp_path):
    script = "The lamp went out. Nobody came! “Who is there?” she asked, and the sea, which had been silent for a hundred years, answered. Then dawn."
    spec = SPEC.model_copy(update={"prompt": script, "expand": False})
    count = len(pieces(script, spec.seconds))
    assert count > 1
    server.says(json.dumps(draft(count + 1)), json.dumps(draft(count)))
    play = written(server, tmp_path, spec)
    assert " ".join(shot.narration for shot in play.shots) == script
    assert f"exactly {count}" in server.requests[1]["messages"][-1]["content"]
    assert server.requests[0]["response_format"]["json_schema"]["schema"]["properties"]["shots"]["minItems"] == count


@pytest.mark.parametrize(
    ("status", "code", "retry"), [(401, "server_refused", False), (404, "server_refused", False), (429, "server_away", True), (503, "server_away", True)]
)
def test_refusals_say_what_to_do_and_never_the_key(server, tmp_path, status, code, retry):
    server.says(lambda _: (status, {"error": "no"}))
    key = tmp_path / "key"
    key.write_text(KEY)
    with pytest.raises(EngineError, match=str(status)) as caught:
        written(server, tmp_path, key_file=str(key))
    assert (caught.value.code, caught.value.retry) == (code, retry)
    assert KEY not in caught.value.message


def test_a_server_that_is_not_there_or_speaks_something_else(server, tmp_path):
    with pytest.raises(EngineError, match="is it running") as caught:
        written("http://127.0.0.1:9/v1", tmp_path)
    assert caught.value.retry
    server.says(lambda _: (200, ["what"]))
    with pytest.raises(EngineError, match="chat completion"):
        written(server, tmp_path)


def test_cancelling_ends_in_the_middle_of_the_stream(server, tmp_path):
    server.says(json.dumps(draft()))
    report = Listener(cancel_at=3)
    with pytest.raises(Cancelled):
        written(server, tmp_path, report=report)
    assert len(report.steps) == 3


def test_settings_that_cannot_be_are_named(tmp_path):
    def lacks(**defaults: Any) -> str:
        return " ".join(OpenAICompatible.missing(Model(name="remote", tasks=(TaskKind.WRITE,), engine="openai-compatible", defaults=defaults)))

    assert "ftp://x" in lacks(url="ftp://x")
    assert "'yaml'" in lacks(url="http://x/v1", format="yaml")
    assert "/nowhere" in lacks(url="http://x/v1", key_file="/nowhere")
    assert lacks(url="http://x/v1") == ""


@given(st.lists(st.text(st.sampled_from("ab ,.!?\n“”…é。"), min_size=1, max_size=40), max_size=60).map(" ".join), st.floats(5, 300))
def test_no_word_of_a_script_is_lost(script, seconds):
    found = pieces(script, seconds)
    assert "".join("".join(found).split()) == "".join(script.split())
    assert len(found) <= MOST_SHOTS
    assert all(found)


@given(st.floats(5, 300))
def test_the_budget_grows_with_the_film(seconds):
    shots, words = budget(SPEC.model_copy(update={"seconds": seconds, "speech_seconds": seconds * 0.85}))
    assert 1 <= shots <= MOST_SHOTS
    assert words >= 4 * shots


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"title": 1}', json.dumps(draft(0)), json.dumps(draft(scenes=[]))])
def test_what_is_no_draft_is_said_to_be_none(text):
    with pytest.raises(BadDraft):
        read(text, SPEC)


def test_namesakes_and_names_without_letters_have_keys_of_their_own():
    person = draft()["characters"][0]
    play = check(read(json.dumps(draft(characters=[person, person, person | {"name": "海"}])), SPEC).model_dump())
    assert [one.key for one in play.characters] == ["mara", "mara-2", "n3"]


def test_the_bounded_schema_bounds_every_text_and_list():
    def walk(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            yield node
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    found = list(walk(bounded(schema(5))))
    assert all("maxLength" in node or "enum" in node for node in found if node.get("type") == "string")
    assert all("maxItems" in node for node in found if node.get("type") == "array")
    assert all(node.get("additionalProperties") is False and set(node["required"]) == set(node["properties"]) for node in found if node.get("type") == "object")


def test_the_script_is_left_for_listeners_while_the_answer_comes(server, tmp_path, monkeypatch):
    """What so_far gives grows letter by letter, never takes anything back, and ends as the script of the screenplay."""
    whole = draft(4)
    whole["scenes"].append({**whole["scenes"][0], "title": "The Tower"})
    whole["shots"][2]["scene"] = "The Tower"
    whole["shots"][1]["narration"] = "She \\u201cknows\\u201d\\n the sea."
    text = "<think>{</think>\n```json\n" + json.dumps(whole) + "\n```"
    told = [so_far(text[:end]) for end in range(len(text) + 1)]
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(told))
    assert len(set(told)) > 40
    monkeypatch.setattr("pipelines.language.telling.EVERY", 0.0)
    server.says("no JSON at all, and no screenplay", text)
    play = written(server, tmp_path)
    assert told[-1] == as_script(play)
    assert (tmp_path / SAID).read_text(encoding="utf-8") == as_script(play)


def test_a_scripts_own_words_are_not_told_by_the_model(server, tmp_path):
    server.says(json.dumps(draft(1)))
    written(server, tmp_path, SPEC.model_copy(update={"expand": False}))
    assert not (tmp_path / SAID).exists()


def test_what_was_said_is_read_once_and_whole_characters_only(tmp_path):
    path = tmp_path / SAID
    said = Said(path)
    assert said.more() == (0, "")
    data = ("öl " * 3000).encode()
    path.write_bytes(data[:1])
    assert said.more() == (0, "")
    path.write_bytes(data)
    parts = [said.more() for _ in range(5)]
    assert "".join(text for _, text in parts) == "öl " * 3000
    assert [at for at, _ in parts] == [sum(len(text) for _, text in parts[:number]) for number in range(5)]


def test_a_second_try_takes_nothing_back(server, tmp_path, monkeypatch):
    """What was told stays: of an answer that goes another way nothing is added to it."""
    monkeypatch.setattr("pipelines.language.telling.EVERY", 0.0)
    wrong = draft(2)
    wrong["scenes"].append({**wrong["scenes"][0], "title": "The Tower"})
    wrong["shots"][0]["narration"] = "Once."
    wrong["shots"][1] |= {"scene": "Nowhere", "narration": "A short one."}
    server.says(json.dumps(wrong), json.dumps(draft(5)))
    assert len(written(server, tmp_path).shots) == 5
    assert (tmp_path / SAID).read_text(encoding="utf-8") == "Once.\n\nA short one."
