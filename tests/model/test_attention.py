import pytest
import torch
import torch.nn.functional as F

from minisora.model.attention import Attention, attend, rms_norm
from minisora.model.rope import VIDEO_AXES, rope_table


def test_rms_norm_is_torchs():
    x, gain = torch.randn(2, 3, 8), torch.rand(3, 1)
    assert torch.allclose(rms_norm(x, gain), F.rms_norm(x, (8,), eps=1e-6) * gain, atol=1e-6)


def test_attention_is_softmax_of_turned_queries_and_keys():
    attention = Attention(24, 2)
    x, coords = torch.randn(2, 5, 24), torch.randn(2, 5, 3)
    q, k, v = attention.qkv(x).reshape(2, 5, 3, 2, 12).unbind(2)
    table = rope_table(coords, 12, VIDEO_AXES)

    def turn(y):
        y = F.rms_norm(y, (12,), eps=1e-6).reshape(2, 5, 2, 6, 2)
        real = y[..., 0] * table.real - y[..., 1] * table.imag
        imaginary = y[..., 0] * table.imag + y[..., 1] * table.real
        return torch.stack([real, imaginary], dim=-1).flatten(-2)

    scores = torch.einsum("bnhe,bmhe->bhnm", turn(q), turn(k)) / 12**0.5
    expected = attention.out(torch.einsum("bhnm,bmhe->bnhe", scores.softmax(-1), v).flatten(-2))
    assert torch.allclose(attention(x, table, None), expected, atol=1e-5)


def test_masked_tokens_have_no_influence():
    attention = Attention(24, 2)
    x, rope = torch.randn(1, 6, 24), rope_table(torch.randn(1, 6, 3), 12, VIDEO_AXES)
    mask = torch.tensor([True, True, False, True, False, True])[None, None, None, :]
    changed = x.clone()
    changed[:, [2, 4]] = 9.0
    kept = [0, 1, 3, 5]
    assert torch.allclose(attention(x, rope, mask)[:, kept], attention(changed, rope, mask)[:, kept], atol=1e-6)


@pytest.mark.parametrize("masked", [False, True])
def test_the_formula_equals_the_fused_kernel(masked: bool) -> None:
    query, key, value = (torch.randn(2, 3, 7, 8, generator=torch.Generator().manual_seed(i)) for i in range(3))
    mask = torch.arange(7) < torch.tensor([7, 4])[:, None, None, None] if masked else None
    fused = attend(query, key, value, mask)
    written = attend(query.requires_grad_(), key, value, mask)
    assert written.grad_fn is not None and torch.allclose(written, fused, atol=1e-6)
