"""Logs: JSON lines that say what they are about, and keep secrets."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from farm import logs

KEY = "sk_live_7WH3abcdefghijklmnopqrstuvwxyz0123"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.set_up(tmp_path / "logs" / "farm.log")
    yield tmp_path / "logs" / "farm.log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in before[0]:
        root.addHandler(handler)
    root.setLevel(before[1])
    structlog.reset_defaults()


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_line_says_what_it_is_about(file: Path) -> None:
    tokens = logs.bind(story="seq_1", task="task_1")
    structlog.get_logger("farm.test").info("painted", shot=3)
    logs.unbind(tokens)
    structlog.get_logger("farm.test").warning("später")
    logging.getLogger("dramatiq").warning("old %s", "style")
    first, second, third = lines(file)
    assert {**first, "timestamp": ""} == {
        "event": "painted", "shot": 3, "story": "seq_1", "task": "task_1", "logger": "farm.test", "level": "info", "timestamp": "",
    }  # fmt: skip
    assert ("story" in second, second["event"]) == (False, "später")
    assert (third["event"], third["logger"]) == ("old style", "dramatiq")


def test_secrets_stay_out(file: Path) -> None:
    structlog.get_logger("farm.test").info(f"key {KEY}", headers={"authorization": f"Bearer {KEY}"}, urls=["postgresql://me:hunter2@host/farm"], key=KEY)
    logging.getLogger("uvicorn").info("GET /artifacts/0/a.png?signature=%s with %s", "c2VjcmV0", KEY)
    try:
        raise ValueError(f"bad key {KEY}")
    except ValueError:
        structlog.get_logger("farm.test").exception("broke")
    text = file.read_text(encoding="utf-8")
    assert len(lines(file)) == 3
    for secret in (KEY[12:], "hunter2", "c2VjcmV0"):
        assert secret not in text
    assert "sk_live_7WH3…" in text
    assert "bad key" in text


def test_what_a_process_is_called_is_in_every_line_of_every_thread(file: Path) -> None:
    logs.name_process(worker="w1", pool="cpu")
    try:
        thread = threading.Thread(target=lambda: structlog.get_logger("farm.test").info("painted"))
        thread.start()
        thread.join()
        structlog.get_logger("farm.test").info("worker is gone", worker="w2")
        logging.getLogger("of.a.library").warning("said")
    finally:
        logs._ALWAYS.clear()
    assert [(line["worker"], line["pool"]) for line in lines(file)] == [("w1", "cpu"), ("w2", "cpu"), ("w1", "cpu")]
