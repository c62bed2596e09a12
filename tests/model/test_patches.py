import pytest
import torch

from minisora.errors import UserError
from minisora.model import coordinates, patchify, unpatchify


@pytest.mark.parametrize("shape", [(2, 3, 5, 8, 8), (1, 16, 1, 2, 4), (3, 4, 2, 6, 10)])
def test_unpatchify_undoes_patchify(shape):
    latents = torch.randn(shape)
    tokens = patchify(latents)
    b, c, t, h, w = shape
    assert tokens.shape == (b, t * h * w // 4, 4 * c)
    assert torch.equal(unpatchify(tokens, t, h, w), latents)


def test_a_token_holds_the_latents_at_its_coordinates():
    t, h, w = 3, 4, 6
    place = torch.stack(torch.meshgrid(torch.arange(t), torch.arange(h), torch.arange(w), indexing="ij"))
    tokens = patchify(place[None].float()).reshape(-1, 3, 4).mean(-1)  # mean frame, row, column of each patch
    where = coordinates(t, h, w, 0.5)
    assert torch.equal(where[:, 0], tokens[:, 0] * 0.5)
    assert torch.equal(where[:, 1], (tokens[:, 1] - (h - 1) / 2) / 2)
    assert torch.equal(where[:, 2], (tokens[:, 2] - (w - 1) / 2) / 2)


def test_the_middle_of_the_frame_is_zero_and_the_clip_starts_at_zero():
    where = coordinates(4, 6, 10, 0.25)
    assert where.shape == (4 * 3 * 5, 3)
    assert torch.allclose(where[:, 1:].mean(0), torch.zeros(2))
    assert where[:, 0].min() == 0 and where[:, 0].max() == 0.75


def test_odd_sizes_are_refused_with_a_way_out():
    with pytest.raises(UserError, match=r"5x8.*multiples of 2.*try 4x8"):
        patchify(torch.zeros(1, 1, 1, 5, 8))
    with pytest.raises(UserError, match="try 2x2"):
        coordinates(1, 1, 3, 0.5)
