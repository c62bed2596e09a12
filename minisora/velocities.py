"""From a network to the velocity that the sampler follows: guided by words, and told what is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from minisora.diffusion import Step, ab2, classifier_free, euler
from minisora.diffusion.path import Velocity
from minisora.model import DiT, TextTokens, video_velocity

HAND_OVER = 0.6  #: The time at which, unless a card says otherwise, a finisher takes over.


@dataclass(frozen=True)
class Sampling:
    """How a model is best sampled; its card may say otherwise, so that better weights bring their own defaults.

    Attributes:
        guidance: how much more the words count than they do by themselves.
        straight: whether each step goes straight on, as a student has learnt it (Euler), or bends as the velocity did
            (Adams-Bashforth).
        plan_guidance, plan_steps: the same of the planner, and how often it is called for a plan.
        write_guidance, write_steps: the same of the writer of digits.
        plan_tries: so many times at most a thing is planned, until its plan keeps its word.
        hand_over, finish_guidance: the time at which a finisher takes over, and how much more the words count for it.
        plan_objects, plan_other_sizes: what can be painted by a plan. Prompts that name more objects are painted
            without one; so are, unless it is True, clips of another size or duration than most.
    """

    steps: int = 20
    guidance: float = 4.0
    shift: float = 1.0
    plan_guidance: float = 3.0
    plan_steps: int = 16
    plan_tries: int = 4
    write_guidance: float = 2.0
    write_steps: int = 8
    hand_over: float = HAND_OVER
    finish_guidance: float = 1.0
    plan_objects: int = 3
    plan_other_sizes: bool = True
    straight: bool = False

    @property
    def solver(self) -> Step:
        return euler if self.straight else ab2


def guided(
    network: DiT, ids: Tensor, x: Tensor, *, scale: float, seconds: float, known: Tensor | None = None
) -> Velocity:
    """A network's velocity for clips ``x``, ``b c t h w``, steered by words.

    Args:
        ids: ``2 b n``: the prompts, and after them what to steer away from.
        scale: see :func:`~minisora.diffusion.guidance.classifier_free`.
        seconds: between latent frames.
        known: what is known beforehand of each clip.
    """
    frames, height, width = x.shape[2:]
    if scale == 1:  # the words as they are: nothing is answered without them
        alone = network.encode_text(ids[: len(x)])
        return video_velocity(network, alone, (frames, height, width), seconds_per_latent_frame=seconds, known=known)
    both = network.encode_text(ids)
    alone = TextTokens(both.tokens[: len(x)], both.mask[: len(x)])
    twice = None if known is None else known.repeat(2, 1, 1, 1, 1)
    conditional, pair = (
        video_velocity(network, text, (frames, height, width), seconds_per_latent_frame=seconds, known=what)
        for text, what in ((alone, known), (both, twice))
    )
    return classifier_free(conditional, pair, scale=scale)
