"""The plate is in its corner, nowhere else, in every frame, and breathes."""

from __future__ import annotations

from typing import get_args

import pytest
import torch

from minisora.errors import UserError
from minisora.marks.visible import FAINT, STRONG, Corner, opacity, stamp


@pytest.mark.parametrize("size", [(48, 80), (64, 64), (96, 96), (17, 33)])
@pytest.mark.parametrize("corner", get_args(Corner))
def test_only_one_corner_changes(size: tuple[int, int], corner: Corner) -> None:
    height, width = size
    clip = torch.full((3, 9, height, width), 0.25)
    changed = (stamp(clip, corner=corner) - clip).abs().amax(0) > 1e-6
    assert changed.flatten(1).any(1).all()
    rows, columns = torch.nonzero(changed.any(0), as_tuple=True)
    assert ((rows < height / 2) if corner.startswith("top") else (rows >= height / 2)).all()
    assert ((columns < width / 2) if corner.endswith("left") else (columns >= width / 2)).all()
    assert 0.01 < float(changed.any(0).float().mean()) < 0.2


def test_letters_are_seen_on_white_and_on_black() -> None:
    for level in (-1.0, 1.0):
        stamped = stamp(torch.full((3, 9, 64, 64), level))[0, :, 45:, 45:]
        assert (stamped.flatten(1).amax(1) - stamped.flatten(1).amin(1)).min() > 2 * FAINT - 0.3


def test_it_breathes_and_is_never_gone() -> None:
    seen = opacity(torch.arange(100) / 8)
    assert float(seen.min()) == pytest.approx(FAINT, abs=1e-6) and float(seen.max()) == pytest.approx(STRONG, abs=1e-6)


def test_levels_stay_in_their_range_and_nonsense_is_refused() -> None:
    assert stamp(torch.ones(3, 3, 64, 64)).abs().max() <= 1
    with pytest.raises(UserError, match="must be one of top left"):
        stamp(torch.ones(3, 3, 64, 64), corner="middle")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="must be 3 t h w"):
        stamp(torch.ones(3, 64, 64))
