"""What is given of a clip is read, and the clip's plan goes through it: measured on the shipped weights."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import Tensor

from minisora import Pipeline, diffusion
from minisora.edits.latents import as_beginning, as_ending
from minisora.evaluation.given import given_frames, places_in
from minisora.worlds.plan import PICTURES, Track
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

THINGS = (
    ("a small red circle moves right", SceneObject("circle", "red", "small", "right", x=-0.3, y=0.2, speed=0.22)),
    ("a small blue star stays still", SceneObject("star", "blue", "small", "still", x=0.25, y=-0.25)),
    ("a small green square moves up", SceneObject("square", "green", "small", "up", x=0.1, y=0.3, speed=0.25)),
)


@pytest.fixture(scope="module")
def shipped() -> Pipeline:
    return Pipeline.load(device="cpu")


def clip_of(thing: SceneObject) -> Tensor:
    return render([Scene((thing,))], frames=17, height=64, width=64)[0]


@pytest.mark.parametrize(("prompt", "thing"), THINGS)
def test_a_plan_goes_through_what_is_given(
    shipped: Pipeline, monkeypatch: pytest.MonkeyPatch, prompt: str, thing: SceneObject
) -> None:
    clip, plans = clip_of(thing), []
    prefix, suffix = as_beginning(shipped, clip[:, :5], 2), as_ending(shipped, clip[:, 13:], 1)
    monkeypatch.setattr("minisora.pipeline.plans_written", lambda ways, shape: plans.append(ways) or _nothing(shape))
    shipped.generate(prompt, steps=1, given=partial(diffusion.connect, prefix=prefix, suffix=suffix))
    now: Track = plans[0][0][0]
    truth = render_places(thing)
    off = 64 * torch.hypot(*(getattr(now, name)[0, 0, PICTURES - 1 :] - truth[name] for name in ("x", "y")))
    assert off[:5].max() < 1 and off[13:].max() < 1.5  # without it, 9 pixels of 64 in the mean
    assert off.max() < 4


def render_places(thing: SceneObject) -> dict[str, Tensor]:
    from minisora.worlds.motion import pack, pose

    there = pose(pack([Scene((thing,))]), torch.arange(17) / 8)
    return {"x": there.x[0, 0], "y": there.y[0, 0]}


def _nothing(shape: tuple[int, int, int]) -> Tensor:
    from minisora.worlds.sketch import TOLD

    return torch.zeros(1, TOLD, *shape)


def test_each_run_of_given_latents_is_read_in_its_place(shipped: Pipeline) -> None:
    clip = clip_of(THINGS[0][1])
    with torch.no_grad():
        latents = shipped.codec.encode(clip[None])[0]
    free = torch.ones(1, 5, 1, 1)
    free[:, [0, 1, 3]] = 0
    runs = list(given_frames(shipped.codec, latents, free))
    assert [numbers.tolist() for numbers, _ in runs] == [[0, 1, 2, 3, 4], [9, 10, 11, 12]]
    for numbers, frames in runs:  # the second without the past that it has in the clip
        assert (frames - clip[:, numbers]).abs().mean() < 0.03
    hole = torch.ones(1, 5, 8, 8)
    hole[..., :4] = 0
    assert list(given_frames(shipped.codec, latents, hole)) == []


def test_where_the_one_thing_is() -> None:
    clip, truth = clip_of(THINGS[0][1]), render_places(THINGS[0][1])
    for frames in (1, 4, 9):
        places = places_in(clip[:, :frames])
        assert places is not None and places.shape == (3, frames)
        torch.testing.assert_close(places[:2], torch.stack([truth["x"], truth["y"]])[:, :frames], atol=0.02, rtol=0)
        torch.testing.assert_close(places[2], torch.full((frames,), 0.13), atol=0.02, rtol=0)


def test_what_cannot_be_read_says_nothing() -> None:
    clip = clip_of(THINGS[0][1])
    assert places_in(clip[:, :, :32, :32]) is None
    assert places_in(torch.full((3, 4, 64, 64), -1.0)) is None
    both = render([Scene((THINGS[0][1], THINGS[1][1]))], frames=9, height=64, width=64)[0]
    assert places_in(both) is None
