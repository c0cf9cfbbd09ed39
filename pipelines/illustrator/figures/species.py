"""What tells one four-legged animal from another."""

from __future__ import annotations

from dataclasses import dataclass

INK = "#2e211f"


@dataclass(frozen=True)
class Species:
    """What tells one animal from another; lengths in units of a body whose back is 60 above the ground."""

    fur: str
    belly: str = "#fbeedd"
    ears: str = "point"  # point, round, long, floppy, big, horse, none
    snout: float = 10  # how far the muzzle reaches out
    tail: str = "bushy"  # bushy, plume, thin, stub, puff, horse, tuft, curl, ring
    metres: float = 0.6  # from the ground to the back
    girth: float = 1.0
    legs: float = 1.0
    neck: float = 1.0
    head: float = 1.0
    paws: str = ""  # the colour of the lower legs
    mane: str = ""
    marks: str = ""  # stripes, patches, mask, spots, panda, blaze
    horn: str = ""  # one, antlers
    hooves: bool = False
    nose: str = INK


SPECIES: dict[str, Species] = {
    "fox": Species("#e07a2f", "#fff4e6", paws="#4a2a22", metres=0.42, snout=14),
    "wolf": Species("#8b93a0", "#e3e6ea", snout=14, metres=0.72, legs=1.12, paws="#737b88"),
    "coyote": Species("#b59368", "#f0e3cc", snout=14, metres=0.58, legs=1.1),
    "bear": Species("#8a5a34", "#d9b48a", "round", 10, "stub", 1.0, 1.42, 0.9, 0.6, 1.1),
    "polar bear": Species("#eef1f2", "#ffffff", "round", 11, "stub", 1.15, 1.4, 0.9, 0.75, 1.05),
    "panda": Species("#fafaf6", "#ffffff", "round", 8, "stub", 0.75, 1.4, 0.8, 0.5, 1.25, paws="#2e2c33", marks="panda"),
    "lion": Species("#e0a94f", "#f7e2b5", "round", 11, "tuft", 0.95, 1.08, 1.0, 0.8, 1.1, mane="#9a5526"),
    "lioness": Species("#dcab5f", "#f7e2b5", "round", 11, "tuft", 0.9, 1.0, 1.0, 0.8, 1.0),
    "tiger": Species("#ee9035", "#fff4e2", "round", 10, "ring", 0.95, 1.1, 0.95, 0.7, 1.1, marks="stripes"),
    "leopard": Species("#e8b657", "#fff0cf", "round", 10, "thin", 0.7, 0.95, 1.0, 0.8, 1.0, marks="spots"),
    "snow leopard": Species("#dfe2e6", "#ffffff", "round", 10, "thin", 0.65, 1.0, 0.95, 0.75, 1.05, marks="spots", paws="#c9ced4"),
    "cat": Species("#e8a04a", "#fff1da", "point", 6, "curl", 0.27, 0.9, 0.9, 0.6, 1.2, marks="stripes", nose="#d9706a"),
    "black cat": Species("#3a3742", "#4c4856", "point", 6, "curl", 0.27, 0.9, 0.9, 0.6, 1.2, nose="#8a6a78"),
    "dog": Species("#c48a52", "#f6e3c8", "floppy", 11, "curl", 0.5, 1.0, 1.0, 0.8, 1.1, marks="blaze"),
    "rabbit": Species("#d3c6b6", "#fbf5ec", "long", 6, "puff", 0.24, 1.1, 0.72, 0.45, 1.3, nose="#d98a86"),
    "hare": Species("#b3946a", "#f3e6cf", "long", 7, "puff", 0.34, 0.92, 1.1, 0.6, 1.15, nose="#b5706a"),
    "mouse": Species("#a9a2a6", "#eee8ea", "big", 8, "thin", 0.07, 1.1, 0.6, 0.4, 1.35, nose="#e08a94"),
    "rat": Species("#8d8186", "#d9d0d2", "big", 11, "thin", 0.11, 1.1, 0.6, 0.4, 1.15, nose="#d9828c"),
    "hamster": Species("#e3a860", "#fff4e2", "round", 5, "stub", 0.09, 1.5, 0.45, 0.3, 1.45, nose="#d9828c"),
    "koala": Species("#9aa0ab", "#e9ebee", "big", 6, "stub", 0.5, 1.3, 0.75, 0.4, 1.35),
    "raccoon": Species("#8b8a90", "#e6e4e2", "round", 10, "ring", 0.32, 1.15, 0.8, 0.6, 1.2, paws="#4a484f", marks="mask"),
    "badger": Species("#6f6d75", "#f1efec", "round", 11, "stub", 0.32, 1.25, 0.65, 0.5, 1.1, paws="#3a383f", marks="mask"),
    "squirrel": Species("#c0652f", "#fbe6cf", "point", 6, "plume", 0.14, 1.05, 0.75, 0.5, 1.25),
    "pig": Species("#f2aeb4", "#f9cdd0", "point", 8, "curl", 0.65, 1.45, 0.7, 0.4, 1.1, nose="#d9808a", hooves=True),
    "moose": Species("#7a5236", "#a8805c", "horse", 17, "stub", 1.7, 1.1, 1.35, 0.9, 0.85, horn="antlers", hooves=True),
    "horse": Species("#9a6238", "#b98458", "horse", 15, "horse", 1.45, 0.95, 1.3, 1.5, 0.9, mane="#4a2c1c", marks="blaze", hooves=True),
    "pony": Species("#c08f5c", "#dcb88a", "horse", 13, "horse", 1.0, 1.1, 1.05, 1.2, 1.0, mane="#f0e3cc", hooves=True),
    "unicorn": Species("#f7f3f8", "#ffffff", "horse", 15, "horse", 1.4, 0.95, 1.3, 1.5, 0.9, mane="#c98be0", horn="one", hooves=True, nose="#b58a9e"),
    "donkey": Species("#9a918c", "#e6ded6", "long", 14, "tuft", 1.1, 1.05, 1.1, 1.2, 1.0, mane="#4a4340", hooves=True),
}  # fmt: skip

