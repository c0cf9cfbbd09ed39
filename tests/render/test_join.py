"""Pieces made beforehand: the same film, copied; and the film without them where they do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.catalog import Model
from farm.specs import ComposeSpec, Cut, JoinSpec, Title
from farm.types import Style, TaskKind
from farm.work import EngineError, Work
from render import cut
from render.engine import Composer
from tests.render.conftest import FPS, SMALL, lumas

STYLE = Style(slug="plain", name="Plain")
MODEL = Model(name="composer", tasks=(TaskKind.COMPOSE, TaskKind.JOIN), engine="composer")


class Quiet:
    def step(self, step: int, of: int, note: str = "") -> None:
        """Nothing."""

    def loading(self, done: float, note: str = "") -> None:
        """Nothing."""

    def preview(self, path: Path, media_type: str) -> None:
        """Nothing."""


def run(spec, files, scratch: Path) -> dict[str, Path]:
    outcome = Composer(MODEL, "cpu").run(Work(task="t", model="composer", spec=spec, files=files, scratch=scratch), Quiet())
    return {output.name: output.path for output in outcome.outputs}


def film(clips, folder: Path, pieces: dict[str, Path], indices=(0, 1, 2), transition="dissolve") -> Path:
    cuts = tuple(Cut(index=index, frames=48, transition=transition) for index in indices)
    spec = ComposeSpec(title=Title(text="Joined", frames=60), cuts=cuts, size=SMALL, fps=FPS, style=STYLE)
    files = {f"clip.{index}": clips[index] for index in indices}
    return run(spec, files | pieces, folder)["film"]


def joins(clips, folder: Path, transition="dissolve") -> dict[str, Path]:
    found = {}
    for before, after in ((None, 0), (0, 1), (1, 2), (2, None)):
        name = "end" if after is None else str(after)
        sides = [(side, index) for side, index in (("before", before), ("after", after)) if index is not None]
        spec = JoinSpec(
            before=before, after=after, **{f"{side}_frames": 48 for side, _ in sides}, title=Title(text="Joined", frames=60) if before is None else None,
            transition=transition, size=SMALL, fps=FPS, style=STYLE,
        )  # fmt: skip
        found[f"piece.{name}"] = run(spec, {f"clip.{side}": clips[index] for side, index in sides}, folder / name)["piece"]
    return found


@pytest.fixture
def encoded(monkeypatch) -> list[cut.Part]:
    """The parts that were encoded and not copied."""
    seen: list[cut.Part] = []
    make = cut.Bench.make

    def noting(self, part, sources, number):
        seen.append(part)
        return make(self, part, sources, number)

    monkeypatch.setattr(cut.Bench, "make", noting)
    return seen


@pytest.mark.parametrize("transition", ["dissolve", "dip"])
def test_a_film_of_pieces_has_the_same_bytes_and_encodes_nothing(clips, tmp_path, encoded, transition):
    pieces = joins(clips, tmp_path, transition)
    whole = film(clips, tmp_path / "whole", {}, transition=transition)
    encoded.clear()
    joined = film(clips, tmp_path / "joined", pieces, transition=transition)
    assert encoded == []
    assert joined.read_bytes() == whole.read_bytes()


def test_a_piece_between_other_shots_is_not_used(clips, tmp_path, encoded):
    """Shot 2 was lost: what lies between 1 and 3 is encoded; title and end are copied."""
    pieces = joins(clips, tmp_path)
    kept = {name: pieces[name] for name in ("piece.0", "piece.end")}
    whole = film(clips, tmp_path / "whole", {}, (0, 2))
    encoded.clear()
    joined = film(clips, tmp_path / "joined", kept, (0, 2))
    assert [part.span.kind for part in encoded] == ["dissolve"]
    assert joined.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("what", ["another length", "torn", "text", "another size"])
def test_a_piece_that_does_not_fit_is_made_again(clips, tmp_path, what):
    pieces = joins(clips, tmp_path)
    bad = tmp_path / "bad.mp4"
    good = pieces["piece.1"].read_bytes()
    bad.write_bytes(
        {
            "another length": clips[0].read_bytes(),
            "torn": good[: len(good) // 2],
            "text": b"piece" * 100,
            "another size": good.replace(b"\x00\xa0\x00\x5a", b"\x00\xa2\x00\x5a"),
        }[what]
    )
    assert bad.read_bytes() != good
    whole = film(clips, tmp_path / "whole", {})
    assert film(clips, tmp_path / "joined", pieces | {"piece.1": bad}).read_bytes() == whole.read_bytes()


def test_a_clip_that_is_lost_after_it_was_joined_takes_the_piece_with_it(clips, tmp_path):
    pieces = joins(clips, tmp_path)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clips[1].read_bytes()[:300])
    made = film([clips[0], broken, clips[2]], tmp_path / "joined", pieces)
    assert len(lumas(made)) == 60 + 2 * (48 - 12)


def test_what_cannot_be_joined_says_so(clips, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing")
    with pytest.raises(EngineError, match="shot 2: its clip cannot be used"):
        run(
            JoinSpec(before=0, after=1, before_frames=48, after_frames=48, size=SMALL, fps=FPS, style=STYLE),
            {"clip.before": clips[0], "clip.after": broken},
            tmp_path,
        )
    spec = JoinSpec(before=0, after=1, before_frames=48, after_frames=48, transition="cut", size=SMALL, fps=FPS, style=STYLE)
    with pytest.raises(EngineError, match="nothing to join"):
        run(spec, {"clip.before": clips[0], "clip.after": clips[1]}, tmp_path)
