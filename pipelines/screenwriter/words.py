"""Forms of English words: verbs by lemminflect, articles and plurals by inflect, lists by hand where both err."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

# What lemminflect gives first is right but for these.
_PAST = {
    "be": "was",
    "lie": "lay",
    "hang": "hung",
    "shine": "shone",
    "learn": "learned",
    "dream": "dreamed",
    "burn": "burned",
    "light": "lit",
    "leap": "leapt",
    "wake": "woke",
    "weave": "wove",
    "dive": "dived",
    "sneak": "sneaked",
    "wet": "wet",
    "kneel": "knelt",
    "bet": "bet",
    "fit": "fitted",
    "spit": "spat",
    "plead": "pleaded",
    "befriend": "befriended",
    "outwit": "outwitted",
    "outrun": "outran",
    "strive": "strove",
    "sing": "sang",
    "shrink": "shrank",
    "ring": "rang",
    "find": "found",
    "found": "founded",
    "fly": "flew",
    "tread": "trod",
    "slay": "slew",
    "can": "could",
    "will": "would",
    "may": "might",
    "must": "had to",
    "shall": "should",
    "bake": "baked",
    "speed": "sped",
    "grind": "ground",
    "wind": "wound",
    "bind": "bound",
    "saw": "sawed",
    "fell": "felled",
    "rescue": "rescued",
    "quit": "quit",
    "broadcast": "broadcast",
    "text": "texted",
    "google": "googled",
    "vlog": "vlogged",
    "haunt": "haunted",
}
_PARTICIPLE = {"be": "been", "learn": "learned", "dream": "dreamed", "sing": "sung", "swim": "swum", "get": "got", "prove": "proved", "sew": "sewn"}
_GERUND = {"be": "being", "lie": "lying", "die": "dying", "tie": "tying", "dye": "dyeing"}


@lru_cache(maxsize=1)
def _inflect() -> Any:
    """The engine of `inflect`, imported without typeguard's rewriting of its functions: 0.15 s instead of 1.7 s."""
    import typeguard

    checked = typeguard.typechecked
    typeguard.typechecked = lambda target=None, **_: target  # type: ignore[assignment]
    try:
        import inflect
    finally:
        typeguard.typechecked = checked
    return inflect.engine()


@lru_cache(maxsize=4096)
def inflected(lemma: str, tag: str) -> str:
    """One verb in the form that the Penn tag names: VBD, VBN, VBG, VBZ or VB."""
    import lemminflect

    lemma = lemma.lower()
    table = {"VBD": _PAST, "VBN": _PARTICIPLE, "VBG": _GERUND}.get(tag, {})
    if lemma in table:
        return table[lemma]
    if tag == "VB":
        return lemma
    if tag == "VBZ" and lemma == "be":
        return "is"
    if tag == "VBZ" and lemma in {"can", "will", "may", "must", "shall"}:
        return lemma
    if "-" in lemma:  # over-heat, re-open
        head, _, tail = lemma.rpartition("-")
        return f"{head}-{inflected(tail, tag)}"
    forms = lemminflect.getInflection(lemma, tag=tag) or lemminflect.getInflectionOOV(lemma, {"VBD": "VERB"}.get(tag, "VERB"))
    if forms:
        return str(forms[0])
    return _regular(lemma, tag)


def _regular(lemma: str, tag: str) -> str:
    if tag in {"VBD", "VBN"}:
        return lemma + ("d" if lemma.endswith("e") else "ed")
    if tag == "VBG":
        return (lemma[:-1] if lemma.endswith("e") else lemma) + "ing"
    return lemma + "s"


@lru_cache(maxsize=4096)
def verb_lemma(word: str) -> str | None:
    """The verb that `word` is a form of, or None when English knows none."""
    import lemminflect

    found = lemminflect.getAllLemmas(word.lower(), upos="VERB").get("VERB")
    return str(found[0]) if found else None


@lru_cache(maxsize=8192)
def known(word: str) -> bool:
    """Whether an English dictionary (lemminflect's) has the word."""
    import lemminflect

    return bool(lemminflect.getAllLemmas(word.lower()))


def a(phrase: str) -> str:
    """The phrase with a or an before it."""
    phrase = phrase.strip()
    return str(_inflect().a(phrase)) if phrase else phrase


def plural(noun: str) -> str:
    """The plural of a noun phrase's head."""
    return str(_inflect().plural_noun(noun) or noun)


@lru_cache(maxsize=2048)
def singular(noun: str) -> str:
    """The singular of a noun; a singular stays as it is."""
    if noun.endswith(("ss", "us", "is")):
        return noun
    return str(_inflect().singular_noun(noun) or noun)


def number(count: int) -> str:
    """A small number in words."""
    return str(_inflect().number_to_words(count))


def possessive(name: str) -> str:
    """Tom's, the sisters', James's."""
    return name + ("'" if name.endswith("s") and name.split(maxsplit=1)[0].lower() in {"the", "all", "both", "two", "three", "four", "five", "they"} else "'s")


def capital(text: str) -> str:
    """The text with its first letter large; a quotation mark before it is left alone."""
    for i, letter in enumerate(text):
        if letter.isalnum():
            return text[:i] + letter.upper() + text[i + 1 :]
    return text


def tidy(text: str) -> str:
    """One space between words, none before marks, doubled marks dropped."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([,.;:!?%)])", r"\1", text)
    text = re.sub(r",\s*([.!?;])", r"\1", text)
    return re.sub(r"([,;])(?:\s*[,;])+", r"\1", text)
