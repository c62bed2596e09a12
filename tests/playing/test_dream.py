from dataclasses import asdict

import pytest
import torch
from torch import Generator, nn

from minisora.checkpoint import save_checkpoint
from minisora.errors import UserError
from minisora.playing.dream import Dream, dream_of, load_dreamer, next_frame
from minisora.playing.forcing import forcing_loss, forcing_mask
from minisora.playing.network import FrameTransformer, FrameTransformerConfig
from minisora.playing.world import draw, new_states
from minisora.training.small import train_small

SMALL = FrameTransformerConfig(width=32, depth=2, heads=2)


def dice(seed=0):
    return Generator().manual_seed(seed)


def network(config=SMALL):
    """One whose layers all say something: fresh ones are silent."""
    made = FrameTransformer(config, generator=dice())
    for layer in (made.modulation, made.final_modulation, made.patch_out):
        nn.init.normal_(layer.weight, std=0.1, generator=dice(1))
    return made.eval()


@torch.no_grad()
def test_a_cache_is_the_mask_frame_by_frame():
    net = network()
    x, levels = torch.randn(2, 5, 3, 18, 18, generator=dice(2)), torch.rand(2, 5, generator=dice(3))
    actions = torch.randint(0, 5, (2, 5), generator=dice(4))
    whole, _ = net(x, levels, actions, torch.arange(5))
    cache, parts = None, []
    for i in range(5):
        part, cache = net(x[:, i : i + 1], levels[:, i : i + 1], actions[:, i : i + 1], torch.tensor([i]), cache=cache)
        parts.append(part)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-5, rtol=1e-5)
    assert float(whole.std()) > 0.01


@torch.no_grad()
def test_nobody_sees_the_future_and_only_distances_in_time_count():
    net = network()
    x, levels = torch.randn(1, 4, 3, 18, 18, generator=dice(2)), torch.rand(1, 4, generator=dice(3))
    actions = torch.zeros(1, 4, dtype=torch.long)
    before, _ = net(x, levels, actions, torch.arange(4))
    x[:, 3] += 1
    changed, _ = net(x, levels, actions, torch.arange(4))
    assert torch.equal(before[:, :3], changed[:, :3]) and not torch.equal(before[:, 3], changed[:, 3])
    later, _ = net(x, levels, actions, torch.arange(4) + 900)
    torch.testing.assert_close(later, changed, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_a_target_in_training_sees_what_a_dream_sees():
    """Both streams in one pass are the cache of a dream: the same numbers."""
    net, f = network(), 4
    past, x = (torch.randn(2, f, 3, 18, 18, generator=dice(seed)) for seed in (5, 6))
    h, t = (torch.rand(2, f, generator=dice(seed)) for seed in (7, 8))
    actions = torch.randint(0, 5, (2, f), generator=dice(9))
    both = torch.cat([past, x], 1), torch.cat([h, t], 1), torch.cat([actions, actions], 1)
    at_once, _ = net(*both, torch.arange(f).repeat(2), mask=forcing_mask(f))
    cache = None
    for i in range(f):
        now = slice(i, i + 1)
        target, _ = net(x[:, now], t[:, now], actions[:, now], torch.tensor([i]), cache=cache)
        torch.testing.assert_close(target[:, 0], at_once[:, f + i], atol=1e-5, rtol=1e-5)
        _, cache = net(past[:, now], h[:, now], actions[:, now], torch.tensor([i]), cache=cache)


def test_patches_are_cut_and_joined():
    net, pictures = network(), torch.randn(2, 3, 3, 18, 18, generator=dice())
    assert net._cut(pictures).shape == (2, 3, SMALL.tokens, 108)
    assert torch.equal(net._join(net._cut(pictures)), pictures)


def test_a_dream_goes_on_and_forgets():
    first = draw(new_states(3, dice()))
    dream = Dream(network(), first, generator=dice(1), history=0.1, remembered=2)
    for i in range(4):
        picture = dream.step(torch.tensor([0, 1, 2]))
        assert picture.shape == first.shape and float(picture.abs().max()) <= 1
        assert dream.cache is not None and dream.cache[0][0].shape[2] == SMALL.tokens * 2
        assert dream.frame == i + 2
    actions = torch.zeros(3, 4, dtype=torch.long)
    again = dream_of(network(), first, actions, generator=dice(1), remembered=2)
    assert again.shape == (3, 5, 3, 18, 18) and torch.equal(again[:, 0], first)
    assert torch.equal(again, dream_of(network(), first, actions, generator=dice(1), remembered=2))


def test_next_frame_lands_on_what_the_network_believes():
    wanted = torch.tensor([[0.3, -0.2]])
    seen = []

    def look(x, t, action, cache):
        seen.append((float(t), cache))
        return wanted, [*cache, x]

    frame, cache = next_frame(
        look, [], torch.tensor([1]), torch.ones(1, 2), torch.tensor([1.0, 0.5, 0.0]), level=0.5, fresh=torch.ones(1, 2)
    )
    torch.testing.assert_close(frame, wanted)
    torch.testing.assert_close(cache[0], 0.5 * wanted + 0.5)
    assert seen == [(1.0, []), (0.5, []), (0.5, [])]


def test_the_loss_falls_and_the_average_learns():
    net = FrameTransformer(SMALL, generator=dice())
    pictures, actions = draw(new_states(16, dice()))[:, None].expand(-1, 3, -1, -1, -1), torch.zeros(16, 3).long()
    draws = dice(3)

    def loss_of(model):
        return forcing_loss(model, pictures, actions, history=0.3, generator=draws)

    told = []
    smooth, seconds = train_small(
        net, loss_of, steps=200, average=0.9, half=False, watch=lambda n, loss: told.append((n, loss))
    )
    assert [n for n, _ in told] == [100, 200] and seconds > 0
    before, after = (
        float(forcing_loss(each, pictures, actions, history=0.3, generator=dice(4)))
        for each in (FrameTransformer(SMALL, generator=dice()), smooth)
    )
    assert after < 0.5 * before


def test_weights_come_back(tmp_path):
    net = network()
    card = {"kind": "play", "settings": asdict(SMALL)}
    path = save_checkpoint(tmp_path, "play", {k: v.half() for k, v in net.state_dict().items()}, card)
    assert load_dreamer(path).config == SMALL
    with pytest.raises(UserError):
        load_dreamer(tmp_path / "none.safetensors")
