"""Repositories as they are laid out on the hub, as far as others have listed them: what a pull takes of each, what it leaves, and whether that is whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.models_check import checked
from cli.models_files import wanted
from farm import catalog
from farm.catalog import Source
from pipelines import weights

ROOT = Path(__file__).parents[2]
CATALOG = catalog.load(ROOT / "models.yaml")
TOKENS = ("special_tokens_map.json", "tokenizer.json", "tokenizer_config.json")


def shards(stem: str, count: int, *, index: str = "") -> list[str]:
    """The names of weights in pieces, and of their index."""
    return [*(f"{stem}-{n:05d}-of-{count:05d}.safetensors" for n in range(1, count + 1)), index or f"{stem}.safetensors.index.json"]


def tokenizer(folder: str = "tokenizer", *more: str) -> list[str]:
    return [f"{folder}/{name}" for name in (*TOKENS, *more)]


def whole(folder: str, stem: str = "diffusion_pytorch_model") -> list[str]:
    return [f"{folder}/config.json", f"{folder}/{stem}.safetensors"]


def pieces(folder: str, count: int, stem: str = "diffusion_pytorch_model") -> list[str]:
    return [f"{folder}/config.json", *shards(f"{folder}/{stem}", count)]


TOP = ["README.md", "model_index.json", "scheduler/scheduler_config.json"]
WAN = [*TOP, *pieces("text_encoder", 3, "model"), *tokenizer("tokenizer", "spiece.model"), *whole("vae")]
HUNYUAN = [
    *TOP, "guider/guider_config.json", "feature_extractor/preprocessor_config.json", *whole("image_encoder", "model"), *pieces("text_encoder", 3, "model"),
    *whole("text_encoder_2", "model"), *tokenizer("tokenizer", "chat_template.jinja", "merges.txt", "vocab.json"), *tokenizer("tokenizer_2"),
    *pieces("transformer", 2), *whole("vae"),
]  # fmt: skip
LTX = [*TOP, *pieces("text_encoder", 4, "model"), *tokenizer("tokenizer", "spiece.model"), *pieces("transformer", 6), *whole("vae")]
SOUND = [*TOP, *whole("text_encoder", "model"), *tokenizer(), *whole("vae")]
CSM = ["README.md", "chat_template.jinja", "config.json", "generation_config.json", "preprocessor_config.json", *TOKENS]
LAYOUTS: dict[str, tuple[list[str], list[str]]] = {
    "wan-14b": ([*WAN, *pieces("transformer", 12), *pieces("transformer_2", 12)], [".gitattributes"]),
    "wan-5b": ([*WAN, *pieces("transformer", 5)], [".gitattributes"]),
    "wan-vace-1.3b": ([*WAN, *pieces("transformer", 2)], [".gitattributes"]),
    "hunyuan-video-1.5-quick": (HUNYUAN, [".gitattributes"]),
    # The same weights once more within the folder of another part.
    "ltx-video-13b": (LTX, [*shards("vae/transformer/diffusion_pytorch_model", 6), *shards("vae/text_encoder/model", 4)]),
    "ace-step": ([*SOUND, *whole("condition_encoder"), *pieces("transformer", 2)], [".gitattributes"]),
    "stable-audio-open": ([*SOUND, *whole("projection_model"), *whole("transformer"), "LICENSE.md"], ["model.ckpt", "model.safetensors", "fma_dataset.csv"]),
    # For another program: one file of all at the top, encoders in a folder of their own; and of every part a second, smaller form.
    "sd35-medium": (
        [*TOP, *whole("text_encoder", "model"), *whole("text_encoder_2", "model"), *pieces("text_encoder_3", 2, "model"), *whole("transformer"), *whole("vae"),
         *tokenizer(), *tokenizer("tokenizer_2"), *tokenizer("tokenizer_3", "spiece.model")],
        ["sd3.5_medium.safetensors", "text_encoders/clip_g.safetensors", "text_encoders/t5xxl_fp16.safetensors", "text_encoder/model.fp16.safetensors",
         "text_encoder_3/model.fp16-00001-of-00002.safetensors"],
    ),
    # The full denoiser and the enlarger beside the distilled one that the index names.
    "ltx-2.5": ([*LTX, *whole("vocoder"), *whole("audio_vae"), *whole("connectors")], ["ltx-2.5-22b-distilled-lora-450-bf16.safetensors",
                *shards("transformer_full/diffusion_pytorch_model", 9), "latent_upsampler/diffusion_pytorch_model.safetensors"]),
    "csm-1b": ([*CSM, *shards("transformers", 2, index="transformers.safetensors.index.json")], ["ckpt.pt", "model.safetensors"]),
    "kokoro-q8": (["README.md", "config.json", "onnx/model_quantized.onnx", "voices/af_heart.bin", "voices/bm_fable.bin"],
                  ["onnx/model.onnx", "onnx/model_fp16.onnx", "samples/a.wav"]),
    "qwen3-32b": (["LICENSE", "README.md", "config.json", "generation_config.json", "merges.txt", "vocab.json", *shards("model", 17)], [".gitattributes"]),
}  # fmt: skip


def _parts(names: list[str]) -> dict[str, list[str]]:
    """A model_index.json for a layout."""
    kinds = {"tokenizer": "SomeTokenizer", "scheduler": "SomeScheduler", "feature_extractor": "SomeImageProcessor"}
    folders = dict.fromkeys(name.split("/")[0] for name in names if "/" in name)
    return {folder: ["diffusers", next((kind for start, kind in kinds.items() if folder.startswith(start)), "SomeModel")] for folder in folders}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_pull_takes_what_is_needed_and_nothing_else(name: str, tmp_path: Path) -> None:
    takes, leaves = LAYOUTS[name]
    model = CATALOG.models[name]
    index = _parts(takes)
    parts = weights.parts_named(index) if "model_index.json" in takes else None

    found = wanted([*takes, *leaves], fetch=model.source.fetch, parts=parts, variant=model.defaults.get("variant"))

    # Small files of other forms may come along: nobody minds.
    assert sorted(set(takes) - set(found)) == []
    assert [extra for extra in found if extra not in takes and not extra.endswith(".json")] == []

    for file in found:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(b"{}")
    (tmp_path / "model_index.json").write_text(json.dumps(index))
    for file in [file for file in found if file.endswith(".index.json")]:
        stem = (tmp_path / file).name.removesuffix(".safetensors.index.json")
        named = sorted(path.name for path in (tmp_path / file).parent.glob(f"{stem}-*.safetensors"))
        (tmp_path / file).write_text(json.dumps({"weight_map": {str(n): shard for n, shard in enumerate(named)}}))
    assert weights.incomplete(tmp_path) == []
    heavy = max((file for file in found if file.endswith(".safetensors")), default=None)
    if heavy is not None:
        here = model.model_copy(update={"source": Source(folder=tmp_path)})
        assert len(checked(here, [], quiet=True)["bad"]) == sum(file.endswith(".safetensors") for file in found), "two bytes are no weights"
        (tmp_path / heavy).unlink()
        assert weights.incomplete(tmp_path) != []
