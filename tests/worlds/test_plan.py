"""A plan says at each token's place what the scene says of the whole clip."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minisora.worlds import digits
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.motion import pack, pose
from minisora.worlds.plan import (
    CODE,
    NUMBERS,
    PLACE,
    STEP,
    TURN,
    numbers_of,
    paths,
    plan_of,
    tracks_of,
)
from minisora.worlds.render import PALETTE
from minisora.worlds.scene import MOTIONS, SHAPES, Scene, SceneObject
from minisora.worlds.shapes import ShapesWorld

SHAPE, SECONDS = (5, 4, 4), 0.5


def parts(scene, shape: tuple[int, int, int] = SHAPE) -> dict[str, Tensor]:
    """The plan's numbers by name, each ``k t h w``."""
    return numbers_of(plan_of([scene], shape, SECONDS)[0])


def test_every_cell_near_an_object_points_to_it_in_every_picture() -> None:
    ball = SceneObject("circle", "red", "medium", "right", x=-0.2, y=0.1, speed=0.2)
    for rows, columns in ((4, 4), (3, 5), (6, 6)):
        plan, side = parts(Scene((ball,)), (5, rows, columns)), min(rows, columns)
        column = torch.arange(columns) + 0.5 - columns / 2
        row = (torch.arange(rows) + 0.5 - rows / 2)[:, None]
        near = plan["near"][0] > 0
        assert near.any(-1).any(-1).all() and not near.all()
        for t in range(5):
            x, y = ((PLACE * plan["place"][i, t] + at) / side for i, at in enumerate((column, row)))
            torch.testing.assert_close(x[near[t]], torch.full_like(x[near[t]], -0.2 + 0.2 * t * SECONDS))
            torch.testing.assert_close(y[near[t]], torch.full_like(y[near[t]], 0.1))
        step = 0.2 * side * SECONDS / 4 / STEP
        torch.testing.assert_close(plan["step"][:4, near], torch.full((4, int(near.sum())), step), atol=1e-3, rtol=0)
        torch.testing.assert_close(plan["step"][4:, near], torch.zeros(4, int(near.sum())))
        assert all((value[:, ~near] == 0).all() for name, value in plan.items() if name != "near")


def test_steps_lead_from_each_picture_to_the_next() -> None:
    scenes = ShapesWorld(motions=("bounces", "orbits"), counts=(1.0,), moving_camera=0.0).sample(
        8, generator=torch.Generator().manual_seed(0)
    )
    for scene in scenes:
        plan, track = parts(scene), pose(pack([scene]), torch.arange(18) / 8)
        for t in range(1, 5):
            row, column = (plan["near"][0, t] > 0).nonzero()[0].tolist()
            for steps, true in ((plan["step"][:4], track.x[0, 0]), (plan["step"][4:], track.y[0, 0])):
                pictures = torch.arange(4 * t - 3, 4 * t + 1)
                expected = (true[pictures + 1] - true[pictures]) * 4 / STEP
                torch.testing.assert_close(steps[:, t, row, column], expected, atol=1e-4, rtol=0)


def test_the_paths_of_the_cells_are_those_of_the_object() -> None:
    motions = ("bounces", "orbits", "up-left", "still")
    scenes = ShapesWorld(motions=motions, counts=(1.0,), moving_camera=0.0).sample(
        12, generator=torch.Generator().manual_seed(1)
    )
    for rows, columns in ((4, 4), (3, 5)):
        for scene, plan in zip(scenes, plan_of(scenes, (5, rows, columns), SECONDS), strict=True):
            near, way = numbers_of(plan)["near"][0] > 0, paths(plan)
            track = pose(pack([scene]), torch.arange(17) / 8)
            for t in range(1, 5):
                pictures = slice(4 * t - 3, 4 * t + 1)
                true = min(rows, columns) * torch.stack([track.x[0, 0, pictures], track.y[0, 0, pictures]])
                cells = way[:, :, t, near[t]]
                torch.testing.assert_close(cells, true[..., None].expand_as(cells), atol=1e-4, rtol=0)


def test_a_cell_knows_what_is_there() -> None:
    left = SceneObject("star", "blue", "small", "still", x=-0.3, y=-0.3)
    right = SceneObject("ring", "yellow", "large", "still", x=0.2, y=0.2)
    plan = parts(Scene((left, right)))
    for obj, cell in ((left, (0, 0)), (right, (2, 2))):
        here = {name: value[(slice(None), 0, *cell)] for name, value in plan.items()}
        assert int((CODE @ here["shape"]).argmax()) == SHAPES.index(obj.shape)
        assert int((CODE @ here["motion"]).argmax()) == MOTIONS.index(obj.motion)
        torch.testing.assert_close(here["colour"], 2 * torch.tensor(PALETTE[obj.colour]) - 1)
    assert plan["size"][0, 0, 0, 0] < plan["size"][0, 0, 2, 2]


