"""Pictures by diffusers: exact sizes, the same picture for the same seed, progress, cancelling, memory, faults."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageChops

from farm.catalog import Source
from farm.specs import PortraitSpec
from farm.types import Character, Size
from farm.work import Cancelled, EngineError
from pipelines.diffusion import long_prompts, memory, preview
from pipelines.diffusion.pictures import DiffusionPicture
from pipelines.engine import DeviceLost, OutOfMemory
from tests.diffusion import tiny
from tests.diffusion.working import STYLE, Listener, keyframe, painter


def loaded(model):
    engine = DiffusionPicture(model, "cpu")
    engine.load(Listener())
    return engine


def painted(engine, work, report=None) -> Image.Image:
    outcome = engine.run(work, report or Listener())
    return Image.open(outcome.outputs[0].path).convert("RGB")


@pytest.fixture(scope="module")
def sd(weights):
    return loaded(painter(tiny.saved("sd", weights)))


@pytest.mark.parametrize("name", list(tiny.PICTURES))
def test_each_architecture_paints_the_size_asked_for_with_progress_and_again_the_same(weights, tmp_path, name):
    model = painter(tiny.saved(name, weights), defaults=tiny.DEFAULTS.get(name, {}))
    assert DiffusionPicture.missing(model) == []
    engine = loaded(model)
    report = Listener()
    first = painted(engine, keyframe(tmp_path / "a"), report)
    assert first.size == (80, 44)
    assert report.steps == [(1, 3), (2, 3), (3, 3)]
    assert ImageChops.difference(first, painted(engine, keyframe(tmp_path / "b"))).getbbox() is None
    assert ImageChops.difference(first, painted(engine, keyframe(tmp_path / "c", seed=8))).getbbox() is not None
    engine.unload()
    engine.load(Listener())
    assert ImageChops.difference(first, painted(engine, keyframe(tmp_path / "d"))).getbbox() is None


@pytest.mark.parametrize("name", list(tiny.PICTURES))
def test_a_preview_is_a_small_picture_of_the_latent(weights, tmp_path, monkeypatch, name):
    monkeypatch.setattr("pipelines.diffusion.steps.PREVIEW_EVERY", 0.0)
    report = Listener()
    painted(loaded(painter(tiny.saved(name, weights), defaults=tiny.DEFAULTS.get(name, {}))), keyframe(tmp_path), report)
    assert len(report.previews) == 3
    with Image.open(report.previews[-1]) as small:
        assert max(small.size) == preview.LONGEST_SIDE


def test_a_portrait_is_painted(sd, tmp_path):
    spec = PortraitSpec(character=Character(key="k", name="Mara"), style=STYLE, size=Size(width=64, height=80), seed=1)
    work = keyframe(tmp_path).model_copy(update={"spec": spec})
    assert painted(sd, work).size == (64, 80)


def test_a_cancelled_work_ends_at_the_next_step_and_the_engine_lives_on(sd, tmp_path):
    report = Listener(cancel_at=2)
    with pytest.raises(Cancelled):
        sd.run(keyframe(tmp_path / "a"), report)
    assert report.steps == [(1, 3), (2, 3)]
    assert painted(sd, keyframe(tmp_path / "b")).size == (80, 44)


def patiently(engine, work, report=None) -> tuple[Image.Image, list[str]]:
    """As the slot does it: run, and on too little memory take a rung and run again."""
    taken = []
    while True:
        try:
            return painted(engine, work, report), taken
        except OutOfMemory:
            rung = engine.relieve(work)
            if rung is None:
                raise
            taken.append(rung)


def test_out_of_memory_climbs_the_ladder_and_ends_in_the_right_picture(weights, tmp_path, monkeypatch):
    engine = loaded(painter(tiny.saved("sd", weights)))
    right = painted(engine, keyframe(tmp_path / "right"))
    decode, faults = engine._pipe.vae.decode, [RuntimeError("CUDA error: out of memory")]

    def failing(*args, **kwargs):
        if faults:
            raise faults.pop()
        return decode(*args, **kwargs)

    monkeypatch.setattr(engine._pipe.vae, "decode", failing)
    picture, taken = patiently(engine, keyframe(tmp_path / "a"))
    assert ImageChops.difference(right, picture).getbbox() is None
    assert taken == ["VAE tiling"]
    assert engine._pipe.vae.use_tiling


def test_out_of_memory_to_the_end_is_told(weights, tmp_path, monkeypatch):
    engine = loaded(painter(tiny.saved("sd", weights)))

    def failing(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine._pipe.unet, "forward", failing)
    with pytest.raises(OutOfMemory, match="'tiny' ran out of memory on cpu"):
        patiently(engine, keyframe(tmp_path))


def test_a_lost_device_ends_the_slot(sd, tmp_path, monkeypatch):
    def failing(*args, **kwargs):
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr(sd._pipe.unet, "forward", failing)
    with pytest.raises(DeviceLost):
        sd.run(keyframe(tmp_path), Listener())


def test_the_ladder_takes_each_rung_once_and_only_those_that_there_are(weights):
    assert memory.Ladder(loaded(painter(tiny.saved("sd", weights)))._pipe, "cpu").climb() == "VAE tiling"
    tiled = loaded(painter(tiny.saved("sd", weights), speed={"vae": ["tiling"]}))
    assert memory.Ladder(tiled._pipe, "cpu").climb() is None, "it tiles already"


def test_lora_of_a_style_changes_that_style_only(weights, tmp_path):
    pytest.importorskip("peft")
    from diffusers import StableDiffusionPipeline
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    folder = tiny.saved("sd", weights)
    pipe = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True)
    torch.manual_seed(1)
    pipe.unet.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_k", "to_v"], init_lora_weights=False))
    StableDiffusionPipeline.save_lora_weights(tmp_path, unet_lora_layers=get_peft_model_state_dict(pipe.unet), weight_name="noir.safetensors")
    plain = painted(loaded(painter(folder)), keyframe(tmp_path / "plain"))
    engine = loaded(painter(folder, defaults={"loras": {"noir": {"file": str(tmp_path / "noir.safetensors"), "scale": 3.0}}}))
    worn = painted(engine, keyframe(tmp_path / "worn"))
    other = painted(engine, keyframe(tmp_path / "other", style=STYLE.model_copy(update={"slug": "storybook"})))
    assert ImageChops.difference(plain, worn).getbbox() is not None
    assert ImageChops.difference(plain, other).getbbox() is None


def test_an_ip_adapter_shows_the_reference(weights, tmp_path):
    folder = adapter(tmp_path / "adapter", tiny.saved("sd", weights))
    model = painter(
        tiny.saved("sd", weights), takes=("reference",),
        defaults={"reference": {"how": "ip-adapter", "folder": str(folder), "file": "ip.safetensors", "encoder": "image_encoder", "scale": 1.0}},
    )  # fmt: skip
    engine = loaded(model)
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    Image.effect_noise((64, 64), 90).convert("RGB").save(tmp_path / "noise.png")
    red, noise = (painted(engine, keyframe(tmp_path / name, files={"reference.k": tmp_path / f"{name}.png"})) for name in ("red", "noise"))
    without = painted(engine, keyframe(tmp_path / "without"))
    plain = painted(loaded(painter(tiny.saved("sd", weights))), keyframe(tmp_path / "plain"))
    assert ImageChops.difference(red, noise).getbbox() is not None
    assert ImageChops.difference(without, plain).getbbox() is None


def adapter(target: Path, pipeline: Path) -> Path:
    """An IP-Adapter of the plain kind for the tiny SD: a projection of the picture's embedding, and keys and values for every cross attention."""
    from diffusers import UNet2DConditionModel
    from safetensors.torch import save_file
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(2)
    unet = UNet2DConditionModel.from_pretrained(pipeline / "unet")
    tensors = {
        f"image_proj.{name}": torch.randn(*shape)
        for name, shape in {"proj.weight": (32 * 4, 32), "proj.bias": (32 * 4,), "norm.weight": (32,), "norm.bias": (32,)}.items()
    }
    number = 1
    for name in unet.attn_processors:
        if "attn2" in name:
            wide = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
            tensors |= {f"ip_adapter.{number}.to_{part}_ip.weight": torch.randn(wide, 32) for part in "kv"}
            number += 2
    target.mkdir()
    save_file(tensors, target / "ip.safetensors")
    vision = CLIPVisionConfig(hidden_size=32, projection_dim=32, num_hidden_layers=1, num_attention_heads=4, image_size=32, intermediate_size=37, patch_size=8)
    CLIPVisionModelWithProjection(vision).save_pretrained(target / "image_encoder")
    CLIPImageProcessor(crop_size=32, size=32).save_pretrained(target / "image_encoder")
    return target


