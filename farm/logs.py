"""Logs: one JSON object a line, bound to what is being worked on, with keys masked."""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

_SECRET = re.compile(r"(sk_live_[0-9A-Za-z]{4})[0-9A-Za-z]+|(://[^/\s:@]*:)[^@/\s]+(?=@)|(signature=)[\w-]+")
"""API keys (what a list shows of them may stay), passwords in addresses, signatures of artifacts."""
_FILE_BYTES, _FILES = 20_000_000, 3
_DEEPEST = 6


def set_up(file: Path | None = None, *, level: str = "INFO", human: bool = False) -> None:
    """Send structlog's and the standard library's logs to `file` (rotated at 20 MB) or to stderr; `human` for reading on a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _named,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
    last: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if human else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(file, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.getLogger("alembic.runtime").setLevel(logging.WARNING)  # it names its own parts at every start; what it did, `farm.store.migrate` says


_ALWAYS: dict[str, Any] = {}


def name_process(**names: Any) -> None:
    """Put these into every line that this process logs from now on, in any thread, where a line does not say otherwise: worker and pool."""
    _ALWAYS.update(names)


def _named(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in _ALWAYS.items():
        line.setdefault(name, value)
    return line


def bind(**names: Any) -> Mapping[str, Any]:
    """Bind story, job, task, attempt, worker … to every line that this thread or task logs from now on; give the answer to `unbind`."""
    return structlog.contextvars.bind_contextvars(**names)


def unbind(tokens: Mapping[str, Any]) -> None:
    """Take back what `bind` bound."""
    structlog.contextvars.reset_contextvars(**tokens)


def mask(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: no API key, password in an address, or signature gets into a log."""
    return {key: value if key.startswith("_") else _masked(value) for key, value in line.items()}


def _masked(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return _SECRET.sub(lambda found: (found[1] or found[2] or found[3]) + "…", value)
    if isinstance(value, bool | int | float | None) or depth > _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {_masked(key, depth + 1): _masked(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item, depth + 1) for item in value]
    return _masked(str(value), depth + 1)
