"""The cut as an OpenTimelineIO document (schema Timeline.1): what an editor needs to go on from where the composer stopped. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from farm.work import FilmData
from render.captions import clean
from render.layout import Placed
from render.timeline import Entry, Timeline

Shots = Sequence[tuple[Entry | None, Placed]]


def timeline(film: Timeline, shots: Shots, data: FilmData, target: Path) -> str:
    """The document as JSON text.

    A dissolve becomes a transition at its middle, both clips keeping the frames under it as handles; dips and fades, which OpenTimelineIO does not
    know, become transitions of their own type. Title and end cards, which are no files, are taken from the finished film at `target`.
    """
    fps = data.fps
    title = clean(film.title.text) if film.title else ""
    tracks = [_track("Video", "Video", _pictures(film, shots, fps, target))]
    lanes: list[tuple[int, list[dict[str, Any]]]] = []  # narrations that sound at once lie on tracks of their own
    for entry, spot in shots:
        if entry is None or entry.speech is None or entry.speech.file is None:
            continue
        start, length = spot.start + round(max(0.0, entry.speech.at) * fps), max(1, round(entry.speech.seconds * fps))
        lane = next((number for number, (end, _) in enumerate(lanes) if end <= start), None)
        if lane is None:
            lane = len(lanes)
            lanes.append((0, []))
        end, items = lanes[lane]
        if start > end:
            items.append(_gap(start - end, fps))
        items.append(_clip(f"{entry.name} narration", entry.speech.file, 0, length, length, fps))
        lanes[lane] = (start + length, items)
    tracks += [_track(f"Narration {number}" if number > 1 else "Narration", "Audio", items) for number, (_, items) in enumerate(lanes, start=1)]
    if film.score is not None:
        tracks.append(_track("Score", "Audio", [_clip("score", film.score, 0, data.frames, data.frames, fps)]))
    stack: dict[str, Any] = {
        "OTIO_SCHEMA": "Stack.1",
        "name": "tracks",
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "metadata": {},
        "children": tracks,
    }
    whole = {"OTIO_SCHEMA": "Timeline.1", "name": title or target.stem, "global_start_time": None, "metadata": {}, "tracks": stack}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _pictures(film: Timeline, shots: Shots, fps: int, target: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, (entry, spot) in enumerate(shots):
        following = shots[number + 1][1].overlap if number + 1 < len(shots) else 0
        if entry is None:
            length = spot.frames - following  # a card's own frames; what dissolves into the first shot is the shot's here
            if length:
                found.append(_clip("end" if number else "title", target, spot.start, length, spot.start + spot.frames, fps))
            continue
        overlap = spot.overlap if number and shots[number - 1][0] is not None else 0
        head = overlap // 2
        if overlap:
            found.append(_transition(spot.transition, head, overlap - head, fps))
        # What is under the dissolve into the end card is the card's, taken from the finished film.
        tail = following if number + 1 < len(shots) and shots[number + 1][0] is None else following - following // 2
        file = entry.clip if entry.clip is not None else entry.picture
        found.append(_clip(entry.name, file, head, spot.frames - head - tail, spot.frames, fps))
    return found


def _time(frames: int, fps: int) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(fps), "value": float(frames)}


def _range(start: int, frames: int, fps: int) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(start, fps), "duration": _time(frames, fps)}


def _track(name: str, kind: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Track.1",
        "name": name,
        "kind": kind,
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "metadata": {},
        "children": items,
    }


def _clip(name: str, file: Path | None, first: int, frames: int, have: int, fps: int) -> dict[str, Any]:
    media: dict[str, Any] = {"OTIO_SCHEMA": "MissingReference.1", "name": "", "available_range": None, "available_image_bounds": None, "metadata": {}}
    if file is not None:
        url = file.as_uri() if file.is_absolute() else quote(file.as_posix())  # beside the document
        media |= {
            "OTIO_SCHEMA": "ExternalReference.1",
            "target_url": url,
            "available_range": _range(0, have, fps),
        }
    return {
        "OTIO_SCHEMA": "Clip.2",
        "name": clean(name),
        "source_range": _range(first, frames, fps),
        "effects": [],
        "markers": [],
        "enabled": True,
        "metadata": {},
        "media_references": {"DEFAULT_MEDIA": media},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _gap(frames: int, fps: int) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "Gap.1", "name": "", "source_range": _range(0, frames, fps), "effects": [], "markers": [], "enabled": True, "metadata": {}}


def _transition(kind: str, before: int, after: int, fps: int) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Transition.1",
        "name": kind,
        "transition_type": "SMPTE_Dissolve" if kind == "dissolve" else "Custom_Transition",
        "in_offset": _time(before, fps),
        "out_offset": _time(after, fps),
        "metadata": {"storyfarm": {"transition": kind}},
    }
