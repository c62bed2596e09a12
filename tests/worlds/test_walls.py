"""Which way something set off between walls, and that nothing else passes for it."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from minisora.worlds.digits import MOTIONS, Digit, place
from minisora.worlds.scene import Motion
from minisora.worlds.walls import sets_off

TIMES = torch.arange(17) / 8
SQUARE, WIDE = (0.5, 0.5), (0.9, 0.5)


def way(motion: Motion, halves: tuple[float, float], *, speed: float = 0.5) -> tuple[Tensor, Tensor]:
    digit = Digit(7, 0, "white", motion, 0.05, -0.1, 0.45, 0.0 if motion == "still" else speed)
    return place(digit, TIMES, width=2 * halves[0], height=2 * halves[1])


@pytest.mark.parametrize("halves", [SQUARE, WIDE])
@pytest.mark.parametrize("motion", MOTIONS)
def test_a_way_is_read_from_its_beginning(motion: Motion, halves: tuple[float, float]) -> None:
    x, y = way(motion, halves)
    assert sets_off(x, y, TIMES, halves) == motion
    dice = Generator().manual_seed(0)
    rough_x, rough_y = (value + 0.007 * torch.randn(value.shape, generator=dice) for value in (x, y))
    assert sets_off(rough_x, rough_y, TIMES, halves) == motion
    assert sets_off(x + 3, y - 2, TIMES, halves) == motion  # from where, does not matter


def test_what_turns_around_in_the_air_goes_no_way() -> None:
    x, y = way("still", SQUARE)
    there_and_back = 0.9 * (TIMES - 1).abs() - 0.45  # further than walls would let it
    assert sets_off(x + there_and_back, y, TIMES, SQUARE) is None


def test_what_jumps_or_slows_down_goes_no_way() -> None:
    x, y = way("still", WIDE)
    assert sets_off(x, y + 0.3 * (TIMES > 1), TIMES, WIDE) is None
    assert sets_off(x + 0.8 * (TIMES / 2) ** 3, y, TIMES, WIDE) is None
