"""Who waits for which story, and how they are woken: one stream reader, one sweep, no thread or connection per waiter."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger()
Document = TypeVar("Document")
Event = TypeVar("Event")

SWEEP_CONNECTED = 5.0
"""Seconds between two looks at SQL while events arrive: only to catch an event that was lost."""
SWEEP_AWAY = 1.0
"""Seconds between two looks at SQL while there is no event stream."""
_QUEUED = 512  # events kept for a slow listener; beyond it the listener gets a new snapshot instead


class Room(Generic[Document]):
    """All who wait for one story; they share one read of it per change."""

    def __init__(self) -> None:
        self.guests = 0
        self.generation = 0
        self.mark: object = None  # what the last sweep saw of this story
        self._bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reading: asyncio.Task[Document] | None = None
        self._reading_generation = -1

    def ring(self) -> None:
        """Something changed: wake everybody."""
        self.generation += 1
        bell, self._bell = self._bell, asyncio.get_running_loop().create_future()
        if not bell.done():
            bell.set_result(None)

    async def rung(self, seen: int, seconds: float | None) -> bool:
        """Wait until the room was rung after generation `seen`; False when `seconds` ran out."""
        if self.generation != seen:
            return True
        done, _ = await asyncio.wait([self._bell], timeout=seconds)
        return bool(done)

    async def read(self, reader: Callable[[], Awaitable[Document]]) -> Document:
        """The document as of this generation; whoever comes first reads it for all."""
        if self._reading is None or self._reading_generation != self.generation:
            self._reading_generation = self.generation
            self._reading = asyncio.ensure_future(reader())  # type: ignore[arg-type]
        assert self._reading is not None
        return await asyncio.shield(self._reading)


@dataclass(eq=False)
class Listener(Generic[Event]):
    """One event stream's queue."""

    queue: deque[Event] = field(default_factory=lambda: deque(maxlen=_QUEUED))
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False

    def put(self, event: Event) -> None:
        """Queue an event; the oldest is lost when the listener is too slow."""
        self.lost = self.lost or len(self.queue) == _QUEUED
        self.queue.append(event)
        self.bell.set()


class Waiters(Generic[Document, Event]):
    """The gateway's map of waiting callers.

    `events` yields (story, event, changed) from the one stream reader and raises when the stream is away; `marks` reads, in one
    query, something that differs whenever a story has changed, for the stories that are waited for.
    """

    def __init__(
        self,
        events: Callable[[], AsyncIterator[tuple[str, Event, bool]]] | None,
        marks: Callable[[Collection[str]], Awaitable[Mapping[str, object]]],
    ) -> None:
        self._events, self._marks = events, marks
        self._rooms: dict[str, Room[Document]] = {}
        self._listeners: dict[str, set[Listener[Event]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.stopping = asyncio.Event()
        self.connected = False

    async def start(self) -> None:
        """Begin to read the stream and to sweep."""
        self._tasks.append(asyncio.create_task(self._sweep(), name="sweep"))
        if self._events is not None:
            self._tasks.append(asyncio.create_task(self._follow(self._events), name="follow"))

    def stop(self) -> None:
        """Let every wait and stream end politely."""
        self.stopping.set()
        for room in self._rooms.values():
            room.ring()
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.bell.set()

    async def close(self) -> None:
        """End the reader and the sweep."""
        self.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def waiting(self) -> int:
        """How many callers wait."""
        return sum(room.guests for room in self._rooms.values())

    @contextlib.contextmanager
    def enter(self, story: str) -> Iterator[Room[Document]]:
        """Be in a story's room: from here on no change is missed."""
        room = self._rooms.setdefault(story, Room())
        room.guests += 1
        try:
            yield room
        finally:
            room.guests -= 1
            if not room.guests and self._rooms.get(story) is room:
                del self._rooms[story]

    @contextlib.contextmanager
    def listen(self, story: str) -> Iterator[Listener[Event]]:
        """Get every event of a story."""
        listener: Listener[Event] = Listener()
        self._listeners.setdefault(story, set()).add(listener)
        try:
            with self.enter(story):
                yield listener
        finally:
            listeners = self._listeners[story]
            listeners.discard(listener)
            if not listeners:
                del self._listeners[story]

    def notice(self, story: str, event: Event, changed: bool) -> None:
        """Hand an event to who waits for its story; only a change of state wakes the long-polls."""
        for listener in self._listeners.get(story, ()):
            listener.put(event)
        if changed:
            self._ring(story)

    def _ring(self, story: str) -> None:
        if (room := self._rooms.get(story)) is not None:
            room.ring()
        for listener in self._listeners.get(story, ()):
            listener.bell.set()

    async def _follow(self, events: Callable[[], AsyncIterator[tuple[str, Event, bool]]]) -> None:
        while not self.stopping.is_set():
            try:
                async for story, event, changed in events():
                    if not self.connected:
                        self.connected = True
                        log.info("following the progress stream")
                    if story:
                        self.notice(story, event, changed)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                if self.connected:
                    log.warning("the progress stream is away; looking at SQL instead", error=str(error))
                self.connected = False
            await asyncio.sleep(0.5)

    async def _sweep(self) -> None:
        """The one place that polls SQL, for all waiters together."""
        while not self.stopping.is_set():
            await asyncio.sleep(SWEEP_CONNECTED if self.connected else SWEEP_AWAY)
            stories = list(self._rooms)
            if not stories:
                continue
            try:
                marks = await self._marks(stories)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("cannot look at the stories that are waited for", error=str(error))
                continue
            for story in stories:
                room = self._rooms.get(story)
                mark = marks.get(story)
                if room is not None and mark != room.mark:
                    room.mark = mark
                    self._ring(story)
