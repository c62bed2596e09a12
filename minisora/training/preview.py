"""Looking at a network while it learns: clips for a few prompts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from minisora.codec.autoencoder import Codec
from minisora.diffusion import ab2, classifier_free, sample, time_grid
from minisora.model import DiT, Tokenizer, video_velocity
from minisora.training.seeds import generator_for


@torch.no_grad()
def generate_latents(
    dit: DiT,
    tokenizer: Tokenizer,
    prompts: Sequence[str],
    *,
    shape: tuple[int, int, int] = (5, 8, 8),
    seconds_per_latent_frame: float = 0.5,
    steps: int = 20,
    guidance: float = 3.0,
    shift: float = 1.0,
    seed: int = 0,
    batch: int = 16,
) -> Tensor:
    """Latents ``b c t h w`` for the prompts, from noise that depends on the seed and the prompt's place only.

    Args:
        shape: frames, height, and width in latents.
        batch: prompts that are sampled together.
    """
    device = next(dit.parameters()).device
    made = []
    for start in range(0, len(prompts), batch):
        some = list(prompts[start : start + batch])
        ids = tokenizer.encode(some + [""] * len(some)).to(device)
        noise = torch.stack(
            [
                torch.randn(dit.config.channels, *shape, generator=generator_for(seed, "preview", start + i))
                for i in range(len(some))
            ]
        ).to(device)
        conditional, both = (
            video_velocity(dit, words, shape, seconds_per_latent_frame=seconds_per_latent_frame)
            for words in (ids[: len(some)], ids)
        )
        velocity = classifier_free(conditional, both, scale=guidance)
        made.append(sample(velocity, noise, time_grid(steps, shift=shift).to(device), step=ab2))
    return torch.cat(made)


@torch.no_grad()
def decode(codec: Codec, latents: Tensor, *, batch: int = 16) -> Tensor:
    """Clips ``b 3 t h w`` on the CPU, ``batch`` of them decoded together."""
    return torch.cat([codec.decode(some).cpu() for some in latents.split(batch)])
