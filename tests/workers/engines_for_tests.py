"""Tiny engines with the behaviours that workers must live with; `WriteSpec.prompt` says which.

The prompt is words separated by blanks: "steps 5 0.05" sleeps in steps, "segv", "exit 3", "kill", "hang", "fail retry", "raise ValueError",
"native 2" (one long call without a report), "escape /etc/passwd", "env", "child 30", "print hello".
"""

from __future__ import annotations

import builtins
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from farm.types import Scene, Screenplay, Shot, TaskKind
from farm.work import ClipData, EngineError, FilmData, Outcome, Output, SpeechData, Work
from pipelines.engine import Engine, Report


class Puppet(Engine):
    """Does what the prompt says and writes down that it did, one line a run in the file PYTHON_TEST_LOG."""

    kinds = frozenset(TaskKind)

    def load(self, report: Report) -> None:
        if self.model.defaults.get("load_seconds"):
            for tenth in range(10):
                time.sleep(self.model.defaults["load_seconds"] / 10)
                report.loading(tenth / 10)
        if self.model.defaults.get("load_fails"):
            raise EngineError("the weights are not here; pull them", code="model_missing")

    def run(self, work: Work, report: Report) -> Outcome:
        note(f"run {work.task}")
        words = work.spec.prompt.split() if work.spec.kind == TaskKind.WRITE else ["steps", "2", "0.01"]
        return getattr(self, "do_" + words[0])(work, report, *words[1:])

    def outcome(self, work: Work, text: str = "done") -> Outcome:
        path = work.scratch / "out.txt"
        path.write_text(text, encoding="utf-8")
        return Outcome(outputs=(Output(name="text", path=path, media_type="text/plain"),), data={"text": text})

    def do_steps(self, work: Work, report: Report, count: str = "3", seconds: str = "0.01") -> Outcome:
        for step in range(1, int(count) + 1):
            time.sleep(float(seconds))
            report.step(step, int(count))
        return self.outcome(work)

    def do_preview(self, work: Work, report: Report, count: str = "1") -> Outcome:
        for number in reversed(range(int(count))):
            picture = work.scratch / f"small{number}.txt"
            picture.write_text(f"preview{number or ''}", encoding="utf-8")
            report.preview(picture, "text/plain")
        return self.outcome(work)

    def do_segv(self, work: Work, report: Report) -> Outcome:
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError("unreachable")

    def do_kill(self, work: Work, report: Report) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")

    def do_crash_once(self, work: Work, report: Report, marker: str) -> Outcome:
        if not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.outcome(work)

    def do_fail_once(self, work: Work, report: Report, marker: str) -> Outcome:
        if not Path(marker).exists():
            Path(marker).touch()
            raise EngineError("not now", code="busy", retry=True)
        return self.outcome(work)

    def do_exit(self, work: Work, report: Report, status: str) -> Outcome:
        sys.exit(int(status))

    def do_leave(self, work: Work, report: Report, status: str) -> Outcome:
        os._exit(int(status))

    def do_hang(self, work: Work, report: Report) -> Outcome:
        report.step(1, 2)
        while True:
            time.sleep(3600)

    def do_fail(self, work: Work, report: Report, how: str = "for-good") -> Outcome:
        raise EngineError("it did not go", code="no_luck", retry=how == "retry")

    def do_raise(self, work: Work, report: Report, name: str) -> Outcome:
        raise getattr(builtins, name)("something unforeseen")

    def do_native(self, work: Work, report: Report, seconds: str) -> Outcome:
        time.sleep(float(seconds))
        return self.outcome(work)

    def do_gil(self, work: Work, report: Report, seconds: str) -> Outcome:
        note("gil")
        ctypes.PyDLL(None).sleep(int(seconds))  # native code that does not let the interpreter go: no thread of the slot runs
        return self.outcome(work)

    def do_escape(self, work: Work, report: Report, path: str) -> Outcome:
        return Outcome(outputs=(Output(name="text", path=Path(path), media_type="text/plain"),))

    def do_env(self, work: Work, report: Report) -> Outcome:
        return self.outcome(work, json.dumps(dict(os.environ)))

    def do_child(self, work: Work, report: Report, seconds: str) -> Outcome:
        child = subprocess.Popen(["sleep", seconds])
        note(f"child {child.pid}")
        child.wait()
        return self.outcome(work)

    def do_print(self, work: Work, report: Report, *words: str) -> Outcome:
        print(*words)
        return self.outcome(work)


def note(line: str) -> None:
    """Append one line to the file PYTHON_TEST_LOG (a name that the clean environment lets through), at once."""
    if path := os.environ.get("PYTHON_TEST_LOG"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")


class Troupe(Engine):
    """Does every kind of task with small files in place of media; `defaults`: shots, and seconds and steps of each task."""

    kinds = frozenset(TaskKind)

    def run(self, work: Work, report: Report) -> Outcome:
        note(f"start {work.task} {os.getpid()}")
        steps = self.model.defaults.get("steps", 3)
        for step in range(1, steps + 1):
            time.sleep(self.model.defaults.get("seconds", 0.02) / steps)
            report.step(step, steps)
        outcome = getattr(self, f"do_{work.spec.kind.value}")(work)
        note(f"end {work.task} {os.getpid()}")
        return outcome

    def output(self, work: Work, *names: str) -> tuple[Output, ...]:
        made = []
        for name in names:
            path = work.scratch / f"{name}.bin"
            path.write_text(f"{work.spec.kind} {name} {work.spec.model_dump_json()}", encoding="utf-8")
            made.append(Output(name=name, path=path, media_type="application/octet-stream"))
        return tuple(made)

    def do_write(self, work: Work) -> Outcome:
        shots = tuple(
            Shot(index=number, scene="sea", narration=f"Shot {number} of {work.spec.prompt}.", picture_prompt=f"wave {number}")
            for number in range(self.model.defaults.get("shots", 3))
        )
        return Outcome(data=Screenplay(title=work.spec.prompt[:40], scenes=(Scene(key="sea", title="Sea"),), shots=shots).model_dump(mode="json"))

    def do_portrait(self, work: Work) -> Outcome:
        return Outcome(outputs=self.output(work, "picture"))

    do_keyframe = do_portrait

    def do_speak(self, work: Work) -> Outcome:
        return Outcome(outputs=self.output(work, "speech"), data=SpeechData(seconds=2.0).model_dump(mode="json"))

    def do_animate(self, work: Work) -> Outcome:
        spec = work.spec
        data = ClipData(frames=spec.frames, fps=spec.fps, width=spec.size.width, height=spec.size.height)
        return Outcome(outputs=self.output(work, "clip"), data=data.model_dump(mode="json"))

    def do_score(self, work: Work) -> Outcome:
        return Outcome(outputs=self.output(work, "score"))

    def do_compose(self, work: Work) -> Outcome:
        frames = sum(cut.frames for cut in work.spec.cuts)
        data = FilmData(seconds=frames / 24, frames=frames, fps=24, width=1280, height=720, loudness=-14, true_peak=-2)
        return Outcome(outputs=self.output(work, "film", "poster", "captions", "captions.vtt"), data=data.model_dump(mode="json"))


TABLE = {"puppet": "tests.workers.engines_for_tests:Puppet", "troupe": "tests.workers.engines_for_tests:Troupe"}
