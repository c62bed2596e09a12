"""Two networks share a path: each token is answered by the one whose noise it has, and neither is asked for nothing."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.diffusion import experts, sample, time_grid


class Expert:
    def __init__(self, answer: float) -> None:
        self.answer, self.calls = answer, 0

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        self.calls += 1
        return torch.full_like(x, self.answer)


def answers(*times: float) -> tuple[list[float], int, int]:
    """What tokens at these times are told, and how often each expert was asked."""
    early, late = Expert(1.0), Expert(2.0)
    t = torch.tensor(times).view(1, 1, -1, 1, 1)
    told = experts(early, late, hand_over=0.6)(torch.zeros(1, 3, len(times), 1, 1), t)
    return told[0, 0, :, 0, 0].tolist(), early.calls, late.calls


def test_each_time_has_its_expert() -> None:
    assert answers(1.0, 0.61) == ([1.0, 1.0], 1, 0)
    assert answers(0.6, 0.1) == ([2.0, 2.0], 0, 1)


def test_what_is_given_asks_for_neither() -> None:
    assert answers(0.9, 0.0)[1:] == (1, 0)
    assert answers(0.3, 0.0)[1:] == (0, 1)


def test_clocks_of_their_own_ask_both() -> None:
    assert answers(0.9, 0.3, 0.0) == ([1.0, 2.0, 2.0], 1, 1)


def test_sampling_hands_over_once() -> None:
    early, late = Expert(1.0), Expert(1.0)
    sample(experts(early, late, hand_over=0.6), torch.zeros(1, 2, 1, 1, 1), time_grid(10))
    assert (early.calls, late.calls) == (4, 6)  # from 1, 0.9, 0.8 and 0.7; then from 0.6 on
