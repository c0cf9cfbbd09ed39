"""The ffmpeg program: graphs built with ffmpeg-python, run as argument lists on generated names, stoppable, its own words in the log."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import ffmpeg
import imageio_ffmpeg
import structlog

from farm.parent import ask_kernel
from farm.work import EngineError

log = structlog.get_logger()

_LOOK = 0.1  # seconds between two looks at whether to stop


def source(name: str, **options: Any) -> ffmpeg.nodes.FilterableStream:
    """An input: a generated name in the folder that the program runs in; no other protocol can be reached through it."""
    return ffmpeg.input(f"file:{name}", protocol_whitelist="file", **options)


def command(graph: ffmpeg.nodes.OutputStream) -> list[str]:
    """The argument list of a graph."""
    quiet = ["-nostdin", "-hide_banner", "-v", "error", "-y"]
    arguments = cast("list[str]", graph.get_args())
    return [imageio_ffmpeg.get_ffmpeg_exe(), *quiet, *arguments]


def run(arguments: Sequence[str], folder: Path, check: Callable[[], None], *, making: str) -> None:
    """Run the program in `folder` to its end; `check` is called ten times a second and may raise to stop it.

    Raises EngineError naming what was being made; ffmpeg's own words are logged.
    """
    with tempfile.TemporaryFile(dir=folder) as said:
        try:
            process = subprocess.Popen(arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, preexec_fn=ask_kernel)  # noqa: PLW1509
        except OSError as error:
            raise EngineError(
                f"the {making} cannot be made: ffmpeg does not start ({error.strerror}); install imageio-ffmpeg again", code="no_ffmpeg"
            ) from error
        try:
            pause = 0.005
            while process.poll() is None:
                check()
                time.sleep(pause)
                pause = min(_LOOK, pause * 2)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode == 0:
            return
        said.seek(0)
        words = said.read(8192).decode("utf-8", "replace").strip()
    log.error("ffmpeg failed", making=making, code=process.returncode, said=words)
    if "No space left" in words or "File too large" in words or process.returncode == -signal.SIGXFSZ:
        raise EngineError(f"the {making} could not be written: the disk is full; make room and compose again", code="disk", retry=True)
    raise EngineError(f"the {making} could not be made: ffmpeg ended with code {process.returncode}; its own words are in the log", code="ffmpeg_failed")


@lru_cache(maxsize=16)
def encodes(encoder: str) -> bool:
    """Whether an encoder works here, by encoding one frame: hardware encoders are listed on machines that have none."""
    pattern = ffmpeg.input("color=black:s=256x256:r=24", f="lavfi").output("-", f="null", vcodec=encoder, pix_fmt="yuv420p", frames=1)
    try:
        return subprocess.run(command(pattern), stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
