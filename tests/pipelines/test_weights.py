"""Whether a folder of weights is whole, told from its own indexes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from farm.catalog import Model, Source
from farm.types import TaskKind
from pipelines import weights

INDEX = {
    "_class_name": "SomePipeline",
    "text_encoder": ["transformers", "T5EncoderModel"],
    "tokenizer": ["transformers", "T5Tokenizer"],
    "transformer": ["diffusers", "SomeTransformer2DModel"],
    "image_encoder": [None, None],
    "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
    "expand_timesteps": True,
}
FILES = (
    "text_encoder/config.json",
    "text_encoder/model-00001-of-00002.safetensors",
    "text_encoder/model-00002-of-00002.safetensors",
    "tokenizer/spiece.model",
    "tokenizer/config.json",
    "transformer/config.json",
    "transformer/diffusion_pytorch_model.safetensors",
    "scheduler/scheduler_config.json",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "model_index.json").write_text(json.dumps(INDEX))
    shards = {f"layer.{n}": f"model-0000{n}-of-00002.safetensors" for n in (1, 2)}
    (tmp_path / "text_encoder/model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    return tmp_path


def test_a_whole_folder_lacks_nothing(folder: Path) -> None:
    assert weights.incomplete(folder) == []


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (["text_encoder/model-00002-of-00002.safetensors"], "text_encoder/model-00002-of-00002.safetensors"),
        (["text_encoder/model-00001-of-00002.safetensors", "text_encoder/model-00002-of-00002.safetensors"], "text_encoder/model-00001-of-00002.safetensors"),
        (["transformer/diffusion_pytorch_model.safetensors"], "transformer/*.safetensors"),
        (["transformer/config.json", "transformer/diffusion_pytorch_model.safetensors"], "transformer/"),
    ],
)
def test_what_was_not_fetched_is_named(folder: Path, gone: list[str], told: str) -> None:
    for name in gone:
        (folder / name).unlink()

    assert weights.incomplete(folder)[0] == told
    model = Model(name="tiny", tasks=(TaskKind.KEYFRAME,), engine="diffusion-picture", source=Source(folder=folder))
    sentence = weights.missing(model, "model_index.json")[0]
    assert told in sentence
    assert "broken off" in sentence


def test_a_part_without_weights_may_be_absent(folder: Path) -> None:
    (folder / "scheduler/scheduler_config.json").unlink()

    assert weights.incomplete(folder) == []


def test_another_form_of_the_same_weights_is_enough(folder: Path) -> None:
    """A repository with several forms of which one was fetched: a variant, or the shards of another library."""
    for number in (1, 2):
        (folder / f"text_encoder/model-0000{number}-of-00002.safetensors").unlink()
    (folder / "text_encoder/model.fp16.safetensors").write_bytes(b"")
    other = {"weight_map": {"a": "original-00001-of-00001.safetensors"}}
    (folder / "transformer/original.safetensors.index.json").write_text(json.dumps(other))

    assert weights.incomplete(folder) == []


@pytest.mark.parametrize("text", ["", "[]", "{", '{"weight_map": 3}', '{"weight_map": {"a": 1, "b": "../x.safetensors"}}'])
def test_an_index_that_is_none_is_passed_over(folder: Path, text: str) -> None:
    (folder / "text_encoder/model.safetensors.index.json").write_text(text)
    (folder / "model_index.json").write_text(text)

    assert weights.incomplete(folder) == []
