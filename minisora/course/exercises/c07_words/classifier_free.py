"""The exercise `classifier_free`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.diffusion.guidance import classifier_free
from minisora.diffusion.path import Velocity


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Numbers in float64, so that a formula written in another order gives the same to every digit that counts."""
    return torch.randn(shape, generator=Generator().manual_seed(seed), dtype=torch.float64)


def guide(better: Tensor, worse: Tensor, scale: Tensor | float) -> Tensor:
    """Go on in the direction from the worse answer to the better one; the line inside ``guidance.py``."""
    return worse + scale * (better - worse)


class Asked:
    """A network that answers each row in terms of that row's caption, a number; it notes how many rows it was asked."""

    def __init__(self, *captions: float) -> None:
        self.captions = torch.tensor(captions, dtype=torch.float64).view(-1, 1, 1, 1, 1)
        self.rows: list[int] = []

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        if len(x) != len(self.captions) or len(t) not in (1, len(x)):
            raise ValueError(
                f"the network was made for {len(self.captions)} rows, and is asked about {len(x)} clips with {len(t)} "
                "times"
            )
        self.rows.append(len(x))
        return torch.sin(x + self.captions) * (1 + t)


CLIPS = drawn(2, 4, 3, 2, 2, seed=3)


def _guided(says: str, times: Sequence[float], **options: object) -> Case:
    """What the guided network answers, and of how many rows the two networks were asked for it."""

    def ask(solution: Solution) -> object:
        conditional, both = Asked(1.0, 2.0), Asked(1.0, 2.0, 0.0, 0.0)
        t = torch.tensor(times, dtype=torch.float64).view(1, 1, -1, 1, 1).expand(2, 1, len(CLIPS[0, 0]), 2, 2)
        answer = solution(conditional, both, **options)(CLIPS.clone(), t)
        return {"the velocity": answer, "rows asked of conditional": conditional.rows, "rows asked of both": both.rows}

    return Case(says, ask)


def _asked_twice(solution: Solution) -> object:
    """The second answer of a guided network: it must not depend on the first one."""
    guided = solution(Asked(1.0, 2.0), Asked(1.0, 2.0, 0.0, 0.0), scale=3.0)
    t = torch.full((2, 1, 3, 1, 1), 0.5, dtype=torch.float64)
    guided(CLIPS.clone(), t)
    return guided(CLIPS.flip(0) + 1, t)


def _at_scale_one(solution: Solution) -> object:
    conditional, both = Asked(1.0, 2.0), Asked(1.0, 2.0, 0.0, 0.0)
    t = torch.full((2, 1, 3, 1, 1), 0.5, dtype=torch.float64)
    answer = solution(conditional, both, scale=1.0, interval=(0.2, 0.7))(CLIPS.clone(), t)
    return {"the velocity": answer, "rows asked of conditional": conditional.rows, "rows asked of both": both.rows}


