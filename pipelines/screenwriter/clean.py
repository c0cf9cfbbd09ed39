"""What may come in: takes junk out of a prompt, names its emoji, and refuses with a reason what holds no story."""

from __future__ import annotations

import re
import unicodedata

from farm.work import EngineError
from pipelines.screenwriter import lexicon, words

LONGEST = 120_000  # characters; a screenplay of two hours has about as many
_LEAD = re.compile(
    r"""^\s*(?:please\s+|can\s+you\s+|could\s+you\s+|i\s+(?:want|would\s+like|'d\s+like)\s+(?:you\s+to\s+)?)*
        (?:(?:make|create|write|tell|generate|produce|give|show|film|animate|render|do)\s+(?:me|us)?\s*)?
        (?:an?|the|some|one)?\s*(?:\d+[- ]second\s+)?(?:(?:short|little|brief|funny|sad|epic|animated|cinematic|beautiful|new|quick
            |heartwarming|scary|spooky|bedtime|cute|dramatic|horror|comedy|romantic|sci-?fi|science\s+fiction|fantasy|love|adventure|noir|60s|30s)\s+)*
        (?:video|film|movie|story|clip|cartoon|animation|tale|ad|advert|advertisement|commercial|music\s+video|trailer|documentary|short|short\s+film|thriller|romance|drama|comedy|skit|sketch|scene|reel|poem|haiku|rhyme|song|fable|fairy\s*tale|report|news\s+(?:report|story))\s*
        (?:about|of|on|for|in\s+which|where|showing|with|telling\s+of|featuring)\s*:?\s+""",
    re.IGNORECASE | re.VERBOSE,
)
_INJECTION = re.compile(
    r"\b(?:(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]*\b(?:instruction|prompt|rule|previous|above|system|guideline)s?\b|(?:system|developer)\s+(?:prompt|message|mode)|jailbreak|you\s+are\s+now\b|as\s+an?\s+(?:ai|language\s+model)\b|"
    r"(?:print|reveal|show|output|repeat)\s+(?:your|the|all)\s+(?:\w+\s+)?(?:prompt|instructions|password|secrets?|api\s+keys?|environment)|drop\s+table|<\s*/?script|rm\s+-rf|\bexec\s*\(|\beval\s*\(|\$\{[^}]*\}|\{\{[^}]*\}\})",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<[^<>]{0,200}>|https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}|`{3}.*?`{3}", re.DOTALL)
_RUDE = re.compile(
    r"\b(?:mother)?fuck(?:ing|ed|er|ers|s)?\b|\bshit(?:ty|s)?\b|\bbull ?shit\b|\bcunts?\b"
    r"|\bass ?holes?\b|\bbitch(?:es)?\b|\bgod ?damn(?:ed)?\b|\bwhores?\b|\bdick ?heads?\b|\bbastards?\b|\bnigg\w+|\bfaggots?\b",
    re.IGNORECASE,
)
_FOREIGN = lexicon.listing("foreign")
_ENGLISH = lexicon.listing("english")


def bad(message: str) -> EngineError:
    """The error for a prompt that no story can be made of."""
    return EngineError(message, code="bad_prompt")


