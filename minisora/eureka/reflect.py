"""Reward reflection: what did each term of a reward do, and is the reward to be trusted?

After Eureka (Ma et al. 2023, 2310.12931, section 3.3), where such numbers go back to the language model that wrote it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def reflect(terms: Tensor, scores: Tensor) -> Tensor:
    """How much each term decided, and whether it decided for the task: ``n k`` and ``n`` -> ``k 2``.

    First the term's share of the spread, its standard deviation over the sum of all terms'. Then the correlation of the
    term with the score; 0 where one of the two does not change. Where no term changes, all shares are 0.
    """
    spread = terms.std(dim=0, correction=0)
    share = spread / spread.sum().clamp(min=1e-9)
    apart = terms - terms.mean(dim=0)
    better = scores - scores.mean()
    together = (apart * better[:, None]).mean(dim=0)
    size = spread * scores.std(correction=0)
    correlation = torch.where(size > 1e-9, together / size.clamp(min=1e-9), torch.zeros_like(size))
    return torch.stack([share, correlation], dim=1)


def verdict(dreamt: float, true: float, score: float, usual: tuple[float, float]) -> str:
    """Whether plans that a reward likes are good ones.

    Args:
        dreamt, true: the reward of its plans, in the world in which they were sought and in the true one.
        score: what the plans are worth for the task.
        usual: reward and score of plans that nobody sought, in the true world.
    Returns: "nothing gained" if there was no gain in the dream; else "the model is exploited" if less than half of
        what was gained there is there in truth; else "fine" if the score has grown, and "the reward is hacked" if not.
    """
    reward, task = usual
    if dreamt <= reward:
        return "nothing gained"
    if true - reward < 0.5 * (dreamt - reward):
        return "the model is exploited"
    return "fine" if score > task else "the reward is hacked"
