"""What changes in a clip of one thing is measured, and what does not is not."""

import pytest
import torch

from minisora.evaluation.drift import drift
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject


def drawn(*, motion: str = "still", colour: str = "red", frames: int = 33, speed: float = 0.0) -> torch.Tensor:
    thing = SceneObject("circle", colour, "medium", motion, speed=speed)  # type: ignore[arg-type]
    return render([Scene((thing,))], frames=frames, height=64, width=64)[0]


def test_a_clip_that_stays_as_it_is_does_not_drift() -> None:
    assert drift(drawn())[:2] == pytest.approx((1, 0), abs=0.01)


def test_a_thing_that_shrinks_loses_area() -> None:
    found = drift(drawn(motion="shrinks", speed=0.2))
    assert found.area == pytest.approx(torch.exp(torch.tensor(-2 * 0.2 * 25 / 8)).item(), abs=0.05)
    assert found.colour < 0.05


def test_another_colour_and_a_cut_are_seen() -> None:
    cut = torch.cat([drawn()[:, :16], drawn(colour="blue")[:, 16:]], dim=1)
    found = drift(cut)
    assert found.colour > 0.5 and found.area == pytest.approx(1, abs=0.05)
    assert found.jump == pytest.approx(32, rel=0.01)  # one step of 32 changes anything
