"""Solutions to chapter 10 as people write them: the stopwatch, the roofline, 16 bits, answers used again, the bill."""

from __future__ import annotations

import statistics
import time

import torch
from torch import Tensor

from minisora.model.flops import flops
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


def _watch(
    *, before=True, after=True, early=False, warm=lambda n: n, count=lambda n: n, middle=statistics.median, timer=None
):
    """A stopwatch with a part exchanged."""

    def stopwatch(work, wait, clock, *, warm_up=2, repeats=5):
        clock, taken = timer or clock, []
        for _ in range(warm(warm_up)):
            work()
        for _ in range(count(repeats)):
            too_early = clock() if early else 0.0
            if before:
                wait()
            start = too_early if early else clock()
            work()
            if after:
                wait()
            taken.append(clock() - start)
        return middle(taken)

    return stopwatch


def _watch_slip(cause: str, names: str, **parts) -> None:
    wrong("stopwatch", cause, names)(_watch(**parts))


_watch_slip("it does not wait for the work", r"wait", after=False)
_watch_slip("work that was ordered before is counted in", r"wait|before", before=False)
_watch_slip("it never waits", r"wait", before=False, after=False)
_watch_slip("the clock is started before the waiting", r"wait|start|clock|before", early=True)
_watch_slip("no warm-up", r"warm", warm=lambda n: 0)
_watch_slip("always two warm-ups", r"warm_up", warm=lambda n: 2)
_watch_slip("one warm-up too few", r"warm", warm=lambda n: max(0, n - 1))
_watch_slip("always five repeats", r"repeats", count=lambda n: 5)
_watch_slip("the mean", r"median|mean", middle=statistics.mean)
_watch_slip("the shortest", r"median|shortest|min", middle=min)
_watch_slip("the first one", r"median|first", middle=lambda taken: taken[0])
_watch_slip(
    "number n // 2 of the sorted ones, also where there are two in the middle",
    r"two in the middle|even|two middle|mean of",
    middle=lambda taken: sorted(taken)[len(taken) // 2],
)
_watch_slip("number n // 2, not sorted", r"sort|order|median", middle=lambda taken: taken[len(taken) // 2])
_watch_slip(
    "PyTorch's median, the lower of two",
    r"two in the middle|even|two middle|mean of",
    middle=lambda taken: torch.tensor(taken, dtype=torch.float64).median().item(),
)
_watch_slip("a clock of its own", r"`?clock`?|perf_counter|given", timer=time.perf_counter)


@wrong("stopwatch", "all repeats in one piece, divided by their number", r"median|each|every")
def _(work, wait, clock, *, warm_up=2, repeats=5):
    for _ in range(warm_up):
        work()
    wait()
    start = clock()
    for _ in range(repeats):
        work()
    wait()
    return (clock() - start) / repeats


@wrong("stopwatch", "the warm-up is measured as well", r"warm")
def _(work, wait, clock, *, warm_up=2, repeats=5):
    taken = []
    for _ in range(warm_up + repeats):
        wait()
        start = clock()
        work()
        wait()
        taken.append(clock() - start)
    return statistics.median(taken)


@right("stopwatch", "waits once before, since nothing is ordered between two measurements")
def _(work, wait, clock, *, warm_up=2, repeats=5):
    [work() for _ in range(warm_up)]
    wait()

    def once():
        start = clock()
        work()
        wait()
        return clock() - start

    taken = sorted(once() for _ in range(repeats))
    return (taken[(repeats - 1) // 2] + taken[repeats // 2]) / 2


@right("stopwatch", "waits in the warm-up, too; PyTorch's quantile")
def _(work, wait, clock, *, warm_up=2, repeats=5):
    taken = []
    for i in range(-warm_up, repeats):
        wait()
        begun = clock()
        work()
        wait()
        if i >= 0:
            taken.append(clock() - begun)
    return torch.tensor(taken, dtype=torch.float64).quantile(0.5).item()


def _roof(cause: str, names: str):
    return wrong("roofline", cause, names)


_roof("the sum of both", r"same time|max|longer|sum")(
    lambda w, d, p, b: (w / p + d / b, "memory" if d / b > w / p else "arithmetic")
)
_roof("the shorter of both", r"longer|max")(
    lambda w, d, p, b: (min(w / p, d / b), "memory" if d / b > w / p else "arithmetic")
)
_roof("the names are exchanged", r"exchang|swapped|the other way round|names?\b")(
    lambda w, d, p, b: (max(w / p, d / b), "arithmetic" if d / b > w / p else "memory")
)
_roof("memory at a tie", r"tie|equal|alike|same|longer|as long")(
    lambda w, d, p, b: (max(w / p, d / b), "memory" if d / b >= w / p else "arithmetic")
)
_roof("peak by work", r"work / peak|divid|upside|per second|seconds")(
    lambda w, d, p, b: (max(p / w, b / d), "memory" if b / d > p / w else "arithmetic")
)
_roof("multiplied", r"divid|/ peak")(
    lambda w, d, p, b: (max(w * p, d * b), "memory" if d * b > w * p else "arithmetic")
)
_roof("peak and bandwidth exchanged", r"exchang|peak|bandwidth|traffic / bandwidth")(
    lambda w, d, p, b: (max(w / b, d / p), "memory" if d / p > w / b else "arithmetic")
)
_roof("only the time", r"pair|two|tuple|what limits|both")(lambda w, d, p, b: max(w / p, d / b))
_roof("the name first", r"first|order|seconds")(
    lambda w, d, p, b: ("memory" if d / b > w / p else "arithmetic", max(w / p, d / b))
)
_roof("other words", r"\"memory\"|'memory'|\"arithmetic\"|'arithmetic'|words")(
    lambda w, d, p, b: (max(w / p, d / b), "bandwidth" if d / b > w / p else "compute")
)
_roof("more operations than bytes is called arithmetic", r"longer|seconds|time|compare")(
    lambda w, d, p, b: (max(w / p, d / b), "memory" if d > w else "arithmetic")
)
_roof("in milliseconds", r"seconds|1000|thousand|ms")(
    lambda w, d, p, b: (1000 * max(w / p, d / b), "memory" if d / b > w / p else "arithmetic")
)
_roof("whole seconds", r"//|whole|round")(
    lambda w, d, p, b: (max(w // p, d // b), "memory" if d / b > w / p else "arithmetic")
)


@right("roofline", "max with a key")
def _(work, traffic, peak, bandwidth):
    return max((work / peak, "arithmetic"), (traffic / bandwidth, "memory"), key=lambda each: each[0])


@right("roofline", "by intensity")
def _(work, traffic, peak, bandwidth):
    bound = work * bandwidth < peak * traffic
    return (traffic / bandwidth if bound else work / peak), ("arithmetic", "memory")[bound]


@wrong("half_network", "the time is rounded, too", r"time")
def _(velocity, dtype):
    return lambda x, t: velocity(x.to(dtype), t.to(dtype)).to(x.dtype)


@wrong("half_network", "the answer stays short", r"answer|type that|own type")
def _(velocity, dtype):
    return lambda x, t: velocity(x.to(dtype), t).to(dtype)


@wrong("half_network", "the answer is always float32", r"float32|type that|own type|x\.dtype")
def _(velocity, dtype):
    return lambda x, t: velocity(x.to(dtype), t).float()


@wrong("half_network", "the clip is not rounded, only the answer", r"clip|round|x\b.*(goes in|in)|network")
def _(velocity, dtype):
    return lambda x, t: velocity(x, t).to(dtype).to(x.dtype)


@wrong("half_network", "nothing is done", r"round|clip|dtype")
def _(velocity, dtype):
    return lambda x, t: velocity(x, t)


@wrong(
    "half_network",
    "the clip is rounded and made long again before the network sees it",
    r"goes in|network|in `?dtype|16 bits|type",
)
def _(velocity, dtype):
    return lambda x, t: velocity(x.to(dtype).to(x.dtype), t).to(x.dtype)


@wrong("half_network", "always bfloat16", r"dtype|bfloat16")
def _(velocity, dtype):
    return lambda x, t: velocity(x.bfloat16(), t).to(x.dtype)


@wrong("half_network", "the answer gets the type of the time", r"type|x\.dtype|clip")
def _(velocity, dtype):
    return lambda x, t: velocity(x.to(dtype), t).to(t.dtype)


@wrong("half_network", "the caller's clip is rounded", r"it changes `|in place")
def _(velocity, dtype):
    def rounded(x: Tensor, t: Tensor) -> Tensor:
        x.copy_(x.to(dtype))
        return velocity(x.to(dtype), t).to(x.dtype)

    return rounded


@wrong(
    "half_network",
    "the first answer is given again and again",
    r"remember|each call|every call|again|asked|between|first",
)
def _(velocity, dtype):
    kept: list[Tensor] = []

    def rounded(x: Tensor, t: Tensor) -> Tensor:
        if not kept:
            kept.append(velocity(x.to(dtype), t).to(x.dtype))
        return kept[0]

    return rounded


@wrong("half_network", "an answer in place of a function", r"function|velocity|return")
def _(velocity, dtype):
    return velocity(torch.zeros(1, 1, 1, 1, 1, dtype=dtype), torch.zeros(1)).float()


@right("half_network", "a class, type_as")
class _:
    def __init__(self, velocity, dtype):
        self.velocity, self.dtype = velocity, dtype

    def __call__(self, x, t):
        return self.velocity(x.type(self.dtype), t).type_as(x)


def _again(far=lambda x, last, tolerance: (x - last).norm() > tolerance * last.norm(), follow=False):
    """Answers used again, with a part exchanged."""

    def reuse(velocity, tolerance):
        last: Tensor | None = None
        answer: Tensor | None = None

        def thrifty(x, t):
            nonlocal last, answer
            if last is None or far(x, last, tolerance):
                last, answer = x, velocity(x, t)
            elif follow:
                last = x
            return answer

        return thrifty

    return reuse


def _again_slip(cause: str, names: str, **parts) -> None:
    wrong("reuse", cause, names)(_again(**parts))


_again_slip(
    "compared with the step before, not with the last question",
    r"last ask|step before|previous|since|never add",
    follow=True,
)
_again_slip(
    "the lengths are compared, not the clips",
    r"norm of the difference|\|x - last\||length|difference",
    far=lambda x, last, tolerance: (x.norm() - last.norm()).abs() > tolerance * last.norm(),
)
_again_slip(
    "means are compared",
    r"norm|mean|all numbers",
    far=lambda x, last, tolerance: (x - last).mean().abs() > tolerance * last.mean().abs(),
)
_again_slip(
    "mean sizes are compared",
    r"norm|mean|square",
    far=lambda x, last, tolerance: (x - last).abs().mean() > tolerance * last.abs().mean(),
)
_again_slip(
    "the largest numbers are compared",
    r"norm|largest",
    far=lambda x, last, tolerance: (x - last).abs().max() > tolerance * last.abs().max(),
)
_again_slip(
    "asks at exactly the tolerance, too",
    r"more than|exactly|>=|equal",
    far=lambda x, last, tolerance: (x - last).norm() >= tolerance * last.norm(),
)
_again_slip(
    "the change is not relative",
    r"relative|\|last\||divid|last\.norm",
    far=lambda x, last, tolerance: (x - last).norm() > tolerance,
)
_again_slip(
    "relative to the new clip",
    r"last|of that (time|call)|relative to",
    far=lambda x, last, tolerance: (x - last).norm() > tolerance * x.norm(),
)
_again_slip(
    "asks when little has changed",
    r"round|more than|little|only when|turned|<",
    far=lambda x, last, tolerance: (x - last).norm() < tolerance * last.norm(),
)
_again_slip(
    "the squares are compared with the tolerance",
    r"root|square|norm",
    far=lambda x, last, tolerance: (x - last).square().sum() > tolerance * last.square().sum(),
)
_again_slip(
    "if one clip of the batch has moved far, all are asked",
    r"all numbers|whole|batch|each clip|one norm",
    far=lambda x, last, tolerance: bool(
        ((x - last).flatten(1).norm(dim=1) > tolerance * last.flatten(1).norm(dim=1)).any()
    ),
)
_again_slip("it always asks", r"again|asked|only when|every", far=lambda x, last, tolerance: True)
_again_slip("it never asks again", r"ask|never|change", far=lambda x, last, tolerance: False)


@wrong("reuse", "the first question is answered from zeros", r"first")
def _(velocity, tolerance):
    last: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x, t):
        nonlocal last, answer
        if last is None:
            last, answer = torch.zeros_like(x), torch.zeros_like(x)
        if (x - last).norm() > tolerance * last.norm():
            last, answer = x, velocity(x, t)
        return answer

    return thrifty


MEMORY: list[tuple[Tensor, Tensor]] = []


@wrong("reuse", "one memory for all", r"memory|own|share|another|between")
def _(velocity, tolerance):
    def thrifty(x, t):
        same = MEMORY and MEMORY[-1][0].shape == x.shape
        if not same or (x - MEMORY[-1][0]).norm() > tolerance * MEMORY[-1][0].norm():
            MEMORY.append((x, velocity(x, t)))
        return MEMORY[-1][1]

    return thrifty


@wrong("reuse", "asks, and gives the old answer", r"new answer|old answer|answer of|last answer|late")
def _(velocity, tolerance):
    last: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x, t):
        nonlocal last, answer
        if last is None:
            last, answer = x, velocity(x, t)
        old = answer
        if (x - last).norm() > tolerance * last.norm():
            last, answer = x, velocity(x, t)
        return old

    return thrifty


@wrong("reuse", "the clip of the last question is not noted", r"last|noted|remember|of that (time|call)|first")
def _(velocity, tolerance):
    first: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x, t):
        nonlocal first, answer
        if first is None:
            first, answer = x, velocity(x, t)
        if (x - first).norm() > tolerance * first.norm():
            answer = velocity(x, t)
        return answer

    return thrifty


@wrong("reuse", "the network is asked in order to decide", r"ask|call|question|clip")
def _(velocity, tolerance):
    answer: Tensor | None = None

    def thrifty(x, t):
        nonlocal answer
        new = velocity(x, t)
        if answer is None or (new - answer).norm() > tolerance * answer.norm():
            answer = new
        return answer

    return thrifty


@wrong("reuse", "the time decides, not the clip", r"clip|time|change")
def _(velocity, tolerance):
    last: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x, t):
        nonlocal last, answer
        if last is None or (t - last).abs().max() > tolerance:
            last, answer = t, velocity(x, t)
        return answer

    return thrifty


@right("reuse", "a class with its own memory")
class _:
    def __init__(self, velocity, tolerance):
        self.velocity, self.tolerance, self.clip, self.answer = velocity, tolerance, None, None

    def __call__(self, x, t):
        if self.clip is not None:
            change = torch.linalg.vector_norm(x - self.clip).item()
            if not change > self.tolerance * torch.linalg.vector_norm(self.clip).item():
                return self.answer
        self.clip, self.answer = x.detach().clone(), self.velocity(x, t)
        return self.answer


@right("reuse", "a dictionary, squares on both sides")
def _(velocity, tolerance):
    memory: dict[str, Tensor] = {}

    def thrifty(x, t):
        if memory:
            away, size = (x - memory["clip"]).double().pow(2).sum(), memory["clip"].double().pow(2).sum()
        if not memory or away.sqrt() / size.sqrt() > tolerance:
            memory.update(clip=x, answer=velocity(x, t))
        return memory["answer"]

    return thrifty


def _bill(
    latents=lambda frames: 1 + (frames - 1) // 4,
    places=lambda config, h, w: (h // (8 * config.patch)) * (w // (8 * config.patch)),
    rows=lambda guided: 2 if guided else 1,
    calls=lambda steps: steps,
    cost=flops,
):
    """The bill with a part exchanged."""

    def sampling_flops(config, frames, height, width, *, steps, guided=True, words=24):
        tokens = latents(frames) * places(config, height, width)
        return calls(steps) * rows(guided) * cost(config, tokens, words)

    return sampling_flops


def _bill_slip(cause: str, names: str, **parts) -> None:
    wrong("sampling_flops", cause, names)(_bill(**parts))


_bill_slip(
    "a quarter of the frames: the first one is forgotten",
    r"1 \+ (4)?k|first|one more|1 \+|latent frame is missing",
    latents=lambda frames: frames // 4,
)
_bill_slip("every frame counts", r"1 \+ (4)?k|4|time|frames", latents=lambda frames: frames)
_bill_slip("patches are forgotten", r"patch", places=lambda config, h, w: (h // 8) * (w // 8))
_bill_slip(
    "the patch divides once, not on both sides",
    r"patch",
    places=lambda config, h, w: (h // 8) * (w // 8) // config.patch,
)
_bill_slip("a patch is always 2 x 2", r"patch", places=lambda config, h, w: (h // 16) * (w // 16))
_bill_slip(
    "pixels instead of latents",
    r"8|codec|pixel|latent",
    places=lambda config, h, w: (h // config.patch) * (w // config.patch),
)
_bill_slip(
    "frames are as high as wide", r"height|width|square", places=lambda config, h, w: (h // (8 * config.patch)) ** 2
)
_bill_slip("guidance is free", r"guid|two rows|two|twice", rows=lambda guided: 1)
_bill_slip("always two rows", r"guid|one row|without", rows=lambda guided: 2)
_bill_slip("guided and unguided exchanged", r"guid", rows=lambda guided: 1 if guided else 2)
_bill_slip("a call more than steps", r"step|call", calls=lambda steps: steps + 1)
_bill_slip("one step only", r"step", calls=lambda steps: 1)
_bill_slip("always 24 words", r"words", cost=lambda config, tokens, words: flops(config, tokens, 24))
_bill_slip(
    "words are among the tokens, and counted twice",
    r"words",
    cost=lambda config, tokens, words: flops(config, tokens + words, words),
)


@wrong("sampling_flops", "the second row as twice the tokens", r"row|token|twice|attention|square")
def _(config, frames, height, width, *, steps, guided=True, words=24):
    side = 8 * config.patch
    tokens = (1 + (frames - 1) // 4) * (height // side) * (width // side)
    return steps * flops(config, tokens * (2 if guided else 1), words)


@wrong("sampling_flops", "the second row has no words", r"row|words|without")
def _(config, frames, height, width, *, steps, guided=True, words=24):
    side = 8 * config.patch
    tokens = (1 + (frames - 1) // 4) * (height // side) * (width // side)
    return steps * (flops(config, tokens, words) + (flops(config, tokens, 1) if guided else 0))


@right("sampling_flops", "latents first, then patches")
def _(config, frames, height, width, *, steps, guided=True, words=24):
    latent = (frames + 3) // 4, height // 8, width // 8
    tokens = latent[0] * latent[1] * latent[2] // config.patch**2
    return sum(flops(config, tokens, words) for _ in range(steps) for _ in range(1 + guided))


CAUSES = {
    "A": "arithmetic",
    "B": "launching small kernels",
    "C": "memory traffic",
    "D": "waiting for Python to read a number",
    "E": "first calls that compile",
}


@wrong("diagnose_slow", "A and C exchanged", r"\bA\b|\bC\b")
def _(program):
    return (CAUSES | {"A": "memory traffic", "C": "arithmetic"})[program]


@wrong("diagnose_slow", "B is said to copy", r"\bB\b")
def _(program):
    return (CAUSES | {"B": "copies between CPU and GPU"})[program]


@wrong("diagnose_slow", "B and D exchanged", r"\bB\b|\bD\b")
def _(program):
    return (CAUSES | {"B": "waiting for Python to read a number", "D": "launching small kernels"})[program]


@wrong("diagnose_slow", "in words of one's own", r"choices|none of|list")
def _(program):
    return (CAUSES | {"E": "compiling"})[program]


@wrong("diagnose_slow", "one program is left out", r"\bE\b")
def _(program):
    return {each: cause for each, cause in CAUSES.items() if each != "E"}[program]


@wrong("diagnose_slow", "E is said to be limited by arithmetic", r"\bE\b")
def _(program):
    return (CAUSES | {"E": "arithmetic"})[program]


@wrong("diagnose_slow", "nothing is returned", r"None|return|choices|none of")
def _(program):
    CAUSES[program]


@right("diagnose_slow", "a list and the letters' places")
def _(program):
    return list(CAUSES.values())["ABCDE".index(program)]
