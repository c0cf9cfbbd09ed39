"""Animals, always whole: drawn ones where they must pose or where the icon set has only a head, Noto's for the rest."""
# ruff: noqa: E501 - tables of words and coordinates read best a row a line

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

import skia

from pipelines.illustrator.figures import beasts, birds, hats, heads, noto, people, small, things
from pipelines.illustrator.figures.birds import BIRDS
from pipelines.illustrator.figures.drawing import Drawing, recorded
from pipelines.illustrator.figures.looks import Look
from pipelines.illustrator.figures.pen import Pen
from pipelines.illustrator.figures.small import SMALL
from pipelines.illustrator.figures.species import SPECIES, STAND_UP, Species
from pipelines.meaning import kind, nearest
from pipelines.meaning.vectors import stems

ALIASES = {
    "bunny": "rabbit", "puppy": "dog", "hound": "dog", "kitten": "cat", "kitty": "cat", "tomcat": "cat", "cub": "bear", "grizzly": "bear", "brown bear": "bear", "teddy": "bear", "stallion": "horse", "mare": "horse",
    "foal": "pony", "colt": "pony", "mule": "donkey", "piglet": "pig", "hog": "pig", "elk": "moose", "vixen": "fox", "cheetah": "leopard", "jaguar": "leopard", "panther": "black cat", "jackal": "coyote", "puma": "lioness", "cougar": "lioness",
    "hen": "chicken", "chick": "chicken", "toad": "frog", "stag": "deer", "doe": "deer", "fawn": "deer", "reindeer": "deer", "tortoise": "turtle", "gerbil": "hamster", "guinea pig": "hamster", "vole": "mouse", "mole": "mouse", "weasel": "squirrel",
    "chipmunk": "squirrel", "bull": "ox", "calf": "cow", "lamb": "ewe", "sheep": "ewe", "ape": "gorilla", "chimpanzee": "monkey", "chimp": "monkey", "jackdaw": "crow", "blackbird": "crow", "rook": "crow",
    "songbird": "bird", "hummingbird": "bird", "gull": "seagull", "albatross": "seagull", "falcon": "hawk", "kestrel": "hawk", "owlet": "owl", "drake": "duck", "mallard": "duck", "gosling": "duckling", "wren": "sparrow", "finch": "robin", "lark": "nightingale", "thrush": "nightingale", "bluebird": "bird", "macaw": "parrot", "cockatoo": "parrot", "cygnet": "swan", "ibis": "heron", "racoon": "raccoon",
    "cockerel": "rooster", "alligator": "crocodile", "salamander": "lizard", "gecko": "lizard", "chameleon": "lizard", "dinosaur": "sauropod", "tyrannosaurus": "t-rex", "bee": "honeybee", "bumblebee": "honeybee", "wasp": "honeybee", "firefly": "honeybee",
    "ladybug": "lady-beetle", "ladybird": "lady-beetle", "caterpillar": "bug", "grasshopper": "cricket", "moth": "butterfly", "goldfish": "tropical-fish", "salmon": "fish", "trout": "fish", "minnow": "fish", "walrus": "seal", "porpoise": "dolphin", "hippo": "hippopotamus",
    "rhino": "rhinoceros", "buffalo": "water-buffalo", "boar": "boar", "porcupine": "hedgehog", "alpaca": "llama", "gull chick": "baby-chick", "starling": "crow", "kiwi": "dodo", "emu": "ostrich", "meerkat": "otter", "ferret": "otter", "mink": "otter",
}  # fmt: skip
HUMAN_POSES = frozenset(  # what no animal does on four legs
    [
        "reach",
        "point",
        "hold",
        "carry",
        "wave",
        "fight",
        "throw",
        "cheer",
        "think",
        "dance",
        "row",
        "work",
        "cook",
        "play",
        "read",
        "bow",
        "hug",
        "give",
        "dig",
        "steer",
        "proud",
        "shrug",
        "talk",
        "push",
        "pull",
        "climb",
        "stretch",
        "sing",
        "listen",
    ]
)
LEVEL = frozenset(["run", "leap", "sleep", "swim", "fly", "fall"])
"""Poses on all fours even for who is dressed."""
FOUR = {
    "walk": "walk",
    "sneak": "walk",
    "run": "run",
    "leap": "leap",
    "fly": "leap",
    "fall": "leap",
    "sit": "sit",
    "kneel": "sit",
    "cry": "sit",
    "sad": "sit",
    "look": "stand",
    "sleep": "sleep",
    "swim": "run",
    "ride": "sit",
    "float": "sit",
    "shiver": "sit",
}
HEIGHTS = {
    "whale": 5.0, "spouting-whale": 5.0, "orca": 3.0, "dolphin": 1.6, "shark": 2.0, "elephant": 3.0, "giraffe": 4.6, "hippopotamus": 1.5, "rhinoceros": 1.7, "mammoth": 3.2, "sauropod": 6.0, "t-rex": 4.5, "camel": 2.1, "two-hump-camel": 2.1, "cow": 1.5, "ox": 1.6,
    "bison": 1.8, "water-buffalo": 1.6, "deer": 1.6, "zebra": 1.5, "goat": 0.9, "ewe": 0.9, "ram": 1.0, "llama": 1.7, "kangaroo": 1.6, "gorilla": 1.6, "orangutan": 1.3, "monkey": 0.7, "sloth": 0.6, "crocodile": 0.8, "turtle": 0.5, "snake": 0.6, "lizard": 0.3, "owl": 0.45,
    "eagle": 0.8, "bird": 0.28, "black-bird": 0.35, "dove": 0.35, "duck": 0.4, "goose": 0.8, "swan": 0.9, "flamingo": 1.3, "peacock": 1.2, "parrot": 0.4, "penguin": 0.8, "rooster": 0.6, "turkey": 0.7, "baby-chick": 0.2, "hatching-chick": 0.2, "dodo": 0.8, "phoenix": 1.6, "bat": 0.35, "hedgehog": 0.2,
    "otter": 0.5, "beaver": 0.45, "skunk": 0.4, "boar": 0.9, "seal": 0.9, "octopus": 0.9, "squid": 1.0, "crab": 0.3, "lobster": 0.4, "jellyfish": 0.5, "fish": 0.4, "tropical-fish": 0.25, "blowfish": 0.3, "snail": 0.12, "bug": 0.1, "butterfly": 0.14, "monarch-butterfly": 0.14, "honeybee": 0.1,
    "ant": 0.06, "beetle": 0.08, "lady-beetle": 0.07, "cricket": 0.08, "spider": 0.15, "scorpion": 0.15, "worm": 0.1, "mosquito": 0.06, "fly": 0.06, "shrimp": 0.15, "carousel-horse": 1.8, "chipmunk": 0.2, "badger": 0.4, "dragon": 6.0,
}  # fmt: skip
SEEN = {
    "snail": 0.3,
    "bug": 0.3,
    "honeybee": 0.26,
    "ant": 0.24,
    "butterfly": 0.3,
    "monarch-butterfly": 0.3,
    "spider": 0.3,
    "lady-beetle": 0.24,
    "beetle": 0.26,
    "cricket": 0.26,
    "worm": 0.24,
    "bird": 0.36,
    "fly": 0.22,
}
"""How high a tiny animal is drawn when it is a character, in metres: true to life nobody would see it."""


