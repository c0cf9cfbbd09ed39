"""The moods that the score knows: a table of harmony, tempo, instruments and figures; and which one a story asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

Progression = tuple[str, ...]


@dataclass(frozen=True)
class Mood:
    """How a mood sounds. Progressions have one chord a bar; tempo is beats a minute; figures are named in `figures.py`."""

    name: str
    words: str  # what a story may call it
    scale: str
    opening: tuple[Progression, ...]
    contrast: tuple[Progression, ...]
    cadence: tuple[str, str, str]
    tempo: tuple[int, int]
    metre: int
    melody: tuple[str, ...]
    range: tuple[int, int]
    figures: tuple[tuple[str, str], ...]  # instrument and figure; one is chosen, the second may join when the story is at its height
    pads: tuple[str, ...]
    bass: tuple[str, str]
    drums: str = ""
    busy: float = 0.5  # share of the bars in which the melody plays
    loud: float = 0.6  # mean strength, 0 to 1
    swing: float = 0.5  # where the second half of a beat falls
    roots: tuple[int, ...] = (0, 2, 3, 5, 7, 9, 10)  # keys it may stand in, above C


MOODS: dict[str, Mood] = {
    mood.name: mood
    for mood in (
        Mood(
            "calm",
            "calm peaceful gentle quiet serene tranquil soft soothing relaxed meditative still cozy cosy sleepy lyrical serious thoughtful",
            "major",
            (("Iadd9", "vi7", "IVmaj7", "V7sus4"), ("Imaj7", "iii7", "IVmaj7", "Iadd9"), ("Iadd9", "IVmaj7", "vi7", "IVmaj7")),
            (("vi7", "iii7", "IVmaj7", "V7sus4"), ("ii7", "IVmaj7", "Imaj7", "V7sus4")),
            ("IVmaj7", "V7sus4", "Iadd9"),
            (62, 74),
            4,
            ("flute", "piano", "clarinet"),
            (69, 84),
            (("harp", "rolling"), ("piano", "broken"), ("guitar", "rolling")),
            ("strings", "pad"),
            ("contrabass", "held"),
            busy=0.4,
            loud=0.45,
        ),
        Mood(
            "warm",
            "warm hopeful heartwarming tender loving family friendship friendly kind hope nostalgic touching sweet optimistic inspiring uplifting",
            "major",
            (("I", "V", "vi", "IV"), ("I", "iii", "IV", "V"), ("Iadd9", "IV", "vi7", "V")),
            (("IV", "V", "iii", "vi"), ("vi", "IV", "I", "V"), ("ii7", "V", "iii7", "vi")),
            ("IV", "V7", "Iadd9"),
            (74, 86),
            4,
            ("piano", "oboe", "clarinet", "guitar"),
            (67, 84),
            (("guitar", "rolling"), ("piano", "rolling"), ("harp", "broken")),
            ("strings", "ensemble"),
            ("contrabass", "root-fifth"),
            busy=0.5,
            loud=0.55,
        ),
        Mood(
            "playful",
            "playful funny comic comedic whimsical quirky humorous silly cheerful happy joyful mischievous fun upbeat bouncy bright",
            "major",
            (("I", "vi", "ii", "V7"), ("I", "I", "IV", "V"), ("I", "IV", "I", "V7")),
            (("IV", "I", "II7", "V7"), ("vi", "II7", "V", "V7"), ("IV", "iv6", "I", "V7")),
            ("ii", "V7", "I"),
            (112, 132),
            4,
            ("clarinet", "pizzicato", "glockenspiel", "flute"),
            (70, 88),
            (("pizzicato", "offbeat"), ("kalimba", "rolling"), ("guitar", "offbeat")),
            ("strings",),
            ("bass", "root-fifth"),
            drums="light",
            busy=0.6,
            loud=0.55,
            swing=0.58,
        ),
        Mood(
            "tense",
            "tense suspense suspenseful thriller danger dangerous fear fearful scary horror anxious urgent chase dark threatening ominous desperate stormy",
            "harmonic minor",
            (("i", "i", "bVI", "V"), ("i", "iim7b5", "i", "V7"), ("i", "bII", "i", "V")),
            (("iv", "i", "bVI", "V7"), ("bVI", "iv", "bII", "V")),
            ("iv", "V7b9", "i"),
            (96, 112),
            4,
            ("cello", "horns"),
            (50, 69),
            (("pizzicato", "ostinato"), ("piano", "ostinato")),
            ("tremolo", "strings"),
            ("contrabass", "pulse"),
            drums="heart",
            busy=0.3,
            loud=0.6,
            roots=(0, 2, 4, 7, 9, 11),
        ),
        Mood(
            "sad",
            "sad melancholy melancholic sorrow sorrowful grief lonely loss mourning heartbreaking tragic wistful regret tearful sombre bittersweet reflective",
            "minor",
            (("i", "bVI", "bIII", "bVII"), ("i", "iv", "bVI", "v"), ("iadd9", "bVImaj7", "iv", "bVII")),
            (("bVI", "bVII", "i", "iv"), ("iv7", "bVII", "bIIImaj7", "bVImaj7")),
            ("iv", "V7", "iadd9"),
            (58, 68),
            4,
            ("cello", "oboe", "piano"),
            (62, 81),
            (("piano", "broken"), ("harp", "broken")),
            ("strings",),
            ("contrabass", "held"),
            busy=0.5,
            loud=0.45,
        ),
        Mood(
            "triumphant",
            "triumphant victorious victory heroic proud celebration celebratory glorious winning success jubilant rousing",
            "major",
            (("I", "V", "vi", "IV"), ("I", "bVII", "IV", "I"), ("I", "IV", "V", "I")),
            (("vi", "IV", "I", "V"), ("bVI", "bVII", "I", "V")),
            ("bVI", "bVII", "I"),
            (88, 100),
            4,
            ("horns", "muted trumpet", "ensemble"),
            (60, 79),
            (("ensemble", "pulse"), ("piano", "rolling")),
            ("ensemble", "choir"),
            ("contrabass", "root-fifth"),
            drums="march",
            busy=0.55,
            loud=0.75,
        ),
        Mood(
            "mysterious",
            "mysterious mystery strange secret eerie uncanny enigmatic unknown haunted ghostly spooky dreamlike surreal",
            "dorian",
            (("i", "IV", "i", "bVII"), ("i7", "IV", "i7", "II"), ("i", "#ivm7b5", "IV", "i")),
            (("bIII", "IV", "bVI", "V"), ("bVImaj7", "iv", "bII", "i")),
            ("bII", "V7", "i"),
            (70, 82),
            4,
            ("celesta", "vibraphone", "clarinet"),
            (69, 88),
            (("celesta", "sparse"), ("harp", "sparse"), ("pizzicato", "sparse")),
            ("voices", "tremolo"),
            ("contrabass", "held"),
            busy=0.4,
            loud=0.45,
        ),
        Mood(
            "noir",
            "noir jazz jazzy detective smoky crime cynical gritty urban hardboiled cool sultry bluesy",
            "dorian",
            (("i9", "iv7", "iim7b5", "V7b9"), ("i9", "bVI7", "iim7b5", "V7b9"), ("i7", "IV9", "i7", "bVI7")),
            (("iv7", "bVII9", "bIIImaj7", "bVImaj7"), ("bIIImaj7", "VI7b9", "iim7b5", "V7b9")),
            ("iim7b5", "V7b9", "i9"),
            (76, 92),
            4,
            ("muted trumpet", "vibraphone", "clarinet"),
            (62, 81),
            (("jazz guitar", "comp"), ("piano", "comp"), ("vibraphone", "comp")),
            ("strings",),
            ("bass", "walking"),
            drums="brushes",
            busy=0.5,
            loud=0.5,
            swing=0.66,
            roots=(0, 2, 3, 5, 7, 10),
        ),
        Mood(
            "epic",
            "epic grand battle legendary mighty powerful dramatic majestic war fantasy colossal vast intense",
            "minor",
            (("i", "bVI", "bIII", "bVII"), ("i", "bVII", "bVI", "bVII"), ("i", "bIII", "bVII", "IV")),
            (("bVI", "bVII", "i", "v"), ("iv", "bVI", "bVII", "i")),
            ("bVI", "bVII", "I"),
            (84, 98),
            4,
            ("horns", "ensemble"),
            (57, 76),
            (("ensemble", "ostinato"), ("pizzicato", "pulse")),
            ("choir", "ensemble"),
            ("contrabass", "pulse"),
            drums="taiko",
            busy=0.45,
            loud=0.75,
        ),
        Mood(
            "wonder",
            "wonder wondering wondrous curious awe magical magic enchanted fairy dreamy ethereal discovery space stars cosmic marvel amazement astonishing ",
            "lydian",
            (("Imaj7", "II", "Imaj7", "II"), ("I", "II", "iii7", "Imaj9"), ("Iadd9", "bVIImaj7", "IVmaj7", "Iadd9")),
            (("IVmaj7", "V", "vi7", "II"), ("bVI", "bVII", "Imaj7", "II")),
            ("bVI", "bVII", "Imaj9"),
            (72, 84),
            3,
            ("celesta", "flute", "music box"),
            (72, 91),
            (("harp", "harp"), ("kalimba", "rolling"), ("piano", "harp")),
            ("strings", "voices", "choir"),
            ("contrabass", "held"),
            busy=0.5,
            loud=0.5,
        ),
        Mood(
            "adventurous",
            "adventure adventurous exciting energetic journey quest exploring brave daring travel sailing expedition determined bold courageous",
            "mixolydian",
            (("I", "bVII", "IV", "I"), ("I", "v", "bVII", "IV"), ("I", "IV", "bVII", "V")),
            (("vi", "IV", "bVII", "V"), ("bIII", "bVII", "IV", "V")),
            ("IV", "V", "I"),
            (96, 110),
            3,
            ("horns", "flute", "oboe"),
            (64, 81),
            (("ensemble", "pulse"), ("guitar", "rolling"), ("pizzicato", "ostinato")),
            ("ensemble", "strings"),
            ("contrabass", "root-fifth"),
            drums="march",
            busy=0.55,
            loud=0.65,
        ),
        Mood(
            "romantic",
            "romantic romance love lovers passionate wedding longing intimate elegant waltz",
            "major",
            (("Imaj7", "vi7", "ii7", "V7"), ("Imaj7", "I7", "IVmaj7", "iv6"), ("Iadd9", "III7", "vi7", "IVmaj7")),
            (("IVmaj7", "iv6", "iii7", "vi7"), ("ii7", "V7", "iii7", "VI7")),
            ("iv6", "V7", "Imaj9"),
            (78, 90),
            3,
            ("clarinet", "cello", "piano"),
            (64, 83),
            (("piano", "waltz"), ("guitar", "waltz"), ("harp", "rolling")),
            ("strings",),
            ("contrabass", "held"),
            busy=0.55,
            loud=0.5,
        ),
    )
}

DEFAULT = "warm"


def choose(mood: str, prompt: str = "", style: str = "") -> Mood:
    """The mood that fits best: what the story calls its mood counts most, then its prompt; a noir look asks for its own music whatever happens in it."""
    if "noir" in re.findall("[a-z]+", style.lower()[:400]):
        return MOODS["noir"]
    scores = dict.fromkeys(MOODS, 0.0)
    for text, weight in ((mood, 10.0), (prompt, 1.0), (style, 0.5)):
        # The first word that fits counts most.
        for place, word in enumerate(re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower()[:4000])):
            for name, known in _WORDS.items():
                if word in known:
                    scores[name] += weight / (1 + 0.2 * place)
    best = max(scores, key=lambda name: scores[name])
    return MOODS[best if scores[best] > 0 else DEFAULT]


_WORDS = {name: frozenset((*mood.words.split(), name)) for name, mood in MOODS.items()}
