"""Numbers about clips and about scores."""

from __future__ import annotations

import math

from torch import Tensor


def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of each clip: ``b ... -> b``, for values in [-1, 1]; infinite where equal."""
    error = (a - b).square().flatten(1).mean(1)
    return 10 * (4 / error).log10()


def flicker(video: Tensor) -> Tensor:
    """How unsteady each clip is, ``b c t h w -> b``: mean absolute second difference in time, 0 for even changes."""
    return (video[:, :, 2:] - 2 * video[:, :, 1:-1] + video[:, :, :-2]).abs().flatten(1).mean(1)


def wilson(successes: int, n: int, *, z: float = 1.96) -> tuple[float, float]:
    """Interval of a share at 95 % confidence (Wilson, 1927); also sensible for none, all, and few."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    middle = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return max(0.0, low), min(1.0, high)
