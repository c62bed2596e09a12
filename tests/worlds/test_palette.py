"""People with any of the three kinds of dichromacy can tell every two colours apart.

Simulation: G. Machado, M. Oliveira, L. Fernandes, "A Physiologically-based Model for Simulation of Color Vision
Deficiency", IEEE TVCG 2009, the published matrices for severity 1.0, in linear RGB. Distance: CIE 1976 L*a*b*, D65.
"""

import itertools

import pytest
import torch
from torch import Tensor

from minisora.worlds.render import PALETTE, PLAIN

VISION = {
    "everybody": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = torch.tensor(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(colours: list[tuple[float, float, float]], vision: str) -> Tensor:
    """sRGB in [0, 1] to L*a*b* as seen with ``vision``: ``n 3``."""
    srgb = torch.tensor(colours)
    linear = torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = (linear @ torch.tensor(VISION[vision]).T).clamp(0, 1)
    relative = seen @ XYZ.T / XYZ.sum(1)
    f = torch.where(
        relative > (6 / 29) ** 3, relative.clamp(min=1e-9) ** (1 / 3), relative / (3 * (6 / 29) ** 2) + 4 / 29
    )
    x, y, z = f.unbind(-1)
    return torch.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), -1)


def test_the_conversion_agrees_with_the_standard():
    torch.testing.assert_close(
        lab([(1.0, 1.0, 1.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)], "everybody"),
        torch.tensor([[100.0, 0.0, 0.0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86]]),
        atol=0.05,
        rtol=0,
    )


@pytest.mark.parametrize("vision", VISION)
def test_every_two_colours_are_far_apart(vision: str):
    seen = dict(zip(PALETTE, lab(list(PALETTE.values()), vision), strict=True))
    for a, b in itertools.combinations(PALETTE, 2):
        assert (seen[a] - seen[b]).norm() >= 15, (a, b)


@pytest.mark.parametrize("vision", VISION)
def test_every_colour_stands_out_from_the_plain_backgrounds(vision: str):
    objects, grounds = lab(list(PALETTE.values()), vision), lab(list(PLAIN.values()), vision)
    assert torch.cdist(objects, grounds).min() >= 15
