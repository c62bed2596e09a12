"""The plan of a clip, from its sentence: one thing after the other, and again where a plan is not what was said.

    sentence -> a sentence for each thing -> noise -> a plan of each -> read; planned again, unless it keeps its word
             -> what all things of the clip do -> one plan, with a cell for each token of the network that is to know it

A planner that knows one thing at a time so plans any number of them (as the conjunction of Liu et al. 2022,
2206.01714, composes velocities, and layouts are composed before a picture is made). And since a plan can be read before
anything is painted, what contradicts itself need not be painted at all: sampling again until a check is passed is what
large systems do with a reward model for a check.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from operator import is_
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from minisora.diffusion import sample, time_grid
from minisora.errors import UserError
from minisora.model import DiT, Tokenizer
from minisora.request import finite
from minisora.velocities import Sampling, guided
from minisora.worlds.claims import Claims, ObjectClaim, parse, sentence
from minisora.worlds.plan import NUMBERS, Track, tracks_of
from minisora.worlds.read_plan import names_one, read_track
from minisora.worlds.scene import RADIUS, SHAPES, SIZES
from minisora.worlds.sketch import TOLD, told

#: In sums of two radii: how far apart two things are at the least; how far they are moved if there is room, so that
#: hardly any cell of a plan has to speak of both; and what that is worth, beside the squares of how far they are moved.
CLEAR, WIDE, WORTH = 1.1, 1.8, 10.0
SIDE = 0.16  #: Sides between two middles before one is said to be to the left of the other, or above it.
BORNE = 1.1  #: Times the usual radius a small thing may have and still be called small, with room for errors.
KEPT = 3  #: Plans of one thing of which the best company for the others is chosen.
MOVES = 0.08 * torch.arange(-5, 6)  #: Sides by which a thing may be moved aside; the middle one is exactly none.


#: What the things of a clip do at its pictures, and one picture later: ``1 o f``, as :func:`written` takes it.
Tracks = tuple[Track, Track]


@dataclass
class Thing:
    """One thing of a clip: the sentence for it, and what is said of it.

    Attributes:
        plans: those that keep their word, each ``1 1 f``.
        last: whatever was planned last.
    """

    words: str
    claim: ObjectClaim
    plans: list[Tracks] = field(default_factory=list)
    last: Tracks | None = None

    def best(self) -> Tracks:
        """The latest that keeps its word, or else the latest."""
        plan = self.plans[-1] if self.plans else self.last
        assert plan is not None  # at least one is made of each
        return plan


def claims_to_plan(words: str) -> Claims:
    """What a prompt says; nothing, where it makes no sense."""
    try:
        return parse(words)
    except UserError:
        return Claims()


def things_of(words: str, claims: Claims) -> list[Thing]:
    """A prompt's things, each with a sentence of its own; the prompt itself is that of a single one."""
    if len(claims.objects) == 1:
        return [Thing(words, claims.objects[0])]
    return [Thing(sentence(claim), claim) for claim in claims.objects]


def plan_clips(
    planner: DiT,
    tokenizer: Tokenizer,
    prompts: Sequence[str],
    shape: tuple[int, int, int],
    sources: Sequence[Generator],
    sampling: Sampling,
    *,
    seconds: float,
    given: Tensor,
) -> list[Tracks | None]:
    """What is planned to happen in each clip; None for one whose prompt names nothing.

    Args:
        prompts: in known words.
        shape: latent frames, and rows and columns of tokens.
        sources: where each clip's noise comes from; how much it takes does not depend on the other clips.
        seconds: between latent frames.
        given: ``b k t h w``, what the planner knows of latents that are given; the plans are on its device.
    Raises: UserError where the planner's numbers are not finite.
    """
    said = [claims_to_plan(words) for words in prompts]
    clips = [things_of(words, claims) for words, claims in zip(prompts, said, strict=True)]
    best = [Arranged(None, -math.inf)] * len(clips)
    for _ in range(max(1, sampling.plan_tries)):
        open_ = [(i, thing) for i, things in enumerate(clips) if best[i].room < CLEAR for thing in things]
        if not open_:
            break
        rows = [i for i, _ in open_]
        noise = torch.stack([_noise((NUMBERS, *shape), sources[i]) for i in rows]).to(given)
        ids = tokenizer.encode([*(thing.words for _, thing in open_), *[""] * len(open_)]).to(given.device)
        velocity = guided(planner, ids, noise, scale=sampling.plan_guidance, seconds=seconds, known=given[rows])
        plans = finite(
            "planner",
            sample(velocity, noise, time_grid(sampling.plan_steps, shift=sampling.shift), step=sampling.solver),
        )
        ways = tracks_of(plans.cpu())
        for row, ((_, thing), one) in enumerate(zip(open_, names_one(plans).tolist(), strict=True)):
            now, then = (Track(*(value[row : row + 1] for value in moment)) for moment in ways)
            thing.last = now, then
            if one and read_track(now, shape[1:], seconds=seconds).keeps(thing.claim):
                thing.plans.append(thing.last)
        for i in {i for i, _ in open_}:
            company = product(*(thing.plans[-KEPT:] for thing in clips[i]))
            new = [plans for plans in company if any(map(is_, plans, (thing.last for thing in clips[i])))]
            best[i] = max([best[i], *(arranged(plans, said[i], shape) for plans in new)], key=lambda way: way.room)

    def latest(things: Sequence[Thing], claims: Claims) -> Tracks | None:
        return sized(together([thing.best() for thing in things]), claims) if things else None

    return [way.tracks or latest(things, claims) for way, things, claims in zip(best, clips, said, strict=True)]


