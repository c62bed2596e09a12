"""Of what is given beside a hole things are read, and the plan of the others goes into the hole."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import Tensor

from minisora import Pipeline, diffusion
from minisora.evaluation.beside import beside_given
from minisora.planning import CLEAR, Tracks
from minisora.worlds.claims import parse
from minisora.worlds.plan import PICTURES, track_of
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

RED = SceneObject("circle", "red", "small", "up", x=-0.3, y=0.2, speed=0.2)
BLUE = SceneObject("square", "blue", "small", "still", x=-0.1, y=-0.1)  # planned on the left, where nothing is free
WORDS = "a small red circle moves up and a small blue square stays still"


@pytest.fixture(scope="module")
def shipped() -> Pipeline:
    return Pipeline.load(device="cpu")


@pytest.fixture(scope="module")
def latents(shipped: Pipeline) -> Tensor:
    with torch.no_grad():
        return shipped.codec.encode(render([Scene((RED,))], frames=17, height=64, width=64))[0]


def right_half(latents: Tensor) -> Tensor:
    hole = torch.zeros(1, *latents.shape[1:])
    hole[..., 4:] = 1
    return hole


def places(tracks: Tracks, thing: int) -> Tensor:
    now = tracks[0]
    return torch.stack([now.x[0, thing], now.y[0, thing], now.radius[0, thing]])[:, PICTURES - 1 :]


@pytest.mark.parametrize("swapped", [False, True])
def test_what_is_seen_stays_and_the_other_goes_into_the_hole(shipped: Pipeline, latents: Tensor, swapped: bool) -> None:
    things = (RED, BLUE) if not swapped else (BLUE, RED)
    planned = tuple(
        SceneObject(t.shape, t.colour, t.size, t.motion, x=0.0, y=0.1 * i, speed=t.speed) for i, t in enumerate(things)
    )
    claims = parse(WORDS).objects[:: -1 if swapped else 1]
    noise = torch.where(right_half(latents) > 0, torch.randn(latents.shape), latents)  # what is free does not count
    direct = beside_given(shipped.codec, noise, right_half(latents), claims)
    assert direct is not None
    after = direct(track_of([Scene(planned)], (5, 4, 4), 0.5), (1.0, 1.0))
    truth = track_of([Scene((RED,))], (5, 4, 4), 0.5)
    red, blue = (places(after, things.index(each)) for each in (RED, BLUE))
    assert 64 * (red - places(truth, 0))[:2].abs().max() < 1.5
    x, y, radius = blue
    assert (x - radius).min() > -0.01 and (x + radius).max() < 0.51 and (y.abs() + radius).max() < 0.51
    assert (torch.hypot(x - red[0], y - red[1]) >= (CLEAR - 0.05) * (radius + red[2])).all()


def test_both_are_planned_where_a_part_of_every_frame_is_given(
    shipped: Pipeline, latents: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = []

    def keep(ways, shape):
        plans.extend(ways)
        raise StopIteration

    monkeypatch.setattr("minisora.pipeline.plans_written", keep)
    given = partial(diffusion.inpaint, clip=latents[None], hole=right_half(latents)[None])
    with pytest.raises(StopIteration):
        shipped.generate(WORDS, given=given)
    truth = track_of([Scene((RED,))], (5, 4, 4), 0.5)
    assert 64 * (places(plans[0], 0) - places(truth, 0))[:2].abs().max() < 1.5
    assert places(plans[0], 1)[0].min() > 0


def test_what_is_too_small_to_be_read_is_left_alone(shipped: Pipeline) -> None:
    small = torch.zeros(24, 1, 4, 4)
    assert beside_given(shipped.codec, small, torch.ones(1, 1, 4, 4), parse(WORDS).objects) is None
