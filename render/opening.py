"""Opening what a timeline names: each entry as a source of frames, with its own sound, or the words that say why it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from render import film
from render.captions import clean
from render.card import TitleCard
from render.conform import foreign
from render.encode import Picture
from render.lettering import lacking
from render.media import Unreadable, read_picture
from render.source import Clip, Source, Still, look
from render.timeline import Card, Entry, Timeline

log = structlog.get_logger()


@dataclass(frozen=True)
class Opened:
    """An entry's source (None where it has nothing to show), what is wrong with it in human words, and the file with its own sound."""

    source: Source | None
    note: str = ""
    sound: Path | None = None


class Opener:
    """Opens entries, each by itself; safe to use from several threads."""

    def __init__(self, timeline: Timeline, work: Path, check: Callable[[], None], broken: Mapping[str, str]) -> None:
        self.timeline, self.work, self.check, self.broken = timeline, work, check, broken
        self.size, self.fps = timeline.size, timeline.fps

    def card(self, card: Card) -> tuple[TitleCard, str]:
        """A card over its picture; without it, and saying why, where it cannot be read."""
        picture, note = None, ""
        if card.picture:
            try:
                picture = read_picture(card.picture, self.size)
            except Unreadable as error:
                note = f"its picture cannot be used: {error}"
        for field in ("text", "subtitle"):
            if sign := lacking(clean(getattr(card, field))):  # boxes in the place of letters are worse than none
                card = card.model_copy(update={field: ""})
                note = f"{note}; " if note else ""
                note += f"its {field} cannot be drawn: this machine has no font with {sign!r}; install one (for Chinese, Japanese and Korean: fonts-noto-cjk)"
        return TitleCard(card, picture, self.size, self.fps, self.timeline.style, self.timeline.locale), note

    def open(self, entry: Entry, number: int) -> Opened:
        """An entry's source: a clip, a clip made conforming, a held picture, or nothing."""
        why = ""
        if entry.name in self.broken:
            why = f"its clip cannot be used: {self.broken[entry.name]}"
        elif entry.clip is not None:
            try:
                return self.clip(entry, entry.clip, number)
            except Unreadable as error:
                why = f"its clip cannot be used: {error}"
        if entry.picture is not None:
            try:
                still = Still(read_picture(entry.picture, self.size), entry.frames)
                return Opened(still, f"{why}; its picture is held instead" if why else "", entry.sound if isinstance(entry.sound, Path) else None)
            except Unreadable as error:
                why = f"{why}; " if why else ""
                why += f"its picture cannot be used: {error}"
        return Opened(None, why or "it has neither clip nor picture")

    def clip(self, entry: Entry, file: Path, number: int) -> Opened:
        """A clip of exactly the entry's frames: as it is, or encoded anew where it does not conform."""
        seen = look(file, self.size, self.fps)
        sound = entry.sound if isinstance(entry.sound, Path) else file if seen.sound and entry.sound else None
        if seen.conforming and seen.frames >= entry.frames:
            return Opened(Clip(file, entry.frames, seen.keys | {seen.frames}, seen.table), "", sound)
        note = f"its clip ends after {seen.frames} of {entry.frames} frames; the last one is held" if seen.conforming else ""
        log.info("clip is made conforming", shot=entry.name, why=seen.reason or note)
        whole = Clip(file, seen.frames, seen.keys).pictures(0, seen.frames) if seen.conforming else foreign(file, self.size, self.fps, entry.frames)
        return Opened(self.conform(whole, entry.frames, number), note, sound)

    def conform(self, pictures: Iterator[Picture], count: int, number: int) -> Source:
        """Encode any frames as a splice-ready clip in the scratch folder; the last frame is held where they are short."""
        file = self.work / f"conformed-{number}.mp4"

        def exactly() -> Iterator[Picture]:
            given, last = 0, None
            for last in pictures:
                self.check()
                yield last
                given += 1
                if given >= count:
                    return
            while given < count and last is not None:
                self.check()
                yield last
                given += 1

        film.write_clip(file, exactly(), size=self.size, fps=self.fps, keys=(12, max(0, count - 12)))
        seen = look(file, self.size, self.fps)
        return Clip(file, count, seen.keys | {count}, seen.table)
