"""Prompts longer than CLIP reads at once: for pipelines that have CLIP alone (Stable Diffusion, SDXL), encoded in pieces that the denoiser sees side by side.

CLIP ends after 77 tokens, two of them its own marks, and diffusers cuts there. What a film's prompt says of place and light lies behind that.
"""

from __future__ import annotations

import re
from typing import Any

ROOM = 75  # tokens of a piece, without the marks
MOST = 4  # pieces: what comes later weighs next to nothing
_PART = re.compile(r"\S+\s*")


def alike(pipe: Any, call: dict[str, Any], count: int) -> list[tuple[list[int], dict[str, Any]]]:
    """A call for `count` works as calls for those whose prompts have equally many pieces, each with the works' places: company must not change a picture."""
    if "prompt" not in call or not _short_sighted(pipe):
        return [(list(range(count)), call)]
    asked, unwanted = _texts(call["prompt"]), _texts(call.get("negative_prompt"))
    wanted = [pieces(pipe.tokenizer, text) for text in asked]
    refused = [pieces(pipe.tokenizer, text) for text in unwanted]
    groups: dict[int, list[int]] = {}
    for place, one in enumerate(wanted):
        groups.setdefault(max(len(one), len(refused[place]) if refused else 1), []).append(place)
    found = []
    for size, places in groups.items():
        part = dict(call)
        if len(groups) > 1:
            part["prompt"] = [asked[place] for place in places]
            if refused:
                part["negative_prompt"] = [unwanted[place] for place in places]
        if size > 1:
            part = _encoded(pipe, part, [wanted[place] for place in places], [refused[place] for place in places] if refused else [], size)
        found.append((places, part))
    return found


def _encoded(pipe: Any, call: dict[str, Any], wanted: list[list[str]], refused: list[list[str]], size: int) -> dict[str, Any]:
    """The call with embeddings of `size` pieces in the place of its prompts."""
    import torch

    with torch.inference_mode():
        found = [
            pipe.encode_prompt(
                prompt=[_at(one, at) for one in wanted],
                negative_prompt=[_at(one, at) for one in refused] if refused else None,
                device=pipe._execution_device,
                num_images_per_prompt=1,
                do_classifier_free_guidance=True,
            )
            for at in range(size)
        ]
    made = {key: value for key, value in call.items() if key not in ("prompt", "negative_prompt")}
    made |= {name: torch.cat([part[place] for part in found], dim=1) for place, name in enumerate(("prompt_embeds", "negative_prompt_embeds"))}
    if len(found[0]) == 4:  # SDXL: what the picture is as a whole is in the first piece
        made |= {"pooled_prompt_embeds": found[0][2], "negative_pooled_prompt_embeds": found[0][3]}
    return made


def pieces(tokenizer: Any, text: str) -> list[str]:
    """A text in at most MOST pieces of at most ROOM tokens, cut after a sentence or a comma where there is one in a piece's later half."""
    found: list[str] = []
    words = [(word, len(tokenizer(word, add_special_tokens=False)["input_ids"])) for word in _PART.findall(text)]
    while words and len(found) < MOST:
        took = end = size = 0
        for number, (word, tokens) in enumerate(words, 1):
            if size + tokens > ROOM:
                break
            size, took = size + tokens, number
            if word.rstrip().endswith((".", ",", ";")) and size >= ROOM // 2:
                end = number
        end = len(words) if took == len(words) else end or took or 1
        found.append("".join(word for word, _ in words[:end]).strip())
        words = words[end:]
    return found or [""]


def _short_sighted(pipe: Any) -> bool:
    """Whether every encoder of a pipeline is CLIP."""
    names = [name for name in pipe.components if name.startswith("tokenizer") and pipe.components[name] is not None]
    return bool(names) and all("CLIP" in type(pipe.components[name]).__name__ and pipe.components[name].model_max_length == ROOM + 2 for name in names)


def _texts(given: Any) -> list[str]:
    return [] if given is None else [given] if isinstance(given, str) else list(given)


def _at(found: list[str], at: int) -> str:
    return found[at] if at < len(found) else ""
