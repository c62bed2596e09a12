import torch

from minisora.model import coordinates
from minisora.model.rope import TEXT_AXES, VIDEO_AXES, apply_rope, rope_table


def turned(x, coords):
    return apply_rope(x, rope_table(coords, x.shape[-1], VIDEO_AXES))


def test_the_origin_is_the_identity():
    x = torch.randn(2, 5, 3, 32)
    assert torch.equal(turned(x, torch.zeros(2, 5, 3)), x)


def test_lengths_are_kept():
    x = torch.randn(1, 80, 4, 32)
    assert torch.allclose(turned(x, coordinates(5, 8, 8, 0.5)[None]).norm(dim=-1), x.norm(dim=-1), atol=1e-5)


def test_scores_depend_on_differences_only():
    query, key = torch.randn(2, 1, 80, 1, 32)
    coords = coordinates(5, 8, 8, 0.5)[None]
    here, elsewhere = [
        torch.einsum("bnhe,bmhe->bhnm", turned(query, moved), turned(key, moved))
        for moved in (coords, coords + torch.tensor([3.5, -2.0, 7.0]))
    ]
    assert torch.allclose(here, elsewhere, atol=1e-4)


def test_neighbours_are_told_apart_and_far_is_not_mistaken_for_near():
    x = torch.ones(1, 240, 1, 32)
    for axis, step in enumerate((0.5, 1.0, 1.0)):
        line = torch.zeros(1, 240, 3)
        line[0, :, axis] = torch.arange(240) * step
        same = torch.nn.functional.cosine_similarity(turned(x, line)[0, 1:, 0], x[0, 0, 0], dim=-1)
        assert same[0] < 0.98, "a neighbour looks like the token itself"
        assert same[:112].max() < 0.995, "a token far away looks like the token itself"


def test_words_have_one_axis():
    assert rope_table(torch.arange(7.0)[None, :, None], 32, TEXT_AXES).shape == (1, 7, 1, 16)
