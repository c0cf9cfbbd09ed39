"""Reference pictures reach the network: how many, which, in what order, by whatever way an architecture has."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image, ImageChops

from farm.specs import PortraitSpec
from farm.types import Character, Item, Size
from farm.work import EngineError
from pipelines.diffusion import references
from pipelines.diffusion.pictures import DiffusionPicture
from tests.diffusion import tiny
from tests.diffusion.test_pictures import adapter
from tests.diffusion.working import STYLE, Listener, keyframe, painter

TOKENS = 256  # of a picture of 64 x 64 in tiny FLUX.2, whose encoder folds 2 and whose patches are 2


@pytest.fixture
def pictures(tmp_path) -> list[Path]:
    found = []
    for colour in ("red", "green", "blue"):
        found.append(tmp_path / f"{colour}.png")
        Image.new("RGB", (64, 64), colour).save(found[-1])
    return found


def loaded(name, weights, **said) -> DiffusionPicture:
    given = {**tiny.DEFAULTS.get(name, {}), **said}
    engine = DiffusionPicture(painter(tiny.saved(name, weights), takes=("reference",), defaults=given), "cpu")
    engine.load(Listener())
    return engine


def painted(engine, work) -> Image.Image:
    return Image.open(engine.run(work, Listener()).outputs[0].path)


@pytest.mark.parametrize("name", ["flux2", "flux2-klein"])
def test_flux2_sees_every_reference_beside_the_noise(weights, tmp_path, pictures, name):
    engine = loaded(name, weights)
    lengths = []
    engine._pipe.transformer.register_forward_pre_hook(lambda _, args, named: lengths.append(named["hidden_states"].shape[1]), with_kwargs=True)
    seen = []
    for count in range(4):
        files = {f"reference.{number}": picture for number, picture in enumerate(pictures[:count])}
        seen.append(painted(engine, keyframe(tmp_path / f"{count}", files=files)))
    own = lengths[0]
    assert sorted(set(lengths)) == [own, own + TOKENS, own + 2 * TOKENS, own + 3 * TOKENS]
    assert all(ImageChops.difference(seen[0], one).getbbox() for one in seen[1:])


def test_qwen_edit_sees_several_references_twice_over_and_paints_without_any(weights, tmp_path, pictures, monkeypatch):
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as plus

    monkeypatch.setattr(plus, "VAE_IMAGE_SIZE", 64 * 64)  # the real one is of a million pixels
    engine = loaded("qwen-edit", weights)
    read, folded = [], []
    engine._pipe.text_encoder.register_forward_pre_hook(lambda _, args, named: read.append(named.get("image_grid_thw")), with_kwargs=True)
    encode = engine._pipe.vae.encode
    monkeypatch.setattr(engine._pipe.vae, "encode", lambda picture, **named: folded.append(picture) or encode(picture, **named))
    with_two = painted(engine, keyframe(tmp_path / "a", files={"reference.k": pictures[0], "reference.pier": pictures[1]}))
    assert {len(grid) for grid in read} == {2}, "by the encoder that reads the prompt"
    assert len(folded) == 2, "and as latents"
    read.clear()
    without = painted(engine, keyframe(tmp_path / "b"))
    assert set(read) == {None}
    assert ImageChops.difference(with_two, without).getbbox() is not None


def test_an_ip_adapter_sees_several(weights, tmp_path, pictures):
    folder = adapter(tmp_path / "adapter", tiny.saved("sd", weights))
    said = {"how": "ip-adapter", "folder": str(folder), "file": "ip.safetensors", "encoder": "image_encoder", "scale": 1.0}
    engine = loaded("sd", weights, reference=said)
    seen = []
    engine._pipe.image_encoder.register_forward_pre_hook(lambda _, args: seen.append(len(args[0])))
    painted(engine, keyframe(tmp_path / "a", files={f"reference.{number}": picture for number, picture in enumerate(pictures)}))
    assert seen[0] == 3


def test_an_ip_adapter_out_of_the_hub_cache(weights, tmp_path, pictures, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    said = {"how": "ip-adapter", "hub": "somebody/adapter", "file": "ip.safetensors", "encoder": "image_encoder"}
    with pytest.raises(EngineError, match=r"somebody/adapter of defaults.reference .* storyfarm models pull tiny"):
        loaded("sd", weights, reference=said)
    assert "storyfarm models pull tiny" in DiffusionPicture.missing(painter(tiny.saved("sd", weights), takes=("reference",), defaults={"reference": said}))[0]
    base = tmp_path / "cache/models--somebody--adapter"
    (base / "refs").mkdir(parents=True)
    (base / "refs/main").write_text("abc")
    (base / "snapshots").mkdir()
    adapter(base / "snapshots/abc", tiny.saved("sd", weights))
    assert painted(loaded("sd", weights, reference=said), keyframe(tmp_path / "a", files={"reference.k": pictures[0]})).size == (80, 44)


def test_each_one_s_first_picture_comes_before_anyone_s_second():
    spec = keyframe(Path("/tmp")).spec.model_copy(
        update={"characters": (Character(key="mara", name="Mara"), Character(key="v1.2", name="Robot")), "items": (Item(key="lamp", name="Lamp"),)}
    )
    roles = ("reference.pier", "reference.mara.2", "reference.lamp", "reference.v1.2", "reference.v1.2.2", "reference.mara", "picture", "reference.x")
    files = dict.fromkeys(roles, Path("p.png"))
    order = ["mara", "v1.2", "lamp", "pier", "x", "mara.2", "v1.2.2"]
    assert references.chosen(spec, files, 9) == [f"reference.{key}" for key in order]
    assert references.chosen(spec, files, 2) == ["reference.mara", "reference.v1.2"]
    portrait = PortraitSpec(character=Character(key="mara", name="Mara"), style=STYLE, size=Size(width=64, height=64))
    assert references.chosen(portrait, dict.fromkeys(("reference.3", "reference", "reference.2"), Path("p.png")), 9) == [
        "reference", "reference.2", "reference.3",
    ]  # fmt: skip


def test_a_scrap_of_a_picture_is_enlarged_to_what_encoders_take(weights, tmp_path):
    Image.new("RGB", (40, 16), "red").save(tmp_path / "scrap.png")
    assert painted(loaded("flux2-klein", weights), keyframe(tmp_path / "a", files={"reference.k": tmp_path / "scrap.png"})).size == (80, 44)


def test_the_plain_twin_shares_parts_that_stay_as_they_were_loaded(weights):
    engine = loaded("qwen-edit", weights, dtype="bfloat16")
    plain, pipe = engine._plain, engine._pipe
    assert {part.dtype for part in (pipe.transformer, pipe.text_encoder, pipe.vae)} == {torch.bfloat16}
    assert all(getattr(plain, name) is part for name, part in pipe.components.items() if name in plain.components)
    with pytest.raises(EngineError, match="cannot be made of the parts of QwenImageEditPlusPipeline"):
        loaded("qwen-edit", weights, without_reference="StableDiffusionXLPipeline")
