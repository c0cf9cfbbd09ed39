"""Cutting out of a reference picture: a head with its hair, the whole subject, the colours of skin and cloth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pipelines.illustrator.references import faces
from pipelines.illustrator.references.faces import Face
from pipelines.illustrator.references.pictures import Picture, Pixels, plain, read

SIDE = 512  # pixels of a head's square
SPAN = 2.8  # faces (brow to chin) along that side
MIDDLE = 0.58  # where the face's middle is, as a fraction of the height: hair and hats need the room above
COARSE = 144  # pixels a side for GrabCut, whose time grows with them: about 30 ms, 0.5 s at worst
LEAST, MOST = 0.05, 0.86  # of a picture: what is smaller or larger is no subject before a background
GUESSED_MOST = 0.6  # where only GrabCut says so: an ellipse in the middle, from which it begins, has 0.47


@dataclass(frozen=True)
class Head:
    """A head cut out: RGBA (straight) of SIDE × SIDE, eyes level; colours as "#rrggbb" or "" where the picture tells none."""

    pixels: Pixels
    skin: str
    cloth: str
    aside: float  # which way it looks: -1 left to 1 right
    brow: tuple[float, float]  # left and right edge of the head above the eyes, in faces from the middle
    crown: float  # its upper edge, in faces above the middle
    worth: float


@lru_cache(16)
def head(picture: Picture) -> Head | None:
    """The head of the surest face in a picture, or None where no face is found."""
    rgb = plain(read(picture))
    face = faces.find(rgb)
    if face is None:
        return None
    square, inside = _square(rgb, face)
    sure = faces.person(square)
    alpha = _head_mask(square, np.where(inside, sure, 0.0), face.aside)
    pixels: Pixels = np.dstack([square, alpha])
    u, v = _units()
    at_brow = alpha[int((MIDDLE - 0.38 / SPAN) * SIDE)] > 128
    edges = np.flatnonzero(at_brow)
    brow = (float(u[0, edges[0]]), float(u[0, edges[-1]])) if len(edges) else (-0.6, 0.6)
    rows = np.flatnonzero((alpha > 128).any(axis=1))
    crown = -float(v[rows[0], 0]) if len(rows) else 0.9
    cheeks = (np.abs(u) < 0.34) & (v > -0.02) & (v < 0.2) & (alpha > 200)
    body = (v > 0.95) & (np.abs(u) < 0.75) & (sure > 0.7) & inside
    return Head(pixels, _tone(square[cheeks], 400), _tone(square[body], 1500), face.aside, brow, crown, face.worth)


def _units() -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel of the square is, in faces right of and below the face's middle."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return (x / SIDE - 0.5) * SPAN, (y / SIDE - MIDDLE) * SPAN


def _square(rgb: Pixels, face: Face) -> tuple[Pixels, np.ndarray]:
    """The square around a head, its eyes level, and which of its pixels the picture has."""
    turn = cv2.getRotationMatrix2D((face.x, face.y), float(np.clip(face.roll, -40, 40)), SIDE / (SPAN * face.size))
    turn[:, 2] += np.array([SIDE / 2 - face.x, SIDE * MIDDLE - face.y])
    near = face.size * SPAN < SIDE
    shrunk = rgb if near else cv2.blur(rgb, (max(1, int(face.size * SPAN / SIDE)),) * 2)
    square = cv2.warpAffine(shrunk, turn, (SIDE, SIDE), flags=cv2.INTER_CUBIC if near else cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    there = cv2.warpAffine(np.full(rgb.shape[:2], 255, np.uint8), turn, (SIDE, SIDE), flags=cv2.INTER_NEAREST)
    return square, there > 0


def _head_mask(square: Pixels, sure: np.ndarray, aside: float) -> np.ndarray:
    """Alpha of head, hair and hat: what is the person's, above the chin's line."""
    u, v = _units()
    back = -0.26 * aside  # of a head that looks aside, more is behind the face
    face = (u / 0.5) ** 2 + ((v + 0.02) / 0.52) ** 2 < 1
    jaw = ((u - back * 0.3) / 0.56) ** 2 + ((v - 0.04) / 0.525) ** 2
    cap = ((u - back) / 1.12) ** 2 + ((v + 0.42) / 1.16) ** 2
    room = np.maximum(np.clip((1 - cap) * 8, 0, 1) * np.clip((0.34 - v) * 9, 0, 1), np.clip((1 - jaw) * 12, 0, 1))
    mask: np.ndarray = np.full(square.shape[:2], cv2.GC_PR_BGD, np.uint8)
    mask[sure > 0.5] = cv2.GC_PR_FGD
    mask[(sure > 0.97) & (v < 0.5)] = cv2.GC_FGD
    mask[face] = cv2.GC_FGD
    mask[(sure < 0.03) & (np.abs(u - back) > 0.62) & (v > -0.65)] = cv2.GC_BGD  # what is seen past the ears
    mask[(sure < 0.02) & ((np.abs(u - back) > 1.05) | (v < -1.3))] = cv2.GC_BGD
    own = _grown(square, mask)
    alpha = cv2.GaussianBlur((own * 255).astype(np.uint8), (0, 0), 2.2).astype(np.float32) / 255
    alpha = np.clip((alpha - 0.5) * 3 + 0.5, 0, 1) * room
    return _whole((alpha * 255).astype(np.uint8), (SIDE // 2, int(SIDE * MIDDLE)))


def _grown(rgb: Pixels, mask: np.ndarray) -> np.ndarray:
    """GrabCut from a mask, on a small copy: booleans of the picture's size."""
    height, width = rgb.shape[:2]
    shrink = min(1.0, COARSE / max(height, width))
    size = (max(8, round(width * shrink)), max(8, round(height * shrink)))
    small, marks = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    both = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if both.sum() > 8 and (~both).sum() > 8:
        grain = np.random.default_rng(5).integers(-3, 4, small.shape, np.int16)  # one flat colour takes its graph cut 10 s, with grain 0.1 s
        small = np.clip(small.astype(np.int16) + grain, 0, 255).astype(np.uint8)
        cv2.setRNGSeed(7)  # its clusters begin at random; the same picture is to give the same cut
        cv2.grabCut(small, marks, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    own = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return cv2.resize(own, (width, height), interpolation=cv2.INTER_CUBIC) > 0.5


def _whole(alpha: np.ndarray, point: tuple[int, int] | None) -> np.ndarray:
    """The one piece at a point (or the largest), its holes filled."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((alpha > 96).astype(np.uint8))
    if count < 2:
        return alpha
    chosen = int(labels[point[1], point[0]]) if point else 0
    chosen = chosen or 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    piece = (labels == chosen).astype(np.uint8)
    outline, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(piece), outline, -1, 255, cv2.FILLED)
    near = cv2.dilate(piece, np.ones((5, 5), np.uint8)) > 0
    return np.where((filled > 0) & (piece == 0), 255, np.where(near, alpha, 0)).astype(np.uint8)


def _tone(colors: np.ndarray, least: int) -> str:
    """The middle colour of some pixels, or "" where they are too few."""
    if len(colors) < least:
        return ""
    light = colors.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    low, high = np.percentile(light, (30, 80))
    middle = np.median(colors[(light >= low) & (light <= high)], axis=0)
    return "#" + "".join(f"{int(part):02x}" for part in middle)


@dataclass(frozen=True, eq=False)
class Subject:
    """What a picture shows before its background, trimmed: RGBA (straight); `whole` unless the picture's lower edge cuts it."""

    pixels: Pixels
    whole: bool


@lru_cache(16)
def subject(picture: Picture) -> Subject | None:
    """The subject of a picture; None where nothing stands out."""
    pixels = read(picture)
    alpha = pixels[..., 3].copy()
    if not (alpha < 128).mean() > 0.05:  # else it is cut out already
        cut = _standing_out(plain(pixels))
        if cut is None:
            return None
        alpha = cut
    rows, columns = np.flatnonzero((alpha > 64).any(axis=1)), np.flatnonzero((alpha > 64).any(axis=0))
    if not len(rows):
        return None
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    whole = bool((alpha[-2:] > 128).any(axis=0).mean() < 0.12)
    return Subject(np.ascontiguousarray(np.dstack([pixels[..., :3], alpha])[part]), whole)


def _standing_out(rgb: Pixels) -> np.ndarray | None:
    height, width = rgb.shape[:2]
    found, guessed = _before_plain(rgb), False
    if found is None:
        square = cv2.resize(rgb, (256, 256), interpolation=cv2.INTER_AREA)
        sure = cv2.resize(faces.person(square), (width, height), interpolation=cv2.INTER_LINEAR)
        mask: np.ndarray = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
        if LEAST < (sure > 0.6).mean() < MOST and (sure > 0.6).sum() > 2 * ((sure > 0.2) & (sure <= 0.6)).sum():
            mask[sure > 0.5], mask[sure > 0.97], mask[sure < 0.03] = cv2.GC_PR_FGD, cv2.GC_FGD, cv2.GC_BGD
        else:
            guessed = True
            y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
            away = (x / 0.86) ** 2 + (y / 0.92) ** 2
            mask[away < 0.75], mask[away < 0.05] = cv2.GC_PR_FGD, cv2.GC_FGD
            edge = max(2, round(0.03 * min(height, width)))
            mask[:edge], mask[:, :edge], mask[:, -edge:] = cv2.GC_BGD, cv2.GC_BGD, cv2.GC_BGD
        found = _scissored(_grown(rgb, mask)) if guessed else _grown(rgb, mask)
    soft = max(1.0, max(height, width) / 400)
    alpha = cv2.GaussianBlur((found * 255).astype(np.uint8), (0, 0), soft).astype(np.float32) / 255
    alpha = _whole((np.clip((alpha - 0.5) * 3 + 0.5, 0, 1) * 255).astype(np.uint8), None)
    share = float((alpha > 128).mean())
    return alpha if LEAST < share < (GUESSED_MOST if guessed else MOST) else None


def _scissored(found: np.ndarray) -> np.ndarray:
    """A guessed cut as scissors would go around it: no teeth and no holes, a little of the ground left."""
    height, width = found.shape
    shrink = 200 / max(height, width)
    small = cv2.resize((found * 255).astype(np.uint8), (max(2, round(width * shrink)), max(2, round(height * shrink))), interpolation=cv2.INTER_AREA)
    wide = cv2.copyMakeBorder(small, 24, 24, 24, 24, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (23, 23)))
    soft = cv2.GaussianBlur(closed, (0, 0), 3.6)[24:-24, 24:-24]
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC) > 96


def _before_plain(rgb: Pixels) -> np.ndarray | None:
    """What stands before a plain ground (a logo, a product's picture, a drawing on paper), or None where the edge is not of one colour."""
    height, width = rgb.shape[:2]
    edge = np.concatenate([rgb[0], rgb[:, 0], rgb[:, -1], rgb[height // 3 * 2 : height // 3 * 2 + 1].reshape(-1, 3)[[0, -1]], rgb[0]]).astype(np.float32)
    ground = np.median(edge, axis=0)
    if (np.abs(edge - ground).max(axis=1) < 14).mean() < 0.9:
        return None
    flood = np.ascontiguousarray(rgb.copy())
    reached: np.ndarray = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (255 << 8)
    for x, y in [(x, y) for x in range(0, width, max(1, width // 24)) for y in (0, height - 1)] + [
        (x, y) for y in range(0, height, max(1, height // 24)) for x in (0, width - 1)
    ]:
        if not reached[y + 1, x + 1] and np.abs(rgb[y, x].astype(np.float32) - ground).max() < 14:
            cv2.floodFill(flood, reached, (x, y), 0, (16, 16, 16), (16, 16, 16), flags)
    found = reached[1:-1, 1:-1] == 0
    return found if LEAST < found.mean() < MOST else None