def _kept_worse(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    kept: list[Tensor] = []

    def stay(answer: Tensor) -> tuple[Tensor, Tensor]:
        better, worse = answer.chunk(2)
        kept.append(worse)
        return better, kept[0]

    return _free(unpack=stay)(conditional, both, scale=scale, interval=interval)


def _kept_answer(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    right, kept = classifier_free(conditional, both, scale=scale, interval=interval), []

    def guided(x: Tensor, t: Tensor) -> Tensor:
        kept.append(right(x, t))
        return kept[0]

    return guided


def _each_in_turn(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, 0)


def _one_direction(better: Tensor, worse: Tensor, scale: float) -> Tensor:
    return worse + scale * (better - worse).mean(0, keepdim=True)


def _three_channels(better: Tensor, worse: Tensor, scale: float) -> Tensor:
    return torch.cat([guide(better[:, :3], worse[:, :3], scale), better[:, 3:]], dim=1)


def _free(
    *,
    line: Callable[[Tensor, Tensor, float], Tensor] = guide,
    unpack: Callable[[Tensor], tuple[Tensor, ...]] = lambda answer: answer.chunk(2),
    inside: Callable[[Tensor, float, float], Tensor] = lambda t, low, high: (low < t) & (t <= high),
    stacked: Callable[[Tensor], Tensor] = lambda t: torch.cat([t, t]),
    rows: Callable[[Tensor], Tensor] = lambda x: torch.cat([x, x]),
    outside: str = "better",
    always: bool = False,
) -> Solution:
    """Guidance with these habits."""

    def make(
        conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
    ) -> Velocity:
        if scale == 1 and not always:
            return conditional

        def guided(x: Tensor, t: Tensor) -> Tensor:
            here = inside(t, *interval)
            if not here.any() and not always:
                return conditional(x, t)
            better, worse = unpack(both(rows(x), stacked(t)))
            return torch.where(here, line(better, worse, scale), worse if outside == "worse" else better)

        return guided

    return make


def _all_or_none(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    def guided(x: Tensor, t: Tensor) -> Tensor:
        if scale == 1 or not ((interval[0] < t) & (t <= interval[1])).all():
            return conditional(x, t)
        better, worse = both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)
        return guide(better, worse, scale)

    return guided


def _guided_at_scale_one(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    always = _free(always=True)(conditional, both, scale=scale, interval=interval)
    low, high = interval
    return lambda x, t: always(x, t) if ((low < t) & (t <= high)).any() else conditional(x, t)


def _asks_both_outside(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    return conditional if scale == 1 else _free(always=True)(conditional, both, scale=scale, interval=interval)


def _three_calls(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    right = classifier_free(conditional, both, scale=scale, interval=interval)

    def guided(x: Tensor, t: Tensor) -> Tensor:
        without = conditional(x, t)
        inside = bool(((interval[0] < t) & (t <= interval[1])).any())
        return right(x, t) if inside and scale != 1 else without

    return guided


def _not_a_function(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    if scale == 1:
        return conditional
    low, high = interval

    class Guided:
        def __call__(self, x: Tensor, t: Tensor) -> Tensor:
            mask = ((t > low) * (t <= high)).to(x)
            if mask.sum() == 0:
                return conditional(x, t)
            answers = both(x.repeat(2, *[1] * (x.ndim - 1)), t.repeat(2, *[1] * (t.ndim - 1)))
            better, worse = answers[: len(x)], answers[len(x) :]
            return better + mask * (scale - 1) * (better - worse)

    return Guided()


CLASSIFIER_FREE = Exercise(
    name="classifier_free",
    reference=classifier_free,
    cases=(
        _guided("two clips with two captions at scale 3, all at t=0.5", [0.5] * 3, scale=3.0),
        _guided("scale 1, which is the conditional network alone", [0.5] * 3, scale=1.0),
        _guided("scale 0, which forgets the captions", [0.5] * 3, scale=0.0),
        _guided("t=0.9, outside the interval (0.2, 0.7)", [0.9] * 3, scale=4.0, interval=(0.2, 0.7)),
        _guided(
            "three frames at t=0.2, 0.5 and 0.7 with the interval (0.2, 0.7)",
            [0.2, 0.5, 0.7],
            scale=4.0,
            interval=(0.2, 0.7),
        ),
        _guided(
            "three frames at t=0.5, 0.2 and 0.9 with the interval (0.2, 0.7)",
            [0.5, 0.2, 0.9],
            scale=4.0,
            interval=(0.2, 0.7),
        ),
        _guided(
            "three frames at t=0.9, 0.5 and 0.9 with the interval (0.2, 0.7)",
            [0.9, 0.5, 0.9],
            scale=4.0,
            interval=(0.2, 0.7),
        ),
        Case("two calls, with another clip in the second one", _asked_twice),
        Case("scale 1 with the interval (0.2, 0.7), where conditional alone is asked", _at_scale_one),
    ),
    mistakes=(
        Mistake(
            "halves swapped",
            _free(unpack=lambda answer: answer.chunk(2)[::-1]),
            "you take the second half of the answer for the one with the captions: they come first, and after them "
            "what to steer away from",
        ),
        Mistake(
            "one too many",
            _free(line=lambda better, worse, scale: better + scale * (better - worse)),
            "you start from the better answer, so that your scale 0 is already the conditional network: that is the "
            "paper's w, one less than the scale here. Start from the worse one, as `guide` does",
        ),
        Mistake(
            "one direction for the batch",
            _free(line=_one_direction),
            "you average the difference over the batch, so that every clip is pushed towards everybody's caption; each "
            "clip has a direction of its own",
        ),
        Mistake(
            "three channels only",
            _free(line=_three_channels),
            "only the first three channels are guided. A latent has more of them than a picture has colours, and all "
            "of them have to go along",
        ),
        Mistake(
            "every second row",
            _free(unpack=lambda answer: (answer[0::2], answer[1::2])),
            "you take every second row. The clips are stacked on themselves as a whole, so the answer has two halves",
        ),
        Mistake(
            "rows in turn, cut in the middle",
            _free(rows=_each_in_turn, stacked=_each_in_turn),
            "you put each clip beside its own copy, so that most rows get another row's caption: `both` wants all the "
            "clips once, and then all of them once more, torch.cat([x, x])",
        ),
        Mistake(
            "rows in turn, every second one",
            _free(rows=_each_in_turn, stacked=_each_in_turn, unpack=lambda answer: (answer[0::2], answer[1::2])),
            "you put each clip beside its own copy, so that captions and clips do not belong together: `both` wants "
            "all the clips once, and then all of them once more, torch.cat([x, x])",
        ),
        Mistake(
            "stacked in the channels",
            _free(
                rows=lambda x: torch.cat([x, x], dim=1), stacked=lambda t: t, unpack=lambda answer: answer.chunk(2, 1)
            ),
            "you stack the clips in their channels; `both` wants twice as many rows: torch.cat([x, x]), along the "
            "first axis",
        ),
        Mistake(
            "the difference turned round",
            _free(line=lambda better, worse, scale: worse + scale * (worse - better)),
            "you go from the better answer towards the worse one: the difference is better - worse",
        ),
        Mistake(
            "only the difference",
            _free(line=lambda better, worse, scale: scale * (better - worse)),
            "you return the difference alone: it is added to the worse answer, as in `guide`",
        ),
        Mistake(
            "a mean of both",
            _free(line=lambda better, worse, scale: (worse + scale * better) / (1 + scale)),
            "you take a weighted mean of the two answers, which never goes beyond the better one: start at the worse "
            "one and follow the difference scale times, as `guide` does",
        ),
        Mistake(
            "better and worse from two calls of conditional",
            _free(unpack=lambda answer: (answer.chunk(2)[0],) * 2),
            "your two answers are the same one, so scale makes no difference: the first half of the answer is better, "
            "the second half worse",
        ),
        Mistake(
            "the worse answer is kept",
            _kept_worse,
            "your second call still uses the worse answer of the first one: nothing may be kept between two calls, ask "
            "anew each time",
        ),
        Mistake(
            "the answer is kept",
            _kept_answer,
            "your second call gives the first call's answer again: nothing may be kept between two calls, ask anew "
            "each time",
        ),
        Mistake(
            "times not stacked",
            _free(stacked=lambda t: t),
            "there are twice as many clips as times: stack t on itself as well as x",
        ),
        Mistake(
            "interval ignored",
            _free(inside=lambda t, low, high: torch.ones_like(t, dtype=torch.bool)),
            "you guide at every time: look at the interval, and outside it answer as the conditional network does",
        ),
        Mistake(
            "one time for the clip",
            _free(inside=lambda t, low, high: ((low < t) & (t <= high)).any().expand(t.shape)),
            "you guide the whole clip as soon as one frame is inside the interval; each token has its own time, so "
            "choose with torch.where",
        ),
        Mistake(
            "the first token's time for all",
            _free(inside=lambda t, low, high: ((low < t) & (t <= high)).flatten()[0].expand(t.shape)),
            "you judge the whole clip by the time of its first token; each token has its own, so compare the tensor t "
            "itself, and choose with torch.where",
        ),
        Mistake(
            "the mean time for all",
            _free(inside=lambda t, low, high: ((low < t.mean()) & (t.mean() <= high)).expand(t.shape)),
            "you judge the whole clip by its mean time; each token has its own, so compare the tensor t itself, and "
            "choose with torch.where",
        ),
        Mistake(
            "both ends included",
            _free(inside=lambda t, low, high: (low <= t) & (t <= high)),
            "your interval includes its lower end; it is low < t <= high, so that what is given (t=0) is never guided",
        ),
        Mistake(
            "neither end included",
            _free(inside=lambda t, low, high: (low < t) & (t < high)),
            "your interval leaves out its upper end; it is low < t <= high, so that t=1, where sampling starts, can be "
            "guided",
        ),
        Mistake(
            "guided outside",
            _free(inside=lambda t, low, high: ~((low < t) & (t <= high))),
            "you guide outside the interval and not inside: torch.where takes its second argument where the first one "
            "is true",
        ),
        Mistake(
            "all or none",
            _all_or_none,
            "you guide only if every token is inside the interval. As soon as one is, ask `both`, and let torch.where "
            "choose token by token",
        ),
        Mistake(
            "the other end included",
            _free(inside=lambda t, low, high: (low <= t) & (t < high)),
            "the wrong end of the interval is inside: it is low < t <= high, so that t=1, where sampling starts, can "
            "be guided and what is given (t=0) never is",
        ),
        Mistake(
            "unconditional outside",
            _free(outside="worse"),
            "outside the interval you answer without the caption; it should be with the caption, only not guided",
        ),
        Mistake(
            "always twice the rows",
            _free(always=True),
            "the velocity is right, but you ask for twice the rows even where there is nothing to guide: at scale 1, "
            "and while no token is inside the interval, ask `conditional` only",
        ),
        Mistake(
            "scale 1 forgotten",
            _guided_at_scale_one,
            "at scale 1 you ask for twice the rows and get what `conditional` says alone: return `conditional` there",
        ),
        Mistake(
            "nothing inside forgotten",
            _asks_both_outside,
            "while no token is inside the interval you ask for twice the rows all the same: `conditional` alone is "
            "enough there (`if not inside.any()`)",
        ),
        Mistake(
            "three rows for two",
            _three_calls,
            "you ask `conditional` and then `both`, which answers the same once more: you pay for three rows where two "
            "are enough. The first half of both's answer is what conditional says",
        ),
    ),
    alternatives=(_not_a_function, _free()),
    hints=(
        "You return a *function* of x and t, which the sampler calls at every step. Write `def guided(x, t): …` "
        "inside, and `return guided` at the end.",
        "First the cheap ways out: scale 1 returns `conditional` itself; in `guided`, if no token is inside, return "
        "`conditional(x, t)`.",
        "`inside = (low < t) & (t <= high)` is true token by token. `both(torch.cat([x, x]), torch.cat([t, t]))` has "
        "two halves: `.chunk(2)`.",
        "`return torch.where(inside, guide(better, worse, scale), better)`",
    ),
    becomes="minisora/diffusion/guidance.py",
    minutes=15,
    difficulty=3,
    points=3,
)
