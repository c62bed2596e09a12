"""Each solver's error against the exact solution falls at its order; what stands still stays as it is."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minisora.diffusion.gaussian import drifting_clouds
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path
from minisora.diffusion.sampler import sample, staggered, time_grid
from minisora.diffusion.solvers import Step, ab2, ancestral, ddim, dpm_solver_pp, euler, heun

PATHS = [STRAIGHT, COSINE, DDPM_LINEAR, EDM]
MEAN = torch.linspace(-1, 1, 16, dtype=torch.float64).view(1, 4, 2, 2)
FEW_AND_MANY = (32, 64, 128)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def grid(path: Path, start: float, end: float, steps: int) -> Tensor:
    """Even steps; on EDM's path steps that are even in sigma^(1/7)."""
    power = 7 if path is EDM else 1
    return torch.linspace(start ** (1 / power), end ** (1 / power), steps + 1, dtype=torch.float64) ** power


def measured_order(path: Path, step: Step, start: float, end: float) -> float:
    """The slope of log(error) over log(step length)."""
    world = drifting_clouds(MEAN, path=path)
    first, last = torch.tensor([start, end], dtype=torch.float64)
    x = path.sigma(first) * torch.randn(4, *MEAN.shape, generator=generator(), dtype=torch.float64)
    exact = world.flow(x, first, last)
    errors = [
        (sample(world.velocity, x, grid(path, start, end, n), step=step) - exact).abs().max() for n in FEW_AND_MANY
    ]
    n, error = torch.tensor(FEW_AND_MANY).double().log(), torch.stack(errors).log()
    return -(((n - n.mean()) * (error - error.mean())).sum() / (n - n.mean()).square().sum()).item()


@pytest.mark.parametrize(
    ("name", "order", "path", "start", "end"),
    [
        ("euler", 1, STRAIGHT, 1, 0),
        ("euler", 1, COSINE, 1, 0),
        ("euler", 1, EDM, 1, 0),
        ("heun", 2, STRAIGHT, 1, 0),
        ("heun", 2, COSINE, 1, 0),
        ("heun", 2, EDM, 1, 0),
        ("ab2", 2, STRAIGHT, 1, 0),
        ("ab2", 2, COSINE, 1, 0),
        ("ab2", 2, EDM, 1, 0),
        ("ddim", 1, STRAIGHT, 1, 0),
        ("ddim", 1, COSINE, 1, 0),
        ("ddim", 1, DDPM_LINEAR, 1, 0),
        ("ddim", 1, EDM, 1, 0),
        # DPM-Solver++ counts its steps in log-SNR, which has to be finite for steps to be short
        ("dpm_solver_pp", 2, STRAIGHT, 0.9, 0.1),
        ("dpm_solver_pp", 2, COSINE, 0.9, 0.1),
        ("dpm_solver_pp", 2, DDPM_LINEAR, 1, 0.05),
        ("dpm_solver_pp", 2, EDM, 1, 1e-4),
        ("dpm_solver_pp", 2, EDM, 1, 0),
    ],
)
def test_error_falls_at_the_order(name: str, order: int, path: Path, start: float, end: float):
    steps = {"euler": euler, "heun": heun, "ab2": ab2, "ddim": ddim(path), "dpm_solver_pp": dpm_solver_pp(path)}
    assert measured_order(path, steps[name], start, end) == pytest.approx(order, abs=0.15)


def test_from_pure_noise_dpm_solver_loses_a_logarithm():
    """The first and last steps of the straight path are long in log-SNR, however many there are (see its docstring)."""
    assert 1.5 < measured_order(STRAIGHT, dpm_solver_pp(), 1, 0) < 1.85


def test_ab2_is_better_than_euler_and_heun_for_the_same_calls():
    world = drifting_clouds(MEAN)
    x = torch.randn(64, *MEAN.shape, generator=generator(), dtype=torch.float64)
    exact = world.flow(x, *torch.tensor([1.0, 0.0], dtype=torch.float64))
    calls: list[int] = []

    def error(step: Step, steps: int) -> float:
        seen = 0

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            nonlocal seen
            seen += 1
            return world.velocity(x, t)

        clip = sample(velocity, x, time_grid(steps), step=step)
        calls.append(seen)
        return (clip - exact).square().mean().sqrt().item()

    assert error(ab2, 15) < error(heun, 8) < error(euler, 15)
    assert calls == [15, 15, 15]  # heun spares its last correction


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_ancestral_sampling_makes_the_world_s_clips(path: Path):
    """Many clips of one pixel, drawn with fresh noise at each of many steps, have the world's mean and variance."""
    world = drifting_clouds(MEAN[:, :1, :1, :1], path=path)
    x = path.sigma(torch.ones(())) * torch.randn(4000, 1, 1, 1, 1, generator=generator(), dtype=torch.float64)
    clips = sample(world.velocity, x, grid(path, 1, 0, 400), step=ancestral(path, generator(1)))
    assert clips.mean().item() == pytest.approx(world.mean.item(), abs=0.06)
    assert clips.var().item() == pytest.approx(world.covariance.item(), abs=0.07)


