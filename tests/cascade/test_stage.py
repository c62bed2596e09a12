from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Generator

from minisora.cascade import Inflated, Stage, cascade
from minisora.cascade.fit import fit, flow_loss, picked, without_some
from minisora.cascade.saved import load_networks, same_weights, save_networks
from minisora.cascade.temporal import Steering
from minisora.cascade.world import coloured, draw, motion, nearest_error, obeyed, tiny, to_data, to_video
from minisora.diffusion.precondition import preconditioned
from minisora.errors import UserError
from minisora.model import DiT, video_velocity


def small(known: int = 0) -> DiT:
    network = tiny(known=known, width=32, depth=2)
    dice = Generator().manual_seed(1)
    for layer in (network.modulation, network.patch_out, network.final_modulation):  # zero at first
        torch.nn.init.normal_(layer.weight, std=0.1, generator=dice)
    if network.known_in is not None:
        torch.nn.init.normal_(network.known_in.weight, std=0.1, generator=dice)
    return network.requires_grad_(False)


def test_each_stage_makes_what_the_next_one_takes():
    drawn = draw(2, seed=0)
    stages = [
        Stage(small(), (3, 16, 16), 1.0),
        Stage(small(64), (5, 16, 16)),
        Stage(small(64), (5, 32, 32)),
    ]
    run = {"levels": [0.1, 0.1], "steps": 2}
    empty = drawn.tokenizer.encode([""])
    made = cascade(stages, drawn.ids(), empty, scales=[2.0, 1.0, 1.0], generator=Generator().manual_seed(0), **run)
    assert [tuple(each.shape) for each in made] == [(2, 3, 3, 16, 16), (2, 3, 5, 16, 16), (2, 3, 5, 32, 32)]
    again = cascade(stages, drawn.ids(), empty, scales=[2.0, 1.0, 1.0], generator=Generator().manual_seed(0), **run)
    assert torch.equal(made[-1], again[-1])
    true = cascade(stages[1:], drawn.ids(), empty, levels=[0.0], generator=Generator(), steps=2, first=made[1])
    assert true[0] is made[1]


def test_a_stage_sees_the_clip_so_far_and_the_noise_on_it():
    stage, low = Stage(small(64), (5, 16, 16)), draw(1, seed=0).clips((3, 16, 16), fps=1)
    ids, x = draw(1, seed=0).ids(), torch.randn(1, 3, 5, 16, 16, generator=Generator().manual_seed(1))
    t = torch.tensor(0.5)

    def answer(level: float, clip: torch.Tensor) -> torch.Tensor:
        known = stage.condition(clip, torch.tensor([level]), generator=Generator().manual_seed(2))
        return stage.velocity(ids, known=known)(x, t)

    assert not torch.allclose(answer(0.0, low), answer(0.0, -low), atol=1e-4)
    assert not torch.allclose(answer(0.0, low), answer(0.4, low), atol=1e-4)


@pytest.mark.parametrize("steered", [False, True])
def test_an_inflated_transformer_begins_as_one_that_sees_single_pictures(steered):
    dit = small()
    both: Any = Inflated(dit, told=1, steered=steered)
    drawn = draw(2, seed=0)
    x, t = drawn.clips((5, 16, 16)), torch.tensor([0.3, 0.8]).view(2, 1, 1, 1, 1)
    ids = drawn.ids()
    made = both(x, t, dit.encode_text(ids), torch.ones(2, 1))
    for frame in range(5):
        alone = video_velocity(dit, ids, (1, 16, 16))(x[:, :, frame : frame + 1], t)
        assert torch.allclose(made[:, :, frame : frame + 1], alone, atol=1e-4)
    with torch.no_grad():
        for layer in both.over_time:
            torch.nn.init.normal_(layer.out.weight, std=0.3)
    assert not torch.allclose(both(x, t, dit.encode_text(ids), torch.ones(2, 1)), made, atol=1e-3)


def test_words_steer_each_place_and_moment_by_themselves():
    steering = Steering(32, told=1)
    text, rate = small().encode_text(draw(2, seed=0).ids()), torch.zeros(2, 1)
    assert not bool(steering(text, (3, 4, 4), rate).any())
    torch.nn.init.normal_(steering.out.weight, std=0.1, generator=Generator().manual_seed(0))
    said = steering(text, (3, 4, 4), rate)
    assert said.shape == (2, 3, 16, 32)
    for axis in (0, 1, 2):  # another caption, frame or place is told something else
        assert not torch.allclose(said.select(axis, 0), said.select(axis, -1), atol=1e-3)
    assert not torch.allclose(said, steering(text, (3, 4, 4), rate + 1), atol=1e-3)


