"""Text as sounds: IPA by the espeak-ng program, which must be installed for models that were trained on it; numbers spelled out."""

from __future__ import annotations

import re
import subprocess

from farm.work import EngineError
from pipelines.speech.voices import language
from pipelines.voice import espeak

_CLAUSE = re.compile(r"([,;:!?…—–¡¿]+|\.+(?=[\"'”’»)]*\s*$))")  # one sentence: a full stop before its end is an abbreviation's
_FLAGS = re.compile(r"\([a-z-]{2,7}\)")  # espeak-ng marks words that it reads in another language
_DIGITS = re.compile(r"\d")
_NUMBER = re.compile(r"(?<![0-9])(?P<whole>[0-9]{1,3}(?:[,.\u202f'’][0-9]{3})+|[0-9]+)(?P<fraction>[.,][0-9]{1,12}(?![0-9]))?(?P<ordinal>(?:st|nd|rd|th)\b)?")
LONGEST_NUMBER = 15  # digits; longer ones are read digit by digit, as people do


def ipa(text: str, locale: str, tie: str = "") -> str:
    """The text's phonemes with its punctuation kept, words apart by single spaces; `tie` stands between the parts of affricates and diphthongs.

    Raises EngineError (no_such_locale, espeak_failed).
    """
    path = espeak.program()
    if path is None:
        raise EngineError(f"this model speaks from phonemes, which espeak-ng makes; {espeak.REMEDY}", code="no_such_locale")
    wanted = "en-us" if locale.casefold() == "en" else locale
    code = espeak.choose(wanted, espeak.locales(path))
    if code is None:
        raise EngineError(f"espeak-ng knows no locale {locale!r}; ask for another", code="no_such_locale")
    pieces = [piece for piece in _CLAUSE.split(text) if piece]
    sounds = iter(_phonemes(path, code, tie, [piece for piece in pieces if not _CLAUSE.fullmatch(piece) and piece.strip()]))
    found = ""
    for piece in pieces:
        if _CLAUSE.fullmatch(piece):
            found += piece
        elif piece.strip():
            found += (" " if piece[0].isspace() and found else "") + next(sounds, "") + (" " if piece[-1].isspace() else "")
        else:
            found += " "
    return " ".join(found.split())


def _phonemes(path: str, code: str, tie: str, clauses: list[str]) -> list[str]:
    """Each clause's phonemes; the text goes in through a pipe, a clause a line."""
    if not clauses:
        return []
    try:
        done = subprocess.run(
            [path, "-q", "-v", code, "-b", "1", "--ipa", *([f"--tie={tie}"] if tie else []), "--stdin"],
            input="\n".join(" ".join(clause.split()) + "." for clause in clauses).encode(),
            capture_output=True,
            timeout=espeak.SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"{path} could not be run for locale {code!r} ({error}); mend or reinstall espeak-ng", code="espeak_failed", retry=True) from None
    lines = [_FLAGS.sub("", line).strip() for line in done.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
    if done.returncode != 0 or len(lines) != len(clauses):
        # A clause that espeak-ng itself cuts gives several lines: then the clauses are asked one by one.
        if len(clauses) > 1 and done.returncode == 0:
            return [" ".join(_phonemes(path, code, tie, [clause])) for clause in clauses]
        if lines and done.returncode == 0:
            return [" ".join(lines)]
        said = done.stderr.decode("utf-8", "replace").strip()[:200]
        raise EngineError(f"espeak-ng ended with {done.returncode} for locale {code!r}: {said or 'it said nothing'}; reinstall it", code="espeak_failed")
    return lines


def spelled(text: str, locale: str) -> str:
    """The text with its numbers as words, for models that know letters only; as it is where nobody here can spell them in its language."""
    if not _DIGITS.search(text):
        return text
    try:
        from num2words import CONVERTER_CLASSES, num2words
    except ImportError:
        return text
    known = next((code for code in (locale.replace("-", "_"), language(locale)) if code in CONVERTER_CLASSES), None)
    if known is None:
        return text

    def spoken(found: re.Match[str]) -> str:
        whole, fraction, ordinal = found["whole"], found["fraction"], found["ordinal"]
        digits = re.sub(r"\D", "", found[0])
        if len(digits) > LONGEST_NUMBER:
            return " ".join(str(num2words(int(digit), lang=known)) for digit in digits)
        number = int(re.sub(r"\D", "", whole))
        year = len(whole) == 4 and not fraction and not ordinal and 1100 <= number < 2100
        try:
            if fraction:
                return str(num2words(float(f"{number}.{fraction[1:]}"), lang=known))
            return str(num2words(number, lang=known, to="ordinal" if ordinal else "year" if year else "cardinal"))
        except (NotImplementedError, OverflowError, ValueError, TypeError, KeyError):
            return found[0]

    return _NUMBER.sub(spoken, text)