ENDINGS = {
    "starfish": "", "shellfish": "crab", "crayfish": "lobster", "cuttlefish": "squid", "fish": "fish", "saurus": "sauropod", "raptor": "t-rex", "dactyl": "eagle", "shark": "shark", "whale": "whale", "hound": "dog",
    "terrier": "dog", "poodle": "dog", "bird": "bird", "hawk": "hawk", "eagle": "eagle", "gull": "seagull", "duck": "duck", "goose": "goose", "wolf": "wolf", "monkey": "monkey", "crab": "crab", "squid": "squid",
    "turtle": "turtle", "moth": "butterfly", "butterfly": "butterfly", "beetle": "beetle", "snake": "snake", "frog": "frog", "mouse": "mouse", "sheep": "ewe", "goat": "goat",
}  # fmt: skip
"""How compound names of animals end, and what they are drawn as: an anglerfish is a fish at least."""


@lru_cache(maxsize=1024)
def compound(word: str) -> str:
    """The animal that a compound's ending names ("anglerfish": "fish"), or "" where it has none that we can draw."""
    if kind(word) not in ("", "animal"):
        return ""
    return next((known for ending, known in ENDINGS.items() if word.endswith(ending) and (word != ending or not known)), "")


YOUNG = frozenset(["pup", "puppy", "cub", "calf", "chick", "foal", "kid", "baby", "hatchling", "kitten"])
"""Young of any kind: the animal is the word before."""


