"""What is planned can be had at another pace, or along another way; and the rest of it stays."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from minisora import Pipeline
from minisora.directing import Direct, along, length_of, paced, through
from minisora.errors import UserError
from minisora.planning import Tracks, tracks
from minisora.worlds.plan import plan_of
from minisora.worlds.scene import Scene, SceneObject
from tests.conftest import planned

FRAMES, SECONDS, SQUARE = 5, 0.5, (1.0, 1.0)
PROMPT = "a red circle moves right"


def what_happens(thing: SceneObject) -> Tracks:
    return tracks([plan_of([Scene((thing,))], (FRAMES, 4, 4), SECONDS)])


@pytest.mark.parametrize("pace", [0.5, 1.0, 1.5, 2.0])
@pytest.mark.parametrize(
    "thing",
    [
        SceneObject("circle", "red", "small", "right", x=-0.3, y=0.1, speed=0.1),
        SceneObject("star", "red", "small", "spins", x=0.1, y=0.0, speed=0.4),
    ],
)
def test_twice_the_pace_is_twice_the_speed(thing: SceneObject, pace: float) -> None:
    ours = paced(pace)(what_happens(thing), SQUARE)
    true = what_happens(replace(thing, speed=pace * thing.speed))
    for one, other in zip(ours, true, strict=True):
        torch.testing.assert_close(one.x, other.x, atol=1e-3, rtol=0)
        torch.testing.assert_close(one.radius, other.radius, atol=1e-3, rtol=0)
        torch.testing.assert_close(one.visible, other.visible)
        turned = torch.remainder(one.angle - other.angle + math.pi, 2 * math.pi) - math.pi
        torch.testing.assert_close(turned, torch.zeros_like(turned), atol=1e-2, rtol=0)


def test_what_would_leave_the_frame_begins_somewhere_else() -> None:
    before = what_happens(SceneObject("circle", "red", "small", "right", x=0.0, y=0.1, speed=0.15))
    now, then = paced(2.0)(before, SQUARE)
    assert (now.x + now.radius).max() == pytest.approx(0.5, abs=1e-4) and now.x[0, 0, 0] < before[0].x[0, 0, 0]
    torch.testing.assert_close(then.x[..., 3:-1], now.x[..., 4:])
    wide, _ = paced(2.0)(before, (2.0, 1.0))
    given, _ = paced(2.0, begun=True)(before, SQUARE)
    for there in (wide, given):  # there is room, or no choice
        assert there.x[0, 0, 0] == before[0].x[0, 0, 0]


def test_a_thing_goes_along_a_path_at_an_even_speed() -> None:
    now, then = along([(0.2, 0.8), (0.5, 0.8), (0.5, 0.2)])(
        what_happens(SceneObject("circle", "red", "small", "still")), SQUARE
    )
    x, y = now.x[0, 0, 3:], now.y[0, 0, 3:]
    assert (x[0], y[0]) == (pytest.approx(-0.3), pytest.approx(0.3))
    assert (x[-1], y[-1]) == (pytest.approx(0.0, abs=1e-6), pytest.approx(-0.3))
    steps = torch.hypot(then.x - now.x, then.y - now.y)[0, 0, 3:-1]
    corner = steps.argmin()  # is cut
    assert steps[corner] > 0.6 * steps.max()
    torch.testing.assert_close(steps[steps != steps[corner]], steps.max().expand(len(steps) - 1), atol=1e-5, rtol=0)
    torch.testing.assert_close(then.x[..., 3:-1], now.x[..., 4:])


def test_a_plan_is_bent_to_where_a_thing_was_seen() -> None:
    before = what_happens(SceneObject("circle", "red", "small", "right", x=-0.3, y=0.1, speed=0.1))
    seen = torch.tensor([0, 1, 2, 3, 4, 13, 14, 15, 16])
    # What it is like in a loop: it begins where it is planned, and is there again at the end.
    x, y, radius = (getattr(before[0], name)[0, 0, 3:][seen] for name in ("x", "y", "radius"))
    now, then = through(seen, torch.cat([x[:5] + 0.02, x[:4]]), y - 0.1, 1.5 * radius)(before, SQUARE)
    there, steps = now.x[0, 0, 3:], (then.x - now.x)[0, 0, 3:]
    torch.testing.assert_close(there[seen], torch.cat([x[:5] + 0.02, x[:4]]), atol=1e-4, rtol=0)
    torch.testing.assert_close(now.y, before[0].y - 0.1, atol=2e-3, rtol=0)
    torch.testing.assert_close(now.radius, 1.5 * before[0].radius, atol=2e-3, rtol=0)
    torch.testing.assert_close(then.x[..., 3:-1], now.x[..., 4:])
    torch.testing.assert_close(steps[4:13], steps[4:13].mean().expand(9), atol=1e-3, rtol=0)  # evenly back
    assert steps[4:13].sum() == pytest.approx(float(x[0] - x[4]) - 0.02, abs=1e-3)


def test_a_plan_goes_on_from_where_a_thing_was_seen() -> None:
    before = what_happens(SceneObject("circle", "red", "small", "right", x=-0.3, y=0.1, speed=0.1))
    now, _ = through(torch.tensor([0]), torch.tensor([0.1]), torch.tensor([-0.2]), torch.tensor([0.13]))(before, SQUARE)
    torch.testing.assert_close(now.x - now.x[..., :1], before[0].x - before[0].x[..., :1], atol=2e-3, rtol=0)
    assert (now.x[0, 0, 0], now.y[0, 0, 0]) == (pytest.approx(0.1), pytest.approx(-0.2))


def test_points_are_shares_of_whatever_frame_it_is() -> None:
    now, _ = along([(0.0, 0.0), (1.0, 1.0)])(what_happens(SceneObject("circle", "red", "small", "still")), (1.5, 1.0))
    assert now.x[0, 0, -1] == pytest.approx(0.75) and now.y[0, 0, -1] == pytest.approx(0.5)


def test_the_others_go_where_they_went() -> None:
    both = (
        SceneObject("circle", "red", "small", "still", x=-0.2),
        SceneObject("star", "blue", "small", "still", x=0.2),
    )
    before = tracks([plan_of([Scene((thing,))], (FRAMES, 4, 4), SECONDS) for thing in both])
    now, _ = along([(0.1, 0.1), (0.1, 0.9)], thing=1)(before, SQUARE)
    assert torch.equal(now.x[:, 0], before[0].x[:, 0]) and not torch.equal(now.x[:, 1], before[0].x[:, 1])
    assert torch.equal(now.radius, before[0].radius)
    with pytest.raises(UserError, match="thing 0 is to follow a path, but the sentence names 2"):
        along([(0.1, 0.1), (0.1, 0.9)], thing=-1)(before, SQUARE)
    with pytest.raises(UserError, match="thing 3 is to follow a path, but the sentence names 2"):
        along([(0.1, 0.1), (0.1, 0.9)], thing=2)(before, SQUARE)


def test_a_path_has_a_length() -> None:
    assert length_of([(0.2, 0.2), (0.8, 0.2), (0.8, 0.5)]) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ([], "two points or more"),
        ([(0.1, 0.2)], "two points or more"),
        ([(0.1, 0.2), (0.1, 1.2)], "must lie in the frame"),
        ([(0.1, 0.2), (math.nan, 0.2)], "must lie in the frame"),
        ([(0.1, 0.2), (0.1, 0.2)], "all its points are one"),
    ],
)
def test_what_is_no_path(path: list[tuple[float, float]], message: str) -> None:
    with pytest.raises(UserError, match=message):
        along(path)


def test_a_pipeline_paints_what_was_directed(pipeline: Pipeline) -> None:
    clip = pipeline.generate(PROMPT, seconds=1)
    slow = pipeline.generate(PROMPT, seconds=1, pace=0.5)
    led = pipeline.generate(PROMPT, seconds=1, direct=along([(0.2, 0.2), (0.8, 0.8)]))
    as_it_was = pipeline.generate(PROMPT, seconds=1, direct=lambda plan, _: plan)
    assert torch.equal(clip.frames, as_it_was.frames)
    assert not torch.allclose(clip.frames, slow.frames, atol=1e-3)
    assert not torch.allclose(clip.frames, led.frames, atol=1e-3)


def test_where_nothing_is_planned_nothing_can_be_directed(pipeline: Pipeline) -> None:
    way: Direct = along([(0.2, 0.2), (0.8, 0.8)])
    plain = Pipeline(pipeline.codec, pipeline.dit, pipeline.tokenizer, device="cpu")
    for machine, prompt in ((plain, PROMPT), (pipeline, "a red blue circle")):
        for asked in ({"pace": 2.0}, {"direct": way}):
            with pytest.raises(UserError, match="such a clip is made without one"):
                machine.generate(prompt, seconds=0.5, **asked)  # type: ignore[call-overload]
    for pace in (0.0, -1.0, 3.5, math.nan, math.inf):
        with pytest.raises(UserError, match=r"pace .*: must be from 0.25 to 3"):
            pipeline.generate(PROMPT, pace=pace)
    for pace in (0.0, math.nan, 2**70, -(2**70)):
        with pytest.raises(UserError, match=r"pace .*: must be from 0.25 to 3"):
            paced(pace)


@pytest.fixture(scope="module")
def pipeline(weights: Path) -> Pipeline:
    return planned(Pipeline.load(weights, device="cpu"))
