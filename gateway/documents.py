"""A story's view as the documents of both families, and as the events of its stream."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from gateway.models import sequences as seq
from gateway.models import stories as sto
from gateway.models.base import Link, Links, iso
from gateway.route import Table
from gateway.view import File, Part, StoryLine, StoryView

_EXTENSIONS = {
    "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4", "audio/wav": "wav", "audio/x-wav": "wav",
    "audio/mpeg": "mp3", "application/x-subrip": "srt", "text/vtt": "vtt", "text/plain": "txt", "application/zip": "zip", "application/json": "json",
    "application/vnd.apple.mpegurl": "m3u8",
}  # fmt: skip
_BESIDE = {
    "captions": "The captions (SRT)", "captions.vtt": "The captions (WebVTT)", "strip": "Thumbnails in one picture",
    "strip.vtt": "Which part of the thumbnails belongs to which time", "teaser": "A few moments (animated WebP)", "gif": "A few moments (GIF)",
    "hevc": "The film in H.265", "av1": "The film in AV1", "nvenc": "The film in H.265", "hls": "The film as a stream (HLS)",
    "otio": "The cut for an editor (OpenTimelineIO)",
}  # fmt: skip
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Writer:
    """Writes documents with absolute addresses: `base` is how the world reaches us, `address` signs an artifact's path."""

    table: Table
    base: str
    address: Callable[[str, str], str]

    def url(self, file: File | None, name: str) -> str | None:
        """The absolute address of an artifact; `name` is what a browser would save it as, without its extension."""
        if file is None:
            return None
        extension = _EXTENSIONS.get(file.media_type.partition(";")[0].strip(), "bin")
        return self.base + self.address(file.sha, f"{_UNSAFE.sub('-', name).strip('-.') or 'file'}.{extension}")

    # ------------------------------------------------------------ sequences

    def sequence_links(self, view: StoryView) -> Links:
        """What can be done with a sequence now."""
        links: Links = {
            "self": self.table.link("sequence-status", id=view.id),
            "poll": self._poll(view.id),
        }
        for relation, name, there in (
            ("events", "sequence-events", True),
            ("exports", "exports", True),
            ("create-export", "create-export", view.exportable),
            ("edit-frame", "edit-frame", view.status == "completed"),
            ("frame-versions", "frame-versions", bool(view.shots)),
            ("cancel", "cancel-sequence", view.status != "archived"),
        ):
            if there and self.table.has(name):
                links[relation] = self.table.link(name, id=view.id)
        for part, file in view.film.beside.items():
            if part.startswith("hls."):  # the stream's own parts: its first playlist leads to them
                continue
            if href := self.url(file, f"film-{part.partition('.')[0]}"):
                links[f"film-{part.replace('.', '-')}"] = Link(href=href.removeprefix(self.base), method="GET", title=_BESIDE.get(part, part))
        return links

    def sequence(self, view: StoryView) -> seq.Sequence:
        """The status document."""
        frames = [
            seq.Frame(
                id=shot.id,
                order_index=shot.index,
                title=shot.title,
                image=seq.Media(status=shot.picture.status, url=self.url(shot.picture.file, f"frame-{shot.index + 1:02d}")),
                video=seq.Video(status=shot.clip.status, url=self.url(shot.clip.file, f"clip-{shot.index + 1:02d}"), error=shot.clip.error),
            )
            for shot in view.shots
        ]
        poster = self.url(view.poster, "poster")
        return seq.Sequence(
            id=view.id,
            title=view.title,
            status=cast(Any, view.status),
            status_error=view.error,
            aspect_ratio=cast(Any, view.aspect),
            created_at=view.created_at,
            updated_at=view.updated_at,
            poster=seq.Poster(url=poster) if poster else None,
            music=seq.Media(status=view.music.status, url=self.url(view.music.file, "score")),
            frames=frames,
            shots=frames,
            counts=seq.Counts(
                frames=len(frames), shots=len(frames), images_ready=view.images_ready, videos_ready=view.videos_ready, videos_failed=view.videos_failed
            ),
            links=self.sequence_links(view),
        )

    def created(self, story: str, job: str) -> seq.Created:
        """One entry of a create answer."""
        return seq.Created(
            id=story,
            status="draft",  # as it was created; what it is by now, its status document says
            workflow_run_id=job,
            status_url=self.table.path("sequence-status", id=story),
            links={"self": self.table.link("sequence-status", id=story), "poll": self._poll(story)},
        )

    def _poll(self, story: str) -> Link:
        return self.table.link("sequence-status", wait=True, title="Wait for the next change", id=story)

    def summary(self, view: StoryLine) -> seq.Summary:
        """One entry of a list."""
        return seq.Summary(
            id=view.id,
            title=view.title,
            status=cast(Any, view.status),
            aspect_ratio=cast(Any, view.aspect),
            created_at=view.created_at,
            updated_at=view.updated_at,
            links={"self": self.table.link("sequence-status", id=view.id), "poll": self._poll(view.id)},
        )

    def export(self, view: StoryView) -> seq.Export | None:
        """The finished cut, or how far it is; None before its making began."""
        film = view.film
        if not film.id:
            return None
        status = cast(Literal["processing", "ready", "failed"], {"completed": "ready", "failed": "failed"}.get(film.part.status, "processing"))
        return seq.Export(
            id=film.id,
            status=status,
            url=self.url(film.part.file, view.title or "film"),
            duration_seconds=film.seconds,
            error=film.part.error,
            created_at=film.at or view.updated_at,
        )

    # ------------------------------------------------------------ events

    def snapshot(self, view: StoryView) -> dict[str, Any]:
        """The story's state as the event stream tells it (docs/api.md)."""
        poster = self.url(view.poster, "poster")
        return {
            "sequence": view.id,
            "title": view.title,
            "status": view.status,
            "statusError": view.error,
            "percent": view.percent,
            "secondsLeft": view.seconds_left,
            "doing": doing(view),
            "updatedAt": iso(view.updated_at),
            "music": self._part(view.music, "score"),
            "poster": {"url": poster} if poster else None,
            "film": self._part(view.film.part, view.title or "film"),
            "frames": [
                {
                    "id": shot.id,
                    "orderIndex": shot.index,
                    "title": shot.title,
                    "image": self._part(shot.picture, f"frame-{shot.index + 1:02d}"),
                    "audio": self._part(shot.speech, f"speech-{shot.index + 1:02d}"),
                    "video": self._part(shot.clip, f"clip-{shot.index + 1:02d}") | {"error": shot.clip.error},
                }
                for shot in view.shots
            ],
        }

    def _part(self, part: Part, name: str) -> dict[str, Any]:
        return {"status": part.status, "url": self.url(part.file, name)}

    # ------------------------------------------------------------ stories

    def job(self, view: StoryView) -> sto.Job:
        """The job document."""
        done = view.job_status == "completed"
        clip = next((shot for shot in view.shots if shot.clip.file), None)
        film = self.url(view.film.part.file, view.title or "film")
        video = film if view.render_video else (self.url(clip.clip.file, f"clip-{clip.index + 1:02d}") if clip else film)
        failed = view.job_status in {"failed", "cancelled"}
        return sto.Job(
            job_id=view.job,
            status=job_status(view),
            progress=view.percent,
            story_id=view.id if view.screenplay is not None else None,
            render_video=view.render_video,
            video_url=video if done else None,
            error=(view.error or ("the job was cancelled" if view.job_status == "cancelled" else "the job failed")) if failed else None,
            created_at=view.created_at,
            started_at=view.job_started_at,
            completed_at=view.job_ended_at,
        )

    def story_summary(self, view: StoryLine) -> sto.StorySummary:
        """A story in a list."""
        return sto.StorySummary(**_story(view))

    def story(self, view: StoryView) -> sto.Story:
        """A story with its counts."""
        play = view.screenplay
        counts = sto.StoryCounts(
            characters=len(play.characters) if play else 0, scenes=len(play.scenes) if play else 0, items=len(play.items) if play else 0, clips=len(view.shots)
        )
        return sto.Story(**_story(view), counts=counts)

    def characters(self, view: StoryView) -> sto.Characters:
        """Who is in the story."""
        people = view.screenplay.characters if view.screenplay else ()
        return sto.Characters(
            data=[
                sto.Character(
                    id=view.ids.get("characters", {}).get(who.key) or _row("char", view, who.key),
                    name=who.name,
                    role=who.role,
                    description=who.description or who.noun,
                    image_url=self._portrait(view, f"character.{who.key}", who.name),
                    voice_name=who.voice or view.voice,
                    order=order,
                )
                for order, who in enumerate(people)
            ]
        )

    def scenes(self, view: StoryView) -> sto.Scenes:
        """Where it happens."""
        places = view.screenplay.scenes if view.screenplay else ()
        return sto.Scenes(
            data=[
                sto.Scene(
                    id=view.ids.get("scenes", {}).get(place.key) or _row("scene", view, place.key),
                    order=order,
                    title=place.title,
                    description=place.description or place.place,
                    time_of_day=place.time_of_day,
                    weather=place.weather,
                    lighting=place.lighting,
                    image_url=self._portrait(view, f"scene.{place.key}", place.title) or self._first_picture(view, place.key),
                )
                for order, place in enumerate(places)
            ]
        )

    def items(self, view: StoryView) -> sto.Items:
        """What matters in it."""
        things = view.screenplay.items if view.screenplay else ()
        return sto.Items(
            data=[
                sto.Item(
                    id=view.ids.get("items", {}).get(thing.key) or _row("item", view, thing.key),
                    name=thing.name,
                    description=thing.description,
                    significance=thing.significance,
                    image_url=self._portrait(view, f"item.{thing.key}", thing.name),
                )
                for thing in things
            ]
        )

    def clips(self, view: StoryView) -> sto.Clips:
        """The shots with their files."""
        return sto.Clips(
            data=[
                sto.Clip(
                    id=shot.id,
                    order=shot.index,
                    narration=shot.narration,
                    duration=round(shot.seconds, 3),
                    video_url=self.url(shot.clip.file, f"clip-{shot.index + 1:02d}"),
                    image_url=self.url(shot.picture.file, f"frame-{shot.index + 1:02d}"),
                    audio_url=self.url(shot.speech.file, f"speech-{shot.index + 1:02d}"),
                    status=shot.clip.status,
                )
                for shot in view.shots
            ]
        )

    def _portrait(self, view: StoryView, key: str, name: str) -> str | None:
        part = view.portraits.get(key)
        return self.url(part.file, name) if part else None

    def _first_picture(self, view: StoryView, scene: str) -> str | None:
        """The first keyframe that shows a scene."""
        shown = {shot.index for shot in view.screenplay.shots if shot.scene == scene} if view.screenplay else set()
        return next((self.url(shot.picture.file, f"frame-{shot.index + 1:02d}") for shot in view.shots if shot.index in shown and shot.picture.file), None)


