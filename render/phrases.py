"""Where text may break in scripts that put no spaces between words: Japanese, Chinese and Thai by phrases (BudouX), other such scripts by syllables. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_JOINED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Burmese, Khmer: no spaces between words, but spaces between clauses."""
_SYLLABLE = re.compile(r"[\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff][^\u0e81-\u0eae\u1000-\u1021\u1780-\u17b3]*")

JOINER = "\u2060"  # Unicode's word joiner
LONGEST = 8  # signs that are kept together


def spaceless(sign: str) -> bool:
    """Whether a sign's neighbours stand beside it without a space (Korean has spaces)."""
    return unicodedata.east_asian_width(sign) in "WF" and not 0xAC00 <= ord(sign) <= 0xD7A3


def clausal(sign: str) -> bool:
    """Whether a sign is of a script with spaces between clauses only."""
    return bool(_JOINED.match(sign))


def phrases(text: str) -> list[str]:
    """A text without spaces in pieces that may stand on different lines; together they are the text. Any other text as it is."""
    if not text or text.isascii():
        return [text]
    if _KANA.search(text):
        return _parser("japanese")(text)
    if _HAN.search(text):
        return _parser("simplified_chinese" if _simplified(text) else "traditional_chinese")(text)
    if _THAI.search(text):
        return _parser("thai")(text)
    if _JOINED.search(text):
        found = _SYLLABLE.findall(text)
        return found if "".join(found) == text else [text]
    return [text]


def unbroken(text: str) -> str:
    """A text whose phrases stay whole where a line breaks: with word joiners inside them, in scripts that could break anywhere."""
    return " ".join("".join(map(_whole, phrases(word))) if _loose(word) else word for word in text.split(" "))


def _whole(phrase: str) -> str:
    return JOINER.join(phrase) if len(phrase) <= LONGEST else phrase


def _loose(word: str) -> bool:
    return any(spaceless(sign) for sign in word)


def tongue(text: str, locale: str) -> str:
    """The language tag by which a font's shapes of Han characters are chosen: of the text where it tells, else of the film's locale."""
    if _KANA.search(text):
        return "ja"
    parts = locale.replace("_", "-").casefold().split("-")
    if parts[0] in ("zh", "yue"):
        return "zh-Hant" if parts[0] == "yue" or {"tw", "hk", "mo", "hant"} & set(parts) else "zh-Hans"
    if parts[0] in ("ja", "ko") or not _HAN.search(text):
        return parts[0]
    return "zh-Hans" if _simplified(text) else "zh-Hant"


def _simplified(text: str) -> bool:
    """Whether every Han character is in the set of simplified ones (GB 2312)."""
    try:
        "".join(_HAN.findall(text)).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4)
def _parser(name: str) -> Callable[[str], list[str]]:
    import budoux

    parse: Callable[[str], list[str]] = getattr(budoux, f"load_default_{name}_parser")().parse
    return parse
