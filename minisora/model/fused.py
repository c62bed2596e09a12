"""What a training step on a CPU does in fewer passes over memory than the formula's own gradient takes."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.model.rope import apply_rope


def pays(*tensors: Tensor) -> bool:
    """Whether these functions are worth it: where gradients are wanted on a CPU, and no compiler fuses by itself."""
    wanted = any(each.requires_grad for each in tensors)
    return wanted and tensors[0].device.type == "cpu" and not torch.compiler.is_compiling()


class NormAndTurn(torch.autograd.Function):
    """``apply_rope(rms_norm(x, gain), table)`` of float32 ``x: b n 2 h e`` with ``gain: 2 h 1``.

    With ``r = 1 / rms(x)`` and ``z`` the gradient turned back, the gradient of ``x`` is
    ``gain r (z - x r^2 mean(x z))``, and that of the gain is the sum of ``r (x . z)``.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, gain: Tensor, table: Tensor) -> Tensor:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        r = torch.rsqrt(length.square() / x.shape[-1] + 1e-6)
        ctx.save_for_backward(x, gain, table, r)
        return apply_rope(x, table * (gain * r))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        x, gain, table, r = ctx.saved_tensors
        z = apply_rope(gradients[0].contiguous(), table.conj())
        along = torch.linalg.vecdot(x, z)[..., None]
        factor = gain * r
        inward = -factor * r.square() * along / x.shape[-1]
        return torch.addcmul(z * factor, x, inward), (r * along).sum((0, 1)), None


class NormShiftScale(torch.autograd.Function):
    """``layer_norm(x) * scale[level] + shift[level]`` of ``x: b n d`` with ``shift, scale: levels d``, ``level: b n``.

    Tokens of one level share a row, so the rows' gradients are sums over their tokens.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, shift: Tensor, scale: Tensor, level: Tensor) -> Tensor:
        normed, mean, rstd = torch.native_layer_norm(x, x.shape[-1:], None, None, 1e-5)
        scales = F.embedding(level, scale)
        ctx.save_for_backward(x, mean, rstd, normed, scales, level)
        ctx.levels = len(scale)
        return torch.addcmul(F.embedding(level, shift), normed, scales)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        x, mean, rstd, normed, scales, level = ctx.saved_tensors
        (gradient,) = gradients
        inward = torch.ops.aten.native_layer_norm_backward(
            gradient * scales, x, x.shape[-1:], mean, rstd, None, None, [True, False, False]
        )[0]
        shift, scale = (sums(each, level, ctx.levels) for each in (gradient, gradient * normed))
        return inward, shift, scale, None


class AddGated(torch.autograd.Function):
    """``x + gate[level] * y`` of ``x, y: b n d`` with ``gate: levels d`` and ``level: b n``."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, gate: Tensor, level: Tensor) -> Tensor:
        gates = F.embedding(level, gate)
        ctx.save_for_backward(y, gates, level)
        ctx.levels = len(gate)
        return torch.addcmul(x, gates, y)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        y, gates, level = ctx.saved_tensors
        (gradient,) = gradients
        return gradient, (gradient * gates).to(y.dtype), sums(gradient * y, level, ctx.levels), None


def sums(values: Tensor, level: Tensor, levels: int) -> Tensor:
    """The sum of the vectors of each level: ``values: b n d``, ``level: b n`` -> ``levels d``."""
    return values.new_zeros(levels, values.shape[-1]).index_add_(0, level.flatten(), values.flatten(0, 1))
