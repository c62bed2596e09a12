"""The exercise `stopwatch`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.devices import stopwatch


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
