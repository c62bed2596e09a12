"""Chapter 10: how long sampling takes, what limits it, and what may be left out."""

from __future__ import annotations

import operator
import statistics
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, finding
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
    *,
    before: bool = True,
    after: bool = True,
    early: bool = False,
    warm: Callable[[int], int] = lambda warm_up: warm_up,
    count: Callable[[int], int] = lambda repeats: repeats,
    result: Callable[[list[float]], float] = statistics.median,
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
        for _ in range(warm(warm_up)):
            work()
        for _ in range(count(repeats)):
            begun = clock() if early else 0.0
            if before:
                wait()
            start = begun if early else clock()
            work()
            if after:
                wait()
            seconds.append(clock() - start)
        return result(seconds)

    return timed


def _stopwatch_in_one_piece(
    work: Callable[[], object],
    wait: Callable[[], object],
    clock: Callable[[], float],
    *,
    warm_up: int = 2,
    repeats: int = 5,
) -> float:
    for _ in range(warm_up):
        work()
    wait()
    start = clock()
    for _ in range(repeats):
        work()
    wait()
    return (clock() - start) / repeats


def _stopwatch_measures_the_warm_up(
    work: Callable[[], object],
    wait: Callable[[], object],
    clock: Callable[[], float],
    *,
    warm_up: int = 2,
    repeats: int = 5,
) -> float:
    return _stopwatch()(work, wait, clock, warm_up=0, repeats=warm_up + repeats)


