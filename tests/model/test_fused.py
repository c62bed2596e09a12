from __future__ import annotations

import pytest
import torch

from minisora.model.attention import norm_and_turn, rms_norm
from minisora.model.fused import NormAndTurn
from minisora.model.rope import VIDEO_AXES, apply_rope, rope_table


@pytest.mark.parametrize("rows", [1, 2])  # of the table: one for all clips, or one for each
def test_norm_and_turn_has_the_values_and_gradients_of_the_formula(rows: int) -> None:
    generator = torch.Generator().manual_seed(0)
    x = 3 * torch.randn(2, 5, 2, 3, 12, generator=generator)
    x[0, 0, 0, 0] = 0  # a length of nothing has a gradient, too
    gain = torch.rand(2, 3, 1, generator=generator)
    table = rope_table(torch.randn(rows, 5, 3, generator=generator), 12, VIDEO_AXES)[:, :, None]
    upstream = torch.randn(x.shape, generator=generator)

    def of(function) -> tuple[torch.Tensor, ...]:
        leaves = [each.clone().requires_grad_() for each in (x, gain)]
        y = function(*leaves, table)
        return y.detach(), *torch.autograd.grad((y * upstream).sum(), leaves)

    plain = of(lambda x, gain, table: apply_rope(rms_norm(x, gain), table))
    for fused, wanted in zip(of(NormAndTurn.apply), plain, strict=True):
        torch.testing.assert_close(fused, wanted, rtol=1e-5, atol=1e-5)
    assert torch.equal(of(norm_and_turn)[1], of(NormAndTurn.apply)[1])
