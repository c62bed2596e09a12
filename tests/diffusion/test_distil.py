"""Students against a world in which the way of every point is a formula."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from minisora.diffusion import euler, sample, time_grid
from minisora.diffusion.distil import (
    distil_guidance,
    exact_mean_velocity,
    halving_target,
    instantaneous,
    mean_flow_target,
    mean_step,
    shortcut_target,
    straightness,
)
from minisora.diffusion.gaussian import GaussianWorld, drifting_clouds


@pytest.fixture
def world() -> GaussianWorld:
    return drifting_clouds(torch.linspace(-1, 1, 24, dtype=torch.float64).view(1, 2, 3, 4))


def noise(world: GaussianWorld, n: int = 3) -> Tensor:
    return torch.randn(n, *world.mean.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def test_a_perfect_student_is_right_in_one_step_and_in_any_number(world):
    x, flow = noise(world), exact_mean_velocity(lambda x, t, s: world.flow(x, t.flatten()[0], s.flatten()[0]))
    goal = world.flow(x, number(1), number(0))
    for n in (1, 2, 5):
        assert torch.allclose(sample(world.velocity, x, time_grid(n), step=mean_step(flow)), goal, atol=1e-6)
    assert not torch.allclose(sample(world.velocity, x, time_grid(5)), goal, atol=1e-2)


def test_a_teacher_as_a_student_is_euler(world):
    x, step = noise(world), mean_step(instantaneous(world.velocity))
    assert torch.equal(sample(world.velocity, x, time_grid(4), step=step), sample(world.velocity, x, time_grid(4)))


def test_a_halving_is_two_steps_of_the_teacher(world):
    x, t, s = noise(world), number(0.8), number(0.4)
    target = halving_target(instantaneous(world.velocity), x, t, s)
    there = x
    for begin, end in pairwise((0.8, 0.6, 0.4)):
        there, _ = euler(world.velocity, there, number(begin), number(end), None)
    assert torch.allclose(x + (s - t) * target, there)


def test_halvings_that_are_learnt_exactly_end_where_the_first_teacher_does(world):
    x = noise(world)
    goal = sample(world.velocity, x, time_grid(16))
    student = instantaneous(world.velocity)
    for _ in range(4):  # 16 steps to 1
        student = (lambda teacher: lambda x, t, s: halving_target(teacher, x, t, s))(student)
    assert torch.allclose(sample(world.velocity, x, time_grid(1), step=mean_step(student)), goal, atol=1e-5)


def test_a_perfect_student_agrees_with_itself_and_one_that_stands_still_too(world):
    x0, eps = world.sample(3, generator=torch.Generator().manual_seed(1)), noise(world)
    t, s = number(0.9).expand(3, 1, 1, 1, 1), torch.tensor([0.9, 0.5, 0.0], dtype=torch.float64).view(3, 1, 1, 1, 1)
    still = shortcut_target(lambda x, t, s: torch.zeros_like(x), x0, eps, t, s)
    assert torch.equal(still[0], (eps - x0)[0]) and not still[1:].any()

    def perfect(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        rows = [world.flow(x[i : i + 1], t[i].flatten()[0], s[i].flatten()[0]) for i in range(len(x))]
        return torch.where(s == t, world.velocity(x, t), (torch.cat(rows) - x) / (s - t).clamp(max=-1e-9))

    x = (1 - t) * x0 + t * eps
    assert torch.allclose(shortcut_target(perfect, x0, eps, t, s)[1:], perfect(x, t, s)[1:], atol=1e-6)


def test_mean_flow_holds_for_the_perfect_student(world):
    """Of one dimension, where the flow can be differentiated."""
    line = GaussianWorld(torch.zeros(1, dtype=torch.float64), torch.full((1, 1), 0.25, dtype=torch.float64))
    x, t, s = (
        torch.linspace(-2, 2, 9, dtype=torch.float64).view(-1, 1),
        number(0.7).expand(9, 1),
        number(0.2).expand(9, 1),
    )

    def spread(t: Tensor) -> Tensor:
        return ((1 - t) ** 2 * 0.25 + t**2).sqrt()

    def perfect(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        return (x * spread(s) / spread(t) - x) / (s - t)

    target = mean_flow_target(perfect, line.velocity(x, t), x, t, s)
    assert torch.allclose(target, perfect(x, t, s), atol=1e-9)
    assert not torch.allclose(target, line.velocity(x, t), atol=1e-2)


def test_guidance_becomes_part_of_the_student_and_only_the_student_learns():
    x, scale = torch.ones(2, 1, 1, 1, 1), torch.tensor([1.0, 4.0]).view(2, 1, 1, 1, 1)
    mine, theirs = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    loss = distil_guidance(lambda x, t, scale: scale * x + mine, lambda x, t: (x + theirs, 0 * x), x, x, scale)
    assert float(loss.detach()) == 0
    loss = distil_guidance(lambda x, t, scale: 0 * x + mine, lambda x, t: (x + theirs, 0 * x), x, x, scale)
    assert float(loss.detach()) == pytest.approx((1 + 16) / 2)
    grads = torch.autograd.grad(loss, [mine, theirs], allow_unused=True)
    assert grads[0] is not None and grads[1] is None


def test_straight_ways_are_straight_and_one_step_is_enough(world):
    point = GaussianWorld(world.mean, 1e-9 * torch.eye(24, dtype=torch.float64))
    assert float(straightness(point.velocity, noise(world), time_grid(16)).max()) < 1e-6
    bent = straightness(world.velocity, noise(world), time_grid(16))
    assert bent.shape == (3,) and float(bent.min()) > 1e-2
