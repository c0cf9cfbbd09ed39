"""Languages by name, and whether a text is in the one that was asked for. Pure.

No detector of languages: it is asked only what models get wrong in practice, which is to fall back to English, or to the material's own language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pipelines.language import lengths

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "ko": "Korean", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ms": "Malay",
    "my": "Burmese", "nb": "Norwegian Bokmål", "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian Nynorsk", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovene", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish",
    "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Filipino", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese", "yue": "Cantonese", "zh": "Chinese",
}  # fmt: skip
_CYRILLIC = ("bg", "kk", "mk", "ru", "sr", "uk")
_ARABIC = ("ar", "fa", "ur")
SCRIPTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_CYRILLIC, ("CYRILLIC",)), **dict.fromkeys(_ARABIC, ("ARABIC",)), "sr": ("CYRILLIC", "LATIN"), "kk": ("CYRILLIC", "LATIN"),
    "el": ("GREEK",), "he": ("HEBREW",), "hy": ("ARMENIAN",), "ka": ("GEORGIAN",), "hi": ("DEVANAGARI",), "ne": ("DEVANAGARI",), "bn": ("BENGALI",),
    "ta": ("TAMIL",), "te": ("TELUGU",), "th": ("THAI",), "lo": ("LAO",), "km": ("KHMER",), "my": ("MYANMAR",), "ko": ("HANGUL",),
    "zh": ("CJK",), "yue": ("CJK",), "ja": ("HIRAGANA", "KATAKANA", "CJK"),
}  # fmt: skip
"""The scripts of languages that are not written in Latin letters."""
_SMALL = {
    "en": "the and of to in a is was his her with that for on it as at he she they from by not but had were are this",
    "de": "der die das und in den von zu mit ist war sich nicht ein eine dem des auf im sie er es als auch wie aber ihr sein",
    "fr": "le la les de des du et un une est dans que qui il elle en sur pas pour au aux avec son sa ses se ce mais",
    "es": "el la los las de del y un una en que es era se no por con su al para lo como pero sus ella más",
    "pt": "o a os as de do da dos das e um uma em que é era não se por com seu sua ao para mas no na ela ele",
    "it": "il lo la i gli le di del della e un una in che è era non si per con suo sua al ma nel alla lui lei",
    "nl": "de het een en van in is was dat die op te met zijn haar niet voor hij zij ze er aan maar ook naar",
}
_FUNCTION = {tongue: frozenset(words.split()) for tongue, words in _SMALL.items()}
"""The small words of prose: two of five in their own language, one of six or less in a neighbour's."""
CLEARLY = 0.12  # more small words of another language than of the one asked for
FEWEST_WORDS = 12  # to judge a language by
MOSTLY = 0.6  # of a text's letters


def called(locale: str) -> str:
    """A language's English name with its tag: "Portuguese (pt-BR)"; the tag alone where it is not known."""
    name = NAMES.get(lengths.language(locale))
    if name is None:
        return f"of the tag {locale}"
    return name if locale.casefold() == lengths.language(locale) else f"{name} ({locale})"


def speaks(texts: Iterable[str], locale: str) -> bool:
    """Whether texts can be in a locale's language; where there is too little to tell, yes."""
    text = " ".join(texts)
    scripts = Counter(lengths.script(sign) for sign in text if sign.isalpha())
    letters = sum(scripts.values())
    if letters < 2 * FEWEST_WORDS:
        return True
    tongue = lengths.language(locale)
    own = SCRIPTS.get(tongue)
    if own is not None and sum(scripts[name] for name in own) < MOSTLY * letters:
        return False
    if tongue == "ja" and not scripts["HIRAGANA"]:
        return False  # Chinese
    if tongue in NAMES and own is None and scripts["LATIN"] < MOSTLY * letters:
        return False
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if own is None and tongue in NAMES and len(words) >= FEWEST_WORDS:
        shares = {name: sum(word in small for word in words) / len(words) for name, small in _FUNCTION.items()}
        # Of a language that is not among these, half its neighbours' small words may be its own: only English is told from it.
        return max(shares.values()) < shares[tongue] + CLEARLY if tongue in shares else shares["en"] < 2 * CLEARLY
    return True


def latin(text: str) -> bool:
    """Whether a text is mostly in Latin letters, as English is."""
    letters = [sign for sign in text if sign.isalpha()]
    return not letters or sum(lengths.script(sign) == "LATIN" for sign in letters) >= MOSTLY * len(letters)
