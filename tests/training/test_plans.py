"""What is known of plans while a transformer learns to paint, and from which times it learns."""

from __future__ import annotations

import pytest
import torch

from minisora.training.data import Share
from minisora.training.modules import stratified_logit_normal
from minisora.training.plans import noisy_plan, some_unwritten
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.plan import Track, track_of


def test_plans_are_met_under_noise_or_not_at_all() -> None:
    plan = torch.full((400, 2, 1, 2, 2), 5.0)
    met = noisy_plan(plan, torch.Generator().manual_seed(0), most=0.3, dropout=0.25, share=Share())
    missing = (met == 0).flatten(1).all(1)
    assert 0.15 < missing.float().mean() < 0.35
    spread = (met[~missing] - 5).flatten(1).std(1)
    assert spread.min() < 0.05 and 0.25 < spread.max() < 0.6


def test_two_processes_draw_for_the_joint_batch() -> None:
    plan = torch.randn(8, 2, 1, 2, 2, generator=torch.Generator().manual_seed(1))

    def met(part: slice, share: Share) -> torch.Tensor:
        return noisy_plan(plan[part], torch.Generator().manual_seed(2), most=0.3, dropout=0.3, share=share)

    halves = [met(slice(4 * rank, 4 * rank + 4), Share(rank, 2)) for rank in (0, 1)]
    torch.testing.assert_close(torch.cat(halves), met(slice(0, 8), Share()))


def test_of_some_digits_it_is_not_told_how_they_are_written() -> None:
    scenes = DigitsWorld(counts=(1.0,)).sample(200, generator=torch.Generator().manual_seed(0))
    now, _ = track_of(scenes, (1, 4, 4), 0.5)

    def met(part: slice, share: Share) -> torch.Tensor:
        mine = Track(*(value[part] for value in now))
        return some_unwritten(mine, torch.Generator().manual_seed(2), dropout=0.25, share=share).ink

    ink = met(slice(0, 200), Share())
    missing = ~ink.flatten(1).any(1)
    assert 0.15 < missing.float().mean() < 0.35 and torch.equal(ink[~missing], now.ink[~missing])
    halves = [met(slice(100 * rank, 100 * rank + 100), Share(rank, 2)) for rank in (0, 1)]
    assert torch.equal(torch.cat(halves), ink)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.5, 1.0), (0.1, 0.4)])
def test_times_stay_in_their_range_and_keep_their_shape(low: float, high: float) -> None:
    times = stratified_logit_normal(4000, torch.Generator().manual_seed(0), mean=1.1, std=1.3, low=low, high=high)
    assert low <= times.min() and times.max() <= high
    whole = stratified_logit_normal(40000, torch.Generator().manual_seed(1), mean=1.1, std=1.3)
    inside = whole[(whole >= low) & (whole <= high)]
    torch.testing.assert_close(times.quantile(0.5), inside.quantile(0.5), atol=0.02, rtol=0)
