import torch
from torch import Generator, nn

from minisora.training.small import train_small


def test_a_line_is_learnt_and_the_average_is_what_comes_back():
    dice = Generator().manual_seed(0)
    network = nn.Linear(2, 1)
    nn.init.zeros_(network.weight)
    told = []

    def loss_of(model):
        x = torch.randn(16, 2, generator=dice)
        return (model(x) - (3 * x[:, :1] - x[:, 1:] + 0.5)).square().mean()

    smooth, seconds = train_small(
        network, loss_of, steps=1500, warm_up=5, half=False, watch=lambda n, loss: told.append(n)
    )
    assert seconds > 0 and told[:2] == [100, 200] and smooth is not network and not smooth.training
    before, after = 3**2 + 1 + 0.25, float(loss_of(smooth).detach())
    assert after < 0.5 * before  # Adam goes a thousandth a step
