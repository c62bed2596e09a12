"""Chapter 10: how long sampling takes, what limits it, and what may be left out."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call, finding
from minisora.course.devices import stopwatch
from minisora.diffusion.path import Velocity
from minisora.model.dit import DiT, DiTConfig
from minisora.model.flops import flops

#: Words in the names of PyTorch's operations, by the kind of work.
KINDS = {
    "attention": ("scaled_dot", "flash", "efficient_attention"),
    "matrix products": ("mm", "linear"),
    "copies": ("copy", "cat", "clone", "contiguous"),
    "element by element": ("mul", "add", "gelu", "silu", "norm", "mean", "pow", "square", "sqrt", "embedding"),
}


def kind_of(name: str) -> str:
    """To which of ``KINDS`` an operation belongs, by its name, or "others"."""
    return next((kind for kind, words in KINDS.items() if any(word in name for word in words)), "others")


def largest_tensor(network: nn.Module, work: Callable[[], Tensor]) -> tuple[Tensor, int]:
    """What ``work`` returns, and how many numbers the largest tensor has that a layer of the network hands on."""
    largest = 0

    def look(module: object, inputs: object, output: object) -> None:
        nonlocal largest
        parts = output if isinstance(output, tuple) else (output,)
        largest = max(largest, *(part.numel() if isinstance(part, Tensor) else 0 for part in parts), 0)

    hooks = [layer.register_forward_hook(look) for layer in network.modules()]
    try:
        result = work()
        return result, largest
    finally:
        for hook in hooks:
            hook.remove()


# --- stopwatch ---


class SlowMotion:
    """A device with a queue, and the clock on the wall, both pretended: work is ordered in a moment and done later.

    Attributes:
        costs: seconds that each order takes on the device, in turn; the last one again and again.
        waited: how often somebody waited for the device.
    """

    def __init__(self, *costs: float, busy: float = 0.0) -> None:
        self.costs, self.orders, self.waited = list(costs), 0, 0
        self._now, self._done_at = 100.0, 100.0 + busy

    def clock(self) -> float:
        """Seconds on the wall."""
        return self._now

    def order(self) -> None:
        """Put one piece of work into the queue; the call returns after a thousandth of a second."""
        cost = self.costs[min(self.orders, len(self.costs) - 1)]
        self.orders += 1
        self._now += 0.001
        self._done_at = max(self._done_at, self._now) + cost

    def wait(self) -> None:
        """Return when the queue is empty (``torch.cuda.synchronize``)."""
        self.waited += 1
        self._now = max(self._now, self._done_at)


def _stopwatch(
    *, before: bool = True, after: bool = True, warm: bool = True, result: Callable[[list[float]], float]
) -> Solution:
    """Stopwatches with one thing missing."""

    def timed(
        work: Callable[[], object],
        wait: Callable[[], object],
        clock: Callable[[], float],
        *,
        warm_up: int = 2,
        repeats: int = 5,
    ) -> float:
        seconds = []
        for _ in range(warm_up * warm):
            work()
        for _ in range(repeats):
            if before:
                wait()
            start = clock()
            work()
            if after:
                wait()
            seconds.append(clock() - start)
        return result(seconds)

    return timed


def _stopwatch_sorted(
    work: Callable[[], object],
    wait: Callable[[], object],
    clock: Callable[[], float],
    *,
    warm_up: int = 2,
    repeats: int = 5,
) -> float:
    seconds: list[float] = []
    for i in range(warm_up + repeats):
        wait()
        start = clock()
        work()
        wait()
        if i >= warm_up:
            seconds.append(clock() - start)
    middle = sorted(seconds)[(repeats - 1) // 2 : repeats // 2 + 1]
    return sum(middle) / len(middle)


def _timing(*costs: float, busy: float = 0.0, warm_up: int = 2, repeats: int = 5) -> Callable[[Solution], object]:
    def ask(solution: Solution) -> object:
        device = SlowMotion(*costs, busy=busy)
        seconds = solution(device.order, device.wait, device.clock, warm_up=warm_up, repeats=repeats)
        return {"seconds": seconds, "calls": device.orders}

    return ask


STOPWATCH = Exercise(
    name="stopwatch",
    reference=stopwatch,
    cases=(
        Case(
            "work that takes 0.5 s each time",
            _timing(0.5),
            expected=lambda: {"seconds": 0.501, "calls": 7},
        ),
        Case(
            "work whose first two calls take 9 s, then 0.5 s each",
            _timing(9.0, 9.0, 0.5),
            expected=lambda: {"seconds": 0.501, "calls": 7},
        ),
        Case(
            "a device that is still busy for 4 s with something else, no warm-up, one repeat",
            _timing(0.25, busy=4.0, warm_up=0, repeats=1),
            expected=lambda: {"seconds": 0.251, "calls": 1},
        ),
        Case(
            "calls of 1, 1, 2, 30 and 2 s, no warm-up",
            _timing(1.0, 1.0, 2.0, 30.0, 2.0, warm_up=0),
            expected=lambda: {"seconds": 2.001, "calls": 5},
        ),
    ),
    mistakes=(
        Mistake(
            "does not wait for the end",
            _stopwatch(after=False, result=statistics.median),
            "you stop the clock when the work is ordered, and not when it is done, so you measure how long it takes to "
            "order it: wait before you look at the clock again",
        ),
        Mistake(
            "does not wait before the start",
            _stopwatch(before=False, result=statistics.median),
            "when your clock starts, the device is still busy with what was ordered before (the warm-up, for one): "
            "wait first",
        ),
        Mistake(
            "no warm-up",
            _stopwatch(warm=False, result=statistics.median),
            "you leave the warm-up out: call the work warm_up times before you measure, since first calls prepare much",
        ),
        Mistake(
            "mean",
            _stopwatch(result=statistics.mean),
            "you take the mean, which one interruption spoils: take the median",
        ),
        Mistake(
            "the sum",
            _stopwatch(result=sum),
            "you return the seconds of all repeats together: one call is asked for, the median of them",
        ),
        Mistake(
            "the fastest",
            _stopwatch(result=min),
            "you return the fastest repeat. That is a fair choice for small loops, but here the median is asked for",
        ),
        Mistake(
            "the slowest",
            _stopwatch(result=max),
            "you return the slowest repeat, which tells of the interruption and not of the work: take the median",
        ),
    ),
    alternatives=(_stopwatch_sorted,),
    hints=(
        "Two loops: one calls the work `warm_up` times and measures nothing, one measures `repeats` times.",
        "Around each measured call there is a `wait()` on *both* sides: an empty queue before the clock starts, and "
        "an empty queue before it stops.",
        "`wait(); start = clock(); work(); wait(); seconds.append(clock() - start)`, and `statistics.median(seconds)`.",
    ),
    becomes="minisora/course/devices.py",
    minutes=10,
    difficulty=1,
    points=2,
)

# --- roofline ---


def roofline(work: float, traffic: float, peak: float, bandwidth: float) -> tuple[float, str]:
    """The fewest seconds for ``work`` operations that move ``traffic`` bytes, and what sets them.

    ``peak`` operations and ``bandwidth`` bytes a second are what the device can do at most, both at the same time.
    What limits is "arithmetic", or "memory" where the bytes take longer.
    """
    arithmetic, memory = work / peak, traffic / bandwidth
    return max(arithmetic, memory), "memory" if memory > arithmetic else "arithmetic"


def _roofline_by_intensity(work: float, traffic: float, peak: float, bandwidth: float) -> tuple[float, str]:
    slope = bandwidth * (work / traffic)
    return (traffic / bandwidth, "memory") if slope < peak else (work / peak, "arithmetic")


def _limit(work: float, traffic: float, peak: float, bandwidth: float) -> str:
    return roofline(work, traffic, peak, bandwidth)[1]


ROOFLINE = Exercise(
    name="roofline",
    reference=roofline,
    cases=(
        Case(
            "6e12 operations and 1e9 bytes at 1e12 operations and 1e11 bytes a second",
            lambda f: f(6e12, 1e9, 1e12, 1e11),
            expected=lambda: (6.0, "arithmetic"),
        ),
        Case(
            "1e9 operations and 4e11 bytes on the same device",
            lambda f: f(1e9, 4e11, 1e12, 1e11),
            expected=lambda: (4.0, "memory"),
        ),
        Case(
            "1e10 operations and 5e9 bytes on the same device",
            lambda f: f(1e10, 5e9, 1e12, 1e11),
            expected=lambda: (0.05, "memory"),
        ),
        call("a matrix product of 4096 cubed in 16 bits on a large GPU", 2.0 * 4096**3, 6.0 * 4096**2, 989e12, 3.35e12),
        call("an addition of 4096 x 4096 numbers in 16 bits there", 1.0 * 4096**2, 6.0 * 4096**2, 989e12, 3.35e12),
    ),
    mistakes=(
        Mistake(
            "one after the other",
            lambda w, t, p, b: (w / p + t / b, _limit(w, t, p, b)),
            "you add the two times. A device computes and moves bytes at the same time, so the longer one decides",
        ),
        Mistake(
            "the shorter one",
            lambda w, t, p, b: (min(w / p, t / b), _limit(w, t, p, b)),
            "you return the shorter time, but both have to be over: the longer one decides",
        ),
        Mistake(
            "limits swapped",
            lambda w, t, p, b: (
                roofline(w, t, p, b)[0],
                "arithmetic" if _limit(w, t, p, b) == "memory" else "memory",
            ),
            "the seconds are right, but the words are swapped: what takes longer is what limits",
        ),
        Mistake(
            "arithmetic only",
            lambda w, t, p, b: (w / p, _limit(w, t, p, b)),
            "your seconds count the arithmetic only: an operation that does little with many bytes waits for them",
        ),
        Mistake(
            "intensity against one",
            lambda w, t, p, b: (max(w / p, t / b), "arithmetic" if w > t else "memory"),
            "you compare operations with bytes. How many operations a byte are enough depends on the device: compare "
            "the two times",
        ),
        Mistake(
            "a speed",
            lambda w, t, p, b: (min(p, w / t * b), _limit(w, t, p, b)),
            "this is the speed that can be reached, in operations a second; asked for is the time that it takes",
        ),
    ),
    alternatives=(_roofline_by_intensity,),
    hints=(
        "How long would the arithmetic take if the bytes were free? How long the bytes, if arithmetic were free?",
        "`work / peak` and `traffic / bandwidth`. Both go on at the same time: which of them is the time of the whole?",
        '`max(…, …)`, and "memory" where the second is larger.',
    ),
    becomes="minisora/course/exercises/c10_gpu.py",
    minutes=6,
    difficulty=1,
    points=2,
)

# --- half_network ---


def half_network(velocity: Velocity, dtype: torch.dtype) -> Velocity:
    """The same velocity from a network in ``dtype``: the clip goes in rounded, the time as it is.

    The answer is in the clip's own type.
    """

    def rounded(x: Tensor, t: Tensor) -> Tensor:
        return velocity(x.to(dtype), t).to(x.dtype)

    return rounded


def _half_network_by_class(velocity: Velocity, dtype: torch.dtype) -> Velocity:
    class Rounded:
        def __call__(self, x: Tensor, t: Tensor) -> Tensor:
            answer = torch.empty_like(x)
            answer.copy_(velocity(x.type(dtype), t))
            return answer

    return Rounded()


def _asked_in(dtype: torch.dtype, state: torch.dtype = torch.float32) -> Callable[[Solution], object]:
    """What a network sees and what the sampler gets."""

    def ask(solution: Solution) -> object:
        seen: list[object] = []

        def network(x: Tensor, t: Tensor) -> Tensor:
            seen.extend([str(x.dtype), x.float(), t, str(t.dtype)])
            return (x * 1.5).to(dtype)

        x = torch.linspace(-2, 2, 24, dtype=state).view(1, 2, 3, 2, 2)
        t = torch.tensor(0.9987, dtype=state).view(1, 1, 1, 1, 1)
        answer = solution(network, dtype)(x, t)
        return {"what the network sees": seen, "answer": answer}

    return ask


HALF_NETWORK = Exercise(
    name="half_network",
    reference=half_network,
    cases=(
        Case("a network in bfloat16 and a clip in float32", _asked_in(torch.bfloat16)),
        Case("a network in float16 and a clip in float64", _asked_in(torch.float16, torch.float64)),
    ),
    mistakes=(
        Mistake(
            "the answer stays short",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t),
            "your answer comes back in the short type: turn it back into the type of x, so that the sampler goes on "
            "with all digits",
        ),
        Mistake(
            "the time too",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t.to(dtype)).to(x.dtype),
            "you round the time as well: in bfloat16 0.9987 becomes 1. The time is one number and costs nothing, so "
            "leave it as it is",
        ),
        Mistake(
            "the network sees all digits",
            lambda velocity, dtype: lambda x, t: velocity(x, t).to(x.dtype),
            "the network is handed the clip with all digits: round it to dtype before the call",
        ),
        Mistake(
            "only the time",
            lambda velocity, dtype: lambda x, t: velocity(x, t.to(dtype)).to(x.dtype),
            "you round the time and leave the clip; it is the other way round",
        ),
        Mistake(
            "always float32",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t).float(),
            "you always answer in float32; the sampler may work in another type: take that of x",
        ),
        Mistake(
            "always bfloat16",
            lambda velocity, dtype: lambda x, t: velocity(x.bfloat16(), t).to(x.dtype),
            "you round to bfloat16 whatever dtype says: use the argument",
        ),
    ),
    alternatives=(_half_network_by_class,),
    hints=(
        "Write a function inside the function: it takes `(x, t)`, asks `velocity`, and returns the answer. Return it.",
        "`x.to(dtype)` rounds; `answer.to(x.dtype)` turns back into what the sampler uses. And t? See 0.9987 above.",
    ),
    becomes="minisora/course/exercises/c10_gpu.py",
    minutes=6,
    difficulty=1,
    points=2,
)

# --- reuse ---


def reuse(velocity: Velocity, tolerance: float) -> Velocity:
    """Ask ``velocity`` only when the clip has changed by more than ``tolerance`` since it was last asked.

    The change is relative: ``|x - last| / |last|`` over all numbers, with the clip ``last`` of that call. Between calls
    the last answer is given again. The first question is always asked; each call of ``reuse`` has a memory of its own.
    """
    memory: tuple[Tensor, Tensor] | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal memory
        if memory is None or (x - memory[0]).norm() > tolerance * memory[0].norm():
            memory = (x, velocity(x, t))
        return memory[1]

    return thrifty


def _reuse_as_class(velocity: Velocity, tolerance: float) -> Velocity:
    class Thrifty:
        asked: Tensor
        answer: Tensor | None = None

        def __call__(self, x: Tensor, t: Tensor) -> Tensor:
            if self.answer is not None:
                change = (x - self.asked).square().sum().sqrt() / self.asked.square().sum().sqrt()
                if float(change) <= tolerance:
                    return self.answer
            self.asked, self.answer = x.clone(), velocity(x, t)
            return self.answer

    return Thrifty()


def _reusing(
    changed: Callable[[Tensor, Tensor], Tensor], *, since_last_step: bool = False, sign: int = 1
) -> Callable[[Velocity, float], Velocity]:
    """Reuse with another measure of change, against another clip, or the other way round."""

    def wrong(velocity: Velocity, tolerance: float) -> Velocity:
        last: Tensor | None = None
        answer: Tensor | None = None

        def thrifty(x: Tensor, t: Tensor) -> Tensor:
            nonlocal last, answer
            if last is None or answer is None or sign * float(changed(x, last)) > sign * tolerance:
                last, answer = x, velocity(x, t)
            elif since_last_step:
                last = x
            return answer

        return thrifty

    return wrong


def _reuse_never_again(velocity: Velocity, tolerance: float) -> Velocity:
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal answer
        answer = velocity(x, t) if answer is None else answer
        return answer

    return thrifty


_SHARED: list[tuple[Tensor, Tensor]] = []


def _reuse_shared(velocity: Velocity, tolerance: float) -> Velocity:
    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        known = [pair for pair in _SHARED[-1:] if (x - pair[0]).norm() <= tolerance * pair[0].norm()]
        if not known:
            _SHARED.append((x, velocity(x, t)))
        return _SHARED[-1][1]

    return thrifty


def _relative(x: Tensor, last: Tensor) -> Tensor:
    return (x - last).norm() / last.norm()


def _walk(*lengths: float, tolerance: float = 0.1) -> Callable[[Solution], object]:
    """Clips of the given lengths in turn, and which of them the velocity was asked about."""

    def ask(solution: Solution) -> object:
        asked: list[float] = []

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            asked.append(round(float(x.norm()), 3))
            return 2 * x + t

        direction = torch.ones(1, 1, 2, 2, 1, dtype=torch.float64) / 2
        thrifty = solution(velocity, tolerance)
        answers = [thrifty(length * direction, torch.tensor(0.5, dtype=torch.float64)) for length in lengths]
        return {"asked about lengths": asked, "answers": answers}

    return ask


def _two_runs(solution: Solution) -> object:
    """The same start for two samplers: each has to ask."""
    counts = []
    x, t = torch.full((1, 1, 2, 2, 1), 3.0, dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64)
    for factor in (1.0, -1.0):
        counts.append(solution(lambda x, t, factor=factor: factor * x, 0.5)(x, t))
    return counts


REUSE = Exercise(
    name="reuse",
    reference=reuse,
    cases=(
        Case("clips of the lengths 10, 10.5, 11.05 and 11.6, tolerance 0.1", _walk(10.0, 10.5, 11.05, 11.6)),
        Case(
            "clips that grow by 4 per cent a step, tolerance 0.1: small steps add up",
            _walk(*(10 * 1.04**i for i in range(8))),
        ),
        Case("short clips: lengths 0.1, 0.13, 0.131 and 0.2, tolerance 0.1", _walk(0.1, 0.13, 0.131, 0.2)),
        Case("clips of the lengths 0.5, 0.65 and 0.66, tolerance 0.1", _walk(0.5, 0.65, 0.66)),
        Case("long clips: lengths 100, 105, 112, tolerance 0.1", _walk(100.0, 105.0, 112.0)),
        Case("tolerance 0: every clip that differs is asked about", _walk(1.0, 1.001, 1.001, 0.9, tolerance=0.0)),
        Case("two velocities with the same first clip", _two_runs),
    ),
    mistakes=(
        Mistake(
            "compared with the last step",
            _reusing(_relative, since_last_step=True),
            "you compare with the clip of the last step. Small steps then never add up, and the answer grows old "
            "unnoticed: compare with the clip that was last asked about",
        ),
        Mistake(
            "absolute change",
            _reusing(lambda x, last: (x - last).norm()),
            "your change is absolute, so that it means something else for longer clips: divide by the length of the "
            "clip that was last asked about",
        ),
        Mistake(
            "largest single number",
            _reusing(lambda x, last: (x - last).abs().max()),
            "you look at the largest change of a single number; asked for is the length of the whole difference, "
            "relative to that of the clip",
        ),
        Mistake(
            "never asked again",
            _reuse_never_again,
            "you ask once and never again: compare each clip with the one that was last asked about",
        ),
        Mistake(
            "the other way round",
            _reusing(_relative, sign=-1),
            "you ask when the clip has hardly changed, and save the call when it has: turn the comparison round",
        ),
        Mistake(
            "one memory for all",
            _reuse_shared,
            "two samplers share your memory, so one is given the other's answer: keep it inside the function, not in a "
            "global",
        ),
        Mistake(
            "always asked",
            lambda velocity, tolerance: velocity,
            "you ask every time, and save nothing: give the last answer again while the clip has changed little",
        ),
        Mistake(
            "relative to the new clip",
            _reusing(lambda x, last: (x - last).norm() / x.norm()),
            "you divide by the length of the new clip; the measure is the clip that was last asked about",
        ),
    ),
    alternatives=(_reuse_as_class,),
    hints=(
        "Inside `reuse`, keep two things between calls: the clip that was last asked about, and the answer. "
        "`nonlocal` lets the inner function change them.",
        "Ask when there is nothing in memory yet, or when `(x - last).norm() > tolerance * last.norm()`. Replace "
        "*both* things then, and neither of them otherwise.",
        "`if memory is None or …: memory = (x, velocity(x, t))`, then `return memory[1]`.",
    ),
    becomes="minisora/course/exercises/c10_gpu.py",
    minutes=15,
    difficulty=2,
    points=3,
)


class _LazyBlocks(nn.Module):
    """Blocks that compute in every second call; in between they change the tokens by as much as the last time."""

    def __init__(self, blocks: list[nn.Module]) -> None:
        super().__init__()
        self.blocks, self.calls = nn.ModuleList(blocks), 0
        self.change = torch.zeros(())

    def forward(self, x: Tensor, *context: Any) -> Tensor:
        if self.calls % 2 == 0:
            after = x
            for block in self.blocks:
                after = block(after, *context)
            self.change = after - x
        self.calls += 1
        return x + self.change


def with_lazy_middle(dit: DiT, *, first: int, last: int) -> DiT:
    """A copy whose blocks rest in every second call, but for so many at the beginning and at the end."""
    copy = deepcopy(dit)
    blocks, end = list(copy.blocks), len(copy.blocks) - last
    copy.blocks = nn.ModuleList([*blocks[:first], _LazyBlocks(blocks[first:end]), *blocks[end:]])
    return copy


# --- sampling_flops ---


def sampling_flops(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    """Arithmetic of the whole sampling of one clip of so many frames and pixels, with a 4x8x8 codec.

    One step is one call of the network, with guidance for two rows: with the prompt and without. The frames are 1 + 4k.
    """
    return _sampling(config, frames, height, width, steps, guided, words)


def _sampling(
    config: DiTConfig,
    frames: int,
    height: int,
    width: int,
    steps: int,
    guided: bool,
    words: int,
    *,
    rows: int = 2,
    latent_frames: Callable[[int], int] = lambda frames: 1 + (frames - 1) // 4,
    patch: int | None = None,
    factor: int = 1,
    spatial: int = 8,
) -> int:
    side = spatial * (config.patch if patch is None else patch)
    tokens = latent_frames(frames) * (height // side) * (width // side)
    return factor * steps * (rows if guided else 1) * flops(config, tokens, words)


def _wrong_sampling(**changes: object) -> Solution:
    def wrong(
        config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
    ) -> int:
        return _sampling(config, frames, height, width, steps, guided, words, **changes)  # type: ignore[arg-type]

    return wrong


def _sampling_flops_by_rows(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    total = 0
    for _ in range(steps):
        for _row in ("prompt", "nothing")[: 1 + guided]:
            grid = (height // 8 // config.patch) * (width // 8 // config.patch)
            total += flops(config, (frames + 3) // 4 * grid, words)
    return total


_SMALL = DiTConfig(channels=16, width=64, depth=2, heads=2, text_width=32, text_depth=1, vocabulary=100, patch=2)
_FINE = DiTConfig(channels=16, width=96, depth=3, heads=2, text_width=32, text_depth=1, vocabulary=100, patch=1)

SAMPLING_FLOPS = Exercise(
    name="sampling_flops",
    reference=sampling_flops,
    cases=(
        Case("17 frames of 64x96, patch 2, 10 steps", lambda f: f(_SMALL, 17, 64, 96, steps=10)),
        Case("the same without guidance", lambda f: f(_SMALL, 17, 64, 96, steps=10, guided=False)),
        Case("33 frames of 48x64, patch 1, 4 steps, 9 words", lambda f: f(_FINE, 33, 48, 64, steps=4, words=9)),
        Case("an image of 64x64, patch 2, one step", lambda f: f(_SMALL, 1, 64, 64, steps=1)),
    ),
    mistakes=(
        Mistake(
            "guidance is free",
            _wrong_sampling(rows=1),
            "you count one row a step, but guidance asks about two: with the prompt and without",
        ),
        Mistake(
            "three times, as in training",
            _wrong_sampling(factor=3),
            "you count three times the forward pass. That is training; sampling never goes backward",
        ),
        Mistake(
            "frames taken for latent frames",
            _wrong_sampling(latent_frames=lambda frames: frames),
            "you count a token grid for every frame; the codec makes one latent frame of four frames (the first has "
            "one of its own)",
        ),
        Mistake(
            "first frame forgotten",
            _wrong_sampling(latent_frames=lambda frames: frames // 4),
            "a latent frame is missing: how many latent frames do 17 frames make?",
        ),
        Mistake(
            "pixels for latents",
            _wrong_sampling(spatial=1),
            "you cut patches out of pixels: the codec makes height and width 8 times smaller before that",
        ),
        Mistake(
            "patch forgotten",
            _wrong_sampling(patch=1),
            "you count a token for each latent; a token is a patch of config.patch x config.patch of them",
        ),
    ),
    alternatives=(_sampling_flops_by_rows,),
    hints=(
        "Three factors: steps, rows a step (2 with guidance), and the arithmetic of one row, `flops(config, tokens, "
        "words)`. What is left is to count the tokens.",
        "Latent frames: `1 + (frames - 1) // 4`. Latents of a row of pixels: `width // 8`. Tokens of a row: divide by "
        "the patch as well.",
    ),
    becomes="minisora/model/flops.py",
    minutes=8,
    difficulty=1,
    points=2,
)

# --- diagnose_slow ---

LIMITS = (
    "arithmetic",
    "memory traffic",
    "launching small kernels",
    "waiting for Python to read a number",
    "copies between CPU and GPU",
    "first calls that compile",
)

PROGRAMS = "ABCDE"  #: Their profiles are in the chapter.

_FOUND = {"A": LIMITS[0], "B": LIMITS[2], "C": LIMITS[1], "D": LIMITS[3], "E": LIMITS[5]}


def diagnose_slow(program: str) -> str:
    """What limits the program "A" to "E" most: one of ``LIMITS``."""
    return _FOUND[program]


def _found(**answers: int) -> Solution:
    wrong = {**_FOUND, **{program: LIMITS[limit] for program, limit in answers.items()}}
    return lambda program: wrong[program]


DIAGNOSE_SLOW = Exercise(
    name="diagnose_slow",
    reference=diagnose_slow,
    cases=tuple(finding(f"program {name}", lambda f, name=name: f(name), _FOUND[name], LIMITS) for name in PROGRAMS),
    mistakes=(
        Mistake(
            "A and C swapped",
            _found(A=1, C=0),
            "A and C are the other way round: which of the two comes near the peak of arithmetic, and which near that "
            "of the bandwidth?",
        ),
        Mistake(
            "A is short of memory traffic",
            _found(A=1),
            "A uses a fifth of the bandwidth while its kernels run. What is it that it uses nearly all of?",
        ),
        Mistake(
            "B is short of arithmetic",
            _found(B=0),
            "B's kernels run a quarter of the time, at a few per cent of the peak. Twice the batch costs nothing: what "
            "fills the rest of the time?",
        ),
        Mistake(
            "B waits for Python",
            _found(B=3),
            "B's gaps are all alike and tiny, one for each launch. Waiting for a number makes few gaps, and long ones",
        ),
        Mistake(
            "C is short of arithmetic",
            _found(C=0),
            "C reaches 6 % of the peak of arithmetic. Another number in its row is near its own peak",
        ),
        Mistake(
            "D is short of arithmetic",
            _found(D=0),
            "D's GPU stands still for three fifths of the time. When does it, and what happens just before?",
        ),
        Mistake(
            "D launches small kernels",
            _found(D=2),
            "D's gaps are a hundred times longer than a launch, and they come after one certain line of Python",
        ),
        Mistake(
            "E is short of arithmetic",
            _found(E=0),
            "E is as you say from the second step on. But look at the first, and think of somebody who wants 20 steps",
        ),
        Mistake(
            "B and D swapped",
            _found(B=3, D=2),
            "B and D are the other way round: compare how many gaps there are, and how long one is",
        ),
    ),
    alternatives=(lambda program: dict(_FOUND).get(program, ""),),
    hints=(
        "First ask whether the GPU works at all: compare the gaps with the kernels. If it works, ask which of its two "
        "peaks it is near.",
        "Two programs idle. One has hundreds of tiny gaps, one for each launch; the other few long ones, each after "
        "the same line. And one program is slow only once.",
    ),
    becomes="minisora/course/exercises/c10_gpu.py",
    minutes=8,
    difficulty=2,
    points=2,
)

EXERCISES = (STOPWATCH, ROOFLINE, HALF_NETWORK, REUSE, SAMPLING_FLOPS, DIAGNOSE_SLOW)
