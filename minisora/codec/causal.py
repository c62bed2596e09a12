"""Convolution that never looks ahead, so that a long video can pass through piece by piece.

The past that a layer still needs is an explicit value, handed in and handed out; nothing is hidden in the module.
After the causal convolutions of MAGVIT-v2 (Yu et al. 2023, arXiv:2310.05737, section 3.2), and Wan 2.1's use of them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CausalConv3d(nn.Conv3d):
    """A 3-D convolution over ``b t h w c`` whose output at time t depends on inputs up to t only.

    Space is padded with zeros on both sides, time on the left only: with the cached past, or zeros at the beginning.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: tuple[int, int, int]):
        super().__init__(in_channels, out_channels, kernel, padding=(0, kernel[1] // 2, kernel[2] // 2))
        self.past = kernel[0] - 1

    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """``x: b t h w c`` and the cache of the piece before -> output, and the cache for the piece after.

        A cache is the last ``past`` inputs.
        """
        if cache is None:
            cache = x.new_zeros(x.shape[0], self.past, *x.shape[2:])
        x = torch.cat([cache, x], dim=1)
        y = F.conv3d(x.movedim(-1, 1), self.weight, self.bias, padding=self.padding)
        return y.movedim(1, -1), x[:, x.shape[1] - self.past :]


class CausalBlock(nn.Module):
    """Residual block: look at the neighbours in space and the recent past, think at each place, add."""

    def __init__(self, width: int, *, expansion: int = 2, kernel: tuple[int, int, int] = (2, 3, 3)):
        super().__init__()
        self.norm = nn.RMSNorm(width, elementwise_affine=False)  # the convolution can learn the gain
        self.conv = CausalConv3d(width, expansion * width, kernel)
        self.out = nn.Linear(expansion * width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        y, kept = self.conv(self.norm(x), cache)
        return x + self.out(F.silu(y)), kept
