"""How a body stands: joint angles by pose, and the skeleton that follows from them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pipelines.illustrator.figures.pen import Point, polar


@dataclass(frozen=True)
class Pose:
    """Angles in degrees: 0 hangs down, positive swings forward (to the right); elbows bend forward, knees backward.

    `near` limbs are on the viewer's side. `arm` is (shoulder, elbow), `leg` is (hip, knee). `lift`: how high above the ground, in units.
    `seat`: sits on something. `turn`: the whole body turned (lying is -90). `feet`: soles flat on the ground (near, far).
    """

    near_arm: tuple[float, float] = (-8, 16)
    far_arm: tuple[float, float] = (10, 18)
    near_leg: tuple[float, float] = (-4, 0)
    far_leg: tuple[float, float] = (6, 0)
    lean: float = 0
    nod: float = 0
    lift: float = 0
    turn: float = 0
    seat: str = ""
    toes: tuple[float, float] = (0, 0)  # how much the near and far foot point down
    asleep: bool = False


POSES: dict[str, Pose] = {
    "stand": Pose(),
    "walk": Pose((-30, 22), (30, 26), (25, 3), (-22, 18), lean=3, toes=(-8, 28)),
    "run": Pose((-48, 78), (48, 88), (58, 62), (-32, 52), lean=14, nod=-6, toes=(0, 60), lift=3),
    "sneak": Pose((40, 80), (60, 70), (38, 42), (-8, 44), lean=20, nod=-8, toes=(0, 30)),
    "sit": Pose((28, 40), (40, 38), (86, 86), (76, 78), seat="stool"),
    "kneel": Pose((30, 50), (45, 40), (82, 84), (2, 94), lean=6, toes=(0, 80)),
    "reach": Pose((112, 8), (62, 20), (18, 6), (-16, 4), lean=9, toes=(0, 20)),
    "point": Pose((92, 2), (12, 24), (-4, 0), (8, 0)),
    "hold": Pose((20, 84), (30, 72), (-4, 0), (6, 0)),
    "carry": Pose((32, 66), (44, 58), (16, 3), (-14, 14), lean=-5, toes=(-4, 20)),
    "wave": Pose((-6, 18), (148, 22), (-4, 0), (6, 0), nod=-3),
    "fight": Pose((96, 12), (40, 100), (38, 30), (-34, 6), lean=8),
    "throw": Pose((-120, 60), (70, 12), (30, 12), (-28, 6), lean=-8, nod=-3),
    "cheer": Pose((-150, -14), (142, 18), (-9, 0), (11, 0), nod=-8),
    "leap": Pose((-60, 20), (120, 14), (62, 18), (-44, 22), lean=6, nod=-8, lift=22, toes=(10, 60)),
    "think": Pose((26, 132), (36, 84), (-4, 0), (6, 0), nod=5),
    "dance": Pose((-78, -20), (128, 24), (-4, 0), (54, 92), lean=-5, nod=-4, toes=(12, 40)),
    "row": Pose((66, 26), (72, 22), (88, 14), (84, 12), lean=12, seat="boat"),
    "ride": Pose((44, 34), (50, 30), (62, 70), (56, 66), lean=2, seat="none"),
    "sleep": Pose((8, 6), (20, 10), (4, 10), (14, 22), turn=-90, asleep=True),
    "fall": Pose((-128, -20), (126, 14), (48, 34), (-20, 40), lean=-24, nod=-8, lift=16, toes=(20, 30)),
    "climb": Pose((138, 24), (158, 10), (52, 72), (-6, 12), lean=3, nod=-12, toes=(10, 30)),
    "push": Pose((74, 10), (84, 6), (36, 22), (-30, 4), lean=24, nod=-14, toes=(0, 25)),
    "pull": Pose((66, 8), (76, 4), (34, 8), (-16, 34), lean=-22, nod=8),
    "work": Pose((34, 62), (52, 44), (-3, 0), (8, 0), lean=9, nod=8),
    "cook": Pose((30, 74), (44, 52), (-4, 0), (6, 0), lean=6, nod=7),
    "play": Pose((36, 88), (62, 74), (-4, 0), (8, 0), lean=2, nod=4),
    "read": Pose((26, 92), (34, 88), (-4, 0), (6, 0), nod=12),
    "look": Pose((-8, 14), (58, 108), (-4, 0), (10, 0), lean=-2, nod=-9),
    "listen": Pose((-6, 18), (62, 128), (-4, 0), (7, 0), lean=4, nod=6),
    "eat": Pose((34, 116), (22, 78), (-4, 0), (6, 0), nod=3),
    "sing": Pose((24, 62), (66, 34), (-5, 0), (9, 0), lean=-3, nod=-9),
    "bow": Pose((20, 20), (36, 60), (-3, 0), (6, 0), lean=38, nod=14),
    "cry": Pose((34, 138), (46, 132), (-4, 0), (6, 0), lean=10, nod=18),
    "hug": Pose((50, 74), (64, 66), (4, 0), (-6, 3), lean=5, nod=8),
    "sad": Pose((2, 8), (10, 8), (-4, 0), (6, 0), lean=9, nod=20),
    "proud": Pose((-34, 92), (-2, 20), (-10, 0), (12, 0), lean=-4, nod=-6),
    "fly": Pose((64, 10), (100, 6), (-14, 16), (-28, 22), lean=46, nod=-28, lift=60, toes=(60, 60)),
    "swim": Pose((150, 10), (60, 12), (-20, 14), (6, 24), lean=66, nod=-38, lift=6, toes=(60, 60)),
    "float": Pose((36, 26), (66, 20), (10, 24), (26, 34), lean=-6, nod=-4, lift=34, toes=(34, 34)),
    "talk": Pose((34, 70), (10, 24), (-4, 0), (7, 0), nod=-2),
    "give": Pose((64, 26), (54, 40), (12, 2), (-10, 4), lean=6),
    "dig": Pose((42, 34), (66, 14), (20, 14), (-18, 8), lean=18, nod=6),
    "steer": Pose((70, 18), (80, 12), (-6, 0), (10, 0), lean=2, nod=-2),
    "stretch": Pose((-164, -8), (158, 8), (-3, 0), (5, 0), nod=-10),
    "shrug": Pose((-24, -84), (24, 96), (-4, 0), (6, 0), nod=-2),
    "shiver": Pose((34, 112), (44, 104), (4, 6), (-2, 4), lean=8, nod=8),
}


@dataclass(frozen=True)
class Build:
    """Lengths of a body in units (centimetres of a grown person of 170)."""

    thigh: float = 40
    shin: float = 39
    torso: float = 50
    upper_arm: float = 27
    forearm: float = 25
    head: float = 1.0  # scale of the head
    girth: float = 1.0  # scale of every width
    hips: float = 1.0
    shoulders: float = 1.0
    scale: float = 1.0  # of the whole body


BUILDS: dict[str, Build] = {
    "male": Build(shoulders=1.1, hips=0.94),
    "female": Build(thigh=40, torso=46, shoulders=0.9, hips=1.04, girth=0.93, scale=0.96),
    "neutral": Build(),
    "child": Build(thigh=34, shin=32, torso=40, upper_arm=22, forearm=20, head=1.14, girth=0.94, shoulders=0.9, hips=0.95, scale=0.76),
    "young": Build(head=1.04, girth=0.95),
    "old": Build(thigh=37, shin=36, torso=48, girth=1.04, scale=0.96),
    "giant": Build(girth=1.5, torso=60, head=0.95, shoulders=1.25, hips=1.15, thigh=36, shin=34, upper_arm=34, forearm=32, scale=2.2),
    "dwarf": Build(thigh=24, shin=22, torso=44, upper_arm=23, forearm=21, head=1.22, girth=1.35, shoulders=1.15, hips=1.15, scale=0.85),
    "beast": Build(thigh=27, shin=25, torso=44, upper_arm=23, forearm=21, head=1.22, girth=1.06, shoulders=0.92, hips=1.12),
    "stout beast": Build(thigh=25, shin=23, torso=46, upper_arm=24, forearm=21, head=1.24, girth=1.4, shoulders=1.0, hips=1.15),
    "slim": Build(girth=0.85, thigh=43, shin=42),
    "stout": Build(girth=1.3, hips=1.25, shoulders=1.1, thigh=37, shin=36),
}


@dataclass(frozen=True)
class Skeleton:
    """Where a posed body's joints are; y is 0 on the ground and negative above it."""

    hip: Point
    neck: Point
    head: Point
    near_arm: tuple[Point, Point, Point]
    far_arm: tuple[Point, Point, Point]
    near_leg: tuple[Point, Point, Point]
    far_leg: tuple[Point, Point, Point]
    lean: float
    nod: float


