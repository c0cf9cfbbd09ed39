"""Reference pictures in the illustrator: faces found and worn, subjects cut out, the same in every shot."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
import skia
from PIL import Image, ImageDraw

from farm.specs import KeyframeSpec, PortraitSpec
from farm.types import Character, Item, Scene, Shot, Size, Style
from farm.work import EngineError
from pipelines.illustrator.figures import cast
from pipelines.illustrator.files import flatten
from pipelines.illustrator.paint import paint_keyframe, paint_portrait
from pipelines.illustrator.references import cutting, faces, puppet, signs, toning
from pipelines.illustrator.references.pictures import Picture, given, plain, read
from pipelines.illustrator.subjects import character_drawing

PHOTOGRAPH = Path(__file__).with_name("portrait.jpg")
PLAIN = Style(slug="plain", name="Plain")
ANN = Character(key="ann", name="Ann", noun="baker", gender="female")
SMALL = Size(width=320, height=180)


def picture(path: Path) -> Picture:
    return given({"reference.x": path}, "x")[0]


def painted(noun: str, folder: Path) -> Path:
    """A portrait that the illustrator itself painted, as somebody may register one."""
    who = Character(key=noun, name=noun, noun=noun)
    path = folder / f"{noun}.png"
    cv2.imwrite(str(path), flatten(paint_portrait(PortraitSpec(character=who, style=PLAIN, size=Size(width=480, height=480)), {})))
    return path


def blob(path: Path, color: tuple[int, int, int] = (200, 30, 160), ground: tuple[int, int, int] = (250, 250, 250)) -> Path:
    """Something with a plain ground around it that is no face."""
    image = Image.new("RGB", (200, 200), ground)
    ImageDraw.Draw(image).polygon([(60, 40), (150, 60), (160, 150), (50, 160)], fill=color)
    image.save(path)
    return path


def shown(files: dict[str, Path], who: Character = ANN, framing: str = "medium", place: str = "meadow", action: str = "stands", index: int = 0) -> np.ndarray:
    shot = Shot(index=index, scene="s", characters=(who.key,), action=action, framing=framing)  # type: ignore[arg-type]
    spec = KeyframeSpec(shot=shot, scene=Scene(key="s", title="", place=place), characters=(who,), prompt="", style=PLAIN, size=SMALL)
    return flatten(paint_keyframe(spec, files))


def test_the_face_of_a_photograph_is_found_cut_out_and_its_colours_are_read() -> None:
    head = cutting.head(picture(PHOTOGRAPH))

    assert head is not None
    alpha = head.pixels[..., 3]
    # the middle of the face is in, the corners are out, and there is hair above the brow
    assert alpha[int(cutting.SIDE * cutting.MIDDLE), cutting.SIDE // 2] == 255
    assert max(alpha[0, 0], alpha[0, -1], alpha[-1, 0], alpha[-1, -1]) == 0
    assert 0.12 < (alpha > 128).mean() < 0.45
    # nothing of the shoulders, though they are hers as well
    assert alpha[int(cutting.SIDE * (cutting.MIDDLE + 0.75 / cutting.SPAN)) :].max() == 0
    red, green, blue = bytes.fromhex(head.skin[1:])
    assert red > green > blue > 60


@pytest.mark.parametrize("noun", ["girl", "wizard", "detective"])
def test_a_painted_portrait_has_a_face_as_well(noun: str, tmp_path: Path) -> None:
    head = cutting.head(picture(painted(noun, tmp_path)))

    assert head is not None
    assert head.worth > 0.5


def test_what_is_no_face_is_none(tmp_path: Path) -> None:
    noise = tmp_path / "noise.png"
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (300, 500, 3), np.uint8)).save(noise)

    assert faces.find(plain(read(picture(noise)))) is None
    assert cutting.head(picture(blob(tmp_path / "blob.png"))) is None


def test_a_subject_before_a_plain_ground_is_cut_along_its_edge(tmp_path: Path) -> None:
    subject = cutting.subject(picture(blob(tmp_path / "blob.png")))

    assert subject is not None
    assert subject.whole
    seen = subject.pixels[..., 3] > 128
    assert np.abs(subject.pixels[..., :3][seen].astype(int).mean(axis=0) - (200, 30, 160)).max() < 8
    assert not seen[0, 0]  # the ground is gone


def test_a_cut_out_picture_keeps_its_own_edge(tmp_path: Path) -> None:
    image = Image.new("RGBA", (120, 90), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((40, 20, 80, 80), fill=(10, 120, 40, 255))
    image.save(tmp_path / "cut.png")

    subject = cutting.subject(picture(tmp_path / "cut.png"))

    assert subject is not None
    assert subject.pixels.shape[:2] == (61, 41)


def test_a_registered_face_is_the_figures_head_in_every_shot() -> None:
    files = {"reference.ann": PHOTOGRAPH}
    for action, framing in (("waves", "medium"), ("walks", "wide"), ("reads a book", "close")):
        with_face, without = shown(files, action=action, framing=framing), shown({}, action=action, framing=framing)
        # then: the pictures differ only where the figure is, and a good part of it is as it was: the body
        differ = np.abs(with_face.astype(int) - without.astype(int)).max(axis=2) > 24
        assert 0.002 < differ.mean() < 0.3


def test_a_face_that_looks_at_us_is_not_mirrored_with_its_figure() -> None:
    drawing = character_drawing(ANN, Shot(index=0, scene="s", action="stands"), {"reference.ann": PHOTOGRAPH})
    assert isinstance(drawing, puppet.Puppet)

    def head(flip: bool) -> np.ndarray:
        pixels = np.zeros((400, 300, 4), np.uint8)
        drawing.draw(skia.Surface(pixels).getCanvas(), 150, 390, 360, flip)
        rows = np.flatnonzero((pixels[..., 3] > 0).any(axis=1))
        top = pixels[rows[0] + 95 : rows[0] + 165]  # below the baker's hat
        columns = np.flatnonzero((top[..., 3] > 0).any(axis=0))
        return top[:, columns[0] : columns[0] + 90, :3].astype(int)

    same, mirror = np.abs(head(False) - head(True)).mean(), np.abs(head(False)[:, ::-1] - head(True)).mean()
    assert same < mirror


def test_hands_have_the_skin_of_the_face() -> None:
    known = puppet.likeness([picture(PHOTOGRAPH)])
    assert known is not None
    assert known.skin
    head = partial(puppet.guise, known, "film", mirrored=False)
    bare = ANN.model_copy(update={"noun": "swimmer"})

    def skin(likeness: cast.Likeness) -> int:
        pixels = np.zeros((400, 300, 4), np.uint8)
        canvas = skia.Surface(pixels, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType).getCanvas()
        cast.draw_character(bare, "waves", likeness=likeness).draw(canvas, 150, 390, 360)
        return int((np.abs(pixels[..., :3].astype(int) - tuple(bytes.fromhex(known.skin[1:]))).max(axis=2) <= 1).sum())

    assert skin(cast.Likeness(head, known.skin)) > skin(cast.Likeness(head)) + 100


def test_of_several_pictures_the_best_face_is_taken(tmp_path: Path) -> None:
    blob(tmp_path / "blob.png")
    files = {"reference.ann": tmp_path / "blob.png", "reference.ann.2": PHOTOGRAPH}

    assert [one.path.name for one in given(files, "ann")] == ["blob.png", "portrait.jpg"]
    known = puppet.likeness(given(files, "ann"))
    assert known is not None
    assert known.head is not None
    assert known.head.skin == cutting.head(picture(PHOTOGRAPH)).skin  # type: ignore[union-attr]


def test_an_animals_picture_is_the_animal(tmp_path: Path) -> None:
    blob(tmp_path / "blob.png", (255, 0, 255))
    rex = Character(key="ann", name="Rex", noun="dog", human=False)
    flat = shown({"reference.ann": tmp_path / "blob.png"}, who=rex).astype(int)

    pink = (flat[..., 2] - flat[..., 1] > 90) & (flat[..., 0] - flat[..., 1] > 90)
    assert pink.sum() > 150


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (900, 2), (64, 64), (3000, 2000)])
def test_pictures_of_any_shape_are_worn(size: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size, (255, 0, 0)).save(tmp_path / "odd.png")
    assert shown({"reference.ann": tmp_path / "odd.png"}).shape == (180, 320, 3)


def test_a_huge_picture_is_refused(tmp_path: Path) -> None:
    Image.new("1", (8000, 6000)).save(tmp_path / "huge.png")
    with pytest.raises(EngineError, match="8000×6000"):
        shown({"reference.ann": tmp_path / "huge.png"})


def test_a_missing_picture_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        shown({"reference.ann": tmp_path / "away.png"})


def test_toning_leaves_few_lights() -> None:
    head = cutting.head(picture(PHOTOGRAPH))
    assert head is not None
    before, after = (cv2.cvtColor(pixels[200:400, 150:350, :3], cv2.COLOR_RGB2GRAY) for pixels in (head.pixels, toning.toned(head.pixels, "noir")))
    busy = [int((np.bincount(gray.ravel(), minlength=256) > 40).sum()) for gray in (before, after)]
    assert busy[1] < busy[0]


def test_the_same_picture_twice_gives_the_same_bytes() -> None:
    first = shown({"reference.ann": PHOTOGRAPH})
    cutting.head.cache_clear()
    assert np.array_equal(first, shown({"reference.ann": PHOTOGRAPH}))


def test_a_locations_picture_is_the_background_with_somebody_before_it(tmp_path: Path) -> None:
    # given: a picture, green above and orange below, of another shape than the frame
    image = Image.new("RGB", (300, 240), (20, 140, 60))
    image.paste((230, 130, 30), (0, 150, 300, 240))
    image.save(tmp_path / "place.png")
    # when
    flat = shown({"reference.s": tmp_path / "place.png"}).astype(int)
    # then: it covers the frame's edge, green above, orange below
    assert flat[2, 5:-5, 1].mean() > flat[2, 5:-5, 2].mean() + 20
    assert flat[-3, 5:-5, 2].mean() > flat[-3, 5:-5, 0].mean() + 60
    # and the baker still stands in front
    assert np.abs(flat - shown({"reference.s": tmp_path / "place.png"}, who=ANN.model_copy(update={"noun": "wizard"})).astype(int)).max() > 40


def test_several_pictures_of_a_place_are_seen_in_turn(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (220, 40, 40)).save(tmp_path / "a.png")
    Image.new("RGB", (64, 64), (40, 40, 220)).save(tmp_path / "b.png")
    files = {"reference.s": tmp_path / "a.png", "reference.s.2": tmp_path / "b.png"}

    first, second = (shown(files, index=index)[10, 10].astype(int) for index in (0, 1))
    assert first[2] > first[0] + 60
    assert second[0] > second[2] + 60


def test_a_logo_is_on_a_board_with_its_own_shape(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 100), (255, 255, 255))
    ImageDraw.Draw(image).rectangle((0, 0, 99, 99), fill=(255, 0, 255))  # a square at its left end
    image.save(tmp_path / "logo.png")
    item = Item(key="logo", name="brand logo")
    shot = Shot(index=0, scene="s", items=("logo",))
    spec = KeyframeSpec(shot=shot, scene=Scene(key="s", title="", place="meadow"), items=(item,), prompt="", style=PLAIN, size=Size(width=640, height=360))

    painting = paint_keyframe(spec, {"reference.logo": tmp_path / "logo.png"})
    flat = flatten(painting).astype(int)
    pink = (flat[..., 2] - flat[..., 1] > 90) & (flat[..., 0] - flat[..., 1] > 90)
    rows, columns = np.flatnonzero(pink.any(axis=1)), np.flatnonzero(pink.any(axis=0))
    # then: the square is still a square, large enough to see, and a quarter of the width: the whole picture is on the board
    assert abs(len(rows) - len(columns)) <= 3
    assert 0.2 < len(columns) / (painting.boxes["logo"][2] - painting.boxes["logo"][0]) < 0.26
    assert len(rows) > 20


def test_a_product_stands_by_itself_and_a_brand_on_a_board(tmp_path: Path) -> None:
    product = picture(blob(tmp_path / "tea.png"))
    assert not signs.is_sign(product, "tea tin")
    assert signs.is_sign(product, "the brand's logo")


def test_a_portraits_own_reference_is_in_it(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (40, 40, 220)).save(tmp_path / "b.png")
    spec = PortraitSpec(scene=Scene(key="s", title="hall", place="castle"), style=PLAIN, size=Size(width=160, height=160))
    flat = flatten(paint_portrait(spec, {"reference": tmp_path / "b.png"})).astype(int)
    assert flat[..., 0].mean() > flat[..., 2].mean() + 60
