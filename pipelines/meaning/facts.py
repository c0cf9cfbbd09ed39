"""What common nouns mean: WordNet's definitions, kinds and parts, baked into `facts.zip` (see `bake_facts.py`)."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipelines.meaning.vectors import stems

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fact:
    """One noun: what it is ("a wheeled vehicle that has two wheels …"), what it is a kind of, its parts and its kinds."""

    noun: str  # in the singular, a place's name with its capital
    kind: str  # as `vectors.kind` has them: animal, artifact, food, place …
    what: str
    above: str = ""
    parts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@lru_cache(maxsize=32)
def _letter(letter: str) -> dict[str, tuple[str, ...]]:
    with zipfile.ZipFile(HERE / "facts.zip") as archive:
        if f"{letter}.txt" not in archive.namelist():
            return {}
        lines = archive.read(f"{letter}.txt").decode("utf-8").splitlines()
    return {fields[0].lower(): tuple(fields) for fields in (line.split("\t") for line in lines)}


@lru_cache(maxsize=1024)
def fact(phrase: str) -> Fact | None:
    """What is known of a noun phrase, singular or plural, by its longest known ending ("electric bicycle" is a bicycle); None when nothing is."""
    tokens = re.findall(r"[a-z'-]+", phrase.lower())[-4:]
    for start in range(len(tokens)):
        first, last = tokens[start:-1], tokens[-1]
        for form in stems(last):
            name = " ".join([*first, form])
            row = _letter(name[:1]).get(name)
            if row is not None:
                return Fact(row[0], row[1], row[2], row[3], tuple(filter(None, row[4].split("|"))), tuple(filter(None, row[5].split("|"))))
    return None
