"""What can go wrong for somebody at the command line, as one sentence and an exit code."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the storyfarm command (README, "Exit codes")."""

    OK = 0
    UNEXPECTED = 1
    BAD_INPUT = 2
    FARM_AWAY = 3
    STORY_FAILED = 4
    MACHINE = 5
    INTERRUPTED = 130


class CliError(Exception):
    """Ends the command with `message` on standard error and `code`; the message names the value and the remedy."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.message, self.code = message, code
