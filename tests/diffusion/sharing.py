"""One of two processes that share a compiled denoiser: python -m tests.diffusion.sharing RANK FOLDER; prints how far off it is, and what was compiled."""

from __future__ import annotations

import os
import sys

import torch
from diffusers import WanTransformer3DModel

from pipelines.diffusion.crew import join, parallel
from pipelines.diffusion.speed import Speed, compile_part


def main(rank: int, folder: str) -> None:
    join(rank, 2, "cpu", folder)
    graphs: list[object] = []
    plain = torch.compile
    torch.compile = lambda *args, **named: plain(*args, **{**named, "backend": lambda graph, inputs: graphs.append(graph) or graph.forward})
    torch.manual_seed(0)
    net = WanTransformer3DModel(
        num_attention_heads=2, attention_head_dim=12, num_layers=2, ffn_dim=32, in_channels=4, out_channels=4, text_dim=16, freq_dim=32, patch_size=(1, 2, 2)
    ).eval()
    maker = torch.Generator().manual_seed(1)
    given = torch.randn(1, 4, 3, 8, 12, generator=maker), torch.tensor([5]), torch.randn(1, 7, 16, generator=maker)
    with torch.no_grad():
        alone = net(*given, return_dict=False)[0]
        parallel(net, 2)
        compile_part(net, Speed(compile="regional", parallel=2))
        shared = net(*given, return_dict=False)[0]
    print((alone - shared).abs().max().item() < 1e-4, len(graphs) > 0, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
