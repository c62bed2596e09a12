"""Tensors that pretend to lie on another device."""

import pytest
import torch
from einops import rearrange

from minisora.course.checks.elsewhere import ELSEWHERE, Elsewhere, OtherDevice, TwoDevices, moved

X = torch.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    "work",
    [
        lambda x: x * 2 + torch.zeros_like(x),
        lambda x: x + x.new_ones(3),
        lambda x: x + torch.arange(3, device=x.device),
        lambda x: x + torch.ones(3).to(x),
        lambda x: x + torch.ones(3).to(x.device),
        lambda x: x + torch.tensor(2.0),
        lambda x: x[:, torch.tensor([0, 2])],
        lambda x: x[x > 2],
        lambda x: torch.stack(x.unbind()).sort().values,
        lambda x: rearrange(x, "a b -> b a"),
        lambda x: x.softmax(-1).clone().mul_(2),
        lambda x: torch.as_tensor(x, device=x.device),
        lambda x: torch.nn.functional.pad(x, (1, 1)),
    ],
)
def test_what_follows_its_arguments_stays_there(work):
    with OtherDevice():
        x = moved(X)
        answer = work(x)
        assert isinstance(answer, Elsewhere) and answer.device == ELSEWHERE
    assert torch.equal(answer.as_subclass(torch.Tensor), work(X))


@pytest.mark.parametrize(
    "work", [lambda x: x + torch.ones(3), lambda x: torch.cat([x, torch.ones(1, 3)]), lambda x: torch.ones(3) * x]
)
def test_two_devices_do_not_mix(work):
    with OtherDevice(), pytest.raises(TwoDevices):
        work(moved(X))


def test_what_leaves_is_noticed():
    with OtherDevice() as there:
        buffer = torch.zeros(2, 3)
        buffer[:] = moved(X)
        assert not isinstance(buffer, Elsewhere) and not there.left
        assert moved(X).tolist() == X.tolist() and there.left
