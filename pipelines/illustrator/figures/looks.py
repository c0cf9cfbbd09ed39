"""What a person wears: the look by trade, and what is left to the character's own name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

SKINS = ("#f6d3b5", "#ecbb94", "#dba277", "#c08457", "#97603b", "#6f442a")
HAIRS = ("#2b1d1a", "#4a2f22", "#7a4a26", "#b3702f", "#d9a441", "#8c2f1e", "#1c1a24")
GREYS = ("#c9c6c4", "#e6e3df", "#a9a6a8")
CLOTHS = ("#c8453b", "#2f7f8f", "#e0a030", "#5a6fb5", "#4f8f57", "#8a4f8f", "#d9774b", "#3f5f7f", "#b5456f", "#6b7f3f", "#3c9a8e", "#d05a6e")
TROUSERS = ("#37475f", "#5b4636", "#3f3a4f", "#4d5a44", "#6d5a4a", "#2f4a5a", "#5f4a6a")
SHOES = ("#4a2f24", "#2b2730", "#6b4428", "#7a3b2e")


def choice(key: str, what: str, options: tuple[str, ...]) -> str:
    """One of some options by a character's key: always the same one for the same character."""
    digest = hashlib.blake2b(f"{key}/{what}".encode(), digest_size=4).digest()
    return options[int.from_bytes(digest, "big") % len(options)]


@dataclass(frozen=True)
class Look:
    """Everything that stays the same about a person in every shot."""

    skin: str = SKINS[1]
    hair: str = HAIRS[1]
    style: str = "short"  # of the hair: short, side, curly, bob, long, bun, ponytail, braid, afro, bald, fringe, tuft, spiky
    beard: str = ""  # short, full, long, moustache
    hat: str = ""
    hat_color: str = "#5a4030"
    top: str = "#2f7f8f"
    upper: str = "shirt"  # shirt, tunic, vest, striped, jumper, armour, suit, leotard, kimono
    trim: str = "#f2e6cf"
    lower: str = "trousers"  # trousers, shorts, skirt, long-skirt, gown, robe, tutu, breeches
    bottom: str = "#37475f"
    shoes: str = "#4a2f24"
    boots: bool = False
    coat: str = ""  # the colour of an open coat
    cape: str = ""  # the colour of a cape
    apron: str = ""
    sash: str = ""
    prop: str = ""
    build: str = "neutral"
    age: str = "adult"
    extras: frozenset[str] = field(
        default_factory=frozenset
    )  # glasses, scarf, patch, mask, freckles, wings, halo, ears, tank, stethoscope, badge, epaulettes, nose, tie, straps, hook
    scarf: str = "#c8453b"
    woman: bool = False