def test_gradients_reach_the_layers_over_time_which_muon_learns():
    both: Any = Inflated(tiny(width=32, depth=2), told=1, steered=True)
    assert sum(any(p is layer.out.weight for p in both.hidden_matrices()) for layer in both.over_time) == 2
    drawn = draw(4, seed=0)
    x = drawn.clips((5, 16, 16))

    def loss(network: Inflated, dice: Generator) -> torch.Tensor:
        text = network.dit.encode_text(drawn.ids())
        return flow_loss(preconditioned(lambda x, t: network(x, t, text, torch.ones(4, 1))), x, dice)

    network: Any
    network, seconds = fit(both, loss, steps=3)
    assert seconds > 0 and bool(network.over_time[0].out.weight.any()) and bool(network.told.weight.any())
    assert bool(network.steering.out.weight.any())


def test_training_lowers_the_loss():
    drawn, said = draw(16, seed=0), []
    x, ids = drawn.clips((1, 16, 16)), drawn.ids(drawn.stills)

    def loss(network: DiT, dice: Generator) -> torch.Tensor:
        chosen = picked(16, 16, dice)
        return flow_loss(Stage(network, (1, 16, 16)).velocity(without_some(ids[chosen], 0.1, dice)), x[chosen], dice)

    fit(tiny(width=32, depth=1), loss, steps=40, watch=lambda step, value: said.append(value))
    assert sum(said[-5:]) < 0.8 * sum(said[:5])


def test_the_world_obeys_itself_and_its_measures_notice_when_not():
    drawn = draw(24, seed=3)
    video = to_video(drawn.clips((5, 16, 16)))
    assert bool(obeyed(video, drawn.scenes).all()) and bool(coloured(video, drawn.scenes).all())
    assert not bool(obeyed(video.flip(2), drawn.scenes).any())
    assert not bool(obeyed(video[:, :, :1].expand_as(video), drawn.scenes).any())
    assert not bool(coloured(video.roll(1, dims=1), drawn.scenes).all())
    assert torch.allclose(to_video(to_data(video)), video, atol=1e-5)
    slow = to_video(draw(24, seed=3, duration=8.0).clips((5, 16, 16)))
    assert float(motion(slow).norm(dim=1).mean()) < 0.5 * float(motion(video).norm(dim=1).mean())
    assert not any("moves" in text for text in drawn.stills)


def test_small_networks_come_back_from_disk(tmp_path):
    networks = {"a": small(), "b c": small(64)}
    save_networks(tmp_path / "some.safetensors", networks)
    again = load_networks(tmp_path / "some.safetensors")
    assert again.keys() == networks.keys() and again["b c"].config.known == 64
    for name, network in networks.items():
        for mine, theirs in zip(again[name].parameters(), network.parameters(), strict=True):
            assert torch.allclose(mine, theirs, atol=1e-3)
    student = same_weights(tiny(known=64, width=32, depth=2), again["b c"])
    assert all(parameter.requires_grad for parameter in student.parameters())


def test_what_is_no_file_of_small_networks_is_refused(tmp_path):
    with pytest.raises(UserError, match="not there"):
        load_networks(tmp_path / "none.safetensors")
    save_file({"x": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(UserError, match="no small networks"):
        load_networks(tmp_path / "other.safetensors")


def test_the_nearest_clip_of_a_caption_is_found_wherever_it_begins():
    drawn = draw(6, seed=3)
    video = to_video(drawn.clips())
    found = nearest_error(video, drawn.scenes)
    assert float(found.max()) < 0.02  # the clip itself is one of them
    apart = (drawn.clips() - drawn.clips().roll(1, 0)).square().flatten(1).mean(1)
    wrong = nearest_error(video.roll(1, 0), drawn.scenes)
    assert float(wrong.min()) > 0.02 and bool((wrong <= apart + 1e-4).all())
    noise = 0.3 * torch.randn(video.shape, generator=Generator().manual_seed(0))
    noised = nearest_error(to_video(drawn.clips() + noise), drawn.scenes)
    assert bool((noised > found).all()) and float(noised.max()) < 0.12
