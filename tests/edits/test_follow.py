"""What the words name goes where the things of another clip go."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from minisora import Pipeline, edits
from minisora.edits.follow import after
from minisora.errors import UserError
from minisora.evaluation.ways import ways_in
from minisora.planning import tracks
from minisora.worlds.plan import plan_of
from minisora.worlds.render import render
from minisora.worlds.scene import MOTIONS, Scene, SceneObject
from tests.conftest import planned

BOUNCING = SceneObject("square", "red", "medium", "bounces", x=0.0, y=0.2, speed=0.5)
BLINKING = SceneObject("circle", "green", "large", "blinks", x=0.1, y=0.0, speed=1.0)
LEFT, RIGHT = (SceneObject("star", "white", "medium", "still", x=x, y=0.0) for x in (-0.25, 0.25))


def drawn(*things: SceneObject) -> Tensor:
    return render([Scene(things, "navy")], frames=17, height=64, width=64)[0]


@pytest.mark.parametrize("thing", [BOUNCING, BLINKING])
def test_the_way_is_that_of_the_scene(thing: SceneObject) -> None:
    (way,) = ways_in(drawn(thing))
    now, then = tracks([plan_of([Scene((thing,))], (5, 4, 4), 0.5)])
    ours, later = after([way])((now, then), (1.0, 1.0))
    seen = now.visible[0, 0, 3:] > 0
    assert torch.equal(ours.visible[0, 0, 3:] > 0, seen)
    for name in ("x", "y", "radius"):
        for one, true in ((ours, now), (later, then)):
            apart = (getattr(one, name) - getattr(true, name))[0, 0, 3:-1][seen[:-1]].abs()
            assert apart.median() < 0.01 and apart.max() < 0.06, name
    assert [MOTIONS[int(each)] for each in ours.motion[0]] == [thing.motion]
    assert torch.equal(ours.kind, now.kind) and torch.equal(ours.colour, now.colour)  # those are the words' business


def test_things_are_named_from_left_to_right(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = planned(Pipeline.load(weights, device="cpu"))
    heard = []
    monkeypatch.setattr(sys.modules[after.__module__], "after", lambda ways: heard.append(ways) or after(ways))
    told: list[str] = []
    both = "a small red circle stays still and a small blue square stays still"
    clip = edits.follow(machine, drawn(RIGHT, LEFT), both, tell=told.append)
    assert clip.shape == (3, 17, 64, 64) and [math.copysign(1, float(way.x[0])) for way in heard[0]] == [-1, 1]
    edits.follow(machine, drawn(RIGHT, LEFT), "a red circle", tell=told.append)
    assert told == ["2 things in the clip: the largest 1 are followed"]


def test_what_cannot_be_followed(weights: Path) -> None:
    plain = Pipeline.load(weights, device="cpu")
    machine, quiet = planned(plain), {"tell": lambda line: None}
    with pytest.raises(UserError, match="names 2 things, and the clip shows 1: name one to 1"):
        edits.follow(machine, drawn(BOUNCING), "a red circle and a blue star", **quiet)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="names 0 things"):
        edits.follow(machine, drawn(BOUNCING), "a red blue circle", **quiet)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="the judge needs at least 9 frames"):
        edits.follow(machine, drawn(BOUNCING)[:, 0], "a red circle", **quiet)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="made without one"):
        edits.follow(plain, drawn(BOUNCING), "a red circle", **quiet)  # type: ignore[arg-type]
