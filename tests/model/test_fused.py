from __future__ import annotations

import pytest
import torch

from minisora.model.attention import norm_and_turn, rms_norm
from minisora.model.blocks import add_gated, looked_up, modulated
from minisora.model.fused import NormAndTurn, sums
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


@pytest.mark.parametrize("function", [modulated, add_gated])
@pytest.mark.parametrize("half", [False, True])  # of what the gate closes, as under autocast
def test_modulation_has_the_values_and_gradients_of_the_formula(
    function, half: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(0)
    x, y = 3 * torch.randn(2, 2, 7, 12, generator=generator)
    y = y.bfloat16() if half else y
    rows = torch.randn(2, 4, 12, generator=generator)
    level = torch.randint(3, (2, 7), generator=generator)  # of the last row nobody is
    upstream = torch.randn(x.shape, generator=generator)

    def of() -> tuple[torch.Tensor, ...]:
        tokens, parts = ([x], rows) if function is modulated else ([x, y], rows[:1])
        leaves = [each.clone().requires_grad_() for each in (*tokens, torch.cat([*parts], -1))]
        looked, by = looked_up(leaves[-1], level, len(parts), leaves[0])
        result = function(*leaves[:-1], *looked, by)
        return result.detach(), *torch.autograd.grad((result * upstream).sum(), leaves)

    fused = of()
    monkeypatch.setattr("minisora.model.blocks.pays", lambda *_: False)
    for mine, wanted in zip(fused, of(), strict=True):
        assert mine.dtype == wanted.dtype
        torch.testing.assert_close(mine, wanted, rtol=1e-5, atol=1e-5)


def test_sums_are_those_of_a_loop() -> None:
    values, level = torch.randn(2, 5, 3), torch.tensor([[0, 2, 2, 0, 2], [1, 0, 0, 2, 1]])
    for row, mine in enumerate(sums(values, level, 4)):
        torch.testing.assert_close(mine, values[level == row].sum(0))
