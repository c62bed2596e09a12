"""The exercise `roofline`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution


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
    becomes="minisora/course/exercises/c10_gpu/roofline.py",
    minutes=6,
    difficulty=1,
    points=2,
)
