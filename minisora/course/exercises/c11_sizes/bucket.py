"""The exercise `bucket`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot, log
from typing import Any

from minisora.course.checks.exercise import Exercise, Mistake, Solution, call

Size = tuple[int, int]

BUCKETS: list[Size] = [(64, 64), (48, 80), (80, 48), (96, 96), (32, 64)]


def bucket(height: int, width: int, buckets: list[Size]) -> Size:
    """The (height, width) among ``buckets`` that is nearest in shape, and of those the nearest in pixels."""
    shape, pixels = log(height / width), log(height * width)
    return min(buckets, key=lambda b: (abs(log(b[0] / b[1]) - shape), abs(log(b[0] * b[1]) - pixels)))


def _nearest(far: Callable[[int, int, int, int], Any]) -> Solution:
    """Whatever bucket has the least ``far(height, width, its height, its width)``."""
    return lambda height, width, buckets: min(buckets, key=lambda b: far(height, width, *b))


def _by_loop(height: int, width: int, buckets: list[Size]) -> Size:
    best, least = buckets[0], (float("inf"), float("inf"))
    for h, w in buckets:
        stretch, scale = (h / w) / (height / width), h * w / (height * width)
        far = max(stretch, 1 / stretch), max(scale, 1 / scale)
        if far < least:
            best, least = (h, w), far
    return best


def _shape(h: int, w: int, a: int, b: int) -> float:
    return abs(log(a / b) - log(h / w))


BUCKET = Exercise(
    name="bucket",
    reference=bucket,
    cases=(
        call("a wide video of 1080x1920", 1080, 1920, BUCKETS),
        call("a tall video of 1920x1080", 1920, 1080, BUCKETS),
        call("a picture of 131x100, a little taller than wide", 131, 100, BUCKETS),
        call("a picture of 100x131, a little wider than tall", 100, 131, BUCKETS),
        call("a square of 90x90, where two buckets are square", 90, 90, BUCKETS),
        call("a square of 68x68, where two buckets are square", 68, 68, BUCKETS),
        call("a square of 68x68, the larger square bucket first", 68, 68, BUCKETS[::-1]),
        call("a small banner of 20x44", 20, 44, BUCKETS),
        call("a tall stamp of 60x30", 60, 30, BUCKETS),
        call("a tall picture of 90x40", 90, 40, [(64, 64), (80, 48), (64, 32)]),
    ),
    mistakes=(
        Mistake(
            "width / height compared without logarithms",
            _nearest(lambda h, w, a, b: (abs(b / a - w / h), abs(log(a * b / (h * w))))),
            "you subtract ratios width / height. Tall shapes then lie close together, between 0 and 1, and wide ones "
            "far apart: compare logarithms, so that twice as wide and twice as tall are equally far from a square",
        ),
        Mistake(
            "height / width compared without logarithms",
            _nearest(lambda h, w, a, b: (abs(a / b - h / w), abs(log(a * b / (h * w))))),
            "you subtract ratios height / width. Wide shapes then lie close together, between 0 and 1, and tall ones "
            "far apart: compare logarithms, so that twice as wide and twice as tall are equally far from a square",
        ),
        Mistake(
            "height and width exchanged",
            _nearest(lambda h, w, a, b: (_shape(w, h, a, b), abs(log(a * b / (h * w))))),
            "a wide video ends in a tall bucket: height and width are exchanged somewhere; a bucket is (height, width)",
        ),
        Mistake(
            "by the number of pixels",
            _nearest(lambda h, w, a, b: (abs(log(a * b / (h * w))), _shape(h, w, a, b))),
            "you take the bucket of the nearest number of pixels. The picture will be scaled anyway; its *shape* comes "
            "first, and pixels decide only where shapes are alike",
        ),
        Mistake(
            "by the sides",
            _nearest(lambda h, w, a, b: hypot(a - h, b - w)),
            "you compare the sides themselves, so that a large wide video takes the largest bucket, a square. The "
            "picture will be scaled: compare shapes, height / width",
        ),
        Mistake(
            "the first of those alike",
            _nearest(_shape),
            "of two buckets of the same shape you take the first: take the one of the nearest number of pixels",
        ),
        Mistake(
            "the largest of those alike",
            _nearest(lambda h, w, a, b: (_shape(h, w, a, b), -a * b)),
            "of two buckets of the same shape you take the larger one: take the one of the nearest number of pixels",
        ),
        Mistake(
            "the smallest of those alike",
            _nearest(lambda h, w, a, b: (_shape(h, w, a, b), a * b)),
            "of two buckets of the same shape you take the smaller one: take the one of the nearest number of pixels",
        ),
        Mistake(
            "without the absolute value",
            _nearest(lambda h, w, a, b: (log(a / b) - log(h / w), abs(log(a * b / (h * w))))),
            "you take the widest bucket, whatever is asked: a difference below 0 is the least of all. Take its "
            "absolute value",
        ),
        Mistake(
            "the farthest",
            lambda h, w, buckets: max(buckets, key=lambda b: (_shape(h, w, *b), -abs(log(b[0] * b[1] / (h * w))))),
            "you take the bucket that is farthest away: min, not max",
        ),
        Mistake(
            "an index",
            lambda h, w, buckets: buckets.index(bucket(h, w, buckets)),
            "you return the number of the bucket: return the bucket itself, (height, width)",
        ),
    ),
    alternatives=(_by_loop,),
    hints=(
        "`min(buckets, key=...)` takes the bucket whose key is least, and keys may be pairs: the second number decides "
        "only where the first ones are equal.",
        "The first number: `abs(log(h / w) - log(height / width))`, with `log` from the math module.",
        "The second: `abs(log(h * w) - log(height * width))`.",
    ),
    becomes="minisora/course/exercises/c11_sizes/bucket.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
