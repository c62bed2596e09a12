from __future__ import annotations

import pytest
import torch
from torch import nn

from minisora.training.ema import Ema


def test_equals_the_closed_form() -> None:
    model = nn.Linear(3, 2)
    start = model.weight.detach().clone()
    ema = Ema(model, decay=0.5)
    history = []
    for step in range(12):
        with torch.no_grad():
            model.weight.copy_(torch.randn(2, 3, generator=torch.Generator().manual_seed(step)))
        ema.update(model)
        history.append(model.weight.detach().clone())
    decays = [min(0.5, (1 + n) / (10 + n)) for n in range(12)]
    expected = start.double() * torch.tensor(decays, dtype=torch.float64).prod()
    for n, value in enumerate(history):
        expected += (1 - decays[n]) * torch.tensor(decays[n + 1 :], dtype=torch.float64).prod() * value
    averaged = ema.model
    assert isinstance(averaged, nn.Linear)
    torch.testing.assert_close(averaged.weight.double(), expected, atol=1e-6, rtol=0)


def test_the_average_of_a_constant_is_the_constant_and_never_learns() -> None:
    model = nn.Linear(3, 2)
    ema = Ema(model)
    for _ in range(5):
        ema.update(model)
    assert all(torch.equal(p, q) for p, q in zip(ema.model.parameters(), model.parameters(), strict=True))
    assert not any(p.requires_grad for p in ema.parameters())
    ema.train()
    assert not ema.model.training


def test_state_dict_carries_weights_and_count() -> None:
    first = Ema(nn.Linear(3, 2))
    other = nn.Linear(3, 2)
    for _ in range(3):
        first.update(other)
    second = Ema(nn.Linear(3, 2))
    second.load_state_dict(first.state_dict())
    first.update(other)
    second.update(other)
    assert int(second.updates) == 4
    assert all(torch.equal(p, q) for p, q in zip(first.parameters(), second.parameters(), strict=True))


def test_buffers_are_copied() -> None:
    model = nn.BatchNorm1d(2)
    ema = Ema(model)
    model.running_mean += 3  # type: ignore[operator]
    ema.update(model)
    assert torch.equal(ema.model.running_mean, model.running_mean)  # type: ignore[arg-type]


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_an_impossible_decay_is_refused(decay: float) -> None:
    with pytest.raises(ValueError, match="decay"):
        Ema(nn.Linear(1, 1), decay=decay)
