"""The timeline's file: what it may say, and what the documents say of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from farm.work import EngineError
from render.timeline import Entry, Timeline, load

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "composing.md").read_text()


def fields(schema: dict) -> set[str]:
    """Every field of the timeline's own models."""
    ours = {name: model for name, model in schema["$defs"].items() if name in ("Entry", "Speech", "Card", "Label")}
    return set(schema["properties"]).union(*(model["properties"] for model in ours.values()))


def test_every_field_is_documented_and_no_other() -> None:
    documented = {name for row in re.findall(r"^\| (`[^|]*`) \|", DOCUMENT, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}

    assert documented == fields(Timeline.model_json_schema())


def test_every_choice_is_documented() -> None:
    choices = [*get_args(Timeline.model_fields["caption_look"].annotation), *get_args(Entry.model_fields["transition"].annotation)]

    assert len(choices) >= 7
    assert [choice for choice in choices if f"`{choice}`" not in DOCUMENT] == []


def test_the_documents_example_is_a_timeline(tmp_path: Path) -> None:
    example = re.search(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    assert example
    (tmp_path / "t.json").write_text(example.group(1))

    timeline = load(tmp_path / "t.json")

    assert timeline.entries[0].clip == tmp_path / "one.mp4"
    assert timeline.entries[0].speech
    assert timeline.entries[0].speech.file == tmp_path / "one.wav"
    assert timeline.title
    assert timeline.title.picture == tmp_path / "opening.png"
    assert timeline.score == tmp_path / "music.wav"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no timeline: the file"),
        ("[]", "is no timeline: the file"),
        ("{", "Invalid JSON"),
        ("\0" * 100, "Invalid JSON"),
        ('{"entries": "all"}', "entries: .* \\(found 'all'\\)"),
        ('{"entries": [{"name": "a", "frames": -3}]}', r"entries\.0\.frames: .*\(found -3\)"),
        ('{"entries": [{"name": "a", "frames": 24, "speech": {"at": NaN}}]}', r"entries\.0\.speech\.at"),
        ('{"entries": [{"name": "a", "frames": 24, "speech": {"at": 1e300}}]}', r"entries\.0\.speech\.at"),
        ('{"entries": [{"name": "a", "frames": 24, "wobble": 1}]}', r"entries\.0\.wobble"),
        ('{"entries": [{"name": "a", "frames": 24, "transition": "star"}]}', r"transition: .*'dissolve'.*\(found 'star'\)"),
        ('{"size": {"width": 161, "height": 90}}', r"size\.width.*\(found 161\)"),
        ('{"size": {"width": 1e9, "height": 90}}', r"size\.width"),
        ('{"fps": 0}', r"fps"),
        (json.dumps({"entries": [{"name": "a", "frames": 86400}] * 20}), "20.0 hours; 12 are the most"),
    ],
)
def test_what_is_no_timeline_is_told_with_place_and_value(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "t.json").write_text(text)

    with pytest.raises(EngineError, match=says) as caught:
        load(tmp_path / "t.json")
    assert caught.value.code == "bad_timeline"


@pytest.mark.parametrize("what", ["missing", "folder", "huge"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, what: str) -> None:
    file = tmp_path / "t.json"
    if what == "folder":
        file.mkdir()
    elif what == "huge":
        with file.open("wb") as out:
            out.truncate(33 << 20)

    with pytest.raises(EngineError, match={"missing": "No such file", "folder": "Is a directory", "huge": "larger than 32 MB"}[what]):
        load(file)
