"""What a description in words says that one sees: "a tall woman with curly red hair, in a green coat" as a look."""
# ruff: noqa: E501 - tables of words read best a row a line

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.illustrator.figures.wardrobe import COLORS, HAIR_COLORS, STYLES, color

LONGEST = 400  # characters that are read: what one sees is said early, and a description may be a hostile megabyte
WORN = {
    "coat": "coat", "overcoat": "coat", "raincoat": "coat", "parka": "coat", "jacket": "jacket", "blazer": "jacket", "uniform": "coat", "suit": "suit", "robe": "robe", "robes": "robe", "gown": "dress", "dress": "dress",
    "kimono": "dress", "sari": "dress", "shirt": "shirt", "t-shirt": "shirt", "tshirt": "shirt", "blouse": "shirt", "top": "top", "tunic": "tunic", "jumper": "jumper", "sweater": "sweater", "hoodie": "jumper",
    "pullover": "jumper", "cardigan": "jumper", "cloak": "cloak", "cape": "cape", "trousers": "trousers", "pants": "pants", "jeans": "trousers", "shorts": "trousers", "skirt": "skirt", "scarf": "scarf", "apron": "apron",
    "hat": "hat", "cap": "hat", "beret": "hat", "hood": "hat", "turban": "hat", "headscarf": "hat", "crown": "hat", "boots": "boots", "shoes": "boots",
}  # fmt: skip
"""Garments by the part of a look that they are."""
PLAIN_COLORS = {"jeans": "#3f5f8f"}
SKINS = (
    (r"\b(?:very )?dark[- ]skin(?:ned)?\b|\bdark skin\b|\bblack (?:man|woman|girl|boy|child|teenager|grandmother|grandfather)\b", "#6f442a"),
    (r"\bbrown[- ]skin(?:ned)?\b|\bbrown skin\b", "#97603b"),
    (r"\b(?:olive|tanned|tan)[- ]skin(?:ned)?\b|\b(?:olive|tanned) skin\b|\btanned\b", "#dba277"),
    (r"\b(?:pale|fair|light|white)[- ]skin(?:ned)?\b|\b(?:pale|fair) skin\b|\bpale\b", "#f6d3b5"),
)
_GARMENT = re.compile(rf"((?:[a-z#0-9'-]+ ){{0,4}})\b({'|'.join(sorted(WORN, key=len, reverse=True))})\b")
_ENDS = re.compile(r"^.*\b(?:and|with|in|wearing|a|an|the|his|her|their|of|or|who|wears|over|under)\b")
_HAIR = re.compile(r"((?:[a-z-]+,? ){1,4})(?:hair|curls|braids?|ponytail|bun|bob|afro)\b")
_HAIRED = re.compile(rf"\b({'|'.join(sorted(HAIR_COLORS, key=len, reverse=True))})[- ]haired\b|\b(redhead|blonde?|brunette)\b")
_NAMED = {"redhead": "red", "brunette": "dark brown", "blond": "blond", "blonde": "blond"}


@lru_cache(maxsize=1024)
def look_in(description: str) -> dict[str, str]:
    """The look that a description gives: parts as in `Character.look`, colours as words; {} where it says nothing that one sees."""
    text = re.sub(r"\s+", " ", description[:LONGEST].lower())
    found: dict[str, str] = {}
    if (match := _HAIRED.search(text)) is not None:
        found["hair"] = match[1] or _NAMED[match[2]]
    for match in _HAIR.finditer(text):
        said = re.sub(r"^.*\b(?:with|and his|and her|has|have|an?|the|his|her|in|wearing)\b", "", match[0]).strip()
        if color(said, HAIR_COLORS) or any(style in said for style in STYLES):
            found["hair"] = said
    if re.search(r"\bbald\b", text):
        found["hair"] = "bald"
    if (beard := re.search(r"((?:[a-z-]+ ){0,3})(beard|moustache|mustache)", text)) is not None and not re.search(r"\bno (?:beard|moustache)", text):
        found["beard"] = "moustache" if beard[2].startswith("mou") or beard[2].startswith("mus") else "long" if "long" in beard[1] else beard[2]
    if re.search(r"\b(?:glasses|spectacles)\b", text) and not re.search(r"\bwithout (?:glasses|spectacles)\b", text):
        found["glasses"] = "glasses"
    for match in _GARMENT.finditer(text):
        part, before = WORN[match[2]], _ENDS.sub("", match[1])
        tone = next((word for word in sorted(COLORS, key=len, reverse=True) if re.search(rf"\b{word}\b", before)), "") or (
            hexed[0] if (hexed := re.search(r"#[0-9a-f]{6}\b", before)) else PLAIN_COLORS.get(match[2], "")
        )
        if part == "hat":
            found.setdefault("hat", f"{before}{match[2]}".strip())
        elif tone:
            found.setdefault(part, tone)
    for pattern, tone in SKINS:
        if re.search(pattern, text):
            found.setdefault("skin", tone)
    return found
