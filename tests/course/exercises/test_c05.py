"""Chapter 05: the patients have the signs by which learners are to know them."""

import pytest
import torch
from torch import Tensor

from minisora.course.exercises.c05_objective import SIGNS, TROUBLES, patient
from minisora.diffusion.gaussian import GaussianWorld, drifting_clouds


@pytest.fixture(scope="module")
def world() -> GaussianWorld:
    return drifting_clouds(torch.zeros(1, 4, 5, 6), frames=10.0, pixels=4.0)


def signs(name: str, world: GaussianWorld) -> tuple[float, float, float]:
    """Spread, spread with twice the steps, roughness."""
    noise = torch.randn(20, 1, 4, 5, 6, generator=torch.Generator().manual_seed(0))
    end, longer = (patient(name, world.velocity, noise, steps=steps) for steps in (32, 64))
    return float(end.std()), float(longer.std()), roughness(end)


def roughness(clips: Tensor) -> float:
    return float((clips[..., 1:] - clips[..., :-1]).square().mean() / clips.var())


def test_each_patient_has_its_signs(world):
    found = {TROUBLES.get(name, "healthy"): signs(name, world) for name in ("healthy", *TROUBLES)}
    assert found.keys() == {"healthy", *SIGNS}
    spread, longer, rough = found["healthy"]
    assert longer == pytest.approx(spread, rel=0.05)
    assert found["wrong sign"][0] > 3 * spread
    assert found["half the noise"] == pytest.approx((spread / 2, longer / 2, rough), rel=1e-3)
    assert found["stopped early"][1] == pytest.approx(found["stopped early"][0], rel=0.05)
    assert spread / 2 < found["stopped early"][0] < spread and found["stopped early"][2] > 1.2 * rough
    assert found["too few steps"][0] < spread / 2 and found["too few steps"][1] > 1.2 * found["too few steps"][0]
