"""The exercise `sdedit`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c12_given.common import CLIP, NOISE, refused
from minisora.diffusion.given import sdedit

EVEN, UNEVEN = torch.tensor([1, 0.75, 0.5, 0.25, 0.0]), torch.tensor([1, 0.92, 0.8, 0.55, 0.2, 0.0])


def _begun(answer: object) -> tuple[Tensor, Tensor]:
    """What SDEdit hands to the sampler. Raises: CheckFailed if it is no pair of a clip and times."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        what = "the clip alone" if isinstance(answer, Tensor) else "None" if answer is None else repr(answer)[:60]
        raise CheckFailed(f"you return {what}: return two tensors, where to start and the times that are left")
    x, late = answer
    if not isinstance(x, Tensor) or not isinstance(late, Tensor):
        raise CheckFailed("return two tensors, where to start and the times that are left (times[...], not a list)")
    if x.ndim == 1 and late.ndim == 5:
        raise CheckFailed("the two are exchanged: return where to start first, and then the times that are left")
    return x, late


def _edited(says: str, times: Tensor, strength: float, *, clip: Tensor = CLIP) -> Case:
    return Case(says, lambda f: _begun(f(clip.clone(), NOISE.clone(), times.clone(), strength=strength)))


def _out_of_range(strength: float) -> Case:
    return refused(f"strength {strength:g}", lambda f: f(CLIP.clone(), NOISE.clone(), EVEN.clone(), strength=strength))


def _sdedit(
    *,
    cut: Callable[[Tensor, float], Tensor] = lambda times, strength: times[times <= strength],
    level: Callable[[Tensor, float], Tensor] = lambda late, strength: late[0],
    mix: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda clip, noise, t: (1 - t) * clip + t * noise,
    limits: bool = True,
) -> Solution:
    """SDEdit with a part exchanged: which times are left, how much noise that is, how it is mixed."""

    def begin(clip: Tensor, noise: Tensor, times: Tensor, *, strength: float) -> tuple[Tensor, Tensor]:
        if limits and not 0 <= strength <= 1:
            raise ValueError("strength is from 0 to 1")
        late = cut(times, strength)
        return mix(clip, noise, level(late, strength)), late

    return begin


def _sdedit_in_a_loop(clip: Tensor, noise: Tensor, times: Tensor, *, strength: float) -> list[Tensor]:
    if strength < 0 or strength > 1:
        raise ValueError(strength)
    first = 0
    while times[first] > strength:
        first += 1
    t = times[first].to(clip)
    return [clip + t * (noise - clip), times[first:].clone()]


def _by_steps(times: Tensor, strength: float) -> Tensor:
    steps = len(times) - 1
    return times[steps - int(steps * strength) :]


def _at_least(times: Tensor, strength: float) -> Tensor:
    return times[int((times >= strength).sum()) - 1 :]


SDEDIT = Exercise(
    name="sdedit",
    reference=sdedit,
    cases=(
        _edited("four even steps at strength 0.5", EVEN, 0.5),
        _edited("four even steps at strength 0.6", EVEN, 0.6),
        _edited("five uneven steps at strength 0.6", UNEVEN, 0.6),
        _edited("five uneven steps at strength 0.85", UNEVEN, 0.85),
        _edited("strength 1", UNEVEN, 1.0),
        _edited("strength 0", UNEVEN, 0.0),
        _edited("one clip for two noises at strength 0.8", UNEVEN, 0.8, clip=CLIP[:1]),
        _out_of_range(1.4),
        _out_of_range(-0.2),
    ),
    mistakes=(
        Mistake(
            "noise by the strength",
            _sdedit(level=lambda late, strength: torch.tensor(strength)),
            "the clip is noised at the strength, but the first time that is left may be lower, so that the network is "
            "told of less noise than there is: noise it at that time, late[0]",
        ),
        Mistake(
            "times not cut",
            _sdedit(cut=lambda times, strength: times, level=lambda late, strength: late[late <= strength][0]),
            "x is right, but all times come back: only those from the start of the edit on are left, times <= strength",
        ),
        Mistake(
            "cut by steps",
            _sdedit(cut=_by_steps),
            "you keep a share of the *steps*. Steps are uneven, and strength is a time: keep the times that are at "
            "most that large",
        ),
        Mistake(
            "squeezed",
            _sdedit(cut=lambda times, strength: times * strength),
            "you squeeze all steps below the strength. That can be done, but here the grid stays as it is, and the "
            "times above the strength are left out",
        ),
        Mistake(
            "turned round",
            _sdedit(cut=lambda times, strength: times[times <= 1 - strength]),
            "strength is turned round: 1 forgets the clip and keeps all times, 0 changes nothing",
        ),
        Mistake(
            "strictly below",
            _sdedit(
                cut=lambda times, strength: times[times < strength] if strength else times[-1:],
            ),
            "a time that is just the strength belongs to those that are left: times <= strength",
        ),
        Mistake(
            "begun above",
            _sdedit(cut=_at_least),
            "you begin at the last time *above* the strength: it bounds the first time, so begin below it or at it",
        ),
        Mistake(
            "the other times",
            _sdedit(cut=lambda times, strength: times[times >= strength], level=lambda late, strength: late[-1]),
            "you keep the times above the strength, which are the ones to leave out: times <= strength",
        ),
        Mistake(
            "from pure noise",
            _sdedit(mix=lambda clip, noise, t: noise + 0 * clip),
            "you start from nothing but noise, so nothing of the clip is left: (1 - t) * clip + t * noise at the "
            "first time",
        ),
        Mistake(
            "from the clean clip",
            _sdedit(mix=lambda clip, noise, t: clip + 0 * noise),
            "you start from the clean clip, but the network is told that it is noisy, and takes the clip's own detail "
            "for noise: (1 - t) * clip + t * noise, where t is the first time that is left, late[0]",
        ),
        Mistake(
            "exchanged",
            _sdedit(mix=lambda clip, noise, t: t * clip + (1 - t) * noise),
            "clip and noise are exchanged: at time t there is t of the noise and 1 - t of the clip",
        ),
        Mistake(
            "noise laid over",
            _sdedit(mix=lambda clip, noise, t: clip + t * noise),
            "you lay the noise over the clip, which stays as strong as it was: on the straight path it is "
            "(1 - t) * clip + t * noise",
        ),
        Mistake(
            "another path",
            _sdedit(mix=lambda clip, noise, t: (1 - t**2).sqrt() * clip + t * noise),
            "you mix along another path, √(1 - t²) clip + t noise. The network was trained on the straight one: "
            "(1 - t) * clip + t * noise",
        ),
        Mistake(
            "no limits",
            _sdedit(limits=False, cut=lambda times, strength: times[times <= max(strength, 0.0)]),
            "a strength below 0 or above 1 means nothing, and you take it in silence: raise a ValueError",
        ),
    ),
    alternatives=(_sdedit(), _sdedit_in_a_loop),
    hints=(
        "Which of the times are at most `strength`? These are the steps that are left to go, and the first of them is "
        "how noisy the clip has to be.",
        "`late = times[times <= strength]`: a mask picks out the times, whatever their distances are.",
        "`x = (1 - late[0]) * clip + late[0] * noise`, `return x, late`; before that, a ValueError unless "
        "`0 <= strength <= 1`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
