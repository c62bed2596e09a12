"""The loss: what it counts, and how low it can get."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import Tensor

from minisora.diffusion.gaussian import drifting_clouds
from minisora.diffusion.objective import logit_normal, loss_at, shifted, uniform, velocity_loss
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path

PATHS = [STRAIGHT, COSINE, DDPM_LINEAR, EDM]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def always(t: float):
    return lambda n, generator: torch.full((n,), t)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
@pytest.mark.parametrize("t", [0.2, 0.8])
def test_exact_velocity_reaches_the_floor_and_nothing_else_does(path: Path, t: float):
    clouds = drifting_clouds(torch.ones(1, 3, 2, 2, dtype=torch.float64), path=path)
    x0 = clouds.sample(20_000, generator=generator())

    def loss(velocity) -> float:
        return velocity_loss(velocity, x0, generator=generator(1), path=path, times=always(t)).item()

    floor = clouds.loss_floor(torch.tensor(t, dtype=torch.float64)).item()
    assert loss(clouds.velocity) == pytest.approx(floor, rel=0.02)
    assert loss(lambda x, t: 1.1 * clouds.velocity(x, t)) > loss(clouds.velocity)


def test_floor_over_all_times():
    clouds = drifting_clouds(torch.zeros(1, 3, 2, 2, dtype=torch.float64))
    x0 = clouds.sample(20_000, generator=generator())
    floor = clouds.loss_floor(torch.linspace(0, 1, 1001, dtype=torch.float64)).mean().item()
    loss = velocity_loss(clouds.velocity, x0, generator=generator(1), times=uniform).item()
    assert loss == pytest.approx(floor, rel=0.02)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_given_tokens_are_clean_and_do_not_count(path: Path):
    x0 = torch.randn(4, 2, 5, 3, 3, generator=generator())
    free = torch.tensor([0.0, 1, 1, 0, 1]).view(1, 1, 5, 1, 1)
    wrong = torch.zeros(x0.shape, requires_grad=True)  # what the network says, everywhere
    seen: list[tuple[Tensor, Tensor]] = []

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        seen.append((x, t))
        return wrong

    velocity_loss(velocity, x0, generator=generator(1), path=path, free=free).backward()
    x, t = seen[0]
    assert torch.equal(x[:, :, [0, 3]], x0[:, :, [0, 3]])
    assert (t.expand(4, 1, 5, 3, 3)[:, :, [0, 3]] == 0).all() and (t.expand(4, 1, 5, 3, 3)[:, :, [1, 2, 4]] > 0).all()
    assert wrong.grad is not None and wrong.grad.isfinite().all()
    assert (wrong.grad[:, :, [0, 3]] == 0).all() and (wrong.grad[:, :, [1, 2, 4]] != 0).all()


def test_loss_is_the_mean_over_what_is_free_of_each_clip():
    x0, noise = torch.randn(2, 2, 3, 4, 2, 2, generator=generator())
    free = torch.tensor([[1.0, 1, 1, 1], [0, 0, 0, 1]]).view(2, 1, 4, 1, 1)
    error = (noise - x0) ** 2
    expected = (error[0].mean() + error[1, :, 3].mean()) / 2
    loss = loss_at(lambda x, t: torch.zeros_like(x), x0, noise, torch.tensor(0.5), free=free)
    torch.testing.assert_close(loss, expected)


def test_loss_of_a_batch_is_the_mean_of_its_halves():
    x0, noise = torch.randn(2, 6, 3, 4, 2, 2, generator=generator())
    t, free = torch.rand(2, 6, 1, 4, 1, 1, generator=generator(1))
    free = (free > 0.5).float()
    loss = partial(loss_at, lambda x, t: torch.sin(x) * t)
    halves = [loss(x0[part], noise[part], t[part], free=free[part]) for part in (slice(0, 3), slice(3, 6))]
    torch.testing.assert_close(loss(x0, noise, t, free=free), torch.stack(halves).mean())


def test_a_clip_without_anything_free_counts_nothing():
    x0 = torch.ones(2, 1, 2, 1, 1)
    assert velocity_loss(lambda x, t: x, x0, generator=generator(), free=0.0) == 0


def test_points_will_do_as_well_as_clips_and_the_seed_decides():
    x0 = torch.randn(16, 2, generator=generator())
    losses = [velocity_loss(lambda x, t: x * t, x0, generator=generator(seed)) for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


def test_times_are_distributed_as_they_say():
    n = 50_000
    assert uniform(n, generator()).mean().item() == pytest.approx(0.5, abs=0.01)
    logits = partial(logit_normal, mean=0.7, std=0.5)(n, generator()).logit()
    assert logits.mean().item() == pytest.approx(0.7, abs=0.01) and logits.std().item() == pytest.approx(0.5, abs=0.01)


def test_shifting_logit_normal_times_is_moving_their_mean():
    moved = shifted(logit_normal, 3.0)(1000, generator())
    other = logit_normal(1000, generator(), mean=torch.tensor(3.0).log().item())
    torch.testing.assert_close(moved, other)
