"""How the camera moves: eased paths, and where they put each depth of the picture. Pure arithmetic, no pictures."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

FAR, NEAR = 0.25, 1.0  # how far the farthest and the nearest plane move, as shares of the move
RAMP = 0.3  # share of a clip in which the camera gathers speed, and in which it comes to rest
FULL_SECONDS = 6.0  # a clip this long or longer gets the whole amplitude; a shorter one less, so that its speed stays calm

ZOOM = 0.17  # growth of the nearest plane over a full push
PAN = 0.055  # travel of the nearest plane to each side of a full pan, in widths (or heights)
BREATH = 0.014  # growth of the nearest plane in one breath of a still camera
BREATH_SECONDS = 7.0
SPARE = 2.0  # pixels of the bleed that are never used: layers are made of whole pixels

MOVES = ("push", "pull", "pan-left", "pan-right", "rise", "sink", "drift", "still")


@dataclass(frozen=True)
class Pose:
    """Where the camera is: offsets in widths and heights, zoom as growth, all of the nearest plane."""

    x: float
    y: float
    zoom: float


@dataclass(frozen=True)
class Placement:
    """Where a plane lies in the frame: `frame = centre + offset + scale * (picture - centre)`, in frame pixels."""

    scale: float
    left: float  # picture coordinate at the frame's left edge
    top: float  # picture coordinate at the frame's top edge


def ease(u: float) -> float:
    """Map 0..1 to 0..1, monotone, at rest at both ends and of steady speed between the ramps."""
    u = min(1.0, max(0.0, u))
    if u > 0.5:
        return 1.0 - ease(1.0 - u)
    if u < RAMP:
        t = u / RAMP
        travelled = RAMP * (t**3 - t**4 / 2)  # the integral of smoothstep, the speed in the ramp
    else:
        travelled = RAMP / 2 + (u - RAMP)
    return travelled / (1.0 - RAMP)


def share(depth: float) -> float:
    """How much of the camera's move a plane at `depth` (0 far, 1 near) makes."""
    return FAR + (NEAR - FAR) * min(1.0, max(0.0, depth))


class Path:
    """The camera's way through one clip.

    `room` is the bleed: how much picture there is beyond each side, as a share of the picture's width and height.
    Where a move needs more than the room, the whole picture is enlarged just enough that no border shows.
    """

    def __init__(self, move: str, frames: int, fps: int, size: tuple[int, int], room: float, seed: int) -> None:
        self.move = move if move in MOVES else "drift"
        self.frames, self.fps, self.size, self.room = frames, fps, size, room
        chance = random.Random(f"camera {seed}")
        self._strength = min(1.0, (frames / fps / FULL_SECONDS)) ** 0.6
        self._side = chance.choice((-1.0, 1.0))
        self._focus = (0.5 + chance.uniform(-0.06, 0.06), 0.5 + chance.uniform(-0.05, 0.03))
        self.base = 0.0
        self.base = max(self._lack(frame, depth) for frame in range(frames) for depth in (0.0, 1.0))

    def pose(self, frame: int) -> Pose:
        """The camera at `frame`; the first and last frames are the ends of the way."""
        u = frame / (self.frames - 1) if self.frames > 1 else 0.5
        e, k = ease(u), self._strength
        swing = (2 * e - 1) * PAN * k
        match self.move:
            case "push":
                return Pose(0.0, 0.0, ZOOM * k * e)
            case "pull":
                return Pose(0.0, 0.0, ZOOM * k * (1 - e))
            case "pan-left":  # the camera turns to the left: what it sees wanders to the right
                return Pose(swing, 0.0, 0.0)
            case "pan-right":
                return Pose(-swing, 0.0, 0.0)
            case "rise":  # the camera climbs: what it sees sinks
                return Pose(0.0, swing, 0.0)
            case "sink":
                return Pose(0.0, -swing, 0.0)
            case "drift":
                return Pose(swing * 0.6 * self._side, swing * 0.25, ZOOM * 0.35 * k * e)
            case _:
                breath = math.sin(math.pi * frame / self.fps / BREATH_SECONDS) ** 2
                return Pose(0.0, 0.0, BREATH * breath)

    def place(self, frame: int, depth: float) -> Placement:
        """Where a plane at `depth` lies at `frame`."""
        pose, part = self.pose(frame), share(depth)
        width, height = self.size
        scale = (1.0 + self.base) * (1.0 + pose.zoom * part)
        zooming = self.move in {"push", "pull", "drift"}
        centre_x, centre_y = self._focus if zooming else (0.5, 0.5)
        left = centre_x * width - (centre_x + pose.x * part) * width / scale
        top = centre_y * height - (centre_y + pose.y * part) * height / scale
        return Placement(scale, left, top)

    def largest(self, depth: float) -> float:
        """The largest scale of a plane at `depth` over the clip."""
        return max(self.place(frame, depth).scale for frame in range(self.frames))

    def apart(self, one: float, other: float) -> float:
        """How many pixels two planes of different depths move against each other, at most, over the clip."""
        width, height = self.size
        worst = 0.0
        for frame in range(self.frames):
            a, b = self.place(frame, one), self.place(frame, other)
            for x, y in ((0, 0), (width, height)):
                worst = max(worst, abs(a.left + x / a.scale - b.left - x / b.scale), abs(a.top + y / a.scale - b.top - y / b.scale))
        return worst

    def _lack(self, frame: int, depth: float) -> float:
        """By how much the picture must grow so that `frame` shows no border of a plane at `depth`."""
        pose, part = self.pose(frame), share(depth)
        needed = 1.0
        for centre, shift, side in zip(self._centre(), (pose.x * part, pose.y * part), self.size, strict=True):
            # `place` solved for the scale at which the frame's left (right) edge meets the picture's.
            room = max(0.0, self.room - SPARE / side)
            needed = max(needed, (centre + shift) / (centre + room), (1 - centre - shift) / (1 - centre + room))
        return max(0.0, needed / (1.0 + pose.zoom * part) - 1.0)

    def _centre(self) -> tuple[float, float]:
        """The point of the frame that a zoom leaves where it is."""
        return self._focus if self.move in {"push", "pull", "drift"} else (0.5, 0.5)