@lru_cache(maxsize=1024)
def species(noun: str) -> str | None:
    """The animal that a noun names: one of SPECIES, of SMALL, or a Noto icon; None for no animal."""
    words = re.findall(r"[a-z]+", noun.lower())
    if len(words) > 1 and words[-1] in YOUNG and kind(words[-2]) == "animal":
        words = words[:-1]
    for size in (2, 1):
        if len(words) < size:
            continue
        *first, last = words[-size:]
        for stem in stems(last):
            form = " ".join([*first, stem])
            form = ALIASES.get(form, form)
            if (
                form in SPECIES
                or form in SMALL
                or form in BIRDS
                or (form.replace(" ", "-") in noto.names() and (form.replace(" ", "-") in HEIGHTS or kind(form) == "animal"))
            ):
                return form if form in SPECIES or form in SMALL or form in BIRDS else form.replace(" ", "-")
    if words and (made := compound(words[-1])):
        return made
    if words and kind(words[-1]) == "animal":
        match, score = nearest(words[-1], [*SPECIES, *SMALL, *BIRDS, *HEIGHTS])
        if score >= 0.6:
            return match
    return None


def find(phrase: str) -> Drawing | None:
    """The animal that a noun phrase names, standing; None when it names none (or none we can draw)."""
    words = re.findall(r"[a-z]+", phrase.lower())
    if not words or kind(words[-1]) not in ("animal", "food", "") or things.by_hand(phrase):
        return None
    name = species(phrase)
    drawn = name and (name in SPECIES or name in SMALL or name in BIRDS or name == compound(words[-1]))
    return draw(phrase, "stand", "", {}, None, "") if drawn else None


def draw(noun: str, pose: str, mood: str, wearing: dict[str, str], fur: str | None, key: str) -> Drawing | None:
    """An animal character in a pose, or None when the noun names no animal that we can draw.

    `wearing`: scarf, apron, vest, cape as colours, hat by name. `fur`: "#rrggbb" of a drawn one.
    """
    name = species(noun)
    if name is None:
        return None
    feeling = heads.feeling(mood)
    if name in BIRDS:
        return birds.draw(name, pose, feeling, wearing, fur)
    if name in SMALL:
        return small.draw(name, pose, feeling, wearing, fur)
    dressed = bool(wearing.get("apron") or wearing.get("vest")) and pose not in LEVEL
    if name in STAND_UP and (pose in HUMAN_POSES or dressed):
        return _upright(STAND_UP[name], name, pose, feeling, wearing)
    if name in SPECIES:
        kind_ = SPECIES[name]
        if fur and kind_.marks not in ("panda",):
            kind_ = replace(kind_, fur=fur)
        if pose in HUMAN_POSES or dressed:
            return _upright(kind_, name, pose, feeling, wearing)
        return _on_all_fours(kind_, name, FOUR.get(pose, "stand"), feeling, wearing)
    level = things.drawing(name)
    drawing = leaning(level, LEANS.get(pose, 0.0)) if name in SWIMMERS else level
    height = SEEN.get(name) if key else None
    return replace(drawing, height_m=(height or HEIGHTS.get(name, level.height_m)) * drawing.height_m / level.height_m)


