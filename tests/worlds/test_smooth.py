"""A path from rough places and fine steps: exact where both are, the best of both where neither is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from minisora.worlds.smooth import smoothed

PICTURES = 4


def measured(path: Tensor) -> tuple[Tensor, Tensor]:
    """Places ``... t`` and steps ``... t 4`` of a path over ``1 + (t - 1) * 4`` pictures and one more."""
    steps = path.diff(dim=-1)  # the pictures before the first are the first
    first = steps[..., :1].expand(*steps.shape[:-1], PICTURES - 1)
    return path[..., :-1:PICTURES], torch.cat([first, steps], -1).unflatten(-1, (-1, PICTURES))


def repeated(path: Tensor) -> Tensor:
    return torch.cat([path[..., :1].expand(*path.shape[:-1], PICTURES - 1), path[..., :-1]], -1)


@pytest.mark.parametrize("frames", [1, 2, 5, 9])
def test_what_agrees_is_left_as_it_is(frames: int) -> None:
    path = torch.randn(3, 2, 2 + (frames - 1) * PICTURES, generator=torch.Generator().manual_seed(0))
    places, steps = measured(path)
    torch.testing.assert_close(smoothed(places, steps, 0.5, 0.1), repeated(path), atol=1e-5, rtol=0)


def test_it_is_the_solution_of_the_equations_that_numpy_finds() -> None:
    dice = torch.Generator().manual_seed(1)
    places, steps = torch.randn(5, generator=dice), torch.randn(5, PICTURES, generator=dice)
    rows, right = [], []
    for t in range(5):
        row = np.zeros(17)
        row[PICTURES * t] = 1 / 0.5
        rows.append(row)
        right.append(float(places[t]) / 0.5)
    for picture in range(16):
        row = np.zeros(17)
        row[picture], row[picture + 1] = -1 / 0.1, 1 / 0.1
        rows.append(row)
        right.append(float(steps.flatten()[picture + PICTURES - 1]) / 0.1)
    expected = np.linalg.lstsq(np.stack(rows), np.array(right), rcond=None)[0]
    np.testing.assert_allclose(smoothed(places, steps, 0.5, 0.1)[PICTURES - 1 :], expected, atol=1e-5)


def test_it_is_nearer_than_places_alone_and_than_steps_alone() -> None:
    dice = torch.Generator().manual_seed(2)
    path = torch.randn(200, 18, generator=dice).cumsum(-1) * 0.1
    places, steps = measured(path)
    places = places + 0.1 * torch.randn(places.shape, generator=dice)
    steps = steps + 0.03 * torch.randn(steps.shape, generator=dice)

    def error(found: Tensor, true: Tensor) -> float:
        return float((found - true).square().mean().sqrt())

    both = smoothed(places, steps, 0.1, 0.03)
    last, true = slice(PICTURES - 1, None, PICTURES), repeated(path)
    added_up = places[:, :1] + torch.cat([torch.zeros(200, 1), steps.flatten(1)[:, PICTURES - 1 : -1].cumsum(-1)], -1)
    assert error(both[:, last], true[:, last]) < 0.7 * error(places, true[:, last])
    assert error(both[:, PICTURES - 1 :], true[:, PICTURES - 1 :]) < 0.7 * error(added_up, true[:, PICTURES - 1 :])