def copied(weights: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy"
    shutil.copytree(tiny.saved("sd", weights), target)
    return target


def test_weights_that_are_not_there_are_named(tmp_path):
    assert "no folder" in DiffusionPicture.missing(painter(tmp_path / "nowhere"))[0]
    assert "model_index.json" in DiffusionPicture.missing(painter(tmp_path))[0]
    with pytest.raises(EngineError) as caught:
        loaded(painter(tmp_path / "nowhere"))
    assert caught.value.code == "model_missing"


def test_a_hub_repository_is_found_in_the_standard_cache(weights, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    model = painter(tmp_path, source=Source(hub="somebody/tiny", revision="v1"))
    assert "storyfarm models pull tiny" in DiffusionPicture.missing(model)[0]
    base = tmp_path / "models--somebody--tiny"
    (base / "refs").mkdir(parents=True)
    (base / "refs/v1").write_text("abc123")
    shutil.copytree(tiny.saved("sd", weights), base / "snapshots/abc123")
    assert DiffusionPicture.missing(model) == []
    assert painted(loaded(model), keyframe(tmp_path / "a")).size == (80, 44)


def test_pickled_weights_are_refused(weights, tmp_path):
    folder = copied(weights, tmp_path)
    found = next((folder / "unet").glob("*.safetensors"))
    found.rename(found.with_suffix(".bin"))
    with pytest.raises(EngineError, match="only safetensors") as caught:
        loaded(painter(folder))
    assert caught.value.code == "unsafe_weights"


def test_code_that_comes_with_weights_is_not_run(weights, tmp_path):
    folder = copied(weights, tmp_path)
    index = json.loads((folder / "model_index.json").read_text())
    index["unet"] = ["evil", "Evil"]
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "unet/evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Evil: ...\n")
    with pytest.raises(EngineError, match=r"evil\.py"):
        loaded(painter(folder))
    index["_class_name"] = ["evil", "Evil"]
    (folder / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(EngineError, match="code"):
        loaded(painter(folder))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"defaults": {"scheduler": "Wonderful"}}, "no scheduler 'Wonderful'"),
        ({"defaults": {"dtype": "float7"}}, "float7"),
        ({"defaults": {"loras": {"noir": {"file": "/nowhere/x.safetensors"}}}}, "/nowhere/x.safetensors"),
        ({"defaults": {"pipeline": "Path"}}, "'Path'"),
        ({"speed": {"compile": "yes"}}, "there are regional, full"),
        ({"speed": {"warp": 9}}, "no speed option 'warp'"),
        ({"speed": {"attention": "cudmm"}}, "cudnn"),
        ({"speed": {"vae": ["tiling", "shrinking"]}}, "'shrinking'"),
        ({"speed": {"offload": "model"}}, "CUDA"),
        ({"takes": ("reference",), "defaults": {"reference": {"how": "telepathy"}}}, "telepathy"),
    ],
)
def test_settings_that_cannot_be_are_named(weights, fields, words):
    with pytest.raises(EngineError, match=words):
        loaded(painter(tiny.saved("sd", weights), **fields))


