"""Lengths, sizes, prompts and rates of the diffusion engines: the part that needs no torch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from farm.specs import KeyframeSpec, PortraitSpec
from farm.types import Character, Item, Scene, Shot, Size, Style
from pipelines.diffusion import prompts
from pipelines.diffusion.lengths import WAYS, allowed, joined, needed, passes, resampled, sharing
from pipelines.diffusion.sizes import conform, fitted, parse


@given(st.integers(1, 3000), st.sampled_from([1, 4, 8]), st.integers(9, 300), st.sampled_from([1, 5, 9, 17]))
def test_passes_are_of_lengths_the_model_can_do_and_enough(frames, step, longest, context):
    shared = sharing(context, step, longest)
    assert shared in (1, context)
    lengths = passes(frames, step, longest, shared)
    assert all((length - 1) % step == 0 and 1 < length <= longest for length in lengths)
    assert all(length > shared for length in lengths[1:]), "every pass has frames of its own"
    assert sum(lengths) - shared * (len(lengths) - 1) >= frames
    assert sum(lengths[:-1]) - shared * max(0, len(lengths) - 2) < frames, "no pass too many"


def test_what_two_passes_share_leads_from_the_one_to_the_other():
    first, second = ([np.full((2, 2, 3), value, np.uint8)] * 4 for value in (100, 140))
    assert [frame.max() for frame in joined(first, second)] == [100, 110, 120, 130]
    assert np.array_equal(joined(first[:1], second[:1])[0], first[0]), "a single one is the first pass's"


def test_allowed_is_the_shortest_that_suffices():
    assert [allowed(frames, 8, 257) for frames in (1, 9, 10, 97, 1000)] == [9, 9, 17, 97, 257]
    assert allowed(24, 1, 25) == 24


@given(st.integers(1, 300), st.sampled_from([24, 25, 30]), st.sampled_from([7.0, 8.0, 16.0, 24.0, 25.0]))
def test_what_is_needed_covers_every_frame_shown(frames, fps, own):
    count = needed(frames, fps, own)
    assert (frames - 1) * own / fps <= count - 1 + 0.01
    assert count == 1 or (frames - 1) * own / fps > count - 2


def ramp(count: int) -> list[np.ndarray]:
    """A bright square that moves four pixels a frame."""
    found = []
    for index in range(count):
        frame = np.full((32, 64, 3), 40, np.uint8)
        frame[10:22, 4 + 4 * index : 16 + 4 * index] = np.random.default_rng(3).integers(120, 255, (12, 12, 3))
        found.append(frame)
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("own", "fps", "frames"), [(24, 24, 9), (16, 24, 12), (7, 24, 20), (30, 24, 6), (24, 24, 15)])
def test_resampling_gives_so_many_frames_that_begin_and_end_alike(way, own, fps, frames):
    source = ramp(10)
    found = list(resampled(iter(source), own, fps, frames, way))
    assert len(found) == frames
    assert np.array_equal(found[0], source[0])
    if (frames - 1) * own / fps >= 9:
        assert np.array_equal(found[-1], source[-1]), "a short source's last frame is held"


def test_at_the_same_rate_nothing_is_touched():
    source = ramp(8)
    assert all(np.array_equal(a, b) for a, b in zip(resampled(source, 24, 24, 8), source, strict=True))


def test_flow_moves_what_blending_doubles():
    source = ramp(2)
    truth = np.full((32, 64, 3), 40, np.uint8)
    truth[10:22, 6:18] = np.random.default_rng(3).integers(120, 255, (12, 12, 3))
    errors = {way: np.abs(list(resampled(source, 12, 24, 2, way))[1].astype(int) - truth).mean() for way in WAYS}
    assert errors["flow"] < 0.6 * errors["blend"]


@given(
    st.integers(16, 2048).map(lambda n: n * 2),
    st.integers(16, 2048).map(lambda n: n * 2),
    st.sampled_from([8, 16, 32, 64]),
    st.sampled_from([None, 512 * 512, 1024 * 1024]),
)
def test_fitted_sizes_are_multiples_within_the_area_and_of_the_shape(width, height, multiple, pixels):
    across, down = fitted((width, height), multiple, pixels)
    assert across % multiple == down % multiple == 0
    assert min(across, down) > 0
    if pixels and min(across, down) > multiple:
        assert across * down <= pixels * 1.4


def test_offered_sizes_are_chosen_by_shape_then_area():
    offered = ("1280x720", "832x480", "720x1280", "480x832", "960x960")
    assert fitted((1280, 720), 16, None, offered) == (1280, 720)
    assert fitted((720, 1280), 16, None, offered) == (720, 1280)
    assert fitted((960, 960), 16, None, offered) == (960, 960)
    with pytest.raises(ValueError, match="1280by720"):
        parse("1280by720")


def test_conform_covers_and_cuts_the_middle():
    picture = Image.new("RGB", (200, 100), "black")
    picture.paste("white", (50, 0, 150, 100))
    found = conform(picture, (100, 100))
    assert found.size == (100, 100)
    assert found.getpixel((1, 50)) == found.getpixel((98, 50)) == (255, 255, 255)


NOIR, SMALL = Style(slug="noir", name="Noir", prompt="film noir"), Size(width=64, height=64)
MARA = Character(key="m", name="Mara", noun="lighthouse keeper", age="old", gender="female", description="grey braid, red coat")
ONDO = Character(key="o", name="Ondo", noun="grey whale", human=False, description="A huge grey whale with a white scar.")
PIER = Scene(key="p", title="Pier", place="wooden pier", description="A pier of wet planks", time_of_day="night", weather="fog", lighting="lamplight")
LAMP = Item(key="l", name="Brass lamp", description="a dented brass lamp")


def prompted(asked: str, *characters: Character, items: tuple[Item, ...] = (), mood: str = "") -> str:
    shot = Shot(index=0, scene="p", framing="close")
    prompt = f"{asked}, {NOIR.prompt}"  # as farm.plan joins them
    spec = KeyframeSpec(shot=shot, scene=PIER, characters=characters, items=items, prompt=prompt, style=NOIR, size=SMALL, mood=mood)
    return prompts.keyframe(spec)


def test_prompts_say_who_and_where_in_the_same_words_and_nobodys_name():
    assert prompted("Mara lights the lamp as Ondo rises.", MARA, ONDO, items=(LAMP,), mood="tender") == (
        "Close-up: The lighthouse keeper lights the lamp as the grey whale rises. Film noir. The lighthouse keeper: old woman, grey braid, red coat. "
        "The grey whale: huge grey whale with a white scar. The lamp: a dented brass lamp. A pier of wet planks, night, fog, lamplight. Tender mood."
    )


@pytest.mark.parametrize(
    ("asked", "has", "has_not"),
    [
        ("The old keeper Mara waits", "The old keeper waits", "Mara"),
        ("Mara's hands hold a rope", "The lighthouse keeper's hands", "Mara"),
        ("A close-up of a dented brass lamp on wet planks of a pier at night in fog", "night in fog. Film noir", "Close-up:"),
        ("A lighthouse keeper with a grey braid and a red coat on a pier", "The lighthouse keeper is an old woman", "grey braid, red coat"),
    ],
)
def test_nothing_is_said_twice(asked, has, has_not):
    found = prompted(asked, MARA, items=(LAMP,))
    assert has in found
    assert has_not not in found


def test_two_of_a_kind_keep_their_names():
    girls = [
        Character(key=name, name=name, noun="girl", gender="female", age="child", description=f"{coat} coat")
        for name, coat in (("Ida", "red"), ("Eva", "blue"))
    ]
    found = prompted("Ida pulls Eva through the snow", *girls)
    assert "Ida pulls Eva" in found


def test_portraits_are_whole_plain_and_alone():
    found = [prompts.portrait(PortraitSpec(style=NOIR, size=SMALL, **{what: one})) for what, one in (("character", MARA), ("item", LAMP), ("scene", PIER))]
    assert found == [
        "Portrait of one lighthouse keeper, old woman, grey braid, red coat. Film noir. "
        "Seen from head to knees, facing the viewer, even light, plain background.",
        "A dented brass lamp. Film noir. A single object, whole, even light, plain background.",
        "A pier of wet planks, night, fog, lamplight. Film noir. Nobody is there.",
    ]
