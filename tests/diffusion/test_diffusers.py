"""Schedules, conversions and whole trajectories equal those of Hugging Face's diffusers, for a velocity in closed form.

diffusers keeps its tables, and takes most of its steps, in float32, so that 1e-5 is as equal as can be. (Over many DDPM
steps the rounding of its table adds up to more; there it is given the same table in float64.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from minisora.diffusion import (
    DDPM_LINEAR,
    EDM,
    STRAIGHT,
    Path,
    Step,
    ancestral,
    ddim,
    dpm_solver_pp,
    euler,
    heun,
    karras_grid,
    sample,
    time_grid,
)
from minisora.diffusion.gaussian import GaussianWorld, drifting_clouds

diffusers: Any = pytest.importorskip("diffusers")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # its own, about NumPy

TOLERANCE = 1e-5
DDPM_SETTINGS = {"beta_start": 1e-4, "beta_end": 0.02, "beta_schedule": "linear", "timestep_spacing": "trailing"}


def world(path: Path) -> GaussianWorld:
    return drifting_clouds(torch.linspace(-1, 1, 24, dtype=torch.float64).view(2, 3, 2, 2), path=path)


def noise(path: Path) -> Tensor:
    standard = torch.randn(3, 2, 3, 2, 2, generator=generator(), dtype=torch.float64)
    return standard * path.sigma(torch.ones((), dtype=torch.float64))


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(7)


def ours(path: Path, times: Tensor, step: Step) -> list[Tensor]:
    """Where our sampler is after each step."""
    seen: list[Tensor] = []
    sample(world(path).velocity, noise(path), times, step=step, watch=lambda i, x: seen.append(x))
    return seen


def theirs(scheduler: Any, path: Path, levels: Tensor, says: Callable, **options: Any) -> list[Tensor]:
    """Where diffusers is after each of its steps, when the network at our times ``levels`` ``says(velocity, x, t)``."""
    x, seen = noise(path), []
    for timestep, t in zip(scheduler.timesteps, levels, strict=False):
        x = scheduler.step(says(world(path).velocity(x, t), x, t), timestep, x, **options).prev_sample
        seen.append(x)
    return seen


def assert_same(a: list[Tensor], b: list[Tensor], times: Tensor, path: Path) -> None:
    """At every step, relative to how large x is there (on EDM's path it starts 80 times as large)."""
    assert len(a) == len(b) == len(times) - 1 > 10
    for mine, other, t in zip(a, b, times[1:], strict=True):
        assert (mine - other).abs().max() / path.sigma(t).clamp(min=1) < TOLERANCE


def ddpm_times(timesteps: Tensor) -> Tensor:
    """DDPM counts its steps from 0, and its step 0 has noise already."""
    return torch.cat([(timesteps.double() + 1) / 1000, torch.zeros(1)])


def heun_levels(times: Tensor) -> Tensor:
    """diffusers calls a network twice at each time: where a step arrives and where the next one starts."""
    return torch.cat([times[:1], times[1:-1].repeat_interleave(2)])


def table() -> Tensor:
    """DDPM's products of 1 - beta, in float64."""
    return torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), dim=0)


def predicts_velocity(velocity: Tensor, x: Tensor, t: Tensor) -> Tensor:
    return velocity


def predicts_edm(velocity: Tensor, x: Tensor, t: Tensor) -> Tensor:
    """What EDM's network answers: x0 without what its preconditioning adds (Karras et al. 2022, table 1)."""
    sigma, data = EDM.sigma(t), 0.5
    norm = sigma**2 + data**2
    return (EDM.to_x0(velocity, x, t) - data**2 / norm * x) * norm.sqrt() / (sigma * data)


# --- Schedules ---


