"""Words for colours, hair, hats and what is held, as a look says them."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

import re

from pipelines.illustrator.figures import people, things
from pipelines.illustrator.figures.props import PROPS

COLORS = {
    "black": "#2b2730", "white": "#f4f1ea", "grey": "#8d9099", "gray": "#8d9099", "silver": "#c3c9d0", "red": "#c8343a", "crimson": "#a8243a", "scarlet": "#d8382f", "orange": "#e07f2f",
    "yellow": "#e8b93a", "gold": "#e0ac38", "golden": "#e0ac38", "green": "#4f8f57", "emerald": "#2f9a6a", "teal": "#2f8a8a", "turquoise": "#3fb0ac", "blue": "#3f6fae", "navy": "#28395c",
    "purple": "#6f4a9e", "violet": "#7a5ac0", "lilac": "#a88fd0", "pink": "#e58fae", "rose": "#d9718f", "brown": "#7a5236", "beige": "#d9c7a3", "tan": "#c29a68", "cream": "#f2e6cf", "plum": "#7a3f6a",
}  # fmt: skip


HAIR_COLORS = {
    "black": "#1f1a20", "dark": "#2b1d1a", "brown": "#5a3824", "dark brown": "#3a2419", "auburn": "#8a3f22", "red": "#b5502a", "ginger": "#c8652f", "blond": "#d9a441", "blonde": "#d9a441",
    "golden": "#d9a441", "fair": "#d9b060", "white": "#e9e6e2", "grey": "#b9b5b2", "gray": "#b9b5b2", "silver": "#cfcdcc", "blue": "#3f6fae", "pink": "#e58fae", "green": "#4f9f67", "purple": "#7a5ac0",
}  # fmt: skip


STYLES = {"bald": "bald", "bun": "bun", "curly": "curly", "curls": "curly", "braid": "braid", "braids": "braid", "plait": "braid", "ponytail": "ponytail", "long": "long", "bob": "bob", "afro": "afro", "wild": "spiky", "messy": "tuft", "short": "short", "spiky": "spiky"}  # fmt: skip


HAT_WORDS = {
    "sou'wester": "sou'wester", "oilskin": "sou'wester", "straw": "straw", "sun": "straw", "veil": "veil", "captain": "peaked", "police": "peaked", "postman": "peaked", "sailor": "beret", "peaked": "peaked", "pirate": "tricorne",
    "tricorne": "tricorne", "three-cornered": "tricorne", "chef": "toque", "baker": "toque", "toque": "toque", "felt": "fedora", "fedora": "fedora", "cowboy": "cowboy", "crown": "crown", "circlet": "tiara", "tiara": "tiara",
    "wizard": "pointed", "witch": "pointed", "pointed": "pointed", "flat": "flat cap", "bowler": "bowler", "top": "top hat", "nurse": "nurse", "fire": "fire helmet", "beret": "beret", "beanie": "beanie", "woolly": "beanie",
    "wool": "beanie", "turban": "headscarf", "headscarf": "headscarf", "hijab": "headscarf", "kerchief": "headscarf", "bandana": "bandana", "hood": "hood", "helmet": "army helmet", "viking": "viking", "jester": "jester",
    "mortarboard": "mortarboard", "graduation": "mortarboard", "flower": "flowers", "flowers": "flowers", "headband": "headband", "elf": "elf", "cap": "flat cap", "hat": "fedora",
}  # fmt: skip


PROP_WORDS = {
    "lantern": "lantern", "lamp": "lantern", "net": "rod", "fishing rod": "rod", "cutlass": "cutlass", "ladle": "spoon", "rolling pin": "bread", "broom": "broom", "tray": "cup", "pitchfork": "pitchfork", "crook": "crook", "bow": "bow",
    "sword": "sword", "katana": "sword", "spear": "spear", "staff": "staff", "magnifying glass": "magnifier", "wrench": "wrench", "screwdriver": "wrench", "notebook": "clipboard", "hammer": "hammer", "paintbrush": "brush",
    "brush": "brush", "guitar": "guitar", "violin": "violin", "flute": "flute", "trumpet": "trumpet", "wand": "wand", "book": "book", "map": "map", "letter": "paper", "umbrella": "umbrella", "basket": "basket", "camera": "camera",
    "satchel": "bag", "bag": "bag", "briefcase": "bag", "cane": "cane", "shovel": "shovel", "spade": "shovel", "ball": "ball", "telescope": "spyglass", "spyglass": "spyglass", "bouquet": "bouquet", "bread": "bread", "candle": "lantern",
}  # fmt: skip


HAT_EXTRAS = {"goggles": "goggles", "mask": "domino", "loupe": "glasses", "space": "helmet", "diving": "helmet", "topknot": "topknot"}
"""What is worn on a head and is no hat."""


NOT_HELD = frozenset(["crown", "ring", "piano", "top hat", "straw hat", "stethoscope", "steering wheel", "ballet shoes", "chain"])
"""Tools of a trade that are worn or stood at."""


def held(tool: str) -> str:
    """The prop for a tool: one drawn for the hand, else the tool's picture ("thing:compass"), or "" for what no hand holds."""
    word = tool.lower()
    if word in NOT_HELD:
        return ""
    if word in PROPS:
        return word
    if (prop := next((prop for key, prop in PROP_WORDS.items() if re.search(rf"\b{key}", word)), "")) or not word:
        return prop
    found = things.find(word)
    return people.THING + word[:40] if found is not None and found.height_m <= 1.0 and found.habitat != "wall" else ""


def color(text: str, table: dict[str, str] | None = None) -> str | None:
    """A colour in "#rrggbb" or in words ("dark red"), or None."""
    text = text.strip().lower()
    if match := re.search(r"#[0-9a-f]{6}\b", text):
        return match.group()
    table = table or COLORS
    for name in sorted(table, key=len, reverse=True):
        if re.search(rf"\b{name}\b", text):
            return table[name]
    return None
