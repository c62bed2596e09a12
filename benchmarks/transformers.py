"""A training step and a sampling step against Latte's and Wan's transformers, as diffusers has them, and against the
3D U-Net of video-diffusion-pytorch where that is installed.

All are 256 wide with 6 blocks and 4 heads (Latte: 3 of space and 3 of time), on 80 tokens of 2x2x24 numbers and 16
words. A training step is forward, backward and PyTorch's AdamW; in it ours also encodes its words, while the others are
handed theirs. A sampling step is one call for 2 rows, as guidance needs them; words and positions are prepared before,
as once for all steps of a run, as far as a network can. Float32 unless it says bfloat16.

A U-Net (2204.03458) cannot be matched so closely: it has two convolution blocks and two attentions on each level, 64
wide at 320 places and 256 wide at 80, and gets its text as one vector. Compare it per FLOP.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from benchmarks.timing import flops_of, matrix_peak, table, take_turns
from minisora.model import DiT, video_velocity
from minisora.presets import MICRO

BATCH, WORDS, TEXT = 16, 16, 128
LATENTS = (24, 5, 8, 8)
UNET = "video_diffusion_pytorch"  #: Measured if installed: of 2022, and it wants torchvision and transformers.

Velocity = Callable[[Tensor, Tensor], Tensor]
Prepare = Callable[[int], Velocity]  #: For so many rows: what a step can do beforehand.


def candidates() -> dict[str, tuple[nn.Module, Prepare]]:
    """Each network with what makes its ``velocity(x, t)``; ``x: b 24 5 8 8``, ``t: b``."""
    from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
    from diffusers.models.transformers.transformer_wan import WanTransformer3DModel

    torch.manual_seed(0)
    ours = DiT(MICRO.dit)
    ids = torch.randint(2, MICRO.dit.vocabulary, (BATCH, WORDS))
    latte = LatteTransformer3DModel(
        num_attention_heads=4, attention_head_dim=64, in_channels=24, out_channels=24, num_layers=3,
        cross_attention_dim=256, attention_bias=True, sample_size=8, patch_size=2, activation_fn="gelu-approximate",
        num_embeds_ada_norm=1000, norm_type="ada_norm_single", norm_elementwise_affine=False, caption_channels=TEXT,
        video_length=5,
    )  # fmt: skip
    wan = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=4, attention_head_dim=64, in_channels=24, out_channels=24,
        text_dim=TEXT, freq_dim=256, ffn_dim=1024, num_layers=6, rope_max_seq_len=64,
    )  # fmt: skip
    text = torch.randn(BATCH, WORDS, TEXT)

    def with_our_words(rows: int) -> Velocity:
        velocity = video_velocity(ours, ids[:rows], (5, 8, 8))
        return lambda x, t: velocity(x, t.view(-1, 1, 1, 1, 1))

    def of(peer: nn.Module) -> Prepare:
        return lambda rows: (
            lambda x, t: peer(x, timestep=1000 * t, encoder_hidden_states=text[:rows], return_dict=False)[0]
        )

    networks = {"minisora": (ours, with_our_words), "Latte": (latte, of(latte)), "Wan": (wan, of(wan))}
    if find_spec(UNET):
        from video_diffusion_pytorch import Unet3D  # pyright: ignore[reportMissingImports]

        unet = Unet3D(dim=64, dim_mults=(1, 4), channels=24, cond_dim=TEXT)
        networks["3D U-Net"] = unet, lambda rows: lambda x, t: unet(x, 1000 * t, cond=text[:rows, 0])
    return networks


def training(network: nn.Module, prepare: Prepare, half: bool) -> Callable[[], object]:
    optimizer = torch.optim.AdamW(network.parameters())
    x, t, target = torch.randn(BATCH, *LATENTS), torch.rand(BATCH), torch.randn(BATCH, *LATENTS)

    def step() -> None:
        network.train()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            loss = (prepare(BATCH)(x, t).float() - target).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def sampling(network: nn.Module, prepare: Prepare, half: bool) -> Callable[[], object]:
    x, t = torch.randn(2, *LATENTS), torch.rand(2)
    network.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        velocity = prepare(len(x))

    @torch.no_grad()
    def step() -> None:
        network.eval()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            velocity(x, t)

    return step


def main() -> str:
    networks = candidates()
    rows = []
    peak = matrix_peak()
    share = 0.0
    for title, make, half in (
        ("training step", training, False),
        ("training step, bfloat16", training, True),
        ("sampling step", sampling, False),
        ("sampling step, bfloat16", sampling, True),
    ):
        steps = {name: make(network, prepare, half) for name, (network, prepare) in networks.items()}
        work = {name: flops_of(step) for name, step in steps.items()}
        seconds = take_turns(steps, rounds=21 if make is sampling else 7)
        ours = seconds["minisora"], seconds["minisora"] / work["minisora"]
        if title == "training step":
            share = work["minisora"] / seconds["minisora"] / peak
        for name in list(networks)[1:]:
            theirs = seconds[name], seconds[name] / work[name]
            rows.append(
                [
                    title,
                    name,
                    f"{1e3 * ours[0]:.1f} ms",
                    f"{1e3 * theirs[0]:.1f} ms",
                    f"{theirs[0] / ours[0]:.2f}",
                    f"{work['minisora'] / work[name]:.2f}",
                    f"{theirs[1] / ours[1]:.2f}",
                ]
            )
    head = ["what", "peer", "minisora", "peer's", "times as fast", "our work by theirs", "times as fast per FLOP"]
    sizes = {name: sum(p.numel() for p in network.parameters()) / 1e6 for name, (network, _) in networks.items()}
    missing = "" if find_spec(UNET) else f" {UNET} is not installed, so that no U-Net was measured."
    said = ", ".join(f"{name} {size:.1f}M" for name, size in sizes.items())
    return (
        f"{table(head, rows)}\n\nParameters: {said}. This machine's own float32 matrix product (2048 wide) makes "
        f"{peak / 1e9:.0f} GFLOP/s; our float32 training step reaches {100 * share:.0f} % of it.{missing}"
    )
