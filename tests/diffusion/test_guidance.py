"""Guidance is a velocity made from velocities: exact where there is nothing to guide, one call where there is."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.diffusion import autoguidance, classifier_free, sample, time_grid
from minisora.diffusion.path import COSINE, DDPM_LINEAR, STRAIGHT


class Network:
    """Answers each row in terms of that row's prompt, a number, and counts its calls and rows."""

    def __init__(self, *prompts: float) -> None:
        self.prompts = torch.tensor(prompts).view(-1, 1, 1, 1, 1)
        self.rows: list[int] = []

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        self.rows.append(len(x))
        assert len(x) == len(self.prompts) and t.shape == (len(x), 1, *x.shape[2:])
        return torch.sin(x + self.prompts) * (1 + t)


def clip(b: int = 2) -> Tensor:
    return torch.randn(b, 3, 4, 2, 2, generator=torch.Generator().manual_seed(0))


T = torch.full((2, 1, 4, 2, 2), 0.5)


def test_one_call_of_twice_the_rows():
    conditional, both = Network(1.0, 2.0), Network(1.0, 2.0, 0.0, 0.0)
    answer = classifier_free(conditional, both, scale=3.0)(clip(), T)
    with_prompt, without = Network(1.0, 2.0)(clip(), T), Network(0.0, 0.0)(clip(), T)
    torch.testing.assert_close(answer, without + 3 * (with_prompt - without))
    assert both.rows == [4] and conditional.rows == []


def test_scale_1_is_the_conditional_itself():
    conditional, both = Network(1.0, 2.0), Network(1.0, 2.0, 0.0, 0.0)
    assert classifier_free(conditional, both, scale=1.0) is conditional


def test_scale_0_forgets_the_prompt():
    answer = classifier_free(Network(1.0, 2.0), Network(1.0, 2.0, 0.0, 0.0), scale=0.0)(clip(), T)
    torch.testing.assert_close(answer, Network(0.0, 0.0)(clip(), T))


def test_outside_the_interval_only_the_conditional_is_called():
    conditional, both = Network(1.0, 2.0), Network(1.0, 2.0, 0.0, 0.0)
    guided = classifier_free(conditional, both, scale=5.0, interval=(0.2, 0.7))
    sample(guided, clip(), time_grid(10))
    assert both.rows == [4] * 5  # 0.7, 0.6, 0.5, 0.4, 0.3
    assert conditional.rows == [2] * 5
    torch.testing.assert_close(guided(clip(), T + 0.3), Network(1.0, 2.0)(clip(), T + 0.3))


def test_tokens_enter_the_interval_by_their_own_time():
    t = torch.tensor([0.0, 0.1, 0.5, 0.9]).view(1, 1, 4, 1, 1).expand(2, 1, 4, 2, 2)
    guided = classifier_free(Network(1.0, 2.0), Network(1.0, 2.0, 0.0, 0.0), scale=5.0, interval=(0.2, 0.7))
    with_prompt, without = Network(1.0, 2.0)(clip(), t), Network(0.0, 0.0)(clip(), t)
    expected = with_prompt.clone()
    expected[:, :, 2] = (without + 5 * (with_prompt - without))[:, :, 2]
    torch.testing.assert_close(guided(clip(), t), expected)


def test_given_tokens_alone_cost_no_guidance():
    """Time 0 is never inside: while the rest is outside, what is given does not make the call a double one."""
    conditional, both = Network(1.0, 2.0), Network(1.0, 2.0, 0.0, 0.0)
    free = torch.tensor([0.0, 1, 1, 1]).view(4, 1, 1)
    sample(classifier_free(conditional, both, scale=5.0, interval=(0.0, 0.45)), clip(), time_grid(10), free=free)
    assert both.rows == [4] * 4 and conditional.rows == [2] * 6


def test_a_plain_number_for_the_time_will_do():
    guided = classifier_free(Network(1.0, 2.0), Network(1.0, 2.0, 0.0, 0.0), scale=2.0)
    torch.testing.assert_close(guided(clip(), torch.tensor(0.5)), guided(clip(), T))


def test_autoguidance_goes_away_from_the_worse_network():
    good, bad = Network(1.0, 1.0), Network(0.4, 0.4)
    answer = autoguidance(good, bad, scale=2.0)(clip(), T)
    torch.testing.assert_close(answer, 2 * Network(1.0, 1.0)(clip(), T) - Network(0.4, 0.4)(clip(), T))
    assert autoguidance(good, bad, scale=1.0) is good


def test_it_makes_no_difference_which_prediction_is_guided():
    generator = torch.Generator().manual_seed(1)
    x, better, worse = torch.randn(3, 2, 1, 2, 2, 2, generator=generator, dtype=torch.float64)
    t = torch.tensor(0.6, dtype=torch.float64)
    guided = autoguidance(lambda x, t: better, lambda x, t: worse, scale=4.0)(x, t)
    for path in (STRAIGHT, COSINE, DDPM_LINEAR):
        for there, back in ((path.to_x0, path.from_x0), (path.to_eps, path.from_eps), (path.to_v, path.from_v)):
            good, bad = there(better, x, t), there(worse, x, t)
            torch.testing.assert_close(back(bad + 4 * (good - bad), x, t), guided)
