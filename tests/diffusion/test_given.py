"""Each task is two arguments for the one sampler, and training meets the same masks."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from minisora.diffusion import (
    STRAIGHT,
    Given,
    GivenMix,
    animate,
    connect,
    extend,
    inpaint,
    keyframes,
    loop,
    outpaint,
    prepend,
    random_given,
    sample,
    text_to_video,
    time_grid,
    velocity_loss,
)
from minisora.errors import UserError

NOISE = torch.randn(2, 3, 5, 4, 4, generator=torch.Generator().manual_seed(0))
CLIP = torch.randn(2, 3, 5, 4, 4, generator=torch.Generator().manual_seed(1))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def frames_given(task: Given) -> list[int]:
    """Which latent frames are given as a whole."""
    assert task.free.shape == (2, 1, 5, 1, 1)
    return (task.free[0, 0, :, 0, 0] == 0).nonzero().flatten().tolist()


TASKS = {
    "text_to_video": (text_to_video(NOISE), []),
    "animate": (animate(NOISE, CLIP[:, :, :1]), [0]),
    "extend": (extend(NOISE, CLIP[:, :, :3]), [0, 1, 2]),
    "prepend": (prepend(NOISE, CLIP[:, :, 3:]), [3, 4]),
    "connect": (connect(NOISE, CLIP[:, :, :2], CLIP[:, :, 4:]), [0, 1, 4]),
    "keyframes": (keyframes(NOISE, CLIP, [1, 3]), [1, 3]),
}


@pytest.mark.parametrize("name", TASKS)
def test_given_frames_hold_the_clip_and_the_others_noise(name: str):
    task, expected = TASKS[name]
    assert frames_given(task) == expected
    assert torch.equal(task.x, torch.where(task.free > 0, NOISE, CLIP))


@pytest.mark.parametrize("name", TASKS)
def test_one_sampler_serves_them_all(name: str):
    (x, free), _ = TASKS[name]
    made = sample(lambda x, t: torch.sin(3 * x) + 1, x, time_grid(4), free=free)
    same = (made == x).flatten(3).all(-1).all(0).all(0)
    assert same.nonzero().flatten().tolist() == TASKS[name][1]


def test_loop_ends_as_it_begins():
    x, free = loop(NOISE, CLIP[:, :, :1])
    assert torch.equal(x[:, :, 0], x[:, :, -1]) and frames_given(Given(x, free)) == [0, 4]
    x, _ = loop(NOISE, CLIP[:, :, :1], CLIP[:, :, 2:3])
    assert torch.equal(x[:, :, 0], CLIP[:, :, 0]) and torch.equal(x[:, :, -1], CLIP[:, :, 2])


def test_inpaint_keeps_all_but_the_hole():
    hole = torch.zeros(1, 1, 1, 4, 4)
    hole[..., 2:] = 1
    x, free = inpaint(NOISE, CLIP, hole)
    assert torch.equal(x[..., :2], CLIP[..., :2]) and torch.equal(x[..., 2:], NOISE[..., 2:])
    made = sample(lambda x, t: torch.sin(3 * x) + 1, x, time_grid(4), free=free)
    assert torch.equal(made[..., :2], CLIP[..., :2]) and not (made[..., 2:] == x[..., 2:]).any()


def test_a_soft_hole_starts_half_way():
    x, free = inpaint(NOISE, CLIP, torch.full((1, 1, 1, 4, 4), 0.5))
    torch.testing.assert_close(x, STRAIGHT.add_noise(CLIP, NOISE, torch.tensor(0.5)))
    exact = sample(lambda x, t: NOISE - CLIP, x, time_grid(8), free=free)
    torch.testing.assert_close(exact, CLIP)


def test_outpaint_places_a_clip_in_a_larger_frame():
    small = CLIP[..., :2, :3]
    x, free = outpaint(NOISE, small, top=1, left=0)
    assert torch.equal(x[..., 1:3, :3], small) and (free[..., 1:3, :3] == 0).all()
    assert free.shape == (2, 1, 5, 4, 4) and free.sum() == 2 * 5 * (16 - 6)
    assert torch.equal(torch.where(free > 0, x, NOISE), NOISE)


def test_a_batch_of_one_serves_all_rows():
    x, _ = animate(NOISE, CLIP[:1, :, :1])
    assert torch.equal(x[:, :, 0], CLIP[:1, :, 0].expand(2, -1, -1, -1))


def test_tasks_leave_the_noise_alone():
    before = NOISE.clone()
    extend(NOISE, CLIP[:, :, :3])
    outpaint(NOISE, CLIP[..., :2, :2], top=0, left=0)
    assert torch.equal(NOISE, before)


@pytest.mark.parametrize(
    ("ask", "names"),
    [
        (lambda: extend(NOISE, CLIP), "5 latent frames given of 5"),
        (lambda: connect(NOISE, CLIP[:, :, :3], CLIP[:, :, 3:]), "5 latent frames given of 5"),
        (lambda: outpaint(NOISE, CLIP, top=1, left=0), "4x4 latent pixels at top 1, left 0"),
        (lambda: outpaint(NOISE, CLIP[..., :2, :2], top=-1, left=0), "top -1"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(ask, names: str):
    with pytest.raises(UserError, match=names) as error:
        ask()
    assert "\n" not in str(error.value) and "—" in str(error.value)


# --- The masks of training ---


def kind_of(free: Tensor) -> str:
    given = (free == 0).tolist()
    length = sum(given)
    if not any(given):
        return "whole"
    if all(given[:length]):
        return "prefix" if length > 1 else "first"
    if all(given[-length:]):
        return "suffix"
    return "ends" if given == [True] + [False] * (len(given) - 2) + [True] else "scattered"


def only(name: str) -> GivenMix:
    nothing = dict.fromkeys(("whole", "first", "prefix", "suffix", "ends", "scattered"), 0.0)
    return GivenMix(**{**nothing, name: 1.0})


def test_shares_are_as_stated():
    mix = GivenMix(whole=0.5, first=0.2, prefix=0.0, suffix=0.2, ends=0.1, scattered=0.0)
    free = random_given(20_000, 9, generator=generator(), mix=mix)[:, 0, :, 0, 0]
    kinds = [kind_of(row) for row in free]
    shares = {kind: kinds.count(kind) / len(kinds) for kind in set(kinds)}
    assert shares == {
        kind: pytest.approx(share, abs=0.012)
        for kind, share in {"whole": 0.5, "first": 0.2, "suffix": 0.2, "ends": 0.1}.items()
    }


def test_prefixes_and_suffixes_have_every_length():
    for name in ("prefix", "suffix"):
        free = random_given(4000, 6, generator=generator(), mix=only(name))[:, 0, :, 0, 0]
        given = (6 - free.sum(1)).long()
        assert set(given.tolist()) == {1, 2, 3, 4, 5}
        assert (torch.bincount(given)[1:] / 4000 - 0.2).abs().max() < 0.03
        order = free.diff(dim=1)
        assert (order >= 0).all() if name == "prefix" else (order <= 0).all()


def test_scattered_frames_are_everywhere():
    free = random_given(4000, 6, generator=generator(), mix=only("scattered"))[:, 0, :, 0, 0]
    assert ((1 - free).mean(0) - (1 - free).mean()).abs().max() < 0.03
    assert 0.3 < (1 - free).mean() < 0.4  # a share drawn evenly, but never all of them


@settings(max_examples=40, deadline=None)
@given(batch=st.integers(1, 8), frames=st.integers(1, 9), seed=st.integers(0, 1000))
def test_something_is_always_left_to_learn(batch: int, frames: int, seed: int):
    free = random_given(batch, frames, generator=generator(seed))
    assert free.shape == (batch, 1, frames, 1, 1) and ((free == 0) | (free == 1)).all()
    assert (free.sum(2) > 0).all()
    assert torch.equal(free, random_given(batch, frames, generator=generator(seed)))


@pytest.mark.parametrize("name", ["whole", "first", "prefix", "suffix", "ends", "scattered"])
def test_images_are_learnt_whole(name: str):
    assert (random_given(16, 1, generator=generator(), mix=only(name)) == 1).all()


def test_masks_fit_the_loss():
    free = random_given(2, 5, generator=generator())
    assert velocity_loss(lambda x, t: torch.zeros_like(x), CLIP, generator=generator(), free=free).isfinite()
