"""Multi-head self-attention with QK-RMSNorm and RoPE."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.model.fused import NormAndTurn, pays
from minisora.model.rope import apply_rope


class Attention(nn.Module):
    """Self-attention over a sequence (1706.03762); queries and keys are RMS-normalised (2010.04245, 2302.05442).

    The norm's learned gain is one number per head, that head's own temperature. In: ``x: b n d``, a
    ``rope_table``, and a boolean mask broadcastable to ``b h n n`` (true: may attend) or ``None``.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.gain = nn.Parameter(torch.ones(2, heads, 1))
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, rope: Tensor, mask: Tensor | None) -> Tensor:
        qkv = self.qkv(x).unflatten(-1, (3, self.heads, -1))  # b n 3 h e
        query_key, value = qkv.split([2, 1], dim=2)
        query, key = norm_and_turn(query_key.float(), self.gain, rope[:, :, None]).type_as(value).unbind(2)
        y = attend(query.transpose(1, 2), key.transpose(1, 2), value.squeeze(2).transpose(1, 2), mask)
        return self.out(y.transpose(1, 2).flatten(-2))


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """``softmax(q k^T / sqrt(e)) v`` of ``b h n e`` (1706.03762, eq. 1); where the mask is false nothing is seen."""
    if query.requires_grad and query.device.type == "cpu":
        # On CPUs the fused kernel's backward is slow: in bfloat16 the formula itself takes less than half its time.
        return _formula(query, key, value, mask)
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def _formula(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """``attend`` as it is written, with few passes over the ``n x n`` scores: scale queries, add the mask, softmax."""
    rows, heads, n, e = query.shape
    query, key, value = (x.reshape(rows * heads, -1, e) for x in (query * e**-0.5, key, value))
    if mask is None:
        scores = torch.bmm(query, key.transpose(1, 2))
    else:
        unseen = torch.zeros_like(mask, dtype=query.dtype).masked_fill_(~mask, torch.finfo(query.dtype).min)
        unseen = unseen.expand(rows, heads, -1, -1).flatten(0, 1)
        scores = torch.baddbmm(unseen, query, key.transpose(1, 2))
    return torch.bmm(scores.softmax(-1), value).view(rows, heads, n, e)


def norm_and_turn(x: Tensor, gain: Tensor, table: Tensor) -> Tensor:
    """``apply_rope(rms_norm(x, gain), table)`` of queries and keys, ``b n 2 h e``."""
    if pays(x, gain):
        return NormAndTurn.apply(x, gain, table)  # type: ignore[no-any-return]
    return apply_rope(rms_norm(x, gain), table)


def rms_norm(x: Tensor, gain: Tensor) -> Tensor:
    """``x * gain / rms(x)`` over the last axis, with ``gain`` broadcastable to ``... 1`` (1910.07467)."""
    # The gain joins the small reciprocal and not x, which saves a pass over memory.
    return x * (gain * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6))