def test_a_call_setting_that_the_pipeline_does_not_take_is_named(weights, tmp_path):
    engine = loaded(painter(tiny.saved("sd", weights), defaults={"call": {"sparkle": 1}}))
    with pytest.raises(EngineError, match="sparkle"):
        engine.run(keyframe(tmp_path), Listener())


@pytest.mark.parametrize("speed", [{"attention": "native"}, {"vae": ["tiling", "slicing"]}, {"layerwise-casting": "fp8"}])
def test_speed_options_paint(weights, tmp_path, speed):
    assert painted(loaded(painter(tiny.saved("sd", weights), speed=speed)), keyframe(tmp_path)).size == (80, 44)


@pytest.mark.parametrize("cache", ["first-block", "taylorseer"])
def test_caches_paint(weights, tmp_path, cache):
    assert painted(loaded(painter(tiny.saved("flux", weights), speed={"cache": cache})), keyframe(tmp_path)).size == (80, 44)


def test_another_scheduler_by_name(weights, tmp_path, sd):
    engine = loaded(painter(tiny.saved("sd", weights), defaults={"scheduler": "EulerDiscreteScheduler"}))
    assert type(engine._pipe.scheduler).__name__ == "EulerDiscreteScheduler"
    assert painted(engine, keyframe(tmp_path)).size == (80, 44)


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_what_stands_behind_the_77th_token_is_painted_too(weights, tmp_path, name):
    """A pipeline with CLIP alone: two prompts that differ in their last words give two pictures, and company of another length changes neither."""
    engine = loaded(painter(tiny.saved(name, weights), defaults=tiny.DEFAULTS.get(name, {})))
    long = "a keeper lights a lamp, " * 6
    works = [keyframe(tmp_path / name, prompt=prompt) for name, prompt in (("a", long + "a red coat"), ("b", long + "a blue whale"), ("c", "a short one"))]
    alone = [painted(engine, work) for work in works]
    assert ImageChops.difference(alone[0], alone[1]).getbbox() is not None
    together = engine.run_batch(works, [Listener(), Listener(), Listener()])
    for one, outcome in zip(alone, together, strict=True):
        assert max(high for _, high in ImageChops.difference(one, Image.open(outcome.outputs[0].path).convert("RGB")).getextrema()) <= 2


def test_a_long_prompt_is_cut_where_a_clause_ends(weights):
    tokenizer = loaded(painter(tiny.saved("sd", weights)))._pipe.tokenizer
    text = "a keeper lights a lamp, " * 40
    found = long_prompts.pieces(tokenizer, text)
    assert len(found) == long_prompts.MOST
    assert all(piece.endswith(",") for piece in found)
    assert all(len(tokenizer(piece, add_special_tokens=False)["input_ids"]) <= long_prompts.ROOM for piece in found)
    assert text.startswith(" ".join(found))
