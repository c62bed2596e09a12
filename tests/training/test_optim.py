from __future__ import annotations

import copy
import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from minisora.training.optim import (
    NEWTON_SCHULZ,
    build_optimizer,
    learning_rate_factor,
    orthogonalise,
    set_learning_rate,
)


def plain_newton_schulz(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    a, b, c = NEWTON_SCHULZ
    x = matrix.double() / (matrix.double().norm() + 1e-7)
    for _ in range(steps):
        x = a * x + b * (x @ x.T) @ x + c * (x @ x.T) @ (x @ x.T) @ x
    return x


@pytest.mark.parametrize("shape", [(24, 24), (16, 64), (64, 16), (1, 7)])
def test_orthogonalise_equals_plain_newton_schulz(shape: tuple[int, int]) -> None:
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(0))
    expected = torch.stack(
        [plain_newton_schulz(m) if m.shape[0] <= m.shape[1] else plain_newton_schulz(m.T).T for m in matrices]
    )
    torch.testing.assert_close(orthogonalise(matrices).double(), expected, atol=2e-5, rtol=0)


def test_orthogonalise_brings_singular_values_near_one_and_keeps_the_vectors() -> None:
    matrix = torch.randn(1, 32, 48, generator=torch.Generator().manual_seed(1))
    u, s, v = torch.linalg.svd(orthogonalise(matrix)[0])
    assert s.min() > 0.6 and s.max() < 1.3
    u, _, v = torch.linalg.svd(matrix[0], full_matrices=False)
    polar = u @ v
    assert (orthogonalise(matrix)[0] * polar).sum() / (orthogonalise(matrix)[0].norm() * polar.norm()) > 0.97


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("decay", [1, 2])
def test_steep_spectra_stay_bounded_and_keep_their_direction(dtype: torch.dtype, decay: int) -> None:
    u, _, v = torch.linalg.svd(torch.randn(96, 160, generator=torch.Generator().manual_seed(5)), full_matrices=False)
    matrix = (u * torch.arange(1, 97.0) ** -decay) @ v  # gradients look like this
    result = orthogonalise(matrix[None], dtype=dtype)[0].double()
    expected = plain_newton_schulz(matrix)
    assert torch.linalg.matrix_norm(result, 2) < 1.3
    assert (result * expected).sum() / (result.norm() * expected.norm()) > 0.97


def test_a_rank_deficient_matrix_stays_finite_and_deficient() -> None:
    column = torch.randn(1, 40, 1, generator=torch.Generator().manual_seed(2))
    low_rank = column @ column.mT
    result = orthogonalise(torch.cat([low_rank, torch.zeros_like(low_rank)]))
    assert result.isfinite().all() and result[1].abs().max() == 0
    singular = torch.linalg.svdvals(result[0])
    assert singular[0] > 0.6 and singular[1] < 0.01


def test_step_equals_a_plain_muon_and_torch_adamw() -> None:
    generator = torch.Generator().manual_seed(3)
    shapes = [(8, 8), (12, 4), (4, 12), (6, 2, 3, 3), (8, 8)]
    hidden = [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]
    rest = [nn.Parameter(torch.randn(5, generator=generator)) for _ in range(2)]
    mirror_hidden = [p.detach().clone().double() for p in hidden]
    mirror_rest = [nn.Parameter(p.detach().clone()) for p in rest]
    momenta = [torch.zeros_like(p) for p in mirror_hidden]
    ours = build_optimizer(hidden, rest, muon_lr=0.02, adam_lr=1e-2, weight_decay=0.1)
    theirs = torch.optim.AdamW(mirror_rest, lr=1e-2, betas=(0.9, 0.99), weight_decay=0.0)
    for _ in range(4):
        for p in hidden + rest:
            p.grad = torch.randn(p.shape, generator=generator)
        for p, mirror in zip(rest, mirror_rest, strict=True):
            mirror.grad = p.grad.clone()  # type: ignore[union-attr]
        ours.step()
        theirs.step()
        for p, mirror, momentum in zip(hidden, mirror_hidden, momenta, strict=True):
            grad = p.grad.double()  # type: ignore[union-attr]
            momentum.mul_(0.95).add_(grad, alpha=0.05)
            direction = (0.05 * grad + 0.95 * momentum).flatten(1)
            rows, columns = direction.shape
            update = plain_newton_schulz(direction) if rows <= columns else plain_newton_schulz(direction.T).T
            mirror.mul_(1 - 0.02 * 0.1).sub_(0.02 * math.sqrt(max(1, rows / columns)) * update.reshape(mirror.shape))
    for p, mirror in zip(hidden, mirror_hidden, strict=True):
        torch.testing.assert_close(p.double(), mirror, atol=1e-5, rtol=0)
    for p, mirror in zip(rest, mirror_rest, strict=True):
        torch.testing.assert_close(p, mirror)


def test_state_round_trip_continues_identically() -> None:
    def make() -> tuple[list[nn.Parameter], torch.optim.Optimizer]:
        generator = torch.Generator().manual_seed(4)
        matrix, vector = (nn.Parameter(torch.randn(s, generator=generator)) for s in ((6, 4), (4,)))
        return [matrix, vector], build_optimizer([matrix], [vector])

    def advance(parameters: list[nn.Parameter], optimizer: torch.optim.Optimizer, seed: int) -> None:
        for p in parameters:
            p.grad = torch.randn(p.shape, generator=torch.Generator().manual_seed(seed))
        optimizer.step()

    straight, optimizer = make()
    advance(straight, optimizer, 0)
    state = copy.deepcopy(optimizer.state_dict())
    resumed, other = make()
    with torch.no_grad():
        for p, q in zip(resumed, straight, strict=True):
            p.copy_(q)
    other.load_state_dict(state)
    advance(straight, optimizer, 1)
    advance(resumed, other, 1)
    assert all(torch.equal(p, q) for p, q in zip(straight, resumed, strict=True))


def test_muon_refuses_vectors() -> None:
    with pytest.raises(ValueError, match="AdamW"):
        build_optimizer([nn.Parameter(torch.zeros(3))], [])


@pytest.mark.parametrize("shape", ["linear", "cosine"])
def test_schedule_rises_stays_and_falls_to_zero(shape) -> None:
    rates = [learning_rate_factor(i, progress=i / 1000, warm_up=50, decay=0.4, shape=shape) for i in range(1001)]
    assert rates[0] == pytest.approx(0.02) and all(a < b for a, b in pairwise(rates[:50]))
    assert all(rate == 1 for rate in rates[50:600])
    assert all(a > b for a, b in pairwise(rates[601:])) and rates[-1] == 0
    assert learning_rate_factor(999, progress=0.8, decay=0.4, shape=shape) == pytest.approx(0.5)


def test_set_learning_rate_scales_each_group_from_its_peak() -> None:
    optimizer = build_optimizer(
        [nn.Parameter(torch.zeros(2, 2))], [nn.Parameter(torch.zeros(2))], muon_lr=0.02, adam_lr=0.001
    )
    for factor in (0.5, 0.25):
        set_learning_rate(optimizer, factor)
        assert [group["lr"] for group in optimizer.param_groups] == [0.02 * factor, 0.001 * factor]