def plans_written(ways: Sequence[Tracks | None], shape: tuple[int, int, int]) -> Tensor:
    """Plans and sketches ``b TOLD t h w`` of clips; 0, which says nothing, for those of which nothing is known.

    Args:
        shape: latent frames, and rows and columns of tokens: those of whichever network is to know the plan.
    """
    return torch.cat([torch.zeros(1, TOLD, *shape) if each is None else told(*each, shape) for each in ways])


def _noise(shape: tuple[int, ...], source: Generator) -> Tensor:
    return torch.randn(shape, generator=source, device=source.device)


def tracks(plans: Sequence[Tensor]) -> Tracks:
    """What several things of one clip, each planned by itself in ``1 NUMBERS t h w``, do: ``1 o f``."""
    return together([tracks_of(plan) for plan in plans])


def together(ways: Sequence[Tracks]) -> Tracks:
    """What each of several things does, as what all of them do: ``1 o f``."""
    now, then = (
        Track(*(torch.cat(values, 1) for values in zip(*moment, strict=True))) for moment in zip(*ways, strict=True)
    )
    return now, then


def sized(tracks: Tracks, claims: Claims) -> Tracks:
    """Shapes begin exactly as large as the size that is said of them, else as that which is nearest to the plan.

    A size is a word, of which there are three, and a plan that errs by a sixth is painted as one that nobody could
    name. Small ones begin as large as the word bears: they are hardly two latents wide, and a shape needs room.
    """
    now, then = tracks
    sizes = torch.tensor([RADIUS[size] * (BORNE if size == "small" else 1) for size in SIZES])
    first = now.radius[..., :1]
    size = (first.log() - sizes.log()).abs().argmin(-1)  # 1 o
    for thing, claim in enumerate(claims.objects[: size.shape[1]]):
        if claim.size in SIZES:
            size[:, thing] = SIZES.index(claim.size)
    factor = torch.where(now.kind < len(SHAPES), sizes[size] / first[..., 0], 1.0)[..., None]
    return now._replace(radius=now.radius * factor), then._replace(radius=then.radius * factor)


def shifted(tracks: Tracks, thing: int, right: float, down: float) -> Tracks:
    """One thing goes its way elsewhere: so many sides to the right, and down."""

    def moved(track: Track) -> Track:
        x, y = track.x.clone(), track.y.clone()
        x[:, thing] += right
        y[:, thing] += down
        return track._replace(x=x, y=y)

    return moved(tracks[0]), moved(tracks[1])


class Arranged(NamedTuple):
    """What the things of a clip do together, and how much room they have: the smallest distance of any two, in sums of
    their radii. Infinitely much for a single one; where they cannot stand as they are said to stand, less than none."""

    tracks: Tracks | None
    room: float


def arranged(plans: Sequence[Tracks], claims: Claims, shape: tuple[int, int, int]) -> Arranged:
    """What all things of a clip do together, from what is planned of each.

    A plan says where a thing goes, and a sentence only how: so each is moved aside as a whole, as little as it takes
    for all of them to have room, to be in the frame, and to stand as they are said to stand.
    """
    now, then = sized(together(plans), claims)
    if len(plans) == 1:
        return Arranged((now, then), math.inf)
    (_, rows, columns), side = shape, min(shape[1:])
    aside = torch.cartesian_prod(MOVES, MOVES)  # m 2
    x, y = (place[0, :, None] + aside[:, i, None] for i, place in enumerate((now.x, now.y)))  # o m f
    radius = now.radius[0]
    width, height = (x.abs() + radius[:, None]).amax(-1), (y.abs() + radius[:, None]).amax(-1)  # o m
    inside = (width <= columns / side / 2) & (height <= rows / side / 2)
    far = aside.square().sum(1).masked_fill(~(inside | (aside == 0).all(1)), torch.inf)  # o m
    cost, room = torch.zeros([len(aside)] * len(plans)), torch.full([len(aside)] * len(plans), torch.inf)

    def spread(value: Tensor, *of: int) -> Tensor:  # over the ways to move all of the things
        return value.view([len(aside) if k in of else 1 for k in range(len(plans))])

    over = {frozenset((r.a, r.b)) for r in claims.relations if r.kind == "in front of"}
    for i in range(len(plans)):
        cost = cost + spread(far[i], i)
    for a, b in combinations(range(len(plans)), 2):
        right, down = x[a, :, None] - x[b], y[a, :, None] - y[b]  # m m f
        distance = torch.hypot(right, down) / (radius[a] + radius[b])
        nearest = distance.amin(-1)
        if frozenset((a, b)) in over:
            cost = cost.masked_fill(spread(distance[..., 0] > CLEAR, a, b), torch.inf)
        else:
            cost = cost + WORTH * spread((WIDE - nearest).clamp(min=0).square(), a, b)
            room = torch.minimum(room, spread(nearest, a, b))
        for kind, sign in ((r.kind, 1 if r.a == a else -1) for r in claims.relations if {r.a, r.b} == {a, b}):
            stands = {"left of": -right, "right of": right, "above": -down, "below": down}
            if kind in stands:
                cost = cost.masked_fill(spread(sign * stands[kind][..., 0] <= SIDE, a, b), torch.inf)
    if not cost.isfinite().any():
        return Arranged((now, then), -math.inf)
    best = torch.unravel_index(cost.argmin(), cost.shape)
    dx, dy = aside[torch.stack(best)].T[:, None, :, None]
    now, then = (track._replace(x=track.x + dx, y=track.y + dy) for track in (now, then))
    return Arranged((now, then), float(room[best]))