def test_what_blinks_or_turns_does_so_picture_by_picture() -> None:
    times = (torch.arange(5)[:, None] * SECONDS - torch.arange(3, -1, -1) / 8).clamp(min=0)
    lamp = SceneObject("ring", "white", "large", "blinks", speed=1.1, phase=0.3)
    visible = 2 * pose(pack([Scene((lamp,))]), times.flatten()).opacity[0, 0].view(5, 4) - 1
    assert len(visible.unique()) == 2
    torch.testing.assert_close(parts(Scene((lamp,)))["visible"][:, :, 1, 1].T, visible)
    wheel = SceneObject("square", "green", "medium", "spins", speed=0.15)
    cos, sin, change = parts(Scene((wheel,)))["turn"][:, :, 1, 1]
    angle = 2 * torch.pi * 0.15 * torch.arange(5) * SECONDS
    torch.testing.assert_close(torch.stack([cos, sin]), torch.stack([angle.cos(), angle.sin()]))
    torch.testing.assert_close(change, torch.full((5,), 2 * torch.pi * 0.15 / 8 / TURN))


def test_digits_are_planned_where_they_are_drawn() -> None:
    scenes = DigitsWorld(counts=(1.0,)).sample(6, generator=torch.Generator().manual_seed(0))
    video = digits.render(scenes, frames=17, height=64, width=64).amax(1) > 0
    for scene, clip in zip(scenes, video, strict=True):
        plan = parts(scene)
        (digit,) = scene.objects
        t, (row, column) = 3, (plan["near"][0, 3] > 0).nonzero()[0].tolist()
        assert int((CODE @ plan["shape"][:, t, row, column]).argmax()) == len(SHAPES) + digit.digit
        x, y = (PLACE * plan["place"][:, t, row, column] + torch.tensor([column, row]) + 0.5) * 16
        ink = clip[4 * t].nonzero().float()
        assert ink[:, 0].min() < y < ink[:, 0].max() and ink[:, 1].min() < x < ink[:, 1].max()


def test_codes_are_told_apart_through_noise() -> None:
    differ = (CODE[:, None] != CODE).sum(-1)
    assert len(CODE) == len(SHAPES) + 10 and differ.fill_diagonal_(8).min() >= 4


def test_numbers_have_a_variance_near_one() -> None:
    scenes = ShapesWorld().sample(64, generator=torch.Generator().manual_seed(0))
    plan = plan_of(scenes, SHAPE, SECONDS)
    assert plan.shape == (64, NUMBERS, *SHAPE) and 0.7 < plan.std() < 1.3
    torch.testing.assert_close(plan_of(scenes[5:6], SHAPE, SECONDS), plan[5:6])  # whatever else is in the batch


@pytest.mark.parametrize("frames", [1, 3, 9])
def test_a_shorter_clip_has_the_beginning_of_the_plan(frames: int) -> None:
    scenes = ShapesWorld().sample(3, generator=torch.Generator().manual_seed(1))
    longer = plan_of(scenes, (9, 4, 4), SECONDS)
    torch.testing.assert_close(plan_of(scenes, (frames, 4, 4), SECONDS), longer[:, :, :frames])


def test_a_path_is_nearer_than_its_places() -> None:
    """All numbers are equally wrong, as a planner's are; steps are the finer measure, and so they count for more."""
    dice = torch.Generator().manual_seed(3)
    scenes = ShapesWorld(motions=("bounces", "orbits"), counts=(1.0,), moving_camera=0.0).sample(60, generator=dice)
    plans = plan_of(scenes, SHAPE, SECONDS)
    # Cells of one plan err alike: by one number for each latent frame.
    noisy = plans + 0.5 * torch.randn(*plans.shape[:3], 1, 1, generator=dice) * (plans != 0)
    noisy[:, 0] = plans[:, 0]
    places = (paths(noisy) - paths(plans))[:, :, -1][(plans[:, :1] > 0).expand(-1, 2, -1, -1, -1)] / SHAPE[1]
    (now, _), (true, _) = tracks_of(noisy), tracks_of(plans)
    path = torch.stack([now.x - true.x, now.y - true.y])
    assert path.square().mean().sqrt() < 0.75 * places.square().mean().sqrt()


def test_what_blinks_keeps_one_rhythm() -> None:
    """Each picture's own word for whether the thing is seen is often wrong, and all of them together hardly ever."""
    dice = torch.Generator().manual_seed(4)
    world = ShapesWorld(motions=("blinks",), counts=(1.0,), moving_camera=0.0, occlusion=0.0)
    plans = plan_of(world.sample(60, generator=dice), SHAPE, SECONDS)
    (true, _) = tracks_of(plans)
    noisy = plans + torch.randn(*plans.shape[:3], 1, 1, generator=dice) * (plans != 0)
    noisy[:, 0] = plans[:, 0]
    (now, _), alone = tracks_of(noisy), numbers_of(noisy)["visible"].where(plans[:, :1] > 0, 0).sum((-2, -1)) > 0
    alone = alone.transpose(1, 2).flatten(1).float()
    wrong, wrong_alone = ((each != true.visible[:, 0]).float().mean() for each in (now.visible[:, 0], alone))
    assert wrong < 0.5 * wrong_alone and wrong < 0.06


def test_only_what_blinks_comes_and_goes() -> None:
    scenes = ShapesWorld(motions=("bounces",), counts=(1.0,), moving_camera=0.0).sample(
        8, generator=torch.Generator().manual_seed(5)
    )
    plans = plan_of(scenes, SHAPE, SECONDS)
    plans[:, 11:15:3] = -plans[:, 11:15:3]  # in some pictures of each latent frame it is not seen
    assert (numbers_of(plans)["visible"] < 0).any()
    assert (tracks_of(plans)[0].visible == 1).all()