def _stopwatch_waits_once(
    work: Callable[[], object],
    wait: Callable[[], object],
    clock: Callable[[], float],
    *,
    warm_up: int = 2,
    repeats: int = 5,
) -> float:
    for _ in range(warm_up):
        work()
    wait()
    seconds = []
    for _ in range(repeats):
        start = clock()
        work()
        wait()
        seconds.append(clock() - start)
    return statistics.median(seconds)


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
        device, looks = SlowMotion(*costs, busy=busy), 0

        def clock() -> float:
            nonlocal looks
            looks += 1
            return device.clock()

        seconds = solution(device.order, device.wait, clock, warm_up=warm_up, repeats=repeats)
        if not looks:
            raise CheckFailed("you never look at the clock that you are given: `clock()` gives the time in seconds")
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
        Case(
            "calls of 3, 1, 9, 2 and 5 s, no warm-up",
            _timing(3.0, 1.0, 9.0, 2.0, 5.0, warm_up=0),
            expected=lambda: {"seconds": 3.001, "calls": 5},
        ),
        Case(
            "calls of 8, 1, 2 and 5 s, no warm-up: an even number, with two in the middle",
            _timing(8.0, 1.0, 2.0, 5.0, warm_up=0, repeats=4),
            expected=lambda: {"seconds": 3.501, "calls": 4},
        ),
        Case(
            "three calls of 9 s to warm up, and then two of 0.5 s",
            _timing(9.0, 9.0, 9.0, 0.5, warm_up=3, repeats=2),
            expected=lambda: {"seconds": 0.501, "calls": 5},
        ),
    ),
    mistakes=(
        Mistake(
            "does not wait for the end",
            _stopwatch(after=False),
            "you stop the clock when the work is ordered, and not when it is done, so you measure how long it takes to "
            "order it: wait before you look at the clock again",
        ),
        Mistake(
            "does not wait before the start",
            _stopwatch(before=False),
            "when your clock starts, the device is still busy with what was ordered before (the warm-up, for one): "
            "wait first",
        ),
        Mistake(
            "no warm-up",
            _stopwatch(warm=lambda warm_up: 0),
            "you leave the warm-up out: call the work warm_up times before you measure, since first calls prepare much",
        ),
        Mistake(
            "waits after the start",
            _stopwatch(early=True),
            "your clock starts before the device is done with what was ordered earlier, so that is counted in: first "
            "wait, then look at the clock",
        ),
        Mistake(
            "two to warm up",
            _stopwatch(warm=lambda warm_up: 2),
            "you always warm up twice: use the argument `warm_up`",
        ),
        Mistake(
            "once to warm up",
            _stopwatch(warm=lambda warm_up: min(warm_up, 1)),
            "you warm up once: `warm_up` says how often",
        ),
        Mistake(
            "one too few to warm up",
            _stopwatch(warm=lambda warm_up: max(0, warm_up - 1)),
            "you warm up once less than `warm_up` says",
        ),
        Mistake(
            "five repeats",
            _stopwatch(count=lambda repeats: 5),
            "you always measure five times: use the argument `repeats`",
        ),
        Mistake(
            "one repeat too few",
            _stopwatch(count=lambda repeats: max(1, repeats - 1)),
            "you measure once less than `repeats` says",
        ),
        Mistake(
            "the warm-up too",
            _stopwatch_measures_the_warm_up,
            "you measure the calls of the warm-up as well: only what comes after them counts",
        ),
        Mistake(
            "in one piece",
            _stopwatch_in_one_piece,
            "you measure all repeats in one piece and divide, which is a mean that one interruption spoils: measure "
            "each by itself, and take the median",
        ),
        Mistake(
            "the first",
            _stopwatch(result=lambda seconds: seconds[0]),
            "you return the first repeat: take the median of all",
        ),
        Mistake(
            "the last",
            _stopwatch(result=lambda seconds: seconds[-1]),
            "you return the last repeat: take the median of all",
        ),
        Mistake(
            "not sorted",
            _stopwatch(result=lambda seconds: seconds[len(seconds) // 2]),
            "you take the middle one in the order in which they were measured: the median is the middle one by size, "
            "so sort them first (or statistics.median)",
        ),
        Mistake(
            "the upper of two in the middle",
            _stopwatch(result=statistics.median_high),
            "of an even number of repeats, two are in the middle, and number n // 2 is the larger of them: the median "
            "is the mean of both (statistics.median does it)",
        ),
        Mistake(
            "the lower of two in the middle",
            _stopwatch(result=statistics.median_low),
            "of an even number of repeats, two are in the middle, and you take the smaller of them (as torch.median "
            "does): the median is the mean of both, statistics.median",
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
    alternatives=(_stopwatch_sorted, _stopwatch_waits_once),
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


def _bound(f: Solution, work: float, traffic: float, peak: float, bandwidth: float) -> tuple[object, str]:
    answer = f(work, traffic, peak, bandwidth)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise CheckFailed('return two things, the seconds and what sets them: a pair such as (6.0, "arithmetic")')
    seconds, limit = answer
    if isinstance(seconds, str) and not isinstance(limit, str):
        raise CheckFailed("your pair is the other way round: the seconds come first, then what sets them")
    if limit not in ("arithmetic", "memory"):
        raise CheckFailed(f'what limits is said in one of two words, "arithmetic" or "memory"; you say {limit!r}')
    return seconds, limit


def _asked_of_roof(
    says: str, work: float, traffic: float, peak: float, bandwidth: float, expected: tuple[float, str]
) -> Case:
    return Case(says, lambda f: _bound(f, work, traffic, peak, bandwidth), lambda: expected)


def _by_limit(seconds: Callable[[float, float, float, float], float]) -> Solution:
    """The right word, and other seconds."""
    return lambda w, t, p, b: (seconds(w, t, p, b), _limit(w, t, p, b))


_PRODUCT, _SUM = (2.0 * 4096**3, 6.0 * 4096**2), (1.0 * 4096**2, 6.0 * 4096**2)
_LARGE = (989e12, 3.35e12)

ROOFLINE = Exercise(
    name="roofline",
    reference=roofline,
    cases=(
        _asked_of_roof(
            "6e12 operations and 1e9 bytes at 1e12 operations and 1e11 bytes a second",
            *(6e12, 1e9, 1e12, 1e11),
            (6.0, "arithmetic"),
        ),
        _asked_of_roof("1e9 operations and 4e11 bytes on the same device", *(1e9, 4e11, 1e12, 1e11), (4.0, "memory")),
        _asked_of_roof("1e10 operations and 5e9 bytes on the same device", *(1e10, 5e9, 1e12, 1e11), (0.05, "memory")),
        _asked_of_roof(
            "1e12 operations and 1e11 bytes there, which take equally long",
            *(1e12, 1e11, 1e12, 1e11),
            (1.0, "arithmetic"),
        ),
        _asked_of_roof(
            "a matrix product of 4096 cubed in 16 bits on a large GPU", *_PRODUCT, *_LARGE, roofline(*_PRODUCT, *_LARGE)
        ),
        _asked_of_roof("an addition of 4096 x 4096 numbers in 16 bits there", *_SUM, *_LARGE, roofline(*_SUM, *_LARGE)),
    ),
    mistakes=(
        Mistake(
            "memory at a tie",
            lambda w, t, p, b: (roofline(w, t, p, b)[0], "memory" if t / b >= w / p else "arithmetic"),
            "where both take equally long you say memory; it is memory only where the bytes take *longer* (>, not >=)",
        ),
        Mistake(
            "upside down",
            lambda w, t, p, b: (max(p / w, b / t), "memory" if b / t > p / w else "arithmetic"),
            "your ratios are upside down: operations by operations a second make seconds, work / peak",
        ),
        Mistake(
            "upside down, right word",
            _by_limit(lambda w, t, p, b: max(p / w, b / t)),
            "your seconds are upside down: operations by operations a second make seconds, work / peak",
        ),
        Mistake(
            "multiplied",
            lambda w, t, p, b: (max(w * p, t * b), "memory" if t * b > w * p else "arithmetic"),
            "you multiply by the speeds: a speed divides, work / peak and traffic / bandwidth",
        ),
        Mistake(
            "speeds exchanged",
            lambda w, t, p, b: (max(w / b, t / p), "memory" if t / p > w / b else "arithmetic"),
            "peak and bandwidth are exchanged: operations go with peak, bytes with bandwidth",
        ),
        Mistake(
            "milliseconds",
            _by_limit(lambda w, t, p, b: 1000 * max(w / p, t / b)),
            "your answer is in milliseconds; asked for are seconds",
        ),
        Mistake(
            "whole seconds",
            _by_limit(lambda w, t, p, b: max(w // p, t // b)),
            "your seconds are whole numbers: // throws away what is left over, / does not",
        ),
        Mistake(
            "memory only",
            _by_limit(lambda w, t, p, b: t / b),
            "your seconds count the bytes only: an operation that computes much with few bytes waits for the "
            "arithmetic",
        ),
        Mistake(
            "mean",
            _by_limit(lambda w, t, p, b: (w / p + t / b) / 2),
            "you take the mean of the two times. Both go on at the same time, so the longer one decides",
        ),
        Mistake(
            "intensity against one, turned",
            lambda w, t, p, b: (max(w / p, t / b), "memory" if w > t else "arithmetic"),
            "you compare operations with bytes, and the wrong way round: compare the two times, the longer one limits",
        ),
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


def _velocity(made: Any) -> Any:
    """What a wrapper has made. Raises: CheckFailed if it is no function."""
    if not callable(made):
        raise CheckFailed(
            "it returns no function: define one that takes (x, t) inside, and return it without calling it"
        )
    return made


def _asked_again(solution: Solution) -> Tensor:
    """The second answer of a wrapped network."""
    made = _velocity(solution(lambda x, t: (x * 1.5).to(torch.bfloat16), torch.bfloat16))
    x, t = torch.linspace(-2, 2, 24).view(1, 2, 3, 2, 2), torch.ones(1, 1, 1, 1, 1)
    made(x, t)
    return made(x.flip(1), t)


def _half_network_keeps(velocity: Velocity, dtype: torch.dtype) -> Velocity:
    made, kept = half_network(velocity, dtype), []

    def rounded(x: Tensor, t: Tensor) -> Tensor:
        kept.append(made(x, t))
        return kept[0]

    return rounded


def _asked_in(
    dtype: torch.dtype, state: torch.dtype = torch.float32, time: torch.dtype | None = None
) -> Callable[[Solution], object]:
    """What a network sees and what the sampler gets."""

    def ask(solution: Solution) -> object:
        seen: list[object] = []

        def network(x: Tensor, t: Tensor) -> Tensor:
            seen.extend([str(x.dtype), x.float(), t, str(t.dtype)])
            return (x * 1.5).to(dtype)

        x = torch.linspace(-2, 2, 24, dtype=state).view(1, 2, 3, 2, 2)
        t = torch.tensor(0.9987, dtype=time or state).view(1, 1, 1, 1, 1)
        made = _velocity(solution(network, dtype))
        if seen:
            raise CheckFailed(
                "it asks the network before anybody has asked it: ask inside the function that it returns"
            )
        answer = made(x, t)
        return {"what the network sees": seen, "answer": answer}

    return ask


HALF_NETWORK = Exercise(
    name="half_network",
    reference=half_network,
    cases=(
        Case("a network in bfloat16 and a clip in float32", _asked_in(torch.bfloat16)),
        Case("a network in float16 and a clip in float64", _asked_in(torch.float16, torch.float64)),
        Case(
            "a network in bfloat16, a clip in float64 and times in float32",
            _asked_in(torch.bfloat16, torch.float64, torch.float32),
        ),
        Case("the answer to a second clip", _asked_again),
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
            "nothing at all",
            lambda velocity, dtype: velocity,
            "your network is handed everything as it was: round the clip to dtype on the way in, and turn the answer "
            "back on the way out",
        ),
        Mistake(
            "rounded and long again",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype).to(x.dtype), t).to(x.dtype),
            "you round the clip and make it long again before the network sees it: a network in dtype wants its input "
            "in dtype",
        ),
        Mistake(
            "the type of the time",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t).to(t.dtype),
            "your answer gets the type of the time; it is to be in the type of the clip, x.dtype",
        ),
        Mistake(
            "the time in the clip's type",
            lambda velocity, dtype: lambda x, t: velocity(x.to(dtype), t.to(x.dtype)).to(x.dtype),
            "you change the type of the time: hand it on as it is",
        ),
        Mistake(
            "the first answer again",
            _half_network_keeps,
            "your second answer is the first one again: ask the network in every call",
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
    changed: Callable[[Tensor, Tensor], Tensor],
    *,
    since_last_step: bool = False,
    sign: int = 1,
    above: Callable[[float, float], bool] = operator.gt,
    late: bool = False,
    noted: bool = True,
) -> Callable[[Velocity, float], Velocity]:
    """Reuse with another measure of change, against another clip, or the other way round."""

    def wrong(velocity: Velocity, tolerance: float) -> Velocity:
        last: Tensor | None = None
        answer: Tensor | None = None

        def thrifty(x: Tensor, t: Tensor) -> Tensor:
            nonlocal last, answer
            old = answer
            if last is None or answer is None or above(sign * float(changed(x, last)), sign * tolerance):
                last, answer = x if noted or last is None else last, velocity(x, t)
            elif since_last_step:
                last = x
            return old if late and old is not None else answer

        return thrifty

    return wrong


def _reuse_never_again(velocity: Velocity, tolerance: float) -> Velocity:
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal answer
        answer = velocity(x, t) if answer is None else answer
        return answer

    return thrifty


def _relative(x: Tensor, last: Tensor) -> Tensor:
    return (x - last).norm() / last.norm()


def _reuse_from_zeros(velocity: Velocity, tolerance: float) -> Velocity:
    last: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal last, answer
        if last is None or answer is None:
            last, answer = torch.zeros_like(x), torch.zeros_like(x)
        if (x - last).norm() > tolerance * last.norm():
            last, answer = x, velocity(x, t)
        return answer

    return thrifty


def _reuse_by_answers(velocity: Velocity, tolerance: float) -> Velocity:
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal answer
        new = velocity(x, t)
        if answer is None or _relative(new, answer) > tolerance:
            answer = new
        return answer

    return thrifty


def _reuse_by_time(velocity: Velocity, tolerance: float) -> Velocity:
    last: Tensor | None = None
    answer: Tensor | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal last, answer
        if last is None or answer is None or float((t - last).abs().max()) > tolerance:
            last, answer = t, velocity(x, t)
        return answer

    return thrifty


def _clip_by_clip(x: Tensor, last: Tensor) -> Tensor:
    return (x - last).flatten(1).norm(dim=1) / last.flatten(1).norm(dim=1)


def _asked_about(
    clips: Callable[[], Sequence[Tensor]], tolerance: float = 0.1, times: Sequence[float] = ()
) -> Callable[[Solution], object]:
    """Clips in turn, which of them (from 1) the velocity was asked about, and the answers."""

    def ask(solution: Solution) -> object:
        asked, shown = list[int](), 0

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            asked.append(shown)
            return 2 * x + t

        thrifty, answers = _velocity(solution(velocity, tolerance)), []
        if asked:
            raise CheckFailed("it asks the velocity before there is a clip: ask inside the function that it returns")
        for shown, clip in enumerate(clips(), start=1):
            t = torch.tensor(times[shown - 1] if times else 0.5, dtype=torch.float64)
            answers.append(thrifty(clip, t))
        return {"which clips it was asked about": asked, "answers": answers}

    return ask


def _walk(*lengths: float, tolerance: float = 0.1, times: Sequence[float] = ()) -> Callable[[Solution], object]:
    """Clips of the given lengths, all in one direction."""
    direction = torch.ones(1, 1, 2, 2, 1, dtype=torch.float64) / 2
    return _asked_about(lambda: [length * direction for length in lengths], tolerance, times)


def _points(*points: tuple[float, ...], tolerance: float = 0.1) -> Callable[[Solution], object]:
    """Clips of four numbers."""
    return _asked_about(lambda: [torch.tensor(p, dtype=torch.float64).view(1, 1, 2, 2, 1) for p in points], tolerance)


def _pairs_of_clips(*pairs: tuple[float, float], tolerance: float = 0.1) -> Callable[[Solution], object]:
    """Batches of two clips, a number each."""
    return _asked_about(lambda: [torch.tensor(p, dtype=torch.float64).view(2, 1, 1, 1, 1) for p in pairs], tolerance)


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
        Case(
            "the lengths 1, 1.5 and 1.75 with tolerance 0.5: a change of exactly 0.5 is not more",
            _walk(1.0, 1.5, 1.75, tolerance=0.5),
        ),
        Case(
            "a clip that turns and keeps its length: (3, 4, 0, 0), then (4, 3, 0, 0)",
            _points((3, 4, 0, 0), (4, 3, 0, 0)),
        ),
        Case(
            "a clip whose mean stays: (1, 1, 1, 1), then (4, -2, 1, 1), tolerance 0.5",
            _points((1, 1, 1, 1), (4, -2, 1, 1), tolerance=0.5),
        ),
        Case(
            "one number of four changes: (1, 1, 1, 1), then (1.5, 1, 1, 1), tolerance 0.3",
            _points((1, 1, 1, 1), (1.5, 1, 1, 1), tolerance=0.3),
        ),
        Case(
            "one number of four changes: (1, 1, 1, 1), then (1.5, 1, 1, 1), tolerance 0.2",
            _points((1, 1, 1, 1), (1.5, 1, 1, 1), tolerance=0.2),
        ),
        Case("a batch of two clips, 10 and 1, of which the small one doubles", _pairs_of_clips((10, 1), (10, 2))),
        Case("the same where the small one grows by a seventh", _pairs_of_clips((10, 1), (10, 1.15))),
        Case("a first clip of zeros", _walk(0.0, 1.0)),
        Case("clips that stay while the time goes on", _walk(1.0, 1.01, 1.02, times=(1.0, 0.6, 0.2))),
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
            "lengths compared",
            _reusing(lambda x, last: (x.norm() - last.norm()).abs() / last.norm()),
            "you compare how long the two clips are. A clip can become another one and stay as long: take the norm of "
            "the difference, (x - last).norm()",
        ),
        Mistake(
            "means compared",
            _reusing(lambda x, last: (x.mean() - last.mean()).abs() / last.mean().abs()),
            "you compare the means of the two clips, in which changes cancel: take the norm of the difference, "
            "(x - last).norm()",
        ),
        Mistake(
            "mean change",
            _reusing(lambda x, last: (x - last).abs().mean() / last.abs().mean()),
            "you take the mean size of the change; asked for is the norm, the root of the sum of squares: "
            "(x - last).norm(), by last.norm()",
        ),
        Mistake(
            "largest number, relative",
            _reusing(lambda x, last: (x - last).abs().max() / last.abs().max()),
            "you compare the largest single numbers; asked for is the norm over all numbers, (x - last).norm(), by "
            "last.norm()",
        ),
        Mistake(
            "number by number",
            _reusing(lambda x, last: ((x - last).abs() / last.abs()).nan_to_num(0.0).max()),
            "you compare number by number; asked for is one norm over all numbers, (x - last).norm(), by last.norm()",
        ),
        Mistake(
            "squares compared",
            _reusing(lambda x, last: (x - last).square().sum() / last.square().sum()),
            "you compare squares: the change is the root of that ratio, |x - last| / |last|",
        ),
        Mistake(
            "any clip of the batch",
            _reusing(lambda x, last: _clip_by_clip(x, last).max()),
            "you ask as soon as one clip of the batch has changed by so much: the change is measured over all numbers "
            "of the batch together, one norm",
        ),
        Mistake(
            "mean over the batch",
            _reusing(lambda x, last: _clip_by_clip(x, last).mean()),
            "you take the mean of the clips' changes: the change is measured over all numbers of the batch together, "
            "one norm",
        ),
        Mistake(
            "exactly the tolerance",
            _reusing(_relative, above=operator.ge),
            "you ask where the change is exactly the tolerance, too: only where it is *more* (>, not >=). With "
            "tolerance 0 a clip that is still the same need not be asked about",
        ),
        Mistake(
            "answered from zeros",
            _reuse_from_zeros,
            "your first answer may be zeros that nobody has computed (a first clip of zeros does not differ from "
            "zeros): begin with None for nothing, and always ask the first time",
        ),
        Mistake(
            "the old answer once more",
            _reusing(_relative, late=True),
            "when you ask, you still return the old answer, and the new one a step later: return what you have just "
            "asked for",
        ),
        Mistake(
            "the clip not noted",
            _reusing(_relative, noted=False),
            "you always compare with the first clip: when you ask, note the clip that you ask about, together with the "
            "answer",
        ),
        Mistake(
            "asked in order to decide",
            _reuse_by_answers,
            "you ask the network every time, in order to compare its answers, and save nothing: compare the clips "
            "instead",
        ),
        Mistake(
            "the time decides",
            _reuse_by_time,
            "you look how far the time has gone on; it is the change of the clip that decides",
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
    alone: int = 1,
    calls: Callable[[int], int] = lambda steps: steps,
    places: Callable[[int, int, int], int] = lambda height, width, side: (height // side) * (width // side),
    row: Callable[[DiTConfig, int, int], int] = flops,
) -> int:
    side = spatial * (config.patch if patch is None else patch)
    tokens = latent_frames(frames) * places(height, width, side)
    return factor * calls(steps) * (rows if guided else alone) * row(config, tokens, words)


def _one_long_row(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    alone = lambda config, tokens, words: flops(config, tokens * (1 + guided), words)  # noqa: E731
    return _sampling(config, frames, height, width, steps, False, words, row=alone)


def _no_words_in_the_second_row(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    first = _sampling(config, frames, height, width, steps, False, words)
    return first + guided * _sampling(config, frames, height, width, steps, False, 1)


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
            "always two rows",
            _wrong_sampling(alone=2),
            "you count two rows a step without guidance as well: then there is one",
        ),
        Mistake(
            "rows exchanged",
            _wrong_sampling(rows=1, alone=2),
            "your rows are the other way round: two with guidance, one without",
        ),
        Mistake(
            "three rows",
            _wrong_sampling(rows=3),
            "you count three rows a step; guidance asks about two: with the prompt and without",
        ),
        Mistake(
            "one long row",
            _one_long_row,
            "you count guidance as twice the tokens. They do not see each other: it is two rows, and attention grows "
            "with the square of the tokens of one",
        ),
        Mistake(
            "no words in the second row",
            _no_words_in_the_second_row,
            "you count the row without a prompt with fewer words: both rows are equally long, so twice flops(config, "
            "tokens, words)",
        ),
        Mistake(
            "one call more",
            _wrong_sampling(calls=lambda steps: steps + 1),
            "you count one call more than there are steps: n steps have n + 1 times, but n calls",
        ),
        Mistake(
            "one call",
            _wrong_sampling(calls=lambda steps: 1),
            "you count a single call: there is one in each step",
        ),
        Mistake(
            "words among the tokens",
            _wrong_sampling(row=lambda config, tokens, words: flops(config, tokens + words, words)),
            "you add the words to the tokens; `flops` takes them as a number of their own, and adds them itself",
        ),
        Mistake(
            "no words",
            _wrong_sampling(row=lambda config, tokens, words: flops(config, tokens, 0)),
            "you leave the words out: hand `words` on to `flops`",
        ),
        Mistake(
            "twenty-four words",
            _wrong_sampling(row=lambda config, tokens, words: flops(config, tokens, 24)),
            "you always count 24 words: hand `words` on to `flops`",
        ),
        Mistake(
            "square frames",
            _wrong_sampling(places=lambda height, width, side: (height // side) ** 2),
            "you count frames that are as wide as high: the width has a part of its own",
        ),
        Mistake(
            "square frames by their width",
            _wrong_sampling(places=lambda height, width, side: (width // side) ** 2),
            "you count frames that are as high as wide: the height has a part of its own",
        ),
        Mistake(
            "a side divided once",
            _wrong_sampling(places=lambda height, width, side: (height // 8) * (width // 8) // (side // 8)),
            "you divide by the patch once. It is as high as wide, so it divides height *and* width",
        ),
        Mistake(
            "a patch of two",
            _wrong_sampling(patch=2),
            "you count patches of 2 x 2, whatever the network is: use config.patch",
        ),
        Mistake(
            "no time factor but the first",
            _wrong_sampling(latent_frames=lambda frames: 1 + frames // 4 + (frames > 1)),
            "you count a latent frame too many: 1 + 4k frames become 1 + k",
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