def clean(text: str, *, english: bool = True) -> str:
    """The prompt as plain text, in English unless `english` says that another language is expected.

    Raises `EngineError` (bad_prompt) that names what was wrong and says what to write instead.
    """
    if len(text) > LONGEST:
        raise bad(f"the prompt has {len(text):,} characters; up to {LONGEST:,} are read. Cut it into several stories")
    if not text.strip():
        raise bad("the prompt is empty; write one sentence that says who does what, such as 'A lighthouse keeper befriends a stranded whale.'")
    junk = sum(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "Cn"} and c not in "\n\r\t\u200d\ufe0f" for c in text)
    if junk > max(8, len(text) // 5):
        raise bad(f"the prompt is not text: {junk} of its {len(text)} characters are control characters; send plain text in UTF-8")
    text = unicodedata.normalize("NFC", text)  # NFKC would turn the letters of mathematical fonts into text nobody typed
    text = "".join(c for c in text if c in "\n\t " or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"} or c == "\u200d")
    text = text.replace("\r", "").translate(
        str.maketrans(
            {  # type: ignore[arg-type]
                "’": "'",
                "‘": "'",
                "“": '"',
                "”": '"',
                "„": '"',
                "…": "...",
                "\u00a0": " ",
                "\u200d": "",
                "\ufe0f": "",
            }
        )
    )
    text = _MARKUP.sub(" ", text)
    had_rude = bool(_RUDE.search(text))
    text = _RUDE.sub("", text)
    text, injected = _without_injection(text)
    text, named = _emoji(text)
    text = re.sub(r"(\S)\1{7,}", r"\1\1\1", text)
    text = re.sub(r"([!?.,;:\-_=*#~^|/\\])\1{2,}", r"\1", text)
    text = re.sub(r"[ \t]+", " ", text).strip()
    letters = [c for c in text if c.isalpha()]
    if not letters:
        what = (
            "only instructions to a machine"
            if injected
            else "only rude words"
            if had_rude
            else "no word"
            if not any(c.isdigit() for c in text)
            else "only figures"
        )
        raise bad(
            f"the prompt has {what} ({_short(text) or 'nothing is left of it'}); write one sentence that says who does what, such as 'A fox finds the moon.'"
        )
    if injected and len(letters) < 6:
        raise bad("the prompt speaks to a machine and tells no story; write one sentence that says who does what, such as 'A fox finds the moon.'")
    if english:
        _english(text, named, letters)
    return text


def topic(text: str) -> str:
    """The prompt without its lead-in: "Make a video about a fox" is about a fox."""
    text = "\n".join(
        words.tidy(line) for line in re.sub(r"[{}<>|\\^~`*#]|%[sdr]\b|\b\w+\([^()]{0,40}\)", " ", text).split("\n")
    )  # marks that mean something to machines, and calls
    shorter = _LEAD.sub("", text, count=1).strip()
    shorter = re.sub(r"^(?:how|why)\s+(?=(?:an?|the|two|three)\b)", "", shorter, flags=re.IGNORECASE)
    return shorter if any(c.isalpha() for c in shorter) else text


def _short(text: str) -> str:
    text = text.strip()
    return repr(text if len(text) <= 40 else text[:37] + "...") if text else ""


def _without_injection(text: str) -> tuple[str, bool]:
    if not _INJECTION.search(text):
        return text, False
    parts = re.split(r"(?<=[.!?\n])\s+", text)
    return " ".join(part for part in parts if not _INJECTION.search(part)), True


def _emoji(text: str) -> tuple[str, bool]:
    """Emoji by their names: on their own they become "a fox and a moon", between words they go."""
    found: list[str] = []
    rest = []
    for c in text:
        if unicodedata.category(c) == "So" or 0x1F000 <= ord(c) <= 0x1FAFF:
            name = _emoji_name(c)
            if name and name not in found:
                found.append(name)
            rest.append(" ")
        elif unicodedata.category(c) in {"Sk", "Mn", "Me"} and (0x1F3FB <= ord(c) <= 0x1F3FF or c == "\u20e3"):
            continue
        else:
            rest.append(c)
    plain = "".join(rest)
    if any(c.isalpha() for c in plain) or not found:
        return plain, False
    return _phrase(found[:4]), True


_EMOJI_WORDS = lexicon.listing("emoji_words")


def _emoji_name(c: str) -> str:
    name = unicodedata.name(c, "").lower()
    if "heart" in name:
        return "heart"
    if "variation" in name or "modifier" in name or "regional" in name:
        return ""
    if "smil" in name or "grin" in name or ("face" in name and not any(lexicon.kind_of(w) != "thing" for w in name.split())):
        return ""
    kept = [w for w in name.replace("-", " ").split() if w not in _EMOJI_WORDS]
    return " ".join(kept[-2:] if len(kept) > 1 and words.known(kept[-1]) else kept[-1:])


def _phrase(names: list[str]) -> str:
    """Named pictures as a small premise: who lives comes first."""
    living = [n for n in names if lexicon.kind_of(n) in {"human", "animal", "creature", "robot", "toy"}]
    rest = [n for n in names if n not in living]
    sky = next((_SKIES[w] for n in rest for w in n.split() if w in _SKIES), "") if len(names) > 1 else ""
    if sky:
        rest = [n for n in rest if not set(n.split()) & {*_SKIES, "cloud"}]
    one = {"moon", "sun", "sea", "ocean", "earth", "night", "rain", "snow"}
    noun = [("the " + n) if n.split()[-1] in one else words.a(n) for n in rest]
    if len(living) >= 2:
        return words.capital(f"{words.a(living[0])} befriends {words.a(living[1])}" + (f" and finds {noun[0]}" if noun else "") + f"{sky}.")
    if living and noun:
        if len(noun) > 1:
            return words.capital(f"{words.a(living[0])} searches for {noun[0]}{sky} and finds {noun[1]}.")
        return words.capital(f"{words.a(living[0])} searches for {noun[0]}{sky}.")
    if living:
        return words.capital(f"{words.a(living[0])} gets lost{sky}." if sky else words.a(living[0]))
    if noun:
        return words.capital(f"a child finds {noun[0]}" + (f" and {noun[1]}" if len(noun) > 1 else "") + f"{sky}.")
    return "a smile" if not sky else words.capital(f"a child walks home{sky}.")


_SKIES = {
    "rain": " in the rain",
    "drops": " in the rain",
    "snow": " in the snow",
    "snowflake": " in the snow",
    "lightning": " in a storm",
    "thunder": " in a storm",
    "fog": " in the fog",
}


def _english(text: str, named: bool, letters: list[str]) -> None:
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters[:4000])
    if latin < 0.7 * len(letters[:4000]):
        script = next((unicodedata.name(c, "unknown").split()[0].title() for c in letters if "LATIN" not in unicodedata.name(c, "")), "another")
        raise bad(f"the prompt is in {script} script ({_short(text)}); this screenwriter reads English. Write in English, or name the locale of a whole script")
    tokens = re.findall(r"[a-zà-öø-ÿ']+", text[:6000].lower())
    if not tokens:
        raise bad(f"the prompt has no word ({_short(text)}); write one sentence that says who does what")
    if named:
        return
    sense = sum(t in _ENGLISH or words.known(t.removesuffix("'s")) or lexicon.kind_of(t) != "thing" for t in tokens)
    foreign = sum(t in _FOREIGN and t not in _ENGLISH for t in tokens)
    english = sum(t in _ENGLISH for t in tokens)
    if len(tokens) >= 3 and foreign >= 2 and foreign > english:
        raise bad(
            f"the prompt does not seem to be English ({_short(text)}); this screenwriter reads English. Write in English, or name the locale of a whole script"
        )
    capitals = len(re.findall(r"\b[A-Z][a-z]+\b", text[:6000]))
    if sense + min(capitals, len(tokens) // 2) < 0.5 * len(tokens) or sense == 0:
        raise bad(f"no English words were found in the prompt ({_short(text)}); write one sentence that says who does what, such as 'A fox finds the moon.'")
