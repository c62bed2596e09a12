"""What the codec is trained on: be close to the clip, with latents that are close to a standard normal."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from minisora.codec.autoencoder import Codec


def kl_divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mean, exp(logvar)) || N(0, 1)), averaged over all latents (Kingma and Welling 2013, appendix B)."""
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()


def codec_loss(
    codec: Codec,
    video: Tensor,
    generator: Generator,
    *,
    kl_weight: float = 1e-4,
    l1_weight: float = 0.1,
    flicker_weight: float = 0.0,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Squared plus absolute error of a clip that went through the codec, plus a little KL.

    Args:
        video: ``b 3 t h w`` in [-1, 1].
        generator: draws the latents' noise.
        kl_weight: price of a nat of latent information; more means smoother latents and blurrier clips.
        l1_weight: share of the absolute error, which keeps edges sharp where the squared error no longer cares.
        flicker_weight: share of the absolute change of the error from each frame to the next: an error that stays is
            not seen, one that comes and goes trembles, most of all where the next block of frames begins.

    Returns: the loss, and its parts without gradients.
    """
    mean, logvar = codec.encode_distribution(video)
    noise = torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
    error = codec.decode_raw(mean + torch.exp(0.5 * logvar) * noise).float() - video
    squared, absolute, kl = error.square().mean(), error.abs().mean(), kl_divergence(mean.float(), logvar.float())
    loss = squared + l1_weight * absolute + kl_weight * kl
    parts = {"mse": squared.detach(), "l1": absolute.detach(), "kl": kl.detach()}
    if flicker_weight and video.shape[2] > 1:
        flicker = (error[:, :, 1:] - error[:, :, :-1]).abs().mean()
        loss, parts["flicker"] = loss + flicker_weight * flicker, flicker.detach()
    return loss, parts
