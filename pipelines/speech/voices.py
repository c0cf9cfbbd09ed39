"""Whose voice: the voices that models.yaml gives a speech model, and which of them the narrator and each character gets. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from farm.catalog import Model
from farm.specs import Speaker
from farm.work import EngineError

ABOUT = ("gender", "age", "locale")
GENDERS = ("female", "male", "neutral")
AGES = ("child", "young", "adult", "old")
NEIGHBOURS = {"child": ("young",), "young": ("adult", "child"), "adult": ("young", "old"), "old": ("adult",)}
"""Ages to take, in this order, where no voice has the one wanted."""


@dataclass(frozen=True)
class Voice:
    """One voice of a model: who could have it, and what the architecture needs to know of it (`settings`)."""

    name: str
    gender: str = "neutral"
    age: str = "adult"
    locale: str = ""  # empty: speaks whatever the model does
    settings: Mapping[str, Any] = field(default_factory=dict)

    def speaks(self, locale: str) -> bool:
        """Whether it is of the language of `locale`."""
        return not self.locale or language(self.locale) == language(locale)


def language(locale: str) -> str:
    """The language of a BCP 47 tag: "pt-BR" gives "pt"."""
    return locale.replace("_", "-").partition("-")[0].casefold()


class Voices:
    """The voices of one model, and how they are given out: the same character always gets the same one."""

    def __init__(self, name: str, voices: Iterable[Voice], narrator: str = "", names: Mapping[str, str] | None = None) -> None:
        self._model, self._narrator, self._names = name, narrator, {_plain(who): voice for who, voice in (names or {}).items()}
        self._all = {voice.name: voice for voice in voices} or {"default": Voice("default")}

    @classmethod
    def of(cls, model: Model) -> Voices:
        """Those of `defaults`: `voices: {name: {gender, age, locale, …}}`, `voice` (the narrator's), `names: {character's name: voice}`.

        Raises EngineError (bad_defaults) naming the voice and the word that is wrong.
        """
        if wrong := problems(model):
            raise EngineError(" ".join(wrong), code="bad_defaults")
        listed = dict(model.defaults.get("voices") or {})
        voices = [
            Voice(
                name, **{word: str(said[word]) for word in ABOUT if word in said}, settings={word: value for word, value in said.items() if word not in ABOUT}
            )
            for name, said in ((name, said or {}) for name, said in listed.items())
        ]
        return cls(model.name, voices, str(model.defaults.get("voice") or ""), dict(model.defaults.get("names") or {}))

    @property
    def names(self) -> tuple[str, ...]:
        """Every voice's name, in the order of models.yaml."""
        return tuple(self._all)

    def narrator(self, asked: str | None, locale: str) -> Voice:
        """The voice asked for by name, else the model's own for narration, else the first that speaks the language.

        Raises EngineError (no_such_voice, no_such_locale).
        """
        if asked and asked not in ("default", self._model):
            if asked not in self._all:
                raise EngineError(f"model {self._model!r} has no voice {asked!r}; it has {', '.join(self._all)}: ask for one of these", code="no_such_voice")
            return self._all[asked]
        if self._narrator and self._all[self._narrator].speaks(locale):
            return self._all[self._narrator]
        return self._speaking(locale)[0]

    def character(self, who: Speaker, locale: str, narrator: Voice | None = None) -> Voice:
        """The voice of a character: its own by name, else by `names`, else one of its gender and age, always the same, not the narrator's where others fit.

        Raises EngineError (no_such_locale).
        """
        if who.voice and who.voice in self._all:
            return self._all[who.voice]
        if (named := self._names.get(_plain(who.name))) is not None:
            return self._all[named]
        able = self._speaking(locale)
        if who.gender != "neutral":
            able = [voice for voice in able if voice.gender == who.gender] or able
        for age in (who.age, *NEIGHBOURS[who.age]):
            if fitting := [voice for voice in able if voice.age == age]:
                able = fitting
                break
        able = [voice for voice in able if narrator is None or voice.name != narrator.name] or able
        number = int.from_bytes(hashlib.sha256(_plain(who.name).encode()).digest()[:8], "big")
        return able[number % len(able)]

    def _speaking(self, locale: str) -> list[Voice]:
        able = [voice for voice in self._all.values() if voice.speaks(locale)]
        if not able:
            spoken = sorted({voice.locale for voice in self._all.values()})
            raise EngineError(f"no voice of model {self._model!r} speaks locale {locale!r}; they speak {', '.join(spoken)}: ask for one", code="no_such_locale")
        exact = [voice for voice in able if voice.locale.casefold() == locale.replace("_", "-").casefold()]
        return exact or able


def problems(model: Model, *, brings: bool = False) -> list[str]:
    """A sentence for everything that is wrong with the voices of `model` in models.yaml; `brings`: it has voices of its own, not listed there."""
    listed = model.defaults.get("voices") or {}
    if not isinstance(listed, dict) or not all(isinstance(said, dict | None) for said in listed.values()):
        return [f"Model {model.name!r}: defaults.voices is {listed!r}; give each voice's name a mapping such as {{gender: female, locale: en}}."]
    found = []
    for name, said in listed.items():
        for word, known in (("gender", GENDERS), ("age", AGES)):
            if said and said.get(word, known[0]) not in known:
                found.append(f"Model {model.name!r}: voice {name!r} has {word} {said[word]!r}; there are {', '.join(known)}.")
    wanted = [model.defaults["voice"]] if model.defaults.get("voice") else []
    found += [
        f"Model {model.name!r}: there is no voice {voice!r} among defaults.voices ({', '.join(listed) or 'none'})."
        for voice in [*wanted, *dict(model.defaults.get("names") or {}).values()]
        if voice not in listed and not brings
    ]
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
