"""Who speaks in which shade of the one voice. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from farm.specs import Speaker
from pipelines.speech.voices import Voice, Voices
from pipelines.voice.shade import Shade

CENTRES = {"female": 200.0, "male": 116.0}
"""Hz around which the melody of a voice of the package moves; the woman's is the median of "heart" in six sentences, the man's is reckoned from it."""
OF_A_MAN = Shade(pitch=8.8, size=1.16)
"""What makes a man's voice like the woman's that the shades below were tuned on."""

SHADES: dict[str, tuple[str, str, Shade]] = {
    "alto": ("female", "adult", Shade(pitch=-2.6, size=0.955)),
    "mezzo": ("female", "adult", Shade(pitch=1.8, size=1.035)),
    "contralto": ("female", "adult", Shade(pitch=-4.2, size=0.985, breath=1.5)),
    "tenor": ("male", "adult", Shade(pitch=-7.2, size=0.88, span=0.85, breath=-2.0)),
    "baritone": ("male", "adult", Shade(pitch=-9.0, size=0.86, span=0.8, breath=-2.0)),
    "bass": ("male", "adult", Shade(pitch=-10.6, size=0.83, span=0.75, breath=-1.0)),
    "maiden": ("female", "young", Shade(pitch=3.0, size=1.055)),
    "lass": ("female", "young", Shade(pitch=1.2, size=1.075)),
    "lad": ("male", "young", Shade(pitch=-5.6, size=0.91, span=0.9, breath=-1.5)),
    "youth": ("male", "young", Shade(pitch=-6.6, size=0.93, span=0.9, breath=-1.5)),
    "girl": ("female", "child", Shade(pitch=5.0, size=1.13)),
    "boy": ("male", "child", Shade(pitch=3.8, size=1.15, span=0.9)),
    "grandmother": ("female", "old", Shade(pitch=-3.2, size=0.95, span=0.9, breath=2.0, tremor=0.35)),
    "crone": ("female", "old", Shade(pitch=-0.8, size=0.985, span=0.9, breath=3.0, tremor=0.45)),
    "grandfather": ("male", "old", Shade(pitch=-7.8, size=0.865, span=0.85, breath=1.0, tremor=0.35)),
    "elder": ("male", "old", Shade(pitch=-9.4, size=0.88, span=0.8, breath=0.5, tremor=0.3)),
}
"""Voices made of the one that was trained, each with whom it suits; neither gender has a voice of its own."""

BEND, STRETCH = 0.6, 0.012
"""How far a name moves its voice to each side, in semitones and as a share of the size: two women of one shade are still two."""


def voices(model: str, base: str, gender: str, names: Mapping[str, str] | None = None) -> Voices:
    """The shades and the voice `base` itself, to be given out as those of any model; `names`: castings that models.yaml decides."""
    listed = [Voice(base, gender, "adult", "en"), *(Voice(name, of, age, "en") for name, (of, age, _) in SHADES.items())]
    return Voices(model, listed, base, names)


def shade(name: str, base: str, gender: str, who: str = "") -> Shade | None:
    """The shade `name` over a voice of `gender`, moved a little by the name of `who` speaks; None: the voice itself."""
    if name == base or name not in SHADES:
        return None
    found = SHADES[name][2]
    if gender == "male":
        found = replace(found, pitch=found.pitch + OF_A_MAN.pitch, size=found.size * OF_A_MAN.size)
    if not who:
        return found
    digest = hashlib.sha256(" ".join(who.casefold().split()).encode()).digest()
    bend, stretch = (digest[at] / 127.5 - 1 for at in (8, 9))  # the first eight chose the voice
    return replace(found, pitch=found.pitch + BEND * bend, size=found.size * (1 + STRETCH * stretch))


def spoken_by(who: Speaker, among: Voices, base: str, gender: str, narrator: str = "") -> Shade | None:
    """The shade of a character: the one it asks for, else one of its gender and age, always the same, never the narrator's; None: the voice itself."""
    voice = among.character(who, "en", Voice(narrator or base))
    return shade(voice.name, base, gender, who.name)
