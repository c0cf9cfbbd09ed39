"""Folders like the published ones, without their weights: configurations (published.yaml), schedulers, and tokenizers of single bytes or letters.

What a tokenizer gives is padded by nearly every pipeline to one length, so which one it is does not change what is traced.
"""

from __future__ import annotations

import importlib
import json
import math
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from farm.catalog import Model

PATH = Path(__file__).with_name("published.yaml")


@cache
def repositories() -> Mapping[str, Any]:
    """What is known, by the name of the hub repository."""
    found: Mapping[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))["repositories"]
    return found


def repository(model: Model) -> str:
    """The name under which a model's configuration is kept; where its weights are converted by hand, its folder has the name of their repository."""
    if model.source.folder is None:
        return str(model.source.hub)
    return next((name for name in repositories() if name.rpartition("/")[2] == model.source.folder.name), model.source.folder.name)


def folder(repository: str, target: Path, variant: str | None = None) -> Path:
    """A folder at `target` as the hub's snapshot of `repository` is, its files of weights (of `variant`) empty.

    Raises KeyError for one that published.yaml does not have.
    """
    said = repositories()[repository]
    if said.get("like"):
        return _alike(said, target)
    target.mkdir(parents=True)
    if "model" in said:
        _network(said["model"], target)
        if said.get("tokenizer"):
            READERS[said["tokenizer"]]().save_pretrained(target)
        return target
    index: dict[str, Any] = {"_class_name": said["pipeline"], "_diffusers_version": "0.42.0", **(said.get("index") or {})}
    for name, part in said["parts"].items():
        if isinstance(part, str):
            made = READERS[part]()
            made.save_pretrained(target / name)
            index[name] = ["transformers", type(made).__name__]
        else:
            (target / name).mkdir()
            index[name] = _network(part, target / name)
            stem = "model" if index[name][0] == "transformers" else "diffusion_pytorch_model"
            (target / name / f"{stem}{'.' + variant if variant else ''}.safetensors").touch()
    (target / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
    return target


def _alike(said: Mapping[str, Any], target: Path) -> Path:
    """A tiny model's folder, for its tokenizer and processor, with the configuration of the large one."""
    from tests.diffusion import tiny_sounds

    with tempfile.TemporaryDirectory() as place:
        found = tiny_sounds.saved(said["like"], Path(place))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(found / said.get("within", ""), target)
        prepares = target / "processor_config.json"
        if (target / "codec").is_dir():  # it says where its codec lies
            prepares.write_text(prepares.read_text(encoding="utf-8").replace(str(found), str(target)), encoding="utf-8")
            _network(repositories()["descript/dac_44khz"]["model"], target / "codec")
    tiny = json.loads((target / "config.json").read_text(encoding="utf-8"))
    model = {key: value for key, value in said["model"].items() if key not in ("keep", "from")}
    _network({**model, **{key: tiny[key] for key in said["model"].get("keep", ())}}, target)
    return target


def beside(model: Model, hub: Path) -> None:
    """What a model needs besides its own folder, as a hub cache at `hub` would have it: an IP-Adapter, a recogniser, a codec."""
    for said in (*(model.defaults.get("aligner") or {}).values(), model.defaults.get("codec") or {}):
        if said.get("hub"):
            folder(said["hub"], _snapshot(hub, said["hub"]))
    said = model.defaults.get("reference") or {}
    if said.get("how") != "ip-adapter":
        return
    target = _snapshot(hub, said["hub"])
    (target / said["subfolder"]).mkdir(parents=True)
    _network(repositories()[said["hub"]]["encoder"], _made(target / said["encoder"]))
    _hollow(target / said["subfolder"] / said["file"], _plus_adapter())


def _snapshot(hub: Path, repository: str) -> Path:
    """Where the cache at `hub` has a repository's files; not made yet."""
    root = hub / f"models--{repository.replace('/', '--')}"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text("traced", encoding="ascii")
    return root / "snapshots" / "traced"


def _made(target: Path) -> Path:
    target.mkdir(parents=True)
    return target


def _plus_adapter() -> dict[str, list[int]]:
    """The tensors of ip-adapter-plus_sdxl_vit-h: a resampler of four layers, and keys and values for each of SDXL's 70 cross-attentions."""
    wide, out, seen, queries = 1280, 2048, 1280, 16
    found = {"image_proj.latents": [1, queries, wide], "image_proj.proj_in.weight": [wide, seen], "image_proj.proj_in.bias": [wide],
             "image_proj.proj_out.weight": [out, wide], "image_proj.proj_out.bias": [out], "image_proj.norm_out.weight": [out],
             "image_proj.norm_out.bias": [out]}  # fmt: skip
    for layer in range(4):
        name = f"image_proj.layers.{layer}"
        found |= {f"{name}.0.{norm}.{part}": [wide] for norm in ("norm1", "norm2") for part in ("weight", "bias")}
        found |= {f"{name}.0.to_q.weight": [wide, wide], f"{name}.0.to_kv.weight": [2 * wide, wide], f"{name}.0.to_out.weight": [wide, wide]}
        found |= {f"{name}.1.0.weight": [wide], f"{name}.1.0.bias": [wide], f"{name}.1.1.weight": [4 * wide, wide], f"{name}.1.3.weight": [wide, 4 * wide]}
    widths = [640] * 4 + [1280] * 20 + [1280] * 30 + [640] * 6 + [1280] * 10  # down, up, middle: as many of each as the network has
    for place, width in enumerate(widths):
        found |= {f"ip_adapter.{2 * place + 1}.to_k_ip.weight": [width, out], f"ip_adapter.{2 * place + 1}.to_v_ip.weight": [width, out]}
    return found


def _hollow(path: Path, shapes: Mapping[str, list[int]]) -> None:
    """A safetensors file of 16-bit tensors of these shapes, all zeros: a hole that takes no room on the disk."""
    header, at = {}, 0
    for name, shape in shapes.items():
        count = 2 * math.prod(shape)
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [at, at + count]}
        at += count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + at)


