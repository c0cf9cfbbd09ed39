"""Voices of other languages, spoken by the espeak-ng program where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import wave
from functools import lru_cache
from pathlib import Path

import numpy as np

from farm.work import EngineError
from pipelines.voice.sound import Sound

SECONDS = 60.0  # one sentence takes a few hundredths of a second
REMEDY = "install espeak-ng (Debian, Ubuntu: apt install espeak-ng) on the machines that speak"
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def program() -> str | None:
    """Where espeak-ng is, or None."""
    return shutil.which("espeak-ng")


@lru_cache(maxsize=4)
def locales(path: str) -> frozenset[str]:
    """The language codes that the espeak-ng at `path` can speak, in lower case."""
    try:
        listed = subprocess.run([path, "--voices"], capture_output=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"{path} --voices failed ({error}); mend or reinstall espeak-ng", code="espeak_failed", retry=True) from None
    rows = listed.stdout.decode("utf-8", "replace").splitlines()[1:]
    return frozenset(columns[1].lower() for columns in map(str.split, rows) if len(columns) > 1)


def choose(locale: str, available: frozenset[str]) -> str | None:
    """The language code for `locale`: itself, else a shorter form of it, else None."""
    if not _LOCALE.fullmatch(locale):
        return None
    parts = locale.lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        code = "-".join(parts[:length])
        if code in available:
            return code
    same = sorted(code for code in available if code.split("-")[0] == parts[0])
    return {"zh": "cmn", "no": "nb"}.get(parts[0]) if not same and {"zh": "cmn", "no": "nb"}.get(parts[0]) in available else (same[0] if same else None)


def speak(path: str, code: str, text: str, scratch: Path, rate: int) -> Sound:
    """Say one sentence; the text goes in through a pipe, never as an argument. Returns mono sound at `rate` Hz.

    Raises EngineError when the program fails, and says what it wrote.
    """
    target = scratch / "espeak.wav"
    try:
        done = subprocess.run(
            [path, "-v", code, "-b", "1", "-w", str(target), "--stdin"], input=text.encode("utf-8"), capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"{path} could not be run for locale {code!r} ({error}); mend or reinstall espeak-ng", code="espeak_failed", retry=True) from None
    if done.returncode != 0 or not target.is_file():
        said = done.stderr.decode("utf-8", "replace").strip()[:200]
        raise EngineError(
            f"espeak-ng ended with {done.returncode} for locale {code!r}: {said or 'it said nothing'}; reinstall it, or choose another locale",
            code="espeak_failed",
        )
    with wave.open(str(target), "rb") as file:
        own, channels = file.getframerate(), file.getnchannels()
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels)[:, 0]
    samples = np.divide(pcm, 32768, dtype=np.float32)
    target.unlink()
    if not len(samples):
        return samples
    length = round(len(samples) * rate / own)
    sound: Sound = np.interp(np.arange(length) * (own / rate), np.arange(len(samples)), samples).astype(np.float32)
    return sound
