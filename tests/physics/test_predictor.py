from dataclasses import asdict

import pytest
import torch
from torch import Generator

from minisora.checkpoint import save_checkpoint
from minisora.errors import UserError
from minisora.model import DiT
from minisora.physics.motions import KNOWN, uniform_motion
from minisora.physics.predictor import CONFIG, GIVEN, as_velocity, foresee, load_predictor, prediction_loss
from minisora.physics.things import draw


def dice(seed=0):
    return Generator().manual_seed(seed)


def clips(n=4):
    return draw(uniform_motion(n, KNOWN, generator=dice()))


def test_given_frames_come_out_as_they_went_in():
    model, truth = DiT(CONFIG, generator=dice()), clips()
    made = foresee(model, truth, generator=dice(1), steps=3)
    assert made.shape == truth.shape and torch.equal(made[:, :, :GIVEN], truth[:, :, :GIVEN])
    assert not torch.equal(made[:, :, GIVEN:], truth[:, :, GIVEN:])


def test_who_knows_the_clean_clip_has_its_velocity():
    x0, noise, t = torch.rand(2, 3, 4, 8, 8), torch.randn(2, 3, 4, 8, 8), torch.full((2, 1, 1, 1, 1), 0.6)
    x = (1 - t) * x0 + t * noise
    torch.testing.assert_close(as_velocity(lambda *_: x0)(x, t), noise - x0, atol=1e-5, rtol=1e-5)


def test_the_loss_counts_what_is_made_and_weighs_by_time():
    model, truth = DiT(CONFIG, generator=dice()), clips()  # at first the network answers 0 everywhere
    noise = torch.randn(truth.shape, generator=dice(2))
    half = float(prediction_loss(model, truth, noise, torch.full((4,), 0.5)))
    whole = float(prediction_loss(model, truth, noise, torch.ones(4)))
    assert half == pytest.approx(4 * whole, rel=1e-4)
    assert whole == pytest.approx(float(truth[:, :, GIVEN:].square().sum() / truth.numel()), rel=1e-4)


def test_weights_come_back(tmp_path):
    model = DiT(CONFIG, generator=dice())
    card = {"kind": "physics", "settings": asdict(CONFIG)}
    path = save_checkpoint(tmp_path, "laws", {k: v.half() for k, v in model.state_dict().items()}, card)
    again = load_predictor(path)
    torch.testing.assert_close(again.patch_in.weight, model.patch_in.weight, atol=1e-3, rtol=1e-2)
    with pytest.raises(UserError):
        load_predictor(tmp_path / "none.safetensors")
