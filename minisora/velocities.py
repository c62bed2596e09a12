"""From networks to the one velocity that the sampler follows: guided by words, and pushed by a plan while it counts."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import torch
from torch import Tensor

from minisora.diffusion import Given, ab2, classifier_free, composed, experts, sample, time_grid
from minisora.diffusion.path import Velocity
from minisora.errors import UserError
from minisora.model import DiT, TextTokens, video_velocity
from minisora.model.known import given_latents
from minisora.networks import Early
from minisora.request import finite
from minisora.worlds.claims import parse

HAND_OVER = 0.6  #: The time at which, unless a card says otherwise, all is settled that a plan says.


@dataclass(frozen=True)
class Sampling:
    """How a model is best sampled; its card may say otherwise, so that better weights bring their own defaults.

    Attributes:
        plan_steps: calls of the planner, which come first.
        plan_objects, plan_other_sizes: what the planner has learnt. Prompts that name more objects are painted without
            a plan; so are, unless it is True, clips of another size or duration than most that it has seen.
        plan_guidance: how much the plan counts: so often what it changes in the sketch is added to the velocity.
        hand_over: the time from which on the plan no longer counts.
    """

    steps: int = 20
    guidance: float = 4.0
    shift: float = 1.0
    plan_steps: int = 16
    plan_objects: int = 3
    plan_other_sizes: bool = True
    plan_guidance: float = 1.0
    hand_over: float = HAND_OVER

    def plans(self, words: str, *, usual: bool) -> bool:
        """Whether a clip for this prompt is planned; ``usual`` says that it is as large and long as most were."""
        return (usual or self.plan_other_sizes) and _objects(words) <= self.plan_objects


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
    both = network.encode_text(ids)
    alone = TextTokens(both.tokens[: len(x)], both.mask[: len(x)])
    twice = None if known is None else known.repeat(2, 1, 1, 1, 1)
    return classifier_free(
        _velocity(network, alone, x, seconds, known), _velocity(network, both, x, seconds, twice), scale=scale
    )


def planned(
    base: Velocity,
    early: Early,
    ids: Tensor,
    start: Given,
    plan_noise: Tensor,
    sampling: Sampling,
    *,
    guidance: float,
    seconds: float,
    patch: int,
    rows: Tensor,
) -> Velocity:
    """``base``, and above the hand-over what a plan changes in the sketch on top of it; the plan is made at once.

    Args:
        plan_noise: ``b NUMBERS t h/patch w/patch``.
        rows: ``b``, True where a plan counts at all.
    Raises: UserError where the planner's numbers are not finite.
    """
    x, free = start
    known = given_latents(x, free, patch)
    planner = guided(early.planner, ids, plan_noise, scale=guidance, seconds=seconds, known=known)
    plan = sample(planner, plan_noise, time_grid(sampling.plan_steps, shift=sampling.shift), step=ab2)
    told_and_untold = torch.cat([finite("planner", plan), torch.zeros_like(plan)])
    text = early.sketcher.encode_text(ids[: len(x)].repeat(2, 1))
    sketches = _velocity(early.sketcher, text, x, seconds, told_and_untold)
    pushed = composed(base, sketches, scale=sampling.plan_guidance * rows.view(-1, 1, 1, 1, 1))
    return experts(pushed, base, hand_over=sampling.hand_over)


def _velocity(network: DiT, text: TextTokens, x: Tensor, seconds: float, known: Tensor | None) -> Velocity:
    frames, height, width = x.shape[2:]
    return video_velocity(network, text, (frames, height, width), seconds_per_latent_frame=seconds, known=known)


def _objects(words: str) -> int:
    """How many a prompt names; one without sense, which networks take as well, may name any number."""
    try:
        return len(parse(words).objects)
    except UserError:
        return sys.maxsize
