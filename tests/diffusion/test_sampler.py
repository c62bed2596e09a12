"""The one sampler: what it hands to a velocity, and the times that it follows."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from minisora.diffusion import STRAIGHT, karras_grid, sample, sdedit, staggered, time_grid, watch_x0
from minisora.diffusion.gaussian import drifting_clouds
from minisora.errors import UserError


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=50, deadline=None)
@given(n=st.integers(1, 200), shift=st.floats(0.05, 20))
def test_time_grid_falls_from_1_to_0(n: int, shift: float):
    times = time_grid(n, shift=shift)
    assert times.shape == (n + 1,) and times[0] == 1 and times[-1] == 0
    assert (times.diff() < 0).all()


def test_larger_shifts_stay_longer_in_noise():
    assert (time_grid(10, shift=3.0)[1:-1] > time_grid(10)[1:-1]).all()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: time_grid(0),
        lambda: time_grid(-3),
        *(partial(time_grid, 5, shift=shift) for shift in (0.0, -1.0, math.nan, math.inf, 2**70)),
        lambda: karras_grid(0),
    ],
)
def test_impossible_grids_are_refused_in_one_line(ask):
    with pytest.raises(UserError) as error:
        ask()
    assert "\n" not in str(error.value)


def test_karras_grid_crowds_near_the_clip():
    times = karras_grid(18)
    assert times.shape == (19,) and times[0] == 1 and times[-1] == 0
    assert (times.diff() < 0).all() and (times.diff().diff() > 0).all()


def test_a_velocity_is_told_the_time_of_every_token():
    seen: list[Tensor] = []

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        seen.append(t)
        return torch.zeros_like(x)

    free = torch.tensor([0.0, 1.0, 0.5]).view(3, 1, 1)
    sample(velocity, randn(2, 4, 3, 2, 2), time_grid(4), free=free)
    assert len(seen) == 4 and all(t.shape == (2, 1, 3, 2, 2) for t in seen)
    assert [t[0, 0, :, 0, 0].tolist() for t in seen] == [[0, t, t / 2] for t in (1, 0.75, 0.5, 0.25)]

    seen.clear()
    sample(velocity, randn(5, 2), time_grid(1))  # points on a plane
    assert seen[0].shape == (5, 1)


def test_one_euler_step_of_the_straight_path_is_the_whole_way():
    x0, noise = randn(2, 2, 3, 4, 2, 2)
    torch.testing.assert_close(sample(lambda x, t: noise - x0, noise, time_grid(1)), x0)


def test_samples_without_building_a_graph_and_leaves_its_input_alone():
    weight = torch.ones((), requires_grad=True)
    x = randn(1, 1, 2, 2, 2)
    before = x.clone()
    made = sample(lambda x, t: weight * x, x, time_grid(3))
    assert not made.requires_grad and torch.equal(x, before) and not torch.equal(made, x)


def test_the_way_back_is_the_same_way():
    """Times that rise carry a clip to its noise."""
    world = drifting_clouds(torch.zeros(1, 2, 2, 2, dtype=torch.float64))
    noise = randn(2, 1, 2, 2, 2).double()
    clip = sample(world.velocity, noise, time_grid(500))
    torch.testing.assert_close(sample(world.velocity, clip, time_grid(500).flip(0)), noise, rtol=0, atol=0.02)


def test_watch_is_told_every_step():
    seen: list[tuple[int, Tensor]] = []
    made = sample(lambda x, t: x, randn(1, 1, 1, 2, 2), time_grid(5), watch=lambda i, x: seen.append((i, x)))
    assert [i for i, _ in seen] == [1, 2, 3, 4, 5]
    assert torch.equal(seen[-1][1], made)


def test_watch_x0_shows_what_the_network_believes_in():
    x0, noise = randn(2, 1, 1, 2, 2, 2)
    seen: list[Tensor] = []
    velocity = watch_x0(lambda x, t: noise - x0, lambda clip, t: seen.append(clip))
    sample(velocity, noise, time_grid(4))
    assert len(seen) == 4
    for clip in seen:
        torch.testing.assert_close(clip, x0)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 12), frames=st.integers(1, 6), delay=st.integers(0, 15))
def test_staggered_clocks_all_go_the_whole_way(n: int, frames: int, delay: int):
    times = staggered(time_grid(n), frames, delay=delay)
    assert times.shape == (n + 1 + delay * (frames - 1), frames)
    assert (times[0] == 1).all() and (times[-1] == 0).all()
    assert (times.diff(dim=0) <= 0).all() and (times.diff(dim=1) >= 0).all()
    for frame in range(frames):
        assert torch.equal(times[frame * delay : frame * delay + n + 1, frame], time_grid(n))


def test_staggered_from_all_together_to_one_after_the_other():
    together = staggered(time_grid(4), 3, delay=0)
    assert torch.equal(together, time_grid(4)[:, None].expand(5, 3))
    x, world = randn(1, 1, 3, 2, 2), drifting_clouds(torch.zeros(1, 3, 2, 2))
    assert torch.equal(sample(world.velocity, x, together), sample(world.velocity, x, time_grid(4)))
    alone = staggered(time_grid(4), 3, delay=4)
    assert ((alone > 0) & (alone < 1)).sum(1).max() == 1


def test_sdedit_starts_on_the_way():
    clip, noise = randn(2, 1, 2, 3, 2, 2)
    times = time_grid(10)
    x, late = sdedit(clip, noise, times, strength=0.55)
    assert torch.equal(late, times[5:])
    torch.testing.assert_close(x, STRAIGHT.add_noise(clip, noise, torch.tensor(0.5)))
    assert torch.equal(sdedit(clip, noise, times, strength=1.0)[0], noise)
    x, late = sdedit(clip, noise, times, strength=0.0)
    assert torch.equal(sample(lambda x, t: x, x, late), clip)
    with pytest.raises(UserError, match=r"strength 1\.5"):
        sdedit(clip, noise, times, strength=1.5)
