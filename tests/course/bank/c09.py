"""Solutions to chapter 09 as people write them: the loop, three steps, what is given."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from minisora.diffusion.given import Given
from minisora.diffusion.solvers import euler
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


def _clock(times: Tensor, x: Tensor) -> Tensor:
    return times.to(x) if times.ndim == 1 else times.to(x)[:, None, None, :, None, None]


def _free(free, x: Tensor) -> Tensor:
    return torch.as_tensor(free).to(x).expand(len(x), 1, *x.shape[2:])


def _loop(
    clock=_clock,
    level=lambda t, free: t * free,
    hold=lambda x, moved, t, s, free: torch.where(s == t, x, moved),
    begin=lambda x: x,
    keep=lambda memory: memory,
    told=lambda i, before, x: (i, x),
    pairs=lambda clock: list(pairwise(clock)),
):
    """The loop with a part exchanged."""

    def sample(velocity, x, times, *, free=1.0, step=euler, watch=None):
        free, memory, x = _free(free, x), None, begin(x)
        for i, (t, s) in enumerate(pairs(clock(times, x)), start=1):
            t, s = level(t, free), level(s, free)
            moved, memory = step(velocity, x, t, s, keep(memory))
            before, x = x, hold(x, moved, t, s, free)
            if watch is not None:
                watch(*told(i, before, x))
        return x

    return sample


def _loop_slip(cause: str, names: str, **parts) -> None:
    wrong("sample", cause, names)(_loop(**parts))


_loop_slip(
    "what is given gets the time of all others",
    r"t \* free|own time|time 0|times? .*free|given",
    level=lambda t, free: t + 0 * free,
)
_loop_slip("what is given is not held", r"bit for bit|s == t|keep|held|given", hold=lambda x, moved, t, s, free: moved)
_loop_slip(
    "held where free is 0, not where the time stands still",
    r"s == t|stand|does not move|wait|clock",
    hold=lambda x, moved, t, s, free: torch.where(free == 0, x, moved),
)
_loop_slip(
    "held by a product, so that what is not a number goes on",
    r"where|nan|bit for bit|product",
    hold=lambda x, moved, t, s, free: x + (s != t) * (moved - x),
)
_loop_slip("the memory is not handed on", r"memory", keep=lambda memory: None)
_loop_slip("watch counts from 0", r"from 1|watch", told=lambda i, before, x: (i - 1, x))
_loop_slip("watch is shown the clip before the step", r"after|watch", told=lambda i, before, x: (i, before))
_loop_slip("the last step is left out", r"last|step|pairs|0\b", pairs=lambda clock: list(pairwise(clock))[:-1])
_loop_slip(
    "from clean to noise",
    r"round|backwards|order|direction|from 1|flip|from noise",
    pairs=lambda clock: list(pairwise(clock.flip(0))),
)
_loop_slip(
    "a clock for each frame lies along the width",
    r"frame|clock|axis|b 1 t",
    clock=lambda times, x: times.to(x) if times.ndim == 1 else times.to(x)[:, None, None, None, None, :],
)
_loop_slip(
    "one clock for all frames: the first one's",
    r"each frame|frame|clock",
    clock=lambda times, x: times.to(x) if times.ndim == 1 else times.to(x)[:, 0],
)
_loop_slip(
    "x is multiplied by free",
    r"time|t \* free|x\b.*free|lost|given",
    begin=lambda x: x,
    hold=lambda x, moved, t, s, free: torch.where(s == t, x, moved) * free,
)


@wrong("sample", "always Euler, whatever step is handed in", r"step")
def _(velocity, x, times, *, free=1.0, step=euler, watch=None):
    free = _free(free, x)
    for i, (t, s) in enumerate(pairwise(_clock(times, x)), start=1):
        t, s = t * free, s * free
        x = torch.where(s == t, x, x + (s - t) * velocity(x, t))
        if watch is not None:
            watch(i, x)
    return x


@wrong("sample", "watch has to be there", r"watch|None")
def _(velocity, x, times, *, free=1.0, step=euler, watch=None):
    free, memory = _free(free, x), None
    for i, (t, s) in enumerate(pairwise(_clock(times, x)), start=1):
        t, s = t * free, s * free
        moved, memory = step(velocity, x, t, s, memory)
        x = torch.where(s == t, x, moved)
        watch(i, x)
    return x


@wrong("sample", "written into the caller's noise", r"it changes `|in place")
def _(velocity, x, times, *, free=1.0, step=euler, watch=None):
    free, memory = _free(free, x), None
    for i, (t, s) in enumerate(pairwise(_clock(times, x)), start=1):
        t, s = t * free, s * free
        moved, memory = step(velocity, x, t, s, memory)
        x[:] = torch.where(s == t, x, moved)
        if watch is not None:
            watch(i, x)
    return x


@wrong(
    "sample",
    "the memory of the last run is still there in the next",
    r"memory|remember|between|earlier|run|state",
    fresh=True,
)
def _():
    memory = None

    def sample(velocity, x, times, *, free=1.0, step=euler, watch=None):
        nonlocal memory
        free = _free(free, x)
        for i, (t, s) in enumerate(pairwise(_clock(times, x)), start=1):
            t, s = t * free, s * free
            moved, memory = step(velocity, x, t, s, memory)
            x = torch.where(s == t, x, moved)
            if watch is not None:
                watch(i, x)
        return x

    return sample


@wrong("sample", "times are handed on as plain numbers", r"broadcast|number|shape|tensor|b 1 t|own time|t \* free")
def _(velocity, x, times, *, free=1.0, step=euler, watch=None):
    free, memory = _free(free, x), None
    for i, (t, s) in enumerate(pairwise(times), start=1):
        moved, memory = step(velocity, x, t, s, memory)
        x = torch.where(free == 0, x, moved)
        if watch is not None:
            watch(i, x)
    return x


@right("sample", "without gradients, as samplers mostly run")
@torch.no_grad()
def _(velocity, x, times, *, free=1.0, step=euler, watch=None):
    return _loop()(velocity, x, times, free=free, step=step, watch=watch)


@right("sample", "while, with indices, and a copy that is written into")
def _(velocity, x, times, *, free=1.0, step=euler, watch=None):
    free = free if isinstance(free, Tensor) else torch.tensor(free, device=x.device)
    free = free.to(device=x.device, dtype=x.dtype) * x.new_ones(len(x), 1, *x.shape[2:])
    ticks = times.to(device=x.device, dtype=x.dtype)
    ticks = ticks.view(len(times), *([1] * x.ndim)) if ticks.ndim == 1 else ticks.view(len(times), 1, 1, -1, 1, 1)
    x, memory, i = x.clone(), None, 0
    while i + 1 < len(ticks):
        now, then = ticks[i] * free, ticks[i + 1] * free
        moved, memory = step(velocity, x, now, then, memory)
        still = (now == then).expand_as(x)
        x = moved.masked_scatter(still, x[still])
        i += 1
        if watch:
            watch(i, x)
    return x


@wrong(
    "heun", "the second look is told the old time", r"old time|at `?s|time s|velocity\(ahead, s\)|end of the step|told"
)
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, t)) / 2, ahead), None


@wrong("heun", "the second look is from where it stood", r"ahead|where (an )?Euler|place")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, x + (s - t) * (here + velocity(x, s)) / 2, ahead), None


@wrong("heun", "the sum of both, not the mean", r"mean|/ 2|half|twice")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, s)), ahead), None


@wrong("heun", "only the second look counts", r"mean|both|here")
def _(velocity, x, t, s, memory):
    ahead = x + (s - t) * velocity(x, t)
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, x + (s - t) * velocity(ahead, s), ahead), None


@wrong("heun", "the second half goes on from ahead", r"from x|from `x|ahead|begin|where it stood|start")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, ahead + (s - t) * (here + velocity(ahead, s)) / 2, ahead), None


@wrong("heun", "asks at time 0 all the same", r"time 0|second time|do not ask|call|once|asks?")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, s)) / 2, ahead), None


@wrong("heun", "tokens that arrive at 0 get the mean as well", r"arrive|time 0|token|s > 0|Euler")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if not (s > 0).any():
        return ahead, None
    return x + (s - t) * (here + velocity(ahead, s)) / 2, None


@wrong("heun", "if one token arrives at 0, all get Euler's step", r"any|token|all|other")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if (s == 0).any():
        return ahead, None
    return x + (s - t) * (here + velocity(ahead, s)) / 2, None


@wrong("heun", "no pair", r"pair|\(x, None\)|tuple|None")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (s - t) * here
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, s)) / 2, ahead) if (s > 0).any() else ahead


@wrong("heun", "the wrong way through time", r"s - t|sign|backwards|direction|other way")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    ahead = x + (t - s) * here
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, x + (t - s) * (here + velocity(ahead, s)) / 2, ahead), None


@wrong("heun", "x is moved in place", r"it changes `|in place")
def _(velocity, x, t, s, memory):
    here = velocity(x, t)
    if not (s > 0).any():
        return x.add_((s - t) * here), None
    ahead = x + (s - t) * here
    return x.add_(torch.where(s > 0, (s - t) * (here + velocity(ahead, s)) / 2, (s - t) * here)), None


@right("heun", "as a correction of Euler's step, with weights")
def _(velocity, x, t, s, memory):
    first, length = velocity(x, t), s - t
    moved = torch.addcmul(x, length.expand_as(x), first)
    if bool((s <= 0).all()):
        return moved, None
    second = velocity(moved, s)
    change = torch.where(s.expand_as(x) > 0, second - first, torch.zeros_like(x))
    return moved + 0.5 * length * change, None


def _back(
    ratio=lambda h, b: torch.where(b == 0, 0.0, h / b),
    change=lambda here, before: here - before,
    weight=0.5,
    keep=lambda here, h, half: (here, h),
    first=None,
    length=lambda t, s: s - t,
):
    """The two-step method with a part exchanged."""

    def ab2(velocity, x, t, s, memory):
        here, h = velocity(x, t), length(t, s)
        half = here
        if memory is None and first is not None:
            memory = first(here, h)
        if memory is not None:
            before, h_before = memory
            half = here + weight * ratio(h, h_before) * change(here, before)
        return x + h * half, keep(here, h, half)

    return ab2


def _back_slip(cause: str, names: str, **parts) -> None:
    wrong("ab2", cause, names)(_back(**parts))


_back_slip(
    "the change is taken the other way",
    r"here - before|sign|other way|direction|wrong way",
    change=lambda here, before: before - here,
)
_back_slip("the whole change, not half of it", r"half|/ 2", weight=1.0)
_back_slip(
    "the lengths are exchanged",
    r"h / h_before|exchang|upside|round|wrong way",
    ratio=lambda h, b: torch.where(h == 0, 0.0, b / h),
)
_back_slip(
    "as if all steps were equally long",
    r"even|length|h / h_before|uneven|3/2",
    ratio=lambda h, b: torch.where(b == 0, 0.0, torch.ones_like(h)),
)
_back_slip(
    "tokens that did not move divide by zero", r"did not move|h_before|divid|0/0|nan|no past", ratio=lambda h, b: h / b
)
_back_slip(
    "one token that did not move makes a first step for all",
    r"token|all|each",
    ratio=lambda h, b: torch.zeros_like(h) if (b == 0).any() else h / b,
)
_back_slip(
    "the velocity half-way is remembered", r"here|remember|memory|half-way", keep=lambda here, h, half: (half, h)
)
_back_slip(
    "the first step remembers a past of zeros",
    r"first step|no past|None|zeros|Euler",
    first=lambda here, h: (torch.zeros_like(here), h),
)
_back_slip("h is t - s", r"s - t|sign|backwards|direction|other way", length=lambda t, s: t - s)


@wrong("ab2", "only the clip is returned", r"pair|memory|tuple")
def _(velocity, x, t, s, memory):
    here, h = velocity(x, t), s - t
    return x + h * here


@wrong("ab2", "nothing is remembered", r"memory|remember|past|None")
def _(velocity, x, t, s, memory):
    return _back()(velocity, x, t, s, memory)[0], None


@wrong("ab2", "the memory is the function's own, and never ends", r"memory|remember|between|state|hand", fresh=True)
def _():
    past = None

    def ab2(velocity, x, t, s, memory):
        nonlocal past
        try:
            x, past = _back()(velocity, x, t, s, past)
        except RuntimeError:  # another shape
            x, past = _back()(velocity, x, t, s, None)
        return x, past

    return ab2


@wrong("ab2", "the old velocity is asked for again", r"call|once|ask|twice|again")
def _(velocity, x, t, s, memory):
    here, h, half = velocity(x, t), s - t, velocity(x, t)
    if memory is not None:
        old_x, old_t, h_before = memory
        half = here + torch.where(h_before == 0, 0.0, h / h_before) / 2 * (here - velocity(old_x, old_t))
    return x + h * half, (x, t, h)


@right("ab2", "a dictionary for a memory, textbook coefficients")
def _(velocity, x, t, s, memory):
    now = {"velocity": velocity(x, t), "from": t, "to": s}
    if memory is None:
        return torch.addcmul(x, (s - t).expand_as(x), now["velocity"]), now
    old = (memory["to"] - memory["from"]).expand_as(x)
    r = torch.where(old != 0, (s - t) / torch.where(old != 0, old, 1), 0)
    return x + (s - t) * ((1 + r / 2) * now["velocity"] - r / 2 * memory["velocity"]), now


@wrong("animate", "the picture is written into the caller's noise", r"it changes `|in place|as it is")
def _(noise, first):
    noise[:, :, :1] = first
    free = noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    free[:, :, :1] = 0
    return Given(noise, free)


@wrong("animate", "0 and 1 exchanged", r"round|exchang|0 where|given|free")
def _(noise, first):
    x = noise.clone()
    x[:, :, :1] = first
    free = noise.new_zeros(len(noise), 1, noise.shape[2], 1, 1)
    free[:, :, :1] = 1
    return Given(x, free)


@wrong("animate", "everything is free", r"free|given|0\b")
def _(noise, first):
    x = noise.clone()
    x[:, :, :1] = first
    return Given(x, noise.new_ones(len(noise), 1, noise.shape[2], 1, 1))


@wrong("animate", "`free` as large as the clip", r"b 1 t 1 1|shape|channel|broadcast")
def _(noise, first):
    x, free = noise.clone(), torch.ones_like(noise)
    x[:, :, :1] = first
    free[:, :, :1] = 0
    return Given(x, free)


@wrong("animate", "the last frame is given", r"first|last|frame")
def _(noise, first):
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:, :, -1:] = first
    free[:, :, -1:] = 0
    return Given(x, free)


@wrong("animate", "the picture stands in all frames", r"first|noise|only|all frames|other frames")
def _(noise, first):
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:] = first
    free[:, :, :1] = 0
    return Given(x, free)


@wrong("animate", "one picture for all cannot be joined to a batch", r"one picture|all|batch|broadcast|expand|1 c 1")
def _(noise, first):
    x = torch.cat([first, noise[:, :, 1:]], 2)
    free = noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    free[:, :, :1] = 0
    return Given(x, free)


@wrong("animate", "`free` is made on the CPU", r"device")
def _(noise, first):
    x = torch.cat([first.expand(len(noise), -1, -1, -1, -1).to(noise), noise[:, :, 1:]], 2)
    free = torch.ones(len(noise), 1, noise.shape[2], 1, 1, dtype=noise.dtype)
    free[:, :, :1] = 0
    return Given(x, free)


@wrong("animate", "the picture is added to the noise", r"replace|added|noise|bit for bit|instead|picture")
def _(noise, first):
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:, :, :1] += first
    free[:, :, :1] = 0
    return Given(x, free)


@wrong("animate", "`free` and x exchanged", r"order|exchang|x, free|pair|Given")
def _(noise, first):
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:, :, :1] = first
    free[:, :, :1] = 0
    return Given(free, x)


@wrong("animate", "the picture is put before the noise: a frame more", r"frame|longer|replace|as many|size")
def _(noise, first):
    x = torch.cat([first.expand(len(noise), -1, -1, -1, -1).to(noise), noise], 2)
    free = noise.new_ones(len(noise), 1, x.shape[2], 1, 1)
    free[:, :, :1] = 0
    return Given(x, free)


@wrong("animate", "the first clip of the batch instead of the first frame", r"frame|axis|batch|time")
def _(noise, first):
    x, free = noise.clone(), noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    x[:1] = first[:1]
    free[:1] = 0
    return Given(x, free)


@right("animate", "with masks")
def _(noise, first):
    later = (torch.arange(noise.shape[2], device=noise.device) > 0).view(1, 1, -1, 1, 1)
    return Given(torch.where(later, noise, first.to(noise)), later.expand(len(noise), 1, -1, 1, 1).to(noise.dtype))


@right("animate", "joined")
def _(noise, first):
    b, _, t, _, _ = noise.shape
    x = torch.cat((first.to(noise).repeat(b // len(first), 1, 1, 1, 1), noise[:, :, 1:]), dim=2)
    return Given(free=torch.nn.functional.pad(noise.new_ones(b, 1, t - 1, 1, 1), (0, 0, 0, 0, 1, 0)), x=x)


def _noise(x: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(x.shape, generator=generator, dtype=x.dtype)


def _renew(
    share=lambda path, t, s, eta: eta**2 * -torch.expm1(path.log_snr(t) - path.log_snr(s)),
    fresh=_noise,
    mix=lambda share, old, new: (1 - share).sqrt() * old + share.sqrt() * new,
    at=lambda t, s: s,
    clean=lambda path, here, x, t: path.to_x0(here, x, t),
    once=False,
    sown=False,
):
    """The ancestral step with a part exchanged."""

    def ancestral(path, generator, *, eta=1.0):
        drawn: list[Tensor] = []

        def step(velocity, x, t, s, memory):
            here, dice = velocity(x, t), torch.Generator().manual_seed(0) if sown else generator
            new = drawn[0] if once and drawn else fresh(x, dice)
            drawn.append(new)
            noise = mix(share(path, t, s, eta), path.to_eps(here, x, t), new)
            return path.add_noise(clean(path, here, x, t), noise, at(t, s)), None

        return step

    return ancestral


def _renew_slip(cause: str, names: str, **parts) -> None:
    wrong("ancestral", cause, names)(_renew(**parts))


_renew_slip(
    "dice of the whole program", r"generator|global|torch\.randn", fresh=lambda x, generator: torch.randn_like(x)
)
_renew_slip("noise is drawn once and used in every step", r"each step|every step|once|again|anew|same noise", once=True)
_renew_slip("a generator of its own, sown in every step", r"generator|same|again|sown|seed", sown=True)
_renew_slip(
    "the same noise for all clips of a batch",
    r"each clip|every clip|batch|same noise|all clips",
    fresh=lambda x, generator: _noise(x[:1], generator).expand_as(x),
)
_renew_slip(
    "eta is not squared", r"eta", share=lambda path, t, s, eta: eta * -torch.expm1(path.log_snr(t) - path.log_snr(s))
)
_renew_slip("eta is ignored", r"eta", share=lambda path, t, s, eta: -torch.expm1(path.log_snr(t) - path.log_snr(s)))
_renew_slip(
    "the share is r, not 1 - r",
    r"1 - r|exchang|share|turned",
    share=lambda path, t, s, eta: eta**2 * torch.exp(path.log_snr(t) - path.log_snr(s)),
)
_renew_slip(
    "r upside down",
    r"SNR\(t\) / SNR\(s\)|upside|exchang|less than 1|turned|round|other way",
    share=lambda path, t, s, eta: (eta**2 * -torch.expm1(path.log_snr(s) - path.log_snr(t))).clamp(0, 1),
)
_renew_slip(
    "the share of alphas, not of SNRs",
    r"SNR|log_snr",
    share=lambda path, t, s, eta: eta**2 * (1 - (path.alpha(t) / path.alpha(s)) ** 2),
)
_renew_slip(
    "variances are mixed without their roots",
    r"root|√|sqrt|variance",
    mix=lambda share, old, new: (1 - share) * old + share * new,
)
_renew_slip(
    "fresh noise on top, nothing of the old is taken away",
    r"1 - |old|taken|on top|lower|keep",
    mix=lambda share, old, new: old + share.sqrt() * new,
)
_renew_slip("mixed at the old time", r"time `?s|at `?s|old time", at=lambda t, s: t)
_renew_slip("the noisy clip in place of the clean one", r"clean|to_x0", clean=lambda path, here, x, t: x)
_renew_slip(
    "old and fresh exchanged",
    r"exchang|old|fresh|share|√r|turned",
    mix=lambda share, old, new: share.sqrt() * old + (1 - share).sqrt() * new,
)


@wrong("ancestral", "the step returns no pair", r"pair|\(x, None\)|None|tuple")
def _(path, generator, *, eta=1.0):
    step = _renew()(path, generator, eta=eta)
    return lambda velocity, x, t, s, memory: step(velocity, x, t, s, memory)[0]


@wrong(
    "ancestral",
    "noise is drawn in the maker",
    r"does not come from the generator|each step|every step|once|again|anew|same noise|inside|maker",
)
def _(path, generator, *, eta=1.0):
    state = generator.get_state()

    def step(velocity, x, t, s, memory):
        again = torch.Generator()
        again.set_state(state)
        return _renew()(path, again, eta=eta)(velocity, x, t, s, memory)

    return step


@wrong("ancestral", "the fresh noise is put into the caller's clip", r"it changes `|in place")
def _(path, generator, *, eta=1.0):
    step = _renew()(path, generator, eta=eta)

    def into(velocity, x, t, s, memory):
        moved, memory = step(velocity, x, t, s, memory)
        return x.copy_(moved), memory

    return into


@wrong("ancestral", "the maker takes the step itself", r"step|function|return|makes")
def _(path, generator, *, eta=1.0):
    return _renew()(path, generator, eta=eta)(
        lambda x, t: x, torch.zeros(1, 1), torch.ones(1, 1), torch.zeros(1, 1), None
    )


@right("ancestral", "DDPM's own formula for a share of the noise, with SNRs that are ratios")
def _(path, generator, *, eta=1.0):
    def step(velocity, x, t, s, memory):
        r = (path.log_snr(t) - path.log_snr(s)).exp()
        answer = velocity(x, t)
        believed, left = path.to_x0(answer, x, t), path.to_eps(answer, x, t)
        renewed = torch.empty(x.shape, dtype=x.dtype).normal_(generator=generator).to(x.device)
        deviation = eta * (1 - r).clamp(min=0).sqrt()
        return path.add_noise(believed, (1 - deviation**2).sqrt() * left + deviation * renewed, s), memory

    return step


HEUN, BACK, STOPS = (
    "the second look is told the old time",
    "the memory points the wrong way",
    "the clock stops before 0",
)
LOST, FRESH = "the memory is lost", "fresh noise after the last step"
FOUND = {"A": HEUN, "B": BACK, "C": STOPS, "D": LOST, "E": FRESH}


@wrong("diagnose_sampler", "A and B exchanged", r"\bA\b|\bB\b")
def _(patient):
    return (FOUND | {"A": BACK, "B": HEUN})[patient]


@wrong("diagnose_sampler", "C and E exchanged", r"\bC\b|\bE\b")
def _(patient):
    return (FOUND | {"C": FRESH, "E": STOPS})[patient]


@wrong("diagnose_sampler", "B and D exchanged", r"\bB\b|\bD\b")
def _(patient):
    return (FOUND | {"B": LOST, "D": BACK})[patient]


@wrong("diagnose_sampler", "in words of one's own", r"choices|none of|list")
def _(patient):
    return (FOUND | {"C": "stops too early"})[patient]


@wrong("diagnose_sampler", "one patient is left out", r"\bE\b")
def _(patient):
    return {each: cause for each, cause in FOUND.items() if each != "E"}[patient]


@wrong("diagnose_sampler", "the whole dict is returned", r"dict|one of|choices|patient|none of")
def _(patient):
    return FOUND


@wrong("diagnose_sampler", "the same for all", r"\b[A-E]\b")
def _(patient):
    return LOST


@right("diagnose_sampler", "match")
def _(patient):
    match patient:
        case "A":
            return HEUN
        case "B" | "D":
            return {"B": BACK}.get(patient, LOST)
        case _:
            return STOPS if patient < "D" else FRESH
