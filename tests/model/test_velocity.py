from dataclasses import replace

import pytest
import torch

from minisora.errors import UserError
from minisora.model import DiT, coordinates, patchify, unpatchify, video_velocity
from minisora.model.velocity import token_times

IDS = torch.tensor([[1, 5, 6, 7], [1, 8, 0, 0]])
SHAPE = (3, 4, 6)


def test_it_is_the_model_on_patches(model):
    x, t = torch.randn(2, 3, *SHAPE), torch.tensor(0.3)
    context = model.prepare(coordinates(*SHAPE, 0.25), model.encode_text(IDS))
    expected = unpatchify(model(patchify(x), torch.full((2, 1), 0.3), context), *SHAPE)
    velocity = video_velocity(model, IDS, SHAPE, seconds_per_latent_frame=0.25)
    assert torch.allclose(velocity(x, t), expected, atol=1e-6)
    encoded = video_velocity(model, model.encode_text(IDS), SHAPE, seconds_per_latent_frame=0.25)
    assert torch.equal(encoded(x, t), velocity(x, t))


def test_all_ways_to_say_the_same_time(model):
    x, velocity = torch.randn(2, 3, *SHAPE), video_velocity(model, IDS, SHAPE)
    expected = velocity(x, torch.tensor(0.6))
    for shape in ((1,), (1, 1, 1, 1, 1), (2, 1, 1, 1, 1), (1, 1, 3, 1, 1), (2, 1, 3, 4, 6), (4, 6)):
        assert torch.allclose(velocity(x, torch.full(shape, 0.6)), expected, atol=1e-5)


def test_times_per_token():
    x = torch.zeros(2, 3, *SHAPE)
    assert torch.equal(token_times(torch.tensor([[[[[0.2]]]], [[[[0.8]]]]]), x), torch.tensor([[0.2], [0.8]]))
    frames = token_times(torch.tensor([0.0, 0.5, 1.0]).view(1, 1, 3, 1, 1), x)
    assert torch.equal(frames, torch.tensor([0.0, 0.5, 1.0]).repeat_interleave(6)[None])
    free = torch.zeros(1, 1, 1, 4, 6)
    free[..., 3, 5] = 1  # a quarter of the last patch
    assert torch.equal(token_times(0.7 * free, x)[0, :6], torch.tensor([0, 0, 0, 0, 0, 0.7]))


def test_prompt_and_empty_prompt_in_one_call(model):
    x = torch.randn(1, 3, *SHAPE)
    t = torch.tensor(0.5)
    both = video_velocity(model, IDS, SHAPE)(torch.cat([x, x]), t)
    with_prompt, without = video_velocity(model, IDS[:1], SHAPE), video_velocity(model, IDS[1:, :2], SHAPE)
    assert torch.allclose(both, torch.cat([with_prompt(x, t), without(x, t)]), atol=1e-5)


def test_one_text_serves_any_number_of_clips(model):
    x, t = torch.randn(4, 3, *SHAPE), torch.rand(4, 1, 1, 1, 1)
    many = video_velocity(model, IDS[:1].expand(4, -1), SHAPE)
    assert torch.allclose(video_velocity(model, IDS[:1], SHAPE)(x, t), many(x, t), atol=1e-5)
    padded = video_velocity(model, IDS[1:].expand(4, -1), SHAPE)
    assert torch.allclose(video_velocity(model, IDS[1:], SHAPE)(x, t), padded(x, t), atol=1e-5)


def test_other_shapes_are_refused(model):
    velocity = video_velocity(model, IDS, SHAPE)
    with pytest.raises(UserError, match="made for 2 texts and clips of 3x4x6"):
        velocity(torch.zeros(1, 3, *SHAPE), torch.tensor(0.5))
    with pytest.raises(UserError, match="made for 2 texts and clips of 3x4x6"):
        velocity(torch.zeros(2, 3, 3, 6, 4), torch.tensor(0.5))


def test_a_time_keeps_its_digits_beside_short_latents():
    x = torch.zeros(1, 4, 3, 4, 6, dtype=torch.bfloat16)
    assert torch.equal(token_times(torch.tensor(0.9987), x), torch.tensor([[0.9987]]))


def test_of_what_is_known_a_model_takes_what_it_has_learnt_to_take(model):
    knowing = DiT(replace(model.config, known=5), generator=torch.Generator().manual_seed(0))
    assert knowing.known_in is not None
    torch.nn.init.normal_(knowing.known_in.weight)
    torch.nn.init.normal_(knowing.patch_out.weight)
    known = torch.randn(2, 8, SHAPE[0], SHAPE[1] // 2, SHAPE[2] // 2)
    x, t = torch.randn(2, 3, *SHAPE), torch.tensor(0.4)
    whole, first = (video_velocity(knowing, IDS, SHAPE, known=each)(x, t) for each in (known, known[:, :5]))
    assert torch.equal(whole, first)
    assert not torch.allclose(first, video_velocity(knowing, IDS, SHAPE, known=2 * known)(x, t))