def _network(said: Mapping[str, Any], target: Path) -> list[str]:
    """Write a part's configuration; its entry in model_index.json."""
    library, _, name = str(said["class"]).rpartition(".")
    config = {key: value for key, value in said.items() if key not in ("class", "from")}
    for key in ("latents_mean", "latents_std"):
        if isinstance(config.get(key), int):  # how many there are; which they are says nothing about memory
            config[key] = [0.0 if key == "latents_mean" else 1.0] * config[key]
    kind = getattr(importlib.import_module(library), name)
    if library == "transformers":
        made = kind.config_class(**config)
        made.architectures = [name]
        made.save_pretrained(target)
        return [library, name]
    file = "scheduler_config.json" if "Scheduler" in name else "guider_config.json" if "Guidance" in name else "config.json"
    (target / file).write_text(json.dumps({"_class_name": name, "_diffusers_version": "0.42.0", **config}), encoding="utf-8")
    return [library.rpartition(".")[2], name]


def _clip() -> Any:
    from tests.diffusion.tiny_words import clip_tokenizer

    return clip_tokenizer()


def _t5() -> Any:
    from tests.diffusion.tiny_words import t5

    found = t5()[1]
    found.model_max_length = 512
    return found


def _bytes(**extra: Any) -> Any:
    from tests.diffusion.tiny_words import byte_tokenizer

    return byte_tokenizer(**extra)


def _pixtral() -> Any:
    from tests.diffusion import tiny_sight

    return tiny_sight.pixtral(_bytes())


def _qwen_vl() -> Any:
    import transformers
    from transformers.models.qwen2_vl.processing_qwen2_vl import Qwen2VLProcessor

    return Qwen2VLProcessor(image_processor=transformers.Qwen2VLImageProcessor(), tokenizer=_bytes(), video_processor=transformers.Qwen2VLVideoProcessor())


def _clip_vision(side: int) -> Any:
    from transformers import CLIPImageProcessor

    return CLIPImageProcessor(crop_size=side, size=side)


def _siglip() -> Any:
    from transformers import SiglipImageProcessor

    return SiglipImageProcessor(size={"height": 384, "width": 384})


def _bytes_eos() -> Any:
    from tests.diffusion import tiny_sounds

    found = tiny_sounds._bytes(eos="<eos>")
    found.pad_token = found.eos_token = "<eos>"
    return found


def _byt5() -> Any:
    from transformers import ByT5Tokenizer

    return ByT5Tokenizer()


READERS: Mapping[str, Callable[[], Any]] = {
    "clip": _clip,
    "t5": _t5,
    "bytes": _bytes,
    "bytes-right": lambda: _bytes(padding_side="right"),
    "bytes-eos": _bytes_eos,
    "pixtral": _pixtral,
    "qwen-vl": _qwen_vl,
    "clip-vision": lambda: _clip_vision(224),
    "clip-vision-336": lambda: _clip_vision(336),
    "siglip": _siglip,
    "byt5": _byt5,
}
"""What prepares texts and pictures."""
