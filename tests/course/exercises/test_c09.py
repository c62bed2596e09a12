"""Chapter 09: the sick samplers show the symptoms from which they are to be told."""

import pytest
import torch

from minisora.course.exercises.c09_samplers import CAUSES, PATIENTS, TRUTH
from minisora.diffusion import euler, sample, time_grid
from minisora.diffusion.gaussian import drifting_clouds

WORLD = drifting_clouds(torch.zeros(1, 2, 2, 3, dtype=torch.float64))
NOISE = torch.randn(4, 1, 2, 2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
EXACT = WORLD.flow(NOISE, *torch.tensor([1.0, 0.0], dtype=torch.float64))


def run(sampler, steps):
    """Error and calls."""
    calls = []
    made = sampler(lambda x, t: calls.append(1) or WORLD.velocity(x, t), NOISE, time_grid(steps))
    return float((made - EXACT).square().mean().sqrt()), len(calls)


def test_every_patient_has_a_cause_of_its_own_and_one_cause_is_nobodys():
    assert TRUTH.keys() == PATIENTS.keys() and len(set(TRUTH.values())) == len(PATIENTS) == len(CAUSES) - 1
    assert set(TRUTH.values()) < set(CAUSES)


@pytest.mark.parametrize(
    ("name", "calls", "low", "high"),
    [("A", 63, 1.6, 2.4), ("B", 32, 1.6, 2.4), ("C", 31, 1.6, 2.4), ("D", 32, 1.6, 2.4), ("E", 32, 0.8, 1.2)],
)
def test_a_patient_errs_as_its_sickness_makes_it(name, calls, low, high):
    torch.manual_seed(0)  # patient E takes fresh noise
    (half, _), (error, made) = run(PATIENTS[name], 16), run(PATIENTS[name], 32)
    assert made == calls and low < half / error < high


def test_only_the_one_without_memory_errs_like_euler_and_only_fresh_noise_differs_twice():
    plain, _ = run(lambda *where: sample(*where, step=euler), 16)
    alike = {name: run(patient, 16)[0] / plain for name, patient in PATIENTS.items()}
    assert [name for name, ratio in alike.items() if abs(ratio - 1) < 1e-9] == ["D"]
    assert alike["B"] == pytest.approx(2, abs=0.4)
    assert [name for name, patient in PATIENTS.items() if run(patient, 8) != run(patient, 8)] == ["E"]