def test_ddpm_schedule():
    scheduler = diffusers.DDPMScheduler(**DDPM_SETTINGS)
    t = torch.arange(1, 1001, dtype=torch.float64) / 1000
    torch.testing.assert_close(DDPM_LINEAR.alpha(t) ** 2, scheduler.alphas_cumprod.double(), rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(DDPM_LINEAR.alpha(t) ** 2, table(), rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_time_grid(shift: float):
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=torch.linspace(1, 1 / 20, 20).tolist())
    torch.testing.assert_close(time_grid(20, shift=shift), scheduler.sigmas)


def test_karras_grid():
    scheduler = diffusers.EDMEulerScheduler()
    scheduler.set_timesteps(18)
    torch.testing.assert_close(80 * karras_grid(18), scheduler.sigmas, rtol=1e-6, atol=1e-7)


# --- Conversions ---


def test_add_noise_and_v_prediction_of_ddpm():
    scheduler = diffusers.DDPMScheduler(**DDPM_SETTINGS)
    x0, eps = torch.randn(2, 5, 2, 3, 2, 2, generator=generator(), dtype=torch.float64)
    steps = torch.tensor([0, 1, 250, 700, 999])
    t = ((steps.double() + 1) / 1000).view(5, 1, 1, 1, 1)
    x = DDPM_LINEAR.add_noise(x0, eps, t)
    v = DDPM_LINEAR.to_v(DDPM_LINEAR.velocity(x0, eps, t), x, t)
    torch.testing.assert_close(x, scheduler.add_noise(x0, eps, steps), rtol=0, atol=TOLERANCE)
    torch.testing.assert_close(v, scheduler.get_velocity(x0, eps, steps), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("prediction_type", ["epsilon", "sample", "v_prediction"])
def test_every_prediction_type_of_ddim(prediction_type: str):
    """Our velocity, told to diffusers in each of the ways that it understands, gives the same step."""
    scheduler = diffusers.DDIMScheduler(**DDPM_SETTINGS, clip_sample=False, prediction_type=prediction_type)
    scheduler.set_timesteps(20)
    x, t = noise(DDPM_LINEAR), torch.tensor(0.5, dtype=torch.float64)
    velocity = world(DDPM_LINEAR).velocity(x, t)
    to = {"epsilon": DDPM_LINEAR.to_eps, "sample": DDPM_LINEAR.to_x0, "v_prediction": DDPM_LINEAR.to_v}
    step = scheduler.step(to[prediction_type](velocity, x, t), 499, x).prev_sample
    expected, _ = ddim(DDPM_LINEAR)(lambda x, t: velocity, x, t, t - 0.05, None)
    torch.testing.assert_close(step, expected, rtol=0, atol=TOLERANCE)


# --- Trajectories ---


@pytest.mark.parametrize("step", [euler, ddim(STRAIGHT)], ids=["euler", "ddim"])
def test_flow_match_euler(step: Step):
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0)
    scheduler.set_timesteps(sigmas=torch.linspace(1, 1 / 20, 20).tolist())
    times = scheduler.sigmas.double()
    b = theirs(scheduler, STRAIGHT, times, predicts_velocity)
    assert_same(ours(STRAIGHT, times, step), b, times, STRAIGHT)


def test_flow_match_heun():
    scheduler = diffusers.FlowMatchHeunDiscreteScheduler(shift=3.0)
    scheduler.set_timesteps(20)
    times = torch.cat([scheduler.sigmas[:1], scheduler.sigmas[1::2]]).double()
    b = theirs(scheduler, STRAIGHT, heun_levels(times), predicts_velocity)
    assert_same(ours(STRAIGHT, times, heun), b[1::2] + b[-1:], times, STRAIGHT)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_ddim(eta: float):
    scheduler = diffusers.DDIMScheduler(**DDPM_SETTINGS, clip_sample=False)
    scheduler.set_timesteps(20)
    times = ddpm_times(scheduler.timesteps)
    b = theirs(scheduler, DDPM_LINEAR, times, DDPM_LINEAR.to_eps, eta=eta, generator=generator())
    for step in [ancestral(DDPM_LINEAR, generator(), eta=eta)] + [ddim(DDPM_LINEAR)] * (eta == 0):
        assert_same(ours(DDPM_LINEAR, times, step), b, times, DDPM_LINEAR)


@pytest.mark.parametrize("steps", [20, 250])
def test_ddpm(steps: int):
    scheduler = diffusers.DDPMScheduler(**DDPM_SETTINGS, clip_sample=False)
    scheduler.set_timesteps(steps)
    scheduler.alphas_cumprod = table()
    times = ddpm_times(scheduler.timesteps)
    b = theirs(scheduler, DDPM_LINEAR, times, DDPM_LINEAR.to_eps, generator=generator())
    assert_same(ours(DDPM_LINEAR, times, ancestral(DDPM_LINEAR, generator())), b, times, DDPM_LINEAR)


def test_dpm_solver_multistep():
    scheduler = diffusers.DPMSolverMultistepScheduler(**DDPM_SETTINGS, algorithm_type="dpmsolver++", solver_order=2)
    scheduler.set_timesteps(20)
    times = ddpm_times(scheduler.timesteps)
    b = theirs(scheduler, DDPM_LINEAR, times, DDPM_LINEAR.to_eps)
    assert_same(ours(DDPM_LINEAR, times, dpm_solver_pp(DDPM_LINEAR)), b, times, DDPM_LINEAR)


def test_dpm_solver_multistep_on_the_straight_path():
    scheduler = diffusers.DPMSolverMultistepScheduler(
        use_flow_sigmas=True, prediction_type="flow_prediction", flow_shift=3.0, solver_order=2
    )
    scheduler.set_timesteps(20)
    times = scheduler.sigmas.double()
    b = theirs(scheduler, STRAIGHT, times, predicts_velocity)
    assert_same(ours(STRAIGHT, times, dpm_solver_pp()), b, times, STRAIGHT)


@pytest.mark.parametrize("step", [euler, ddim(EDM)], ids=["euler", "ddim"])
def test_edm_euler(step: Step):
    scheduler = diffusers.EDMEulerScheduler()
    scheduler.set_timesteps(20)
    scheduler.is_scale_input_called = True  # or it warns: the exact velocity needs no scaled input
    times = scheduler.sigmas.double() / 80
    b = theirs(scheduler, EDM, times, predicts_edm)
    assert_same(ours(EDM, times, step), b, times, EDM)


def test_edm_dpm_solver_multistep():
    scheduler = diffusers.EDMDPMSolverMultistepScheduler()
    scheduler.set_timesteps(20)
    times = scheduler.sigmas.double() / 80
    b = theirs(scheduler, EDM, times, predicts_edm)
    assert_same(ours(EDM, times, dpm_solver_pp(EDM)), b, times, EDM)


def test_edm_heun():
    """diffusers has EDM's algorithm 1 as HeunDiscrete, which rescales DDPM's path so that alpha is 1."""
    scheduler = diffusers.HeunDiscreteScheduler(use_karras_sigmas=True)
    scheduler.set_timesteps(20)
    times = torch.cat([scheduler.sigmas[:1], scheduler.sigmas[1::2]]).double() / 80
    b = theirs(scheduler, EDM, heun_levels(times), EDM.to_eps)
    assert_same(ours(EDM, times, heun), b[1::2] + b[-1:], times, EDM)
