"""The helper that reads the scene off the middle of the network."""

from __future__ import annotations

import pytest
import torch

from minisora.training.scene_head import SceneHead, scene_targets
from minisora.worlds.scene import Scene, SceneObject
from minisora.worlds.shapes import ShapesWorld

SHAPE = (5, 8, 8)


def targets(*objects: SceneObject, **scene: object) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of one scene, on the grid: ``t h w 6``, ``t h w``, ``t h w``."""
    numbers, near, covered = scene_targets([Scene(objects, **scene)], SHAPE, 0.5)  # type: ignore[arg-type]
    return numbers.view(*SHAPE, 6), near.view(SHAPE), covered.view(SHAPE)


def test_the_offset_is_zero_where_the_object_is() -> None:
    x = 2.5 / 8 - 0.5  # the middle of column 2, row 5
    numbers, near, covered = targets(SceneObject("circle", "red", "medium", "still", x, 5.5 / 8 - 0.5))
    torch.testing.assert_close(numbers[:, 5, 2, :2], torch.zeros(5, 2), atol=1e-5, rtol=0)
    torch.testing.assert_close(numbers[:, 5, 3, 0], torch.full((5,), 1 / 8 / 0.19))
    assert covered[:, 5, 2].all() and not covered[:, 0].any() and not near[:, 0].any()
    assert (near >= covered).all()
    assert numbers[..., 2:].abs().max() < 1e-5, "it stays still, and its size is medium"


@pytest.mark.parametrize(("motion", "sign"), [("right", 1), ("left", -1)])
def test_the_velocity_and_the_way_are_those_of_the_motion(motion: str, sign: int) -> None:
    numbers, _, covered = targets(SceneObject("star", "blue", "small", motion, -0.2 * sign, 0.0, speed=0.2))  # type: ignore[arg-type]
    torch.testing.assert_close(numbers[..., 2], torch.full(SHAPE, 0.6 * sign))
    columns = (covered * torch.arange(8.0)).sum((1, 2)) / covered.sum((1, 2))
    assert ((columns[1:] - columns[:-1]) * sign >= 0).all() and (columns[-1] - columns[0]) * sign > 1


def test_each_token_is_asked_about_the_object_that_is_nearest() -> None:
    numbers, _, _ = targets(
        SceneObject("circle", "red", "large", "still", -0.25, 0.0),
        SceneObject("circle", "red", "small", "still", 0.3, 0.0),
    )
    size = numbers[0, 4, :, 5] / 2  # the logarithm of the radius over that of a medium one
    assert size[1].exp() == pytest.approx(0.27 / 0.19, rel=1e-3) and size[6].exp() == pytest.approx(
        0.13 / 0.19, rel=1e-3
    )


def test_what_blinks_off_is_nowhere() -> None:
    _, near, _ = targets(SceneObject("ring", "white", "large", "blinks", 0.0, 0.0, speed=1.0, phase=0.5))
    assert near.amax((1, 2)).tolist() == [0, 0, 1, 0, 1]  # half a turn, then 0.75, 1.25, 1.75 and 2.25


def test_tokens_that_know_the_scene_have_less_loss_than_tokens_that_do_not() -> None:
    scenes = ShapesWorld().sample(8, generator=torch.Generator().manual_seed(0))
    numbers, near, covered = scene_targets(scenes, SHAPE, 0.5)
    head = SceneHead(7)
    blind = head(torch.zeros(8, 320, 7), scenes, SHAPE, 0.5)
    torch.nn.init.eye_(head.read.weight)
    knowing = head(torch.cat([numbers, 40 * (covered[..., None] - 0.5)], dim=-1), scenes, SHAPE, 0.5)
    assert knowing.item() < 1e-3 < 0.5 < blind.item()
    assert near.mean() < 0.6


def test_clips_without_a_scene_cost_nothing_and_still_give_every_weight_a_gradient() -> None:
    head = SceneHead(7)
    loss = head(torch.ones(2, 320, 7), [], SHAPE, 0.5)
    loss.backward()
    assert loss == 0 and all(p.grad is not None and (p.grad == 0).all() for p in head.parameters())