def test_ancestral_at_eta_0_is_ddim_and_draws_nothing_that_shows():
    world = drifting_clouds(MEAN, path=COSINE)
    x = torch.randn(2, *MEAN.shape, generator=generator(), dtype=torch.float64)
    still = sample(world.velocity, x, time_grid(10), step=ancestral(COSINE, generator(1), eta=0.0))
    torch.testing.assert_close(still, sample(world.velocity, x, time_grid(10), step=ddim(COSINE)))


def every_step(path: Path) -> list[Step]:
    return [euler, heun, ab2, ddim(path), dpm_solver_pp(path), ancestral(path, generator(3))]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
@pytest.mark.parametrize("index", range(6), ids=["euler", "heun", "ab2", "ddim", "dpm_solver_pp", "ancestral"])
def test_given_content_is_bit_identical_and_the_rest_follows_it(path: Path, index: int):
    """The free part solves the ODE of the world in which the given part is known: one clip, continued."""
    world = drifting_clouds(MEAN, path=path)
    clip = world.sample(1, generator=generator())[0]
    free = torch.tensor([0.0, 1, 1, 0], dtype=torch.float64).view(1, 1, 4, 1, 1)
    start = path.sigma(torch.ones(())) * torch.randn(3, *clip.shape, generator=generator(1), dtype=torch.float64)
    x = torch.where(free > 0, start, clip)
    made = sample(world.velocity, x, grid(path, 1, 0, 64), free=free, step=every_step(path)[index])

    assert torch.equal(made[:, :, [0, 3]].view(torch.int64), x[:, :, [0, 3]].view(torch.int64))
    assert made.isfinite().all()
    if index < 5:
        known = world.conditioned(clip, free[0])
        exact = known.flow(x[:, :, 1:3].flatten(1), *torch.tensor([1.0, 0.0], dtype=torch.float64))
        assert (made[:, :, 1:3].flatten(1) - exact).abs().max() < (0.15 if index in (0, 3) else 0.03)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
@pytest.mark.parametrize("index", range(6), ids=["euler", "heun", "ab2", "ddim", "dpm_solver_pp", "ancestral"])
def test_a_clock_for_each_frame(path: Path, index: int):
    """Frames that wait or have arrived stay as they are while others move; a frame's past begins when it moves."""
    world = drifting_clouds(MEAN, path=path)
    x = path.sigma(torch.ones(())) * torch.randn(2, *MEAN.shape, generator=generator(), dtype=torch.float64)
    times = staggered(grid(path, 1, 0, 12), 4, delay=12)
    seen = [x]
    sample(world.velocity, x, times, step=every_step(path)[index], watch=lambda i, x: seen.append(x))
    assert len(seen) == len(times) == 49
    for before, after, t, s in zip(seen, seen[1:], times, times[1:], strict=False):
        assert after.isfinite().all()
        moved = (before != after).flatten(3).any(-1).any(0).any(0)
        assert torch.equal(moved, t != s)


def test_one_after_the_other_solves_each_frame_given_those_before_it():
    """Autoregression: while a frame's clock runs, those before it are given and those after it are pure noise."""
    world = drifting_clouds(MEAN)
    x = torch.randn(2, *MEAN.shape, generator=generator(), dtype=torch.float64)
    made = sample(world.velocity, x, staggered(time_grid(200).double(), 4, delay=200), step=ab2)
    start, end = torch.tensor([1.0, 0.0], dtype=torch.float64)
    for row in range(2):
        for frame in range(4):
            past = torch.arange(4) < frame
            known = drifting_clouds(MEAN).conditioned(made[row], (~past).double().view(1, 4, 1, 1)) if frame else world
            mean = known.mean.flatten()[:4]
            alone = type(known)(mean, known.covariance[:4, :4])
            exact = alone.flow(x[row, :, frame].reshape(1, 4), start, end)
            torch.testing.assert_close(made[row, :, frame].reshape(1, 4), exact, rtol=0, atol=2e-3)