DIVERS = frozenset(["fish", "tropical-fish", "blowfish", "shark", "octopus", "squid", "jellyfish", "lobster", "shrimp"])
"""Who lives under the surface and is not seen above it."""
SWIMMERS = frozenset(["whale", "spouting-whale", "orca", "dolphin", "shark", "fish", "tropical-fish", "seal"])
LEANS = {
    "leap": 24.0,
    "fly": 20.0,
    "cheer": 18.0,
    "dance": 14.0,
    "sing": 10.0,
    "wave": 10.0,
    "look": 7.0,
    "reach": 8.0,
    "talk": 4.0,
    "sad": -8.0,
    "cry": -9.0,
    "swim": -5.0,
    "fall": -22.0,
    "sleep": -4.0,
}
"""How far what swims lifts its head, in degrees: it has no limbs to show what it does."""


def leaning(drawing: Drawing, degrees: float) -> Drawing:
    """A drawing turned about its middle, its head up by `degrees`."""
    if not degrees:
        return drawing
    left, top, right, bottom = drawing.box
    x, y = (left + right) / 2, (top + bottom) / 2
    recorder = skia.PictureRecorder()
    turn = skia.Matrix.RotateDeg(degrees if drawing.faces == "left" else -degrees, skia.Point(x, y))
    seen = turn.mapRect(skia.Rect.MakeLTRB(*drawing.box))
    seen.inset(seen.width() * 0.06, seen.height() * 0.06)  # a turned box is larger than what is in it
    canvas = recorder.beginRecording(seen.makeOutset(seen.width(), seen.height()))
    canvas.concat(turn)
    canvas.drawPicture(drawing.picture)
    edges = (seen.left(), seen.top(), seen.right(), seen.bottom())
    taller = (edges[3] - edges[1]) / (bottom - top)
    return recorded(drawing.name, recorder.finishRecordingAsPicture(), edges, drawing.height_m * taller, drawing.habitat, drawing.faces)


def _hat(wearing: dict[str, str], lift: float = 0.0) -> object:
    if wearing.get("hat") not in hats.HATS:
        return None

    def put(pen: Pen) -> None:
        with pen.at(2, -3 - lift, 6, 0.82):
            hats.hat(pen, Look(hat=wearing["hat"], hat_color=wearing.get("hat color", "#3f5f8f")))

    return put


def _on_all_fours(kind_: Species, name: str, pose: str, mood: str, wearing: dict[str, str]) -> Drawing:
    pen = Pen()
    beasts.four_legged(pen, kind_, pose, mood, wearing.get("scarf", wearing.get("cape", "")), _hat(wearing))
    drawing = pen.drawing(name, "ground", "right", grounded=pose in ("run", "leap"), scale=beasts.units(kind_))
    return drawing if kind_.metres >= 0.2 else replace(drawing, height_m=max(drawing.height_m, 0.34))


def _upright(kind_: Species, name: str, pose: str, mood: str, wearing: dict[str, str]) -> Drawing:
    """An animal that does what people do: on its hind legs, with hands for paws."""
    pen = Pen()
    bare = not any(wearing.get(part) for part in ("vest", "cape", "apron"))
    look = Look(
        skin=kind_.paws or kind_.fur, top=wearing.get("vest", kind_.fur), upper="fur" if bare else "vest" if "vest" in wearing else "shirt", trim=kind_.fur, bottom=kind_.fur, lower="breeches",
        apron=wearing.get("apron", ""), scarf=wearing.get("scarf", ""), extras=frozenset({"barefoot", "beast"} | ({"scarf"} if wearing.get("scarf") else set())), build="beast" if kind_.girth < 1.25 else "stout beast", prop=wearing.get("prop", ""),
    )  # fmt: skip
    if not bare:
        look = replace(look, top=wearing.get("vest", kind_.fur))
    put = _hat(wearing)

    def head(own: Pen, asleep: bool) -> None:
        beasts.head(own, kind_, mood, asleep)
        if callable(put):
            put(own)

    people.paint(pen, look, pose, mood, people.Guise(head, lambda own, x, y: beasts.tail(own, kind_, x, y), kind_.belly))
    height = max(0.36, min(1.9, kind_.metres * 1.5))
    drawing = pen.drawing(name, "ground", "right")
    return replace(drawing, height_m=height * drawing.height_m / 1.5)
