"""The judge is right about drawn clips, and takes no mistake for the real thing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.evaluation.judge import compare, judge, read
from minisora.evaluation.judge_accuracy import CASES, clips, shares, spoil
from minisora.worlds.claims import ObjectClaim, Relation, claims_of
from minisora.worlds.render import render
from minisora.worlds.scene import COLOURS, MOTIONS, SHAPES, SIZES, Scene, SceneObject

DISC = SceneObject("circle", "red", "medium", "right", x=-0.2, y=-0.1, speed=0.2)
SQUARE = SceneObject("square", "cyan", "small", "still", x=0.1, y=0.3)


def draw(
    *objects: SceneObject, background: str = "black", frames: int = 17, size: tuple[int, int] = (64, 64)
) -> Tensor:
    scene = Scene(objects, background)  # type: ignore[arg-type]
    return render([scene], frames=frames, height=size[0], width=size[1])[0]


@pytest.mark.parametrize(("case", "n", "floor"), [(CASES[0], 60, 0.97), (CASES[1], 40, 0.95)], ids=["one", "two"])
def test_right_about_drawn_clips(case, n, floor):
    verdicts = [judge(clip, claims_of(scene)) for scene, clip in clips(case, n, seed=20)]
    assert shares(verdicts)["everything"] >= floor


@pytest.mark.parametrize("name", ["one, moving camera", "two, occluded", "one, blurred and noisy", "one, 9 frames"])
def test_right_in_hard_cases(name):
    case = next(case for case in CASES if case.name == name)
    verdicts = [judge(clip, claims_of(scene)) for scene, clip in clips(case, 12, seed=21)]
    assert shares(verdicts)["everything"] >= 0.9


def test_reads_what_there_is():
    reading = read(draw(DISC, SQUARE, background="sky"))
    seen = {(o.colour, o.shape, o.size, o.motion) for o in reading.objects}
    assert seen == {("red", "circle", "medium", "right"), ("cyan", "square", "small", "still")}
    assert (reading.background, reading.camera, reading.fronts) == ("sky", "static", frozenset())
    disc = next(o for o in reading.objects if o.shape == "circle")
    assert torch.allclose(disc.x, -0.2 + 0.2 * torch.arange(17) / 8, atol=0.003)
    assert torch.allclose(disc.y, torch.full((17,), -0.1), atol=0.003)
    assert torch.allclose(disc.radius, torch.full((17,), 0.19), atol=0.003)


@pytest.mark.parametrize("size", [(48, 48), (64, 96), (90, 70)])
def test_any_size(size):
    scene = Scene((DISC,), "navy")
    assert judge(draw(DISC, background="navy", size=size), claims_of(scene)).everything


@pytest.mark.parametrize(
    ("name", "values"), [("colour", COLOURS), ("shape", SHAPES), ("size", SIZES), ("motion", MOTIONS)]
)
def test_a_wrong_word_is_wrong(name, values):
    reading = read(draw(DISC))
    claims = claims_of(Scene((DISC,)))
    assert compare(reading, claims).everything
    for value in values:
        if value != getattr(DISC, name):
            verdict = compare(reading, replace(claims, objects=(replace(claims.objects[0], **{name: value}),)))
            assert not getattr(verdict, name) and not verdict.binding and not verdict.everything


def test_swapped_binding():
    claims = claims_of(Scene((DISC, SQUARE)))
    a, b = claims.objects
    swapped = replace(claims, objects=(replace(a, motion=b.motion), replace(b, motion=a.motion)), relations=())
    verdict = compare(read(draw(DISC, SQUARE)), swapped)
    assert verdict.count and verdict.colour and verdict.shape and verdict.size and verdict.motion
    assert not verdict.binding and not verdict.everything


def test_relations():
    a, b = replace(DISC, motion="still", speed=0.0, x=-0.2), replace(SQUARE, x=0.25, y=-0.1)
    claims = claims_of(Scene((a, b)))
    assert {r.kind for r in claims.relations} == {"left of", "right of"}
    reading = read(draw(a, b))
    assert compare(reading, claims).everything
    for kind in ("right of", "above", "below", "in front of"):
        assert not compare(reading, replace(claims, relations=(Relation(kind, 0, 1),))).relations


@pytest.mark.parametrize("order", [1, -1])
def test_in_front_of(order):
    a, b = replace(DISC, motion="still", speed=0.0, x=0.0), replace(SQUARE, x=0.15, y=0.0)
    reading = read(draw(*(a, b)[::order]))
    claims = replace(
        claims_of(Scene((a, b))), relations=(Relation("in front of", *((1, 0) if order == 1 else (0, 1))),)
    )
    assert compare(reading, claims).everything
    back = replace(claims.relations[0], a=claims.relations[0].b, b=claims.relations[0].a)
    assert not compare(reading, replace(claims, relations=(back,))).relations


@cache
def claimed_and_spoilt() -> dict[str, Tensor]:
    right, empty = draw(DISC), draw(replace(DISC, x=9.0))
    yellow, square = draw(replace(DISC, colour="yellow")), draw(replace(DISC, shape="square"))
    lower = draw(replace(DISC, y=0.3))
    late = torch.arange(17)[:, None, None] > 8
    fade = torch.linspace(0, 1, 17)[:, None, None]
    noise = torch.randn(right.shape, generator=torch.Generator().manual_seed(0))
    return {
        "another object": draw(DISC, SQUARE),
        "a pale ghost of another": torch.lerp(right, draw(DISC, SQUARE), 0.5),
        "an object for half of the time": torch.where(late, draw(DISC, SQUARE), right),
        "vanishes": torch.where(late, empty, right),
        "appears late": torch.where(late, right, empty),
        "changes colour": torch.lerp(right, yellow, fade),
        "changes shape": torch.where(late, square, right),
        "in two places at once": torch.lerp(right, lower, 0.5),
        "does not move": right[:, :1].expand_as(right),
        "moves backward": right.flip(1),
        "hops at random": right[:, torch.randperm(17, generator=torch.Generator().manual_seed(1))],
        "noise": noise.clamp(-1, 1),
        "half noise": right + 0.5 * noise,
        "black": torch.full_like(right, -1.0),
        "white": torch.full_like(right, 1.0),
        "empty": empty,
        "not a number": torch.full_like(right, torch.nan),
    }


@pytest.mark.parametrize("name", claimed_and_spoilt())
def test_spoilt_clips_are_never_right(name):
    assert not judge(claimed_and_spoilt()[name], claims_of(Scene((DISC,)))).everything


def test_small_flaws_are_forgiven():
    right, empty, generator = draw(DISC), draw(replace(DISC, x=9.0)), torch.Generator().manual_seed(3)
    stains = torch.randn(3, 5, 8, 8, generator=generator)
    stains = 0.1 * torch.nn.functional.interpolate(stains[None], size=right.shape[1:], mode="trilinear")[0]
    flawed = {
        "blurred": spoil(right, blur=1.0, noise=0.0, generator=generator),
        "noisy": spoil(right, blur=0.0, noise=0.08, generator=generator),
        "stained": right + stains,
        "a lighter background": right + 0.1,
        "a flat background": torch.where((right - empty).abs() > 0.03, right, empty.mean((1, 2, 3), keepdim=True)),
        "a trace of another": torch.lerp(right, draw(DISC, SQUARE), 0.1),
        "darker": 0.95 * (right + 1) - 1,
    }
    for name, clip in flawed.items():
        assert judge(clip, claims_of(Scene((DISC,)))).everything, name


def test_says_which_claim_fails():
    claims = claims_of(Scene((DISC,)))
    spoilt = claimed_and_spoilt()
    static = judge(spoilt["does not move"], claims)
    assert static.count and static.colour and static.shape and static.size and not static.motion
    extra = judge(spoilt["another object"], claims)
    assert extra.colour and extra.shape and extra.motion and extra.binding and not extra.count
    assert not judge(spoilt["changes colour"], claims).binding
    assert not judge(spoilt["changes shape"], claims).shape


def test_nothing_claimed_of_one_object():
    verdict = judge(
        draw(DISC), replace(claims_of(Scene((DISC,))), objects=(ObjectClaim(),), background=None, camera=None)
    )
    assert verdict.everything


@pytest.mark.parametrize("shape", [(3, 17, 64), (1, 17, 64, 64), (3, 8, 64, 64), (3, 17, 40, 64)])
def test_refuses_what_it_cannot_read(shape):
    with pytest.raises(UserError, match="judge"):
        read(torch.zeros(shape))
