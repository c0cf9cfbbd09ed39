"""Several works in one pass: each gets the picture it gets alone, as nearly as the arithmetic allows, and is cancelled alone."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from farm.specs import PortraitSpec
from farm.types import Character, Size
from farm.work import Cancelled, EngineError
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny
from tests.diffusion.working import STYLE, Listener, keyframe, painter

NEAR = 2  # levels of 255 that a pixel may differ in: batched kernels add up in another order


def loaded(name, weights, **fields):
    given = tiny.DEFAULTS.get(name, {})
    engine = DiffusionPicture(painter(tiny.saved(name, weights), **{**fields, "defaults": {**given, **fields.get("defaults", {})}}), "cpu")
    engine.load(Listener())
    return engine


def works(tmp_path, count=3):
    """Works of other seeds and prompts, one much longer than the others."""
    found = [keyframe(tmp_path / f"{number}", seed=number) for number in range(count)]
    prompts = ("a lamp", "a keeper climbs the long winding stairs of the old lighthouse at the end of the pier", "waves")
    return [work.model_copy(update={"spec": work.spec.model_copy(update={"prompt": prompts[n % 3]})}) for n, work in enumerate(found)]


def picture(outcome) -> np.ndarray:
    if isinstance(outcome, Exception):
        raise outcome
    with Image.open(outcome.outputs[0].path) as file:
        return np.asarray(file.convert("RGB")).astype(int)


@pytest.mark.parametrize("name", list(tiny.PICTURES))
def test_a_picture_alone_and_in_company_is_the_same(weights, tmp_path, name):
    engine = loaded(name, weights)
    asked = works(tmp_path)
    keys = {engine.batch_key(engine.model, work.spec, frozenset()) for work in asked}
    assert len(keys) == 1
    assert None not in keys
    alone = [picture(engine.run(work, Listener())) for work in asked]
    reports = [Listener() for _ in asked]
    together = [picture(outcome) for outcome in engine.run_batch(asked, reports)]
    assert all(np.abs(one - other).max() <= NEAR for one, other in zip(alone, together, strict=True))
    assert np.abs(alone[0] - alone[2]).max() > NEAR, "other seeds, other pictures"
    assert all(report.steps == [(1, 3), (2, 3), (3, 3)] for report in reports)


def test_who_is_cancelled_leaves_alone(weights, tmp_path):
    engine = loaded("sd", weights)
    asked = works(tmp_path)
    alone = picture(engine.run(asked[0], Listener()))
    reports = [Listener(), Listener(cancel_at=2), Listener()]
    answers = engine.run_batch(asked, reports)
    assert isinstance(answers[1], Cancelled)
    assert np.abs(picture(answers[0]) - alone).max() <= NEAR
    assert [len(report.steps) for report in reports] == [3, 2, 3]
    assert not (asked[1].scratch / "picture.png").exists()


def test_when_all_are_cancelled_the_pass_ends(weights, tmp_path):
    reports = [Listener(cancel_at=1), Listener(cancel_at=2)]
    with pytest.raises(Cancelled):
        loaded("sd", weights).run_batch(works(tmp_path, 2), reports)
    assert [len(report.steps) for report in reports] == [1, 2]


def test_what_must_be_equal_is_in_the_key(weights):
    model = painter(tiny.saved("sd", weights), defaults={"loras": {"noir": {"file": "x.safetensors"}}})
    work = keyframe(weights).spec
    key = DiffusionPicture.batch_key
    same = key(model, work, frozenset())
    assert same == key(model, work.model_copy(update={"seed": 9, "prompt": "else"}), frozenset({"reference.k"})), "this model looks at no references"
    assert same == key(model, PortraitSpec(character=Character(key="k", name="Mara"), style=STYLE, size=work.size), frozenset())
    others = (
        {"size": Size(width=64, height=64)},
        {"style": STYLE.model_copy(update={"slug": "plain"})},
        {"style": STYLE.model_copy(update={"negative_prompt": ""})},
    )
    assert same not in [key(model, work.model_copy(update=other), frozenset()) for other in others]
    assert key(painter(weights, takes=("reference",)), work, frozenset({"reference.k"})) is None
    assert key(painter(weights, speed={"cache": "first-block"}), work, frozenset()) is None


def test_a_work_that_is_none_of_ours_is_named(weights, tmp_path):
    from tests.diffusion.working import clip

    with pytest.raises(EngineError, match="paints pictures"):
        loaded("sd", weights).run(clip(tmp_path, tmp_path / "x.png", 5), Listener())