STAND_UP: dict[str, Species] = {  # animals of the icon set, as they look when they stand up to do what people do
    "elephant": Species("#b4b7bf", "#c9ccd3", "big", 1, "thin", 1.15, 1.4, 1.0, 0.6, 1.15, marks="trunk", nose="#a4a7b0"),
    "turtle": Species("#a8bf4f", "#dbe08f", "none", 5, "shell", 0.36, 1.3, 0.8, 0.6, 1.05),
    "cow": Species("#f3efe8", "#f6d3cf", "horse", 12, "tuft", 0.95, 1.25, 1.0, 0.8, 1.0, mane="#3f3c42", horn="cow", hooves=True, paws="#4a474d"),
    "ox": Species("#9a6a44", "#d9b48f", "horse", 12, "tuft", 1.0, 1.3, 1.0, 0.8, 1.0, mane="#6b4630", horn="cow", hooves=True),
    "ewe": Species("#faf6ec", "#d9d2c8", "floppy", 8, "puff", 0.55, 1.3, 0.8, 0.6, 1.1, marks="wool", hooves=True, paws="#6f6a6c"),
    "ram": Species("#f1e9da", "#d9d2c8", "floppy", 9, "puff", 0.6, 1.3, 0.8, 0.6, 1.1, marks="wool", horn="goat", hooves=True, paws="#6f6a6c"),
    "goat": Species("#c9a06a", "#fbeedd", "horse", 13, "stub", 0.55, 1.0, 0.9, 0.8, 1.0, horn="goat", hooves=True, paws="#7a5a48"),
    "deer": Species("#cf7a4f", "#fbe6cf", "horse", 12, "puff", 0.9, 0.92, 1.2, 1.2, 0.95, horn="twigs", hooves=True),
    "hippopotamus": Species("#a79aa8", "#d3b8c0", "round", 14, "stub", 0.95, 1.5, 0.8, 0.4, 1.2),
    "rhinoceros": Species("#a3a6ab", "#c6c8cc", "round", 13, "stub", 1.0, 1.4, 0.8, 0.5, 1.1),
    "monkey": Species("#8a5a3a", "#f0cfa5", "big", 8, "thin", 0.5, 0.95, 0.9, 0.6, 1.15),
    "gorilla": Species("#5a5660", "#8d8890", "round", 9, "stub", 1.0, 1.5, 0.8, 0.5, 1.1),
    "kangaroo": Species("#c9855a", "#f3dcc3", "long", 11, "thin", 0.9, 1.0, 1.1, 0.8, 0.95),
    "hedgehog": Species("#8a6650", "#f3dcc0", "round", 10, "stub", 0.2, 1.3, 0.6, 0.4, 1.25),
    "otter": Species("#8f6650", "#e8d3bf", "round", 7, "thin", 0.3, 1.05, 0.7, 0.5, 1.1),
    "beaver": Species("#8a5a3c", "#d9b48f", "round", 8, "stub", 0.32, 1.3, 0.7, 0.5, 1.15),
    "llama": Species("#f0e3cc", "#fbf5ea", "horse", 12, "puff", 0.9, 1.0, 1.1, 1.4, 0.95, hooves=True),
    "zebra": Species("#f4f2ee", "#ffffff", "horse", 14, "tuft", 1.0, 1.0, 1.1, 1.2, 1.0, mane="#2e2c33", marks="stripes", hooves=True),
    "giraffe": Species("#e8b657", "#fbe9c6", "horse", 13, "tuft", 1.6, 0.9, 1.3, 1.6, 0.9, mane="#9a6238", hooves=True),
}  # fmt: skip