def job_status(view: StoryView | StoryLine) -> sto.JobStatus:
    """The job's state in the stories family's words; it has none for cancelled."""
    return cast(sto.JobStatus, "failed" if view.job_status == "cancelled" else view.job_status)


def _story(view: StoryView | StoryLine) -> dict[str, Any]:
    return {
        "id": view.id,
        "title": view.title,
        "status": job_status(view),
        "aspect_ratio": view.aspect,
        "locale": view.locale,
        "created_at": view.created_at,
    }


def _row(kind: str, view: StoryView, key: str) -> str:
    """An id for a row of a story: unique, stable, and telling what it is."""
    return f"{kind}_{view.id.removeprefix('seq_')}_{_UNSAFE.sub('-', key)}"


def doing(view: StoryView) -> str:
    """What happens now, in a short sentence."""
    if view.terminal:
        return {"completed": "finished", "failed": view.error or "failed", "archived": "archived"}[view.status]
    running = [task.kind.value for task in view.tasks if task.state == "running"]
    words = {
        "write": "writing the story", "portrait": "painting portraits", "keyframe": "painting pictures", "animate": "moving the camera",
        "speak": "speaking", "score": "composing the music", "join": "joining shots", "compose": "composing the film",
    }  # fmt: skip
    return ", ".join(words[kind] for kind in words if kind in running) or "waiting for a worker"