SOLE = 5.0  # from the ankle to the ground


def _leg(hip: Point, angles: tuple[float, float], build: Build) -> tuple[Point, Point, Point]:
    knee = polar(hip, angles[0], build.thigh)
    return hip, knee, polar(knee, angles[0] - angles[1], build.shin)


def _arm(shoulder: Point, angles: tuple[float, float], build: Build) -> tuple[Point, Point, Point]:
    elbow = polar(shoulder, angles[0], build.upper_arm)
    return shoulder, elbow, polar(elbow, angles[0] + angles[1], build.forearm)


def skeleton(pose: Pose, build: Build) -> Skeleton:
    """The joints of a body in a pose, its lowest foot (or its knee, or its seat) on the ground."""
    hip = (0.0, 0.0)
    neck = polar(hip, 180 - pose.lean, build.torso)
    head = polar(neck, 180 - pose.lean * 0.5 - pose.nod * 0.6, 19 * build.head)
    legs = [_leg((hip[0] + side * build.hips, 0.0), angles, build) for side, angles in ((-4.5, pose.near_leg), (5.0, pose.far_leg))]
    slope = math.radians(pose.lean)
    across, down = (math.cos(slope), math.sin(slope)), (-math.sin(slope), math.cos(slope))

    def shoulder(side: float, depth: float) -> Point:
        return neck[0] + across[0] * side + down[0] * depth, neck[1] + across[1] * side + down[1] * depth

    arms = [_arm(shoulder(side * build.shoulders, 7), angles, build) for side, angles in ((-9.5, pose.near_arm), (9.5, pose.far_arm))]
    lowest = max(max(knee[1] + 7, foot[1] + SOLE) for _, knee, foot in legs)
    if pose.seat == "none":
        lowest = 0.0
    rise = -lowest - pose.lift

    def up(point: Point) -> Point:
        return point[0], point[1] + rise

    def all_up(points: tuple[Point, Point, Point]) -> tuple[Point, Point, Point]:
        return up(points[0]), up(points[1]), up(points[2])

    return Skeleton(up(hip), up(neck), up(head), all_up(arms[0]), all_up(arms[1]), all_up(legs[0]), all_up(legs[1]), pose.lean, pose.nod)


def aged(build: Build, age: str) -> Build:
    """A build at an age: children are smaller with larger heads, the old a little bent."""
    if age == "child":
        child = BUILDS["child"]
        return replace(child, girth=child.girth * build.girth)
    if age == "old":
        return replace(build, scale=build.scale * 0.96, thigh=build.thigh - 2, shin=build.shin - 2)
    return build
