"""Silhouettes say where something is, and nothing of what it is."""

from __future__ import annotations

import pytest
import torch

from minisora.diffusion import structure
from minisora.errors import UserError
from minisora.worlds.render import render
from minisora.worlds.scene import Colour, Scene, SceneObject

AWAY = SceneObject("circle", "red", "small", "still", x=9.0)


def drawn(*things: SceneObject) -> torch.Tensor:
    return render([Scene((AWAY, *things), "navy")], frames=5, height=48, width=64)


def test_only_the_thing_is_white_and_its_colour_does_not_matter():
    behind, shapes = drawn(), []
    colours: tuple[Colour, ...] = ("red", "white", "green")
    for colour in colours:
        clip = drawn(SceneObject("square", colour, "medium", "right", x=-0.3, speed=0.4))
        shapes.append(structure(clip, behind))
        changed = (clip != behind).any(dim=1)
        assert shapes[-1].shape == clip.shape and set(shapes[-1].unique().tolist()) == {-1.0, 1.0}
        assert not (shapes[-1][:, 0] > 0)[~changed].any()
        assert (shapes[-1][:, 0] > 0).sum() > 0.8 * changed.sum()
    apart = [(shapes[0] != other).float().mean() for other in shapes[1:]]
    assert max(apart) < 0.02  # the soft edge of a brighter thing is a little wider


def test_dark_things_count_and_one_picture_serves_as_backdrop_for_all_frames():
    behind = torch.full((1, 3, 1, 8, 8), 0.5)
    clip = behind.repeat(2, 1, 3, 1, 1)
    clip[1, 2, 1, 4, 4] = -0.5
    shape = structure(clip, behind)
    assert (shape == 1).nonzero().tolist() == [[1, c, 1, 4, 4] for c in range(3)]


def test_blur_keeps_what_is_even_and_each_frame_to_itself():
    clip = torch.zeros(1, 3, 3, 9, 11)
    clip[:, :, 1, :, :4] = 1  # a frame whose left part is a thing, up to the border
    soft = structure(clip, torch.zeros_like(clip), blur=2)
    assert (soft[:, :, [0, 2]] == -1).all()
    assert (soft[:, :, 1].diff(dim=-1) <= 1e-6).all() and 0 < soft[0, 0, 1, 4, 3] < 1
    torch.testing.assert_close(structure(clip + 1, clip, blur=3), torch.ones_like(clip))  # no dark border


def test_the_clip_is_left_alone_and_shares_no_memory_with_the_result():
    clip = torch.zeros(1, 3, 2, 8, 8)
    shape = structure(clip, clip)
    shape[:, 0] = 5
    assert (clip == 0).all() and (shape[:, 1:] == -1).all()


def test_a_negative_blur_is_refused():
    with pytest.raises(UserError, match="blur -1"):
        structure(torch.zeros(1, 3, 2, 8, 8), torch.zeros(1, 3, 2, 8, 8), blur=-1)
