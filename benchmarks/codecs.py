"""Encoding and decoding against Wan's and LTX-Video's autoencoders: 24 channels, 4x8x8, about as many parameters."""

from __future__ import annotations

from functools import partial

import torch

from benchmarks.timing import flops_of, table, take_turns
from minisora.codec.autoencoder import Codec
from minisora.presets import MICRO


@torch.no_grad()
def main() -> str:
    from diffusers.models.autoencoders.autoencoder_kl_ltx import AutoencoderKLLTXVideo
    from diffusers.models.autoencoders.autoencoder_kl_wan import AutoencoderKLWan

    torch.manual_seed(0)
    ours = Codec(MICRO.codec).eval()
    wan = AutoencoderKLWan(
        base_dim=22, z_dim=24, dim_mult=[1, 2, 4, 4], num_res_blocks=2, temperal_downsample=[False, True, True]
    ).eval()
    ltx = AutoencoderKLLTXVideo(
        latent_channels=24, patch_size=2, block_out_channels=(32, 64, 64, 64),
        decoder_block_out_channels=(32, 64, 64, 64), layers_per_block=(2, 2, 2, 2, 2),
        decoder_layers_per_block=(2, 2, 2, 2, 2), spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False),
    ).eval()  # fmt: skip
    clip = torch.rand(2, 3, 17, 64, 64) * 2 - 1
    latents = torch.randn(2, 24, 5, 8, 8)
    networks = {"minisora": ours, "Wan": wan, "LTX-Video": ltx}
    rows = []
    for what in ("encode", "decode"):
        given = clip if what == "encode" else latents
        steps = {name: partial(getattr(network, what), given) for name, network in networks.items()}
        work = {name: flops_of(step) for name, step in steps.items()}
        seconds = take_turns(steps, rounds=5)
        for name in ("Wan", "LTX-Video"):
            rows.append(
                [
                    what,
                    name,
                    f"{1e3 * seconds['minisora']:.0f} ms",
                    f"{1e3 * seconds[name]:.0f} ms",
                    f"{seconds[name] / seconds['minisora']:.1f}",
                    f"{work['minisora'] / work[name]:.2f}",
                ]
            )
    shapes = {ours.encode(clip).shape, *(peer.encode(clip, return_dict=False)[0].mean.shape for peer in (wan, ltx))}
    assert len(shapes) == 1, f"not the same latents: {shapes}"
    sizes = ", ".join(f"{n} {sum(p.numel() for p in m.parameters()) / 1e6:.1f}M" for n, m in networks.items())
    head = ["what", "peer", "minisora", "peer's", "times as fast", "our work by theirs"]
    return f"{table(head, rows)}\n\nTwo clips of 17x64x64, float32. Parameters: {sizes}."
