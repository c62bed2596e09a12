"""The world in which everything is known: its formulas hold each other up."""

from __future__ import annotations

import pytest
import torch

from minisora.diffusion.gaussian import GaussianWorld, drifting_clouds
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path

every_path = pytest.mark.parametrize("path", [STRAIGHT, COSINE, DDPM_LINEAR, EDM], ids=lambda path: path.name)


def world(path: Path = STRAIGHT) -> GaussianWorld:
    mean = torch.linspace(-1, 1, 16, dtype=torch.float64).view(1, 4, 2, 2)
    return drifting_clouds(mean, path=path)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_samples_have_the_mean_and_the_covariance():
    clouds = world()
    clips = clouds.sample(20_000, generator=generator())
    assert clips.shape == (20_000, 1, 4, 2, 2)
    torch.testing.assert_close(clips.mean(0), clouds.mean, rtol=0, atol=0.03)
    torch.testing.assert_close(clips.flatten(1).T.cov(), clouds.covariance, rtol=0, atol=0.04)


@every_path
def test_flow_solves_the_ode(path: Path):
    """Its derivative in time is the velocity, and it starts where it should."""
    clouds = world(path)
    x = clouds.sample(3, generator=generator()) + 0.5
    t = torch.tensor(0.4321, dtype=torch.float64)
    torch.testing.assert_close(clouds.flow(x, t, t), x)
    moved = (clouds.flow(x, t, t + 1e-5) - clouds.flow(x, t, t - 1e-5)) / 2e-5
    torch.testing.assert_close(moved, clouds.velocity(x, t), rtol=1e-6, atol=1e-6)


@every_path
def test_velocity_is_the_mean_of_all_that_could_have_been(path: Path):
    """No linear correction of the velocity would predict better: what is left over does not depend on x."""
    clouds = world(path)
    t = torch.tensor(0.5, dtype=torch.float64)
    x0 = clouds.sample(16_000, generator=generator())
    noise = torch.randn(x0.shape, generator=generator(1), dtype=x0.dtype)
    x = path.add_noise(x0, noise, t)
    left = (path.velocity(x0, noise, t) - clouds.velocity(x, t)).flatten(1)
    away = (x - x.mean(0)).flatten(1)
    correlation = (left / left.std(0)).T @ (away / away.std(0)) / len(x)
    assert correlation.abs().max() < 0.04
    assert (left.mean(0) / left.std(0)).abs().max() < 0.04


def test_a_time_for_each_token_is_the_conditional_world():
    """With given frames at time 0 the velocity of the others is that of the world in which those frames are known."""
    clouds = world()
    clip = clouds.sample(1, generator=generator())[0]
    free = torch.tensor([0.0, 1, 1, 0], dtype=torch.float64).view(1, 4, 1, 1)
    x = clip + free * torch.randn(5, *clip.shape, generator=generator(1), dtype=clip.dtype)
    velocity = clouds.velocity(x, 0.7 * free)[:, :, 1:3].flatten(1)

    known = clouds.conditioned(clip, free)
    assert known.mean.shape == (8,)
    torch.testing.assert_close(velocity, known.velocity(x[:, :, 1:3].flatten(1), torch.tensor(0.7).double()))


def test_clouds_resemble_their_neighbours():
    clouds = drifting_clouds(torch.zeros(2, 3, 2, 2, dtype=torch.float64), frames=2.0, pixels=1.0)
    covariance = clouds.covariance.view(2, 3, 2, 2, 2, 3, 2, 2)
    expected = torch.exp(torch.tensor([-0.5, -1.0, 0.0])).double()
    torch.testing.assert_close(covariance[0, 0, 0, 0, 0, 1, 0, 0], expected[0])
    torch.testing.assert_close(covariance[0, 0, 0, 0, 0, 0, 1, 0], expected[1])
    assert covariance[0, 0, 0, 0, 1, 0, 0, 0] == 0
